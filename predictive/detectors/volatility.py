"""A series that moves much more, or much less, from reading to reading than it usually does.

Compares the recent mean absolute step with the usual one, as a logarithm: half and twice are equally far. High when
that ratio lies beyond what this series makes usual: a bearing that starts to rattle, a regulator that hunts, a sensor
that fades. Does not know levels, nor single steps: one counts at most as CLIP usual ones.
"""

from __future__ import annotations

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.baseline import (
    CLIP,
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
from predictive.whole_series import counts_of, log_distances, tail_levels

STEP_CLIP = 20.0  # usual steps that one may count in the recent mean
LEAST_SPREAD = 0.05  # of the logarithm: ratios within 5% of each other are equal
YOUTH = 400.0  # readings after which the tolerable ratio is still twice as far, as of control charts
ON_REQUEST = True  # as rate


class _Volatility:
    name = "volatility"

    def __init__(self, *, limit: float, smoothing: float, half_life: float, warm_up: int) -> None:
        self._limit = limit
        self._share = 1.0 - 0.5 ** (1.0 / smoothing)
        self._rate = 1.0 - 0.5 ** (1.0 / half_life)
        self._warm_up = warm_up
        self._cells = SeriesArrays(
            {
                "last": Column(fill=np.nan),
                "recent": Column(),  # mean absolute step of late
                "usual": Column(),  # and of long
                "level": Column(),
                "mean": Column(),  # of the logarithm of recent to usual
                "deviation": Column(),
                "count": Column(),
                "tail": Column(fill=USUAL_TAIL),
                "is_beyond": Column(),
            }
        )

    def score(self, batch: Batch) -> Scores:
        self._cells.reserve(batch.series)
        rows, cells = batch.series, self._cells
        count = cells["count"][rows]
        limit = self._limit * (1.0 + YOUTH / np.maximum(count, 1.0))
        z = self._z(rows, self._log_ratio(batch, self._recent(batch)))
        ready = (count >= self._warm_up) & (cells["usual"][rows] > TINY)
        score = np.where(ready, squash(z / np.maximum(limit, cells["tail"][rows])), 0.0)
        return Scores(score, np.full(len(rows), np.nan))

    def score_series(self, at_s: Floats, values: Floats) -> Floats:
        del at_s
        counts = counts_of(len(values))
        learning = counts < self._warm_up
        rates = np.maximum(1.0 / (counts + 1.0), self._rate)
        ratio, usual = _ratios(values, smoothing=self._share, rates=rates, learning=learning)
        z = log_distances(np.log(ratio), rates=rates, in_warm_up=learning, least_spread=LEAST_SPREAD)
        tail = tail_levels(z, in_warm_up=learning, settled=counts >= self._warm_up / 2, is_single=False)
        limit = self._limit * (1.0 + YOUTH / np.maximum(counts, 1.0))
        return np.where(~learning & (usual > TINY), squash(z / np.maximum(limit, tail)), 0.0)

    def learn(self, batch: Batch) -> None:
        self._cells.touch(batch.series)
        rows, cells = batch.series, self._cells
        count, recent = cells["count"][rows], self._recent(batch)
        ratio = self._log_ratio(batch, recent)
        learning = count < self._warm_up
        self._learn_ratio(rows, ratio, learning)
        share = np.maximum(1.0 / (count + 1.0), self._rate)
        usual, step = cells["usual"][rows], self._step(batch)
        bound = np.where(learning, np.inf, CLIP * DEVIATION_TO_SIGMA * np.maximum(usual, TINY))
        cells["usual"][rows] = usual + share * (np.minimum(step, bound) - usual)
        level = cells["level"][rows]
        cells["level"][rows] = level + share * (np.abs(batch.values) - level)
        cells["recent"][rows], cells["last"][rows] = recent, batch.values
        cells["count"][rows] = count + 1.0

    def forget(self, series: Ints) -> None:
        self._cells.forget(series)

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)

    def _learn_ratio(self, rows: Ints, ratio: Floats, learning: Mask) -> None:
        cells = self._cells
        count, z = cells["count"][rows], self._z(rows, ratio)
        tail = learn_tail(Tail(cells["tail"][rows], cells["is_beyond"][rows] > 0), z, in_warm_up=learning)
        cells["tail"][rows] = np.where(count >= self._warm_up / 2, tail.level, cells["tail"][rows])
        cells["is_beyond"][rows] = tail.is_beyond
        share = np.maximum(1.0 / (count + 1.0), self._rate)
        mean, deviation = cells["mean"][rows], cells["deviation"][rows]
        bound = np.where(learning, np.inf, CLIP * np.maximum(DEVIATION_TO_SIGMA * deviation, LEAST_SPREAD))
        residual = np.clip(ratio - mean, -bound, bound)
        cells["mean"][rows] = mean + share * residual
        cells["deviation"][rows] = deviation + share * (np.abs(residual) - deviation)

    def _step(self, batch: Batch) -> Floats:
        last = self._cells["last"][batch.series]
        return np.where(np.isnan(last), 0.0, np.abs(batch.values - last))

    def _recent(self, batch: Batch) -> Floats:
        rows, cells = batch.series, self._cells
        floor = RELATIVE_FLOOR * cells["level"][rows] + TINY
        known = np.maximum(cells["usual"][rows], floor)
        step = np.minimum(self._step(batch), np.where(cells["count"][rows] < 2, np.inf, STEP_CLIP * known))
        return np.asarray(cells["recent"][rows] + self._share * (step - cells["recent"][rows]), dtype=np.float64)

    def _log_ratio(self, batch: Batch, recent: Floats) -> Floats:
        rows, cells = batch.series, self._cells
        floor = 0.01 * cells["usual"][rows] + RELATIVE_FLOOR * cells["level"][rows] + TINY
        return np.asarray(np.log((recent + floor) / (cells["usual"][rows] + floor)))

    def _z(self, rows: Ints, ratio: Floats) -> Floats:
        cells = self._cells
        scale = np.maximum(DEVIATION_TO_SIGMA * cells["deviation"][rows], LEAST_SPREAD)
        return np.asarray((ratio - cells["mean"][rows]) / scale)


