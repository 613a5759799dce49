"""The series table: which row of the state arrays belongs to which device and metric.

Names go in, rows come out; the number of series is bounded. Does not see values.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence

import numpy as np

from predictive.names import Names, coded
from predictive.records import Ints, PredictiveError, SeriesFull, StateMismatch

NAME_LENGTH = 200  # characters; longer ids are a gateway's mistake or an attack on memory
NO_UNIT = ""
METRIC_BITS = 31  # a pair's key is device code << METRIC_BITS | metric code: both fit below 2^31 in 63 bits
UNKNOWN = -1
FEW_FRESH = 4_096  # pairs that wait to be sorted in; looking one up costs a microsecond, sorting 1M pairs 0.1 s


class SeriesName(PredictiveError):
    """A device id or metric name that cannot name a series."""


class SeriesTable:
    """Rows are given out in order of appearance and never taken back.

    >>> table = SeriesTable(limit=2)
    >>> table.add("AC-1", "power"), table.add("AC-1", "current"), table.find("AC-1", "power")
    (0, 1, 0)
    """

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._device_codes: dict[str, int] = {}
        self._metric_codes: dict[str, int] = {}
        self._metrics: list[str] = []  # by metric code
        # (n,) sorted keys of the pairs and their rows; pairs added since the last sort wait in `_fresh`.
        self._keys = np.zeros(0, dtype=np.int64)
        self._rows = np.zeros(0, dtype=np.int64)
        self._fresh: dict[int, int] = {}
        self.device_ids: list[str] = []  # by row
        self.metrics: list[str] = []  # by row
        self.units: list[str] = []  # by row; the unit of the first reading that had one
        self.devices: list[str] = []  # by device code
        self.device_rows: list[array[int]] = []  # by device code
        self._device_of = np.zeros(0, dtype=np.int64)  # (capacity,) by row

    def __len__(self) -> int:
        return len(self.metrics)

    @property
    def device_of(self) -> Ints:
        """Return the device code of every row, (n,) int64."""
        return self._device_of[: len(self)]

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

    def rows_of(self, device_id: str) -> Sequence[int]:
        """Return the rows of a device, in order of appearance; none where it has no series."""
        code = self._device_codes.get(device_id)
        return () if code is None else self.device_rows[code]

    def find_all(self, device_ids: Sequence[str], metrics: Sequence[str]) -> Ints:
        """Return the rows of aligned names, (n,) int64, -1 where there is none."""
        if len(self._fresh) > max(FEW_FRESH, len(self._keys) // 8):
            self._sort()
        devices, names = _codes_of(coded(device_ids), self._device_codes), _codes_of(coded(metrics), self._metric_codes)
        keys = devices << METRIC_BITS | names
        keys[(devices < 0) | (names < 0)] = UNKNOWN
        rows = np.full(len(keys), UNKNOWN, dtype=np.int64)
        if len(self._keys):
            places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            rows = np.where(self._keys[places] == keys, self._rows[places], UNKNOWN)
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
        row = len(self)
        if row >= self._limit:
            raise SeriesFull(f"{self._limit} series are followed already; raise max_series to follow more")
        device, code = self._device_code_of(device_id), self._metric_code_of(metric)
        if row >= len(self._device_of):
            self._device_of = np.concatenate([self._device_of, np.zeros(max(64, row), dtype=np.int64)])
        self._device_of[row] = device
        self.device_rows[device].append(row)
        self._fresh[device << METRIC_BITS | code] = row
        self.device_ids.append(self.devices[device])
        self.metrics.append(self._metrics[code])
        self.units.append(NO_UNIT)
        return row

    def state(self) -> Mapping[str, list[str]]:
        """Return the names by row, enough to make the same table again."""
        return {"device_ids": list(self.device_ids), "metrics": list(self.metrics), "units": list(self.units)}

    def restore(self, state: Mapping[str, Sequence[str]]) -> None:
        """Fill an empty table from `state`.

        Raises:
            StateMismatch: the names do not make a table.
        """
        if {len(state[key]) for key in ("device_ids", "metrics", "units")} != {len(state["metrics"])}:
            raise StateMismatch("the snapshot's series table has columns of different length; start afresh")
        for row, (device_id, metric) in enumerate(zip(state["device_ids"], state["metrics"], strict=True)):
            if self.add(device_id, metric) != row:
                raise StateMismatch(f"the snapshot names series {device_id!r} {metric!r} twice; start afresh")
        shared = {unit: unit for unit in state["units"]}
        self.units = [shared[unit] for unit in state["units"]]

    def _row_of(self, key: int) -> int:
        if key in self._fresh:
            return self._fresh[key]
        place = int(np.searchsorted(self._keys, key))
        return int(self._rows[place]) if place < len(self._keys) and self._keys[place] == key else UNKNOWN

    def _sort(self) -> None:
        """Bring what was added since the last time into order."""
        keys = np.concatenate([self._keys, np.fromiter(self._fresh.keys(), np.int64, len(self._fresh))])
        rows = np.concatenate([self._rows, np.fromiter(self._fresh.values(), np.int64, len(self._fresh))])
        order = np.argsort(keys)
        self._keys, self._rows, self._fresh = keys[order], rows[order], {}

    def _device_code_of(self, device_id: str) -> int:
        code = self._device_codes.get(device_id, UNKNOWN)
        if code < 0:
            code = self._device_codes[device_id] = len(self.devices)
            self.devices.append(device_id)
            self.device_rows.append(array("q"))
        return code

    def _metric_code_of(self, metric: str) -> int:
        code = self._metric_codes.get(metric, UNKNOWN)
        if code < 0:
            code = self._metric_codes[metric] = len(self._metrics)
            self._metrics.append(metric)
        return code


def _codes_of(names: Names, known: Mapping[str, int]) -> Ints:
    """Return the known code of each name, -1 where it has none; each distinct name is looked up once."""
    codes = np.fromiter((known.get(name, UNKNOWN) for name in names.distinct), np.int64, len(names.distinct))
    return codes[names.codes] if len(codes) else np.zeros(0, dtype=np.int64)


def _check_name(what: str, name: str) -> None:
    if not name.strip() or len(name) > NAME_LENGTH or not name.isprintable():
        shown = name[:40].encode("unicode_escape").decode("ascii")
        raise SeriesName(f"{what} '{shown}' must be 1 to {NAME_LENGTH} printable characters")
