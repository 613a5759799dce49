"""A SQL database in, a record system out: whatever SQLAlchemy has a driver for, mapped table by table, only read.

A look-up asks for the few ways in which a value may be written in a column (learnt from the column's own values when it
is opened), as parameters of an IN, so that an ordinary index answers it. Every look-up has a time-out and a limit of
rows. Knows no records.toml (see record_options.py) and no draft (see record_systems.py).
"""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Numeric, Select, Table, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import NoSuchTableError, SQLAlchemyError

from api.connectors.record_options import SqlOptions, SqlTable
from api.connectors.record_source import CUSTOMER_FIELD, RecordCheck, RecordTable, down
from api.connectors.sql_asking import Asked, asked_for
from api.connectors.sql_engine import allow, database_engine, indexed_columns, reason_of
from nlp.extraction.record_forms import Writing, keys_of, writing_of
from nlp.records import Record, RecordSystemDown

SAMPLED = 500
"""Values read from each end of an index, to learn how a column writes; orders of one shop have few ways."""
CELL_CHARS = 10_000


@dataclass(slots=True)
class _Opened:
    """A table as it stands in the database. `asked` holds statements by field and number of forms."""

    options: SqlTable
    table: Table
    types: Mapping[str, bool]  # column -> is a number
    writings: Mapping[str, Writing]  # our field -> how its column writes
    unindexed: tuple[str, ...]
    asked: dict[tuple[str, int], Asked] = field(default_factory=dict)


class SqlRecords:
    """One database; opened when first asked. Safe to share between threads."""

    kind = "sql"

    def __init__(self, options: SqlOptions, *, region: str = "CN") -> None:
        self.name = options.name
        self.is_local = make_url(options.url.get_secret_value()).get_backend_name() == "sqlite"
        self._options = options
        self._region = region
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._tables: tuple[_Opened, ...] = ()

    def knows(self, field: str) -> bool:
        """Say whether a table has a column of that field."""
        return any(field in table.columns for table in self._options.table)

    def find(self, field: str, value: str) -> Sequence[Record]:
        """Return the records whose column of that field holds the value, however it is written there.

        Raises:
            RecordSystemDown: the database does not answer, or is not as it is mapped.
        """
        tables = [table for table in self._open() if field in table.options.columns]
        found: list[Record] = []
        try:
            with self._connected() as connection:
                for table in tables:
                    found += self._rows(connection, table, field, value)
        except SQLAlchemyError as error:
            raise self._down(error) from error
        return found[: self._options.rows]

    def check(self) -> RecordCheck:
        """Open the database; return its tables with their rows, or what is wrong."""
        try:
            tables = self._open()
            with self._connected() as connection:
                told = tuple(self._told(connection, table) for table in tables)
        except SQLAlchemyError as error:
            problem = self._down(error)
        except RecordSystemDown as error:
            problem = error
        else:
            return RecordCheck(self.name, self.kind, told)
        return RecordCheck(self.name, self.kind, problem=str(problem), problem_zh=problem.zh)

    def close(self) -> None:
        """Let go of every connection."""
        with self._lock:
            if self._engine is not None:
                self._engine.dispose()
            self._engine, self._tables = None, ()

    def _connected(self) -> Connection:
        assert self._engine is not None
        connection = self._engine.connect()
        allow(connection, self._options.timeout_s)
        return connection

    def _rows(self, connection: Connection, table: _Opened, field: str, value: str) -> list[Record]:
        values = self._forms(table, field, value)
        if not values:
            return []
        asked = asked_for(table.asked, (field, len(values)), lambda: self._statement(table, field, len(values)))
        rows = asked.rows(connection, values)
        return [record for row in rows if (record := _record(table.options, asked.names, row)) is not None]

    def _forms(self, table: _Opened, field: str, value: str) -> tuple[str | int, ...]:
        """Return what the column may hold for this value, padded so that few statements serve all."""
        column = table.options.columns[field]
        keys = keys_of(field, value, region=self._region)
        forms: Sequence[str | int] = keys
        if table.types[column]:
            forms = [int(key) for key in keys if key.isdecimal() and len(key) < 19]  # fits 64 bits
        elif field not in table.options.folded:
            forms = table.writings[field].forms(field, value, region=self._region)
        size = 1 << max(len(forms) - 1, 0).bit_length()
        return (*forms, *[forms[-1]] * (size - len(forms))) if forms else ()

    def _statement(self, table: _Opened, field: str, size: int) -> Asked:
        options, columns = table.options, table.table.c
        names = {"": _id_column(options), **options.columns}
        compared = columns[options.folded.get(field, options.columns[field])]
        wanted: Select[tuple[object, ...]] = select(*(columns[name] for name in dict.fromkeys(names.values())))
        assert self._engine is not None
        return Asked.compiled(
            wanted.limit(self._options.rows), compared, size=size, names=names, dialect=self._engine.dialect
        )

    # --- opening

    def _open(self) -> tuple[_Opened, ...]:
        """Return the tables; the first call connects, and holds the mapping against the columns there are."""
        with self._lock:
            if not self._tables:
                self._engine = self._engine or database_engine(self._options)
                try:
                    with self._connected() as connection:
                        self._tables = self._reflected(connection)
                except SQLAlchemyError as error:
                    raise self._down(error) from error
            return self._tables

    def _reflected(self, connection: Connection) -> tuple[_Opened, ...]:
        assert self._engine is not None
        mistakes: list[tuple[str, str]] = []
        opened: list[_Opened] = []
        for options in self._options.table:
            schema, _, name = options.table.rpartition(".")
            try:
                table = Table(name, MetaData(), schema=schema or None, autoload_with=connection)
            except NoSuchTableError:
                mistakes.append((f"there is no table {options.table}", f"没有表 {options.table}"))
                continue
            wanted = {*options.columns.values(), *options.folded.values(), *([options.id] if options.id else [])}
            if missing := ", ".join(sorted(column for column in wanted if column not in table.c)):
                there = ", ".join(table.c.keys())[:500]
                mistakes.append(
                    (
                        f"{options.table} has no column {missing}; it has {there}",
                        f"{options.table} 没有列 {missing}；现有 {there}",
                    )
                )
                continue
            opened.append(_opened(connection, options, table))
        if mistakes:
            raise down(self.name, "; ".join(en for en, _ in mistakes), "；".join(zh for _, zh in mistakes))
        return tuple(opened)

    def _told(self, connection: Connection, opened: _Opened) -> RecordTable:
        rows = int(connection.execute(select(func.count()).select_from(opened.table)).scalar_one())
        columns = ", ".join(opened.unindexed)
        return RecordTable(
            kind=opened.options.named,
            place=opened.options.table,
            rows=rows,
            columns=tuple(f"{ours} = {theirs}" for ours, theirs in opened.options.columns.items()),
            problem=f"no index on {columns}: each look-up reads the whole table" if columns else "",
            problem_zh=f"{columns} 没有索引：每次查询都要读完整张表" if columns else "",
        )

    def _down(self, error: SQLAlchemyError) -> RecordSystemDown:
        reason = reason_of(error, hidden=self._options.url.get_secret_value())
        return down(self.name, f"the database does not answer: {reason}", f"数据库没有回应：{reason}")


