"""A folder of CSV files in, a RecordSystem out: orders.csv holds records of kind "orders", one a row.

A row's id is the first column. Files are read again when they change.
Knows columns by name: `customer_id` says whose a record is.
"""

from __future__ import annotations

import csv
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from nlp.records import Record, RecordSystemDown

ROWS = 1_000_000
"""Of one file; a larger table belongs in a database with its own connector."""
CELL_CHARS = 10_000
CUSTOMER_COLUMN = "customer_id"
ALIASES: Mapping[str, tuple[str, ...]] = {
    "phone_number": ("phone_number", "phone", "mobile"),
    "phone": ("phone", "phone_number", "mobile"),
}
"""What businesses call the column of a field."""


def fold_value(value: str) -> str:
    """Return a value as it is compared: no spaces or dashes, capitals, no plus sign.

    >>> fold_value("+86 138-0013-8000") == fold_value("8613800138000")
    True
    """
    return "".join(character for character in value.upper() if character.isalnum())


@dataclass(slots=True)
class _Table:
    changed_at: float
    by_value: dict[tuple[str, str], list[Record]] = field(default_factory=lambda: defaultdict(list))


class CsvRecords:
    """A RecordSystem over the CSV files of one folder; safe to share between threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._tables: dict[Path, _Table] = {}
        self._lock = threading.Lock()

    def current(self) -> CsvRecords | None:
        """Return this system, or None while the folder holds no file: no records is not a failed check."""
        return self if any(self._folder.glob("*.csv")) else None

    def find(self, field: str, value: str) -> Sequence[Record]:
        """Return the records whose column of that field holds the value."""
        folded = fold_value(value)
        found = [
            record
            for table in self._current()
            for column in ALIASES.get(field, (field,))
            for record in table.by_value.get((column, folded), ())
        ]
        return tuple(found) if folded else ()

    def of_customer(self, customer_id: str) -> Sequence[Record]:
        """Return the records of a customer."""
        return self.find(CUSTOMER_COLUMN, customer_id)

    def _current(self) -> list[_Table]:
        with self._lock:
            paths = sorted(self._folder.glob("*.csv"))
            for path in paths:
                self._refresh(path)
            return [self._tables[path] for path in paths]

    def _refresh(self, path: Path) -> None:
        try:
            changed_at = path.stat().st_mtime
            if path not in self._tables or self._tables[path].changed_at != changed_at:
                self._tables[path] = _read_table(path, changed_at)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise RecordSystemDown(f"{path.name} cannot be read: {error}. Save it as UTF-8 CSV.") from error


def _read_table(path: Path, changed_at: float) -> _Table:
    table = _Table(changed_at)
    for record in _records(path):
        for column, value in record.values.items():
            if folded := fold_value(value):
                table.by_value[column, folded].append(record)
    return table


def _records(path: Path) -> Iterator[Record]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = columns
        for number, row in enumerate(reader, start=1):
            if number > ROWS:
                raise RecordSystemDown(f"{path.name} holds more than {ROWS} rows; use a database.")
            values = {
                name: value.strip()[:CELL_CHARS]
                for name, value in row.items()
                if isinstance(name, str) and isinstance(value, str) and name
            }
            if columns and values.get(columns[0]):
                yield Record(kind=path.stem, id=values[columns[0]], values=values)
