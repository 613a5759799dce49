"""Measure remaining life on simulated engines that ran until they failed (C-MAPSS), cross-validated by engine.

    python -m training.fit_remaining_life --data ../shared/data/predictive [--set FD001] [--json]

A folder of evaluation data goes in; the root mean square error comes out, in cycles: against lives cut at 125 cycles as
in the literature, and against whole lives; and how often the interval of 90% held what was left. Each engine is judged
by trees, windows and intervals from the other engines; one cycle counts as an hour. Measures only: nothing ships.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from predictive.prognosis_history import Fates, History, fates_of, history_of
from predictive.records import Floats, Mask
from predictive.remaining_life import NEARLY, LifeModel
from predictive.remaining_life_fit import fit_life

HOUR_S = 3600.0
CUT = 125.0  # cycles: Heimes 2008 and most since
CUTS = 10  # moments drawn of each engine, as the published test set has one of each
FIRST_CUT = 30  # cycles: the shortest history in that test set
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Found:
    """Of one way to cut lives."""

    rows: float  # RMSE over all rows, cycles
    moments: float  # RMSE over drawn moments, cycles
    held: float  # share of rows whose rest of life lies in the interval
    width: float  # median width of the interval where it has an end, cycles
    spent_s: float


def read_engines(path: Path) -> tuple[History, Fates]:
    """Read a training file: engines run until they fail."""
    with gzip.open(path) as file:
        rows = np.loadtxt(file)
    names = [f"engine {int(unit):03d}" for unit in rows[:, 0]]
    columns = [f"setting_{number}" for number in (1, 2, 3)] + [f"sensor_{number}" for number in range(1, 22)]
    history = history_of(names, rows[:, 1] * HOUR_S, dict(zip(columns, rows[:, 2:].T, strict=True)))
    last_s = history.at_s[history.last_rows]
    return history, fates_of(history, dict(zip(history.device_ids, last_s.tolist(), strict=True)))


def judged(history: History, fates: Fates, most: float) -> Found:
    """Judge each engine by a model of the others."""
    rng = np.random.default_rng(0)
    fold = rng.permutation(len(history.device_ids)) % FOLDS
    left_s = np.minimum(fates.failed_s[history.device] - history.at_s, most * HOUR_S)
    expected, low, high = np.zeros((3, len(history)))
    started = time.process_time()
    for number in range(FOLDS):
        kept: Mask = fold[history.device] != number
        model: LifeModel = fit_life(
            history.take(kept), fates.take(np.flatnonzero(fold != number)), most_s=most * HOUR_S
        )
        found = model.remaining(history.take(~kept))
        expected[~kept], low[~kept], high[~kept] = found.expected_s, found.low_s, found.high_s
    spent_s = time.process_time() - started
    off = (expected - left_s) / HOUR_S
    moments = _moments(history, rng)
    is_held = (left_s >= low) & (left_s <= high)
    ends = np.isfinite(high)
    width = float(np.median((high - low)[ends])) / HOUR_S if ends.any() else np.inf
    return Found(_root(off), _root(off[moments]), float(is_held.mean()), width, spent_s)


def _moments(history: History, rng: np.random.Generator) -> list[int]:
    found: list[int] = []
    for first, last in zip(history.first_rows.tolist(), history.last_rows.tolist(), strict=True):
        found += rng.integers(first + FIRST_CUT, last + 1, CUTS).tolist()
    return found


def _root(off: Floats) -> float:
    return float(np.sqrt(np.mean(off**2)))


def main() -> None:
    """Print one table; with --json, one line a row."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--set", default="FD001")
    parser.add_argument("--cut-only", action="store_true", help="leave whole lives out")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    history, fates = read_engines(options.data / f"cmapss/train_{options.set}.txt.gz")
    whole = float((fates.failed_s - history.at_s[history.first_rows]).max()) / HOUR_S / NEARLY + 1.0
    table = Table(
        "set", "lives cut at", "RMSE, all rows", "RMSE, drawn moments", "in 90% interval", "its width", "CPU s"
    )
    for most in (CUT,) if options.cut_only else (CUT, whole):
        found = judged(history, fates, most)
        name = f"{most:.0f}" if most == CUT else "not"
        seen = [f"{found.rows:.2f}", f"{found.moments:.2f}", f"{found.held:.3f}", f"{found.width:.0f}"]
        table.add_row(options.set, name, *seen, f"{found.spent_s:.1f}")
        if options.json:
            line = {"set": options.set, "cut": name, "rmse": round(found.rows, 2), "held": round(found.held, 3)}
            print(json.dumps({**line, "rmse_moments": round(found.moments, 2)}), flush=True)  # noqa: T201
    Console(stderr=options.json).print(table)


if __name__ == "__main__":
    main()
