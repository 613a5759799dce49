"""Hold a budget of false tickets while a fleet changes: each month the threshold is solved anew from what is known.

Scores and outcomes go in; the rows at which tickets open come out, each decided by what was known before. A threshold
solved once does not last: of disks the same one gave seven false tickets in 2014 for one in 2015 (Backblaze,
2026-11-23). Tells no guarantee: it is a controller, its realised rate is measured.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from predictive.budget import Budget, ticket_rows
from predictive.budget_outcomes import Outcomes
from predictive.prognosis_history import DAY_S, History
from predictive.records import Floats, Ints

STEP_S = 30 * DAY_S
WINDOW_S = 120 * DAY_S
"""One horizon of 90 days, whose end decides, and a month. Recall and rate at a budget of 1, disks of 2015 to 2016: 180
days without what is left over .304 at .89, 120 days with it .345 at 1.13; 90 days lose control (.446 at 6)."""
LEAST, MOST = 0.3, 3.0  # of the budget, for one month: what was left over or overspent is not made up at once
HALVINGS = 18


@dataclass(frozen=True, slots=True, eq=False)
class Pace:
    """When tickets may open, and what opens them before anything was seen."""

    since_s: float
    until_s: float
    first: float = float("inf")  # the threshold where no row lies in the window before; infinite: none opens
    opened: Ints = field(default_factory=lambda: np.zeros(0, np.int64))  # rows of tickets from before
    least: float = 0.0  # false tickets: where fewer are allowed in a window, and were spent, `first` stands


def paced_rows(history: History, outcomes: Outcomes, score: Floats, *, budget: Budget, pace: Pace) -> Ints:
    """Return the rows at which a ticket opened before or opens; rows before the pace's time give a first threshold."""
    opened = pace.opened
    at_s = pace.since_s
    while at_s < pace.until_s:
        end_s = min(at_s + STEP_S, pace.until_s)
        own = opened[history.at_s[opened] >= pace.since_s]
        threshold = paced_threshold(history, outcomes, score, at_s, budget=budget, opened=own, pace=pace)
        rows = np.flatnonzero((history.at_s >= at_s) & (history.at_s < end_s) & (score >= threshold))
        opened = _joined(history, opened, rows, budget)
        at_s = end_s
    return opened


def paced_threshold(
    history: History, outcomes: Outcomes, score: Floats, at_s: float, *, budget: Budget, opened: Ints, pace: Pace
) -> float:
    """Return the lowest threshold that would have kept the rate that is left, in the window before a moment."""
    rows = np.flatnonzero((history.at_s >= at_s - WINDOW_S) & (history.at_s < at_s))
    watched = outcomes.months(at_s - WINDOW_S, at_s, at_s=at_s)
    if not len(rows) or watched <= 0:
        return pace.first
    month = outcomes.months(at_s - STEP_S, at_s, at_s=at_s)
    spent = outcomes.expected_false(opened, at_s, budget)
    months = outcomes.months(pace.since_s, at_s, at_s=at_s)
    rate = paced_rate(budget.false_per_1000_months, months=months, month=month, false=spent)
    allowed = rate * watched / 1000.0
    if max(allowed, spent) < pace.least:
        return pace.first
    part = score[rows]
    low, high = float(np.median(part)), float(part.max()) + 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        tried = _joined(history, rows[:0], rows[part >= middle], budget)
        is_over = outcomes.expected_false(tried, at_s, budget) > allowed
        low, high = (middle, high) if is_over else (low, middle)
    return high


def paced_rate(wanted: float, *, months: float, month: float, false: float) -> float:
    """Return the rate to aim at next: what is wanted, and a quarter of what is left over or overspent; `months` were
    watched in all, `month` in the last one.

    >>> paced_rate(2.0, months=4000.0, month=1000.0, false=8.0), paced_rate(2.0, months=4000.0, month=1000.0, false=12)
    (2.0, 1.0)
    """
    left = wanted * months / 1000.0 - false
    return float(np.clip(wanted + 1000.0 * left / max(4.0 * month, 1.0), LEAST * wanted, MOST * wanted))


def _joined(history: History, opened: Ints, rows: Ints, budget: Budget) -> Ints:
    """Return the tickets of both, less those of `rows` that one already open keeps from opening."""
    both = np.sort(np.concatenate([opened, rows]))
    part = History(history.device_ids, history.device[both], history.at_s[both], (), np.zeros((len(both), 0)))
    return both[ticket_rows(part, np.ones(len(both)), 0.5, open_s=budget.horizon_s)]
