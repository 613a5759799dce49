"""Maintenance tickets: one a key, changed in place, so that a replay changes nothing."""

from __future__ import annotations

from sqlalchemy import Select, select, tuple_
from sqlalchemy.orm import Session

from api.schemas.telemetry import Ticket
from api.store.database import Database
from api.store.outbox import Outbox, message_of
from api.store.tables import TicketRow


class Tickets:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def put(self, ticket: Ticket, *, plot: str) -> Ticket:
        """Keep a ticket in place of the one with its kind and key, whose id it takes; return what is kept.

        A ticket that was not drawn this time keeps the plot it had. What a person would want to know is put into the
        outbox in the same transaction.
        """
        query = self._keyed(ticket.kind, ticket.key)
        with self._database.transaction() as session:
            row = session.scalars(query).first()
            before = None if row is None else Ticket.model_validate_json(row.body)
            if row is None:
                row = TicketRow(id=ticket.id, tenant=self._tenant, kind=ticket.kind, key=ticket.key, plot="")
                session.add(row)
            plot = plot or row.plot
            kept = ticket.model_copy(
                update={"id": row.id, "plot_url": f"/v1/tickets/{row.id}/plot.svg" if plot else ""}
            )
            row.device_id, row.state = kept.device_id, kept.state
            row.opened_at, row.updated_at = kept.opened_at, kept.updated_at
            row.body, row.plot = kept.model_dump_json(), plot
            self._announce(before, kept, session=session)
        return kept

    def _announce(self, before: Ticket | None, after: Ticket, *, session: Session) -> None:
        type_ = news_of(before, after)
        if type_ is None:
            return
        subject = f"{after.id}/{after.updated_at.isoformat()}"
        content = after.model_dump(mode="json", by_alias=True)
        message = message_of(type_, content, tenant=self._tenant, subject=subject, at=after.updated_at)
        Outbox(self._database, self._tenant).add(message, session=session)

    def get(self, ticket_id: str) -> Ticket | None:
        """Return a ticket by its id."""
        with self._database.transaction() as session:
            row = self._row(session, ticket_id)
        return None if row is None else Ticket.model_validate_json(row.body)

    def by_key(self, kind: str, key: str) -> Ticket | None:
        """Return a ticket by its key."""
        with self._database.transaction() as session:
            row = session.scalars(self._keyed(kind, key)).first()
        return None if row is None else Ticket.model_validate_json(row.body)

    def plot(self, ticket_id: str) -> str | None:
        """Return a ticket's plot as SVG; empty where nothing could be drawn."""
        with self._database.transaction() as session:
            row = self._row(session, ticket_id)
        return None if row is None else row.plot

    def list(
        self, *, kind: str, limit: int, state: str | None = None, device_id: str | None = None, after: str | None = None
    ) -> tuple[Ticket, ...]:
        """Return tickets, newest first; `after` is the id of the last ticket of the page before."""
        query = select(TicketRow).where(TicketRow.tenant == self._tenant, TicketRow.kind == kind)
        if state is not None:
            query = query.where(TicketRow.state == state)
        if device_id is not None:
            query = query.where(TicketRow.device_id == device_id)
        with self._database.transaction() as session:
            last = self._row(session, after) if after is not None else None
            if last is not None:
                query = query.where(tuple_(TicketRow.opened_at, TicketRow.id) < (last.opened_at, last.id))
            query = query.order_by(TicketRow.opened_at.desc(), TicketRow.id.desc()).limit(limit)
            rows = session.scalars(query).all()
        return tuple(Ticket.model_validate_json(row.body) for row in rows)

    def _keyed(self, kind: str, key: str) -> Select[TicketRow]:
        return select(TicketRow).where(TicketRow.tenant == self._tenant, TicketRow.kind == kind, TicketRow.key == key)

    def _row(self, session: Session, ticket_id: str) -> TicketRow | None:
        """Return a row of this tenant."""
        row = session.get(TicketRow, ticket_id)
        return row if row is not None and row.tenant == self._tenant else None


def news_of(before: Ticket | None, after: Ticket) -> str | None:
    """Return the type of message that a change is worth; None where only figures moved.

    Reasons are rewritten up to hourly while an alert lasts: what is told is which metrics they are about.
    """
    if before is None:
        return "ticket.opened" if after.state == "open" else "ticket.resolved"
    if before.state != after.state:
        return "ticket.resolved" if after.state == "resolved" else "ticket.updated"
    is_same = before.severity == after.severity and _metrics(before) == _metrics(after)
    return None if is_same else "ticket.updated"


def _metrics(ticket: Ticket) -> frozenset[str]:
    return frozenset(reason.metric for reason in ticket.reasons)
