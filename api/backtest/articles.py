"""A past ticket and the question it would have put in; whether the article that solved it would have been offered out.

Which article that is, the export says by its id; else the resolution's own words do, where one article shares enough of
them. It does not know whether the article helped.
"""

from __future__ import annotations

from collections.abc import Iterator

from api.backtest.records import ArticleOutcome, PastTicket
from api.backtest.rolled_back import is_of_ticket
from api.engines import Engines
from api.suggest import find_suggestions
from nlp import KnowledgeBase
from nlp.records import Suggestion
from nlp.search.tokens import tokens

TOP_K = 3
"""An agent glances at three titles."""
RESOLUTION_CHARS = 1_000
MIN_TOKENS = 8
"""A resolution of fewer telling tokens ("已处理", "done") points at no article."""
MIN_SHARE = 0.5
"""Of the resolution's telling tokens that the article must hold."""
TELLING = ("pair", "word", "code")


def judge_article(ticket: PastTicket, question: str, *, engines: Engines, kb: str | None) -> ArticleOutcome | None:
    """Say whether the right article would have been among the first three."""
    if not ticket.article_id and not ticket.resolution:
        return None
    base = engines.knowledge_base(kb)
    question = question[: engines.settings.limits.question_chars]
    found = find_suggestions(question, engines=engines, kb=kb, top_k=TOP_K * 2, locale=ticket.locale, is_ticket=True)
    offered = [suggestion for suggestion in found.suggestions if not _is_own(suggestion, base, ticket)][:TOP_K]
    ids = tuple(suggestion.article_id for suggestion in offered)
    expected, matched_by = ticket.article_id, "id"
    if not expected:
        expected = _solved_by(ticket, base)
        matched_by = "text" if expected else ""
    return ArticleOutcome(
        expected=expected,
        matched_by="id" if matched_by == "id" else "text" if matched_by == "text" else "",
        rank=ids.index(expected) + 1 if expected in ids else None,
        is_abstained=found.is_abstained,
        offered=ids,
    )


def _is_own(suggestion: Suggestion, base: KnowledgeBase, ticket: PastTicket) -> bool:
    article = base.get(suggestion.article_id)
    return article is not None and is_of_ticket(article, ticket.id)


def _solved_by(ticket: PastTicket, base: KnowledgeBase) -> str:
    """Return the article that shares most of the resolution's words; "" where none shares half."""
    resolution = ticket.resolution[:RESOLUTION_CHARS]
    wanted = set(_telling(resolution))
    if len(wanted) < MIN_TOKENS:
        return ""
    best, best_share = "", MIN_SHARE
    for hit in base.search(resolution, top_k=TOP_K, allowed=(), locale=ticket.locale):
        article = base.get(hit.passage.article_id)
        if article is None or is_of_ticket(article, ticket.id):
            continue
        share = len(wanted & set(_telling(f"{article.title}\n{article.body}"))) / len(wanted)
        if share >= best_share:
            best, best_share = article.id, share
    return best


def _telling(text: str) -> Iterator[str]:
    return (token.text for token in tokens(text) if token.kind in TELLING)
