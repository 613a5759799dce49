"""Dense state arrays keyed by device, for detectors that look at a device's metrics together.

Which series belong to which device comes in; each series' place among its device's first `width` metrics and the
device's cells come out, with an exact state. A series that belongs to no device is a device of its own. Does not know
what the numbers mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from predictive.arrays import Column, SeriesArrays
from predictive.records import Ints, State

OUTSIDE = -1.0  # not seen yet, or not among a device's first
PARTS = ("row/", "device/")


class Members(NamedTuple):
    """The rows of a batch that are looked at: where they stand in it, their devices' slots (each once), and for each
    row which of the slots it is of and its place there."""

    at: Ints
    slots: Ints
    devices: Ints
    places: Ints


class DeviceArrays:
    """Named columns over devices, and the place of each series in them."""

    def __init__(self, columns: Mapping[str, Column], *, width: int) -> None:
        self._width = width
        self._slot_of: dict[int, int] = {}
        self._rows = SeriesArrays({"slot": Column(fill=OUTSIDE), "place": Column()})
        self.cells = SeriesArrays(columns)

    def belong(self, series: int, *, device: int) -> None:
        """Take the row as one of this device's metrics, if it is among the first."""
        self._rows.touch(np.array([series]))
        slot = int(self._rows["slot"][series])
        if slot >= 0:
            self._slot_of[device] = slot
            return
        slot = self._slot_of.setdefault(device, self.cells.used)
        place = int((self._rows["slot"] == slot).sum()) if slot < self.cells.used else 0
        if place < self._width:
            self.cells.touch(np.array([slot]))
            self._rows["slot"][series], self._rows["place"][series] = slot, place

    def adopt(self, series: Ints) -> None:
        """Let rows that belong to no device be their own."""
        self._rows.touch(series)
        alone = series[(self._rows["slot"][series] < 0) & (self._rows["place"][series] == 0)]
        if len(alone) and not self._slot_of:
            slots = np.arange(self.cells.used, self.cells.used + len(alone))
            self.cells.touch(slots)
            self._rows["slot"][alone] = slots

    def members(self, series: Ints) -> Members:
        """Return those of the rows that are looked at."""
        self._rows.reserve(series)
        at = np.flatnonzero(self._rows["slot"][series] >= 0)
        slots, devices = np.unique(self._rows["slot"][series[at]].astype(np.int64), return_inverse=True)
        return Members(at, slots, devices.astype(np.int64), self._rows["place"][series[at]].astype(np.int64))

    def forget(self, series: Ints) -> None:
        """Let the rows' devices begin anew; they stay where they belong."""
        slots = self._rows["slot"][series[series < self._rows.used]]
        self.cells.forget(slots[slots >= 0].astype(np.int64))

    def state(self) -> State:
        parts = zip(PARTS, (self._rows, self.cells), strict=True)
        return {part + name: array for part, arrays in parts for name, array in arrays.state().items()}

    def restore(self, state: State) -> None:
        for part, arrays in zip(PARTS, (self._rows, self.cells), strict=True):
            arrays.restore({name.removeprefix(part): array for name, array in state.items() if name.startswith(part)})
