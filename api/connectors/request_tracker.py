"""Request Tracker 5 by REST 2.0: tickets with their messages and files in; custom fields, comments, tickets out.

[[connector]] kind = "request_tracker", url = RT's own address (with its path), token (or login and password).
`fields` names custom fields. extra: resolved_status ("resolved").
A comment carries its mark as its subject; a ticket that we open carries its key in the custom field that
[connector.maintenance] names for `key`, else a mark in its subject. RT says 200 to a custom field that it does not
take, so values are read back. What it does not know: moments at which another process of ours does the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import httpx
from pydantic import JsonValue

from api.connectors.http_calls import Answer, CallRefused, HttpCalls, path_part
from api.connectors.options import ConnectorOptions
from api.connectors.records import Attached, CustomerOf, ExternalTicket, FieldWrite, Listed, NewTicket, TicketMessage
from api.connectors.request_tracker_door import RequestTrackerDoor
from api.connectors.request_tracker_shapes import (
    INACTIVE,
    AttachmentBody,
    ContentBody,
    Found,
    Reference,
    TicketBody,
    TransactionBody,
    UserBody,
    content_of,
    mark_of,
    moment_of,
    quoted,
    text_of,
)
from api.connectors.system import Connector, ConnectorRefused, OptionsInvalid

KIND = "request_tracker"
SPOKEN = ("Create", "Correspond")
"""Transactions whose text the customer wrote or was sent; comments are the house's own."""
PAGE = 100  # the most that RT gives at once
PAGES = 50
FILES = 20
"""What one prefill takes (api/settings.py)."""
FILE_BYTES = 50 * 1024 * 1024
READABLE = ("image/", "audio/", "video/", "application/pdf", "application/octet-stream")
"""Files that may hold something to hear or see; their first bytes decide later."""
SUBJECT_CHARS = 200  # RT's column
EXTRA = frozenset({"resolved_status"})

Entry = TypeVar("Entry", bound=Answer)


def build(options: ConnectorOptions, *, client: httpx.Client) -> Connector:
    """Return the connector; opens nothing."""
    if unknown := sorted(set(options.extra) - EXTRA):
        raise OptionsInvalid(f"connector {options.name}: extra: {', '.join(unknown)} unknown; there is resolved_status")
    token, password = options.token.get_secret_value(), options.password.get_secret_value()
    if not token and not (options.login and password):
        raise OptionsInvalid(f"connector {options.name}: give token, or login and password")
    calls = HttpCalls(
        options,
        client=client,
        base=f"{options.url.rstrip('/')}/REST/2.0",
        headers={"Authorization": f"token {token}"} if token else None,
        login=None if token else (options.login, password),
    )
    door = RequestTrackerDoor(options) if options.secret.get_secret_value() else None
    return Connector(system=RequestTracker(options, calls), door=door)


