"""Who speaks for the telemetry of a database: of several processes on it, one at a time.

An operating system's lock on a file beside an SQLite database, an advisory lock of the session on PostgreSQL. Both are
given back by the system in the moment their holder dies, so no clock decides who is alive. Does not know what the
holder does.
"""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path
from typing import Protocol

from sqlalchemy import text
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import SQLAlchemyError

from api.store.database import Database

POSTGRES_KEY = 0x6265_666F_7265  # "before" in ASCII: one number for every process of this product on a database


class Lease(Protocol):
    """Held by one process at a time."""

    def acquire(self) -> bool:
        """Return whether it is held now, after trying where it was not. Does not wait."""
        ...

    def release(self) -> None: ...


class NoLease:
    """For a database that no other process can see."""

    def acquire(self) -> bool:
        return True

    def release(self) -> None:
        return


class FileLease:
    """A lock on a file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1
        self._guard = threading.Lock()

    def acquire(self) -> bool:
        with self._guard:
            if self._handle >= 0:
                return True
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(handle)
                return False
            self._handle = handle
            return True

    def release(self) -> None:
        with self._guard:
            if self._handle >= 0:
                os.close(self._handle)
                self._handle = -1


class PostgresLease:
    """An advisory lock on a connection of its own; lost with the connection."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self._guard = threading.Lock()

    def acquire(self) -> bool:
        with self._guard:
            if self._connection is not None:
                return self._is_alive(self._connection)
            return self._tried()

    def release(self) -> None:
        with self._guard:
            if self._connection is not None:
                self._connection.invalidate()
                self._connection.close()
                self._connection = None

    def _is_alive(self, connection: Connection) -> bool:
        try:
            connection.execute(text("SELECT 1"))
        except SQLAlchemyError:
            connection.invalidate()
            connection.close()
            self._connection = None
            return False
        return True

    def _tried(self) -> bool:
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": POSTGRES_KEY}).scalar_one():
            self._connection = connection
            return True
        connection.close()
        return False


def open_lease(database: Database) -> Lease:
    """Return the lease of a database, not held yet."""
    url = make_url(database.engine.url)
    if url.get_backend_name() != "sqlite":
        return PostgresLease(database.engine)
    if not url.database or url.database == ":memory:":
        return NoLease()
    return FileLease(Path(f"{url.database}.telemetry.lock"))
