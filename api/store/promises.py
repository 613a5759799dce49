"""What an administrator promises of a field's auto-filled values, and what is done until the promise is held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import delete, select

from api.store.database import Database
from api.store.tables import PromiseRow

EVERY_OTHER = "default"
"""The name of the promise that holds for fields without their own."""
UntilHeld = Literal["suggest", "fill"]


@dataclass(frozen=True, slots=True)
class Promise:
    """`until_held`: whether values are suggested or filled in while corrections do not prove the promise yet."""

    field: str
    share: float
    until_held: UntilHeld
    updated_at: datetime
    actor: str


class Promises:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def list(self) -> tuple[Promise, ...]:
        """Return the promises, by field."""
        query = select(PromiseRow).where(PromiseRow.tenant == self._tenant).order_by(PromiseRow.field)
        with self._database.transaction() as session:
            return tuple(_promise(row) for row in session.scalars(query))

    def get(self, field: str) -> Promise | None:
        """Return what is promised of a field by itself."""
        with self._database.transaction() as session:
            row = session.get(PromiseRow, (self._tenant, field))
        return None if row is None else _promise(row)

    def put(self, promise: Promise) -> None:
        """Keep a promise in place of the field's last."""
        row = PromiseRow(
            tenant=self._tenant,
            field=promise.field,
            promise=promise.share,
            until_held=promise.until_held,
            updated_at=promise.updated_at,
            actor=promise.actor,
        )
        with self._database.transaction() as session:
            session.merge(row)

    def delete(self, field: str) -> bool:
        """Take a promise back; return whether there was one."""
        mine = (PromiseRow.tenant == self._tenant, PromiseRow.field == field)
        with self._database.transaction() as session:
            return session.execute(delete(PromiseRow).where(*mine).returning(PromiseRow.field)).first() is not None


def _promise(row: PromiseRow) -> Promise:
    until_held: UntilHeld = "fill" if row.until_held == "fill" else "suggest"
    return Promise(row.field, row.promise, until_held, row.updated_at, row.actor)
