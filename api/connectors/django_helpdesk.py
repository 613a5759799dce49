"""django-helpdesk (2.6.1) by its REST API: tickets with follow-ups and files in; fields, internal notes, tickets out.

[[connector]] kind = "django_helpdesk", url = the site with helpdesk's own path, login and password of a staff account,
secret = what `?token=` of the webhook's address must be. `fields` names what the API calls a ticket's attribute:
"custom_<name>" for custom fields, or title, description, resolution, priority, due_date.
extra: email = the account's own address (needed to open tickets), queues = {"repairs" = 1} (the API knows ids alone),
resolved_status (3), file_hosts = hosts that hand out media besides the site's own.

Webhooks are unsigned and sent within a person's request: the token opens the door, no more than the ids is believed,
and the ticket is read back. A follow-up carries its mark in its last line (the API takes a follow-up's title for the
ticket's and renames it), a ticket that we open in its title; it is looked for among the tickets of the account's own
address, because the API has no search. An event that is sent while nobody
listens is lost: `since` finds its ticket. The site reads every ticket's custom fields on each call to /api/tickets/,
so a call costs more the more tickets there are. It does not know who changed a field.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated

import httpx
from pydantic import AfterValidator, Field, JsonValue

from api.connectors.desk_shapes import (
    ExtraOptions,
    Linked,
    Moment,
    body_of,
    changed_fields,
    check_equal,
    check_taken,
    extra_of,
    fetch_files,
    field_text,
    mark_of,
    message_text,
    signed_off,
    titled,
)
from api.connectors.http_calls import Answer, HttpCalls, Text, path_part
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

KIND = "django_helpdesk"
PAGE = 50
"""Tickets at once; each brings all its follow-ups."""
PAGES = 2_000
TITLE_CHARS = 200  # helpdesk's column
STATUS: Mapping[int, str] = {1: "open", 2: "reopened", 3: "resolved", 4: "closed", 5: "duplicate"}
"""helpdesk/settings.py; a site may add its own, which keep their number."""
PRIORITY: Mapping[str, int] = {"critical": 1, "warning": 2, "info": 4}
"""Of a severity; 3 is helpdesk's normal."""
TEMPLATE = re.compile(r"(?<=\{)(?=[{%#])|(?<=%)(?=\})|\x00")
"""helpdesk renders follow-ups as Django templates (update_ticket.py): a customer's "{{ ticket.x }}" that we quote would
be worked out, and "{{ }}" or a single "%}" answers 500. A space between makes it plain text."""
OURS = "[Beforehand bh-"
"""How the last line of our follow-ups begins."""


class _Extra(ExtraOptions):
    email: str = ""
    queues: Mapping[str, int] = Field(default_factory=dict)
    resolved_status: int = 3
    file_hosts: tuple[str, ...] = ()


def _id(value: int) -> int:
    if not 0 < value < 2**63:
        raise ValueError("no id")
    return value


Id = Annotated[int, AfterValidator(_id)]


class _File(Answer):
    file: Text = ""
    filename: Text = ""
    mime_type: Text = ""
    size: int | None = None


class _FollowUp(Answer):
    id: Id
    comment: Text = ""
    public: bool = False
    user: int | None = None
    date: Moment | None = None
    followupattachment_set: tuple[_File, ...] = ()

    @property
    def is_ours(self) -> bool:
        return not self.public and OURS in self.comment


class _Ticket(Answer):
    id: Id
    queue: int = 0
    title: Text = ""
    description: Text = ""
    submitter_email: Text = ""
    status: int = 1
    followup_set: tuple[_FollowUp, ...] = ()

    @property
    def created_at(self) -> datetime | None:
        """The API does not tell; every ticket has a first follow-up, made with it."""
        return min((one.date for one in self.followup_set if one.date), default=None)


class _Page(Answer):
    count: int = 0
    next: Text = ""
    results: tuple[JsonValue, ...] = ()


class _Listed(Answer):
    id: Id
    title: Text = ""


class _HookTicket(Answer):
    id: Id
    followup_set: tuple[_FollowUp, ...] = ()


class _HookBody(Answer):
    ticket: _HookTicket
    followup_id: Id | None = None


