"""Two rankings of passages in, one out: how near in words and how near in meaning, weighed as this corpus wants it.

Each leg's score is scaled by its own best and least among the candidates of a question, so neither scale matters. Words
that stand nowhere in the base say nothing: the lexical leg counts as far as it knows the question's, so a question in
another language than the articles' is answered by meaning. (With it and without, MiniLM, 2026-11-23: covidfaq nDCG@10
.582 and .572, docs_en .699 and .702, stackfaq and cmrc2018 alike.) It does not know how the weight was found
(nlp.search.fit_fusion) and judges no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from nlp.search.lexical import Scored

# The dense share where nothing was learned of a corpus yet (training.eval_search, 2026-11-22).
DEFAULT_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Fusion:
    """How much the dense leg counts, 0 (words alone) to 1 (meaning alone), and which cosines mean something here.

    A cosine of .6 is near under one encoder and in one corpus, and far in another: what counts is how far it stands
    above `usual_cosine`, that of the nearest passage that does not answer, in units of `cosine_spread`.
    """

    dense_weight: float = DEFAULT_WEIGHT
    usual_cosine: float = 0.5
    cosine_spread: float = 0.1

    def nearness(self, cosine: float | None) -> float | None:
        """Return how far a cosine stands above the usual one.

        >>> Fusion(usual_cosine=0.5, cosine_spread=0.1).nearness(0.75)
        2.5
        """
        return None if cosine is None else (cosine - self.usual_cosine) / self.cosine_spread


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with what both legs say of it; `cosine` is None where it has no vector."""

    scored: Scored
    cosine: float | None
    lexical: float  # share of the best lexical score
    dense: float  # 0 for the least, 1 for the best cosine among the candidates
    score: float
    nearness: float | None = None
    recency: float = 0.0
    usefulness: float = 0.0


def fuse(ranking: Sequence[Scored], cosines: Mapping[int, float], fusion: Fusion) -> tuple[Candidate, ...]:
    """Return the candidates of a question, best first."""
    best = max((scored.score for scored in ranking), default=0.0) or 1.0
    nearest, farthest = max(cosines.values(), default=0.0), min(cosines.values(), default=0.0)
    spread = (nearest - farthest) or 1.0
    weight = fusion.dense_weight if cosines else 0.0
    known = ranking[0].match.known if ranking else 1.0
    candidates = []
    for scored in ranking:
        cosine = cosines.get(scored.passage)
        lexical, dense = scored.score / best, 0.0 if cosine is None else (cosine - farthest) / spread
        score = (1 - weight) * known * lexical + weight * dense
        candidates.append(Candidate(scored, cosine, lexical, dense, score, fusion.nearness(cosine)))
    if not cosines:  # the lexical leg's own scale, as it was without a dense leg
        candidates = [replace(candidate, score=candidate.scored.score) for candidate in candidates]
    return tuple(sorted(candidates, key=lambda one: (-one.score, one.scored.passage)))
