"""Readings gathered row by row into columns, and columns packed for the disk.

Knows the shape of one reading (names, a time, a number), not what a plausible value or time is:
predictive's stream decides that.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]

from api.errors import Problem, say
from api.ingest.rejections import english, rejection
from predictive.names import Names, coded, joined
from predictive.records import Columns, Ints, Rejection

NAME_CHARS = 200
MILLISECONDS_FROM = 1e11
"""A bare number this large is milliseconds: as seconds it would be the year 5138, as milliseconds it is 1973."""


@dataclass(frozen=True, slots=True)
class Readings:
    """`columns` holds the well-formed readings; positions[i] is where reading i stood in the request."""

    columns: Columns
    positions: Ints  # (n,) int64
    rejected: tuple[Rejection, ...]

    def at(self, places: Ints) -> Readings:
        """Return the same readings where position i is places[i]."""
        moved = tuple(replace(entry, index=int(places[entry.index])) for entry in self.rejected)
        return Readings(self.columns, places[self.positions], moved)

    def in_order(self) -> Readings:
        """Return the same readings by position."""
        order = np.argsort(self.positions)
        column = self.columns
        ordered = Columns(
            coded(column.device_ids).take(order),
            coded(column.metrics).take(order),
            column.at_s[order],
            column.values[order],
            coded(column.units).take(order) if column.units else (),
        )
        return Readings(ordered, self.positions[order], self.rejected)


class ReadingRejected(ValueError):
    """One reading is not well-formed; the message says why, in English, and kind and values in any language."""

    def __init__(self, kind: str, /, **values: object) -> None:
        super().__init__(english(kind, **values))
        self.kind, self.values = kind, tuple(values.items())


@dataclass(slots=True)
class ReadingRows:
    """Collects readings one by one, up to a limit."""

    limit: int
    device_ids: list[str] = field(default_factory=list)
    metrics: list[str] = field(default_factory=list)
    at_s: list[float] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def next_position(self) -> int:
        return len(self.positions) + len(self.rejected)

    def add(self, device_id: object, metric: object, at: object, value: object, unit: object = "") -> None:
        """Add a reading at the next position, or note why it is rejected."""
        position = self.next_position
        if position >= self.limit:
            raise Problem("too_many_items", say("detail.readings_too_many", limit=self.limit))
        try:
            row = (_name(device_id, "device_id"), _name(metric, "metric"), time_s(at), number(value), _unit(unit))
        except ReadingRejected as error:
            self.rejected.append(Rejection(position, str(error), error.kind, error.values))
            return
        self.positions.append(position)
        self.device_ids.append(row[0])
        self.metrics.append(row[1])
        self.at_s.append(row[2])
        self.values.append(row[3])
        self.units.append(row[4])

    def reject(self, kind: str, /, **values: object) -> None:
        """Note that the reading at the next position cannot be read."""
        self.note(rejection(self.next_position, kind, **values))

    def note(self, refused: Rejection) -> None:
        """Note that the reading at the next position was refused."""
        position = self.next_position
        if position >= self.limit:
            raise Problem("too_many_items", say("detail.readings_too_many", limit=self.limit))
        self.rejected.append(replace(refused, index=position))

    def readings(self) -> Readings:
        """Return what was collected."""
        columns = Columns(
            self.device_ids,
            self.metrics,
            np.asarray(self.at_s, dtype=np.float64),
            np.asarray(self.values, dtype=np.float64),
            self.units,
        )
        return Readings(columns, np.asarray(self.positions, dtype=np.int64), tuple(self.rejected))


def time_s(at: object) -> float:
    """Return seconds since 1970 of an ISO 8601 time with an offset, or of a number of seconds or milliseconds.

    >>> time_s("2026-11-22T10:00:00+08:00") == time_s(1795312800) == time_s(1795312800000)
    True
    """
    if isinstance(at, bool) or not isinstance(at, str | int | float):
        raise ReadingRejected("at_missing")
    if isinstance(at, str):
        return _iso_time_s(at)
    at_s = number(at, "at")
    return at_s / 1000 if abs(at_s) >= MILLISECONDS_FROM else at_s


def number(value: object, name: str = "value") -> float:
    """Return a finite float."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ReadingRejected("not_number", name=name)
    try:
        converted = float(value)
    except OverflowError as error:
        raise ReadingRejected("too_large", name=name) from error
    if not math.isfinite(converted):
        raise ReadingRejected("not_finite", name=name)
    return converted


