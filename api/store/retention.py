"""Forgetting: one customer's everything when they ask, everybody's when it is old. Rows and ids out, counts back.

Deleted bytes are overwritten (`secure_delete`) and the write-ahead log is emptied by `compact`, so that nothing can be
read back from the files. It knows no files beside the database: what lies in folders is named by the ids it returns.
Counts without values (draft_outcomes) and the audit log name nobody, and stay.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, CursorResult, delete, or_, select, text
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.store.database import Database
from api.store.tables import (
    ApiKey,
    Base,
    Delivery,
    FeedbackRow,
    FieldChange,
    IdempotentReply,
    OutboxRow,
    Prefill,
    SuggestionSet,
)

Item = TypeVar("Item")
IDS_AT_ONCE = 500
"""SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535; five hundred are fast on both."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What is gone: how many rows of each kind, and by which names the rest lies in folders and in other systems."""

    counts: Mapping[str, int]
    prefill_ids: tuple[str, ...] = ()
    ticket_ids: tuple[str, ...] = ()


class Retention:
    """One tenant's rows."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def erase_customer(self, customer_id: str) -> Erased:
        """Delete everything that is kept of one customer, in one transaction."""
        query = select(Prefill.id, Prefill.ticket_id).where(
            Prefill.tenant == self._tenant, Prefill.customer_id == customer_id
        )
        with self._database.transaction() as session:
            rows = session.execute(query).all()
            prefill_ids = [row.id for row in rows]
            ticket_ids = sorted({row.ticket_id for row in rows if row.ticket_id})
            counts = self._erase(session, prefill_ids, ticket_ids, needles=[customer_id, *prefill_ids])
        return Erased(counts, tuple(prefill_ids), tuple(ticket_ids))

    def forget_before(self, at: datetime, *, kinds: Collection[str]) -> Erased:
        """Delete old rows of these kinds: prefills with all that hangs on them, suggestions, feedback."""
        counts: dict[str, int] = {}
        prefill_ids: list[str] = []
        with self._database.transaction() as session:
            if "prefills" in kinds:
                old = select(Prefill.id).where(Prefill.tenant == self._tenant, Prefill.created_at < at)
                prefill_ids = list(session.scalars(old))
                counts |= self._erase(session, prefill_ids, [], needles=[])
            for kind, table in (("suggestions", SuggestionSet), ("feedback", FeedbackRow)):
                if kind in kinds:
                    gone = _delete(session, table, table.tenant == self._tenant, table.created_at < at)
                    counts[kind] = counts.get(kind, 0) + gone
        return Erased(counts, tuple(prefill_ids))

    def compact(self) -> None:
        """Empty SQLite's write-ahead log and free pages; PostgreSQL's autovacuum does its own."""
        if self._database.engine.dialect.name != "sqlite":
            return
        with self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def _erase(
        self, session: Session, prefill_ids: list[str], ticket_ids: list[str], *, needles: Collection[str]
    ) -> dict[str, int]:
        """Delete prefills and all that hangs on them or their tickets."""
        suggestion_ids = [
            *_suggestions_of(session, SuggestionSet.prefill_id, prefill_ids, self._tenant),
            *_suggestions_of(session, SuggestionSet.ticket_id, ticket_ids, self._tenant),
        ]
        counts = dict.fromkeys(("prefills", "suggestions", "feedback", "changes"), 0)
        for some in _slices([*prefill_ids, *suggestion_ids]):
            counts["feedback"] += _delete(
                session, FeedbackRow, self._mine(FeedbackRow), FeedbackRow.subject_id.in_(some)
            )
        for some in _slices(suggestion_ids):
            counts["suggestions"] += _delete(
                session, SuggestionSet, self._mine(SuggestionSet), SuggestionSet.id.in_(some)
            )
        for column, ids in ((FieldChange.prefill_id, prefill_ids), (FieldChange.ticket_id, ticket_ids)):
            for some in _slices(ids):
                counts["changes"] += _delete(session, FieldChange, self._mine(FieldChange), column.in_(some))
        for some in _slices(prefill_ids):
            counts["prefills"] += _delete(session, Prefill, self._mine(Prefill), Prefill.id.in_(some))
        counts["replies"] = self._erase_replies(session, [*needles, *suggestion_ids]) if needles else 0
        counts["messages"] = self._erase_messages(session, needles) if needles else 0
        return counts

    def _erase_replies(self, session: Session, needles: Collection[str]) -> int:
        """Delete kept answers that name one of these; they live a day, so few are read."""
        keys = select(ApiKey.id).where(ApiKey.tenant == self._tenant)
        wanted = [needle.encode() for needle in needles]
        found = [
            (row.owner, row.key)
            for row in session.execute(
                select(IdempotentReply.owner, IdempotentReply.key, IdempotentReply.body).where(
                    IdempotentReply.owner.in_(keys)
                )
            )
            if any(needle in row.body for needle in wanted)
        ]
        for owner, key in found:
            _delete(session, IdempotentReply, IdempotentReply.owner == owner, IdempotentReply.key == key)
        return len(found)

    def _erase_messages(self, session: Session, needles: Collection[str]) -> int:
        """Delete messages to webhooks that name one of these, and what became of them."""
        named = [OutboxRow.body.contains(needle, autoescape=True) for needle in needles]
        ids: list[str] = []
        for some in _slices(named):
            query = select(OutboxRow.message_id).where(OutboxRow.tenant == self._tenant, or_(*some))
            ids += session.scalars(query)
        for some_ids in _slices(ids):
            _delete(session, Delivery, Delivery.tenant == self._tenant, Delivery.message_id.in_(some_ids))
            _delete(session, OutboxRow, OutboxRow.tenant == self._tenant, OutboxRow.message_id.in_(some_ids))
        return len(set(ids))

    def _mine(self, table: type[Prefill | SuggestionSet | FeedbackRow | FieldChange]) -> ColumnElement[bool]:
        return table.tenant == self._tenant


def _suggestions_of(
    session: Session, column: InstrumentedAttribute[str | None], ids: list[str], tenant: str
) -> list[str]:
    found: list[str] = []
    for some in _slices(ids):
        found += session.scalars(select(SuggestionSet.id).where(SuggestionSet.tenant == tenant, column.in_(some)))
    return found


def _delete(session: Session, table: type[Base], *where: ColumnElement[bool]) -> int:
    result = session.execute(delete(table).where(*where))
    assert isinstance(result, CursorResult)
    return result.rowcount


def _slices(ids: list[Item]) -> list[list[Item]]:
    return [ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE)]
