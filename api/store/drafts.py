"""What was answered: prefills and suggestions, and what people did with them."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, func, select

from api.schemas.knowledge import SuggestionFilters, SuggestionRequest, SuggestionResponse
from api.schemas.prefill import Feedback, PrefillResponse
from api.store.database import Database
from api.store.outcomes import keep_outcome, keep_verdict
from api.store.tables import FeedbackRow, Prefill, SuggestionSet


@dataclass(frozen=True, slots=True)
class DraftOrigin:
    """Where a draft's ticket came from; the defaults are those of a draft that was asked for over the API."""

    connector: str = ""
    queue: str = ""
    mode: Literal["live", "shadow"] = "live"
    filled_before: tuple[str, ...] = ()  # fields that held a value when the ticket came
    customer_id: str | None = None


ASKED = DraftOrigin()


@dataclass(frozen=True, slots=True)
class StoredPrefill:
    response: PrefillResponse
    text: str  # what was said, shown and written, as one text
    origin: DraftOrigin = ASKED


@dataclass(frozen=True, slots=True)
class StoredSuggestions:
    """A set of suggestions and what it was asked for: a draft, a ticket, or the question alone."""

    response: SuggestionResponse
    question: str
    prefill_id: str | None
    ticket_id: str | None
    kb: str

    def request(self, *, locale: str = "") -> SuggestionRequest:
        """Return what asks for the same again."""
        is_question = self.prefill_id is None and self.ticket_id is None
        return SuggestionRequest(
            question=self.question if is_question else None,
            prefill_id=self.prefill_id,
            ticket_id=None if self.prefill_id else self.ticket_id,
            locale=locale,
            filters=SuggestionFilters(kb=self.kb or None),
        )


@dataclass(frozen=True, slots=True)
class Drafted:
    """A prefill as a list names it."""

    id: str
    ticket_id: str
    created_at: datetime


