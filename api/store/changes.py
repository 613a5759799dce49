"""What was written into other systems' tickets, and which of their tickets stand for ours.

A change is recorded with the value before and after, so that it can be told, judged and undone. A value there is ours
only while the newest filled change of its field ends in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

from sqlalchemy import select

from api.store.database import Database
from api.store.tables import CatchUp, FieldChange, LinkedTicket

ChangeState = Literal["suggested", "filled", "kept", "reverted"]
"""suggested: said, not written (mode suggest or shadow). filled: written. kept: a person's value stood there and stays;
`after` is what we would have written. reverted: `before` was put back."""


@dataclass(frozen=True, slots=True)
class Change:
    """One value of one field of a ticket elsewhere."""

    id: str
    connector: str
    ticket_id: str
    prefill_id: str
    field: str
    target: str
    before: str
    after: str
    state: ChangeState
    actor: str
    at: datetime
    reverted_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """A ticket elsewhere that stands for ours; `external_id` is empty until it is known to be there."""

    connector: str
    key: str
    external_id: str
    state: str
    updated_at: datetime


class Changes:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def add(self, changes: Iterable[Change]) -> None:
        """Record changes; one that is there already takes the new state."""
        with self._database.transaction() as session:
            for change in changes:
                row = session.get(FieldChange, change.id)
                if row is None:
                    row = FieldChange(id=change.id, tenant=self._tenant)
                    session.add(row)
                row.connector, row.ticket_id, row.prefill_id = change.connector, change.ticket_id, change.prefill_id
                row.field, row.target, row.before, row.after = change.field, change.target, change.before, change.after
                row.state, row.actor, row.at, row.reverted_at = (
                    change.state,
                    change.actor,
                    change.at,
                    change.reverted_at,
                )

    def get(self, change_id: str) -> Change | None:
        """Return a change by its id."""
        with self._database.transaction() as session:
            row = session.get(FieldChange, change_id)
        return None if row is None or row.tenant != self._tenant else _change(row)

    def list(
        self, *, ticket_id: str | None = None, connector: str | None = None, limit: int = 100
    ) -> tuple[Change, ...]:
        """Return changes, newest first."""
        query = select(FieldChange).where(FieldChange.tenant == self._tenant)
        if ticket_id is not None:
            query = query.where(FieldChange.ticket_id == ticket_id)
        if connector is not None:
            query = query.where(FieldChange.connector == connector)
        with self._database.transaction() as session:
            rows = session.scalars(query.order_by(FieldChange.at.desc(), FieldChange.id).limit(limit)).all()
        return tuple(_change(row) for row in rows)

    def newest(self, *, connector: str, ticket_id: str, states: Sequence[ChangeState] = ()) -> Mapping[str, Change]:
        """Return the newest change of each field of a ticket."""
        query = select(FieldChange).where(
            FieldChange.tenant == self._tenant,
            FieldChange.connector == connector,
            FieldChange.ticket_id == ticket_id,
        )
        if states:
            query = query.where(FieldChange.state.in_(states))
        with self._database.transaction() as session:
            rows = session.scalars(query.order_by(FieldChange.at, FieldChange.id)).all()
        return {row.field: _change(row) for row in rows}


class Links:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def get(self, *, connector: str, key: str) -> Link | None:
        """Return what stands for a ticket of ours in a system."""
        with self._database.transaction() as session:
            row = session.get(LinkedTicket, (self._tenant, connector, key))
        return None if row is None else Link(row.connector, row.key, row.external_id, row.state, row.updated_at)

    def put(self, link: Link) -> None:
        """Keep a link in place of the one of that connector and key."""
        row = LinkedTicket(
            tenant=self._tenant,
            connector=link.connector,
            key=link.key,
            external_id=link.external_id,
            state=link.state,
            updated_at=link.updated_at,
        )
        with self._database.transaction() as session:
            session.merge(row)

    def list(self, *, connector: str | None = None, limit: int = 100) -> tuple[Link, ...]:
        """Return links, newest first."""
        query = select(LinkedTicket).where(LinkedTicket.tenant == self._tenant)
        if connector is not None:
            query = query.where(LinkedTicket.connector == connector)
        with self._database.transaction() as session:
            rows = session.scalars(query.order_by(LinkedTicket.updated_at.desc()).limit(limit)).all()
        return tuple(Link(row.connector, row.key, row.external_id, row.state, row.updated_at) for row in rows)

    def caught_up(self, connector: str) -> datetime | None:
        """Return until when a system's new tickets are known to have been taken."""
        with self._database.transaction() as session:
            row = session.get(CatchUp, (self._tenant, connector))
        return None if row is None else row.at

    def catch_up(self, connector: str, *, at: datetime) -> None:
        """Note that a system's new tickets have been taken until a moment."""
        with self._database.transaction() as session:
            session.merge(CatchUp(tenant=self._tenant, connector=connector, at=at))


def _change(row: FieldChange) -> Change:
    return Change(
        id=row.id,
        connector=row.connector,
        ticket_id=row.ticket_id,
        prefill_id=row.prefill_id,
        field=row.field,
        target=row.target,
        before=row.before,
        after=row.after,
        state=cast(ChangeState, row.state),
        actor=row.actor,
        at=row.at,
        reverted_at=row.reverted_at,
    )
