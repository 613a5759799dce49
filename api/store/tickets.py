"""Maintenance tickets: one a key, and one open a place, changed in place, so that a replay changes nothing.

Safe when several processes keep the same alert at once: the first statement of a change is an insert that the unique
indexes decide about, and what it finds there is locked before it is read.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.schemas.telemetry import Change, Ticket, TicketChange
from api.store.database import Database
from api.store.outbox import Outbox, message_of
from api.store.upkeep_tables import TicketRow

HISTORY = 50
"""Changes that a ticket tells; the first and the newest of them."""
SEVERITIES = ("info", "warning", "critical")


@dataclass(frozen=True, slots=True)
class Keeping:
    """What is kept beside a ticket's own words. `place` is what only one open ticket may hold."""

    plot: str = ""
    place: str = ""


class Tickets:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def put(self, ticket: Ticket, *, plot: str = "", place: str = "") -> Ticket:
        """Keep a ticket in place of the one with its kind and key, or else of the open one that holds its place, whose
        id and key it takes; return what is kept.

        What is known to be newer stays. A ticket that was not drawn this time keeps the plot it had. What a person
        would want to know is put into the outbox in the same transaction.
        """
        beside = Keeping(plot, place if ticket.state == "open" else "")
        with self._database.transaction() as session:
            if self._insert(session, ticket, beside):
                kept = _with_plot(_told(None, ticket), beside.plot)
                self._announce(None, kept, session=session)
                return kept
            row = self._found(session, ticket, beside)
            before = Ticket.model_validate_json(row.body)
            if row.updated_at > ticket.updated_at:
                return before
            kept = self._change(row, before, ticket, beside)
            self._announce(before, kept, session=session)
        return kept

    def _insert(self, session: Session, ticket: Ticket, beside: Keeping) -> bool:
        """Write a new row; return False where the key or the place is taken."""
        kept = _with_plot(_told(None, ticket), beside.plot)
        values = {
            "id": ticket.id,
            "tenant": self._tenant,
            "kind": ticket.kind,
            "key": ticket.key,
            "body": kept.model_dump_json(),
            "plot": beside.plot,
            "place": beside.place or None,
            **_columns(kept),
        }
        is_postgresql = session.get_bind().dialect.name == "postgresql"
        statement = (postgresql.insert if is_postgresql else sqlite.insert)(TicketRow)
        made = statement.values(values).on_conflict_do_nothing().returning(TicketRow.id)
        return session.execute(made).first() is not None

    def _found(self, session: Session, ticket: Ticket, beside: Keeping) -> TicketRow:
        """Return the row that kept a ticket out, locked: that of its key, unless another holds its place."""
        keyed = self._keyed(ticket.kind, ticket.key)
        placed = select(TicketRow).where(TicketRow.tenant == self._tenant, TicketRow.place == beside.place)
        holder = session.scalars(placed.with_for_update()).first() if beside.place else None
        return holder or session.scalars(keyed.with_for_update()).one()

    def _change(self, row: TicketRow, before: Ticket, ticket: Ticket, beside: Keeping) -> Ticket:
        plot = beside.plot or row.plot
        same = {"id": row.id, "key": row.key, "opened_at": min(before.opened_at, ticket.opened_at)}
        kept = _with_plot(_told(before, ticket.model_copy(update=same)), plot)
        for name, value in _columns(kept).items():
            setattr(row, name, value)
        row.body, row.plot, row.place = kept.model_dump_json(), plot, beside.place or None
        return kept

    def _announce(self, before: Ticket | None, after: Ticket, *, session: Session) -> None:
        type_ = news_of(before, after)
        if type_ is None or (after.history and after.history[0].change == "grouped"):
            return  # the site's ticket tells of those that began within it
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
        """Return what a ticket's plot is drawn from; empty where there is nothing to draw."""
        with self._database.transaction() as session:
            row = self._row(session, ticket_id)
        return None if row is None else row.plot

    def list(
        self, *, kind: str, limit: int, state: str | None = None, device_id: str | None = None, after: str | None = None
    ) -> tuple[Ticket, ...]:
        """Return tickets, newest first; `after` is the id of the last ticket of the page before.

        Those that a site's ticket lists are left out, unless their device is asked for.
        """
        query = select(TicketRow).where(TicketRow.tenant == self._tenant, TicketRow.kind == kind)
        query = query.where(TicketRow.group_id.is_(None) if device_id is None else TicketRow.device_id == device_id)
        if state is not None:
            query = query.where(TicketRow.state == state)
        with self._database.transaction() as session:
            last = self._row(session, after) if after is not None else None
            if last is not None:
                query = query.where(tuple_(TicketRow.opened_at, TicketRow.id) < (last.opened_at, last.id))
            rows = session.scalars(_newest(query, limit)).all()
        return tuple(Ticket.model_validate_json(row.body) for row in rows)

    def of_site(self, site: str, *, since: datetime, limit: int) -> tuple[Ticket, ...]:
        """Return what opened at a site since a moment, oldest first."""
        query = select(TicketRow).where(
            TicketRow.tenant == self._tenant, TicketRow.site == site, TicketRow.opened_at >= since
        )
        with self._database.transaction() as session:
            rows = session.scalars(query.order_by(TicketRow.opened_at, TicketRow.id).limit(limit)).all()
        return tuple(Ticket.model_validate_json(row.body) for row in rows)

    def of_group(self, group_id: str) -> tuple[Ticket, ...]:
        """Return the tickets that a site's ticket lists, oldest first."""
        query = select(TicketRow).where(TicketRow.tenant == self._tenant, TicketRow.group_id == group_id)
        with self._database.transaction() as session:
            rows = session.scalars(query.order_by(TicketRow.opened_at, TicketRow.id)).all()
        return tuple(Ticket.model_validate_json(row.body) for row in rows)

    def resolved_of_model(self, model: str, *, limit: int) -> tuple[Ticket, ...]:
        """Return the resolved tickets of a model's devices, newest first."""
        query = select(TicketRow).where(
            TicketRow.tenant == self._tenant, TicketRow.model == model, TicketRow.state == "resolved"
        )
        with self._database.transaction() as session:
            rows = session.scalars(_newest(query, limit)).all()
        return tuple(Ticket.model_validate_json(row.body) for row in rows)

    def in_place(self, place: str) -> Ticket | None:
        """Return the open ticket that holds a place."""
        query = select(TicketRow).where(TicketRow.tenant == self._tenant, TicketRow.place == place)
        with self._database.transaction() as session:
            row = session.scalars(query).first()
        return None if row is None else Ticket.model_validate_json(row.body)

    def open_of(self, device_ids: Collection[str]) -> tuple[Ticket, ...]:
        """Return the open tickets of some devices."""
        query = select(TicketRow).where(TicketRow.tenant == self._tenant, TicketRow.state == "open")
        with self._database.transaction() as session:
            rows = session.scalars(query.where(TicketRow.device_id.in_(device_ids))).all()
        return tuple(Ticket.model_validate_json(row.body) for row in rows)

    def _keyed(self, kind: str, key: str) -> Select[TicketRow]:
        return select(TicketRow).where(TicketRow.tenant == self._tenant, TicketRow.kind == kind, TicketRow.key == key)

    def _row(self, session: Session, ticket_id: str) -> TicketRow | None:
        """Return a row of this tenant."""
        row = session.get(TicketRow, ticket_id)
        return row if row is not None and row.tenant == self._tenant else None


