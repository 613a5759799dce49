"""Distance from a slowly changing baseline.

High when a reading lies many robust scales from the running mean, more than this series' own tail makes usual.
Does not know the time of day; a step that stays becomes the new normal after some half-lives.
"""

from __future__ import annotations

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.baseline import Baseline, learn_baseline, learn_tail, scale_of, squash
from predictive.records import Batch, Detector, Floats, Ints, Scores, State

TAIL_BEYOND = 0.01  # the tail is the 99% quantile of |z|
TAIL_RATE = 0.05


class _RobustZ:
    name = "robust_z"

    def __init__(self, *, limit: float, warm_up: int, half_life: float, tail_margin: float) -> None:
        self._limit = limit
        self._warm_up = warm_up
        self._rate = 1.0 - 0.5 ** (1.0 / half_life)
        self._tail_margin = tail_margin
        self._cells = SeriesArrays(
            {"mean": Column(), "deviation": Column(), "count": Column(), "tail": Column(fill=2.5)}  # 2.5: near-normal
        )

    def score(self, batch: Batch) -> Scores:
        self._cells.reserve(batch.series)
        baseline = self._baseline(batch.series)
        z = (batch.values - baseline.mean) / scale_of(baseline)
        tolerable = np.maximum(self._limit, self._tail_margin * self._cells["tail"][batch.series])
        ready = baseline.count >= self._warm_up
        return Scores(np.where(ready, squash(z / tolerable), 0.0), np.where(ready, baseline.mean, np.nan))

    def learn(self, batch: Batch) -> None:
        self._cells.touch(batch.series)
        rows, cells = batch.series, self._cells
        baseline = self._baseline(rows)
        z: Floats = (batch.values - baseline.mean) / scale_of(baseline)
        settled = baseline.count >= self._warm_up / 2
        tail = cells["tail"][rows]
        cells["tail"][rows] = np.where(settled, learn_tail(tail, z, beyond=TAIL_BEYOND, rate=TAIL_RATE), tail)
        learned = learn_baseline(baseline, batch.values, rate=self._rate)
        cells["mean"][rows], cells["deviation"][rows] = learned.mean, learned.deviation
        cells["count"][rows] = learned.count

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)

    def _baseline(self, rows: Ints) -> Baseline:
        return Baseline(self._cells["mean"][rows], self._cells["deviation"][rows], self._cells["count"][rows])


def make_detector(
    *, limit: float = 6.0, warm_up: int = 96, half_life: float = 300.0, tail_margin: float = 1.5
) -> Detector:
    """Build the detector.

    Parameters:
        limit: scales from the baseline that are still tolerable.
        warm_up: readings of a series before it has an opinion.
        half_life: readings after which an old reading counts half.
        tail_margin: how far beyond the usual 1% of readings one must lie, whatever `limit` says.
    """
    return _RobustZ(limit=limit, warm_up=warm_up, half_life=half_life, tail_margin=tail_margin)
