"""An export of past tickets in, CSV or JSONL; one PastTicket or one Problem a row out, streamed.

A row that cannot be used is a Problem that names its line, and the rest goes on. CSV may be UTF-8 (with or without a
mark), UTF-16 with its mark, or GB18030, as spreadsheets save it; comma, semicolon or tab. It reads the file twice: once
for its columns and its encoding, once for its rows.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pydantic import JsonValue

from api.backtest.columns import Columns
from api.backtest.records import PastTicket
from api.backtest.rows import ticket_of_row
from api.errors import Problem, Said, say

if TYPE_CHECKING:
    from _csv import Reader as CsvReader

LINE_CHARS = 10_000_000
CELL_CHARS = 1_000_000
"""One cell: a whole conversation fits, a broken quotation mark that swallows the file does not."""
PEEK_BYTES = 1 << 20
PEEK_ROWS = 10_000
"""Rows of a JSONL whose keys say which fields the export knows."""
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")


class ExportReader:
    """One export file: its columns, and its tickets in order."""

    def __init__(self, path: Path, columns: Columns, *, zone: tzinfo) -> None:
        """Look at the file: how it is encoded and what its columns are called.

        Raises:
            Problem: it cannot be read, or names no column that is known.
        """
        self._path = path
        self._columns = columns
        self._zone = zone
        self._is_json = path.suffix.lower() in JSON_SUFFIXES
        with _readable(path):
            self._encoding = encoding_of(path)
            self.names = self._json_names() if self._is_json else self._csv_names()
        self.mapping = columns.mapping(self.names)
        found = set(self.mapping.values())
        lacking = [noun for noun in ("id", "created_at") if noun not in found]
        if not found & {"text", "messages", "subject"}:
            lacking.append("text")
        if lacking:
            raise Problem(
                "export_unreadable",
                say(
                    "detail.export_columns", path=path, columns=", ".join(self.names)[:500], lacking=", ".join(lacking)
                ),
            )

    @property
    def fields(self) -> frozenset[str]:
        """Return the template's fields whose final values the export knows."""
        return frozenset(field for name in self.names if (field := self._columns.field(name)))

    @property
    def unused(self) -> tuple[str, ...]:
        """Return the columns that are nobody's."""
        return tuple(name for name in self.names if name not in self.mapping)

    def tickets(self) -> Iterator[PastTicket | Problem]:
        """Yield each row's ticket, or why it is none."""
        with _readable(self._path):
            for line, row in self._json_rows() if self._is_json else self._csv_rows():
                try:
                    yield row if isinstance(row, Problem) else self._ticket(row, line)
                except Problem as problem:
                    yield problem

    def _ticket(self, row: Mapping[str, JsonValue], line: int) -> PastTicket:
        return ticket_of_row(row, columns=self._columns, line=line, zone=self._zone)

    def _csv_names(self) -> tuple[str, ...]:
        with self._opened() as file:
            return tuple(name.strip() for name in next(self._csv(file), []))

    def _csv_rows(self) -> Iterator[tuple[int, Mapping[str, JsonValue] | Problem]]:
        with self._opened() as file:
            reader = self._csv(file)
            names = [name.strip() for name in next(reader, [])]
            while True:
                line = reader.line_num + 1
                try:
                    row = next(reader, None)
                except csv.Error as error:
                    yield line, _refused(line, say("detail.export_row_broken", line=line, reason=error))
                    continue
                if row is None:
                    return
                if len(row) > len(names):
                    yield (
                        line,
                        _refused(line, say("detail.export_row_long", line=line, count=len(row), limit=len(names))),
                    )
                elif any(cell.strip() for cell in row):
                    yield line, dict(zip(names, row, strict=False))

    def _csv(self, file: TextIO) -> CsvReader:
        csv.field_size_limit(CELL_CHARS)
        header = file.readline(CELL_CHARS)
        file.seek(0)
        return csv.reader(file, delimiter=max(",;\t", key=header.count), strict=True)

    def _json_names(self) -> tuple[str, ...]:
        names: dict[str, None] = {}
        for number, (_, row) in enumerate(self._json_rows()):
            if number >= PEEK_ROWS:
                break
            if not isinstance(row, Problem):
                for key, value in row.items():
                    nested = (
                        value if key in ("fields", "fields_at_creation") and isinstance(value, dict) else {key: None}
                    )
                    names.update(dict.fromkeys(nested))
        return tuple(names)

    def _json_rows(self) -> Iterator[tuple[int, Mapping[str, JsonValue] | Problem]]:
        with self._opened() as file:
            for line, text in enumerate(iter(lambda: file.readline(LINE_CHARS), ""), start=1):
                if text.strip():
                    yield line, _json_row(text, line)

    @contextmanager
    def _opened(self) -> Iterator[TextIO]:
        with self._path.open(encoding=self._encoding, errors="replace", newline="") as file:
            yield file


def encoding_of(path: Path) -> str:
    """Return how a text file is encoded: by its mark, else UTF-8 where all of it is, else GB18030."""
    with path.open("rb") as file:
        head = file.read(4)
        if head.startswith(codecs.BOM_UTF8):
            return "utf-8-sig"
        if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return "utf-16"
        file.seek(0)
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            while chunk := file.read(PEEK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "gb18030"
    return "utf-8"


def _json_row(text: str, line: int) -> Mapping[str, JsonValue] | Problem:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        return _refused(line, say("detail.not_json", what=f"line {line}", reason=str(error)[:100]))
    if not isinstance(row, dict):
        return _refused(line, say("detail.not_object", where=f"line {line}"))
    return row


def _refused(line: int, detail: Said) -> Problem:
    return Problem("export_row_refused", detail, where=f"line {line}")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Problem(
            "not_found", say("detail.file_unreadable", path=path, reason=reason), fix=say("fix.check_path")
        ) from error
