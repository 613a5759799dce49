"""What is known at a moment of tickets opened before it: from failures that were told, or from readings alone.

Rows at which tickets opened and a moment go in; how many of them will have been false comes out, and the device-months
watched. Nothing later than the moment decides. Where nobody tells failures, a device that still reports after the
horizon makes its ticket false, and one that has fallen silent is believed to have failed the more, the rarer such a
silence is among devices that live. Cannot tell a device that failed from one that was taken away.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from predictive.budget import MONTH_S, Budget
from predictive.prognosis_history import SILENCE, Fates, History
from predictive.records import Floats, Ints, Mask

SHARE = 0.6  # of false tickets, before any has an outcome: between .38 and .70 on disks, with the failures of the year
PRIOR = 5.0  # tickets that this assumption is worth
TURNS = 12  # of share and chances by each other; they move by less than a thousandth after eight
POINTS = 65  # of the curve of silences
EARLY = 3.0  # half of the failures come in the first fifth of the horizon, as those of disks did


class Outcomes(Protocol):
    """What is known at a moment."""

    def expected_false(self, rows: Ints, at_s: float, budget: Budget) -> float: ...

    def months(self, since_s: float, until_s: float, *, at_s: float) -> float: ...


@dataclass(frozen=True, slots=True, eq=False)
class Silence:
    """Which share of living devices has been silent for longer than so many seconds, at a moment nobody chose."""

    gap_s: Floats  # (k,) rising
    share: Floats  # (k,) falling from 1
    longest_s: float  # a device silent for longer is no longer counted as watched

    def share_of(self, silent_s: Floats) -> Floats:
        """Return the share of living devices that are silent for longer."""
        return np.interp(silent_s, self.gap_s, self.share)


def silence_of(history: History, fates: Fates, rows: Mask) -> Silence:
    """Estimate (Kaplan and Meier) how long devices stay silent after these rows; a failure or the end cuts a silence.

    >>> from predictive.prognosis_history import fates_of, history_of
    >>> history = history_of(["a"] * 5, np.arange(5.0), {"x": np.zeros(5)})
    >>> silence_of(history, fates_of(history, {}), np.ones(5, bool)).share_of(np.array([0.0, 0.5, 2.0])).tolist()
    [1.0, 0.5, 0.0]
    """
    is_last = np.append(np.diff(history.device) != 0, True)
    gaps = np.diff(history.at_s)[~is_last[:-1]]
    longest_s = float(np.quantile(gaps, SILENCE)) if len(gaps) else 0.0
    following = np.where(is_last, fates.until_s[history.device], np.append(history.at_s[1:], np.inf))
    gap, is_ended = (following - history.at_s)[rows], ~is_last[rows]
    if not is_ended.any():
        return Silence(np.zeros(1), np.ones(1), longest_s)
    lengths, place = np.unique(gap, return_inverse=True)
    at_risk = len(gap) - np.append(0, np.cumsum(np.bincount(place)))[:-1]
    left = np.append(1.0, np.cumprod(1.0 - np.bincount(place, weights=is_ended) / at_risk))[:-1]  # silent so long
    edges = np.append(0.0, lengths)
    spent = np.append(0.0, np.cumsum(np.diff(edges) * left))  # a moment falls into a silence by the silence's length
    share = 1.0 - spent / max(spent[-1], 1e-9)
    picked = np.unique(np.searchsorted(spent, np.linspace(0.0, spent[-1], POINTS)).clip(0, len(spent) - 1))
    return Silence(edges[picked], share[picked], longest_s)


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Failures are told as they happen, and until when each device was watched is known."""

    history: History
    fates: Fates

    def expected_false(self, rows: Ints, at_s: float, budget: Budget) -> float:
        """Return the tickets that were false, and of those still open how many will have been."""
        device, opened_s = self.history.device[rows], self.history.at_s[rows]
        failed_s = np.where(self.fates.failed_s[device] < at_s, self.fates.failed_s[device], np.inf)
        is_true = failed_s - opened_s <= budget.horizon_s
        to_come = _to_come(at_s - opened_s, budget)
        chance = np.where(is_true, 0.0, 1.0)
        is_open = ~is_true & (to_come > 0)
        return _believed(chance, is_open, alive=np.ones(len(rows)), failing=to_come)

    def months(self, since_s: float, until_s: float, *, at_s: float) -> float:
        """Return the device-months watched."""
        return _months(self.history, self.fates.until_s, since_s, min(until_s, at_s))


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Only readings are known, and failures up to `told_until_s`."""

    history: History
    failed_s: Floats  # (d,) nan: none was told
    told_until_s: float
    silence: Silence

    def expected_false(self, rows: Ints, at_s: float, budget: Budget) -> float:
        """Return how many tickets are false: seen alive after the horizon, or believed to be."""
        device, opened_s = self.history.device[rows], self.history.at_s[rows]
        failed_s = np.where(self.failed_s[device] < at_s, self.failed_s[device], np.inf)
        is_told = np.isfinite(failed_s)
        alive_s = np.maximum(self._last_seen(device, at_s), min(self.told_until_s, at_s))
        chance = np.where(is_told & (failed_s - opened_s <= budget.horizon_s), 0.0, 1.0)
        is_open = ~is_told & (alive_s - opened_s < budget.horizon_s)
        alive = self.silence.share_of(at_s - alive_s)
        later, passed = _to_come(at_s - opened_s, budget), _to_come(alive_s - opened_s, budget)
        return _believed(chance, is_open, alive=alive, failing=passed - later + later * alive)

    def months(self, since_s: float, until_s: float, *, at_s: float) -> float:
        """Return the device-months watched, as far as readings tell at a moment."""
        device = np.arange(len(self.history.device_ids))
        seen = np.maximum(self._last_seen(device, at_s) + self.silence.longest_s, min(self.told_until_s, at_s))
        until = np.where(self.failed_s < at_s, self.failed_s, np.minimum(seen, at_s))
        return _months(self.history, until, since_s, min(until_s, at_s))

    def _last_seen(self, device: Ints, at_s: float) -> Floats:
        """Return each device's last reading before a moment; before its first one, minus infinity."""
        start = float(self.history.at_s.min())
        span = max(float(self.history.at_s.max()), at_s) - start + 1.0
        line = self.history.device * span + (self.history.at_s - start)
        row = np.searchsorted(line, device * span + (at_s - start)) - 1
        is_own = (row >= 0) & (self.history.device[np.maximum(row, 0)] == device)
        return np.where(is_own, self.history.at_s[np.maximum(row, 0)], -np.inf)


def _believed(chance: Floats, is_open: Mask, *, alive: Floats, failing: Floats) -> float:
    """Return the sum of chances of being false, those of open tickets by the share that the others give.

    `alive` is how likely what is seen of a ticket's device is if the ticket is false, `failing` if it is true.
    """
    share = SHARE
    for _ in range(TURNS):
        believed = share * alive / np.maximum(share * alive + (1.0 - share) * failing, 1e-12)
        total = float(np.where(is_open, believed, chance).sum())
        share = (PRIOR * SHARE + total) / (PRIOR + len(chance))
    return total


def _to_come(age_s: Floats, budget: Budget) -> Floats:
    """Return the share of true tickets whose failure comes later than an age."""
    return (1.0 - np.clip(age_s / budget.horizon_s, 0.0, 1.0)) ** EARLY


def _months(history: History, ends_s: Floats, since_s: float, until_s: float) -> float:
    began = np.maximum(history.at_s[history.first_rows], since_s)
    return float(np.clip(np.minimum(ends_s, until_s) - began, 0.0, None).sum() / MONTH_S)