def build(options: ConnectorOptions, *, client: httpx.Client) -> Connector:
    """Return the connector; opens nothing."""
    extra = extra_of(options, _Extra)
    password = options.password.get_secret_value()
    if not (options.login and password):
        raise OptionsInvalid(f"connector {options.name}: give login and password of a staff account")
    calls = HttpCalls(options, client=client, base=f"{options.url.rstrip('/')}/api", login=(options.login, password))
    door = DjangoHelpdeskDoor(options) if options.secret.get_secret_value() else None
    return Connector(system=DjangoHelpdesk(options, extra, calls), door=door)


class DjangoHelpdesk:
    """One helpdesk; safe to share between threads."""

    def __init__(self, options: ConnectorOptions, extra: _Extra, calls: HttpCalls) -> None:
        self._options = options
        self._extra = extra
        self._calls = calls
        self._queue_names = {number: name for name, number in extra.queues.items()}

    def read(self, ticket_id: str) -> ExternalTicket:
        """Return a ticket with what was said and sent in it."""
        return self._external(self._raw(ticket_id))

    def fields(self, ticket_id: str) -> Mapping[str, str]:
        """Return the values of the mapped fields alone: one call, for the moment before a write."""
        return self._held(self._raw(ticket_id))

    def write(self, ticket_id: str, writes: Sequence[FieldWrite]) -> None:
        """Set fields, and see that they were taken."""
        body = changed_fields(self._raw(ticket_id), writes, connector=self._options.name)
        if body:
            answer = self._calls.json("PATCH", f"tickets/{path_part(ticket_id)}/", body=body)
            check_taken(answer, body, connector=self._options.name)

    def comment(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Add an internal follow-up, once for each mark."""
        self._follow_up(ticket_id, text, mark=mark)

    def close(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Resolve with an internal follow-up, in one call."""
        self._follow_up(ticket_id, text, mark=mark, status=self._extra.resolved_status)

    def create(self, ticket: NewTicket) -> str:
        """Return the id of the ticket with that key; open it where there is none."""
        if not self._extra.email:
            raise ConnectorRefused(f"connector {self._options.name}: set extra.email to the account's own address")
        ticket_id = self._find(ticket.key) or self._open(ticket)
        self.write(ticket_id, ticket.fields)
        return ticket_id

    def since(self, at: datetime) -> Iterator[ExternalTicket]:
        """Yield the tickets created since a moment, oldest first; one without any follow-up counts as new."""
        found: list[dict[str, JsonValue]] = []
        last = -(-self._page(1, "tickets/").count // PAGE)
        for number in range(last, 0, -1):
            page = [raw for raw in self._page(number, "tickets/").results if isinstance(raw, dict)]
            new = [raw for raw in page if (moment := self._shaped(raw).created_at) is None or moment >= at]
            found = new + found
            if len(new) < len(page) and not new:
                break
        yield from (self._external(raw) for raw in found)

    def check(self) -> str:
        """Return how many tickets the account sees; raise where a mapped field is none there."""
        page = self._page(1, "tickets/", size=1)
        for raw in page.results:
            held = raw if isinstance(raw, dict) else {}
            if missing := [theirs for theirs in self._options.fields.values() if theirs not in held]:
                raise ConnectorRefused(f"connector {self._options.name}: tickets have no {', '.join(missing)}")
        return f"django-helpdesk, {page.count} tickets, as {self._options.login}"

    def _raw(self, ticket_id: str) -> dict[str, JsonValue]:
        answer = self._calls.json("GET", f"tickets/{path_part(ticket_id)}/")
        return self._calls.fit(answer, dict[str, JsonValue], f"ticket {ticket_id}")

    def _shaped(self, raw: dict[str, JsonValue]) -> _Ticket:
        return self._calls.fit(raw, _Ticket, "a ticket")

    def _page(self, number: int, path: str, *, size: int = PAGE) -> _Page:
        answer = self._calls.json("GET", path, params={"page": number, "page_size": size})
        return self._calls.fit(answer, _Page, path)

    def _held(self, raw: Mapping[str, JsonValue]) -> dict[str, str]:
        return {ours: field_text(raw[theirs]) for ours, theirs in self._options.fields.items() if theirs in raw}

    def _external(self, raw: dict[str, JsonValue]) -> ExternalTicket:
        ticket = self._shaped(raw)
        spoken = [one for one in ticket.followup_set if one.public]
        files = [
            Linked(one.filename, one.file, one.mime_type, one.size or 0)
            for follow_up in spoken
            for one in follow_up.followupattachment_set
        ]
        return ExternalTicket(
            id=str(ticket.id),
            subject=ticket.title,
            queue=self._queue_names.get(ticket.queue, str(ticket.queue)),
            status=STATUS.get(ticket.status, str(ticket.status)),
            created_at=ticket.created_at,
            messages=_messages(ticket, spoken),
            attachments=fetch_files(self._calls, files, hosts=self._extra.file_hosts),
            fields=self._held(raw),
            customer=CustomerOf(id=ticket.submitter_email, email=ticket.submitter_email),
            url=f"{self._options.url.rstrip('/')}/tickets/{ticket.id}/",
        )

    def _follow_up(self, ticket_id: str, text: str, *, mark: str, status: int | None = None) -> None:
        tail = mark_of(mark)
        text = TEMPLATE.sub(" ", text)
        if any(tail in one.comment for one in self._shaped(self._raw(ticket_id)).followup_set):
            return
        body: dict[str, JsonValue] = {"ticket": ticket_id, "comment": signed_off(text, mark), "public": False}
        if status is not None:
            body["new_status"] = status
        self._calls.json("POST", "followups/", body=body)

    def _find(self, key: str) -> str:
        """Return the id of the ticket of ours with that key, "" where there is none."""
        tail = f"[{mark_of(key)}]"
        for number in range(1, PAGES + 1):
            page = self._page(number, "user_tickets/")
            for listed in self._calls.fit(list(page.results), list[_Listed], "user_tickets"):
                if listed.title.endswith(tail):
                    return str(listed.id)
            if not page.next:
                break
        return ""

    def _open(self, ticket: NewTicket) -> str:
        queue = self._extra.queues.get(ticket.queue, ticket.queue)
        body: dict[str, JsonValue] = {
            "queue": queue,
            "title": titled(ticket.title, ticket.key, limit=TITLE_CHARS),
            "description": ticket.text,
            "submitter_email": self._extra.email,
            "priority": PRIORITY.get(ticket.severity, 3),
            **{write.target: write.value for write in ticket.fields},
        }
        made = self._calls.fit(self._calls.json("POST", "tickets/", body=body), _Listed, "POST tickets/")
        if self._find(ticket.key) != str(made.id):
            raise ConnectorRefused(
                f"connector {self._options.name}: ticket {made.id} is opened, but not among the account's own: give the"
                f" account {self._options.login} the address of extra.email"
            )
        return str(made.id)


def _messages(ticket: _Ticket, spoken: Sequence[_FollowUp]) -> tuple[TicketMessage, ...]:
    """Return what was said; the first words are the customer's, whoever typed them in."""
    if not spoken:
        text = message_text(ticket.description)
        return (TicketMessage(f"{ticket.id}-description", "customer", text),) if text else ()
    messages: list[TicketMessage] = []
    for number, one in enumerate(spoken):
        author: Author = "customer" if number == 0 or one.user is None else "agent"
        if text := message_text(one.comment):
            messages.append(TicketMessage(str(one.id), author, text, one.date))
    return tuple(messages)


class DjangoHelpdeskDoor:
    """Lets in who knows the token; believes the ids alone."""

    def __init__(self, options: ConnectorOptions) -> None:
        self._name = options.name
        self._secret = options.secret.get_secret_value()

    def receive(self, call: HookCall) -> HookEvent | HookAnswer:
        """Return the event: its id is the ticket's and its follow-up's."""
        check_equal(call.query.get("token", ""), self._secret, name=self._name)
        body = body_of(call, _HookBody, name=self._name)
        follow_ups = body.ticket.followup_set
        newest = body.followup_id or max((one.id for one in follow_ups), default=0)
        told = next((one for one in follow_ups if one.id == newest), None)
        kind: EventKind = "ticket_created"
        if told is not None and told.is_ours:
            kind = "ignored"
        elif body.followup_id:
            kind = "message" if told is None or told.user is None else "ticket_updated"
        ticket_id = str(body.ticket.id)
        return HookEvent(id=f"{ticket_id}-{newest}", kind=kind, ticket_id=ticket_id)

    def acknowledge(self, event: HookEvent) -> HookAnswer:
        return HookAnswer(b'{"taken":true}')
