"""What Zendesk's Ticketing API v2 answers and its webhooks say, as far as it is read. It opens no connection."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from api.connectors.desk_shapes import field_text, message_text
from api.connectors.http_calls import Answer, Text


class CustomFieldBody(Answer):
    id: Text
    value: JsonValue = None


class ViaBody(Answer):
    channel: Text = ""


class TicketBody(Answer):
    id: Text
    subject: Text = ""
    status: Text = ""
    priority: Text = ""
    type: Text = ""
    requester_id: Text = ""
    group_id: Text = ""
    created_at: Text = ""
    updated_at: Text = ""
    via: ViaBody = ViaBody()
    custom_fields: tuple[CustomFieldBody, ...] = ()

    def held(self) -> Mapping[str, str]:
        """Return every field by the name that it has in the settings."""
        plain = {"priority": self.priority, "type": self.type, "subject": self.subject}
        return {**plain, **{one.id: field_text(one.value) for one in self.custom_fields}}


class UserBody(Answer):
    id: Text
    role: Text = ""
    name: Text = ""
    email: Text = ""
    phone: Text = ""
    locale: Text = ""


class GroupBody(Answer):
    id: Text
    name: Text = ""


class TicketAnswer(Answer):
    """A ticket with what it refers to."""

    ticket: TicketBody
    users: tuple[UserBody, ...] = ()
    groups: tuple[GroupBody, ...] = ()


class FileBody(Answer):
    file_name: Text = ""
    content_url: Text = ""
    content_type: Text = ""
    size: int = 0


class CommentBody(Answer):
    id: Text
    author_id: Text = ""
    plain_body: Text = ""
    html_body: Text = ""
    body: Text = ""
    public: bool = True
    created_at: Text = ""
    attachments: tuple[FileBody, ...] = ()

    @property
    def text(self) -> str:
        return message_text(self.html_body, is_html=True) or message_text(self.plain_body or self.body)


class CommentsAnswer(Answer):
    comments: tuple[CommentBody, ...] = ()
    users: tuple[UserBody, ...] = ()
    next_page: Text = ""


class TicketsAnswer(Answer):
    tickets: tuple[TicketBody, ...] = ()
    after_cursor: Text = ""
    end_of_stream: bool = True


class MadeAnswer(Answer):
    ticket: TicketBody


class MeAnswer(Answer):
    user: UserBody


class EventComment(Answer):
    is_public: bool = True


class EventChange(Answer):
    comment: EventComment = EventComment()


class EventDetail(Answer):
    id: Text = ""


class HookBody(Answer):
    """Zendesk's own event, or what a trigger was told to send."""

    id: Text = ""
    type: Text = ""
    ticket_id: Text = ""
    detail: EventDetail = EventDetail()
    event: EventChange = EventChange()


class GroupsAnswer(Answer):
    groups: tuple[GroupBody, ...] = ()
