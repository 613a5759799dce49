"""Measure how often the interval of a foreseen crossing held the crossing: on made courses and on simulated engines.

    python -m training.eval_trend --data ../shared/data/predictive [--trials 400]

A folder of evaluation data goes in; one row a kind of course comes out: how many moments had a prognosis, in how many
the first daily mean beyond the limit lay between soonest and latest (90% is promised), half a day more or less, and how
far off the expected moment was. Engines: eight sensors of C-MAPSS FD001 that move with wear, six hours a cycle, the
limit is where the fleet's mean stands twenty cycles before the end. Nothing of the method was fitted on the engines.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from predictive import Limit, foresee_crossing
from predictive.records import Floats
from training.fit_remaining_life import read_engines

HOUR_S, DAY_S = 3600.0, 86_400.0
KINDS = ("white noise", "day's course and slow noise", "random walk", "curved")
DAYS = 200
RISING, FALLING = (2, 3, 4, 11, 15), (7, 12, 21)
CYCLE_S = 6 * HOUR_S
PAST_D = 20.0  # of an engine, before the moment
BEFORE_END = 20  # cycles


@dataclass(frozen=True, slots=True)
class Trial:
    """One prognosis, in hours."""

    is_held: bool
    is_open: bool  # no latest could be told
    off: float
    width: float


def tried(at_s: Floats, values: Floats, now_s: float, limit: Limit, since_s: float) -> Trial | None:
    """Foresee at a moment, then look when the first daily mean lay beyond the limit."""
    past = at_s < now_s
    found = foresee_crossing(at_s[past], values[past], limit=limit, since_s=since_s)
    if found.horizon_h is None or found.soonest_h is None:
        return None
    day = np.floor((at_s[~past] - now_s) / DAY_S).astype(np.int64)
    means = np.bincount(day, weights=values[~past]) / np.maximum(np.bincount(day), 1)
    beyond = means >= limit.upper if limit.upper is not None else means <= (limit.lower or 0.0)
    true_h = 24.0 * (float(np.flatnonzero(beyond)[0]) + 0.5) if beyond.any() else np.inf
    latest_h = np.inf if found.latest_h is None else found.latest_h
    is_held = found.soonest_h - 12 <= true_h <= latest_h + 12
    return Trial(is_held, found.latest_h is None, abs(true_h - found.horizon_h), latest_h - found.soonest_h)


def made(kind: str, rng: np.random.Generator) -> Trial | None:
    """Make a rising course and foresee on one of its days."""
    hours = np.arange(DAYS * 24, dtype=np.float64)
    day = hours / 24.0
    slope = rng.uniform(0.5, 3)
    course = slope * day
    noise = rng.normal(0, 3, len(hours))
    if kind == KINDS[1]:
        slow = np.convolve(rng.normal(0, 0.6, len(hours)), 0.98 ** np.arange(300))[: len(hours)]
        noise = slow + 4 * np.sin(2 * np.pi * day)
    elif kind == KINDS[2]:
        noise = np.cumsum(rng.normal(0, 0.25, len(hours)))
    elif kind == KINDS[3]:
        course = course * (1 + day / 60)
    values, today = course + noise, int(rng.integers(5, 40))
    level = float(values[(today - 1) * 24 : today * 24].mean()) + slope * rng.uniform(2, 1.5 * today)
    return tried(hours * HOUR_S, values, today * DAY_S, Limit(upper=level), 0.0)


def engines(folder: Path, rng: np.random.Generator) -> list[Trial | None]:
    """Foresee at one drawn moment of each engine and sensor, in the second half of its life."""
    history, _ = read_engines(folder / "cmapss/train_FD001.txt.gz")
    found: list[Trial | None] = []
    firsts, lasts = history.first_rows.tolist(), history.last_rows.tolist()
    for sensor in (*RISING, *FALLING):
        column = history.values[:, history.metrics.index(f"sensor_{sensor}")]
        level = float(np.mean([column[last - BEFORE_END] for last in lasts]))
        limit = Limit(upper=level) if sensor in RISING else Limit(lower=level)
        for first, last in zip(firsts, lasts, strict=True):
            values = column[first : last + 1]
            now_s = int(rng.integers(len(values) // 2, len(values) - BEFORE_END)) * CYCLE_S
            at_s = np.arange(len(values), dtype=np.float64) * CYCLE_S
            found.append(tried(at_s, values, now_s, limit, max(0.0, now_s - PAST_D * DAY_S)))
    return found


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--trials", type=int, default=400)
    options = parser.parse_args()
    rng = np.random.default_rng(0)
    courses = {kind: [made(kind, rng) for _ in range(options.trials)] for kind in KINDS}
    courses["engines"] = engines(options.data, rng)
    table = Table("course", "moments", "foreseen", "in 90% interval", "no latest", "off, median h", "width, median h")
    for kind, trials in courses.items():
        told = [trial for trial in trials if trial is not None]
        held, is_open = np.mean([trial.is_held for trial in told]), np.mean([trial.is_open for trial in told])
        off, width = np.median([trial.off for trial in told]), np.median([trial.width for trial in told])
        table.add_row(
            kind, str(len(trials)), str(len(told)), f"{held:.3f}", f"{is_open:.2f}", f"{off:.0f}", f"{width:.0f}"
        )
    Console().print(table)


if __name__ == "__main__":
    main()
