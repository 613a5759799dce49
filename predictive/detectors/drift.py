"""A slow change of a series' daily mean.

Averages each day (so the daily cycle cancels), compares it with how much this series' days usually differ, and sums
what is left in two CUSUMs (Page 1954), one up, one down. High when a sum is beyond its limit; `since` is when that sum
began.
Says nothing in the first week, and sees nothing that is over within a day.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.baseline import DEVIATION_TO_SIGMA, TINY, squash
from predictive.records import Batch, Detector, Floats, Ints, Mask, Scores, State

DAY_S = 86_400.0
FEWEST_A_DAY = 8  # readings; a day with fewer says nothing about its mean
COVERED = 0.75  # share of the day between its first and last reading
CLIP = 6.0  # one odd day counts at most so many day-to-day deviations
MOST_ALIKE = 0.8  # correlation of two days in a row, of what a few weeks can tell
RELATIVE_FLOOR = 0.005  # daily means within 0.5% of each other are equal: sensors' own long-term stability


class _Drift:
    name = "drift"

    def __init__(self, *, limit: float, slack: float, warm_up_days: int, memory_days: float, adopt_days: int) -> None:
        self._limit = limit
        self._slack = slack
        self._warm_up_days = warm_up_days
        self._memory_days = memory_days
        self._adopt_days = adopt_days
        self._cells = SeriesArrays(
            {
                "day_s": Column(fill=np.nan),  # when the running day began
                "newest_s": Column(fill=np.nan),
                "sum": Column(),
                "count": Column(dtype="f4"),
                "reference": Column(),
                "deviation": Column(dtype="f4"),  # mean absolute difference of a day from the reference
                "days": Column(dtype="f4"),
                "residual": Column(dtype="f4"),  # of the last whole day, in deviations
                "alike": Column(dtype="f4"),  # mean product of two days in a row, in deviations
                "squared": Column(dtype="f4"),  # and of one with itself
                "latest": Column(fill=np.nan),  # the last whole day's mean
                "up": Column(dtype="f4"),
                "down": Column(dtype="f4"),
                "up_s": Column(fill=np.nan),
                "down_s": Column(fill=np.nan),
                "firing_days": Column(dtype="f4"),
            }
        )

    def score(self, batch: Batch) -> Scores:
        self._cells.reserve(batch.series)
        rows, cells = batch.series, self._cells
        up, down = cells["up"][rows], cells["down"][rows]
        ready = cells["days"][rows] >= self._warm_up_days
        shift = cells["latest"][rows] - cells["reference"][rows]
        since_s = np.where(up >= down, cells["up_s"][rows], cells["down_s"][rows])
        # A sum stays high for days after the mean is back; only a shift that still holds counts.
        toward = np.where(up >= down, shift, -shift) > self._slack * self._sigma(rows)
        score = np.where(ready & toward, squash(np.maximum(up, down) / self._limit), 0.0)
        return Scores(score, np.where(ready, cells["reference"][rows], np.nan), since_s)

    def learn(self, batch: Batch) -> None:
        self._cells.touch(batch.series)
        rows, cells = batch.series, self._cells
        over = batch.at_s - cells["day_s"][rows] >= DAY_S
        self._close_days(rows[over])
        fresh = over | np.isnan(cells["day_s"][rows])
        day_s = cells["day_s"][rows]
        # Days are whole days after the first reading: skip those without any.
        skipped = np.floor(np.where(over, batch.at_s - day_s, 0.0) / DAY_S) * DAY_S
        cells["day_s"][rows] = np.where(np.isnan(day_s), batch.at_s, day_s + skipped)
        cells["sum"][rows] = np.where(fresh, 0.0, cells["sum"][rows]) + batch.values
        cells["count"][rows] = np.where(fresh, 0.0, cells["count"][rows]) + 1.0
        cells["newest_s"][rows] = batch.at_s

    def forget(self, series: Ints) -> None:
        self._cells.forget(series)

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)

    def _sigma(self, rows: Ints) -> Floats:
        cells = self._cells
        # Days that follow each other, as weather does, are worth fewer: n (1 - r) / (1 + r) (Bartlett 1946).
        alike = np.clip(cells["alike"][rows] / np.maximum(cells["squared"][rows], TINY), 0.0, MOST_ALIKE)
        days = np.maximum(cells["days"][rows], 1.0) * (1.0 - alike) / (1.0 + alike)
        # A deviation from few days is itself uncertain: widen it as Student's t does, about 1 + 2/n.
        spread = DEVIATION_TO_SIGMA * cells["deviation"][rows] * (1.0 + 2.0 / np.maximum(days, 1.0))
        return cast(Floats, np.maximum(spread, RELATIVE_FLOOR * np.abs(cells["reference"][rows]) + TINY))

    def _close_days(self, rows: Ints) -> None:
        cells = self._cells
        covered = cells["newest_s"][rows] - cells["day_s"][rows] >= COVERED * DAY_S
        rows = rows[covered & (cells["count"][rows] >= FEWEST_A_DAY)]
        if len(rows) == 0:
            return
        mean = cells["sum"][rows] / cells["count"][rows]
        ready = cells["days"][rows] >= self._warm_up_days
        z = np.clip((mean - cells["reference"][rows]) / self._sigma(rows), -CLIP, CLIP)
        for side, sign in (("up", 1.0), ("down", -1.0)):
            before = cells[side][rows]
            after = np.where(ready, np.clip(before + sign * z - self._slack, 0.0, 4.0 * self._limit), 0.0)
            began = (before == 0) & (after > 0)
            cells[f"{side}_s"][rows] = np.where(began, cells["day_s"][rows], cells[f"{side}_s"][rows])
            cells[side][rows] = after
        cells["latest"][rows] = mean
        self._learn_alike(rows, mean)
        self._learn_reference(rows, mean, ready)

    def _learn_alike(self, rows: Ints, mean: Floats) -> None:
        """Learn how much a day is like the one before, where nothing is accused."""
        cells = self._cells
        calm = np.maximum(cells["up"][rows], cells["down"][rows]) < self._limit / 2
        usual = np.maximum(cells["deviation"][rows], RELATIVE_FLOOR * np.abs(cells["reference"][rows]) + TINY)
        residual = np.where(
            cells["days"][rows] >= 2, np.clip((mean - cells["reference"][rows]) / usual, -CLIP, CLIP), 0.0
        )
        share = np.where(calm, np.maximum(1.0 / (cells["days"][rows] + 1.0), 1.0 / self._memory_days), 0.0)
        cells["alike"][rows] += share * (residual * cells["residual"][rows] - cells["alike"][rows])
        cells["squared"][rows] += share * (residual**2 - cells["squared"][rows])
        cells["residual"][rows] = residual

    def _learn_reference(self, rows: Ints, mean: Floats, ready: Mask) -> None:
        cells = self._cells
        worst = np.maximum(cells["up"][rows], cells["down"][rows])
        firing = np.where(worst >= self._limit, cells["firing_days"][rows] + 1.0, 0.0)
        days, reference = cells["days"][rows], cells["reference"][rows]
        adopted = firing >= self._adopt_days  # the change has stayed: it is this device's normal now
        share = np.where(days < self._warm_up_days, 1.0 / (days + 1.0), 1.0 / self._memory_days)
        share = np.where(worst >= self._limit / 2, 0.0, share)  # do not learn what is being accused
        residual = np.where(days == 0, 0.0, mean - reference)
        bound = np.where(ready, 2.0 * self._sigma(rows), np.inf)
        step = share * np.clip(residual, -bound, bound)
        cells["reference"][rows] = np.where(adopted | (days == 0), mean, reference + step)
        deviation = cells["deviation"][rows]
        grown = deviation + share * (np.minimum(np.abs(residual), bound) - deviation)
        cells["deviation"][rows] = np.where(days == 0, 0.0, grown)
        cells["firing_days"][rows] = np.where(adopted, 0.0, firing)
        for side in ("up", "down"):
            cells[side][rows] = np.where(adopted, 0.0, cells[side][rows])
        cells["days"][rows] = days + 1.0


def make_detector(
    *,
    limit: float = 12.0,
    slack: float = 2.0,
    warm_up_days: int = 8,
    memory_days: float = 21.0,
    adopt_days: int = 14,
) -> Detector:
    """Build the detector.

    Limit, slack and CLIP were chosen on 24 simulated months of the five air conditioners of examples/make_telemetry
    (seeds 0 to 23): 1 of 120 device-months with a false alarm, each leak found at least 110 h before its trip.

    Parameters:
        limit: sum of daily deviations, beyond the slack, that is still tolerable.
        slack: deviations a day may differ without being counted: half the shift that matters.
        warm_up_days: whole days of a series before it has an opinion.
        memory_days: days after which the reference has followed a slow change by two thirds.
        adopt_days: days after which a shifted level becomes the reference.
    """
    return _Drift(limit=limit, slack=slack, warm_up_days=warm_up_days, memory_days=memory_days, adopt_days=adopt_days)
