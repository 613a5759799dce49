"""Read a catalogue from csv or jsonl.

In: a path, or bytes and a suffix. Out: a Catalogue. It knows the two formats, nothing of matching.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from nlp.extraction.catalogue import Catalogue
from nlp.records import CatalogueInvalid

MAX_CATALOGUE_BYTES = 64 * 1024 * 1024
"""A hundred thousand products at 600 bytes each; larger files are a database's work."""


def read_catalogue(content: Path | bytes, suffix: str = "") -> Catalogue:
    """Read csv or jsonl with the columns code, names ("|" between them, or a list) and brand.

    Raises CatalogueInvalid, saying the line, where the file is not that.
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


def _csv_rows(text: str) -> Iterator[Mapping[str, str]]:
    reader = csv.DictReader(io.StringIO(text))
    columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if "code" not in columns:
        raise CatalogueInvalid(
            f"the catalogue has no column code; its first line has: {', '.join(columns) or 'nothing'}"
        )
    reader.fieldnames = columns
    for row in reader:
        if any(row.values()):
            yield {name: value for name, value in row.items() if isinstance(name, str) and isinstance(value, str)}


def _jsonl_rows(text: str) -> Iterator[Mapping[str, str | Sequence[str]]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise CatalogueInvalid(f"line {number} of the catalogue is not JSON: {error.msg}") from error
        if not isinstance(row, dict):
            raise CatalogueInvalid(f"line {number} of the catalogue is not an object with a code")
        yield row
