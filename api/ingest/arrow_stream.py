"""An Arrow IPC stream in, readings out: columns device_id, metric, at, value and optionally unit.

`at` is a timestamp, or a number of seconds (float) or milliseconds (integer, large).
Compressed streams are refused: their size
is not known before they are unpacked. Every batch is fully validated before a value is touched, because
offsets may lie.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.compute as pc  # type: ignore[import-untyped]

from api.errors import Problem, say
from api.ingest.arrow_metadata import is_compressed
from api.ingest.columnar import numbers, sift, times_s
from api.ingest.readings import NAME_CHARS, Readings
from api.ingest.rejections import rejection
from predictive.records import Ints, Rejection

NEEDED = ("device_id", "metric", "at", "value")


def parse_arrow(content: bytes, *, limit: int) -> Readings:
    """Parse a stream; a row with a null, or with a name that is empty or too long, is rejected."""
    try:
        if is_compressed(content):
            raise Problem("telemetry_unreadable", say("detail.arrow_compressed"), fix=say("fix.arrow_compressed"))
        batches = _read_batches(content, limit)
        table = pa.Table.from_batches(batches) if batches else None
        return _readings_of(table) if table is not None else _readings_of(pa.table({name: [] for name in NEEDED}))
    except (pa.ArrowException, OSError, ValueError, KeyError, IndexError, TypeError, OverflowError) as error:
        raise Problem("telemetry_unreadable", say("detail.arrow_unreadable", reason=str(error)[:200])) from error


def _read_batches(content: bytes, limit: int) -> list[pa.RecordBatch]:
    batches: list[pa.RecordBatch] = []
    rows = 0
    with pa.ipc.open_stream(content) as reader:
        for batch in reader:
            rows += batch.num_rows
            if rows > limit:
                raise Problem("too_many_items", say("detail.readings_too_many", limit=limit))
            batch.validate(full=True)
            batches.append(batch)
    return batches


def _readings_of(table: pa.Table) -> Readings:
    missing = [name for name in NEEDED if name not in table.column_names]
    if missing:
        raise Problem("telemetry_unreadable", say("detail.arrow_columns", columns=", ".join(missing)))
    sifted = sift(table)
    rejected = _rejections(table.take(sifted.unsound), sifted.unsound) if len(sifted.unsound) else ()
    return Readings(sifted.columns, sifted.rows, rejected)


def _rejections(table: pa.Table, rows: Ints) -> tuple[Rejection, ...]:
    device_ids, metrics = _texts(table, "device_id"), _texts(table, "metric")
    has_time, has_value = np.isfinite(times_s(table["at"])), np.isfinite(numbers(table["value"]))
    return tuple(
        _fault(row, device_ids[index], metrics[index], has_time=bool(has_time[index]), has_value=bool(has_value[index]))
        for index, row in enumerate(rows.tolist())
    )


def _fault(row: int, device_id: str | None, metric: str | None, *, has_time: bool, has_value: bool) -> Rejection:
    for name, text in (("device_id", device_id), ("metric", metric)):
        if not text or len(text) > NAME_CHARS or not text.isprintable():
            return rejection(row, "name_text", name=name, limit=NAME_CHARS)
    if not has_time:
        return rejection(row, "at_absent")
    return rejection(row, "unit" if has_value else "value_finite")


def _texts(table: pa.Table, name: str) -> list[str | None]:
    texts: list[str | None] = pc.cast(table[name], pa.string()).to_pylist()
    return texts
