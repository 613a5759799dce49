"""The recent readings of every series, for plots and trends, in bounded memory.

Ticks go in; for each series at most `points` readings, thinned evenly in time, come out. Does not know what is normal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.records import Batch, Floats, Ints, State


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """How much is kept for a plot: 256 points are as many as a plot 800 px wide can tell apart."""

    points: int = 256
    span_s: float = 14 * 86_400.0  # thinning goes on until so much time fits


@dataclass(frozen=True, slots=True)
class Points:
    """One series, oldest first."""

    at_s: Floats
    values: Floats


class RecentWindow:
    """A ring of readings a series. While the ring is full and short, every second point goes and the spacing doubles.

    >>> window = RecentWindow(WindowOptions(points=4, span_s=100.0))
    >>> for second in range(6):
    ...     window.learn(Batch(np.array([0]), np.array([float(second)]), np.array([float(second)])))
    >>> window.points(0).values.tolist()
    [0.0, 2.0, 4.0]
    """

    def __init__(self, options: WindowOptions) -> None:
        self.options = options
        self._cells = SeriesArrays(
            {
                "at_s": Column(width=options.points),
                "values": Column(width=options.points, dtype="f4"),
                "taken": Column(),  # points ever written since the last thinning
                "spacing_s": Column(),
                "latest_s": Column(fill=-np.inf),
            }
        )

    def learn(self, batch: Batch) -> None:
        """Keep the readings that are far enough from the last one kept."""
        self._cells.touch(batch.series)
        cells = self._cells
        kept = batch.at_s - cells["latest_s"][batch.series] >= cells["spacing_s"][batch.series]
        rows, at_s = batch.series[kept], batch.at_s[kept]
        full = rows[cells["taken"][rows] == self.options.points]
        for row in full.tolist():
            self._thin(row)
        kept_still = at_s - cells["latest_s"][rows] >= cells["spacing_s"][rows]
        rows, at_s, values = rows[kept_still], at_s[kept_still], batch.values[kept][kept_still]
        slot = (cells["taken"][rows] % self.options.points).astype(np.int64)
        cells["at_s"][rows, slot] = at_s
        cells["values"][rows, slot] = values
        cells["taken"][rows] += 1
        cells["latest_s"][rows] = at_s

    def points(self, row: int) -> Points:
        """Return what is kept of a series, oldest first."""
        if row >= self._cells.used:
            return Points(np.zeros(0), np.zeros(0))
        order = self._order(row)
        return Points(self._cells["at_s"][row][order], self._cells["values"][row][order].astype(np.float64))

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)

    def _order(self, row: int) -> Ints:
        taken, size = int(self._cells["taken"][row]), self.options.points
        return np.arange(max(0, taken - size), taken) % size

    def _thin(self, row: int) -> None:
        cells, order = self._cells, self._order(row)
        at_s = cells["at_s"][row][order]
        span_s = float(at_s[-1] - at_s[0])
        if span_s >= self.options.span_s:
            return  # long enough: from here on the oldest point is overwritten
        kept = order[::2]
        count = len(kept)
        cells["at_s"][row, :count] = cells["at_s"][row][kept]
        cells["values"][row, :count] = cells["values"][row][kept]
        cells["taken"][row] = count
        cells["spacing_s"][row] = 2.0 * span_s / (len(order) - 1) * 0.999  # clocks jitter a little
        cells["latest_s"][row] = cells["at_s"][row, count - 1]
