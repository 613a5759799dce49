"""Chatwoot by its application API: conversations with messages and files in; attributes, private notes, tickets out.

[[connector]] kind = "chatwoot", url = Chatwoot's own address, token = an agent's access token, secret = the webhook's.
`fields` names custom attributes of the conversation. extra: account_id (needed), file_hosts = hosts of its storage.
A queue is an inbox, by its number; [connector.maintenance] queue is an inbox of the channel "API".

A note carries its mark in its last line. A conversation that we open is its own contact's: the contact's identifier is
the mark of the key, which Chatwoot keeps unique. Attributes are written with "merge"; an older Chatwoot does not know
that word and replaces all of them, so the ones read a moment before are sent along. Conversations have no subject: the
first words stand in. Checked against the published sources and documentation; no Chatwoot was at hand.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import httpx
from pydantic import Field, JsonValue

from api.connectors.desk_shapes import (
    ExtraOptions,
    Linked,
    body_of,
    check_equal,
    check_recent,
    extra_of,
    fetch_files,
    field_text,
    mark_of,
    message_text,
    moment_of_unix,
    signed_off,
)
from api.connectors.http_calls import Answer, CallRefused, HttpCalls, Text, path_part
from api.connectors.options import ConnectorOptions
from api.connectors.records import (
    Author,
    CustomerOf,
    EventKind,
    ExternalTicket,
    FieldWrite,
    HookAnswer,
    HookCall,
    HookEvent,
    NewTicket,
    TicketMessage,
)
from api.connectors.system import Connector, ConnectorRefused

KIND = "chatwoot"
PAGES = 100
"""Of 20 messages, or of 25 conversations."""
SUBJECT_CHARS = 120
TYPES: Mapping[str, int] = {"incoming": 0, "outgoing": 1, "activity": 2, "template": 3}
KINDS: Mapping[str, EventKind] = {
    "conversation_created": "ticket_created",
    "conversation_updated": "ticket_updated",
    "conversation_status_changed": "ticket_updated",
    "message_created": "message",
}


class _Extra(ExtraOptions):
    account_id: int = Field(gt=0)
    file_hosts: tuple[str, ...] = ()


class _Sender(Answer):
    id: Text = ""
    name: Text = ""
    email: Text = ""
    phone_number: Text = ""
    additional_attributes: Mapping[str, JsonValue] | None = None


class _Meta(Answer):
    sender: _Sender = _Sender()
    channel: Text = ""


class _Conversation(Answer):
    id: Text
    inbox_id: Text = ""
    status: Text = ""
    created_at: float = 0
    meta: _Meta = _Meta()
    custom_attributes: Mapping[str, JsonValue] = Field(default_factory=dict)
    additional_attributes: Mapping[str, JsonValue] = Field(default_factory=dict)


class _File(Answer):
    id: Text = ""
    file_type: Text = ""
    data_url: Text = ""
    file_size: int | None = None


class _Message(Answer):
    id: Text
    content: Text = ""
    message_type: int | Text = 0
    private: bool = False
    created_at: float = 0
    attachments: tuple[_File, ...] = ()

    @property
    def type(self) -> int:
        return self.message_type if isinstance(self.message_type, int) else TYPES.get(self.message_type, 2)


class _Messages(Answer):
    payload: tuple[_Message, ...] = ()


class _ListedPayload(Answer):
    payload: tuple[_Conversation, ...] = ()


class _Listed(Answer):
    data: _ListedPayload = _ListedPayload()


class _Contact(Answer):
    id: Text
    identifier: Text = ""


class _MadeContactPayload(Answer):
    contact: _Contact


class _MadeContact(Answer):
    payload: _MadeContactPayload


class _Contacts(Answer):
    payload: tuple[_Contact, ...] = ()


class _Profile(Answer):
    name: Text = ""
    email: Text = ""


class _HookConversation(Answer):
    id: Text = ""


class _HookBody(Answer):
    event: Text
    id: Text = ""
    message_type: int | Text = ""
    private: bool = False
    conversation: _HookConversation = _HookConversation()


def build(options: ConnectorOptions, *, client: httpx.Client) -> Connector:
    """Return the connector; opens nothing."""
    extra = extra_of(options, _Extra)
    calls = HttpCalls(
        options,
        client=client,
        base=f"{options.url.rstrip('/')}/api/v1/accounts/{extra.account_id}",
        headers={"api_access_token": options.token.get_secret_value()},
    )
    door = ChatwootDoor(options) if options.secret.get_secret_value() else None
    return Connector(system=Chatwoot(options, extra, calls), door=door)


class Chatwoot:
    """One account of Chatwoot; safe to share between threads."""

    def __init__(self, options: ConnectorOptions, extra: _Extra, calls: HttpCalls) -> None:
        self._options = options
        self._extra = extra
        self._calls = calls

    def read(self, ticket_id: str) -> ExternalTicket:
        """Return a conversation with what was said and sent in it."""
        return self._external(self._one(ticket_id))

    def fields(self, ticket_id: str) -> Mapping[str, str]:
        """Return the values of the mapped fields alone: one call, for the moment before a write."""
        return self._held(self._one(ticket_id))

    def write(self, ticket_id: str, writes: Sequence[FieldWrite]) -> None:
        """Set custom attributes, and see that they were taken."""
        held = dict(self._one(ticket_id).custom_attributes)
        new: dict[str, JsonValue] = {
            write.target: write.value for write in writes if field_text(held.get(write.target)) != write.value
        }
        if not new:
            return
        body: JsonValue = {"custom_attributes": {**held, **new}, "merge": True}
        self._calls.json("POST", f"conversations/{path_part(ticket_id)}/custom_attributes", body=body)
        taken = self._one(ticket_id).custom_attributes
        if refused := [target for target in new if field_text(taken.get(target)) != new[target]]:
            raise ConnectorRefused(f"connector {self._options.name}: Chatwoot did not take {', '.join(refused)}")

    def comment(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Add a private note, once for each mark."""
        tail = mark_of(mark)
        if any(one.private and tail in one.content for one in self._messages(ticket_id)):
            return
        body: JsonValue = {"content": signed_off(text, mark), "message_type": "outgoing", "private": True}
        self._calls.json("POST", f"conversations/{path_part(ticket_id)}/messages", body=body)

    def close(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Comment and resolve."""
        self.comment(ticket_id, text, mark=mark)
        if self._one(ticket_id).status != "resolved":
            path = f"conversations/{path_part(ticket_id)}/toggle_status"
            self._calls.json("POST", path, body={"status": "resolved"})

    def create(self, ticket: NewTicket) -> str:
        """Return the id of the conversation with that key; open it where there is none."""
        contact = self._contact(ticket)
        answer = self._calls.json("GET", f"contacts/{path_part(contact)}/conversations")
        for found in self._calls.fit(answer, _ListedPayload, "a contact's conversations").payload:
            return found.id
        if not ticket.queue.isdecimal():
            raise ConnectorRefused(
                f"connector {self._options.name}: queue {ticket.queue!r}: name an inbox by its number"
            )
        body: JsonValue = {
            "inbox_id": int(ticket.queue),
            "contact_id": int(contact),
            "status": "open",
            "custom_attributes": {write.target: write.value for write in ticket.fields},
            "message": {"content": f"{ticket.title}\n\n{ticket.text}", "private": True},
        }
        answer = self._calls.json("POST", "conversations", body=body)
        return self._calls.fit(answer, _Conversation, "POST conversations").id

    def since(self, at: datetime) -> Iterator[ExternalTicket]:
        """Yield the conversations created since a moment, oldest first."""
        found: dict[str, _Conversation] = {}
        for number in range(1, PAGES + 1):
            params: Mapping[str, str | int] = {
                "status": "all",
                "assignee_type": "all",
                "sort_by": "created_at_desc",
                "page": number,
            }
            page = self._calls.fit(self._calls.json("GET", "conversations", params=params), _Listed, "conversations")
            new = [one for one in page.data.payload if one.created_at >= int(at.timestamp())]
            found |= {one.id: one for one in new}
            if not new:
                break
        yield from (
            self._external(one) for one in sorted(found.values(), key=lambda one: (one.created_at, int(one.id)))
        )

    def check(self) -> str:
        """Return who we are there; raise where the account may not be seen."""
        origin = self._options.url.rstrip("/")
        me = self._calls.fit(self._calls.json("GET", f"{origin}/api/v1/profile"), _Profile, "profile")
        self._calls.json("GET", "inboxes")
        return f"Chatwoot, account {self._extra.account_id}, as {me.email or me.name}"

    def _one(self, ticket_id: str) -> _Conversation:
        answer = self._calls.json("GET", f"conversations/{path_part(ticket_id)}")
        return self._calls.fit(answer, _Conversation, f"conversation {ticket_id}")

    def _held(self, conversation: _Conversation) -> dict[str, str]:
        """Return our fields' values; an attribute that was never set is empty, for there is no other list of them."""
        held = conversation.custom_attributes
        return {ours: field_text(held.get(theirs)) for ours, theirs in self._options.fields.items()}

    def _external(self, conversation: _Conversation) -> ExternalTicket:
        spoken = [one for one in self._messages(conversation.id) if one.type in (0, 1) and not one.private]
        files = [
            Linked(file.data_url.rsplit("/", 1)[-1][:200] or file.id, file.data_url, "application/octet-stream")
            for one in spoken
            for file in one.attachments
        ]
        sender = conversation.meta.sender
        first = next((one.content for one in spoken if one.type == 0 and one.content), "")
        return ExternalTicket(
            id=conversation.id,
            subject=field_text(conversation.additional_attributes.get("mail_subject"))
            or " ".join(first.split())[:SUBJECT_CHARS],
            queue=conversation.inbox_id,
            status=conversation.status,
            created_at=moment_of_unix(conversation.created_at),
            messages=tuple(_said(one) for one in spoken if one.content),
            attachments=fetch_files(self._calls, files, hosts=self._extra.file_hosts),
            fields=self._held(conversation),
            customer=CustomerOf(sender.id, sender.name, sender.phone_number, sender.email),
            channel=conversation.meta.channel.removeprefix("Channel::").lower(),
            url=f"{self._options.url.rstrip('/')}/app/accounts/{self._extra.account_id}/conversations/{conversation.id}",
        )

    def _messages(self, ticket_id: str) -> list[_Message]:
        """Return all messages, oldest first; Chatwoot gives the newest first, page by page."""
        found: list[_Message] = []
        params: dict[str, str | int] = {}
        path = f"conversations/{path_part(ticket_id)}/messages"
        for _ in range(PAGES):
            page = self._calls.fit(self._calls.json("GET", path, params=params), _Messages, "messages").payload
            if not page:
                break
            found = [*page, *found]
            params = {"before": min(page, key=lambda one: int(one.id)).id}
        return found

    def _contact(self, ticket: NewTicket) -> str:
        """Return the contact that stands for a key; make it where there is none."""
        identifier = mark_of(ticket.key)
        body: JsonValue = {"name": ticket.title[:200], "identifier": identifier, "inbox_id": ticket.queue}
        if not (found := self._contact_of(identifier)):
            try:
                answer = self._calls.json("POST", "contacts", body=body)
            except CallRefused as refused:
                if refused.status != 422 or not (found := self._contact_of(identifier)):
                    raise
                return found
            return self._calls.fit(answer, _MadeContact, "POST contacts").payload.contact.id
        return found

    def _contact_of(self, identifier: str) -> str:
        answer = self._calls.json("GET", "contacts/search", params={"q": identifier})
        for contact in self._calls.fit(answer, _Contacts, "contacts/search").payload:
            if contact.identifier == identifier:
                return contact.id
        return ""


def _said(message: _Message) -> TicketMessage:
    author: Author = "customer" if message.type == 0 else "agent"
    return TicketMessage(message.id, author, message_text(message.content), moment_of_unix(message.created_at))


class ChatwootDoor:
    """Lets in what is signed with the webhook's secret, lately."""

    def __init__(self, options: ConnectorOptions) -> None:
        self._name = options.name
        self._secret = options.secret.get_secret_value()

    def receive(self, call: HookCall) -> HookEvent | HookAnswer:
        """Return the event; its id is made of what is signed."""
        stamp = call.headers.get("x-chatwoot-timestamp", "")
        signed = stamp.encode("utf-8", "replace") + b"." + call.body
        digest = hmac.new(self._secret.encode(), signed, hashlib.sha256).hexdigest()
        check_equal(call.headers.get("x-chatwoot-signature", ""), f"sha256={digest}", name=self._name)
        is_number = stamp.isascii() and stamp.isdigit() and len(stamp) <= 12
        check_recent(moment_of_unix(int(stamp)) if is_number else None, call.at, name=self._name)
        body = body_of(call, _HookBody, name=self._name)
        event_id = hashlib.sha256(signed).hexdigest()
        ticket_id = body.conversation.id if body.event.startswith("message_") else body.id
        kind = KINDS.get(body.event, "ignored")
        is_incoming = body.message_type in (0, "incoming") and not body.private
        if kind == "message" and not is_incoming:
            kind = "ignored"
        if kind != "ignored" and not (ticket_id.isascii() and ticket_id.isdigit() and len(ticket_id) <= 20):
            raise ConnectorRefused(f"connector {self._name}: the body of {body.event[:50]} names no conversation")
        return HookEvent(id=event_id, kind=kind, ticket_id=ticket_id)

    def acknowledge(self, event: HookEvent) -> HookAnswer:
        return HookAnswer(b'{"taken":true}')
