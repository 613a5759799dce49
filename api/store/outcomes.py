"""What became of drafts, in counts: small rows written with each draft, so that no report parses a body.

A ticket counts once, by its newest draft, at the time it first came; what its system held then stays as it was found
first, because later drafts see our own values there. Rows hold no value and no name: a ticket is a digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.schemas.prefill import DraftField, PrefillResponse
from api.security import make_id
from api.store.database import Database
from api.store.tables import DraftFieldRow, DraftOutcome, FeedbackRow, Prefill, SuggestionSet
from api.store.upkeep_tables import TicketRow

USED = ("used", "helpful")
REFUSED = ("not_relevant", "incorrect", "outdated")
RESOLVED_ROWS = 10_000
"""Of which a median is taken, the newest first: more change it no more."""


@dataclass(frozen=True, slots=True)
class DraftCounts:
    """The sums over the drafts of one day that share connector, queue and mode."""

    day: date
    connector: str
    queue: str
    mode: str
    counts: Mapping[str, int]  # by the names in COUNTS, and "tickets"


@dataclass(frozen=True, slots=True)
class FieldCount:
    """How many values of one field share all of this."""

    day: date
    field: str
    source: str  # text | audio | image | record | "" where there is no value
    engine: str
    mode: str
    status: str
    was_filled: bool
    verdict: str  # accepted | edited | cleared | "" where nobody judged
    count: int


COUNTS = (
    "fields",
    "required",
    "before",
    "auto",
    "suggested",
    "conflict",
    "missing",
    "required_before",
    "required_after",
    "required_offered",
    "complete_before",
    "complete_after",
    "complete_offered",
    "asked",
)
"""Columns of draft_outcomes that are summed."""
ENGINE_CHARS = 100
ENGINE_OF: Mapping[str, str] = {"audio": "speech", "image": "vision"}


def keep_outcome(
    session: Session,
    prefill: Prefill,
    response: PrefillResponse,
    *,
    filled_before: Collection[str],
    required: Collection[str],
) -> None:
    """Count a draft, in place of an earlier draft of its ticket; part of the transaction that keeps it."""
    subject = subject_of(prefill.ticket_id, prefill.id, connector=prefill.connector)
    created_at, before, verdicts = prefill.created_at, set(filled_before), dict[str, str]()
    told = _told(prefill, response, before=before, required=required)
    if not _is_first(session, prefill, subject, told):
        created_at = _locked_since(session, prefill.tenant, subject)
        key = (DraftFieldRow.tenant == prefill.tenant, DraftFieldRow.subject == subject)
        earlier = session.scalars(select(DraftFieldRow).where(*key)).all()
        before = {row.field for row in earlier if row.was_filled} if earlier else before
        verdicts = {row.field: row.verdict for row in earlier}
        session.execute(delete(DraftFieldRow).where(*key))
        told = _told(prefill, response, before=before, required=required)
        session.execute(update(DraftOutcome).where(*_outcome(prefill.tenant, subject)).values(told))
    rows = [
        {
            "tenant": prefill.tenant,
            "subject": subject,
            "field": name,
            "created_at": created_at,
            "day": _day(created_at),
            "mode": prefill.mode,
            "status": field.status,
            "source": _source_of(field),
            "engine": response.models.get(ENGINE_OF.get(_source_of(field), "fields"), "")[:ENGINE_CHARS],
            "was_filled": name in before,
            "verdict": verdicts.get(name, ""),
        }
        for name, field in response.fields.items()
    ]
    if rows:
        session.execute(insert(DraftFieldRow), rows)


def _told(
    prefill: Prefill, response: PrefillResponse, *, before: Collection[str], required: Collection[str]
) -> dict[str, str | int]:
    """Return the columns that a ticket's newest draft sets."""
    statuses = {name: field.status for name, field in response.fields.items()}
    counts = outcome_counts(statuses, before=before, required=required)
    asked = int(response.next_question is not None)
    return {"queue": prefill.queue, "mode": prefill.mode, "template": response.template, **counts, "asked": asked}


