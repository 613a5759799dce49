"""What of each device was not taken, counted by why.

Devices' codes go in as readings are dropped, counts by device come out, for whoever looks why a device is quiet. Does
not know when they were dropped, and of readings of unknown devices nothing.
"""

from __future__ import annotations

from typing import get_args

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.records import Dropped, DroppedAs, Ints, State

COLUMNS: tuple[DroppedAs, ...] = get_args(DroppedAs)


class Tally:
    """Counts a device and reason.

    >>> tally = Tally()
    >>> tally.add("late", np.array([1, 1]))
    >>> tally.of(1).late, tally.of(0).late, tally.of(7).late
    (2, 0, 0)
    """

    def __init__(self) -> None:
        self._cells = SeriesArrays({name: Column(dtype="f4") for name in COLUMNS})

    def add(self, why: DroppedAs, devices: Ints) -> None:
        """Count one dropped reading for each device named, as often as it is named."""
        if len(devices):
            self._cells.touch(devices)
            np.add.at(self._cells[why], devices, 1.0)

    def of(self, device: int) -> Dropped:
        """Return what was dropped of a device."""
        known = device < self._cells.used
        return Dropped(**{name: int(self._cells[name][device]) if known else 0 for name in COLUMNS})

    def sums(self, devices: int) -> Ints:
        """Return how many readings of each of so many devices were dropped, (n,) int64."""
        total = np.zeros(devices, dtype=np.int64)
        used = min(devices, self._cells.used)
        for name in COLUMNS:
            total[:used] += self._cells[name][:used].astype(np.int64)
        return total

    def state(self) -> State:
        return self._cells.state()

    def restore(self, state: State) -> None:
        self._cells.restore(state)
