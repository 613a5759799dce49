"""Candidates in, the same in a better order out: a small ranker over what both legs and the words' places tell.

It is a line of plain numbers per signal, fitted by training.fit_ranker on sets that may train what ships. It sees no
text; a cross-encoder that does is nlp.encoders.onnx_cross_encoder. Without a dense leg only the priors count: what was
changed of late or helped before. They move passages and no scores: how sure an answer is, the question alone decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import numpy.typing as npt

from nlp.records import Hit
from nlp.search.fuse import Candidate

# Candidates that are looked at; what both legs put behind these is right in under 1% of the questions.
LOOKED_AT = 40
FEATURES = (
    "fused",
    "lexical",
    "dense",
    "lexical x best coverage",
    "dense x best coverage",
    "coverage",
    "title",
    "code",
    "lexical rank",
    "dense rank",
    "recency",
    "usefulness",
)
PRIORS = slice(FEATURES.index("recency"), None)

Floats = npt.NDArray[np.float64]


class Reranker(Protocol):
    """Puts hits in a better order; a cross-encoder is one."""

    @property
    def engine(self) -> str: ...

    def rerank(self, question: str, hits: Sequence[Hit]) -> tuple[Hit, ...]: ...


@dataclass(frozen=True, slots=True)
class Ranker:
    """The weight of each of FEATURES; scores are logits within one question."""

    weights: tuple[float, ...]


# What training.fit_ranker fits loses to the fused order on every set that is left out while fitting (2026-11-23:
# covidfaq .575 -> .504 nDCG@10, stackfaq .972 -> .962, cmrc2018 1.000 -> .959), because which leg is right is the
# corpus's own matter, and the fusion learns it there. So the fused order stands, and the ranker adds what no leg
# knows: a code that is named, a title that is met, a change of late, an answer that was used. No set has a change of
# late; a code or a title decides a near tie (mean nDCG@10 of nine sets .8133 without both, .8137 with a title of .5,
# .8119 with 1.0 for the code; under minilm-l6-zh-en-tuned a title of .5 costs Chinese questions on English articles
# .011, where the few words they share are often a title's, and .25 costs none of seven sets more than
# .003: training.eval_search with this number changed). Use is weighed by training.eval_experience, 2026-11-23 (hit@1 of
# questions that were not asked before, our encoder before it was tuned, half of the questions past): stackfaq .940 ->
# .940, covidfaq .290 -> .360; at 2.0, with half as much doubt, stackfaq .945 -> .900.
RANKER = Ranker(weights=(8.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.25, 0.3, 0.0, 0.0, 0.3, 0.8))


def features(candidates: Sequence[Candidate]) -> Floats:
    """Return (n, len(FEATURES)) of the candidates of one question."""
    lexical = np.array([candidate.lexical for candidate in candidates])
    dense = np.array([candidate.dense for candidate in candidates])
    coverage = np.array([candidate.scored.match.coverage for candidate in candidates])
    best = coverage.max(initial=0.0)
    columns = (
        np.array([candidate.score for candidate in candidates]),
        lexical,
        dense,
        lexical * best,
        dense * best,
        coverage,
        np.array([candidate.scored.title for candidate in candidates]),
        np.array([candidate.scored.code for candidate in candidates]),
        1 / (1 + _ranks(lexical)),
        1 / (1 + _ranks(dense)),
        np.array([candidate.recency for candidate in candidates]),
        np.array([candidate.usefulness for candidate in candidates]),
    )
    return np.stack(columns, axis=1)


def _ranks(scores: Floats) -> Floats:
    """Return each one's place, 0 for the best; equal ones share it."""
    places: Floats = (scores[None, :] > scores[:, None]).sum(axis=1).astype(np.float64)
    return places


def rerank(candidates: Sequence[Candidate], *, ranker: Ranker = RANKER) -> tuple[Candidate, ...]:
    """Return candidates in the ranker's order, its score scaled to 0..1 within the question.

    The first LOOKED_AT change places among themselves; what stands behind them stays there.
    """
    looked_at = candidates[:LOOKED_AT]
    if len(looked_at) < 2:
        return tuple(candidates)
    signals, weights = features(looked_at), np.array(ranker.weights)
    priors = signals[:, PRIORS] @ weights[PRIORS]
    if all(candidate.cosine is None for candidate in looked_at):
        return (*_by_words(looked_at, priors, weights), *candidates[LOOKED_AT:])
    logits = signals @ weights
    scores = np.sort(np.exp(logits - priors - (logits - priors).max()))[::-1]
    floor = float(scores.min())
    order = sorted(range(len(looked_at)), key=lambda at: (-logits[at], looked_at[at].scored.passage))
    moved = [replace(looked_at[at], score=float(score)) for at, score in zip(order, scores, strict=True)]
    behind = [replace(candidate, score=min(candidate.score, 1.0) * floor) for candidate in candidates[LOOKED_AT:]]
    return (*moved, *behind)


def _by_words(candidates: Sequence[Candidate], priors: Floats, weights: Floats) -> Sequence[Candidate]:
    """Return candidates of the words alone, moved by their priors; the scores stay those of the places."""
    if not priors.any():
        return candidates
    scores = np.array([candidate.score for candidate in candidates])
    worth = weights[0] * scores / (scores.max() or 1.0) + priors
    order = np.argsort(-worth, kind="stable")
    return [replace(candidates[at], score=candidates[place].score) for place, at in enumerate(order)]
