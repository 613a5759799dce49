"""A table's rows in, the bytes of a CSV or Parquet file out, in pieces: a large tenant takes no more memory.

CSV is for spreadsheets: it begins with the mark by which they know UTF-8, and a text that they would run as a formula
is written behind an apostrophe. Parquet is for programs and holds everything as it is.
"""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from api.report.impersonal import impersonal
from api.store.exports import Cell, ExportRow, Kind

if TYPE_CHECKING:
    import pyarrow as pa  # type: ignore[import-untyped]

Format = Literal["csv", "parquet"]
MEDIA_TYPES: Mapping[Format, str] = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}
ROWS = 1_000
"""In one piece."""
PIECE_BYTES = 1 << 20
KEPT_BYTES = 8 << 20
"""A Parquet file is written whole before it is sent: its table of contents stands at its end. Above this, on disk."""
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""OWASP, CSV injection; full-width ones too, which Excel folds."""


def export_bytes(
    rows: Iterable[ExportRow], columns: Mapping[str, Kind], *, to: Format, keeps_personal: bool = False
) -> Iterator[bytes]:
    """Yield the file; without `keeps_personal` personal data is masked."""
    rows = rows if keeps_personal else impersonal(rows)
    return _csv_bytes(rows, columns) if to == "csv" else _parquet_bytes(rows, columns)


def harmless(cell: Cell) -> str:
    """Return a cell's text, which no spreadsheet takes for a formula.

    >>> harmless("=HYPERLINK(1)"), harmless(-1.5), harmless("订单"), harmless(None)
    ("'=HYPERLINK(1)", '-1.5', '订单', '')
    """
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_STARTS) else cell
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else str(cell).lower()
    return str(cell) if isinstance(cell, int | float) else cell.isoformat()


def _csv_bytes(rows: Iterable[ExportRow], columns: Mapping[str, Kind]) -> Iterator[bytes]:
    target = io.StringIO()
    writer = csv.writer(target)
    writer.writerow(columns)
    yield b"\xef\xbb\xbf" + target.getvalue().encode("utf-8")
    for some in _pieces(rows):
        target.seek(0)
        target.truncate()
        writer.writerows([harmless(row[name]) for name in columns] for row in some)
        yield target.getvalue().encode("utf-8", "replace")


def _parquet_bytes(rows: Iterable[ExportRow], columns: Mapping[str, Kind]) -> Iterator[bytes]:
    import pyarrow as pa
    import pyarrow.parquet as pq  # type: ignore[import-untyped]

    schema = _schema(columns)
    with tempfile.SpooledTemporaryFile(max_size=KEPT_BYTES) as file:
        with pq.ParquetWriter(file, schema) as writer:
            for some in _pieces(rows):
                writer.write_table(pa.Table.from_pylist(list(map(dict, some)), schema=schema))
        file.seek(0)
        while piece := file.read(PIECE_BYTES):
            yield piece


def _schema(columns: Mapping[str, Kind]) -> pa.Schema:
    import pyarrow as pa

    types = {
        "text": pa.string(),
        "whole": pa.int64(),
        "real": pa.float64(),
        "truth": pa.bool_(),
        "time": pa.timestamp("us", "UTC"),
    }
    return pa.schema([pa.field(name, types[kind]) for name, kind in columns.items()])


def _pieces(rows: Iterable[ExportRow]) -> Iterator[list[ExportRow]]:
    piece: list[ExportRow] = []
    for row in rows:
        piece.append(row)
        if len(piece) == ROWS:
            yield piece
            piece = []
    if piece:
        yield piece