def _is_first(session: Session, prefill: Prefill, subject: str, told: Mapping[str, str | int]) -> bool:
    """Write the ticket's row and return True, where there is none."""
    row = {
        "tenant": prefill.tenant,
        "subject": subject,
        "created_at": prefill.created_at,
        "day": _day(prefill.created_at),
        "connector": prefill.connector,
        **told,
    }
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    statement = (postgresql.insert if is_postgresql else sqlite.insert)(DraftOutcome.metadata.tables["draft_outcomes"])
    made = statement.on_conflict_do_nothing().returning(DraftOutcome.subject)
    return session.execute(made, row).first() is not None


def _locked_since(session: Session, tenant: str, subject: str) -> datetime:
    """Return since when there is the ticket's row; another draft of the ticket waits until this one is kept."""
    query = select(DraftOutcome.created_at).where(*_outcome(tenant, subject))
    return session.scalars(query.with_for_update()).one()


def _outcome(tenant: str, subject: str) -> tuple[ColumnElement[bool], ...]:
    return (DraftOutcome.tenant == tenant, DraftOutcome.subject == subject)


def _day(at: datetime) -> str:
    return at.astimezone(UTC).date().isoformat()


def outcome_counts(
    statuses: Mapping[str, str], *, before: Collection[str], required: Collection[str]
) -> dict[str, int]:
    """Count one draft's fields.

    >>> counts = outcome_counts({"a": "auto", "b": "missing", "c": "suggest"}, before={"b"}, required={"a", "b"})
    >>> [counts[name] for name in ("required_before", "required_after", "complete_after", "suggested", "missing")]
    [1, 2, 1, 1, 0]
    """
    needed = [name for name in statuses if name in required]
    fresh = {name: status for name, status in statuses.items() if name not in before}
    filled = {name for name in statuses if name in before or statuses[name] == "auto"}
    offered = filled | {name for name, status in statuses.items() if status == "suggest"}
    counts = {name: sum(status == told for status in fresh.values()) for name, told in _STATUS_COUNTS.items()}
    counts |= {"fields": len(statuses), "required": len(needed), "before": len(statuses) - len(fresh)}
    for name, having in (("before", set(before)), ("after", filled), ("offered", offered)):
        held = sum(field in having for field in needed)
        counts[f"required_{name}"] = held
        counts[f"complete_{name}"] = int(held == len(needed))
    return counts


_STATUS_COUNTS = {"auto": "auto", "suggested": "suggest", "conflict": "conflict", "missing": "missing"}


def keep_verdict(session: Session, tenant: str, prefill_id: str, *, field: str, action: str) -> None:
    """Note what a person did with a value; part of the transaction that keeps the feedback."""
    prefill = session.get(Prefill, prefill_id)
    if prefill is None:
        return
    subject = subject_of(prefill.ticket_id, prefill.id, connector=prefill.connector)
    key = (DraftFieldRow.tenant == tenant, DraftFieldRow.subject == subject, DraftFieldRow.field == field)
    session.execute(update(DraftFieldRow).where(*key).values(verdict=action))


def cut_loose(session: Session, tenant: str, subject: str) -> None:
    """Let a ticket's counts stand without the digest that names it."""
    nobody = make_id()
    for table in (DraftFieldRow, DraftOutcome):
        session.execute(update(table).where(table.tenant == tenant, table.subject == subject).values(subject=nobody))


def subject_of(ticket_id: str | None, prefill_id: str, *, connector: str) -> str:
    """Return a ticket's digest; a draft without a ticket stands for itself."""
    name = f"{connector}\0{ticket_id}" if ticket_id else f"\0\0{prefill_id}"
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _source_of(field: DraftField) -> str:
    return field.evidence[0].kind if field.value is not None and field.evidence else ""


