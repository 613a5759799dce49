"""Any system that can send and take JSON, by Standard Webhooks both ways (https://www.standardwebhooks.com).

[[connector]] kind = "webhook", secret = what both sides sign with ("whsec_..." or any text), url = where answers go.
`fields` names the sender's own fields. extra: tickets_url = where a ticket can be read, if anywhere.

In: POST /v1/hooks/{name} with webhook-id, webhook-timestamp, webhook-signature and the whole ticket in the body
(schema: files/webhook/schema.json):

    {"type": "ticket.created" | "ticket.updated" | "message.created",
     "data": {"id": "T-1", "subject": "热水器不加热", "queue": "repairs", "status": "open",
              "created_at": "2026-11-22T10:00:00Z", "channel": "phone", "locale": "zh-CN", "url": "https://...",
              "customer": {"id": "C-7", "name": "王芳", "phone": "13800138000", "email": ""},
              "messages": [{"id": "m1", "author": "customer", "text": "...", "at": "2026-11-22T10:00:00Z"}],
              "attachments": [{"name": "label.jpg", "media_type": "image/jpeg", "content": "<base64>"}],
              "fields": {"Order": ""}}}

Out, to `url`, signed the same way; a repeat has the same webhook-id, so a receiver that keeps the ids is never changed
twice: "ticket.fields" {ticket_id, fields}, "ticket.comment" {ticket_id, text, mark}, "ticket.close" {the same},
"ticket.open" {key, title, text, queue, severity, fields}; its answer may be {"id": "..."}, else the key is the id.

GET {tickets_url}/{id} answers what `data` holds; GET {tickets_url}?since=TIME a list of such. Without tickets_url the
event's own ticket is all there is: nothing is caught up, and nothing is read back right before it is written, so the
receiver must take a value of "ticket.fields" only where its own is still empty or the one that it was sent last.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import httpx
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field, JsonValue

from api.connectors.desk_shapes import ExtraOptions, Moment, body_of, extra_of, field_text, mark_of
from api.connectors.http_calls import HttpCalls, path_part
from api.connectors.options import ConnectorOptions
from api.connectors.records import (
    Attached,
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
from api.connectors.signed_hooks import sign_hook, verify_hook
from api.connectors.system import Connector, ConnectorRefused, OptionsInvalid

KIND = "webhook"
KINDS: Mapping[str, EventKind] = {
    "ticket.created": "ticket_created",
    "ticket.updated": "ticket_updated",
    "message.created": "message",
}
LISTED = 10_000
"""Tickets of one catching up."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class MessageBody(_Part):
    id: str = Field(min_length=1, max_length=200)
    author: Author = "customer"
    text: str = Field(default="", max_length=200_000)
    at: Moment | None = None


class FileBody(_Part):
    name: str = Field(min_length=1, max_length=300)
    media_type: str = Field(default="", max_length=200)
    content: Base64Bytes


class CustomerBody(_Part):
    id: str = Field(default="", max_length=200)
    name: str = Field(default="", max_length=300)
    phone: str = Field(default="", max_length=100)
    email: str = Field(default="", max_length=320)


class TicketBody(_Part):
    id: str = Field(min_length=1, max_length=200, pattern=r"\S")
    subject: str = Field(default="", max_length=2_000)
    queue: str = Field(default="", max_length=200)
    status: str = Field(default="", max_length=100)
    created_at: Moment | None = None
    channel: str = Field(default="", max_length=100)
    locale: str = Field(default="", max_length=35)
    url: str = Field(default="", max_length=2_000)
    customer: CustomerBody = CustomerBody()
    messages: tuple[MessageBody, ...] = Field(default=(), max_length=1_000)
    attachments: tuple[FileBody, ...] = Field(default=(), max_length=20)
    fields: Mapping[str, JsonValue] = Field(default_factory=dict, max_length=500)


class HookBody(_Part):
    type: str = Field(max_length=100)
    data: TicketBody


class _Extra(ExtraOptions):
    tickets_url: str = ""


class _Opened(_Part):
    id: str = Field(min_length=1, max_length=200)


def build(options: ConnectorOptions, *, client: httpx.Client) -> Connector:
    """Return the connector; opens nothing. Without a url there is no far side to write to."""
    extra = extra_of(options, _Extra)
    if not options.secret.get_secret_value():
        raise OptionsInvalid(f"connector {options.name}: give secret; both ways are signed with it")
    system = WebhookSystem(options, extra, client=client) if options.url else None
    return Connector(system=system, door=WebhookDoor(options))


