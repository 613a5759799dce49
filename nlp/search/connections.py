"""SQLite connections shared by threads: one file or one memory in, transactions out. It knows no table."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

# More threads than this wait for their turn; searches hold the interpreter most of their time anyway.
_MAX_CONNECTIONS = 8
# A bulk import commits every few hundred articles, so another writer waits a second or two, not this long.
_WAIT_S = 30.0

# WAL: searches go on while an article is written; with it NORMAL loses nothing that was committed when a process dies.
_PRAGMAS = "PRAGMA foreign_keys = ON; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"


class Connections:
    """A pool; a memory has one connection, because each of its connections would be another memory."""

    def __init__(self, path: Path | Literal[":memory:"]) -> None:
        self._path = path
        self._free: list[sqlite3.Connection] = []
        self._turn = threading.BoundedSemaphore(1 if path == ":memory:" else _MAX_CONNECTIONS)
        self._lock = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection inside one read transaction: all its answers are of the same moment."""
        with self._transaction("BEGIN DEFERRED") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection inside one write transaction: committed as a whole, or not at all."""
        with self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def compact(self) -> None:
        """Write the file anew: SQLite keeps the bytes of deleted rows in free pages and in the log until then."""
        with self._turn:
            connection = self._take()
            try:
                connection.execute("VACUUM")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            finally:
                with self._lock:
                    self._free.append(connection)

    def close(self) -> None:
        """Close the free connections; call it when no thread searches any more."""
        with self._lock:
            while self._free:
                self._free.pop().close()

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        with self._turn:
            connection = self._take()
            try:
                connection.execute(begin)
                with connection:  # commits, or rolls back when the block raises
                    yield connection
            finally:
                with self._lock:
                    self._free.append(connection)

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._free:
                return self._free.pop()
        connection = sqlite3.connect(self._path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
        try:
            connection.executescript(_PRAGMAS)
        except sqlite3.Error:
            connection.close()
            raise
        return connection
