"""Forgetting: one customer's everything when they ask, everybody's when it is old. Rows and ids out, counts back.

Deleted bytes are overwritten (`secure_delete`) and the write-ahead log is emptied by `compact`, so that nothing can be
read back from the files. It knows no files beside the database: what lies in folders is named by the ids it returns.
Counts without values (draft_outcomes) stay; an erased customer's are cut loose from the ticket whose digest names them.
The audit log names nobody, and stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import astuple, dataclass, replace
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, CursorResult, delete, or_, select, text, tuple_
from sqlalchemy.orm import InstrumentedAttribute, Session

from api.schemas.knowledge import SuggestionResponse
from api.schemas.prefill import Feedback
from api.store.database import Database
from api.store.device_retention import erase_devices_of, forget_device_rows
from api.store.outcomes import cut_loose, subject_of
from api.store.tables import (
    ApiKey,
    Base,
    Delivery,
    FeedbackRow,
    FieldChange,
    IdempotentReply,
    LinkedTicket,
    OutboxRow,
    Prefill,
    SuggestionSet,
)
from api.store.upkeep_tables import TicketRow
from api.store.verdicts import experience_id_of

Item = TypeVar("Item")
IDS_AT_ONCE = 500
"""SQLite takes 32,766 parameters in a statement, PostgreSQL 65,535; five hundred are fast on both."""


@dataclass(frozen=True, slots=True)
class TicketPlace:
    """A ticket of a system; no connector where the API was asked."""

    connector: str
    ticket_id: str


@dataclass(frozen=True, slots=True)
class Asked:
    """A question whose suggestions are gone, by the names that learning may have kept it under."""

    knowledge_base: str  # "" is the default one
    experience_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Erased:
    """What is gone: how many rows of each kind, and by which names the rest lies in folders and in other systems."""

    counts: Mapping[str, int]
    prefill_ids: tuple[str, ...] = ()
    tickets: frozenset[TicketPlace] = frozenset()
    questions: tuple[Asked, ...] = ()


class Retention:
    """One tenant's rows."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def erase_customer(self, customer_id: str) -> Erased:
        """Delete everything that is kept of one customer, in one transaction."""
        query = select(Prefill.id, Prefill.ticket_id, Prefill.connector).where(
            Prefill.tenant == self._tenant, Prefill.customer_id == customer_id
        )
        with self._database.transaction() as session:
            rows = session.execute(query).all()
            prefill_ids = [row.id for row in rows]
            tickets = frozenset(TicketPlace(row.connector, row.ticket_id) for row in rows if row.ticket_id)
            for row in rows:
                cut_loose(session, self._tenant, subject_of(row.ticket_id, row.id, connector=row.connector))
            devices = erase_devices_of(session, self._tenant, customer_id)
            needles = [customer_id, *prefill_ids, *devices.ticket_ids]
            gone = self._erase(session, prefill_ids, tickets, needles=needles)
        return replace(gone, counts={**gone.counts, **devices.counts})

    def forget_before(self, at: datetime, *, kinds: Collection[str]) -> Erased:
        """Delete old rows of these kinds: prefills with all that hangs on them, suggestions, feedback, changes, and
        maintenance tickets that were resolved, with what was said of such and what happened to devices."""
        counts: dict[str, int] = {}
        prefill_ids: list[str] = []
        questions: tuple[Asked, ...] = ()
        with self._database.transaction() as session:
            if "prefills" in kinds:
                old = select(Prefill.id).where(Prefill.tenant == self._tenant, Prefill.created_at < at)
                prefill_ids = list(session.scalars(old))
                erased = self._erase(session, prefill_ids, frozenset(), needles=[])
                counts |= erased.counts
                questions += erased.questions
            if "suggestions" in kinds:
                is_old = (SuggestionSet.tenant == self._tenant, SuggestionSet.created_at < at)
                questions += _questions_of(session, list(session.scalars(select(SuggestionSet.id).where(*is_old))))
                counts["suggestions"] = counts.get("suggestions", 0) + _delete(session, SuggestionSet, *is_old)
            if "feedback" in kinds:
                is_old = (FeedbackRow.tenant == self._tenant, FeedbackRow.created_at < at)
                counts["feedback"] = counts.get("feedback", 0) + _delete(session, FeedbackRow, *is_old)
            if "changes" in kinds:
                gone = _delete(session, FieldChange, FieldChange.tenant == self._tenant, FieldChange.at < at)
                counts["changes"] = counts.get("changes", 0) + gone
            if "tickets" in kinds:
                counts["tickets"] = self._forget_tickets(session, at)
                counts |= forget_device_rows(session, self._tenant, at)
        return Erased(counts, tuple(prefill_ids), questions=questions)

    def _forget_tickets(self, session: Session, at: datetime) -> int:
        """Delete tickets that were resolved before a moment, and what stands for them elsewhere."""
        is_old = (TicketRow.tenant == self._tenant, TicketRow.state == "resolved", TicketRow.updated_at < at)
        keys = list(session.scalars(select(TicketRow.key).where(*is_old)))
        for some in _slices(keys):
            _delete(session, LinkedTicket, LinkedTicket.tenant == self._tenant, LinkedTicket.key.in_(some))
        return _delete(session, TicketRow, *is_old)

    def compact(self) -> None:
        """Empty SQLite's write-ahead log and free pages; PostgreSQL's autovacuum does its own."""
        if self._database.engine.dialect.name != "sqlite":
            return
        with self._database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM"))
            connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))

    def _erase(
        self, session: Session, prefill_ids: list[str], tickets: Collection[TicketPlace], *, needles: Collection[str]
    ) -> Erased:
        """Delete prefills and all that hangs on them or their tickets."""
        ticket_ids = sorted({ticket.ticket_id for ticket in tickets})
        suggestion_ids = [
            *_suggestions_of(session, SuggestionSet.prefill_id, prefill_ids, self._tenant),
            *_suggestions_of(session, SuggestionSet.ticket_id, ticket_ids, self._tenant),
        ]
        questions = _questions_of(session, suggestion_ids)
        counts = dict.fromkeys(("prefills", "suggestions", "feedback", "changes"), 0)
        for some in _slices([*prefill_ids, *suggestion_ids]):
            counts["feedback"] += _delete(
                session, FeedbackRow, self._mine(FeedbackRow), FeedbackRow.subject_id.in_(some)
            )
        for some in _slices(suggestion_ids):
            counts["suggestions"] += _delete(
                session, SuggestionSet, self._mine(SuggestionSet), SuggestionSet.id.in_(some)
            )
        places = [(ticket.connector, ticket.ticket_id) for ticket in sorted(tickets, key=astuple)]
        for wanted in (
            *(FieldChange.prefill_id.in_(some) for some in _slices(prefill_ids)),
            *(tuple_(FieldChange.connector, FieldChange.ticket_id).in_(some) for some in _slices(places)),
        ):
            counts["changes"] += _delete(session, FieldChange, self._mine(FieldChange), wanted)
        for some in _slices(prefill_ids):
            counts["prefills"] += _delete(session, Prefill, self._mine(Prefill), Prefill.id.in_(some))
        counts["replies"] = self._erase_replies(session, [*needles, *suggestion_ids]) if needles else 0
        counts["messages"] = self._erase_messages(session, needles) if needles else 0
        return Erased(counts, tuple(prefill_ids), frozenset(tickets), questions)

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


def _questions_of(session: Session, suggestion_ids: list[str]) -> tuple[Asked, ...]:
    """Return the questions of sets of suggestions, by every article that somebody may have judged for them."""
    found: dict[str, SuggestionSet] = {}
    judged: dict[str, set[str]] = {}
    for some in _slices(suggestion_ids):
        for row in session.scalars(select(SuggestionSet).where(SuggestionSet.id.in_(some))):
            found[row.id] = row
            judged[row.id] = {one.article_id for one in SuggestionResponse.model_validate_json(row.body).suggestions}
        said = select(FeedbackRow.subject_id, FeedbackRow.body).where(FeedbackRow.subject_id.in_(some))
        for subject_id, body in session.execute(said):
            judged[subject_id].add(Feedback.model_validate_json(body).article_id or "")
    return tuple(
        Asked(row.kb, tuple(experience_id_of(row.id, article_id) for article_id in sorted(judged[row.id])))
        for row in found.values()
    )


def _delete(session: Session, table: type[Base], *where: ColumnElement[bool]) -> int:
    result = session.execute(delete(table).where(*where))
    assert isinstance(result, CursorResult)
    return result.rowcount


def _slices(ids: list[Item]) -> list[list[Item]]:
    return [ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE)]
