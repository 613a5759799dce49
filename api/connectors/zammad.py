"""Zammad by its REST API v1: tickets with articles and files in; object attributes, internal notes, tickets out.

[[connector]] kind = "zammad", url = Zammad's own address, token = an access token with ticket.agent, secret = the
webhook's "HMAC SHA1 Signature Token". `fields` names object attributes of the ticket ("order_number").
extra: closed_state ("closed"), customer = whom maintenance tickets are from (an address; needed to open tickets).

A note carries its mark as its subject; a ticket that we open in its title. It is looked for among the newest of the
customer's tickets, which Zammad reads from its database, and then by its search, which may lag by seconds. The
signature has no time in it: a call that is sent again has the same body, thus the same id, and is dropped by that.
There is no update that fails when somebody else was faster: what is between reading and writing a field is one call.
Checked against the published sources and documentation; no Zammad was at hand.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import httpx
from pydantic import JsonValue

from api.connectors.desk_shapes import (
    ExtraOptions,
    Linked,
    body_of,
    changed_fields,
    check_equal,
    check_taken,
    extra_of,
    fetch_files,
    field_text,
    mark_of,
    message_text,
    moment_of,
    titled,
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
from api.connectors.system import Connector, ConnectorRefused, OptionsInvalid

KIND = "zammad"
PAGE = 100
"""The most that Zammad lists at once."""
PAGES = 100
TITLE_CHARS = 200
PRIORITY: Mapping[str, str] = {"critical": "3 high", "warning": "2 normal", "info": "1 low"}
OURS = "Beforehand "
"""How the subjects of our notes begin."""
DONE = frozenset({"closed", "merged", "removed"})


class _Extra(ExtraOptions):
    closed_state: str = "closed"
    customer: str = ""


class _Ticket(Answer):
    id: Text
    title: Text = ""
    group: Text = ""
    state: Text = ""
    customer_id: Text = ""
    customer: Text = ""
    created_at: Text = ""
    create_article_type: Text = ""


class _File(Answer):
    id: Text
    filename: Text = ""
    size: Text = "0"
    preferences: Mapping[str, JsonValue] | None = None

    @property
    def media_type(self) -> str:
        held = self.preferences or {}
        said = field_text(held.get("Content-Type") or held.get("Mime-Type") or held.get("content_type"))
        return said.split(";")[0].strip().lower()


class _Article(Answer):
    id: Text
    subject: Text = ""
    sender: Text = ""
    internal: bool = False
    body: Text = ""
    content_type: Text = ""
    created_at: Text = ""
    attachments: tuple[_File, ...] = ()

    @property
    def text(self) -> str:
        return message_text(self.body, is_html=self.content_type.startswith("text/html"))

    @property
    def is_ours(self) -> bool:
        return self.internal and self.subject.startswith(OURS)


class _User(Answer):
    id: Text = ""
    login: Text = ""
    firstname: Text = ""
    lastname: Text = ""
    email: Text = ""
    phone: Text = ""
    mobile: Text = ""


class _OfCustomer(Answer):
    ticket_ids_open: tuple[Text, ...] = ()
    ticket_ids_closed: tuple[Text, ...] = ()


class _HookTicket(Answer):
    id: Text
    article_count: int | None = None


class _HookArticle(Answer):
    id: Text = ""
    sender: Text = ""
    internal: bool = False
    subject: Text = ""


class _HookBody(Answer):
    ticket: _HookTicket
    article: _HookArticle | None = None


def build(options: ConnectorOptions, *, client: httpx.Client) -> Connector:
    """Return the connector; opens nothing."""
    extra = extra_of(options, _Extra)
    token = options.token.get_secret_value()
    if not token:
        raise OptionsInvalid(f"connector {options.name}: give token, an access token with ticket.agent")
    calls = HttpCalls(
        options,
        client=client,
        base=f"{options.url.rstrip('/')}/api/v1",
        headers={"Authorization": f"Token token={token}"},
    )
    door = ZammadDoor(options) if options.secret.get_secret_value() else None
    return Connector(system=Zammad(options, extra, calls), door=door)


class Zammad:
    """One Zammad; safe to share between threads."""

    def __init__(self, options: ConnectorOptions, extra: _Extra, calls: HttpCalls) -> None:
        self._options = options
        self._extra = extra
        self._calls = calls

    def read(self, ticket_id: str) -> ExternalTicket:
        """Return a ticket with its public articles and their files."""
        raw = self._raw(ticket_id)
        ticket = self._calls.fit(raw, _Ticket, f"ticket {ticket_id}")
        spoken = [article for article in self._articles(ticket_id) if not article.internal]
        files = [
            Linked(file.filename, f"ticket_attachment/{ticket.id}/{article.id}/{file.id}", file.media_type)
            for article in spoken
            for file in article.attachments
        ]
        customer = self._user(ticket)
        return ExternalTicket(
            id=ticket.id,
            subject=ticket.title,
            queue=ticket.group,
            status=ticket.state,
            created_at=moment_of(ticket.created_at),
            messages=tuple(_message(article) for article in spoken if article.text),
            attachments=fetch_files(self._calls, files),
            fields=self._held(raw),
            customer=CustomerOf(
                id=customer.id,
                name=f"{customer.firstname} {customer.lastname}".strip(),
                phone=customer.mobile or customer.phone,
                email=customer.email,
            ),
            channel=ticket.create_article_type,
            url=f"{self._options.url.rstrip('/')}/#ticket/zoom/{ticket.id}",
        )

    def fields(self, ticket_id: str) -> Mapping[str, str]:
        """Return the values of the mapped fields alone: one call, for the moment before a write."""
        return self._held(self._raw(ticket_id))

    def write(self, ticket_id: str, writes: Sequence[FieldWrite]) -> None:
        """Set object attributes, and see that they were taken."""
        body = changed_fields(self._raw(ticket_id), writes, connector=self._options.name)
        if body:
            answer = self._calls.json("PUT", f"tickets/{path_part(ticket_id)}", body=body)
            check_taken(answer, body, connector=self._options.name)

    def comment(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Add an internal note, once for each mark."""
        subject = OURS + mark_of(mark)
        if any(article.subject == subject for article in self._articles(ticket_id)):
            return
        body: JsonValue = {
            "ticket_id": ticket_id,
            "subject": subject,
            "body": text,
            "content_type": "text/plain",
            "type": "note",
            "sender": "Agent",
            "internal": True,
        }
        self._calls.json("POST", "ticket_articles", body=body)

    def close(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Comment and close."""
        self.comment(ticket_id, text, mark=mark)
        state = field_text(self._raw(ticket_id).get("state"))
        if state not in {*DONE, self._extra.closed_state}:
            self._calls.json("PUT", f"tickets/{path_part(ticket_id)}", body={"state": self._extra.closed_state})

    def create(self, ticket: NewTicket) -> str:
        """Return the id of the ticket with that key; open it where there is none."""
        if not self._extra.customer:
            raise ConnectorRefused(f"connector {self._options.name}: set extra.customer, whom such tickets are from")
        if found := self._find(ticket.key):
            return found
        body: JsonValue = {
            "title": titled(ticket.title, ticket.key, limit=TITLE_CHARS),
            "group": ticket.queue,
            "customer_id": f"guess:{self._extra.customer}",
            "priority": PRIORITY.get(ticket.severity, "2 normal"),
            "article": {
                "subject": " ".join(ticket.title.split())[:TITLE_CHARS],
                "body": ticket.text,
                "content_type": "text/plain",
                "type": "note",
                "sender": "Agent",
                "internal": True,
            },
            **{write.target: write.value for write in ticket.fields},
        }
        return self._calls.fit(self._calls.json("POST", "tickets", body=body), _Ticket, "POST tickets").id

    def since(self, at: datetime) -> Iterator[ExternalTicket]:
        """Yield the tickets created since a moment, oldest first."""
        moment = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        params: Mapping[str, str | int] = {
            "condition[ticket.created_at][operator]": "after (absolute)",
            "condition[ticket.created_at][value]": moment,
        }
        found: dict[str, datetime] = {}
        for ticket in self._search(params):
            created_at = moment_of(ticket.created_at)
            if created_at is not None and created_at >= at:
                found[ticket.id] = created_at
        yield from (self.read(ticket_id) for ticket_id in sorted(found, key=lambda one: (found[one], int(one))))

    def check(self) -> str:
        """Return who we are there; raise where a mapped attribute is none there."""
        me = self._calls.fit(self._calls.json("GET", "users/me"), _User, "users/me")
        listed = self._calls.json("GET", "tickets", params={"per_page": 1, "page": 1, "expand": "true"})
        for raw in listed if isinstance(listed, list) else ():
            held = raw if isinstance(raw, dict) else {}
            if missing := [theirs for theirs in self._options.fields.values() if theirs not in held]:
                raise ConnectorRefused(f"connector {self._options.name}: tickets have no {', '.join(missing)}")
        return f"Zammad, as {me.login or me.email}"

    def _raw(self, ticket_id: str) -> dict[str, JsonValue]:
        answer = self._calls.json("GET", f"tickets/{path_part(ticket_id)}", params={"expand": "true"})
        return self._calls.fit(answer, dict[str, JsonValue], f"ticket {ticket_id}")

    def _held(self, raw: Mapping[str, JsonValue]) -> dict[str, str]:
        return {ours: field_text(raw[theirs]) for ours, theirs in self._options.fields.items() if theirs in raw}

    def _articles(self, ticket_id: str) -> list[_Article]:
        answer = self._calls.json("GET", f"ticket_articles/by_ticket/{path_part(ticket_id)}", params={"expand": "true"})
        return self._calls.fit(answer, list[_Article], f"articles of ticket {ticket_id}")

    def _user(self, ticket: _Ticket) -> _User:
        """Return a customer; as little as the ticket says where we may not look."""
        try:
            answer = self._calls.json("GET", f"users/{path_part(ticket.customer_id)}")
        except CallRefused as refused:
            if refused.status not in (403, 404):
                raise
            return _User(id=ticket.customer_id, email=ticket.customer if "@" in ticket.customer else "")
        return self._calls.fit(answer, _User, "the customer")

    def _find(self, key: str) -> str:
        """Return the id of the ticket with that key, "" where there is none."""
        tail = f"[{mark_of(key)}]"
        users = self._calls.json("GET", "users/search", params={"query": self._extra.customer, "limit": 20})
        for user in self._calls.fit(users, list[_User], "users/search"):
            if user.email.lower() == self._extra.customer.lower():
                answer = self._calls.json("GET", "ticket_customer", params={"customer_id": user.id})
                newest = self._calls.fit(answer, _OfCustomer, "ticket_customer")
                for ticket_id in (*newest.ticket_ids_open, *newest.ticket_ids_closed):
                    if field_text(self._raw(ticket_id).get("title")).endswith(tail):
                        return ticket_id
        for ticket in self._search({"query": mark_of(key)}):
            if ticket.title.endswith(tail):
                return ticket.id
        return ""

    def _search(self, params: Mapping[str, str | int]) -> Iterator[_Ticket]:
        for number in range(1, PAGES + 1):
            ordered = {**params, "sort_by": "created_at", "order_by": "asc"}
            page = {**ordered, "expand": "true", "page": number, "per_page": PAGE}
            found = self._calls.fit(self._calls.json("GET", "tickets/search", params=page), list[_Ticket], "search")
            yield from found
            if len(found) < PAGE:
                return


def _message(article: _Article) -> TicketMessage:
    authors: Mapping[str, Author] = {"Customer": "customer", "Agent": "agent"}
    return TicketMessage(article.id, authors.get(article.sender, "system"), article.text, moment_of(article.created_at))


class ZammadDoor:
    """Lets in what is signed with the webhook's token."""

    def __init__(self, options: ConnectorOptions) -> None:
        self._name = options.name
        self._secret = options.secret.get_secret_value()

    def receive(self, call: HookCall) -> HookEvent | HookAnswer:
        """Return the event; its id is made of the signed body, because the delivery's own is not signed."""
        digest = hmac.new(self._secret.encode(), call.body, hashlib.sha1).hexdigest()
        check_equal(call.headers.get("x-hub-signature", ""), f"sha1={digest}", name=self._name)
        body = body_of(call, _HookBody, name=self._name)
        if not (body.ticket.id.isascii() and body.ticket.id.isdigit() and len(body.ticket.id) <= 20):
            raise ConnectorRefused(f"connector {self._name}: {body.ticket.id[:30]!r} is no ticket of Zammad")
        event_id = hashlib.sha256(call.body).hexdigest()
        return HookEvent(id=event_id, kind=_kind(body), ticket_id=body.ticket.id)

    def acknowledge(self, event: HookEvent) -> HookAnswer:
        return HookAnswer(b'{"taken":true}')


def _kind(body: _HookBody) -> EventKind:
    article = body.article
    if article is None or not article.id:
        return "ticket_updated"
    if article.internal and article.subject.startswith(OURS):
        return "ignored"
    if body.ticket.article_count == 1:
        return "ticket_created"
    return "message" if article.sender == "Customer" else "ticket_updated"
