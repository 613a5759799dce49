"""A device that differs from its peers: the same metric on the other devices at the same time.

Each series keeps its own usual distance from what its peers do together, so a device that was always a little warmer
may be; what all of them do (a heat wave, a holiday) is no anomaly of one. High when that distance changes by much. The
peers are taken to be at one operating point: it does not know the load of each.
Silent where fewer than FEWEST peers reported in the same tick. Peers are told by `introduce`: rows of one metric; a
model is told by `assign`.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.baseline import Baseline, learn_baseline, scale_of, squash
from predictive.records import Batch, Detector, Floats, Ints, Mask, Scores, State

ON_REQUEST = True
FEWEST = 5  # a median of fewer moves with one of them
UNKNOWN = -1.0
SUSPECT = 0.2  # half the tolerable distance
ACCUSED_SHARE = 0.02  # what is being accused is learned fifty times more slowly


class _Peers:
    name = "peers"

    def __init__(self, *, limit: float, half_life: float, warm_up: int, smoothing: float) -> None:
        self._limit = limit
        self._rate = 1.0 - 0.5 ** (1.0 / half_life)
        self._share = 1.0 - 0.5 ** (1.0 / smoothing)
        self._warm_up = warm_up
        self._group_of: dict[str, int] = {}
        self._cells = SeriesArrays(
            {
                "group": Column(fill=UNKNOWN),
                "course": Column(),  # smoothed distance from the median
                "mean": Column(),
                "deviation": Column(),
                "count": Column(),
            }
        )

    def introduce(self, series: int, *, metric: str, unit: str) -> None:
        """Let the row be a peer of all rows of this metric and unit."""
        self.assign(series, group=f"{metric}\0{unit}")

    def assign(self, series: int, *, group: str) -> None:
        """Let the row be a peer of this group's, for example of one model's metric."""
        self._cells.touch(np.array([series]))
        self._cells["group"][series] = self._group_of.setdefault(group, len(self._group_of))

    def score(self, batch: Batch) -> Scores:
        self._cells.reserve(batch.series)
        median, compared = self._median(batch)
        return Scores(
            self._scores(batch, median, compared),
            np.where(compared, median + self._cells["mean"][batch.series], np.nan),
        )

    def learn(self, batch: Batch) -> None:
        self._cells.touch(batch.series)
        median, compared = self._median(batch)
        accused = self._scores(batch, median, compared)[compared] >= SUSPECT
        rows, cells = batch.series[compared], self._cells
        baseline, course = self._baseline(rows), self._course(batch, median)[compared]
        learned = learn_baseline(baseline, course, rate=self._rate, in_warm_up=baseline.count < self._warm_up)
        trust = np.where(accused, ACCUSED_SHARE, 1.0)
        cells["mean"][rows] = baseline.mean + trust * (learned.mean - baseline.mean)
        cells["deviation"][rows] = baseline.deviation + trust * (learned.deviation - baseline.deviation)
        cells["count"][rows] = learned.count
        cells["course"][rows] = course

    def forget(self, series: Ints) -> None:
        """Start anew with these rows; whose peers they are stays."""
        rows = series[series < self._cells.used]
        group = self._cells["group"][rows].copy()
        self._cells.forget(rows)
        self._cells["group"][rows] = group

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)

    def _baseline(self, rows: Ints) -> Baseline:
        return Baseline(self._cells["mean"][rows], self._cells["deviation"][rows], self._cells["count"][rows])

    def _course(self, batch: Batch, median: Floats) -> Floats:
        before = self._cells["course"][batch.series]
        first = self._cells["count"][batch.series] == 0
        distance = batch.values - median
        return np.where(first, distance, before + self._share * (distance - before))

    def _scores(self, batch: Batch, median: Floats, compared: Mask) -> Floats:
        baseline = self._baseline(batch.series)
        floor = 1e-3 * np.abs(np.nan_to_num(median))  # no sensor in this field is better than 0.1% of its reading
        z = (self._course(batch, median) - baseline.mean) / np.maximum(scale_of(baseline), floor)
        ready = compared & (baseline.count >= self._warm_up)
        return np.where(ready, squash(np.where(ready, z, 0.0) / self._limit), 0.0)

    def _median(self, batch: Batch) -> tuple[Floats, Mask]:
        """Return the median of each reading's peers in this tick, and where there are enough of them."""
        group = self._cells["group"][batch.series]
        # Without what each is usually off, or a device that departs would shift the median of the rest by a rank.
        moved = batch.values - self._cells["mean"][batch.series]
        order = np.lexsort((moved, group))
        values, sorted_group = moved[order], group[order]
        starts = np.flatnonzero(np.diff(sorted_group, prepend=np.nan) != 0)
        sizes = np.diff(starts, append=len(order))
        middle = (values[starts + (sizes - 1) // 2] + values[starts + sizes // 2]) / 2.0
        median, enough = np.empty(len(order)), np.empty(len(order), dtype=np.bool_)
        median[order] = np.repeat(middle, sizes)
        enough[order] = np.repeat(sizes >= FEWEST, sizes)
        return median, cast(Mask, enough & (group != UNKNOWN))


def make_detector(
    *, limit: float = 6.0, half_life: float = 3000.0, warm_up: int = 200, smoothing: float = 3.0
) -> Detector:
    """Build the detector.

    Parameters:
        limit: usual distances from the peers' median that one may be farther off.
        half_life: readings after which an old reading counts half.
        warm_up: ticks among peers before a series is judged.
        smoothing: readings after which a reading counts half in the course.
    """
    return _Peers(limit=limit, half_life=half_life, warm_up=warm_up, smoothing=smoothing)
