"""The series table: which row of the state arrays belongs to which device and metric.

Names go in, rows come out; the number of series is bounded. Does not see values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from predictive.records import Ints, PredictiveError, SeriesFull, StateMismatch

NAME_LENGTH = 200  # characters; longer ids are a gateway's mistake or an attack on memory
NO_UNIT = ""


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
        self._rows: dict[tuple[str, str], int] = {}
        self._device_codes: dict[str, int] = {}
        self.device_ids: list[str] = []  # by row
        self.metrics: list[str] = []  # by row
        self.units: list[str] = []  # by row; the unit of the first reading that had one
        self.devices: list[str] = []  # by device code
        self.device_rows: list[list[int]] = []  # by device code
        self._device_of = np.zeros(0, dtype=np.int64)  # (capacity,) by row

    def __len__(self) -> int:
        return len(self.metrics)

    @property
    def device_of(self) -> Ints:
        """Return the device code of every row, (n,) int64."""
        return self._device_of[: len(self)]

    def find(self, device_id: str, metric: str) -> int:
        """Return the row, or -1 where there is none."""
        return self._rows.get((device_id, metric), -1)

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
        find = self._rows.get
        pairs = zip(device_ids, metrics, strict=True)
        return np.fromiter((find(pair, -1) for pair in pairs), dtype=np.int64, count=len(metrics))

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
        code = self._code_of(device_id)
        if row >= len(self._device_of):
            self._device_of = np.concatenate([self._device_of, np.zeros(max(64, row), dtype=np.int64)])
        self._device_of[row] = code
        self.device_rows[code].append(row)
        self._rows[device_id, metric] = row
        self.device_ids.append(device_id)
        self.metrics.append(metric)
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
        self.units = list(state["units"])

    def _code_of(self, device_id: str) -> int:
        code = self._device_codes.get(device_id, -1)
        if code < 0:
            code = self._device_codes[device_id] = len(self.devices)
            self.devices.append(device_id)
            self.device_rows.append([])
        return code


def _check_name(what: str, name: str) -> None:
    if not name.strip() or len(name) > NAME_LENGTH or not name.isprintable():
        shown = name[:40].encode("unicode_escape").decode("ascii")
        raise SeriesName(f"{what} '{shown}' must be 1 to {NAME_LENGTH} printable characters")
