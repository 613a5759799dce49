"""Hold a budget of false tickets while a fleet changes: each month the threshold is solved anew from what is known.

Scores and fates go in; the rows at which tickets open come out, each decided by earlier outcomes only. A threshold
solved once does not last: of disks the same one gave seven false tickets in 2014 for one in 2015 (Backblaze,
2026-11-23). Tells no guarantee: it is a controller, its realised rate is measured.
"""

from __future__ import annotations

import numpy as np

from predictive.budget import MONTH_S, Budget, ticket_rows
from predictive.prognosis_history import DAY_S, Fates, History
from predictive.records import Floats, Ints

STEP_S = 30 * DAY_S
WINDOW_S = 120 * DAY_S
"""One horizon of 90 days, whose end decides, and a month. Recall and rate at a budget of 1, disks of 2015 to 2016: 180
days without what is left over .304 at .89, 120 days with it .345 at 1.13; 90 days lose control (.446 at 6)."""
LEAST, MOST = 0.3, 3.0  # of the budget, for one month: what was left over or overspent is not made up at once
UNKNOWN_FALSE = 0.6  # share of false tickets while fewer than SETTLED have an outcome
SETTLED = 5
HALVINGS = 18


def paced_rows(
    history: History, fates: Fates, score: Floats, *, budget: Budget, since_s: float, until_s: float
) -> Ints:
    """Return the rows in [since_s, until_s) at which a ticket opens; rows before since_s give the first threshold."""
    opened = np.zeros(0, np.int64)
    months, at_s = 0.0, since_s
    while at_s < until_s:
        end_s = min(at_s + STEP_S, until_s)
        month = _months(history, fates, at_s - STEP_S, at_s)
        left = budget.false_per_1000_months * months / 1000.0 - expected_false(history, fates, opened, at_s, budget)
        rate = budget.false_per_1000_months + 1000.0 * left / max(4.0 * month, 1.0)
        rate = float(np.clip(rate, LEAST * budget.false_per_1000_months, MOST * budget.false_per_1000_months))
        threshold = _threshold(history, fates, score, rate, at_s, budget)
        kept = np.full(len(score), -np.inf)
        now = (history.at_s >= at_s) & (history.at_s < end_s)
        kept[now] = score[now]
        kept[opened] = np.inf
        opened = ticket_rows(history, kept, threshold, open_s=budget.horizon_s)
        months += _months(history, fates, at_s, end_s)
        at_s = end_s
    return opened


def expected_false(history: History, fates: Fates, rows: Ints, at_s: float, budget: Budget) -> float:
    """Return how many tickets will have been false, as known at a moment: open ones count by the share so far."""
    device, opened_s = history.device[rows], history.at_s[rows]
    failed_s = np.where(fates.failed_s[device] < at_s, fates.failed_s[device], np.inf)
    is_true = failed_s - opened_s <= budget.horizon_s
    is_open = ~is_true & (at_s - opened_s < budget.horizon_s)
    wrong, right = int((~is_true & ~is_open).sum()), int(is_true.sum())
    share = (wrong + 1.0) / (wrong + right + 1.5) if wrong + right > SETTLED else UNKNOWN_FALSE
    share = min(share, 1.0)
    to_come = 1.0 - np.clip((at_s - opened_s) / budget.horizon_s, 0.0, 1.0)
    return wrong + float((is_open * share / (share + (1.0 - share) * to_come)).sum())


def _threshold(history: History, fates: Fates, score: Floats, rate: float, at_s: float, budget: Budget) -> float:
    """Return the lowest threshold that would have kept a rate in the window before a moment."""
    kept = np.full(len(score), -np.inf)
    rows = np.flatnonzero((history.at_s >= at_s - WINDOW_S) & (history.at_s < at_s))
    if not len(rows):
        return float("inf")
    kept[rows] = score[rows]
    allowed = rate * _months(history, fates, at_s - WINDOW_S, at_s) / 1000.0
    low, high = float(np.median(score[rows])), float(score[rows].max()) + 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        opened = ticket_rows(history, kept, middle, open_s=budget.horizon_s)
        low, high = (middle, high) if expected_false(history, fates, opened, at_s, budget) > allowed else (low, middle)
    return high


def _months(history: History, fates: Fates, since_s: float, until_s: float) -> float:
    began = np.maximum(history.at_s[history.first_rows], since_s)
    return float(np.clip(np.minimum(fates.until_s, until_s) - began, 0.0, None).sum() / MONTH_S)
