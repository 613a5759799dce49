"""A tenant's rows for other tools to read: one shelf, eight tables, a thousand rows of database at a time.

Times are aware UTC, bodies are taken apart into columns. It knows no file format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Literal, TypeVar

from sqlalchemy import select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from api.schemas.knowledge import SuggestionResponse
from api.schemas.prefill import Feedback, PrefillResponse
from api.schemas.telemetry import Ticket
from api.store.database import Database
from api.store.tables import FeedbackRow, Prefill, SuggestionSet
from api.store.upkeep_tables import DeviceEventRow, DeviceRow, TicketRow, TicketVerdictRow

Cell = str | int | float | bool | datetime | None
ExportRow = Mapping[str, Cell]
Kind = Literal["text", "whole", "real", "truth", "time"]
TableName = Literal[
    "tickets", "fields", "feedback", "suggestions", "maintenance", "devices", "device_events", "ticket_verdicts"
]
PAGE = 1_000
Kept = TypeVar("Kept", Prefill, FeedbackRow, SuggestionSet, TicketRow, DeviceRow, DeviceEventRow, TicketVerdictRow)

COLUMNS: Mapping[TableName, Mapping[str, Kind]] = {
    "tickets": {
        "prefill_id": "text",
        "ticket_id": "text",
        "created_at": "time",
        "connector": "text",
        "queue": "text",
        "mode": "text",
        "template": "text",
        "language": "text",
        "filled_before": "text",
        "auto": "whole",
        "suggested": "whole",
        "conflict": "whole",
        "missing": "whole",
        "next_question": "text",
    },
    "fields": {
        "prefill_id": "text",
        "ticket_id": "text",
        "created_at": "time",
        "field": "text",
        "status": "text",
        "value": "text",
        "confidence": "real",
        "source": "text",
        "quote": "text",
    },
    "feedback": {
        "id": "text",
        "created_at": "time",
        "prefill_id": "text",
        "field": "text",
        "suggestion_id": "text",
        "article_id": "text",
        "action": "text",
        "final": "text",
    },
    "suggestions": {
        "suggestion_id": "text",
        "created_at": "time",
        "prefill_id": "text",
        "ticket_id": "text",
        "question": "text",
        "abstained": "truth",
        "rank": "whole",
        "article_id": "text",
        "title": "text",
        "confidence": "real",
    },
    "maintenance": {
        "id": "text",
        "key": "text",
        "device_id": "text",
        "state": "text",
        "severity": "text",
        "title": "text",
        "opened_at": "time",
        "updated_at": "time",
        "resolved_at": "time",
        "probability": "real",
        "model": "text",
        "serial_number": "text",
        "site": "text",
        "customer_id": "text",
        "customer": "text",
        "returns": "whole",
    },
    "devices": {
        "device_id": "text",
        "updated_at": "time",
        "site": "text",
        "gateway": "text",
        "model": "text",
        "customer_id": "text",
        "told_by": "text",
    },
    "device_events": {
        "id": "text",
        "device_id": "text",
        "kind": "text",
        "at": "time",
        "note": "text",
        "actor": "text",
    },
    "ticket_verdicts": {
        "ticket_id": "text",
        "at": "time",
        "verdict": "text",
        "fixed_by": "text",
        "failed_at": "time",
        "actor": "text",
        "device_id": "text",
        "model": "text",
        "metric": "text",
        "detector": "text",
        "severity": "text",
        "opened_at": "time",
    },
}


class Exports:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def rows(self, table: TableName, since: datetime, until: datetime) -> Iterator[ExportRow]:
        """Yield a table's rows of [since, until), oldest first."""
        if table == "tickets":
            yield from self._walk(Prefill, _ticket_rows, since, until)
        elif table == "fields":
            yield from self._walk(Prefill, _field_rows, since, until)
        elif table == "feedback":
            yield from self._walk(FeedbackRow, _feedback_rows, since, until)
        elif table == "suggestions":
            yield from self._walk(SuggestionSet, _suggestion_rows, since, until)
        elif table == "maintenance":
            yield from self._walk(TicketRow, _maintenance_rows, since, until)
        elif table == "devices":
            yield from self._walk(DeviceRow, _plain_rows("devices"), since, until)
        elif table == "device_events":
            yield from self._walk(DeviceEventRow, _plain_rows("device_events"), since, until)
        else:
            yield from self._walk(TicketVerdictRow, _plain_rows("ticket_verdicts"), since, until)

    def _walk(
        self, table: type[Kept], taken_apart: Callable[[Kept], Iterator[ExportRow]], since: datetime, until: datetime
    ) -> Iterator[ExportRow]:
        """Walk by time and id, a page a transaction: nothing is held while the reader is slow."""
        at, name = _time_of(table), _name_of(table)
        after: tuple[datetime, str] | None = None
        while True:
            query = select(table).where(table.tenant == self._tenant, at >= since, at < until)
            if after is not None:
                query = query.where(tuple_(at, name) > after)
            with self._database.transaction() as session:
                page = session.scalars(query.order_by(at, name).limit(PAGE)).all()
            for row in page:
                yield from taken_apart(row)
            if len(page) < PAGE:
                return
            last = page[-1]
            after = (getattr(last, at.key), getattr(last, name.key))


