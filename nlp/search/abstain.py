"""Hits in, the confidence that the first one answers out; below the threshold it is honest to say that nothing fits.

Two rules, by what there is to judge by: words alone, where an article that repeats the question and answers another one
can deceive it; or words and meaning, where a hit stands out in either, or both legs agree on it. A hit with neither,
from a retriever of another kind, is judged by its score, if that is a probability.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.records import Hit
from nlp.text import language_of

# With this many rare words a question is almost as specific as it can be: two thirds of the way, then ever less.
_TELLING_WORDS = 2.0
# Nearness beyond these is no surer yes or no: the encoder's own outliers.
_LEAST_NEAR, _MOST_NEAR = -2.0, 8.0
# A rival whose score is a thousandth says no more than none.
_LEAST_RIVAL = 1e-3
# The lead where nothing else was found: alone, a hit's place tells nothing.
_LEAD_OF_ONE = 1.0
# The smallest bases that the rule was fitted on have so many passages.
_LEAST_AMONG = 20


@dataclass(frozen=True, slots=True)
class AbstainRule:
    """A logistic regression on features() and the confidence from which on the first hit is offered as an answer."""

    intercept: float
    weights: tuple[float, ...]
    threshold: float


# python -m training.fit_abstain, 2026-11-22: P(first hit is right), fitted on cmrc2018, drcd, tidb_faq_zh, stackfaq and
# covidfaq with 20, 200 and all articles, half of the questions answerable: the others ask for an article that was taken
# out, or come from another set. From the threshold on, 85% of the offered answers are right there; elsewhere, of those
# offered on questions with an answer: docs_zh 74%, docs_en 74%, esun_faq 92%. Words alone that keep to 2% of questions
# whose article was taken out (threshold .93, 2026-11-23: 1.4% of them on held halves, 97% right) answer a fifth of the
# others, and no longer "Why does my washer not drain?"; that promise is the dense rule's.
RULE = AbstainRule(intercept=-6.07, weights=(4.50, 3.83, 8.06), threshold=0.52)
# With --encoder minilm-l6-zh-en-tuned --articles 800 --answered 0.015, 2026-11-23, on these five sets, two of them also
# with their first lines as titles. On held halves and on docs_zh, docs_en and esun_faq, which were only measured, of
# questions with an answer 54%, 30% and 20% are answered among 20, 200 and 800 articles, 99% rightly; of those whose
# article was taken out 3.0%, 2.3% and 1.2%, from elsewhere none. Without the number of passages 36% were answered among
# 20 articles: a small base kept silent.
DENSE_RULE = AbstainRule(intercept=-0.06, weights=(1.65, 1.41, 0.86, 2.65, 1.47), threshold=0.937)
# How far a hit stands before the next is looked up among so many.
COMPARED = 6


def is_dense(hits: Sequence[Hit]) -> bool:
    """Say whether there is meaning to judge by."""
    return bool(hits) and hits[0].signals is not None and hits[0].signals.nearness is not None


def features(hits: Sequence[Hit]) -> tuple[float, ...]:
    """Return what the confidence is computed from; all zero where the retriever compares no tokens.

    They are the coverage of a question that tells enough, how much of it the base knows, and the lead over the second;
    with a dense leg how near the hit is in meaning, its lead over the next hit that is about something else, and among
    how few it was found.
    """
    match = hits[0].match
    if match is None:
        return (0.0,) * len((DENSE_RULE if is_dense(hits) else RULE).weights)
    covered = match.coverage * (1.0 - math.exp(-match.information / _TELLING_WORDS))
    if is_dense(hits):
        return (covered, match.known, _near(hits[0]), _lead(hits), -math.log(max(match.among, _LEAST_AMONG)))
    second = hits[1].score if len(hits) > 1 else 0.0
    margin = 1.0 - second / hits[0].score if hits[0].score > 0 else 0.0
    return (covered, match.known, margin * covered)


def _near(hit: Hit) -> float:
    nearness = hit.signals.nearness if hit.signals else None
    return _LEAST_NEAR if nearness is None else max(_LEAST_NEAR, min(nearness, _MOST_NEAR))


def _lead(hits: Sequence[Hit]) -> float:
    """Return how far the first hit stands before its rival. Two articles of one title are no rivals, either answers;
    one in another language, which may be its translation, is only where there is no other.

    The ranker's scores are likelihoods, so their ratio's logarithm is a difference of scores; its root, because the
    first step tells more than the next.
    """
    first, language = hits[0], language_of(hits[0].passage.text)
    rivals = [hit for hit in hits[1:COMPARED] if hit is first or not _is_alike(hit.passage.title, first.passage.title)]
    own = (hit for hit in rivals if language_of(hit.passage.text) == language)
    rival = next(own, rivals[0] if rivals else None)
    if rival is None or first.score <= 0:
        return _LEAD_OF_ONE
    return math.sqrt(-math.log(max(_LEAST_RIVAL, min(rival.score / first.score, 1.0))))


def _is_alike(title: str, other: str) -> bool:
    return bool(title) and title.casefold().split() == other.casefold().split()


def rule_for(hits: Sequence[Hit]) -> AbstainRule:
    """Return the rule for what there is to judge by."""
    return DENSE_RULE if is_dense(hits) else RULE


def confidence(hits: Sequence[Hit], *, rule: AbstainRule | None = None) -> float:
    """Return how sure the first hit is the right one, 0..1; 0 without hits or with nothing to judge by."""
    if not hits:
        return 0.0
    if hits[0].match is None:
        return hits[0].score if 0.0 <= hits[0].score <= 1.0 else 0.0
    if hits[0].match.coverage <= 0 and not is_dense(hits):
        return 0.0
    rule = rule or rule_for(hits)
    logit = rule.intercept + sum(weight * value for weight, value in zip(rule.weights, features(hits), strict=True))
    return 1.0 / (1.0 + math.exp(-logit))
