"""A database's address in, an SQLAlchemy engine that only reads and never waits long out.

What each database calls a time-out and a read-only session stands here. One it does not know is asked with a plain
SELECT all the same: there, give a user who may only read.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import NoSuchModuleError, SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from api.connectors.record_options import SqlOptions
from api.connectors.record_source import down

CONNECTIONS = 4
"""Of one system in one process: as many look-ups wait on it at once as there are threads for (record_systems.py)."""
STEPS = 20_000
"""SQLite instructions between two looks at the clock: about a millisecond."""
REASON_CHARS = 200
UNTIL = "until"


def database_engine(options: SqlOptions) -> Engine:
    """Return an engine; nothing is opened yet.

    Raises:
        RecordSystemDown: no driver for such an address is installed, or SQLite's file is not there.
    """
    url = make_url(options.url.get_secret_value())
    backend = url.get_backend_name()
    if backend == "sqlite" and not Path(url.database or "").is_file():
        raise down(options.name, f"there is no file {url.database}", f"没有文件 {url.database}")
    try:
        engine = create_engine(
            url,
            pool_size=CONNECTIONS,
            max_overflow=CONNECTIONS,
            pool_timeout=options.timeout_s,
            pool_pre_ping=backend != "sqlite",
            isolation_level="AUTOCOMMIT",
            connect_args=_connect_args(url, options.timeout_s),
        )
    except (ModuleNotFoundError, NoSuchModuleError) as error:
        drivername = url.drivername
        raise down(
            options.name,
            f"no driver for {drivername} is installed ({error}); pip install it",
            f"没有安装 {drivername} 的驱动（{error}）；请用 pip 安装",
        ) from error
    event.listen(engine, "connect", _only_read_by(backend))
    return engine


def _connect_args(url: URL, timeout_s: float) -> dict[str, object]:
    backend, driver = url.get_backend_name(), url.get_driver_name()
    whole_s = max(1, round(timeout_s))
    if backend == "sqlite":
        return {"timeout": timeout_s}
    if backend == "postgresql" and driver in ("psycopg", "psycopg2"):
        limits = f"-c statement_timeout={round(timeout_s * 1000)} -c default_transaction_read_only=on"
        return {"connect_timeout": whole_s, "options": limits, "tcp_user_timeout": round(timeout_s * 1000)}
    if backend in ("mysql", "mariadb") and driver in ("pymysql", "mysqldb"):
        return {"connect_timeout": whole_s, "read_timeout": whole_s}
    return {}


def _only_read_by(backend: str) -> Callable[[object, ConnectionPoolEntry], None]:
    def only_read(connection: object, entry: ConnectionPoolEntry) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA query_only=ON")
            until = entry.info.setdefault(UNTIL, [0.0])
            connection.set_progress_handler(lambda: time.monotonic() > until[0], STEPS)
        elif backend in ("mysql", "mariadb"):
            cursor = connection.cursor()  # type: ignore[attr-defined]
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            cursor.close()

    return only_read


def allow(connection: Connection, timeout_s: float) -> None:
    """Give what follows on a connection so long, where the database itself does not count."""
    if until := connection.info.get(UNTIL):
        until[0] = time.monotonic() + timeout_s


def indexed_columns(connection: Connection, table: Table) -> frozenset[str]:
    """Return the columns that an index begins with; none for a view, whose indexes are its tables'."""
    inspector = inspect(connection)
    if table.name in inspector.get_view_names(schema=table.schema):
        return frozenset()
    keys: list[list[str | None]] = [
        [*inspector.get_pk_constraint(table.name, schema=table.schema).get("constrained_columns", [])]
    ]
    keys += [[*one["column_names"]] for one in inspector.get_unique_constraints(table.name, schema=table.schema)]
    keys += [list(one["column_names"]) for one in inspector.get_indexes(table.name, schema=table.schema)]
    return frozenset(str(columns[0]) for columns in keys if columns and columns[0]) | {""}


def reason_of(error: SQLAlchemyError, *, hidden: str) -> str:
    """Return the driver's own first line, without the address's password."""
    original = getattr(error, "orig", None) or error
    line = (str(original).strip().splitlines() or [type(original).__name__])[0]
    password = make_url(hidden).password
    return (line.replace(str(password), "***") if password else line)[:REASON_CHARS]