def _time_of(table: type[Kept]) -> InstrumentedAttribute[datetime]:
    if issubclass(table, TicketRow):
        return table.opened_at
    if issubclass(table, DeviceRow):
        return table.updated_at
    return table.at if issubclass(table, DeviceEventRow | TicketVerdictRow) else table.created_at


def _name_of(table: type[Kept]) -> InstrumentedAttribute[str]:
    if issubclass(table, DeviceRow):
        return table.device_id
    return table.ticket_id if issubclass(table, TicketVerdictRow) else table.id


def _ticket_rows(row: Prefill) -> Iterator[ExportRow]:
    draft = PrefillResponse.model_validate_json(row.body)
    statuses = [field.status for field in draft.fields.values()]
    yield {
        "prefill_id": row.id,
        "ticket_id": row.ticket_id,
        "created_at": row.created_at,
        "connector": row.connector,
        "queue": row.queue,
        "mode": row.mode,
        "template": draft.template,
        "language": draft.classification.language,
        "filled_before": row.filled_before,
        "auto": statuses.count("auto"),
        "suggested": statuses.count("suggest"),
        "conflict": statuses.count("conflict"),
        "missing": statuses.count("missing"),
        "next_question": draft.next_question.field if draft.next_question else None,
    }


def _field_rows(row: Prefill) -> Iterator[ExportRow]:
    for name, field in PrefillResponse.model_validate_json(row.body).fields.items():
        evidence = field.evidence[0] if field.evidence else None
        yield {
            "prefill_id": row.id,
            "ticket_id": row.ticket_id,
            "created_at": row.created_at,
            "field": name,
            "status": field.status,
            "value": field.value,
            "confidence": field.confidence,
            "source": f"{evidence.kind}:{evidence.source}" if evidence else None,
            "quote": evidence.quote if evidence else None,
        }


def _feedback_rows(row: FeedbackRow) -> Iterator[ExportRow]:
    feedback = Feedback.model_validate_json(row.body)
    yield {
        "id": row.id,
        "created_at": row.created_at,
        "prefill_id": feedback.prefill_id,
        "field": feedback.field,
        "suggestion_id": feedback.suggestion_id,
        "article_id": feedback.article_id,
        "action": feedback.action,
        "final": feedback.final,
    }


def _suggestion_rows(row: SuggestionSet) -> Iterator[ExportRow]:
    asked: ExportRow = {
        "suggestion_id": row.id,
        "created_at": row.created_at,
        "prefill_id": row.prefill_id,
        "ticket_id": row.ticket_id,
        "question": row.question,
        "abstained": row.is_abstained,
    }
    nothing: ExportRow = {"rank": None, "article_id": None, "title": None, "confidence": None}
    offered = SuggestionResponse.model_validate_json(row.body).suggestions
    if not offered:
        yield {**asked, **nothing}
    for rank, one in enumerate(offered, start=1):
        told: ExportRow = {"rank": rank, "article_id": one.article_id, "title": one.title, "confidence": one.confidence}
        yield {**asked, **told}


def _maintenance_rows(row: TicketRow) -> Iterator[ExportRow]:
    ticket = Ticket.model_validate_json(row.body)
    yield {name: getattr(ticket if hasattr(ticket, name) else ticket.device, name) for name in COLUMNS["maintenance"]}


def _plain_rows(table: TableName) -> Callable[[object], Iterator[ExportRow]]:
    """Return what takes rows apart whose columns are the table's own."""

    def taken_apart(row: object) -> Iterator[ExportRow]:
        yield {name: getattr(row, name) for name in COLUMNS[table]}

    return taken_apart
