"""Zendesk Support by its Ticketing API v2: tickets with comments and files in; fields, internal notes, tickets out.

[[connector]] kind = "zendesk", url = https://<subdomain>.zendesk.com, login = an agent's address and token = an API
token (without login, token is an OAuth access token), secret = the webhook's signing secret. `fields` names custom
fields by their number, or priority, type, subject.
extra: signed = "timestamp_body" (what Zendesk sends; its documentation says base64(HMACSHA256(TIMESTAMP + BODY))) or
"body_timestamp" (what the vector of its older page computes), file_hosts.

Every write is a safe update: Zendesk refuses it (409) when somebody has touched the ticket since it was read a moment
before, and it is then tried again from the reading. A ticket that we open carries its key as external_id, a comment its
mark in its last line. Zendesk says 200 to a field that it has not, so values are looked for in its answer.
Checked against the published documentation and signature vector; no Zendesk account was at hand.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

import httpx
from pydantic import JsonValue

from api.connectors.desk_shapes import (
    ExtraOptions,
    Linked,
    body_of,
    check_equal,
    check_recent,
    extra_of,
    fetch_files,
    mark_of,
    moment_of,
    signed_off,
)
from api.connectors.http_calls import CallRefused, HttpCalls, path_part
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
from api.connectors.system import Connector, ConnectorDown, ConnectorRefused, OptionsInvalid
from api.connectors.zendesk_shapes import (
    CommentBody,
    CommentsAnswer,
    GroupsAnswer,
    HookBody,
    MadeAnswer,
    MeAnswer,
    TicketAnswer,
    TicketBody,
    TicketsAnswer,
    UserBody,
)

KIND = "zendesk"
PAGES = 50
"""Of 100 comments: Zendesk's own limit is 5,000 a ticket. Of 1,000 tickets when catching up."""
FILE_HOSTS = (".zdusercontent.com",)
"""Where Zendesk redirects an attachment's address to."""
PLAIN_FIELDS = frozenset({"priority", "type", "subject"})
PRIORITY: Mapping[str, str] = {"critical": "urgent", "warning": "high", "info": "normal"}
SUBJECT_CHARS = 150
DONE = frozenset({"solved", "closed"})
KINDS: Mapping[str, EventKind] = {
    "zen:event-type:ticket.created": "ticket_created",
    "zen:event-type:ticket.comment_added": "message",
    "ticket_created": "ticket_created",
    "ticket_updated": "ticket_updated",
    "message": "message",
}
"""Zendesk's own events, and what the triggers of files/zendesk say."""


class _Extra(ExtraOptions):
    signed: Literal["timestamp_body", "body_timestamp"] = "timestamp_body"
    file_hosts: tuple[str, ...] = ()


def build(options: ConnectorOptions, *, client: httpx.Client) -> Connector:
    """Return the connector; opens nothing."""
    extra = extra_of(options, _Extra)
    token = options.token.get_secret_value()
    if not token:
        raise OptionsInvalid(f"connector {options.name}: give token, with the login that it belongs to")
    if odd := [name for name in options.fields.values() if not (name.isdecimal() or name in PLAIN_FIELDS)]:
        raise OptionsInvalid(f"connector {options.name}: fields: {', '.join(odd)}: name custom fields by their number")
    calls = HttpCalls(
        options,
        client=client,
        base=f"{options.url.rstrip('/')}/api/v2",
        headers=None if options.login else {"Authorization": f"Bearer {token}"},
        login=(f"{options.login}/token", token) if options.login else None,
    )
    door = ZendeskDoor(options, extra) if options.secret.get_secret_value() else None
    return Connector(system=Zendesk(options, extra, calls), door=door)


