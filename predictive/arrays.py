"""Dense state arrays keyed by series row.

Column declarations go in; named float arrays that grow with the highest row learned come out, with an exact state.
Does not know what the numbers mean.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np

from predictive.records import Floats, Ints, State, StateMismatch

FIRST_ROWS = 16  # capacity of the first allocation; doubles from there
MANY_ROWS = 65_536  # grows by at least so many, and an eighth, where it is larger: what is doubled stands half empty


@dataclass(frozen=True, slots=True)
class Column:
    """One number (or `width` numbers) a series."""

    fill: float = 0.0
    width: int = 1
    dtype: Literal["f8", "f4", "u2", "u1"] = "f8"


class SeriesArrays:
    """Named columns over series rows. Room is made by `reserve`; only `touch` counts a row as used.

    >>> cells = SeriesArrays({"mean": Column(fill=0.0)})
    >>> cells.reserve(np.array([2]))
    >>> cells["mean"][2] = 7.0
    >>> cells.touch(np.array([2]))
    >>> cells.state()["mean"].tolist()
    [0.0, 0.0, 7.0]
    """

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self._columns = dict(columns)
        self._arrays = {name: _empty(column) for name, column in self._columns.items()}
        self._capacity = 0
        self._filled = 0  # rows that hold at least their fill
        self._used = 0

    def __getitem__(self, name: str) -> Floats:
        return self._arrays[name][: self._filled]  # behind that lies what the memory held before

    @property
    def used(self) -> int:
        """Return one more than the highest row learned."""
        return self._used

    def reserve(self, series: Ints) -> None:
        """Make room for these rows; changes nothing that `state` shows."""
        needed = int(series.max(initial=-1)) + 1
        if needed <= self._filled:
            return
        if needed > self._capacity:
            grown_by = min(self._capacity, MANY_ROWS + self._capacity // 8)
            self._capacity = max(needed, self._capacity + grown_by, FIRST_ROWS)
            for name, column in self._columns.items():
                grown = np.empty((self._capacity, *_tail_shape(column)), dtype=column.dtype)
                grown[: self._filled] = self._arrays[name][: self._filled]
                self._arrays[name] = cast(Floats, grown)
        for name, column in self._columns.items():
            self._arrays[name][self._filled : needed] = column.fill  # what lies behind costs no memory yet
        self._filled = needed

    def touch(self, series: Ints) -> None:
        """Count these rows as used, making room for them."""
        self.reserve(series)
        self._used = max(self._used, int(series.max(initial=-1)) + 1)

    def forget(self, series: Ints) -> None:
        """Bring rows back to what they were before anything was learned."""
        rows = series[series < self._filled]
        for name, column in self._columns.items():
            self._arrays[name][rows] = column.fill

    def state(self) -> State:
        """Return a copy of the used rows."""
        return {name: array[: self._used].copy() for name, array in self._arrays.items()}

    def restore(self, state: State) -> None:
        """Take over a state.

        Raises:
            StateMismatch: the state has other columns or other shapes.
        """
        if set(state) != set(self._columns):
            raise StateMismatch(f"state has columns {sorted(state)}, expected {sorted(self._columns)}; start afresh")
        used = {len(array) for array in state.values()}
        arrays = {name: np.asarray(array) for name, array in state.items()}
        wrong = [name for name, column in self._columns.items() if arrays[name].shape[1:] != _tail_shape(column)]
        if wrong or len(used) > 1:
            raise StateMismatch(f"state columns {wrong or sorted(used)} have another shape; start afresh")
        self._used = self._capacity = self._filled = used.pop() if used else 0
        for name, column in self._columns.items():
            self._arrays[name] = _brought(arrays[name], column)


def _brought(array: np.typing.NDArray[np.generic], column: Column) -> Floats:
    """Return a copy in the column's type; what is too large for it is its largest."""
    if np.issubdtype(column.dtype, np.integer) and not np.issubdtype(array.dtype, np.integer):
        array = np.clip(array, 0, np.iinfo(column.dtype).max)
    return cast(Floats, array.astype(column.dtype, copy=True))


def _tail_shape(column: Column) -> tuple[int, ...]:
    return () if column.width == 1 else (column.width,)


def _empty(column: Column) -> Floats:
    return cast(Floats, np.zeros((0, *_tail_shape(column)), dtype=column.dtype))
