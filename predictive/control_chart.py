"""The distance of a smoothed course from its own slowly changing baseline, in units of what this series makes usual.

Ticks go in, scores come out, vectorised over series. The tolerable distance is a fixed number of robust scales or the
series' own extreme, whichever is larger. Does not know the time of day; `detectors/robust_z.py` and `detectors/ewma.py`
are this with different options.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.baseline import USUAL_TAIL, Baseline, Tail, learn_baseline, learn_tail, scale_of, squash
from predictive.records import Batch, Floats, Ints, Mask, Scores, State
from predictive.whole_series import ages_of, chart_distances, counts_of, tail_levels

DAY_S = 86_400.0
YOUTH = 400.0  # readings after which the tolerable distance is still twice, after 4,000 a tenth above the limit


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A series has an opinion after `most` readings, or `fewest` that span `days`: most things have a daily cycle."""

    fewest: int = 96
    days: float = 2.0
    most: int = 400


@dataclass(frozen=True, slots=True)
class ChartOptions:
    """See the detectors that use it."""

    limit: float
    half_life: float  # readings; of the baseline
    smoothing: float  # readings; half-life of the course, 0 for the readings themselves
    warm_up: WarmUp


Place = Ints | slice


class ControlChart:
    """A detector named `name`."""

    def __init__(self, name: str, options: ChartOptions) -> None:
        self.name = name
        self._options = options
        self._rate = 1.0 - 0.5 ** (1.0 / options.half_life)
        self._share = 1.0 if options.smoothing == 0 else 1.0 - 0.5 ** (1.0 / options.smoothing)
        self._cells = SeriesArrays(
            {
                "course": Column(fill=np.nan),
                "mean": Column(),
                "deviation": Column(dtype="f4"),
                "count": Column(dtype="f4"),
                "tail": Column(fill=USUAL_TAIL, dtype="f4"),
                "is_beyond": Column(dtype="u1"),
                "first_s": Column(fill=np.inf),
            }
        )

    def score(self, batch: Batch) -> Scores:
        self._cells.reserve(batch.series)
        place = _place_of(batch.series)
        baseline = self._baseline(place)
        z = (self._course(batch, place) - baseline.mean) / scale_of(baseline)
        # A young baseline does not yet know how far this series wanders.
        limit = self._options.limit * (1.0 + YOUTH / np.maximum(baseline.count, 1.0))
        tolerable = np.maximum(limit, self._cells["tail"][place])
        ready = self._is_ready(batch, place, baseline.count)
        return Scores(np.where(ready, squash(z / tolerable), 0.0), np.where(ready, baseline.mean, np.nan))

    def score_series(self, at_s: Floats, values: Floats) -> Floats:
        warm_up, counts = self._options.warm_up, counts_of(len(values), dtype=np.float32)
        ready = (counts >= warm_up.most) | ((ages_of(at_s) >= warm_up.days * DAY_S) & (counts >= warm_up.fewest))
        rates = np.maximum(1.0 / (counts + 1.0), self._rate)
        z = chart_distances(values, share=self._share, rates=rates, in_warm_up=~ready)
        tail = tail_levels(z, in_warm_up=~ready, settled=counts >= warm_up.fewest / 2, is_single=True)
        limit = self._options.limit * (1.0 + YOUTH / np.maximum(counts, 1.0))
        return np.where(ready, squash(z / np.maximum(limit, tail)), 0.0)

    def learn(self, batch: Batch) -> None:
        self._cells.touch(batch.series)
        rows, cells = _place_of(batch.series), self._cells
        baseline, course = self._baseline(rows), self._course(batch, rows)
        tail = Tail(cells["tail"][rows], cells["is_beyond"][rows] > 0)
        in_warm_up = ~self._is_ready(batch, rows, baseline.count)
        learned_tail = learn_tail(tail, (course - baseline.mean) / scale_of(baseline), in_warm_up=in_warm_up)
        settled = baseline.count >= self._options.warm_up.fewest / 2
        cells["tail"][rows] = np.where(settled, learned_tail.level, tail.level)
        cells["is_beyond"][rows] = learned_tail.is_beyond
        learned = learn_baseline(baseline, course, rate=self._rate, in_warm_up=in_warm_up)
        cells["mean"][rows], cells["deviation"][rows] = learned.mean, learned.deviation
        cells["count"][rows], cells["course"][rows] = learned.count, course
        cells["first_s"][rows] = np.minimum(cells["first_s"][rows], batch.at_s)

    def forget(self, series: Ints) -> None:
        self._cells.forget(series)

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)

    def _baseline(self, rows: Place) -> Baseline:
        return Baseline(self._cells["mean"][rows], self._cells["deviation"][rows], self._cells["count"][rows])

    def _course(self, batch: Batch, rows: Place) -> Floats:
        course = self._cells["course"][rows]
        return np.where(np.isnan(course), batch.values, course + self._share * (batch.values - course))

    def _is_ready(self, batch: Batch, rows: Place, count: Floats) -> Mask:
        warm_up = self._options.warm_up
        aged = batch.at_s - self._cells["first_s"][rows] >= warm_up.days * DAY_S
        return np.asarray((count >= warm_up.most) | (aged & (count >= warm_up.fewest)))


def _place_of(series: Ints) -> Place:
    """Return the rows as a slice where they follow each other: a fleet that sends together needs no gathering."""
    first = int(series[0]) if len(series) else 0
    if np.array_equal(series, np.arange(first, first + len(series))):
        return slice(first, first + len(series))
    return series
