"""A tenant's knowledge base in, what it lacks and what in it is stale out: engines, store and reports put together."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from api.engines import Engines
from api.report.figures import Period
from api.report.gaps import LOOKED_AT, Gap, find_gaps
from api.report.stale import StaleArticle, find_stale
from api.store import Store
from api.suggest import find_suggestions

if TYPE_CHECKING:
    from nlp.records import Suggestions
    from nlp.search.question_groups import Rows


def gaps_of(
    *, engines: Engines, store: Store, period: Period, kb: str | None = None, limit: int = 50
) -> tuple[Gap, ...]:
    """Return what people asked in a period and no article tells."""
    asked = store.questions.asked(since=period.since, until=period.until, kb=kb, limit=LOOKED_AT)

    def answer_now(question: str) -> Suggestions:
        return find_suggestions(question, engines=engines, kb=kb or None, top_k=1)

    def encode(texts: Sequence[str]) -> Rows:
        import numpy as np

        return np.stack(engines.encoder.encode(list(texts)).vectors)

    has_encoder = engines.encoder_state().rung != "none"
    return find_gaps(asked, answer_now=answer_now, encode=encode if has_encoder else None, limit=limit)


def stale_of(
    *, engines: Engines, store: Store, period: Period, at: datetime, kb: str | None = None, limit: int = 200
) -> tuple[StaleArticle, ...]:
    """Return the articles that somebody should look at, by what a period says of them."""
    from nlp.search.article_dates import changed_at

    name = kb or engines.settings.default_knowledge_base
    base = engines.knowledge_base(name)
    shelf = None if kb is None else "" if kb == engines.settings.default_knowledge_base else kb
    return find_stale(
        base.article_ids(),
        store.questions.asked(since=period.since, until=period.until, kb=shelf, limit=LOOKED_AT),
        article_of=base.get,
        marks=store.outdated.marks(name),
        changed_at=changed_at(engines.knowledge_bases.path(name)),
        at=at,
        limit=limit,
    )
