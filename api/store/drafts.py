"""What was answered: prefills and suggestions, and what people did with them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from api.schemas.knowledge import SuggestionResponse
from api.schemas.prefill import Feedback, PrefillResponse
from api.store.database import Database
from api.store.tables import FeedbackRow, Prefill, SuggestionSet


@dataclass(frozen=True, slots=True)
class StoredPrefill:
    response: PrefillResponse
    text: str  # what was said, shown and written, as one text


class Drafts:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add_prefill(self, response: PrefillResponse, *, text: str) -> None:
        """Keep a prefill for its suggestions and feedback."""
        row = Prefill(
            id=response.id,
            ticket_id=response.ticket_id,
            created_at=response.created_at,
            text=text,
            body=response.model_dump_json(),
        )
        with self._database.transaction() as session:
            session.add(row)

    def prefill(self, prefill_id: str) -> StoredPrefill | None:
        """Return a prefill by its id."""
        with self._database.transaction() as session:
            row = session.get(Prefill, prefill_id)
        return None if row is None else StoredPrefill(PrefillResponse.model_validate_json(row.body), row.text)

    def prefill_of_ticket(self, ticket_id: str) -> StoredPrefill | None:
        """Return the newest prefill of a ticket."""
        query = select(Prefill).where(Prefill.ticket_id == ticket_id).order_by(Prefill.created_at.desc()).limit(1)
        with self._database.transaction() as session:
            row = session.scalars(query).first()
        return None if row is None else StoredPrefill(PrefillResponse.model_validate_json(row.body), row.text)

    def recent_prefills(self, *, limit: int) -> tuple[PrefillResponse, ...]:
        """Return the newest prefills, newest first."""
        query = select(Prefill).order_by(Prefill.created_at.desc(), Prefill.id).limit(limit)
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
        return tuple(PrefillResponse.model_validate_json(row.body) for row in rows)

    def add_suggestions(self, response: SuggestionResponse, *, question: str, at: datetime) -> None:
        """Keep a set of suggestions for its feedback."""
        row = SuggestionSet(id=response.id, created_at=at, question=question, body=response.model_dump_json())
        with self._database.transaction() as session:
            session.add(row)

    def suggestions(self, suggestion_id: str) -> SuggestionResponse | None:
        """Return a set of suggestions by its id."""
        with self._database.transaction() as session:
            row = session.get(SuggestionSet, suggestion_id)
        return None if row is None else SuggestionResponse.model_validate_json(row.body)

    def add_feedback(self, feedback_id: str, feedback: Feedback, *, at: datetime) -> None:
        """Keep what a person did with a value or a suggestion."""
        row = FeedbackRow(
            id=feedback_id,
            created_at=at,
            subject_id=feedback.prefill_id or feedback.suggestion_id or "",
            action=feedback.action,
            body=feedback.model_dump_json(),
        )
        with self._database.transaction() as session:
            session.add(row)

    def verdicts(self, prefill_id: str) -> dict[str, Feedback]:
        """Return the newest feedback on each field of a prefill."""
        query = select(FeedbackRow).where(FeedbackRow.subject_id == prefill_id).order_by(FeedbackRow.created_at)
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
        kept = (Feedback.model_validate_json(row.body) for row in rows)
        return {feedback.field: feedback for feedback in kept if feedback.field is not None}

    def feedback_count(self) -> int:
        """Return how many pieces of feedback are kept."""
        with self._database.transaction() as session:
            return session.scalar(select(func.count()).select_from(FeedbackRow)) or 0
