"""Verdicts on suggestions in, an order for a tenant's knowledge base out, where it does better than the one in force.

Each judged question is asked again of the knowledge base as it is now, as somebody who may see the articles that were
judged. What is learned are weights of signals (nlp.search.feedback_ranker); articles that nobody judged move, too.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from api.engines import Engines
from api.schemas.learning import RankingBody
from api.store import Store
from api.store.verdicts import SuggestionVerdict

MOST_QUESTIONS = 1_000
"""Of a knowledge base, the newest: asked again in a minute on the slowest machine tried."""
WHOLE_TICKET = 120
"""Code points from which on a question is a ticket's text, and its own question is asked."""
HELPED, MISLED = frozenset({"used", "helpful"}), frozenset({"not_relevant", "incorrect"})


def learn_rankings(*, engines: Engines, store: Store, at: datetime, actor: str) -> tuple[RankingBody, ...]:
    """Learn an order for each knowledge base that was judged, and say in the audit log what was and was not taken."""
    by_base: dict[str, list[SuggestionVerdict]] = {}
    for verdict in store.verdicts.on_suggestions():
        name = verdict.knowledge_base or engines.settings.default_knowledge_base
        by_base.setdefault(name, []).append(verdict)
    rankings = tuple(_learn(name, verdicts, engines) for name, verdicts in sorted(by_base.items()))
    for ranking in rankings:
        detail = {"outcome": ranking.outcome, "judged": str(ranking.judged)}
        subject = ranking.knowledge_base
        store.audit.add(at=at, actor=actor, action="ranking.learned", subject=subject, detail=detail)
    return rankings


def _learn(name: str, verdicts: Iterable[SuggestionVerdict], engines: Engines) -> RankingBody:
    from nlp.answers.ticket_questions import ticket_questions
    from nlp.search.feedback_ranker import LOOKED_AT, JudgedQuestion, learn_ranking

    base = engines.knowledge_base(name)
    asked: dict[str, dict[str, str]] = {}  # by question, the newest action on each article; oldest question first
    for verdict in verdicts:
        said = asked.pop(verdict.question, {})
        asked[verdict.question] = {**said, verdict.article_id: verdict.action}
    judged = []
    for question, actions in list(asked.items())[-MOST_QUESTIONS:]:
        articles = [article for article_id in actions if (article := base.get(article_id)) is not None]
        groups = tuple({group for article in articles for group in article.allowed})
        told = ticket_questions(question)[0] if len(question) > WHOLE_TICKET else question
        hits = base.search(told[: engines.settings.limits.question_chars], top_k=LOOKED_AT, allowed=groups)
        helped = frozenset(one for one, action in actions.items() if action in HELPED)
        misled = frozenset(one for one, action in actions.items() if action in MISLED)
        judged.append(JudgedQuestion(hits, helped, misled))
    lesson = learn_ranking(judged, in_force=engines.learned.ranking(name))
    if lesson.outcome == "taken":
        engines.learned.keep_ranking(name, lesson.weights)
    return RankingBody(
        knowledge_base=name,
        outcome=lesson.outcome,
        judged=lesson.judged,
        held_out=lesson.held_out,
        before=round(lesson.before, 4),
        after=round(lesson.after, 4),
    )
