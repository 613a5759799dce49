"""What people made of values and suggestions, read back to learn from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from api.schemas.prefill import Feedback, PrefillResponse
from api.store.database import Database
from api.store.tables import FeedbackRow, Prefill, SuggestionSet

FIELD_ACTIONS = ("accepted", "edited", "cleared")
AT_ONCE = 500
"""Rows read in one go; a draft of 100 kB each keeps it under 50 MB."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one filled value. `belief` is what it was filled in with, before calibration."""

    field: str
    template: str  # that the field is one of
    belief: float
    action: str
    proposed: str
    final: str


@dataclass(frozen=True, slots=True)
class SuggestionVerdict:
    """What a person said of one article for one question."""

    experience_id: str  # one an article and set of suggestions: a second verdict replaces the first
    question: str
    article_id: str
    action: str
    knowledge_base: str


def experience_id_of(suggestion_id: str, article_id: str) -> str:
    """Return the name that learning keeps a question by."""
    return f"{suggestion_id}/{article_id}"


class Verdicts:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def on_fields(self) -> Iterator[Judgement]:
        """Yield the last verdict on each value that a person reviewed, the oldest first. What was said of a whole
        comment at once is no review of a value."""
        query = (
            select(FeedbackRow.body, Prefill.body)
            .join(Prefill, (Prefill.id == FeedbackRow.subject_id) & (Prefill.tenant == FeedbackRow.tenant))
            .where(FeedbackRow.tenant == self._tenant, FeedbackRow.action.in_(FIELD_ACTIONS))
            .order_by(FeedbackRow.created_at, FeedbackRow.id)
            .execution_options(yield_per=AT_ONCE)
        )
        last: dict[tuple[str, str], Judgement] = {}
        with self._database.transaction() as session:
            for feedback_body, prefill_body in session.execute(query):
                feedback = Feedback.model_validate_json(feedback_body)
                draft = PrefillResponse.model_validate_json(prefill_body)
                field = draft.fields.get(feedback.field or "")
                if field is None or field.value is None or feedback.field is None or feedback.is_of_all:
                    continue
                last.pop((draft.id, feedback.field), None)  # a verdict that is changed is as old as the change
                last[draft.id, feedback.field] = Judgement(
                    feedback.field, draft.template, field.belief, feedback.action, field.value, feedback.final or ""
                )
        yield from last.values()

    def on_suggestions(self) -> Iterator[SuggestionVerdict]:
        """Yield the verdicts on suggested articles, oldest first."""
        yield from self._on_suggestions(None)

    def on_suggestion(self, feedback_id: str) -> SuggestionVerdict | None:
        """Return one verdict on a suggested article."""
        return next(self._on_suggestions(feedback_id), None)

    def _on_suggestions(self, feedback_id: str | None) -> Iterator[SuggestionVerdict]:
        query = (
            select(FeedbackRow.body, SuggestionSet.id, SuggestionSet.question, SuggestionSet.kb)
            .join(SuggestionSet, SuggestionSet.id == FeedbackRow.subject_id)
            .where(FeedbackRow.tenant == self._tenant, SuggestionSet.tenant == self._tenant)
            .order_by(FeedbackRow.created_at, FeedbackRow.id)
        )
        if feedback_id is not None:
            query = query.where(FeedbackRow.id == feedback_id)
        with self._database.transaction() as session:
            rows = session.execute(query).all()
        for body, suggestion_id, question, kb in rows:
            feedback = Feedback.model_validate_json(body)
            article_id = feedback.article_id or ""
            yield SuggestionVerdict(
                experience_id_of(suggestion_id, article_id), question, article_id, feedback.action, kb
            )