def _newest(query: Select[TicketRow], limit: int) -> Select[TicketRow]:
    return query.order_by(TicketRow.opened_at.desc(), TicketRow.id.desc()).limit(limit)


def _columns(ticket: Ticket) -> dict[str, str | datetime | None]:
    """Return what a ticket is found by."""
    return {
        "device_id": ticket.device_id,
        "state": ticket.state,
        "opened_at": ticket.opened_at,
        "updated_at": ticket.updated_at,
        "site": ticket.device.site or ticket.device.gateway,
        "model": ticket.device.model,
        "group_id": ticket.group_id or None,
    }


def _with_plot(ticket: Ticket, plot: str) -> Ticket:
    return ticket.model_copy(update={"plot_url": f"/v1/tickets/{ticket.id}/plot.svg" if plot else ""})


def _told(before: Ticket | None, after: Ticket) -> Ticket:
    """Return a ticket with its history, the newest change last."""
    history = [] if before is None else list(before.history)
    change = change_of(before, after)
    if change is not None:
        metrics = [reason.metric for reason in after.reasons]
        at = after.opened_at if before is None else after.updated_at
        history.append(TicketChange(at=at, change=change, severity=after.severity, metrics=metrics))
        if before is None and after.state == "resolved":  # it came and went within one request
            history.append(TicketChange(at=after.updated_at, change="resolved", severity=after.severity))
    if len(history) > HISTORY:
        history = [history[0], *history[-(HISTORY - 1) :]]
    return after.model_copy(update={"history": history})


def change_of(before: Ticket | None, after: Ticket) -> Change | None:
    """Return what a change is, in a word; None where only figures moved."""
    if before is None:
        return "grouped" if after.group_id else "opened"
    if before.state != after.state:
        return "resolved" if after.state == "resolved" else "reopened"
    if before.severity != after.severity:
        is_worse = SEVERITIES.index(after.severity) > SEVERITIES.index(before.severity)
        return "escalated" if is_worse else "eased"
    if before.group_id != after.group_id:
        return "grouped"
    is_same = _metrics(before) == _metrics(after) and len(before.devices) == len(after.devices)
    is_same = is_same and before.is_flapping == after.is_flapping
    return None if is_same else "updated"


def news_of(before: Ticket | None, after: Ticket) -> str | None:
    """Return the type of message that a change is worth; None where only figures moved.

    Reasons are rewritten up to hourly while an alert lasts: what is told is which metrics they are about.
    """
    if before is None:
        return "ticket.opened" if after.state == "open" else "ticket.resolved"
    change = change_of(before, after)
    if change is None:
        return None
    return "ticket.resolved" if change == "resolved" else "ticket.updated"


def _metrics(ticket: Ticket) -> frozenset[str]:
    return frozenset(reason.metric for reason in ticket.reasons)
