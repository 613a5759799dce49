"""Feedback in, better drafts and suggestions out.

A verdict on a suggestion is learned at once: the next such question knows it. Verdicts on values are counted by
`learn`, which writes the tenant's own calibration: confidence and thresholds then follow their tickets, not ours.
Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from api.engines import Engines
from api.schemas.prefill import Feedback
from api.store import Store
from api.store.feedback import keep_feedback
from api.store.verdicts import Judgement, SuggestionVerdict

if TYPE_CHECKING:
    from nlp import Judged

VERDICTS: Mapping[str, Literal["helped", "misled"]] = {
    "used": "helped",
    "helpful": "helped",
    "not_relevant": "misled",
    "incorrect": "misled",
}
"""An outdated article did fit its question."""


@dataclass(frozen=True, slots=True)
class LearnReport:
    """What one learning counted."""

    corrections: int
    fields: tuple[str, ...]
    experiences: int


def take_feedback(feedback: Feedback, *, feedback_id: str, engines: Engines, store: Store, at: datetime) -> None:
    """Keep one piece of feedback, and learn from it what can be learned at once.

    Raises:
        Problem: nothing of that id is kept, or the prefill has no such field.
    """
    keep_feedback(feedback, feedback_id=feedback_id, store=store, at=at)
    if feedback.suggestion_id is not None and feedback.action in VERDICTS:
        verdict = store.verdicts.on_suggestion(feedback_id)
        if verdict is not None:
            _remember(verdict, engines)


def learn(*, engines: Engines, store: Store, at: datetime) -> LearnReport:
    """Count all feedback anew and put what it teaches into force."""
    from nlp import learn_calibration, shipped_calibration

    judged = [_judged(judgement) for judgement in store.verdicts.on_fields()]
    if judged:
        derived_from = f"{len(judged)} verdicts up to {at:%Y-%m-%d}, beside: {shipped_calibration().derived_from}"
        calibration = learn_calibration(judged, prior=shipped_calibration(), derived_from=derived_from)
        engines.learned.keep_calibration(calibration)
    experiences = 0
    for verdict in store.verdicts.on_suggestions():
        if verdict.action in VERDICTS:
            _remember(verdict, engines)
            experiences += 1
    return LearnReport(len(judged), tuple(sorted({one.field for one in judged})), experiences)


def _remember(verdict: SuggestionVerdict, engines: Engines) -> None:
    name = verdict.knowledge_base or engines.settings.default_knowledge_base
    engines.learned.experience(name).add(
        verdict.experience_id, verdict.question, article_id=verdict.article_id, verdict=VERDICTS[verdict.action]
    )


def _judged(judgement: Judgement) -> Judged:
    from nlp import Judged, fold

    proposed, final = (fold(text).text.strip().lower() for text in (judgement.proposed, judgement.final))
    is_right = judgement.action == "accepted" or (judgement.action == "edited" and proposed == final)
    return Judged(judgement.field, judgement.belief, is_right)
