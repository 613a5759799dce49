"""A course of half a day that this series never took before: the distance to its nearest past course.

Hourly means of the last two weeks are kept; whenever an hour is over, the last twelve are compared with every twelve
that went before, each from its own mean (the left matrix profile: Yeh et al. 2016, Lu et al. 2022). High when the
nearest of them is much farther away than nearest ones are in this series. Knows shapes, not levels: a course that
comes higher is the same. Says nothing in the first days, and sees nothing that is over within an hour.
"""

from __future__ import annotations

from typing import cast

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.baseline import RELATIVE_FLOOR, TINY, squash
from predictive.records import Batch, Detector, Floats, Ints, Scores, State
from predictive.tail_likelihood import Excess, learn_excess, surprise

ON_REQUEST = True
HOUR_S = 3600.0
LENGTH = 12  # hours of a course
HELD = 336  # hours to compare with: two weeks hold both kinds of day
PAUSE_S = 6 * HOUR_S  # a longer one breaks the course
CHUNK = 4096  # series compared at once: some 30 MB
KNOWN_TAIL = 72.0  # hours judged before a series has an opinion: three days of every hour


class _Shape:
    name = "shape"

    def __init__(self, *, limit: float, warm_up_hours: int) -> None:
        self._limit = limit
        self._warm_up_hours = warm_up_hours
        self._cells = SeriesArrays(
            {
                "hourly": Column(width=HELD, dtype="f4"),  # ring, from the first reading's value
                "origin": Column(fill=np.nan),
                "hours": Column(),
                "unbroken": Column(),  # hours since the last pause
                "hour_s": Column(fill=np.nan),  # when the running hour began
                "sum": Column(),
                "count": Column(),
                "quantile": Column(fill=1.0),
                "excess": Column(fill=1.0),
                "judged": Column(),
                "unlikely": Column(),  # -log10 of the chance of the latest course
            }
        )

    def score(self, batch: Batch) -> Scores:
        self._cells.reserve(batch.series)
        unlikely = self._cells["unlikely"][batch.series]
        began = self._cells["hour_s"][batch.series] - LENGTH * HOUR_S
        score = squash(unlikely / self._limit)
        return Scores(score, np.full(len(score), np.nan), np.where(score > 0, began, np.nan))

    def learn(self, batch: Batch) -> None:
        self._cells.touch(batch.series)
        rows, cells = batch.series, self._cells
        first = np.isnan(cells["hour_s"][rows])
        elapsed_s = np.where(first, 0.0, batch.at_s - cells["hour_s"][rows])
        over = elapsed_s >= HOUR_S
        self._close_hours(rows[over], elapsed_s[over] >= PAUSE_S)
        fresh = over | first
        cells["origin"][rows] = np.where(first, batch.values, cells["origin"][rows])
        cells["hour_s"][rows] = np.where(fresh, np.floor(batch.at_s / HOUR_S) * HOUR_S, cells["hour_s"][rows])
        from_origin = batch.values - cells["origin"][rows]
        cells["sum"][rows] = np.where(fresh, 0.0, cells["sum"][rows]) + from_origin
        cells["count"][rows] = np.where(fresh, 0.0, cells["count"][rows]) + 1.0

    def forget(self, series: Ints) -> None:
        self._cells.forget(series)

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)

    def _close_hours(self, rows: Ints, paused: np.typing.NDArray[np.bool_]) -> None:
        cells = self._cells
        if len(rows) == 0:
            return
        slot = (cells["hours"][rows] % HELD).astype(np.int64)
        cells["hourly"][rows, slot] = cells["sum"][rows] / cells["count"][rows]
        cells["hours"][rows] += 1.0
        cells["unbroken"][rows] = np.where(paused, 0.0, cells["unbroken"][rows] + 1.0)
        cells["unlikely"][rows] = 0.0
        ready = (cells["hours"][rows] >= self._warm_up_hours) & (cells["unbroken"][rows] >= LENGTH)
        for start in range(0, int(ready.sum()), CHUNK):
            self._judge(rows[ready][start : start + CHUNK])

    def _judge(self, rows: Ints) -> None:
        """Compare the latest courses with the earlier ones; tell first, learn then."""
        cells = self._cells
        distance = self._nearest(rows)
        judged = cells["judged"][rows]
        # The first distance says where the tail lies; without it the running quantile needs weeks to get there.
        quantile = np.where(judged == 0, distance, cells["quantile"][rows])
        excess = Excess(quantile, np.where(judged == 0, distance / 2.0, cells["excess"][rows]), judged)
        known = excess.count >= KNOWN_TAIL
        cells["unlikely"][rows] = np.where(known, surprise(excess, distance), 0.0)
        learned = learn_excess(excess, distance)
        cells["quantile"][rows], cells["excess"][rows] = learned.quantile, learned.mean
        cells["judged"][rows] = learned.count

    def _nearest(self, rows: Ints) -> Floats:
        """Return how far each latest course is from the nearest that ended before it began, in series' scales."""
        hours = self._cells["hours"][rows].astype(np.int64)
        slots = (hours[:, None] - HELD + np.arange(HELD)) % HELD  # oldest first
        course = np.take_along_axis(self._cells["hourly"][rows].astype(np.float64), slots, axis=1)  # (n, HELD)
        held = np.minimum(hours, HELD)
        missing = np.arange(HELD) < (HELD - held)[:, None]
        mean = np.where(missing, 0.0, course).sum(1) / held
        course = np.where(missing, 0.0, course - mean[:, None])
        sharpness = RELATIVE_FLOOR * np.abs(mean + self._cells["origin"][rows]) + TINY
        before = course[:, :-LENGTH]  # or what is strange would make itself small
        scale = np.maximum(np.sqrt((before**2).sum(1) / (held - LENGTH)), sharpness)
        latest = course[:, -LENGTH:] - course[:, -LENGTH:].mean(1, keepdims=True)
        count = HELD - 2 * LENGTH + 1  # courses that do not overlap the latest
        product, squares, sums = (
            np.zeros((len(rows), count)),
            np.zeros((len(rows), count)),
            np.zeros((len(rows), count)),
        )
        for hour in range(LENGTH):
            part = course[:, hour : hour + count]
            product += part * latest[:, hour : hour + 1]
            squares += part**2
            sums += part
        apart = squares - sums**2 / LENGTH - 2.0 * product + (latest**2).sum(1, keepdims=True)
        apart = np.where(missing[:, :count], np.inf, apart)
        nearest = np.sqrt(np.maximum(apart.min(1), 0.0) / LENGTH)
        # Below what a sensor resolves, one course is as near as another.
        return cast(Floats, np.maximum(nearest, sharpness) / scale)


def make_detector(*, limit: float = 4.0, warm_up_hours: int = 96) -> Detector:
    """Build the detector.

    Parameters:
        limit: -log10 of the chance, by the series' own nearest distances, that is still tolerable.
        warm_up_hours: hours of a series before its courses are compared.
    """
    return _Shape(limit=limit, warm_up_hours=warm_up_hours)
