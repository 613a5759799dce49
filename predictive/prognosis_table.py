"""Tables of past readings and failures as parquet or csv: device_id, at and one column a metric.

A path goes in; columns come out. Columns of text other than these two are no metrics and are left out. Does not know
what a failure looks like.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from predictive.prognosis_history import HistoryError
from predictive.records import Floats, Ints

MAX_BYTES = 2_000_000_000  # of a csv: two a value are the fewest, so no more values than below
MAX_CELLS = 1_000_000_000
"""Rows times columns of one file: 8 GB as numbers, what a machine of 16 GB can hold."""
LATEST_S = 4_102_444_800.0
"""2100-01-01: a later number in `at` counts milliseconds."""


@dataclass(frozen=True, slots=True, eq=False)
class EventTable:
    """Rows in the order of the file."""

    names: list[str]  # of the devices
    device: Ints  # (n,) numbers of `names`
    at_s: Floats  # (n,)
    metrics: dict[str, Floats]  # each (n,), nan where empty


def read_events(path: Path, *, needs_metrics: bool = True) -> EventTable:
    """Read a table.

    Raises
    ------
    HistoryError
        The file is absent, too large, no table, or lacks device_id, at or (where needed) a metric.
    """
    table = _read(path)
    for name in ("device_id", "at"):
        if name not in table.column_names:
            raise HistoryError(f"{path} has no column {name}; it has {', '.join(table.column_names)[:200]}")
        if table[name].null_count:
            raise HistoryError(f"{path}: {table[name].null_count} rows have no {name}; fill or drop them")
    metrics = {name: _numbers(table[name]) for name in table.column_names if _is_metric(table, name)}
    if needs_metrics and not metrics:
        raise HistoryError(f"{path} has no column of numbers beside device_id and at; add one a metric")
    encoded = table["device_id"].cast("string").dictionary_encode().unify_dictionaries().combine_chunks()
    names = encoded.dictionary.to_pylist()
    if "" in names:
        raise HistoryError(f"{path}: a row has an empty device_id; fill or drop it")
    device = np.asarray(encoded.indices.to_numpy(zero_copy_only=False), np.int64)
    return EventTable(names, device, _seconds(table["at"], path), metrics)


def _read(path: Path) -> Any:
    import pyarrow as pa  # type: ignore[import-untyped]
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    if not path.is_file():
        raise HistoryError(f"{path} is no file; give a parquet or csv table")
    try:
        if path.suffix.lower() != ".parquet":
            return _read_csv(path)
        shape = pq.read_metadata(path)
        if shape.num_rows * shape.num_columns > MAX_CELLS:
            raise HistoryError(f"{path} has more than {MAX_CELLS:,} values; split it by device")
        return pq.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise HistoryError(f"{path} cannot be read as a table: {str(error)[:200]}") from error


def _read_csv(path: Path) -> Any:
    """Read a csv. A column is what its first megabyte says; whole numbers and nothing may go on as any number."""
    import pyarrow as pa
    import pyarrow.csv as pc  # type: ignore[import-untyped]
    import pyarrow.types as types  # type: ignore[import-untyped]

    if path.stat().st_size > MAX_BYTES:
        raise HistoryError(f"{path} has more than {MAX_BYTES:,} bytes; split it by device, or write it as parquet")
    with pc.open_csv(path) as first:
        kinds = {
            field.name: pa.float64()
            for field in first.schema
            if field.name != "at" and (types.is_integer(field.type) or types.is_null(field.type))
        }
    # An identifier keeps its leading zeros.
    return pc.read_csv(path, convert_options=pc.ConvertOptions(column_types=kinds | {"device_id": pa.string()}))


def _is_metric(table: Any, name: str) -> bool:
    import pyarrow.types as types

    kind = table[name].type
    is_number = types.is_floating(kind) or types.is_integer(kind) or types.is_boolean(kind)
    return is_number and name not in ("device_id", "at")


def _numbers(column: Any) -> Floats:
    return np.asarray(column.cast("float64").to_numpy(zero_copy_only=False), np.float64)


def _seconds(column: Any, path: Path) -> Floats:
    """Return times as seconds since 1970 UTC: numbers are that already, texts ISO 8601, UTC where no zone stands."""
    import pyarrow as pa
    import pyarrow.types as types

    if types.is_floating(column.type) or types.is_integer(column.type):
        at_s = _numbers(column)
        if (at_s >= LATEST_S).any():
            raise HistoryError(f"{path}: {at_s.max():.0f} in `at` is later than the year 2100; give seconds since 1970")
        return at_s
    try:
        stamps = column.cast(pa.timestamp("us", tz=getattr(column.type, "tz", None)))
    except pa.ArrowInvalid:
        try:
            stamps = column.cast(pa.timestamp("us", tz="UTC"))
        except pa.ArrowInvalid as error:
            raise HistoryError(f"{path}: a time in `at` is not ISO 8601: {str(error)[:200]}") from error
    return np.asarray(stamps.cast("int64").to_numpy(zero_copy_only=False), np.float64) / 1e6