class WebhookSystem:
    """The side that answers are sent to; safe to share between threads."""

    def __init__(self, options: ConnectorOptions, extra: _Extra, *, client: httpx.Client) -> None:
        self._options = options
        self._calls = HttpCalls(options, client=client)
        token = options.token.get_secret_value()
        headers = {"Authorization": f"Bearer {token}"} if token else None
        self._tickets = (
            HttpCalls(options, client=client, base=extra.tickets_url, headers=headers) if extra.tickets_url else None
        )

    def read(self, ticket_id: str) -> ExternalTicket:
        """Return a ticket from tickets_url."""
        answer = self._readable().json("GET", path_part(ticket_id))
        return _ticket(self._calls.fit(answer, TicketBody, f"ticket {ticket_id}"), self._options)

    def fields(self, ticket_id: str) -> Mapping[str, str]:
        """Return the values of the mapped fields now; none where nothing can be read back."""
        return {} if self._tickets is None else self.read(ticket_id).fields

    def write(self, ticket_id: str, writes: Sequence[FieldWrite]) -> None:
        """Send the values, under an id of their own."""
        fields: dict[str, JsonValue] = {write.target: write.value for write in writes}
        mark = json.dumps([ticket_id, fields], ensure_ascii=False, sort_keys=True)
        self._tell("ticket.fields", mark, {"ticket_id": ticket_id, "fields": fields})

    def comment(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Send an internal comment, under the id of its mark."""
        self._tell("ticket.comment", f"{ticket_id} {mark}", {"ticket_id": ticket_id, "text": text, "mark": mark})

    def close(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Ask for a ticket to be resolved."""
        self._tell("ticket.close", f"{ticket_id} {mark}", {"ticket_id": ticket_id, "text": text, "mark": mark})

    def create(self, ticket: NewTicket) -> str:
        """Ask for a ticket, under the id of its key; return the id in the answer, or the key."""
        data: dict[str, JsonValue] = {
            "key": ticket.key,
            "title": ticket.title,
            "text": ticket.text,
            "queue": ticket.queue,
            "severity": ticket.severity,
            "fields": {write.target: write.value for write in ticket.fields},
        }
        answer = self._tell("ticket.open", ticket.key, data)
        if not (isinstance(answer, dict) and "id" in answer):
            return ticket.key
        return self._calls.fit(answer, _Opened, "the answer to ticket.open").id

    def since(self, at: datetime) -> Iterator[ExternalTicket]:
        """Yield the tickets of tickets_url created since a moment; none where there is no such address."""
        if self._tickets is None:
            return
        answer = self._tickets.json("GET", "", params={"since": at.astimezone(UTC).isoformat()})
        bodies = self._calls.fit(answer, list[TicketBody], "tickets_url")[:LISTED]
        dated = sorted((one for one in bodies if one.created_at), key=lambda one: one.created_at or at)
        yield from (_ticket(one, self._options) for one in dated if one.created_at and one.created_at >= at)

    def check(self) -> str:
        """Send a signed "ping"; return what answered."""
        self._tell("ping", "ping", {})
        readable = "tickets can be read" if self._tickets else "tickets cannot be read back; set extra.tickets_url"
        return f"{self._calls.base} takes signed webhooks; {readable}"

    def _readable(self) -> HttpCalls:
        if self._tickets is None:
            raise ConnectorRefused(
                f"connector {self._options.name}: tickets cannot be read; set extra.tickets_url or send whole tickets"
            )
        return self._tickets

    def _tell(self, kind: str, mark: str, data: dict[str, JsonValue]) -> JsonValue:
        """Post a signed webhook; its id is the same whenever the same is told."""
        event_id = f"msg_{hashlib.sha256(f'{kind} {mark}'.encode('utf-8', 'replace')).hexdigest()[:32]}"
        body: JsonValue = {"type": kind, "connector": self._options.name, "mark": mark_of(mark), "data": data}
        content = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
        at = datetime.now(UTC)  # what a receiver holds against its own clock
        secret = self._options.secret.get_secret_value()
        headers = {
            "Content-Type": "application/json",
            "webhook-id": event_id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": sign_hook(content, event_id=event_id, at=at, secret=secret),
        }
        return self._calls.json("POST", self._calls.base, content=content, headers=headers)


class WebhookDoor:
    """Lets in what is signed with the connector's secret."""

    def __init__(self, options: ConnectorOptions) -> None:
        self._options = options

    def receive(self, call: HookCall) -> HookEvent | HookAnswer:
        """Return the event, with its whole ticket."""
        name = self._options.name
        event_id = verify_hook(call, secret=self._options.secret.get_secret_value(), name=name)
        body = body_of(call, HookBody, name=name)
        if body.type not in KINDS:
            return HookEvent(id=event_id, kind="ignored", ticket_id=body.data.id)
        return HookEvent(event_id, KINDS[body.type], body.data.id, _ticket(body.data, self._options))

    def acknowledge(self, event: HookEvent) -> HookAnswer:
        return HookAnswer(b'{"taken":true}')


def _ticket(body: TicketBody, options: ConnectorOptions) -> ExternalTicket:
    customer = body.customer
    return ExternalTicket(
        id=body.id,
        subject=body.subject,
        queue=body.queue,
        status=body.status,
        created_at=body.created_at,
        messages=tuple(TicketMessage(one.id, one.author, one.text, one.at) for one in body.messages),
        attachments=tuple(Attached(one.name, one.content, one.media_type) for one in body.attachments),
        fields={
            ours: field_text(body.fields[theirs]) for ours, theirs in options.fields.items() if theirs in body.fields
        },
        customer=CustomerOf(customer.id, customer.name, customer.phone, customer.email),
        channel=body.channel,
        locale=body.locale,
        url=body.url,
    )
