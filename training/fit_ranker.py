"""Fit the small ranker: candidates of evaluation sets in, the numbers of nlp/search/rerank.py and their worth out.

For each question the ranker should put a right passage first: a softmax over the candidates, the right ones' share as
large as can be. Only sets that may train what we ship are fitted on, with half of their questions; the other halves
and the other sets measure. Leaving one set out in turn says what to expect on a corpus that nobody has seen.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy.optimize import minimize  # type: ignore[import-untyped]

from nlp.search.rerank import FEATURES, LOOKED_AT, RANKER, Floats, Ranker, features, rerank
from training.search_runs import AskedSet, Ranking, add_run_options, is_tuned_on, measured, read_runs

TRAINABLE = ("cmrc2018", "drcd", "tidb_faq_zh", "stackfaq", "covidfaq")
RIDGE = 0.02
"""Per question; .005 to .1 rank the held halves alike."""
BOUND_BELOW = frozenset({"fused", "lexical", "dense", "coverage", "title", "code", "lexical rank", "dense rank"})
"""More of these never speaks against a passage, whatever a few sets say."""
NOT_FITTED = {"recency": 0.3, "usefulness": 0.8}
"""No set has them; training.eval_experience weighs use."""


@dataclass(frozen=True, slots=True)
class Question:
    values: Floats  # (n, len(FEATURES))
    is_right: Floats  # (n,)


def questions_of(asked: AskedSet, *, tuned: bool) -> list[Question]:
    """Return the questions of one half whose answer is among the candidates that the ranker looks at."""
    found = []
    for one in asked.questions:
        if is_tuned_on(one.id) == tuned and one.candidates:
            looked_at = one.candidates[:LOOKED_AT]
            right = np.array(
                [asked.articles[candidate.scored.article] in one.answers for candidate in looked_at], float
            )
            if right.any() and not right.all():
                found.append(Question(features(looked_at), right))
    return found


def fit(sets: Sequence[Sequence[Question]]) -> Ranker:
    """Return the ranker under which every set counts alike."""
    weighed = [(1 / len(questions), question) for questions in sets if questions for question in questions]

    def loss(weights: Floats) -> tuple[float, Floats]:
        total, gradient = RIDGE * float(weights @ weights), 2 * RIDGE * weights
        for weight, question in weighed:
            logits = question.values @ weights
            odds = np.exp(logits - logits.max())
            all_share = odds / odds.sum()
            right_share = odds * question.is_right / (odds @ question.is_right)
            total -= weight * float(np.log((odds @ question.is_right) / odds.sum()))
            gradient = gradient + weight * (question.values.T @ (all_share - right_share))
        return total, gradient

    bounds = [(0.0, 0.0) if name in NOT_FITTED else (0.0 if name in BOUND_BELOW else None, None) for name in FEATURES]
    found = minimize(loss, np.zeros(len(FEATURES)), jac=True, method="L-BFGS-B", bounds=bounds)
    fitted = dict(zip(FEATURES, found.x, strict=True)) | NOT_FITTED
    return Ranker(tuple(round(float(fitted[name]), 3) for name in FEATURES))


def figures(asked: AskedSet, ranker: Ranker | None, *, tuned: bool) -> str:
    """Return hit@1 and nDCG@10 of one half, as fused without a ranker."""
    rankings = {}
    for one in asked.questions:
        if is_tuned_on(one.id) == tuned:
            order = one.candidates if ranker is None else rerank(one.candidates, ranker=ranker)
            rankings[one.id] = Ranking([asked.articles[candidate.scored.article] for candidate in order], one.answers)
    found = measured(rankings)
    return f"{found['hit@1']:.3f} / {found['nDCG@10']:.3f}"


def report(console: Console, runs: Mapping[str, AskedSet], fitted: Ranker, left_out: Mapping[str, Ranker]) -> None:
    table = Table("set", "half", "fused", "in use", "fitted", "fitted without this set")
    for name, asked in runs.items():
        for tuned in (True, False):
            rankers = (None, RANKER, fitted, left_out.get(name, fitted))
            cells = [figures(asked, ranker, tuned=tuned) for ranker in rankers]
            table.add_row(name, "tuned on" if tuned and name in left_out else "held", *cells)
    console.print(table)


def main() -> None:
    """Fit, print the numbers and what they are worth."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_run_options(parser)
    options = parser.parse_args()
    runs = read_runs(options)
    halves = {name: questions_of(asked, tuned=True) for name, asked in runs.items() if name in TRAINABLE}
    fitted = fit(list(halves.values()))
    left_out = {name: fit([half for other, half in halves.items() if other != name]) for name in halves}
    console = Console(width=140)
    console.print(f"RANKER = {fitted}")
    for name, weight in zip(FEATURES, fitted.weights, strict=True):
        console.print(f"    {name:24} {weight:7.3f}")
    report(console, runs, fitted, left_out)


if __name__ == "__main__":
    main()
