"""Read a catalogue from csv or jsonl.

In: a path, or bytes and a suffix. Out: a Catalogue, which keeps what was rejected. It knows the two formats, nothing of
matching.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

from nlp.extraction.catalogue import Catalogue, Row, RowRejected
from nlp.records import CatalogueInvalid

MAX_CATALOGUE_BYTES = 64 * 1024 * 1024
"""A hundred thousand products at 600 bytes each; larger files are a database's work."""


def read_catalogue(content: Path | bytes, suffix: str = "") -> Catalogue:
    """Read csv or jsonl with the columns code, names ("|" between them, or a list) and brand.

    A row that is not a product is left out and kept in the catalogue's `rejected`. Raises CatalogueInvalid, saying what
    is wrong with the first, where nothing is left.
    """
    if isinstance(content, Path):
        suffix = suffix or content.suffix
        if content.stat().st_size > MAX_CATALOGUE_BYTES:
            raise CatalogueInvalid(f"{content.name} is larger than {MAX_CATALOGUE_BYTES:,} bytes; split it")
        content = content.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CatalogueInvalid(f"the catalogue is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    if suffix.lower() == ".csv":
        return Catalogue.from_rows(_csv_rows(text))
    if suffix.lower() in {".jsonl", ".ndjson"}:
        return Catalogue.from_rows(_jsonl_rows(text))
    raise CatalogueInvalid(f"a catalogue is .csv or .jsonl, not {suffix or 'a file without a suffix'}")


def _csv_rows(text: str) -> Iterator[Row]:
    reader = csv.DictReader(io.StringIO(text))
    columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if "code" not in columns:
        raise CatalogueInvalid(
            f"the catalogue has no column code; its first line has: {', '.join(columns) or 'nothing'}"
        )
    reader.fieldnames = columns
    for row in _until_error(reader):
        if any(row.values()):
            yield {name: value for name, value in row.items() if isinstance(name, str) and isinstance(value, str)}


def _until_error(reader: csv.DictReader[str]) -> Iterator[dict[str, str]]:
    """Yield rows; a cell larger than csv takes ends the file with the row's number."""
    try:
        yield from reader
    except csv.Error as error:
        raise CatalogueInvalid(f"line {reader.line_num} of the catalogue is not csv: {error}") from error


def _jsonl_rows(text: str) -> Iterator[Row | RowRejected]:
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            yield _jsonl_row(line, number)


def _jsonl_row(line: str, number: int) -> Row | RowRejected:
    try:
        row = json.loads(line)
    except (json.JSONDecodeError, RecursionError) as error:
        return RowRejected(number, f"line {number} of the catalogue is not JSON: {type(error).__name__}")
    if not isinstance(row, dict):
        return RowRejected(number, f"line {number} of the catalogue is not an object with a code")
    return row
