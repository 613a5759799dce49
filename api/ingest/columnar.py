"""An Arrow table of readings in, the sound ones as columns out, and the rows that somebody must look at one by one.

Columns device_id, metric, at, value and optionally unit. A row is sound where nothing about it needs a second look; the
others are not judged here, so that only the slow path has to know every reason. Names are checked once a distinct name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from api.ingest.readings import MILLISECONDS_FROM, NAME_CHARS
from predictive.names import Names
from predictive.records import Columns, Floats, Ints, Mask

NO_UNIT = ("",)


@dataclass(frozen=True, slots=True)
class Sifted:
    """Row rows[i] of the table is the i-th of `columns`; `unsound` are the other rows."""

    columns: Columns
    rows: Ints  # (n,) int64
    unsound: Ints  # (m,) int64


def sift(table: pa.Table) -> Sifted:
    """Tell sound rows from the others.

    Raises:
        pa.ArrowInvalid: a column cannot be brought to its type; none of its rows was looked at.
    """
    device_ids, has_device = _names(table["device_id"], _is_name)
    metrics, has_metric = _names(table["metric"], _is_name)
    at_s, values = times_s(table["at"]), numbers(table["value"])
    is_sound = has_device & has_metric & np.isfinite(at_s) & np.isfinite(values)
    units = Names(np.zeros(table.num_rows, dtype=np.int64), NO_UNIT)
    if "unit" in table.column_names and table["unit"].null_count < table.num_rows:
        units, has_unit = _names(pc.fill_null(_text(table["unit"]), ""), _is_unit)
        is_sound &= has_unit
    if is_sound.all():
        everything = np.arange(table.num_rows, dtype=np.int64)
        return Sifted(Columns(device_ids, metrics, at_s, values, units), everything, np.zeros(0, dtype=np.int64))
    rows = np.flatnonzero(is_sound)
    columns = Columns(device_ids.take(rows), metrics.take(rows), at_s[rows], values[rows], units.take(rows))
    return Sifted(columns, rows, np.flatnonzero(~is_sound))


def numbers(column: pa.ChunkedArray) -> Floats:
    """Return a column as floats, nan where it is null."""
    return np.asarray(pc.cast(column, pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64)


def times_s(column: pa.ChunkedArray) -> Floats:
    """Return a column of ISO 8601 texts, timestamps, or numbers of seconds or milliseconds as seconds since 1970."""
    if pa.types.is_string(column.type):
        column = _moments(column)
    if pa.types.is_timestamp(column.type):
        unit = column.type.unit if column.type.unit != "ns" else "us"
        ticks = numbers(pc.cast(pc.cast(column, pa.timestamp(unit, column.type.tz), safe=False), pa.int64()))
        return ticks / {"s": 1.0, "ms": 1e3, "us": 1e6}[unit]
    at_s = numbers(column)
    with np.errstate(invalid="ignore"):
        return np.where(np.abs(at_s) >= MILLISECONDS_FROM, at_s / 1000, at_s)


def _moments(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Read times with an offset, what lies below a microsecond cut off as datetime.fromisoformat does."""
    try:
        return pc.cast(texts, pa.timestamp("us", "UTC"))
    except pa.ArrowInvalid:
        return pc.cast(texts, pa.timestamp("ns", "UTC"))


def _names(column: pa.ChunkedArray, is_fit: Callable[[str], bool]) -> tuple[Names, Mask]:
    """Return a column's names and which of them are fit to be one."""
    encoded = column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(_text(column))
    whole = encoded.unify_dictionaries().combine_chunks()
    if isinstance(whole, pa.ChunkedArray):  # no chunk at all
        return Names(np.zeros(0, dtype=np.int64), ()), np.zeros(0, dtype=np.bool_)
    distinct: list[str | None] = _text(whole.dictionary).to_pylist()
    fits = np.array([*(name is not None and is_fit(name) for name in distinct), False], dtype=np.bool_)
    codes = np.asarray(pc.fill_null(pc.cast(whole.indices, pa.int64()), len(distinct)), dtype=np.int64)
    return Names(codes, [name or "" for name in distinct]), fits[codes]


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column if pa.types.is_string(column.type) else pc.cast(column, pa.string())


def _is_name(name: str) -> bool:
    return 0 < len(name) <= NAME_CHARS and name.isprintable()


def _is_unit(unit: str) -> bool:
    return len(unit) <= NAME_CHARS and unit.isprintable()
