"""Two rankings of passages in, one out: how near in words and how near in meaning, weighed as this corpus wants it.

Neither leg is scaled by its own best of a question. What BM25 adds up is how much a question tells, and that is what it
may say against meaning: a question of common words, or of words that no article holds together, is answered by
meaning. Where meaning hardly tells its best candidates from the others, words count more. It does not know how the
weight was found (nlp.search.fit_fusion) and judges no answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.encoders.embed import Vectors
from nlp.search.centre import Centre
from nlp.search.lexical import OTHER_LANGUAGE, Scored

# The dense share where nothing was learned of a corpus. Over nine sets, whose better leg is now the one, now the other
# and by up to .24 nDCG@10, the fused order loses at most .002 to the better leg and gains .031 on the mean; at .76 and
# .84 at most .005 and .006 (2026-11-23). At their best weights: without the lead of meaning .028 and at most .005,
# without the coverage of words, too, .027 and .008, with both legs scaled by the question's best .018 and .051.
DEFAULT_WEIGHT = 0.8
# A BM25 score that says as much as a likeness of 1.
USUAL_SCORE = 20.0
# How far the most alike candidate stands before the 21st, where words count as they are; at most so much more.
USUAL_LEAD, _MOST_MORE = 0.3, 2.0
_BEHIND = 20
# Likenesses of a question and any passage spread so far under the encoder this was found with; under one where they
# spread less or more, they are scaled to the nearer bound. To scale those within, too, costs stackfaq .006 nDCG@10.
_USUAL_SPREADS = (0.09, 0.16)


@dataclass(frozen=True, slots=True)
class Fusion:
    """How much the dense leg counts, 0 (words alone) to 1 (meaning alone), and what a likeness means here.

    A likeness of .6 is near under one encoder and far under another: what counts is how far it stands above that of a
    question and any passage, in units of how far such likenesses spread.
    """

    dense_weight: float = DEFAULT_WEIGHT
    usual: float = 0.2
    spread: float = 0.125
    centre: Centre | None = None  # None before anything was learned: a likeness is the cosine

    def nearness(self, likeness: float) -> float:
        """Return how far a likeness stands above the usual one.

        >>> Fusion(usual=0.25, spread=0.125).nearness(0.75)
        4.0
        """
        return (likeness - self.usual) / self.spread

    def worth(self, likeness: float) -> float:
        """Return a likeness on the scale of the encoder that the weights were found with.

        >>> Fusion(spread=0.125).worth(0.5), Fusion(spread=0.03).worth(0.5)
        (0.5, 1.5)
        """
        least, most = _USUAL_SPREADS
        return likeness * min(max(self.spread, least), most) / self.spread


@dataclass(frozen=True, slots=True)
class Alike:
    """How near in meaning a passage is to a question."""

    cosine: float
    likeness: float  # the cosine without what all passages and all questions share (nlp.search.centre)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with what both legs say of it; what meaning says is None where it has no vector."""

    scored: Scored
    alike: Alike | None
    lexical: float  # share of the best lexical score
    dense: float  # 0 for the least, 1 for the best likeness among the candidates
    score: float
    nearness: float | None = None
    recency: float = 0.0
    usefulness: float = 0.0

    @property
    def cosine(self) -> float | None:
        return None if self.alike is None else self.alike.cosine


def compared(question: Vectors, rows: Mapping[int, Vectors], centre: Centre | None) -> dict[int, Alike]:
    """Compare a question with passages by their vectors."""
    if not rows:
        return {}
    stacked = np.stack(list(rows.values()))
    cosines = stacked @ question
    likenesses = cosines if centre is None else centre.likeness(question, stacked)
    return {
        number: Alike(float(cosine), float(likeness))
        for number, cosine, likeness in zip(rows, cosines, likenesses, strict=True)
    }


def fuse(ranking: Sequence[Scored], near: Mapping[int, Alike], fusion: Fusion) -> tuple[Candidate, ...]:
    """Return the candidates of a question, best first."""
    best = max((scored.score for scored in ranking), default=0.0) or 1.0
    if not near:  # the lexical leg's own scale, as it is without a dense leg
        return tuple(Candidate(scored, None, scored.score / best, 0.0, scored.score) for scored in ranking)
    covered = max((scored.match.coverage for scored in ranking), default=0.0)
    worth = {number: fusion.worth(one.likeness) for number, one in near.items()}
    nearest, farthest = max(worth.values()), min(worth.values())
    spread = (nearest - farthest) or 1.0
    weight = fusion.dense_weight
    told = (1 - weight) * covered * _share_of_words(sorted(worth.values(), reverse=True)) / USUAL_SCORE
    candidates = []
    for scored in ranking:
        alike = near.get(scored.passage)
        counted = worth.get(scored.passage, farthest) * (OTHER_LANGUAGE if scored.is_foreign else 1.0)
        score = told * scored.score + weight * counted
        nearness = None if alike is None else fusion.nearness(alike.likeness)
        dense = (counted - farthest) / spread
        candidates.append(Candidate(scored, alike, scored.score / best, dense, score, nearness))
    return tuple(sorted(candidates, key=lambda one: (-one.score, one.scored.passage)))


def _share_of_words(worth: Sequence[float]) -> float:
    """Return how much words count beside such likenesses, the greatest first."""
    lead = worth[0] - worth[min(_BEHIND, len(worth) - 1)]
    return min(_MOST_MORE, USUAL_LEAD / lead) if lead > 0 else 1.0
