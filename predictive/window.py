"""The recent readings of every series, for plots and trends, in bounded memory.

Ticks go in; for each series at most `points` readings, thinned evenly in time, come out. Times are kept as seconds
since an origin of each series' own, in single precision: a ten-millionth of the span. Does not know what is normal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.records import Batch, Floats, Ints, State

BLOCK_ROWS = 4_096  # thinned at once: a few MB of indices
POINT_BYTES = 8  # time and value, single precision each
FARTHEST_S = 4e6  # from a series' origin; single precision tells half seconds apart there


@dataclass(frozen=True, slots=True)
class WindowOptions:
    """How much is kept for a plot: 256 points are as many as a plot 800 px wide can tell apart.

    A fleet whose windows would need more than `memory_bytes` has fewer points a series, but never less than `fewest`.
    """

    points: int = 256
    fewest: int = 16
    memory_bytes: int = 128 * 1024 * 1024
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
        self._points = options.points
        self._cells = _cells(self._points)

    def learn(self, batch: Batch) -> None:
        """Keep the readings that are far enough from the last one kept."""
        self._make_room(int(batch.series.max(initial=-1)) + 1)
        self._cells.touch(batch.series)
        cells = self._cells
        kept = batch.at_s - cells["latest_s"][batch.series] >= cells["spacing_s"][batch.series]
        rows, at_s = batch.series[kept], batch.at_s[kept]
        full = rows[cells["taken"][rows] == self._points]
        for row in full.tolist():
            self._thin(row)
        kept_still = at_s - cells["latest_s"][rows] >= cells["spacing_s"][rows]
        rows, at_s, values = rows[kept_still], at_s[kept_still], batch.values[kept][kept_still]
        self._move_origins(rows, at_s)
        slot = (cells["taken"][rows] % self._points).astype(np.int64)
        cells["offset_s"][rows, slot] = at_s - cells["origin_s"][rows]
        cells["values"][rows, slot] = values
        cells["taken"][rows] += 1
        cells["latest_s"][rows] = at_s

    def points(self, row: int) -> Points:
        """Return what is kept of a series, oldest first."""
        if row >= self._cells.used:
            return Points(np.zeros(0), np.zeros(0))
        order, cells = self._order(row), self._cells
        at_s = cells["offset_s"][row][order].astype(np.float64) + cells["origin_s"][row]
        return Points(at_s, cells["values"][row][order].astype(np.float64))

    def forget(self, series: Ints) -> None:
        """Forget everything of these rows."""
        self._cells.forget(series)

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        """Take over a state, with as many points a series as it has."""
        offsets = state.get("offset_s")
        if offsets is not None and offsets.ndim == 2:
            self._points = offsets.shape[1]
            self._cells = _cells(self._points)
        self._cells.restore(state)

    def _order(self, row: int) -> Ints:
        taken, size = int(self._cells["taken"][row]), self._points
        return np.arange(max(0, taken - size), taken) % size

    def _thin(self, row: int) -> None:
        cells, order = self._cells, self._order(row)
        offset_s = cells["offset_s"][row][order]
        span_s = float(offset_s[-1]) - float(offset_s[0])
        if span_s >= self.options.span_s:
            return  # long enough: from here on the oldest point is overwritten
        kept = order[::2]
        count = len(kept)
        cells["offset_s"][row, :count] = cells["offset_s"][row][kept]
        cells["values"][row, :count] = cells["values"][row][kept]
        cells["taken"][row] = count
        cells["spacing_s"][row] = 2.0 * span_s / (len(order) - 1) * 0.999  # clocks jitter a little
        cells["latest_s"][row] = cells["origin_s"][row] + float(cells["offset_s"][row, count - 1])

    def _move_origins(self, rows: Ints, at_s: Floats) -> None:
        """Begin where a series begins, and move on before single precision becomes too coarse."""
        cells = self._cells
        fresh = cells["taken"][rows] == 0
        cells["origin_s"][rows[fresh]] = at_s[fresh]
        far = at_s - cells["origin_s"][rows] > FARTHEST_S
        if far.any():
            moved = rows[far]
            step_s = at_s[far] - cells["origin_s"][moved] - FARTHEST_S / 2
            cells["origin_s"][moved] += step_s
            cells["offset_s"][moved] -= step_s[:, None].astype(np.float32)

    def _make_room(self, rows: int) -> None:
        """Keep fewer points of every series where there are many."""
        while (
            self._points // 2 >= self.options.fewest and rows * self._points * POINT_BYTES > self.options.memory_bytes
        ):
            self._halve()

    def _halve(self) -> None:
        old, size, half = self._cells, self._points, self._points // 2
        new = _cells(half)
        rows = np.arange(old.used, dtype=np.int64)
        new.touch(rows)
        for name in ("origin_s", "latest_s"):
            new[name][rows] = old[name][rows]
        for first in range(0, len(rows), BLOCK_ROWS):
            block = rows[first : first + BLOCK_ROWS]
            taken = old["taken"][block].astype(np.int64)
            is_long = taken > half
            start = np.where(taken >= size, taken % size, 0)
            step = np.where(is_long, 2, 1)
            order = (start[:, None] + np.arange(half) * step[:, None]) % size
            new["offset_s"][block] = old["offset_s"][block[:, None], order]
            new["values"][block] = old["values"][block[:, None], order]
            kept = np.where(is_long, (np.minimum(taken, size) + 1) // 2, taken)
            new["taken"][block] = kept
            new["spacing_s"][block] = np.where(is_long, 2.0, 1.0) * old["spacing_s"][block]
        self._cells, self._points = new, half


def _cells(points: int) -> SeriesArrays:
    return SeriesArrays(
        {
            "offset_s": Column(width=points, dtype="f4"),
            "values": Column(width=points, dtype="f4"),
            "origin_s": Column(),
            "taken": Column(dtype="f4"),  # points ever written since the last thinning
            "spacing_s": Column(dtype="f4"),
            "latest_s": Column(fill=-np.inf),
        }
    )
