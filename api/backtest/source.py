"""Where past tickets come from: an export, or a ticket system as it stands now. Out: a Source, read once, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

from api.backtest.columns import Columns
from api.backtest.past_tickets import ExportReader
from api.backtest.records import Author, PastMessage, PastTicket
from api.connectors.options import ConnectorOptions
from api.connectors.records import ExternalTicket
from api.connectors.system import ConnectorError, TicketSystem
from api.errors import Problem, say
from nlp import Template

AUTHORS: Mapping[str, Author] = {"customer": "customer", "agent": "agent", "system": "agent"}


@dataclass(frozen=True, slots=True)
class Source:
    """`fields` are the template's fields whose final values are known; `mapping` is theirs -> ours."""

    title: str
    fields: frozenset[str]
    mapping: Mapping[str, str]
    unused: tuple[str, ...]
    tickets: Callable[[], Iterator[PastTicket | Problem]]
    skipped_files: Callable[[], int] = lambda: 0


def export_source(path: Path, columns: Columns, *, zone: tzinfo) -> Source:
    """Return an export's tickets.

    Raises:
        Problem: it cannot be read, or its columns are not known.
    """
    reader = ExportReader(path, columns, zone=zone)
    return Source(path.name, reader.fields, reader.mapping, reader.unused, reader.tickets)


def system_source(system: TicketSystem, options: ConnectorOptions, template: Template, *, since: datetime) -> Source:
    """Return a system's tickets since a moment, in whose time zone the customers are taken to live. Files are left out:
    no system says when each was added."""
    fields = frozenset(field.name for field in template.fields if field.name in options.fields)
    skipped = [0]

    def tickets() -> Iterator[PastTicket | Problem]:
        try:
            for ticket in system.since(since):
                skipped[0] += len(ticket.attachments)
                yield past_ticket(ticket, zone=since.tzinfo)
        except ConnectorError as error:
            raise Problem("connector_down", say("detail.engine", original=str(error))) from error

    return Source(options.name, fields, options.targets, (), tickets, lambda: skipped[0])


def past_ticket(ticket: ExternalTicket, *, zone: tzinfo | None) -> PastTicket | Problem:
    """Return a ticket as a past one; one without words or a time is a Problem."""
    said = [PastMessage(AUTHORS[message.author], message.text, message.at) for message in ticket.messages]
    subject = [PastMessage("customer", ticket.subject, ticket.created_at)] if ticket.subject else []
    messages = tuple(message for message in (*subject, *said) if message.text)
    if ticket.created_at is None or not messages:
        return Problem("export_row_refused", say("detail.past_ticket_bare", ticket=ticket.id), where=ticket.id)
    return PastTicket(
        id=ticket.id,
        line=0,
        created_at=ticket.created_at.astimezone(zone),
        messages=messages,
        finals=dict(ticket.fields),
        customer_id=ticket.customer.id,
        customer_phone=ticket.customer.phone,
        locale=ticket.locale,
        queue=ticket.queue,
    )
