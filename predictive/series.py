"""The series table: which row of the state arrays belongs to which device and metric.

Names go in, rows come out; the number of series is bounded. Does not see values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np

from predictive.names import Names, coded
from predictive.records import Ints, Mask, PredictiveError, SeriesFull, State, StateMismatch, Values

NAME_LENGTH = 200  # characters; longer ids are a gateway's mistake or an attack on memory
NO_UNIT = ""
NO_UNIT_CODE = 0
METRIC_BITS = 31  # a pair's key is device code << METRIC_BITS | metric code: both fit below 2^31 in 63 bits
UNKNOWN = -1
FEW_FRESH = 4_096  # pairs that wait to be sorted in; looking one up costs a microsecond, sorting 1M pairs 0.1 s
FRESH_SHARE = 32  # of the sorted ones may wait: each holds 150 bytes while it does
FIRST_ROWS, MANY_ROWS = 64, 65_536  # room is doubled, and where it is larger grows by so many and an eighth
DEVICE, METRIC, UNIT = 0, 1, 2  # rows of the code table


class SeriesName(PredictiveError):
    """A device id or metric name that cannot name a series."""

    kind = "series_name"

    def __init__(self, what: str, given: str) -> None:
        super().__init__(f"{what} {given} must be 1 to {NAME_LENGTH} printable characters")
        self.values: Values = (("name", what), ("given", given), ("limit", NAME_LENGTH))


class SeriesTable:
    """Rows are given out in order of appearance and never taken back.

    >>> table = SeriesTable(limit=2)
    >>> table.add("AC-1", "power"), table.add("AC-1", "current"), table.find("AC-1", "power")
    (0, 1, 0)
    """

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self.devices: list[str] = []  # by device code
        self._metrics: list[str] = []  # by metric code
        self._units = [NO_UNIT]  # by unit code
        self._device_codes: dict[str, int] = {}
        self._metric_codes: dict[str, int] = {}
        self._unit_codes = {NO_UNIT: NO_UNIT_CODE}
        # (n,) sorted keys of the pairs and their rows; pairs added since the last sort wait in `_fresh`.
        self._keys = np.zeros(0, dtype=np.int64)
        self._rows = np.zeros(0, dtype=np.int32)
        self._fresh: dict[int, int] = {}
        self._codes = np.zeros((3, 0), dtype=np.int32)  # (3, capacity): each row's device, metric and unit
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def device_of(self) -> Ints:
        """Return the device code of every row, (n,) int32."""
        return cast(Ints, self._codes[DEVICE, : self._count])

    @property
    def unit_of(self) -> Ints:
        """Return the unit code of every row, (n,) int32."""
        return cast(Ints, self._codes[UNIT, : self._count])

    @property
    def device_ids(self) -> Names:
        """Return the device of every row."""
        return Names(self.device_of, self.devices)

    @property
    def metrics(self) -> Names:
        """Return the metric of every row."""
        return Names(cast(Ints, self._codes[METRIC, : self._count]), self._metrics)

    @property
    def units(self) -> Names:
        """Return the unit of every row: that of the first reading that had one."""
        return Names(self.unit_of, self._units)

    @property
    def unit_names(self) -> Sequence[str]:
        """Return the units by code."""
        return self._units

    def unit_code(self, unit: str) -> int:
        """Return the code of a unit, -1 where no series is measured in it."""
        return self._unit_codes.get(unit, UNKNOWN)

    def set_unit(self, rows: Ints, unit: str) -> None:
        """Say in which unit some rows are measured."""
        code = self._unit_codes.setdefault(unit, len(self._units))
        if code == len(self._units):
            self._units.append(unit)
        self._codes[UNIT, rows] = code

    def measures(self, metric: str, rows: Ints | None = None) -> Mask:
        """Return which of some rows, or of all, measure something."""
        codes = self._codes[METRIC, : self._count]
        return np.asarray((codes if rows is None else codes[rows]) == self._metric_codes.get(metric, UNKNOWN))

    def find(self, device_id: str, metric: str) -> int:
        """Return the row, or -1 where there is none."""
        device, code = self._device_codes.get(device_id, UNKNOWN), self._metric_codes.get(metric, UNKNOWN)
        if device < 0 or code < 0:
            return UNKNOWN
        return self._row_of(device << METRIC_BITS | code)

    def device_code(self, device_id: str) -> int:
        """Return the code of a device that has a series.

        Raises:
            KeyError: it has none.
        """
        return self._device_codes[device_id]

    def device_code_or(self, device_id: str, otherwise: int) -> int:
        """Return the code of a device, or something else where it has no series."""
        return self._device_codes.get(device_id, otherwise)

    def rows_of(self, device_id: str) -> Sequence[int]:
        """Return the rows of a device, in order of appearance; none where it has no series."""
        code = self._device_codes.get(device_id)
        return () if code is None else self.rows_of_device(code)

    def rows_of_device(self, code: int) -> Sequence[int]:
        """Return the rows of a device by its code, in order of appearance."""
        if self._fresh:
            self._sort()
        first, end = np.searchsorted(self._keys, [code << METRIC_BITS, (code + 1) << METRIC_BITS])
        rows: list[int] = np.sort(self._rows[first:end]).tolist()
        return rows

    def find_all(self, device_ids: Sequence[str], metrics: Sequence[str]) -> Ints:
        """Return the rows of aligned names, (n,) int64, -1 where there is none."""
        if len(self._fresh) > max(FEW_FRESH, len(self._keys) // FRESH_SHARE):
            self._sort()
        devices, names = _codes_of(coded(device_ids), self._device_codes), _codes_of(coded(metrics), self._metric_codes)
        keys = devices << METRIC_BITS | names
        keys[(devices < 0) | (names < 0)] = UNKNOWN
        rows = np.full(len(keys), UNKNOWN, dtype=np.int64)
        if len(self._keys):
            places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            rows = np.where(self._keys[places] == keys, self._rows[places].astype(np.int64), UNKNOWN)
        if self._fresh:
            missing = np.flatnonzero((rows < 0) & (keys >= 0))
            rows[missing] = [self._fresh.get(key, UNKNOWN) for key in keys[missing].tolist()]
        return rows

    def add(self, device_id: str, metric: str) -> int:
        """Return the row of this series, giving it one if it has none.

        Raises:
            SeriesFull: the table holds `limit` series already.
            SeriesName: a name is empty, too long or holds control characters.
        """
        row = self.find(device_id, metric)
        if row >= 0:
            return row
        _check_name("device_id", device_id)
        _check_name("metric", metric)
        row = self._count
        if row >= self._limit:
            raise SeriesFull(self._limit)
        device, code = self._device_code_of(device_id), self._metric_code_of(metric)
        if row >= self._codes.shape[1]:
            self._grow()
        self._codes[:, row] = (device, code, NO_UNIT_CODE)
        self._count = row + 1
        self._fresh[device << METRIC_BITS | code] = row
        return row

    def names(self) -> Mapping[str, list[str]]:
        """Return the distinct names by code: with `state`, enough to make the same table again."""
        return {"devices": self.devices, "metrics": self._metrics, "units": self._units}

    def state(self) -> State:
        """Return each row's device, metric and unit as codes, (n, 3) int32."""
        return {"codes": np.ascontiguousarray(self._codes[:, : self._count].T)}

    def restore(self, state: State, names: Mapping[str, Sequence[str]]) -> None:
        """Fill an empty table.

        Raises:
            StateMismatch: codes and names do not make a table, or one larger than the limit.
        """
        codes = np.asarray(state["codes"]).astype(np.int64)
        known = [list(names[kind]) for kind in ("devices", "metrics", "units")]
        sizes = np.array([len(kind) for kind in known])
        if codes.shape[1:] != (3,) or len(codes) > self._limit:
            raise StateMismatch(f"the snapshot holds {len(codes)} series, at most {self._limit} are followed")
        if len(codes) and ((codes < 0).any() or (codes.max(axis=0) >= sizes).any()):
            raise StateMismatch("the snapshot's series have names that it does not hold; start afresh")
        keys = codes[:, DEVICE] << METRIC_BITS | codes[:, METRIC]
        self._rows = np.argsort(keys).astype(np.int32)
        self._keys = keys[self._rows]
        if (np.diff(self._keys) == 0).any() or any(len(set(kind)) < len(kind) for kind in known):
            raise StateMismatch("the snapshot names a series twice; start afresh")
        self.devices, self._metrics, self._units = known
        self._device_codes, self._metric_codes, self._unit_codes = (
            {name: code for code, name in enumerate(kind)} for kind in known
        )
        self._codes, self._count = np.ascontiguousarray(codes.T, dtype=np.int32), len(codes)

    def _grow(self) -> None:
        capacity = self._codes.shape[1]
        grown = np.zeros((3, capacity + max(FIRST_ROWS, min(capacity, MANY_ROWS + capacity // 8))), dtype=np.int32)
        grown[:, : self._count] = self._codes[:, : self._count]
        self._codes = grown

    def _row_of(self, key: int) -> int:
        if key in self._fresh:
            return self._fresh[key]
        place = int(np.searchsorted(self._keys, key))
        return int(self._rows[place]) if place < len(self._keys) and self._keys[place] == key else UNKNOWN

    def _sort(self) -> None:
        """Bring what was added since the last time into order."""
        keys = np.concatenate([self._keys, np.fromiter(self._fresh.keys(), np.int64, len(self._fresh))])
        rows = np.concatenate([self._rows, np.fromiter(self._fresh.values(), np.int32, len(self._fresh))])
        order = np.argsort(keys)
        self._keys, self._rows, self._fresh = keys[order], rows[order], {}

    def _device_code_of(self, device_id: str) -> int:
        code = self._device_codes.get(device_id, UNKNOWN)
        if code < 0:
            code = self._device_codes[device_id] = len(self.devices)
            self.devices.append(device_id)
        return code

    def _metric_code_of(self, metric: str) -> int:
        code = self._metric_codes.get(metric, UNKNOWN)
        if code < 0:
            code = self._metric_codes[metric] = len(self._metrics)
            self._metrics.append(metric)
        return code


def codes_of_lists(names: Mapping[str, Sequence[str]]) -> State:
    """Return the state of a table whose names were kept by row, as snapshots of version 1 have them."""
    columns = [coded(list(names[kind])) for kind in ("device_ids", "metrics")]
    units = coded([NO_UNIT, *names["units"]])
    if {len(column) for column in columns} != {len(units) - 1}:
        raise StateMismatch("the snapshot's series table has columns of different length; start afresh")
    return {"codes": np.column_stack([columns[0].codes, columns[1].codes, units.codes[1:]]).astype(np.int32)}


def distinct_of_lists(names: Mapping[str, Sequence[str]]) -> Mapping[str, list[str]]:
    """Return the distinct names of a table whose names were kept by row, by code."""
    return {
        "devices": list(coded(list(names["device_ids"])).distinct),
        "metrics": list(coded(list(names["metrics"])).distinct),
        "units": list(coded([NO_UNIT, *names["units"]]).distinct),
    }


def _codes_of(names: Names, known: Mapping[str, int]) -> Ints:
    """Return the known code of each name, -1 where it has none; each distinct name is looked up once."""
    codes = np.fromiter((known.get(name, UNKNOWN) for name in names.distinct), np.int64, len(names.distinct))
    return codes[names.codes] if len(codes) else np.zeros(0, dtype=np.int64)


def _check_name(what: str, name: str) -> None:
    if not name.strip() or len(name) > NAME_LENGTH or not name.isprintable():
        shown = name[:40].encode("unicode_escape").decode("ascii")
        raise SeriesName(what, f"'{shown}'")