def _opened(connection: Connection, options: SqlTable, table: Table) -> _Opened:
    indexed = indexed_columns(connection, table)
    types = {column.name: isinstance(column.type, Integer | Numeric) for column in table.c}
    looked_up = [options.folded.get(field, column) for field, column in options.columns.items() if _names(field)]
    return _Opened(
        options=options,
        table=table,
        types=types,
        writings={
            field: writing_of(_sample(connection, table.c[column], is_indexed=column in indexed))
            for field, column in options.columns.items()
            if not types[column]
        },
        unindexed=tuple(column for column in looked_up if indexed and column not in indexed),
    )


def _sample(connection: Connection, column: Column[object], *, is_indexed: bool) -> list[str]:
    """Return values of both ends of a column's index, or its first rows."""
    some = select(column).where(column.is_not(None)).limit(SAMPLED)
    wanted = [some.order_by(column), some.order_by(column.desc())] if is_indexed else [some]
    return [str(value)[:CELL_CHARS] for one in wanted for value in connection.execute(one).scalars()]


NAMING = (CUSTOMER_FIELD, "order_number", "serial_number", "phone_number", "tracking_number", "device_id")


def _names(field: str) -> bool:
    """Say whether drafts look records up by a field, so that its column wants an index."""
    return field in NAMING


def _id_column(options: SqlTable) -> str:
    return options.id or next(iter(options.fields.values()))


def _record(options: SqlTable, names: Mapping[str, int], row: Sequence[object]) -> Record | None:
    """Return a row as a record; None where it has no id."""
    values = {name: text for name, at in names.items() if name and (text := _text_of(row[at]))}
    id_ = _text_of(row[names[""]])
    return Record(options.named, id_, values) if id_ else None


def _text_of(value: object) -> str:
    """Return a cell as text: dates in ISO 8601, whole numbers without a point, nothing for NULL."""
    if value is None or isinstance(value, bytes | memoryview):
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()[:CELL_CHARS]
