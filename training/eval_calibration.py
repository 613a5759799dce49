"""Measure confidence after a hundred corrections, and whether a promise solved from corrections is kept.

In: the folder of public evaluation data. Out: tables on the terminal; with --card, figures in the model card. Drawn
again and again: corrections from a set, the rest to measure on. An error of 15 bins is never nought: beside each stands
what a perfectly calibrated confidence would show on as many values. Whether a promise is kept is measured on the whole
set, of which corrections are drawn with replacement, so that the true accuracy at a threshold is known exactly.

    python -m training.eval_calibration --data ../shared/data/nlp --measured-on 2026-11-22
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import fmean, pstdev

import numpy as np
from rich.console import Console
from rich.table import Table

from model_cards.card import FOLDER, Metric
from training.calibration_methods import METHODS, SOLVERS, Floats, Method, Solver, expected_calibration_error
from training.calibration_sets import Pairs, collect
from training.card_metrics import write_metrics

SEED = 20261122
CARD = FOLDER / "field-calibration.md"
OURS = "Platt, held by evidence (ours)"
PROVEN = "Learn-then-Test (ours)"
LABELS = 100
PROMISE_LABELS = (100, 200, 500, 1_000)


@dataclass(frozen=True, slots=True)
class Error:
    """Over draws: the calibration error, its spread, what a perfect confidence would show, and the Brier score."""

    ece: float
    spread: float
    perfect: float
    brier: float


@dataclass(frozen=True, slots=True)
class Kept:
    """Over draws of which some fill anything in: how often the promise was missed, and what came of it."""

    filling: float  # share of draws that fill anything in
    missed: float  # share of all draws whose true accuracy is below the promise
    accuracy: float  # mean over draws that fill
    spread: float
    coverage: float  # mean over all draws: share of values filled in


def error_of(beliefs: Floats, rights: Floats, method: Method, *, labels: int, draws: int) -> Error:
    """Fit on some labels and measure on the rest, again and again."""
    chance = np.random.default_rng(SEED)
    errors, perfect, briers = list[float](), list[float](), list[float]()
    for _ in range(draws):
        order = chance.permutation(len(beliefs))
        seen, rest = order[:labels], order[labels:]
        confidences = np.clip(method(beliefs[seen], rights[seen])(beliefs[rest]), 0.001, 0.999)
        errors.append(expected_calibration_error(confidences, rights[rest]))
        made = (chance.random(len(rest)) < confidences).astype(np.float64)
        perfect.append(expected_calibration_error(confidences, made))
        briers.append(float(((confidences - rights[rest]) ** 2).mean()))
    return Error(fmean(errors), pstdev(errors), fmean(perfect), fmean(briers))


def kept_of(beliefs: Floats, rights: Floats, solver: Solver, *, promise: float, labels: int, draws: int) -> Kept:
    """Solve a promise from labels drawn with replacement, and hold it against the whole set."""
    chance = np.random.default_rng(SEED)
    rounded = np.round(beliefs, 3)
    accuracies, coverages, missed = list[float](), list[float](), 0
    for _ in range(draws):
        drawn = chance.integers(0, len(beliefs), labels)
        threshold = solver(beliefs[drawn], rights[drawn], promise)
        filled = rounded >= threshold if threshold is not None else np.zeros(len(beliefs), dtype=bool)
        coverages.append(float(filled.mean()))
        if filled.any():
            accuracies.append(float(rights[filled].mean()))
            missed += accuracies[-1] < promise
    mean = fmean(accuracies) if accuracies else float("nan")
    spread = pstdev(accuracies) if accuracies else float("nan")
    return Kept(len(accuracies) / draws, missed / draws, mean, spread, fmean(coverages))


def show_errors(console: Console, sets: Mapping[str, Pairs], *, draws: int) -> dict[str, Error]:
    """Print the calibration errors of all methods; return ours by set."""
    ours: dict[str, Error] = {}
    for name, pairs in sets.items():
        beliefs, rights = _arrays(pairs)
        title = f"{name}: {len(pairs)} values, {rights.mean():.1%} right; {LABELS} corrections, {draws} draws"
        table = Table("method", "ECE (15 equal-mass bins)", "spread", "of a perfect one", "Brier", title=title)
        for method, fit in METHODS.items():
            error = error_of(beliefs, rights, fit, labels=LABELS, draws=draws)
            table.add_row(method, *(f"{x:.4f}" for x in (error.ece, error.spread, error.perfect, error.brier)))
            if method == OURS:
                ours[name] = error
        console.print(table)
    return ours


def show_promises(console: Console, sets: Mapping[str, Pairs], *, promise: float, draws: int) -> dict[str, Kept]:
    """Print what becomes of a promise; return ours by set, of the most labels."""
    ours: dict[str, Kept] = {}
    for name, pairs in sets.items():
        beliefs, rights = _arrays(pairs)
        title = f"{name}: promise {promise:.0%}, {draws} draws of so many corrections"
        table = Table("solved by", "corrections", "draws that fill", "below the promise", title=title)
        for column in ("accuracy", "spread", "coverage"):
            table.add_column(column)
        for solver, solve in SOLVERS.items():
            for labels in PROMISE_LABELS:
                kept = kept_of(beliefs, rights, solve, promise=promise, labels=labels, draws=draws)
                figures = (kept.filling, kept.missed, kept.accuracy, kept.spread, kept.coverage)
                table.add_row(solver, str(labels), *(f"{x:.3f}" for x in figures))
                if solver == PROVEN:
                    ours[name] = kept
        console.print(table)
    return ours


def _arrays(pairs: Pairs) -> tuple[Floats, Floats]:
    beliefs = np.array([pair.belief for pair in pairs], dtype=np.float64)
    return beliefs, np.array([pair.is_right for pair in pairs], dtype=np.float64)


def metrics_of(errors: Mapping[str, Error], kept: Mapping[str, Kept], *, promise: float, at: date) -> list[Metric]:
    """Return what the card says."""
    command, most = "python -m training.eval_calibration --data DATA", PROMISE_LABELS[-1]
    found = [Metric(name, f"ECE from {LABELS} corrections", round(e.ece, 4), at, command) for name, e in errors.items()]
    for name, one in kept.items():
        missed = f"share of draws of {most} corrections below a {promise:.0%} promise (at most .1)"
        found.append(Metric(name, missed, round(one.missed, 3), at, command))
        if one.filling:
            right = f"right of what is filled in, promise {promise:.0%}, {most} corrections"
            found.append(Metric(name, right, round(one.accuracy, 4), at, command))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure confidence and promises after a few corrections")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--promise", type=float, default=0.98)
    parser.add_argument("--measured-on", type=date.fromisoformat, help="Write figures into the card, with this date")
    arguments = parser.parse_args()
    console, sets = Console(), collect(arguments.data)
    errors = show_errors(console, sets, draws=arguments.draws)
    kept = show_promises(console, sets, promise=arguments.promise, draws=arguments.draws)
    if arguments.measured_on is not None:
        write_metrics(CARD, metrics_of(errors, kept, promise=arguments.promise, at=arguments.measured_on))


if __name__ == "__main__":
    main()