def _ratios(values: Floats, *, smoothing: float, rates: Floats, learning: Mask) -> tuple[Floats, Floats]:
    """Return the ratio of the recent step to the usual one at each reading, and the usual one before it."""
    last, recent, usual, level = float(values[0]), 0.0, 0.0, 0.0
    ratios, before = [], []
    free = np.arange(len(values)) < 2  # the first steps count in full
    paces = zip(values.tolist(), rates.tolist(), learning.tolist(), free.tolist(), strict=True)
    for value, share, is_learning, is_free in paces:
        step = counted = abs(value - last)
        if not is_free:
            floor = RELATIVE_FLOOR * level + TINY
            most = STEP_CLIP * (usual if usual > floor else floor)
            counted = step if step < most else most
        recent += smoothing * (counted - recent)
        floor = 0.01 * usual + RELATIVE_FLOOR * level + TINY
        ratios.append((recent + floor) / (usual + floor))
        before.append(usual)
        if not is_learning:
            most = CLIP * DEVIATION_TO_SIGMA * (usual if usual > TINY else TINY)
            step = step if step < most else most
        usual += share * (step - usual)
        level += share * (abs(value) - level)
        last = value
    return np.array(ratios), np.array(before)


def make_detector(
    *, limit: float = 6.0, smoothing: float = 12.0, half_life: float = 2000.0, warm_up: int = 200
) -> Retrospective:
    """Build the detector.

    Parameters:
        limit: scales of the logarithm that are tolerable even where the series is tame.
        smoothing: readings after which a step counts half in the recent mean.
        half_life: readings after which an old step counts half in the usual one.
        warm_up: readings of a series before it has an opinion.
    """
    return _Volatility(limit=limit, smoothing=smoothing, half_life=half_life, warm_up=warm_up)
