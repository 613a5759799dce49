"""Distance from what is usual at this time of day.

Keeps a mean and a deviation for each hour of the day (UTC) and interpolates between them. High when a reading lies far
from its hour's mean. Does not know weekdays, and says nothing in the first days.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.baseline import (
    CLIP,
    DEVIATION_TO_SIGMA,
    RELATIVE_FLOOR,
    TINY,
    USUAL_TAIL,
    Baseline,
    Tail,
    learn_baseline,
    learn_tail,
    scale_of,
    squash,
)
from predictive.detector import Retrospective
from predictive.records import Batch, Floats, Ints, Mask, Scores, State
from predictive.whole_series import SINGLE_SIGMA, ages_of, tail_levels

HOURS = 24
DAY_S = 86_400.0
FREE_COUNT = 8  # the first readings of an hour are learned unclipped: its scale is not known yet
MOST_COUNT = 65_535.0  # of an hour: at a reading a second, 18 days; counted in 16 bits
PER_HOUR = 3  # readings an hour of the day needs before it has an opinion


@dataclass(frozen=True, slots=True)
class _Expectation:
    mean: Floats
    scale: Floats
    has_opinion: Mask
    has_history: Mask  # enough readings of this hour, though perhaps of few days


class _Seasonal:
    name = "seasonal"

    def __init__(self, *, limit: float, warm_up_days: float, memory_days: float) -> None:
        self._limit = limit
        self._warm_up_s = warm_up_days * DAY_S
        self._memory_days = memory_days
        self._cells = SeriesArrays(
            {
                "mean": Column(width=HOURS, dtype="f4"),
                "deviation": Column(width=HOURS, dtype="f4"),
                "count": Column(width=HOURS, dtype="u2"),
                "spread": Column(dtype="f4"),  # mean absolute residual at any hour
                "spread_count": Column(),
                "tail": Column(fill=USUAL_TAIL, dtype="f4"),
                "is_beyond": Column(dtype="u1"),
                "first_s": Column(fill=np.inf),
            }
        )

    def score(self, batch: Batch) -> Scores:
        self._cells.reserve(batch.series)
        expectation = self._expect(batch)
        z = (batch.values - expectation.mean) / expectation.scale
        tolerable = np.maximum(self._limit, self._cells["tail"][batch.series])
        ready = expectation.has_opinion
        return Scores(np.where(ready, squash(z / tolerable), 0.0), np.where(ready, expectation.mean, np.nan))

    def score_series(self, at_s: Floats, values: Floats) -> Floats:
        age_s = ages_of(at_s)
        z, fewest = _distances(at_s, values, age_s=age_s, memory_days=self._memory_days)
        ready = (age_s >= self._warm_up_s) & (fewest >= PER_HOUR)
        tail = tail_levels(z, in_warm_up=~ready, settled=fewest >= PER_HOUR, is_single=True)
        return np.where(ready, squash(z / np.maximum(self._limit, tail)), 0.0)

    def learn(self, batch: Batch) -> None:
        self._cells.touch(batch.series)
        rows, cells = batch.series, self._cells
        expectation = self._expect(batch)
        residual = batch.values - expectation.mean
        ready = expectation.has_opinion
        tail = Tail(cells["tail"][rows], cells["is_beyond"][rows] > 0)
        learned_tail = learn_tail(tail, residual / expectation.scale, in_warm_up=~ready)
        cells["tail"][rows] = np.where(expectation.has_history, learned_tail.level, tail.level)
        cells["is_beyond"][rows] = learned_tail.is_beyond
        self._learn_spread(rows, residual, expectation)
        hour = _hour(batch.at_s)
        hourly = Baseline(
            cells["mean"][rows, hour].astype(np.float64),
            cells["deviation"][rows, hour].astype(np.float64),
            cells["count"][rows, hour].astype(np.float64),
        )
        learned = learn_baseline(
            hourly, batch.values, rate=self._hourly_rate(batch, hourly.count), in_warm_up=hourly.count < FREE_COUNT
        )
        cells["mean"][rows, hour], cells["deviation"][rows, hour] = learned.mean, learned.deviation
        cells["count"][rows, hour] = np.minimum(learned.count, MOST_COUNT)
        cells["first_s"][rows] = np.minimum(cells["first_s"][rows], batch.at_s)

    def forget(self, series: Ints) -> None:
        self._cells.forget(series)

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)

    def _hourly_rate(self, batch: Batch, count: Floats) -> Floats:
        """Return the share of a new reading, from how many readings a day this hour gets; once its count stands still,
        from how many all hours get."""
        days = np.maximum((batch.at_s - self._cells["first_s"][batch.series]) / DAY_S, 1.0)
        counted = np.where(count < MOST_COUNT, count, self._cells["spread_count"][batch.series] / HOURS)
        return 1.0 / (self._memory_days * np.maximum(counted / np.where(np.isfinite(days), days, 1.0), 1.0))

    def _learn_spread(self, rows: Ints, residual: Floats, expectation: _Expectation) -> None:
        cells = self._cells
        spread, count = cells["spread"][rows], cells["spread_count"][rows]
        clipped = np.minimum(np.abs(residual), np.where(count < HOURS, np.inf, 3.0 * expectation.scale))
        share = np.maximum(1.0 / (count + 1.0), 1e-3)
        cells["spread"][rows] = spread + share * (clipped - spread)
        cells["spread_count"][rows] = count + 1.0

    def _expect(self, batch: Batch) -> _Expectation:
        rows, cells = batch.series, self._cells
        left, right, share = _between(batch.at_s)
        counts = np.minimum(cells["count"][rows, left], cells["count"][rows, right])
        mean = (1 - share) * cells["mean"][rows, left] + share * cells["mean"][rows, right]
        deviation = np.maximum(cells["deviation"][rows, left], cells["deviation"][rows, right]).astype(np.float64)
        hourly = scale_of(Baseline(mean, deviation, counts))
        usual = scale_of(Baseline(mean, cells["spread"][rows], counts))
        aged = batch.at_s - cells["first_s"][rows] >= self._warm_up_s
        # Between two hours with different means either may hold.
        step = np.abs(cells["mean"][rows, right] - cells["mean"][rows, left]) / 2.0
        return _Expectation(
            mean, np.maximum(np.maximum(hourly, usual), step), aged & (counts >= PER_HOUR), counts >= PER_HOUR
        )


def _hour(at_s: Floats) -> Ints:
    return ((at_s % DAY_S) // (DAY_S / HOURS)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Hours:
    """What one series is like at each hour of the day; the arrays round to single precision."""

    mean: array[float]
    deviation: array[float]
    count: list[float]


def _between(at_s: Floats) -> tuple[Ints, Ints, Floats]:
    """Return the two hours whose middles a time lies between, and how near it is to the second."""
    position = (at_s % DAY_S) / DAY_S * HOURS - 0.5  # an hour's mean belongs to its middle
    before = np.floor(position).astype(np.int64)
    return before % HOURS, (before + 1) % HOURS, position - before


def _distances(at_s: Floats, values: Floats, *, age_s: Floats, memory_days: float) -> tuple[Floats, Ints]:
    """Return each reading's distance from its hours' means in scales, and the fewest readings of these hours before
    it, as `_expect` and `learn` have them."""
    days = np.maximum(age_s / DAY_S, 1.0)
    left, right, share = _between(at_s)
    hours = _Hours(array("f", [0.0] * HOURS), array("f", [0.0] * HOURS), [0.0] * HOURS)
    means, deviations, counts = hours.mean, hours.deviation, hours.count
    single, usual_count = array("f", [0.0, 0.0, 0.0]), 0.0  # the spread at any hour, and two roundings
    distances, fewest = [], []
    columns = (values, days, left, right, share, _hour(at_s))
    for value, day, one, other, near, hour in zip(*(column.tolist() for column in columns), strict=True):
        mean = (1 - near) * means[one] + near * means[other]
        wide, floor = max(deviations[one], deviations[other]), RELATIVE_FLOOR * abs(mean) + TINY
        single[1] = SINGLE_SIGMA * single[0]
        single[2] = abs(means[other] - means[one])
        scale = max(DEVIATION_TO_SIGMA * wide, floor, single[1], single[2] / 2.0)
        residual = value - mean
        distances.append(residual / scale)
        fewest.append(min(counts[one], counts[other]))
        far = abs(residual)
        if usual_count >= HOURS and far > 3.0 * scale:
            far = 3.0 * scale
        single[0] += max(1.0 / (usual_count + 1.0), 1e-3) * (far - single[0])
        usual_count += 1.0
        counted = counts[hour] if counts[hour] < MOST_COUNT else usual_count / HOURS
        _learn_hour(hours, hour, value, rate=1.0 / (memory_days * max(counted / day, 1.0)))
    return np.array(distances), np.array(fewest)


def _learn_hour(hours: _Hours, hour: int, value: float, *, rate: float) -> None:
    """Do what `learn_baseline` does, in plain floats."""
    count, mean, deviation = hours.count[hour], hours.mean[hour], hours.deviation[hour]
    if count == 0:
        hours.mean[hour], hours.deviation[hour], hours.count[hour] = value, 0.0, 1.0
        return
    share = max(1.0 / (count + 1.0), rate)
    residual = value - mean
    if count >= FREE_COUNT:
        bound = CLIP * max(DEVIATION_TO_SIGMA * deviation, RELATIVE_FLOOR * abs(mean) + TINY)
        residual = bound if residual > bound else -bound if residual < -bound else residual
    hours.mean[hour] = mean + share * residual
    hours.deviation[hour] = deviation + share * (abs(residual) - deviation)
    hours.count[hour] = min(count + 1.0, MOST_COUNT)


def make_detector(*, limit: float = 6.0, warm_up_days: float = 4.0, memory_days: float = 14.0) -> Retrospective:
    """Build the detector.

    Parameters:
        limit: scales from the hour's mean that are tolerable even where the series is tame.
        warm_up_days: days of a series before it has an opinion.
        memory_days: days after which an old day counts little.
    """
    return _Seasonal(limit=limit, warm_up_days=warm_up_days, memory_days=memory_days)
