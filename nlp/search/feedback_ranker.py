"""What people used and refused in, a few plain weights out that order also articles nobody has judged yet.

A judged question is replayed: what is found for it, the article that helped to stand before the others, the one that
misled behind them. The weights say how much each signal of a hit counts beside the ranking that ships; without
feedback they are zero and nothing moves. They are taken into force only where they do better on the newest judged
questions, which the trial did not see. No article's name is learned (that is nlp.search.experience), so nothing is
remembered of one that is deleted.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from nlp.records import Hit, NlpError, Retriever

FEATURES = ("lexical", "dense", "title", "code", "coverage", "recency", "brevity")
LOOKED_AT = 20
BASE = 6.0
"""Weight of the shipped ranking, as a share of its best score: fixed, so that feedback bends it and does not replace
it."""
L2 = 10.0
"""Pull towards zero, in judged questions: ten that say the same hardly move a weight, a hundred do."""
STEPS, RATE = 400, 0.5
LEAST_JUDGED = 30
"""Judged questions, before anything is tried: a third of them must tell better from worse."""
HELD_OUT = 1 / 3
LEAST_SURE = 1.64
"""Standard errors by which the held-out questions must be answered better: by chance one trial in twenty passes. With
none, covidfaq passed by .044 on 36 questions, and lost three of a hundred unseen ones."""
_LONG = 1_500  # code points; see nlp.search.passages.MAX_WEIGHT

Floats = npt.NDArray[np.float64]
Outcome = Literal["taken", "refused", "unchanged", "too_few"]


class RankerUnreadable(NlpError):
    """A file of learned weights is of other signals."""


@dataclass(frozen=True, slots=True)
class JudgedQuestion:
    """What was found for a question, best first, and what people said of some of it."""

    hits: tuple[Hit, ...]
    helped: frozenset[str]  # ids of articles
    misled: frozenset[str]


@dataclass(frozen=True, slots=True)
class FeedbackWeights:
    weights: tuple[float, ...] = (0.0,) * len(FEATURES)

    @property
    def are_zero(self) -> bool:
        return not any(self.weights)


@dataclass(frozen=True, slots=True)
class RankingLesson:
    """What became of a learning: `before` and `after` are the mean worth of the held-out questions' rankings, 0..1."""

    outcome: Outcome
    weights: FeedbackWeights
    judged: int
    held_out: int = 0
    before: float = 0.0
    after: float = 0.0


def features(hits: Sequence[Hit]) -> Floats:
    """Return (n, 1 + len(FEATURES)): the shipped score as a share of the best, then the signals."""
    best = max((hit.score for hit in hits), default=0.0) or 1.0
    rows = []
    for hit in hits:
        signals, match = hit.signals, hit.match
        rows.append(
            (
                hit.score / best,
                signals.lexical if signals else 0.0,
                max(signals.dense or 0.0, 0.0) if signals else 0.0,
                signals.title if signals else 0.0,
                signals.code if signals else 0.0,
                match.coverage if match else 0.0,
                signals.recency if signals else 0.0,
                1.0 - min(len(hit.passage.text) / _LONG, 1.0),
            )
        )
    return np.array(rows, dtype=np.float64).reshape(len(rows), 1 + len(FEATURES))


def reranked(hits: Sequence[Hit], weights: FeedbackWeights) -> tuple[Hit, ...]:
    """Return hits in the learned order; the scores stay those of the places, so that leads mean what they did."""
    if weights.are_zero or len(hits) < 2:
        return tuple(hits)
    moved, rest = list(hits[:LOOKED_AT]), tuple(hits[LOOKED_AT:])
    logits = features(moved) @ np.array((BASE, *weights.weights))
    order = np.argsort(-logits, kind="stable")
    return (*(replace(moved[at], score=moved[place].score) for place, at in enumerate(order)), *rest)


def learn_ranking(judged: Sequence[JudgedQuestion], *, in_force: FeedbackWeights) -> RankingLesson:
    """Learn from judged questions, oldest first; keep what is in force where the newest would be answered worse."""
    useful = [one for one in judged if _pairs(one) is not None]
    if len(useful) < LEAST_JUDGED:
        return RankingLesson("too_few", in_force, len(useful))
    cut = len(useful) - max(round(len(useful) * HELD_OUT), 1)
    held = useful[cut:]
    trial = fit(useful[:cut])
    before, after = worth(held, in_force), worth(held, trial)
    if after < before:
        return RankingLesson("refused", in_force, len(useful), len(held), before, after)
    if not _is_sure(held, in_force, trial):
        return RankingLesson("unchanged", in_force, len(useful), len(held), before, after)
    return RankingLesson("taken", fit(useful), len(useful), len(held), before, after)


