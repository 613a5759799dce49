"""NDJSON in, readings out, a block of lines at a time: what is well-formed goes through Arrow as columns at once.

A block that Arrow refuses is cut into small ones, and one that is refused again goes line by line through json.loads,
which also names what is wrong with a line. Both read the same: what Arrow takes, json.loads takes too, with the same
values (tests/ingest hold it to that). Lines of other shapes (ThingsBoard objects) are seen line by line as well.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
import pyarrow.json as pj  # type: ignore[import-untyped]

from api.errors import Problem, say
from api.ingest.columnar import Sifted, sift
from api.ingest.json_readings import add_body
from api.ingest.readings import ReadingRows, Readings, join_readings
from predictive.records import Ints

LINE_CHARS = 100_000
"""A line longer than this is no reading; a ThingsBoard object of one minute of one gateway fits."""
BLOCK_BYTES = 4 * 1024 * 1024
"""Handed to Arrow at once: 40,000 readings of 100 bytes. Against json.loads line by line 4.2x; with 1 MiB 4.0x, with
512 KiB 3.3x (2026-11-23, smallest processor time of 60, busy machine)."""
FEW_LINES = 256
"""Of a block that was refused once: its bad lines cost the speed of so many others."""
NEWLINE, RETURN, OPENING, CLOSING = b"\n\r{}"

UNIT, ESCAPE = b"uni", b"\\u"  # of "unit", found faster than with its quotes; or written with escapes

_TIME_KIND = re.compile(rb'"at"[ \t]{0,8}:[ \t]{0,8}([-"0-9])')


@dataclass(frozen=True, slots=True)
class _Lines:
    """Where the lines that are not blank begin and end, and whether each looks like one object."""

    content: bytes
    starts: Ints
    ends: Ints
    is_object: Ints  # (n,) 0 or 1

    def __len__(self) -> int:
        return len(self.starts)

    def part(self, start: int, end: int) -> memoryview:
        """Return lines start to end with all that lies between them, not copied."""
        return memoryview(self.content)[int(self.starts[start]) : int(self.ends[end - 1])]

    def line(self, number: int) -> bytes:
        return self.content[int(self.starts[number]) : int(self.ends[number])]


def parse_ndjson(content: bytes, *, limit: int) -> Readings:
    """Parse UTF-8 text, one object a line; blank lines do not count."""
    lines = _lines_of(content)
    parts: list[Readings] = []
    taken = 0
    for start, end in _blocks(lines):
        for part in _block(lines, start, end, limit=limit - taken):
            taken += len(part.positions) + len(part.rejected)
            parts.append(part)
    if taken > limit:
        raise Problem("too_many_items", say("detail.readings_too_many", limit=limit))
    return join_readings(parts)


def _lines_of(content: bytes) -> _Lines:
    text = np.frombuffer(content, dtype=np.uint8)
    ends = np.append(np.flatnonzero(text == NEWLINE), len(text))
    starts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1] + 1])
    if len(text):
        returned = (ends > starts) & (text[np.maximum(ends - 1, 0)] == RETURN)
        ends = ends - returned
    filled = ends > starts
    starts, ends = starts[filled], ends[filled]
    is_object = (text[starts] == OPENING) & (text[ends - 1] == CLOSING) & (ends - starts <= LINE_CHARS)
    return _Lines(content, starts, ends, is_object.astype(np.int64))


def _blocks(lines: _Lines) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(lines):
        end = int(np.searchsorted(lines.ends, int(lines.starts[start]) + BLOCK_BYTES))
        end = max(end, start + 1)
        yield start, end
        start = end


def _block(lines: _Lines, start: int, end: int, *, limit: int) -> Iterator[Readings]:
    whole = _through_arrow(lines, start, end)
    if whole is not None:
        yield whole
        return
    for first in range(start, end, FEW_LINES):
        last = min(first + FEW_LINES, end)
        few = _through_arrow(lines, first, last) if end - start > FEW_LINES else None
        yield _line_by_line(lines, first, last, limit=limit) if few is None else few


def _through_arrow(lines: _Lines, start: int, end: int) -> Readings | None:
    """Return the readings of a block, or None where Arrow's parser is not the one to read it.

    Every line begins with { and ends with }, so that no object goes over two lines: after a } inside an object no {
    can follow. As many rows as lines then means one object a line.
    """
    if not lines.is_object[start:end].all():
        return None
    block = lines.part(start, end)
    try:
        place = int(lines.starts[start]), int(lines.ends[end - 1])
        has_unit = any(lines.content.find(sign, *place) >= 0 for sign in (UNIT, ESCAPE))
        table = pj.read_json(pa.BufferReader(block), _read_options(block), _parse_options(block, has_unit=has_unit))
        if table.num_rows != end - start:
            return None
        sifted = sift(table)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return None
    return _with_second_look(sifted, lines, start)


def _with_second_look(sifted: Sifted, lines: _Lines, start: int) -> Readings | None:
    """Add what a second look at unsound rows says; None where a line is not one reading after all."""
    sound = Readings(sifted.columns, sifted.rows, ())
    if not len(sifted.unsound):
        return sound
    rows = ReadingRows(len(sifted.unsound))
    for count, row in enumerate(sifted.unsound.tolist(), start=1):
        if len(sifted.unsound) > len(sifted.rows):
            return None
        try:
            _add_line(rows, lines.line(start + row))
        except Problem:
            return None
        if rows.next_position != count:
            return None
    return join_readings([sound, rows.readings().at(sifted.unsound)], is_placed=True)


def _line_by_line(lines: _Lines, start: int, end: int, *, limit: int) -> Readings:
    rows = ReadingRows(limit)
    for number in range(start, end):
        _add_line(rows, lines.line(number))
    return rows.readings()


def _add_line(rows: ReadingRows, line: bytes) -> None:
    text = line.decode("utf-8")
    if not text.strip():
        return
    if len(text) > LINE_CHARS:
        rows.reject("line_long", limit=LINE_CHARS)
        return
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        rows.reject("line_no_json", reason=str(error)[:100])
        return
    add_body(rows, body)


def _read_options(block: memoryview) -> pj.ReadOptions:
    return pj.ReadOptions(use_threads=False, block_size=len(block) + 1)


def _parse_options(block: memoryview, *, has_unit: bool) -> pj.ParseOptions:
    """Name the columns: times are texts or numbers, as the block's first is; a block with both is refused."""
    kind = _TIME_KIND.search(block, 0, LINE_CHARS)
    at = pa.string() if kind is None or kind.group(1) == b'"' else pa.float64()
    columns = [("device_id", pa.string()), ("metric", pa.string()), ("at", at), ("value", pa.float64())]
    if has_unit:
        columns.append(("unit", pa.string()))
    return pj.ParseOptions(
        explicit_schema=pa.schema(columns), newlines_in_values=False, unexpected_field_behavior="ignore"
    )
