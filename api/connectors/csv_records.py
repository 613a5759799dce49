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

from api.connectors.record_source import CUSTOMER_FIELD, RecordCheck, RecordTable, down
from nlp.extraction.belief import canonical
from nlp.extraction.record_forms import keys_of
from nlp.records import Record, RecordSystemDown

ROWS = 1_000_000
"""Of one file; a larger table belongs in a database with its own connector."""
CELL_CHARS = 10_000
ALIASES: Mapping[str, tuple[str, ...]] = {
    "phone_number": ("phone_number", "phone", "mobile"),
    "phone": ("phone", "phone_number", "mobile"),
    "email": ("email", "e_mail"),
}
"""What businesses call the column of a field."""


@dataclass(slots=True)
class _Table:
    kind: str
    changed_at: float
    rows: int = 0
    columns: tuple[str, ...] = ()
    by_value: dict[tuple[str, str], list[Record]] = field(default_factory=lambda: defaultdict(list))


class CsvRecords:
    """A RecordSystem over the CSV files of one folder; safe to share between threads."""

    kind = "csv"
    is_local = True

    def __init__(self, folder: Path, *, name: str = "records", region: str = "CN") -> None:
        self.name = name
        self._folder = folder
        self._region = region
        self._tables: dict[Path, _Table] = {}
        self._lock = threading.Lock()

    def current(self) -> CsvRecords | None:
        """Return this system, or None while the folder holds no file: no records is not a failed check."""
        return self if any(self._folder.glob("*.csv")) else None

    def find(self, field: str, value: str) -> Sequence[Record]:
        """Return the records whose column of that field holds the value."""
        keys = keys_of(field, value, region=self._region)
        found = {
            id(record): record
            for table in self._current()
            for column in ALIASES.get(field, (field,))
            for key in keys
            for record in table.by_value.get((column, key), ())
        }
        return tuple(found.values())

    def knows(self, field: str) -> bool:
        """Say that any field may be a column."""
        return True

    def check(self) -> RecordCheck:
        """Read every file; return its rows and columns, or what is wrong."""
        try:
            tables = self._current()
        except RecordSystemDown as error:
            return RecordCheck(self.name, self.kind, problem=str(error), problem_zh=error.zh)
        if not tables:
            missing = down(self.name, f"no CSV file in {self._folder}", f"{self._folder} 中没有 CSV 文件")
            return RecordCheck(self.name, self.kind, problem=str(missing), problem_zh=missing.zh)
        told = (RecordTable(table.kind, f"{table.kind}.csv", table.rows, table.columns) for table in tables)
        return RecordCheck(self.name, self.kind, tuple(told))

    def close(self) -> None:
        """Forget what was read."""
        with self._lock:
            self._tables.clear()

    def of_customer(self, customer_id: str) -> Sequence[Record]:
        """Return the records of a customer."""
        return self.find(CUSTOMER_FIELD, customer_id)

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
            raise down(
                path.name,
                f"cannot be read: {error}. Save it as UTF-8 CSV.",
                f"无法读取：{error}。请存为 UTF-8 编码的 CSV。",
            ) from error


def _read_table(path: Path, changed_at: float) -> _Table:
    table = _Table(path.stem, changed_at)
    for record in _records(path):
        table.rows += 1
        table.columns = table.columns or tuple(record.values)
        for column, value in record.values.items():
            if key := canonical(value):
                table.by_value[column, key].append(record)
    return table


def _records(path: Path) -> Iterator[Record]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        columns = [(name or "").strip().lower() for name in reader.fieldnames or ()]
        reader.fieldnames = columns
        for number, row in enumerate(reader, start=1):
            if number > ROWS:
                raise down(
                    path.name, f"holds more than {ROWS} rows; use a database.", f"超过 {ROWS} 行；请改用数据库。"
                )
            values = {
                name: value.strip()[:CELL_CHARS]
                for name, value in row.items()
                if isinstance(name, str) and isinstance(value, str) and name
            }
            if columns and values.get(columns[0]):
                yield Record(kind=path.stem, id=values[columns[0]], values=values)