def _iso_time_s(at: str) -> float:
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise ReadingRejected("at_no_iso", given=repr(at[:40])) from error
    if moment.tzinfo is None:
        raise ReadingRejected("at_no_offset", given=repr(at[:40]))
    return moment.timestamp()


def _name(name: object, column: str) -> str:
    if not isinstance(name, str) or not name or len(name) > NAME_CHARS:
        raise ReadingRejected("name", name=column, limit=NAME_CHARS)
    if not name.isprintable():
        raise ReadingRejected("name_unprintable", name=column)
    return name


def _unit(unit: object) -> str:
    if unit is None:
        return ""
    if not isinstance(unit, str) or len(unit) > NAME_CHARS or not unit.isprintable():
        raise ReadingRejected("unit")
    return unit


def join_readings(parts: Sequence[Readings], *, is_placed: bool = False) -> Readings:
    """Return the readings of all parts, one part after the other; parts that are placed keep their positions."""
    if len(parts) == 1:
        return parts[0]
    if not is_placed:
        counts = [len(part.positions) + len(part.rejected) for part in parts]
        bases = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        parts = [
            part.at(np.arange(base, base + count, dtype=np.int64)) if base else part
            for part, base, count in zip(parts, bases[:-1].tolist(), counts, strict=True)
        ]
    columns = Columns(
        joined([part.columns.device_ids for part in parts]),
        joined([part.columns.metrics for part in parts]),
        np.concatenate([np.zeros(0), *(part.columns.at_s for part in parts)]),
        np.concatenate([np.zeros(0), *(part.columns.values for part in parts)]),
        joined([part.columns.units or [""] * len(part.positions) for part in parts]),
    )
    positions = np.concatenate([np.zeros(0, dtype=np.int64), *(part.positions for part in parts)])
    rejected = tuple(entry for part in parts for entry in part.rejected)
    if not is_placed:
        return Readings(columns, positions, rejected)
    return Readings(columns, positions, tuple(sorted(rejected, key=lambda entry: entry.index))).in_order()


def pack_columns(columns: Columns) -> bytes:
    """Return columns as an Arrow stream, names as dictionaries: about 20 bytes a reading."""
    table = pa.table(
        {
            "device_id": _dictionary(columns.device_ids),
            "metric": _dictionary(columns.metrics),
            "at_s": pa.array(columns.at_s, pa.float64()),
            "value": pa.array(columns.values, pa.float64()),
            "unit": _dictionary(columns.units or [""] * len(columns.at_s)),
        }
    )
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def unpack_columns(content: bytes) -> Columns:
    """Return the columns that pack_columns packed."""
    table = pa.ipc.open_stream(content).read_all()
    return Columns(
        _names_of(table["device_id"]),
        _names_of(table["metric"]),
        np.asarray(table["at_s"].to_numpy(), dtype=np.float64),
        np.asarray(table["value"].to_numpy(), dtype=np.float64),
        _names_of(table["unit"]),
    )


def _dictionary(names: Sequence[str]) -> pa.DictionaryArray:
    column = coded(names)
    if len(column.distinct) > len(column):
        column = coded(list(column))  # left over from readings that were refused
    return pa.DictionaryArray.from_arrays(pa.array(column.codes, pa.int32()), pa.array(column.distinct, pa.string()))


def _names_of(column: pa.ChunkedArray) -> Names:
    if not column.num_chunks:
        return Names(np.zeros(0, dtype=np.int64), ())
    whole = column.unify_dictionaries().combine_chunks()
    return Names(whole.indices.to_numpy().astype(np.int64), whole.dictionary.to_pylist())
