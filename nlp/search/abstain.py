"""Hits in, the confidence that the first one answers out; below the threshold it is honest to say that nothing fits.

It judges by words covered, not by meaning: an article that repeats the question and answers another one can deceive it,
and a question in other words than the article's is not trusted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.records import Hit

# With this many rare words a question is almost as specific as it can be: two thirds of the way, then ever less.
_TELLING_WORDS = 2.0


@dataclass(frozen=True, slots=True)
class AbstainRule:
    """A logistic regression on features() and the confidence from which on the first hit is offered as an answer."""

    intercept: float
    weights: tuple[float, ...]
    threshold: float


# python -m training.fit_abstain, 2026-11-22: P(first hit is right), fitted on cmrc2018, drcd, tidb_faq_zh, stackfaq and
# covidfaq with 20, 200 and all articles, half of the questions answerable: the others ask for an article that was taken
# out, or come from another set. From the threshold on, 85% of the offered answers are right there; elsewhere, of those
# offered on questions with an answer: docs_zh 74%, docs_en 74%, esun_faq 92%.
RULE = AbstainRule(intercept=-6.07, weights=(4.50, 3.83, 8.06), threshold=0.52)


def features(hits: Sequence[Hit]) -> tuple[float, ...]:
    """Return what the confidence is computed from; all zero where the retriever compares no tokens.

    They are the coverage of a question that tells enough, how much of it the base knows, and the lead over the second.
    """
    match = hits[0].match
    if match is None:
        return (0.0,) * len(RULE.weights)
    covered = match.coverage * (1.0 - math.exp(-match.information / _TELLING_WORDS))
    second = hits[1].score if len(hits) > 1 else 0.0
    margin = 1.0 - second / hits[0].score if hits[0].score > 0 else 0.0
    return (covered, match.known, margin * covered)


def confidence(hits: Sequence[Hit], *, rule: AbstainRule = RULE) -> float:
    """Return how sure the first hit is the right one, 0..1; 0 without hits or without a match to judge by."""
    if not hits or hits[0].match is None or hits[0].match.coverage <= 0:
        return 0.0
    logit = rule.intercept + sum(weight * value for weight, value in zip(rule.weights, features(hits), strict=True))
    return 1.0 / (1.0 + math.exp(-logit))
