"""From a budget of false tickets to a threshold: one ticket a device and episode, counted against what became of it.

Scores of rows and the devices' fates go in; tickets, a Realised rate and the lowest threshold that provably keeps the
budget come out. Does not know where a score comes from.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from predictive.prognosis_history import DAY_S, Fates, History
from predictive.records import Floats, Ints, Mask

MONTH_S = 365.25 / 12 * DAY_S
STEPS = 24  # halvings of the rank among the highest scores: one row in 16 million


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """What a user is ready to bear, and which tickets help."""

    false_per_1000_months: float = 1.0  # false tickets per 1,000 device-months
    lead_s: float = 3 * DAY_S  # a ticket nearer to the failure is late: neither useful nor false
    horizon_s: float = 90 * DAY_S  # a ticket farther ahead is not about that failure: false
    risk: float = 0.1  # that the true rate is above the budget all the same


@dataclass(frozen=True, slots=True)
class Realised:
    """What became of the tickets of a period."""

    tickets: int
    hits: int  # failures with a ticket in time
    failures: int
    late: int
    false: int
    unknown: int  # of the false: the device was not watched to the end of the horizon
    device_months: float

    @property
    def recall(self) -> float:
        """Return the share of failures with a useful ticket."""
        return self.hits / self.failures if self.failures else 0.0

    @property
    def false_per_1000_months(self) -> float:
        """Return false tickets per 1,000 device-months; a ticket whose end nobody saw counts as false."""
        return 1000.0 * self.false / self.device_months if self.device_months else 0.0


def ticket_rows(history: History, score: Floats, threshold: float, *, open_s: float) -> Ints:
    """Return the rows at which a ticket opens: none while the device's last one is open."""
    rows: list[int] = []
    last_device, last_s = -1, 0.0
    above = np.flatnonzero(score >= threshold)
    for row, device, at_s in zip(
        above.tolist(), history.device[above].tolist(), history.at_s[above].tolist(), strict=True
    ):
        if device != last_device or at_s - last_s >= open_s:
            rows.append(row)
            last_device, last_s = device, at_s
    return np.asarray(rows, dtype=np.int64)


def realise(
    history: History, fates: Fates, rows: Ints, *, budget: Budget, since_s: float = -np.inf, until_s: float = np.inf
) -> Realised:
    """Count what became of the tickets opened at `rows`, all of which lie in [since_s, until_s)."""
    device, at_s = history.device[rows], history.at_s[rows]
    ahead = np.where(np.isnan(fates.failed_s[device]), np.inf, fates.failed_s[device] - at_s)
    is_late = ahead < budget.lead_s
    is_hit = ~is_late & (ahead <= budget.horizon_s)
    is_false = ~is_late & ~is_hit
    is_unknown = is_false & np.isinf(ahead) & (fates.until_s[device] - at_s < budget.horizon_s)
    began = np.maximum(history.at_s[history.first_rows], since_s)
    watched = np.clip(np.minimum(fates.until_s, until_s) - began, 0.0, None)
    failing = (fates.failed_s >= since_s) & (fates.failed_s < until_s)
    return Realised(
        len(rows),
        len(np.unique(device[is_hit & failing[device]])),
        int(failing.sum()),
        int(is_late.sum()),
        int(is_false.sum()),
        int(is_unknown.sum()),
        float(watched.sum() / MONTH_S),
    )


def most_false(device_months: float, budget: Budget) -> int:
    """Return the largest count whose upper bound (Garwood's for a Poisson rate) keeps the budget; -1: none does.

    >>> most_false(2000.0, Budget(false_per_1000_months=1.0)), most_false(20_000.0, Budget(false_per_1000_months=1.0))
    (-1, 13)
    """
    allowed = budget.false_per_1000_months * device_months / 1000.0
    if allowed <= 0:
        return -1
    count, chance = -1, 0.0  # the bound of a count is within what is allowed where so few are that unlikely
    while True:
        chance += math.exp((count + 1) * math.log(allowed) - allowed - math.lgamma(count + 2))
        if chance > budget.risk:
            return count
        count += 1


def solve_threshold(
    history: History, fates: Fates, score: Floats, *, budget: Budget, among: Mask, since_s: float, until_s: float
) -> float:
    """Return the lowest threshold that keeps the budget on the rows `among` in a period; infinite where none does.

    The count of false tickets grows as the threshold falls, but for tickets that an earlier one keeps from opening; so
    halving finds where a test of every threshold from the highest down would stop (fixed-sequence Learn-then-Test,
    Angelopoulos et al. 2021).
    """
    rows = np.flatnonzero(among & (history.at_s >= since_s) & (history.at_s < until_s))
    months = realise(history, fates, rows[:0], budget=budget, since_s=since_s, until_s=until_s).device_months
    most = most_false(months, budget)
    ranked = np.unique(score[rows])[::-1]
    part = np.full(len(score), -np.inf)
    part[rows] = score[rows]
    low, high = -1, len(ranked)  # ranked[:low + 1] keeps the budget, ranked[high] does not
    for _ in range(STEPS):
        middle = (low + high) // 2
        if middle in (low, high):
            break
        opened = ticket_rows(history, part, float(ranked[middle]), open_s=budget.horizon_s)
        found = realise(history, fates, opened, budget=budget, since_s=since_s, until_s=until_s)
        low, high = (middle, high) if found.false <= most else (low, middle)
    return float(ranked[low]) if low >= 0 else float("inf")