class Zendesk:
    """One Zendesk; safe to share between threads."""

    def __init__(self, options: ConnectorOptions, extra: _Extra, calls: HttpCalls) -> None:
        self._options = options
        self._extra = extra
        self._calls = calls

    def read(self, ticket_id: str) -> ExternalTicket:
        """Return a ticket with its public comments and their files."""
        one = self._one(ticket_id)
        ticket = one.ticket
        pages = list(self._pages(ticket_id))
        users = {user.id: user for user in (*one.users, *(user for page in pages for user in page.users))}
        spoken = [comment for page in pages for comment in page.comments if comment.public]
        files = [
            Linked(file.file_name, file.content_url, file.content_type, file.size)
            for comment in spoken
            for file in comment.attachments
        ]
        customer = users.get(ticket.requester_id, UserBody(id=ticket.requester_id))
        groups = {group.id: group.name for group in one.groups}
        return ExternalTicket(
            id=ticket.id,
            subject=ticket.subject,
            queue=groups.get(ticket.group_id, ticket.group_id),
            status=ticket.status,
            created_at=moment_of(ticket.created_at),
            messages=tuple(_message(comment, users, ticket.requester_id) for comment in spoken if comment.text),
            attachments=fetch_files(self._calls, files, hosts=(*FILE_HOSTS, *self._extra.file_hosts)),
            fields=self._held(ticket),
            customer=CustomerOf(customer.id, customer.name, customer.phone, customer.email),
            channel=ticket.via.channel,
            locale=customer.locale,
            url=f"{self._options.url.rstrip('/')}/agent/tickets/{ticket.id}",
        )

    def fields(self, ticket_id: str) -> Mapping[str, str]:
        """Return the values of the mapped fields alone: one call, for the moment before a write."""
        return self._held(self._one(ticket_id).ticket)

    def write(self, ticket_id: str, writes: Sequence[FieldWrite]) -> None:
        """Set fields by a safe update, and see that they were taken."""
        ticket = self._one(ticket_id).ticket
        held = ticket.held()
        if unknown := [write.target for write in writes if write.target not in held]:
            raise ConnectorRefused(f"connector {self._options.name}: the ticket has no field {', '.join(unknown)}")
        new = [write for write in writes if held[write.target] != write.value]
        if not new:
            return
        change: dict[str, JsonValue] = {write.target: write.value for write in new if write.target in PLAIN_FIELDS}
        change["custom_fields"] = [
            {"id": int(write.target), "value": write.value} for write in new if write.target not in PLAIN_FIELDS
        ]
        taken = self._update(ticket, change).held()
        if refused := [write.target for write in new if not taken.get(write.target)]:
            raise ConnectorRefused(f"connector {self._options.name}: Zendesk did not take field {', '.join(refused)}")

    def comment(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Add an internal note, once for each mark."""
        self._note(ticket_id, text, mark=mark)

    def close(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Solve with an internal note, in one call."""
        self._note(ticket_id, text, mark=mark, status="solved")

    def create(self, ticket: NewTicket) -> str:
        """Return the id of the ticket with that key; open it where there is none."""
        answer = self._calls.json("GET", "tickets.json", params={"external_id": ticket.key})
        for found in self._calls.fit(answer, TicketsAnswer, "tickets by external_id").tickets:
            return found.id
        body: dict[str, JsonValue] = {
            "subject": " ".join(ticket.title.split())[:SUBJECT_CHARS],
            "comment": {"body": ticket.text, "public": False},
            "external_id": ticket.key,
            "priority": PRIORITY.get(ticket.severity, "normal"),
            "custom_fields": [{"id": int(one.target), "value": one.value} for one in ticket.fields],
        }
        if ticket.queue:
            body["group_id"] = self._group_id(ticket.queue)
        headers = {"Idempotency-Key": mark_of(ticket.key)}
        answer = self._calls.json("POST", "tickets.json", body={"ticket": body}, headers=headers)
        return self._calls.fit(answer, MadeAnswer, "POST tickets").ticket.id

    def since(self, at: datetime) -> Iterator[ExternalTicket]:
        """Yield the tickets created since a moment, oldest first, by the incremental export (10 calls a minute)."""
        found: list[tuple[datetime, str]] = []
        params: dict[str, str | int] = {"start_time": int(at.astimezone(UTC).timestamp())}
        for _ in range(PAGES):
            answer = self._calls.json("GET", "incremental/tickets/cursor.json", params=params)
            page = self._calls.fit(answer, TicketsAnswer, "the incremental export")
            for ticket in page.tickets:
                created_at = moment_of(ticket.created_at)
                if created_at is not None and created_at >= at and ticket.status != "deleted":
                    found.append((created_at, ticket.id))
            if page.end_of_stream or not page.after_cursor:
                break
            params = {"cursor": page.after_cursor}
        yield from (self.read(ticket_id) for _, ticket_id in sorted(found))

    def check(self) -> str:
        """Return who we are there; raise where a mapped field is none there."""
        me = self._calls.fit(self._calls.json("GET", "users/me.json"), MeAnswer, "users/me").user
        if me.role not in ("agent", "admin"):
            raise ConnectorRefused(f"connector {self._options.name}: {me.role or 'nobody'} is signed in, not an agent")
        for number in self._options.fields.values():
            if number.isdecimal():
                self._calls.json("GET", f"ticket_fields/{number}.json")
        return f"Zendesk, as {me.email or me.name} ({me.role})"

    def _one(self, ticket_id: str) -> TicketAnswer:
        answer = self._calls.json("GET", f"tickets/{path_part(ticket_id)}.json", params={"include": "users,groups"})
        return self._calls.fit(answer, TicketAnswer, f"ticket {ticket_id}")

    def _held(self, ticket: TicketBody) -> dict[str, str]:
        held = ticket.held()
        return {ours: held[theirs] for ours, theirs in self._options.fields.items() if theirs in held}

    def _pages(self, ticket_id: str) -> Iterator[CommentsAnswer]:
        path = f"tickets/{path_part(ticket_id)}/comments.json"
        for number in range(1, PAGES + 1):
            params: Mapping[str, str | int] = {"include": "users", "sort_order": "asc", "page": number, "per_page": 100}
            page = self._calls.fit(self._calls.json("GET", path, params=params), CommentsAnswer, "comments")
            yield page
            if not page.next_page:
                return

    def _note(self, ticket_id: str, text: str, *, mark: str, status: str = "") -> None:
        ticket = self._one(ticket_id).ticket
        is_there = any(mark_of(mark) in one.text for page in self._pages(ticket_id) for one in page.comments)
        change: dict[str, JsonValue] = {}
        if not is_there:
            change["comment"] = {"body": signed_off(text, mark), "public": False}
        if status and ticket.status not in DONE:
            change["status"] = status
        if change:
            self._update(ticket, change)

    def _update(self, ticket: TicketBody, change: Mapping[str, JsonValue]) -> TicketBody:
        """Change a ticket unless it was touched since it was read."""
        body: JsonValue = {"ticket": {**change, "safe_update": True, "updated_stamp": ticket.updated_at}}
        try:
            answer = self._calls.json("PUT", f"tickets/{path_part(ticket.id)}.json", body=body)
        except CallRefused as refused:
            if refused.status != 409:
                raise
            raise ConnectorDown(f"{refused}: somebody changed the ticket at the same moment", after_s=1) from refused
        return self._calls.fit(answer, MadeAnswer, f"ticket {ticket.id}").ticket

    def _group_id(self, name: str) -> JsonValue:
        if name.isdecimal():
            return int(name)
        answer = self._calls.json("GET", "groups/assignable.json", params={"per_page": 100})
        groups = self._calls.fit(answer, GroupsAnswer, "groups").groups
        for group in groups:
            if group.name == name:
                return int(group.id)
        raise ConnectorRefused(f"connector {self._options.name}: there is no group {name!r} to give tickets to")


def _message(comment: CommentBody, users: Mapping[str, UserBody], requester_id: str) -> TicketMessage:
    user = users.get(comment.author_id)
    is_customer = comment.author_id == requester_id or (user is not None and user.role == "end-user")
    author: Author = "system" if comment.author_id == "-1" else "customer" if is_customer else "agent"
    return TicketMessage(comment.id, author, comment.text, moment_of(comment.created_at))


class ZendeskDoor:
    """Lets in what Zendesk signed lately."""

    def __init__(self, options: ConnectorOptions, extra: _Extra) -> None:
        self._name = options.name
        self._secret = options.secret.get_secret_value()
        self._is_body_first = extra.signed == "body_timestamp"

    def receive(self, call: HookCall) -> HookEvent | HookAnswer:
        """Return the event; tries of one invocation have the same id."""
        stamp = call.headers.get("x-zendesk-webhook-signature-timestamp", "")
        encoded = stamp.encode("utf-8", "replace")
        signed = call.body + encoded if self._is_body_first else encoded + call.body
        digest = hmac.new(self._secret.encode(), signed, hashlib.sha256).digest()
        given = call.headers.get("x-zendesk-webhook-signature", "")
        check_equal(given, base64.b64encode(digest).decode(), name=self._name)
        check_recent(moment_of(stamp), call.at, name=self._name)
        body = body_of(call, HookBody, name=self._name)
        ticket_id = body.ticket_id or body.detail.id
        if not (ticket_id.isascii() and ticket_id.isdigit() and len(ticket_id) <= 20):
            raise ConnectorRefused(
                f"connector {self._name}: the body names no ticket; use the triggers' body as shipped"
            )
        event_id = body.id or call.headers.get("x-zendesk-webhook-invocation-id", "") or f"{ticket_id} {stamp}"
        kind = KINDS.get(body.type, "ignored") if body.event.comment.is_public else "ignored"
        return HookEvent(id=event_id[:200], kind=kind, ticket_id=ticket_id)

    def acknowledge(self, event: HookEvent) -> HookAnswer:
        return HookAnswer(b'{"taken":true}')