class RequestTracker:
    """One RT; safe to share between threads."""

    def __init__(self, options: ConnectorOptions, calls: HttpCalls) -> None:
        self._options = options
        self._calls = calls
        self._resolved = str(options.extra.get("resolved_status") or "resolved")

    def read(self, ticket_id: str) -> ExternalTicket:
        """Return a ticket with what was said and sent in it."""
        ticket = self._ticket(ticket_id)
        spoken = self._spoken(ticket_id)
        attached = [one for one in self._attachments(ticket_id) if one.transaction in spoken]
        customer = self._user(ticket.requestors[0].id) if ticket.requestors else UserBody()
        return ExternalTicket(
            id=ticket.id,
            subject=ticket.subject,
            queue=ticket.queue.name,
            status=ticket.status,
            created_at=moment_of(ticket.created),
            messages=self._messages(spoken, attached, customers={one.id for one in ticket.requestors}),
            attachments=self._files(attached),
            fields=self._held(ticket),
            customer=CustomerOf(
                id=customer.name,
                name=customer.real_name,
                phone=customer.mobile or customer.work or customer.home,
                email=customer.email,
            ),
            locale=customer.language.replace("_", "-"),
            url=f"{self._options.url.rstrip('/')}/Ticket/Display.html?id={ticket.id}",
        )

    def fields(self, ticket_id: str) -> Mapping[str, str]:
        """Return the values of the mapped fields alone: one call, for the moment before a write."""
        return self._held(self._ticket(ticket_id))

    def write(self, ticket_id: str, writes: Sequence[FieldWrite]) -> None:
        """Set custom fields, and see that RT took them."""
        wanted: dict[str, JsonValue] = {write.target: write.value for write in writes}
        said = self._calls.json("PUT", f"ticket/{path_part(ticket_id)}", body={"CustomFields": wanted})
        held = self._ticket(ticket_id).held
        refused = [target for target, value in wanted.items() if held.get(target, "") != value]
        if refused:
            reason = "; ".join(map(str, said))[:300] if isinstance(said, list) and said else "no such custom field here"
            raise ConnectorRefused(f"connector {self._options.name}: RT did not take {', '.join(refused)}: {reason}")

    def comment(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Add an internal comment, once for each mark."""
        subject = f"Beforehand {mark_of(mark)}"
        if any(one.subject == subject for one in self._attachments(ticket_id)):
            return
        body: JsonValue = {"Subject": subject, "Content": text, "ContentType": "text/plain"}
        self._calls.json("POST", f"ticket/{path_part(ticket_id)}/comment", body=body)

    def create(self, ticket: NewTicket) -> str:
        """Return the id of the ticket with that key; open it where there is none."""
        key_field = (self._options.maintenance.fields if self._options.maintenance else {}).get("key", "")
        mark = mark_of(ticket.key)
        query = f"'CF.{{{key_field}}}' = {quoted(ticket.key)}" if key_field else f"Subject LIKE {quoted(mark)}"
        for found in self._search(query):
            return found.id
        tail = "" if key_field else f" [{mark}]"
        body: JsonValue = {
            "Queue": ticket.queue,
            "Subject": " ".join(ticket.title.split())[: SUBJECT_CHARS - len(tail)] + tail,
            "Content": ticket.text,
            "ContentType": "text/plain",
            "CustomFields": {write.target: write.value for write in ticket.fields},
        }
        made = self._calls.fit(self._calls.json("POST", "ticket", body=body), Reference, "POST ticket")
        if not made.id:
            raise ConnectorRefused(f"connector {self._options.name}: RT opened no ticket in queue {ticket.queue!r}")
        return made.id

    def close(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Comment and resolve."""
        self.comment(ticket_id, text, mark=mark)
        if self._ticket(ticket_id).status not in {*INACTIVE, self._resolved}:
            self._calls.json("PUT", f"ticket/{path_part(ticket_id)}", body={"Status": self._resolved})
            if (status := self._ticket(ticket_id).status) != self._resolved:
                raise ConnectorRefused(f"connector {self._options.name}: ticket {ticket_id} stays {status}")

    def since(self, at: datetime) -> Iterator[ExternalTicket]:
        """Yield the tickets created since a moment, oldest first."""
        for listed in self.new_since(at):
            yield self.read(listed.id)

    def new_since(self, at: datetime) -> Iterator[Listed]:
        """Name the tickets created since a moment, oldest first: one call a hundred."""
        query = f"Created >= {quoted(at.astimezone(UTC).strftime('%Y-%m-%d %H:%M:%S UTC'))}"
        if self._options.queues:
            query += f" AND ({' OR '.join(f'Queue = {quoted(queue)}' for queue in self._options.queues)})"
        for found in self._search(query):
            yield Listed(found.id, moment_of(found.created))

    def check(self) -> str:
        """Return RT's version; raise where a mapped custom field is none there."""
        answer = self._calls.json("GET", "rt")
        version = answer.get("Version") if isinstance(answer, dict) else None
        if not isinstance(version, str):
            raise ConnectorRefused(f"connector {self._options.name}: the url answers, but not as Request Tracker")
        maintenance = self._options.maintenance.fields.values() if self._options.maintenance else ()
        wanted = [*self._options.fields.values(), *maintenance]
        if missing := [name for name in dict.fromkeys(wanted) if not self._is_custom_field(name)]:
            raise ConnectorRefused(f"connector {self._options.name}: RT has no custom field {', '.join(missing)}")
        return f"Request Tracker {version}, as {self._options.login or 'the owner of the token'}"

    # --- what RT is asked

    def _ticket(self, ticket_id: str) -> TicketBody:
        answer = self._calls.json("GET", f"ticket/{path_part(ticket_id)}", params={"fields[Queue]": "Name"})
        return self._calls.fit(answer, TicketBody, f"ticket {ticket_id}")

    def _held(self, ticket: TicketBody) -> Mapping[str, str]:
        """Return our fields' values; a field that this queue has not is left out."""
        held = ticket.held
        return {ours: held[theirs] for ours, theirs in self._options.fields.items() if theirs in held}

    def _user(self, user_id: str) -> UserBody:
        """Return a customer; as little as the ticket says where we may not look."""
        try:
            return self._calls.fit(self._calls.json("GET", f"user/{path_part(user_id)}"), UserBody, f"user {user_id}")
        except CallRefused as error:
            if error.status not in (403, 404):
                raise
            return UserBody(Name=user_id, EmailAddress=user_id if "@" in user_id else "")

    def _spoken(self, ticket_id: str) -> Mapping[str, TransactionBody]:
        listed = self._list(f"ticket/{path_part(ticket_id)}/history", TransactionBody, fields="Type,Creator,Created")
        return {one.id: one for one in listed if one.type in SPOKEN}

    def _attachments(self, ticket_id: str) -> list[AttachmentBody]:
        fields = "TransactionId,ContentType,Filename,ContentLength,Subject"
        return list(self._list(f"ticket/{path_part(ticket_id)}/attachments", AttachmentBody, fields=fields))

    def _content(self, attachment: AttachmentBody) -> bytes:
        answer = self._calls.json("GET", f"attachment/{path_part(attachment.id)}", limit=2 * FILE_BYTES)
        return content_of(self._calls.fit(answer, ContentBody, f"attachment {attachment.id}"))

    def _messages(
        self, spoken: Mapping[str, TransactionBody], attached: Sequence[AttachmentBody], *, customers: set[str]
    ) -> tuple[TicketMessage, ...]:
        messages: list[TicketMessage] = []
        for transaction in spoken.values():
            parts = [one for one in attached if one.transaction == transaction.id and not one.name]
            plain = [one for one in parts if one.media_type == "text/plain"]
            texts = [
                text_of(self._content(one), is_html=one.media_type == "text/html")
                for one in plain or [one for one in parts if one.media_type == "text/html"]
                if one.size_bytes
            ]
            is_customer = transaction.type == "Create" or transaction.creator.id in customers
            author = "system" if transaction.creator.id == "RT_System" else "customer" if is_customer else "agent"
            if text := "\n".join(filter(None, texts)):
                messages.append(TicketMessage(transaction.id, author, text, moment_of(transaction.created)))  # type: ignore[arg-type]
        return tuple(messages)

    def _files(self, attached: Sequence[AttachmentBody]) -> tuple[Attached, ...]:
        wanted = [
            one
            for one in attached
            if one.name and one.media_type.startswith(READABLE) and 0 < one.size_bytes <= FILE_BYTES
        ]
        return tuple(Attached(one.name, self._content(one), one.media_type) for one in wanted[:FILES])

    def _is_custom_field(self, name: str) -> bool:
        query: JsonValue = [{"field": "Name", "value": name}]
        answer = self._calls.json("POST", "customfields", body=query)
        return isinstance(answer, dict) and bool(answer.get("total"))

    def _search(self, query: str) -> Iterator[Found]:
        return self._list("tickets", Found, query=query, orderby="id", order="ASC", fields="Created")

    def _list(self, path: str, shape: type[Entry], **params: str) -> Iterator[Entry]:
        """Yield the entries of a list, page by page."""
        for page in range(1, PAGES + 1):
            answer = self._calls.json("GET", path, params={**params, "page": page, "per_page": PAGE})
            entries = answer.get("items") if isinstance(answer, dict) else None
            yield from self._calls.fit(entries or [], list[shape], path)  # type: ignore[valid-type]
            if not isinstance(entries, list) or len(entries) < PAGE:
                return