class Outcomes:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def draft_counts(self, since: datetime, until: datetime) -> tuple[DraftCounts, ...]:
        """Return the sums over the drafts of a period, by day, connector, queue and mode."""
        row = DraftOutcome
        keys = (row.day, row.connector, row.queue, row.mode)
        sums = (func.sum(getattr(row, name)) for name in COUNTS)
        query = select(*keys, func.count(), *sums).where(*self._within(row, since, until)).group_by(*keys)
        with self._database.transaction() as session:
            found = session.execute(query).all()
        return tuple(
            DraftCounts(
                day=date.fromisoformat(day),
                connector=connector,
                queue=queue,
                mode=mode,
                counts=dict(zip(("tickets", *COUNTS), map(int, counts), strict=True)),
            )
            for day, connector, queue, mode, *counts in found
        )

    def field_counts(self, since: datetime, until: datetime) -> tuple[FieldCount, ...]:
        """Return how many values there were of each field, day, status, engine and verdict."""
        row = DraftFieldRow
        keys = (row.day, row.field, row.source, row.engine, row.mode, row.status, row.was_filled, row.verdict)
        query = select(*keys, func.count()).where(*self._within(row, since, until)).group_by(*keys)
        with self._database.transaction() as session:
            found = session.execute(query).all()
        return tuple(FieldCount(date.fromisoformat(row[0]), *row[1:]) for row in found)

    def suggestions_asked(self, since: datetime, until: datetime) -> Mapping[bool, int]:
        """Return how many questions were answered (False) and abstained from (True)."""
        row = SuggestionSet
        query = select(row.is_abstained, func.count()).where(*self._within(row, since, until))
        with self._database.transaction() as session:
            found = session.execute(query.group_by(row.is_abstained)).all()
        return {is_abstained: count for is_abstained, count in found}

    def suggestion_verdicts(self, since: datetime, until: datetime) -> Mapping[tuple[date, str], int]:
        """Return how many answers people judged, by day and action."""
        row = FeedbackRow
        day = func.date(row.created_at)
        query = select(day, row.action, func.count(row.subject_id.distinct())).where(
            *self._within(row, since, until), row.action.in_((*USED, *REFUSED))
        )
        with self._database.transaction() as session:
            found = session.execute(query.group_by(day, row.action)).all()
        return {(date.fromisoformat(str(day)), action): count for day, action, count in found}

    def maintenance_opened(self, since: datetime, until: datetime) -> int:
        """Return how many maintenance tickets devices opened."""
        query = self._maintenance().where(TicketRow.opened_at >= since, TicketRow.opened_at < until)
        with self._database.transaction() as session:
            return session.scalar(query) or 0

    def maintenance_open(self) -> int:
        """Return how many stand open now."""
        with self._database.transaction() as session:
            return session.scalar(self._maintenance().where(TicketRow.state == "open")) or 0

    def maintenance_resolved(self, since: datetime, until: datetime) -> tuple[float, ...]:
        """Return for how many hours each ticket resolved in the period stood open; a resolved one changes no more."""
        row = TicketRow
        query = select(row.opened_at, row.updated_at).where(
            row.tenant == self._tenant, row.kind == "maintenance", row.state == "resolved"
        )
        query = query.where(row.updated_at >= since, row.updated_at < until).order_by(row.updated_at.desc())
        with self._database.transaction() as session:
            found = session.execute(query.limit(RESOLVED_ROWS)).all()
        return tuple((closed - opened).total_seconds() / 3600 for opened, closed in found)

    def _maintenance(self) -> Select[int]:
        is_ours = (TicketRow.tenant == self._tenant, TicketRow.kind == "maintenance")
        return select(func.count(TicketRow.id)).where(*is_ours)

    def _within(
        self, row: type[DraftOutcome | DraftFieldRow | SuggestionSet | FeedbackRow], since: datetime, until: datetime
    ) -> tuple[ColumnElement[bool], ...]:
        return (row.tenant == self._tenant, row.created_at >= since, row.created_at < until)
