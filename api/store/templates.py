"""Ticket templates that an administrator made; the built-in ones are nlp's."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from api.store.database import Database
from api.store.tables import TemplateRow


class Templates:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def names(self) -> tuple[str, ...]:
        """Return the names, in order."""
        with self._database.transaction() as session:
            return tuple(
                session.scalars(
                    select(TemplateRow.name).where(TemplateRow.tenant == self._tenant).order_by(TemplateRow.name)
                )
            )

    def get(self, name: str) -> str | None:
        """Return a template's JSON Schema as text."""
        with self._database.transaction() as session:
            row = session.get(TemplateRow, (self._tenant, name))
        return None if row is None else row.body

    def put(self, name: str, body: str, *, at: datetime) -> None:
        """Keep a template in place of the one of that name."""
        with self._database.transaction() as session:
            session.merge(TemplateRow(tenant=self._tenant, name=name, updated_at=at, body=body))

    def drop(self, name: str) -> bool:
        """Forget a template; return whether there was one."""
        with self._database.transaction() as session:
            row = session.get(TemplateRow, (self._tenant, name))
            if row is not None:
                session.delete(row)
        return row is not None