def fit(judged: Sequence[JudgedQuestion]) -> FeedbackWeights:
    """Fit the weights by pairs: what helped before what did not, anything before what misled."""
    pairs = [found for one in judged if (found := _pairs(one)) is not None]
    differences = np.concatenate(pairs)  # (n, 1 + len(FEATURES))
    share = np.concatenate([np.full(len(some), 1 / len(some)) for some in pairs])  # every question counts alike
    weights = np.zeros(len(FEATURES))
    offset, slopes = BASE * differences[:, 0], differences[:, 1:]
    for _ in range(STEPS):
        margin = offset + slopes @ weights
        push = share / (1 + np.exp(np.clip(margin, -30, 30)))
        weights += RATE * (slopes.T @ push - L2 * weights) / len(pairs)  # gradient of the penalised likelihood
    return FeedbackWeights(tuple(round(float(weight), 4) for weight in weights))


def worth(judged: Sequence[JudgedQuestion], weights: FeedbackWeights) -> float:
    """Return how good the rankings are: the reciprocal rank of what helped; of what misled, that it is not first."""
    return sum(_worth(one, weights) for one in judged) / max(len(judged), 1)


def _is_sure(held: Sequence[JudgedQuestion], in_force: FeedbackWeights, trial: FeedbackWeights) -> bool:
    """Say whether the trial's gain is more than chance would give."""
    gains = np.array([_worth(one, trial) - _worth(one, in_force) for one in held])
    spread = float(gains.std(ddof=1)) if len(gains) > 1 else 0.0
    return float(gains.mean()) > LEAST_SURE * spread / np.sqrt(len(gains)) and bool(gains.any())


def _worth(one: JudgedQuestion, weights: FeedbackWeights) -> float:
    ranking = [hit.passage.article_id for hit in reranked(one.hits, weights)]
    places = [1 / (1 + place) for place, article_id in enumerate(ranking) if article_id in one.helped]
    if places:
        return max(places)
    return 0.0 if ranking and ranking[0] in one.misled else 1.0


def _pairs(one: JudgedQuestion) -> Floats | None:
    """Return the features of the better less those of the worse, one row a pair; None where there is no pair."""
    looked_at = one.hits[:LOOKED_AT]
    rows = features(looked_at)
    helped = [at for at, hit in enumerate(looked_at) if hit.passage.article_id in one.helped]
    misled = [at for at, hit in enumerate(looked_at) if hit.passage.article_id in one.misled - one.helped]
    others = [at for at in range(len(looked_at)) if at not in helped]
    pairs = [(good, bad) for good in helped for bad in others]
    if not helped:
        pairs = [(good, bad) for bad in misled for good in others if good not in misled]
    return np.stack([rows[good] - rows[bad] for good, bad in pairs]) if pairs else None


class FeedbackRankedRetriever:
    """A Retriever: what another one finds, in the order that people's verdicts taught."""

    def __init__(self, retriever: Retriever, weights: FeedbackWeights) -> None:
        self._retriever = retriever
        self._weights = weights

    def search(self, question: str, *, top_k: int, allowed: Sequence[str], locale: str = "") -> tuple[Hit, ...]:
        """Return the best passage of each of the top_k articles."""
        hits = self._retriever.search(question, top_k=max(top_k, LOOKED_AT), allowed=allowed, locale=locale)
        return reranked(hits, self._weights)[:top_k]


def write_weights(weights: FeedbackWeights) -> str:
    """Return the weights as JSON, by the names of their signals."""
    return json.dumps({"weights": dict(zip(FEATURES, weights.weights, strict=True))}, indent=1)


def read_weights(text: str) -> FeedbackWeights:
    """Return weights that were written; a signal that was not known then counts nothing.

    Raises:
        RankerUnreadable: it is no such file.
    """
    try:
        named = json.loads(text)["weights"]
        return FeedbackWeights(tuple(float(named.get(name, 0.0)) for name in FEATURES))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = "the file holds no learned weights; delete it, and run: beforehand learn"
        raise RankerUnreadable(message) from error
