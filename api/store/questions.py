"""What was asked of the knowledge base and what people made of the answers, to see where articles fall short."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from api.schemas.knowledge import SuggestionResponse
from api.schemas.prefill import Feedback
from api.store.database import Database
from api.store.tables import FeedbackRow, SuggestionSet

AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ShownArticle:
    article_id: str
    title: str
    passage: str
    confidence: float


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question with what was shown for it, best first, and the newest verdict on each article."""

    suggestion_id: str
    question: str
    subject: str  # the draft or ticket that it is of; "" for a question by itself
    kb: str  # "" is the default one
    at: datetime
    is_abstained: bool
    shown: tuple[ShownArticle, ...]
    verdicts: Mapping[str, str]


class Questions:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def asked(
        self, *, since: datetime, until: datetime, kb: str | None = None, limit: int
    ) -> tuple[AskedQuestion, ...]:
        """Return the newest questions of a period, newest first; of one ticket or draft only the newest."""
        query = (
            select(SuggestionSet)
            .where(
                SuggestionSet.tenant == self._tenant,
                SuggestionSet.created_at >= since,
                SuggestionSet.created_at < until,
            )
            .order_by(SuggestionSet.created_at.desc(), SuggestionSet.id)
            .limit(limit)
        )
        if kb is not None:
            query = query.where(SuggestionSet.kb == kb)
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
        verdicts = self._verdicts([row.id for row in rows])
        found: dict[str, AskedQuestion] = {}
        for row in rows:
            subject = row.prefill_id or row.ticket_id or ""
            said = verdicts.get(row.id, {})
            earlier = found.get(subject) if subject else None
            if earlier is None:
                found[subject or row.id] = _asked(row, subject, said)
            elif said:  # what was said of an earlier showing of the same ticket counts, too
                found[subject] = _with_verdicts(earlier, {**said, **earlier.verdicts})
        return tuple(found.values())

    def _verdicts(self, suggestion_ids: list[str]) -> dict[str, dict[str, str]]:
        """Return the newest action on each article, by set of suggestions."""
        found: dict[str, dict[str, str]] = {}
        for start in range(0, len(suggestion_ids), AT_ONCE):
            some = suggestion_ids[start : start + AT_ONCE]
            query = (
                select(FeedbackRow.subject_id, FeedbackRow.body)
                .where(FeedbackRow.tenant == self._tenant, FeedbackRow.subject_id.in_(some))
                .order_by(FeedbackRow.created_at, FeedbackRow.id)
            )
            with self._database.transaction() as session:
                rows = session.execute(query).all()
            for subject_id, body in rows:
                feedback = Feedback.model_validate_json(body)
                if feedback.article_id is not None:
                    found.setdefault(subject_id, {})[feedback.article_id] = feedback.action
        return found


def _asked(row: SuggestionSet, subject: str, verdicts: Mapping[str, str]) -> AskedQuestion:
    response = SuggestionResponse.model_validate_json(row.body)
    shown = tuple(
        ShownArticle(one.article_id, one.title, one.passage, one.confidence) for one in response.suggestions
    )  # fmt: skip
    return AskedQuestion(row.id, row.question, subject, row.kb, row.created_at, row.is_abstained, shown, verdicts)


def _with_verdicts(asked: AskedQuestion, verdicts: Mapping[str, str]) -> AskedQuestion:
    return AskedQuestion(
        asked.suggestion_id,
        asked.question,
        asked.subject,
        asked.kb,
        asked.at,
        asked.is_abstained,
        asked.shown,
        verdicts,
    )
