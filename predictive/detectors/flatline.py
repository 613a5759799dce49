"""A stuck sensor: a value that repeats much longer than this series ever repeats.

High when the chance of so long a run, at the rate this series changes, is negligible and the run is several times the
longest one seen. A series that is constant by nature changes never, so no run surprises.
"""

from __future__ import annotations

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.baseline import squash
from predictive.records import Batch, Detector, Ints, Scores, State

CHANGE_RATE_MEMORY = 2000.0  # readings
LONGEST_FORGET = 0.9995  # the longest run is forgotten by half in about 1,400 readings
FEWEST_CHANGES = 0.05  # below this share of changes a repeating value is this series' nature


class _Flatline:
    name = "flatline"

    def __init__(self, *, surprise: float, runs: float, shortest: int, warm_up: int) -> None:
        self._surprise = surprise
        self._runs = runs
        self._shortest = shortest
        self._warm_up = warm_up
        self._cells = SeriesArrays(
            {
                "last": Column(fill=np.nan),
                "since_s": Column(fill=np.nan),
                "run": Column(dtype="f4"),  # repeats so far
                "longest": Column(dtype="f4"),
                "changes": Column(fill=1.0, dtype="f4"),  # share of readings that differ from the one before
                "count": Column(dtype="f4"),
                "lowest": Column(fill=np.inf),  # of earlier runs
                "highest": Column(fill=-np.inf),
            }
        )

    def score(self, batch: Batch) -> Scores:
        self._cells.reserve(batch.series)
        rows, cells = batch.series, self._cells
        repeats = np.where(batch.values == cells["last"][rows], cells["run"][rows] + 1.0, 0.0)
        changes = np.clip(cells["changes"][rows], 0.0, 0.999)
        unlikely = repeats * -np.log10(1.0 - changes) / self._surprise
        longer = repeats / np.maximum(self._shortest, self._runs * cells["longest"][rows])
        # What stays where it rested before, at an end of its range, is switched off or full, not stuck.
        rests = (batch.values == cells["lowest"][rows]) | (batch.values == cells["highest"][rows])
        ready = (cells["count"][rows] >= self._warm_up) & (changes >= FEWEST_CHANGES) & ~rests
        score = np.where(ready, squash(np.minimum(unlikely, longer)), 0.0)
        return Scores(score, np.full(len(rows), np.nan), np.where(repeats > 0, cells["since_s"][rows], np.nan))

    def learn(self, batch: Batch) -> None:
        self._cells.touch(batch.series)
        rows, cells = batch.series, self._cells
        same = batch.values == cells["last"][rows]
        count = cells["count"][rows]
        ended = np.where(same, 0.0, cells["run"][rows])
        cells["longest"][rows] = np.maximum(cells["longest"][rows] * LONGEST_FORGET, ended)
        before = np.where(same, np.nan, cells["last"][rows])  # its run is over
        cells["lowest"][rows] = np.fmin(cells["lowest"][rows], before)
        cells["highest"][rows] = np.fmax(cells["highest"][rows], before)
        cells["run"][rows] = np.where(same, cells["run"][rows] + 1.0, 0.0)
        cells["since_s"][rows] = np.where(same, cells["since_s"][rows], batch.at_s)
        cells["last"][rows] = batch.values
        share = np.maximum(1.0 / (count + 1.0), 1.0 / CHANGE_RATE_MEMORY)
        changes = cells["changes"][rows]
        cells["changes"][rows] = changes + share * (np.where(same, 0.0, 1.0) - changes)
        cells["count"][rows] = count + 1.0

    def forget(self, series: Ints) -> None:
        self._cells.forget(series)

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)


def make_detector(*, surprise: float = 9.0, runs: float = 3.0, shortest: int = 12, warm_up: int = 96) -> Detector:
    """Build the detector.

    Parameters:
        surprise: the run's chance must be below 10 to the minus this.
        runs: how many times the longest run seen this one must last.
        shortest: repeats below which nothing is stuck.
        warm_up: readings of a series before it has an opinion.
    """
    return _Flatline(surprise=surprise, runs=runs, shortest=shortest, warm_up=warm_up)