class Drafts:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def add_prefill(
        self, response: PrefillResponse, *, text: str, origin: DraftOrigin = ASKED, required: Collection[str] = ()
    ) -> None:
        """Keep a prefill for its suggestions and feedback, and count it; `required` names fields the ticket needs."""
        row = Prefill(
            id=response.id,
            tenant=self._tenant,
            ticket_id=response.ticket_id,
            customer_id=origin.customer_id,
            connector=origin.connector,
            queue=origin.queue,
            mode=origin.mode,
            filled_before=json.dumps(origin.filled_before),
            created_at=response.created_at,
            text=text,
            body=response.model_dump_json(),
        )
        with self._database.transaction() as session:
            session.add(row)
            session.flush()
            keep_outcome(session, row, response, filled_before=origin.filled_before, required=required)

    def prefill(self, prefill_id: str) -> StoredPrefill | None:
        """Return a prefill by its id."""
        with self._database.transaction() as session:
            row = session.get(Prefill, prefill_id)
        return None if row is None or row.tenant != self._tenant else _stored(row)

    def prefill_of_ticket(self, ticket_id: str) -> StoredPrefill | None:
        """Return the newest prefill of a ticket."""
        query = self._prefills().where(Prefill.ticket_id == ticket_id).order_by(Prefill.created_at.desc()).limit(1)
        with self._database.transaction() as session:
            row = session.scalars(query).first()
        return None if row is None else _stored(row)

    def of_ticket(self, ticket_id: str, *, connector: str) -> tuple[StoredPrefill, ...]:
        """Return the prefills of a system's ticket, oldest first."""
        query = self._prefills().where(Prefill.ticket_id == ticket_id, Prefill.connector == connector)
        with self._database.transaction() as session:
            rows = session.scalars(query.order_by(Prefill.created_at, Prefill.id)).all()
        return tuple(_stored(row) for row in rows)

    def drafted(self, connector: str, *, since: datetime, until: datetime, limit: int) -> tuple[Drafted, ...]:
        """Name the prefills of a system's tickets made in [since, until), oldest first."""
        query = select(Prefill.id, Prefill.ticket_id, Prefill.created_at).where(
            Prefill.tenant == self._tenant,
            Prefill.connector == connector,
            Prefill.ticket_id.is_not(None),
            Prefill.created_at >= since,
            Prefill.created_at < until,
        )
        with self._database.transaction() as session:
            rows = session.execute(query.order_by(Prefill.created_at, Prefill.id).limit(limit)).all()
        return tuple(Drafted(name, ticket_id or "", created_at) for name, ticket_id, created_at in rows)

    def recent_prefills(self, *, limit: int) -> tuple[PrefillResponse, ...]:
        """Return the newest prefills, newest first."""
        query = self._prefills().order_by(Prefill.created_at.desc(), Prefill.id).limit(limit)
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
        return tuple(PrefillResponse.model_validate_json(row.body) for row in rows)

    def add_suggestions(
        self,
        response: SuggestionResponse,
        *,
        question: str,
        at: datetime,
        prefill_id: str | None = None,
        ticket_id: str | None = None,
        kb: str = "",
    ) -> None:
        """Keep a set of suggestions for its feedback, with what it was asked for."""
        row = SuggestionSet(
            id=response.id,
            tenant=self._tenant,
            prefill_id=prefill_id,
            ticket_id=ticket_id,
            kb=kb,
            created_at=at,
            is_abstained=response.abstained,
            question=question,
            body=response.model_dump_json(),
        )
        with self._database.transaction() as session:
            session.add(row)

    def suggestions(self, suggestion_id: str) -> SuggestionResponse | None:
        """Return a set of suggestions by its id."""
        kept = self.suggestion_set(suggestion_id)
        return None if kept is None else kept.response

    def suggestion_set(self, suggestion_id: str) -> StoredSuggestions | None:
        """Return a set of suggestions with what it was asked for."""
        with self._database.transaction() as session:
            row = session.get(SuggestionSet, suggestion_id)
        if row is None or row.tenant != self._tenant:
            return None
        response = SuggestionResponse.model_validate_json(row.body)
        return StoredSuggestions(response, row.question, row.prefill_id, row.ticket_id, row.kb)

    def keep_suggestions(self, response: SuggestionResponse) -> None:
        """Keep a set of suggestions in place of the one of its id; it may be forgotten by now."""
        with self._database.transaction() as session:
            row = session.get(SuggestionSet, response.id)
            if row is not None and row.tenant == self._tenant:
                row.body = response.model_dump_json()

    def add_feedback(self, feedback_id: str, feedback: Feedback, *, at: datetime) -> None:
        """Keep what a person did with a value or a suggestion, once for each id."""
        row = FeedbackRow(
            id=feedback_id,
            tenant=self._tenant,
            created_at=at,
            subject_id=feedback.prefill_id or feedback.suggestion_id or "",
            action=feedback.action,
            body=feedback.model_dump_json(),
        )
        with self._database.transaction() as session:
            if session.get(FeedbackRow, feedback_id) is not None:
                return
            session.add(row)
            if feedback.prefill_id is not None and feedback.field is not None:
                session.flush()
                keep_verdict(session, self._tenant, feedback.prefill_id, field=feedback.field, action=feedback.action)

    def verdicts(self, prefill_id: str) -> dict[str, Feedback]:
        """Return the newest feedback on each field of a prefill."""
        query = (
            select(FeedbackRow)
            .where(FeedbackRow.tenant == self._tenant, FeedbackRow.subject_id == prefill_id)
            .order_by(FeedbackRow.created_at)
        )
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
        kept = (Feedback.model_validate_json(row.body) for row in rows)
        return {feedback.field: feedback for feedback in kept if feedback.field is not None}

    def feedback_count(self) -> int:
        """Return how many pieces of feedback are kept."""
        query = select(func.count()).select_from(FeedbackRow).where(FeedbackRow.tenant == self._tenant)
        with self._database.transaction() as session:
            return session.scalar(query) or 0

    def _prefills(self) -> Select[Prefill]:
        return select(Prefill).where(Prefill.tenant == self._tenant)


def _stored(row: Prefill) -> StoredPrefill:
    origin = DraftOrigin(
        connector=row.connector,
        queue=row.queue,
        mode="shadow" if row.mode == "shadow" else "live",
        filled_before=tuple(json.loads(row.filled_before)),
        customer_id=row.customer_id,
    )
    return StoredPrefill(PrefillResponse.model_validate_json(row.body), row.text, origin)
