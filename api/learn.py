"""Feedback in, better drafts and suggestions out.

A verdict on a suggestion is learned at once: the next such question knows it. Verdicts on values are counted by
`learn`, which writes the tenant's own calibration: confidence and thresholds then follow their tickets, not ours. Of a
field that would do worse on its newest verdicts than before, what is in force stays, and the report says so. A value
that was filled in and that nobody reviewed has no verdict, and teaches nothing. Knows no HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from api.engines import Engines
from api.learned_ranking import learn_rankings
from api.prefill.promises import promised_by
from api.prefill.templates import find_template
from api.schemas.learning import FitBody, LessonBody, LessonsBody, RankingBody
from api.schemas.prefill import Feedback
from api.store import Store
from api.store.feedback import keep_feedback
from api.store.outdated import digest_of_article
from api.store.verdicts import Judgement, SuggestionVerdict
from nlp.records import TemplateUnknown

if TYPE_CHECKING:
    from nlp import Fit, Judged, Lesson

ACTOR = "learning"

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
    lessons: tuple[LessonBody, ...] = ()
    rankings: tuple[RankingBody, ...] = ()


def take_feedback(feedback: Feedback, *, feedback_id: str, engines: Engines, store: Store, at: datetime) -> None:
    """Keep one piece of feedback, and learn from it what can be learned at once.

    Raises:
        Problem: nothing of that id is kept, or the prefill has no such field.
    """
    keep_feedback(feedback, feedback_id=feedback_id, store=store, at=at)
    verdict = store.verdicts.on_suggestion(feedback_id) if feedback.suggestion_id is not None else None
    if verdict is not None and verdict.action in VERDICTS:
        _remember(verdict, engines)
    if verdict is not None and verdict.action == "outdated":
        _mark_outdated(verdict, engines=engines, store=store, at=at)


def learn(*, engines: Engines, store: Store, at: datetime, actor: str = ACTOR) -> LearnReport:
    """Count all feedback anew, put what it teaches into force, and say in the audit log what was and was not."""
    from nlp import learn_calibration, shipped_calibration

    judged = _judged(store)
    lessons: tuple[LessonBody, ...] = ()
    if judged:
        prior = shipped_calibration()
        in_force = engines.learned.calibration() or prior
        shares = promised_by(store).shares()
        learned = learn_calibration(judged, in_force=in_force, prior=prior, promises=shares)
        engines.learned.keep_calibration(learned.calibration)
        lessons = tuple(lesson_body(lesson) for lesson in learned.lessons)
        engines.learned.keep_lessons(LessonsBody(at=at, lessons=list(lessons)).model_dump_json())
        detail = {lesson.field: f"{lesson.outcome} ({lesson.corrections})" for lesson in lessons}
        store.audit.add(at=at, actor=actor, action="confidence.learned", subject="calibration", detail=detail)
    experiences = 0
    for verdict in store.verdicts.on_suggestions():
        if verdict.action in VERDICTS:
            _remember(verdict, engines)
            experiences += 1
    rankings = learn_rankings(engines=engines, store=store, at=at, actor=actor)
    fields = tuple(sorted({one.field for one in judged}))
    return LearnReport(len(judged), fields, experiences, lessons, rankings)


def lesson_body(lesson: Lesson) -> LessonBody:
    """Return what became of one field's corrections."""
    return LessonBody(
        field=lesson.field,
        outcome=lesson.outcome,
        corrections=lesson.corrections,
        held_out=lesson.held_out,
        before=_fit_body(lesson.before),
        after=_fit_body(lesson.after),
    )


def last_lessons(engines: Engines) -> LessonsBody | None:
    """Return what the last learning took and refused; None before the first."""
    text = engines.learned.lessons()
    return LessonsBody.model_validate_json(text) if text else None


def _fit_body(fit: Fit | None) -> FitBody | None:
    if fit is None:
        return None
    return FitBody(log_loss=round(fit.log_loss, 4), brier=round(fit.brier, 4), filled=fit.filled, right=fit.right)


def _remember(verdict: SuggestionVerdict, engines: Engines) -> None:
    name = verdict.knowledge_base or engines.settings.default_knowledge_base
    engines.learned.experience(name).add(
        verdict.experience_id, verdict.question, article_id=verdict.article_id, verdict=VERDICTS[verdict.action]
    )


def _mark_outdated(verdict: SuggestionVerdict, *, engines: Engines, store: Store, at: datetime) -> None:
    name = verdict.knowledge_base or engines.settings.default_knowledge_base
    article = engines.knowledge_base(name).get(verdict.article_id)
    if article is not None:
        digest = digest_of_article(article.title, article.body)
        store.outdated.mark(name, article.id, digest=digest, at=at)


def _judged(store: Store) -> list[Judged]:
    """Return what people made of each value, by its kind of field, oldest first."""
    from nlp import Judged

    kinds: dict[str, Mapping[str, str]] = {}
    judged = []
    for judgement in store.verdicts.on_fields():
        if judgement.template not in kinds:
            kinds[judgement.template] = _kinds_in(judgement.template, store)
        kind = kinds[judgement.template].get(judgement.field, judgement.field)
        judged.append(Judged(kind, judgement.belief, _is_right(judgement)))
    return judged


def _kinds_in(template: str, store: Store) -> Mapping[str, str]:
    """Return the kind of each of a template's fields; where the template is gone, each is a kind of its own."""
    try:
        return {field.name: field.kind for field in find_template(template, store=store).fields}
    except TemplateUnknown:
        return {}


def _is_right(judgement: Judgement) -> bool:
    from nlp import fold

    proposed, final = (fold(text).text.strip().lower() for text in (judgement.proposed, judgement.final))
    return judgement.action == "accepted" or (judgement.action == "edited" and proposed == final)
