"""A database URL in, short transactions out. SQLite in WAL mode by default, PostgreSQL by URL;
schema kept by alembic."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import ORMExecuteState, Session, sessionmaker
from sqlalchemy.orm.unitofwork import UOWTransaction
from sqlalchemy.pool import ConnectionPoolEntry

from api.store.fair_lock import FairLock

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_TIMEOUT_MS = 30_000
"""How long a writer waits for another: longer than any transaction here, shorter than an impatient client."""
TURN = "turn"
"""Where a session notes that it has this process's turn to write."""


class Database:
    """Open cheaply; `migrate` brings the schema up to date."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._engine = create_engine(self._url)
        self._sessions = sessionmaker(self._engine, expire_on_commit=False)
        self._writers = FairLock()
        if self._url.get_backend_name() == "sqlite":
            event.listen(self._engine, "connect", _set_sqlite_pragmas)
            event.listen(self._sessions, "before_flush", self._before_flush)
            event.listen(self._sessions, "do_orm_execute", self._before_statement)
        self.outbox_news = threading.Event()  # set when this process committed something to be told outside

    @property
    def engine(self) -> Engine:
        return self._engine

    def migrate(self) -> None:
        """Create the folder and bring the schema to the newest revision."""
        if self._url.get_backend_name() == "sqlite" and self._url.database:
            Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        with self._engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Yield a session; commit at the end, roll back on an error. Writers on SQLite take turns, in the order of
        their first write: it has room for one, and those that find it taken would sleep and try again."""
        session = self._sessions()
        try:
            with session, session.begin():
                yield session
        finally:
            if session.info.pop(TURN, False):
                self._writers.release()

    @property
    def waiting_writers(self) -> int:
        """Return how many transactions of this process wait to write; on PostgreSQL none do."""
        return self._writers.waiting

    @property
    def shown_url(self) -> str:
        """Return the URL without its password."""
        return self._url.render_as_string(hide_password=True)

    def check(self) -> None:
        """Raise where the database does not answer."""
        with self._engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        self._engine.dispose()

    def _before_flush(self, session: Session, _context: UOWTransaction, _instances: object) -> None:
        self._take_turn(session)

    def _before_statement(self, state: ORMExecuteState) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            self._take_turn(state.session)

    def _take_turn(self, session: Session) -> None:
        if TURN in session.info:
            return
        if not self._writers.acquire(timeout_s=BUSY_TIMEOUT_MS / 1_000):
            raise TimeoutError(f"{self.shown_url}: other writers took {BUSY_TIMEOUT_MS / 1_000:g} s; try again")
        session.info[TURN] = True


def _set_sqlite_pragmas(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    """Let readers and one writer work at once, let a commit survive a power cut
    (synchronous=FULL), and overwrite what is deleted (secure_delete)."""
    assert isinstance(connection, SqliteConnection)
    waiting = f"busy_timeout={BUSY_TIMEOUT_MS}"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", waiting, "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
