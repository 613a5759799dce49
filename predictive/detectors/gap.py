"""A pause that this series does not make: readings dropped out, and came back.

Judges each reading by the pause before it. High when the pause is many usual intervals and much longer than the
longest one seen lately; a series sent on change pauses as it likes and is let be. A series that never comes back is
told by the clock, not by a reading: that is the monitor's silence.
"""

from __future__ import annotations

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.baseline import TINY, squash
from predictive.records import Batch, Detector, Floats, Ints, Scores, State

CADENCE_RATE = 0.1  # share of a new interval in the usual one, as the stream's
LONGEST_FORGET = 0.9995  # by half in about 1,400 readings
CLIP = 3.0  # usual intervals that one counts when it is learned
ON_REQUEST = True  # a monitor tells silence by the clock; this is for replayed tables


class _Gap:
    name = "gap"

    def __init__(self, *, intervals: float, longest: float, shortest_s: float, warm_up: int) -> None:
        self._intervals = intervals
        self._longest = longest
        self._shortest_s = shortest_s
        self._warm_up = warm_up
        self._cells = SeriesArrays(
            {
                "newest_s": Column(fill=np.nan),
                "cadence_s": Column(),
                "longest_s": Column(),
                "count": Column(),
            }
        )

    def score(self, batch: Batch) -> Scores:
        self._cells.reserve(batch.series)
        rows, cells = batch.series, self._cells
        pause_s = self._pause_s(batch)
        usual_s = np.maximum(self._intervals * cells["cadence_s"][rows], self._longest * cells["longest_s"][rows])
        ready = cells["count"][rows] >= self._warm_up
        score = np.where(ready, squash(pause_s / np.maximum(usual_s, self._shortest_s)), 0.0)
        return Scores(score, np.full(len(rows), np.nan), np.where(score > 0, cells["newest_s"][rows], np.nan))

    def learn(self, batch: Batch) -> None:
        self._cells.touch(batch.series)
        rows, cells = batch.series, self._cells
        pause_s, count = self._pause_s(batch), cells["count"][rows]
        cadence_s = cells["cadence_s"][rows]
        bound = np.where(count < self._warm_up / 2, np.inf, CLIP * np.maximum(cadence_s, TINY))
        share = np.maximum(1.0 / np.maximum(count, 1.0), CADENCE_RATE)
        cells["cadence_s"][rows] = cadence_s + share * (np.minimum(pause_s, bound) - cadence_s)
        cells["longest_s"][rows] = np.maximum(cells["longest_s"][rows] * LONGEST_FORGET, pause_s)
        cells["newest_s"][rows] = batch.at_s
        cells["count"][rows] = count + 1.0

    def forget(self, series: Ints) -> None:
        self._cells.forget(series)

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)

    def _pause_s(self, batch: Batch) -> Floats:
        newest_s = self._cells["newest_s"][batch.series]
        return np.where(np.isnan(newest_s), 0.0, np.maximum(batch.at_s - newest_s, 0.0))


def make_detector(
    *, intervals: float = 10.0, longest: float = 3.0, shortest_s: float = 1800.0, warm_up: int = 48
) -> Detector:
    """Build the detector; its limits are the monitor's for silence.

    Parameters:
        intervals: usual intervals that a pause may last.
        longest: times the longest pause seen that it may last.
        shortest_s: a shorter pause is a gateway's restart.
        warm_up: readings of a series before it has an opinion.
    """
    return _Gap(intervals=intervals, longest=longest, shortest_s=shortest_s, warm_up=warm_up)
