"""Candidates in, the same with what is known of their articles before any question: changed of late, helped before.

How lately is told by the knowledge base's own file (nlp.search.article_dates), among the candidates, so no clock is
needed. How useful is asked of the caller. It weighs neither: that is nlp.search.rerank.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from nlp.search.article_dates import recency_of
from nlp.search.fuse import Candidate
from nlp.search.rerank import LOOKED_AT

Usefulness = Callable[[Sequence[str]], Mapping[str, float]]
"""Ids of articles in; how useful each was, 0..1, out; one that is missing was of no use yet."""


def with_priors(
    connection: sqlite3.Connection, candidates: Sequence[Candidate], usefulness: Usefulness | None
) -> tuple[Candidate, ...]:
    """Return the candidates, those that the ranker looks at with the priors of their articles."""
    looked_at = candidates[:LOOKED_AT]
    numbers = json.dumps(list({candidate.scored.article for candidate in looked_at}))
    ids = dict(
        connection.execute(
            "SELECT number, id FROM articles WHERE number IN (SELECT value FROM json_each(?))", [numbers]
        )
    )
    recency = recency_of(connection, tuple(ids.values()))
    useful = usefulness(tuple(ids.values())) if usefulness is not None and ids else {}
    if not recency and not useful:
        return tuple(candidates)

    def known(candidate: Candidate) -> Candidate:
        article_id = ids[candidate.scored.article]
        return replace(
            candidate, recency=recency.get(article_id, 0.0), usefulness=min(max(useful.get(article_id, 0.0), 0.0), 1.0)
        )

    return (*(known(candidate) for candidate in looked_at), *candidates[LOOKED_AT:])
