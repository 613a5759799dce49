"""Rate of change: a step from one reading to the next that this series does not usually make.

Keeps the usual step, up or down, and the usual interval. High when a step is many usual ones and beyond the series' own
largest. After a pause a larger step is usual: an undisturbed walk moves with the root of time. Does not know levels: a
slow departure passes.
"""

from __future__ import annotations

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.baseline import (
    DEVIATION_TO_SIGMA,
    RELATIVE_FLOOR,
    TINY,
    USUAL_TAIL,
    Tail,
    learn_tail,
    squash,
)
from predictive.detector import Retrospective
from predictive.records import Batch, Floats, Ints, Mask, Scores, State
from predictive.whole_series import counts_of, tail_levels

CLIP = 4.0  # a step counts at most so many usual ones when it is learned
CADENCE_RATE = 0.05
ON_REQUEST = True  # one more detector is memory and time of every series: asked for by name


class _Rate:
    name = "rate"

    def __init__(self, *, limit: float, half_life: float, warm_up: int) -> None:
        self._limit = limit
        self._rate = 1.0 - 0.5 ** (1.0 / half_life)
        self._warm_up = warm_up
        self._cells = SeriesArrays(
            {
                "last": Column(fill=np.nan),
                "last_s": Column(fill=np.nan),
                "cadence_s": Column(),
                "step": Column(),  # mean absolute step
                "level": Column(),  # mean absolute value: no sensor is finer than a share of it
                "count": Column(),
                "tail": Column(fill=USUAL_TAIL),
                "is_beyond": Column(),
            }
        )

    def score(self, batch: Batch) -> Scores:
        self._cells.reserve(batch.series)
        rows, cells = batch.series, self._cells
        ready = cells["count"][rows] >= self._warm_up
        tolerable = np.maximum(self._limit, cells["tail"][rows])
        score = np.where(ready, squash(np.nan_to_num(self._z(batch)) / tolerable), 0.0)
        return Scores(score, np.where(ready, cells["last"][rows], np.nan))

    def score_series(self, at_s: Floats, values: Floats) -> Floats:
        counts = counts_of(len(values))
        learning = counts < self._warm_up
        rates = np.maximum(1.0 / (counts + 1.0), self._rate)
        z = _distances(values, rates=rates, root_pauses=_root_pauses(at_s), learning=learning)
        tail = tail_levels(z, in_warm_up=learning, settled=counts >= self._warm_up / 2, is_single=False)
        return np.where(learning, 0.0, squash(z / np.maximum(self._limit, tail)))

    def learn(self, batch: Batch) -> None:
        self._cells.touch(batch.series)
        rows, cells = batch.series, self._cells
        count, first = cells["count"][rows], np.isnan(cells["last"][rows])
        z = np.nan_to_num(self._z(batch))
        learning = count < self._warm_up
        tail = learn_tail(Tail(cells["tail"][rows], cells["is_beyond"][rows] > 0), z, in_warm_up=learning)
        settled = count >= self._warm_up / 2
        cells["tail"][rows] = np.where(settled, tail.level, cells["tail"][rows])
        cells["is_beyond"][rows] = tail.is_beyond
        share = np.maximum(1.0 / (count + 1.0), self._rate)
        step, scale = cells["step"][rows], self._scale(rows)
        seen = np.where(first, 0.0, np.minimum(np.abs(z), np.where(learning, np.inf, CLIP)) * scale)
        cells["step"][rows] = step + share * (seen / DEVIATION_TO_SIGMA - step)
        level = cells["level"][rows]
        cells["level"][rows] = level + share * (np.abs(batch.values) - level)
        interval_s = np.where(first, 0.0, batch.at_s - cells["last_s"][rows])
        cadence_s = cells["cadence_s"][rows]
        known = cadence_s > 0
        cells["cadence_s"][rows] = np.where(known, cadence_s + CADENCE_RATE * (interval_s - cadence_s), interval_s)
        cells["last"][rows], cells["last_s"][rows] = batch.values, batch.at_s
        cells["count"][rows] = count + 1.0

    def forget(self, series: Ints) -> None:
        self._cells.forget(series)

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)

    def _z(self, batch: Batch) -> Floats:
        rows, cells = batch.series, self._cells
        cadence_s = np.maximum(cells["cadence_s"][rows], TINY)
        pauses = np.clip((batch.at_s - cells["last_s"][rows]) / cadence_s, 1.0, 1e6)
        z = (batch.values - cells["last"][rows]) / self._scale(rows) / np.sqrt(pauses)
        return np.clip(z, -1e9, 1e9)

    def _scale(self, rows: Ints) -> Floats:
        floor = RELATIVE_FLOOR * self._cells["level"][rows] + TINY
        return np.maximum(DEVIATION_TO_SIGMA * self._cells["step"][rows], floor)


def _root_pauses(at_s: Floats) -> Floats:
    """Return the root of the pause before each reading in usual intervals, as `_z` has it; the first has none."""
    cadence_s, usual_s = 0.0, []
    intervals_s = np.diff(at_s)
    for interval_s in intervals_s.tolist():
        usual_s.append(cadence_s)
        cadence_s = cadence_s + CADENCE_RATE * (interval_s - cadence_s) if cadence_s > 0 else interval_s
    pauses = np.clip(intervals_s / np.maximum(np.array(usual_s), TINY), 1.0, 1e6)
    return np.concatenate([[1.0], np.sqrt(pauses)])


def _distances(values: Floats, *, rates: Floats, root_pauses: Floats, learning: Mask) -> Floats:
    """Return each step in usual ones, judged before learned."""
    last, step, level = float(values[0]), 0.0, abs(float(values[0]))
    distances = [0.0]
    rest = zip(values[1:].tolist(), rates[1:].tolist(), root_pauses[1:].tolist(), learning[1:].tolist(), strict=True)
    for value, share, root_pause, is_learning in rest:
        scale, floor = DEVIATION_TO_SIGMA * step, RELATIVE_FLOOR * level + TINY
        if scale < floor:
            scale = floor
        z = (value - last) / scale / root_pause
        z = 1e9 if z > 1e9 else -1e9 if z < -1e9 else z
        distances.append(z)
        seen = abs(z)
        if not is_learning and seen > CLIP:
            seen = CLIP
        step += share * (seen * scale / DEVIATION_TO_SIGMA - step)
        level += share * (abs(value) - level)
        last = value
    return np.array(distances)


def make_detector(*, limit: float = 8.0, half_life: float = 3000.0, warm_up: int = 200) -> Retrospective:
    """Build the detector.

    Parameters:
        limit: usual steps that one may be even where the series is tame.
        half_life: readings after which an old step counts half.
        warm_up: readings of a series before it has an opinion.
    """
    return _Rate(limit=limit, half_life=half_life, warm_up=warm_up)
