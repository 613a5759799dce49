"""A database of the first revision, with rows in every table, is brought to the newest one and loses nothing.

A downgrade is not offered: restore the copy that was made before (README, upgrading).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection, Engine

from api.settings import Settings
from api.store import open_store_for
from api.store.database import MIGRATIONS, Database
from api.store.tables import Base

FIRST = "0001"
AT = datetime(2026, 11, 1, 8, 30)
ROWS_EACH = 3
ONE_ROW = {"monitor_snapshots"}
GIVEN_UP = {"monitor_snapshots": {"id"}}
"""Columns whose meaning went into another: the one snapshot is its tenant's now."""


def migrate(connection: Connection, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def value_for(column: sa.Column[object], number: int) -> object:
    """Return a value of a column's type that differs from row to row, Chinese where it is text."""
    kind = column.type
    if isinstance(kind, sa.DateTime):
        return AT.replace(minute=number)
    if isinstance(kind, sa.Integer):
        return number
    if isinstance(kind, sa.LargeBinary):
        return bytes([number, 0, 255])
    length = getattr(kind, "length", None) or 100
    return f"{number}-{column.name}-工单"[:length]


def fill(engine: Engine) -> dict[str, list[dict[str, object]]]:
    """Put rows into every table there is; return them."""
    tables = sa.MetaData()
    tables.reflect(engine)
    written: dict[str, list[dict[str, object]]] = {}
    with engine.begin() as connection:
        for table in tables.sorted_tables:
            if table.name == "alembic_version":
                continue
            rows = [
                {column.name: value_for(column, number) for column in table.columns}
                for number in range(1, 2 if table.name in ONE_ROW else ROWS_EACH + 1)
            ]
            connection.execute(table.insert(), rows)
            written[table.name] = rows
    return written


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    opened = Database(f"sqlite:///{tmp_path / 'old.sqlite3'}")
    yield opened
    opened.close()


def test_rows_of_the_first_revision_are_all_there_at_the_head(database: Database) -> None:
    with database.engine.begin() as connection:
        migrate(connection, FIRST)
    written = fill(database.engine)
    assert len(written) > 8
    database.migrate()
    now = sa.MetaData()
    now.reflect(database.engine)
    with database.engine.connect() as connection:
        for name, rows in written.items():
            kept = sorted(rows[0].keys() - GIVEN_UP.get(name, set()))
            assert set(kept) <= set(now.tables[name].columns.keys()), f"{name} lost a column"
            found = connection.execute(sa.select(*(now.tables[name].columns[column] for column in kept)))
            expected = [tuple(row[column] for column in kept) for row in rows]
            assert sorted(map(repr, map(tuple, found))) == sorted(map(repr, expected)), name


def test_what_was_there_belongs_to_the_default_tenant(database: Database) -> None:
    with database.engine.begin() as connection:
        migrate(connection, FIRST)
    written = fill(database.engine)
    database.migrate()
    now = sa.MetaData()
    now.reflect(database.engine)
    with database.engine.connect() as connection:
        for name in written:
            if "tenant" in now.tables[name].columns:
                tenants = connection.execute(sa.select(now.tables[name].columns["tenant"])).scalars()
                assert set(tenants) == {"default"}, name


def test_an_upgraded_database_has_the_same_shape_as_the_tables_say(database: Database) -> None:
    database.migrate()
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []


def test_bringing_it_up_to_date_twice_changes_nothing(database: Database) -> None:
    database.migrate()
    before = sa.inspect(database.engine).get_table_names()
    database.migrate()
    assert sa.inspect(database.engine).get_table_names() == before


def test_a_database_of_the_first_revision_serves(api_settings: Settings) -> None:
    api_settings.data_dir.mkdir()
    old = Database(api_settings.database)
    with old.engine.begin() as connection:
        migrate(connection, FIRST)
    old.close()
    store = open_store_for(api_settings)
    assert store.keys.list() == ()
    store.database.close()
