"""Who is signed in to the console: a session's random name in, the key it was opened with out, until it ends.

It ends when somebody signs out, when its time is over, when nobody used it for a while, and with its key. A name is
only believed with the server's signature, so a copy of this table opens nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from api.store.database import Database
from api.store.tables import SessionRow

USE_IS_NOTED_EVERY = timedelta(minutes=5)
"""Fine enough for a limit of hours, and no write to the database for each page."""


class Sessions:
    """The sessions of every tenant: nobody knows yet who asks."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def open(self, session_id: str, *, key_id: str, at: datetime, expires_at: datetime) -> None:
        """Keep a session."""
        row = SessionRow(id=session_id, key_id=key_id, opened_at=at, used_at=at, expires_at=expires_at)
        with self._database.transaction() as session:
            session.add(row)

    def key_of(self, session_id: str, *, at: datetime, idle: timedelta) -> str | None:
        """Return the id of a session's key, and note that it is used; None where it is over."""
        with self._database.transaction() as session:
            row = session.get(SessionRow, session_id)
            if row is None or at >= row.expires_at or at - row.used_at >= idle:
                return None
            if at - row.used_at >= USE_IS_NOTED_EVERY:
                row.used_at = at
            return row.key_id

    def end(self, session_id: str) -> None:
        """End a session; one that is over already stays so."""
        self._delete(SessionRow.id == session_id)

    def forget_before(self, at: datetime) -> None:
        """Forget sessions whose time is over."""
        self._delete(SessionRow.expires_at < at)

    def _delete(self, *where: object) -> None:
        with self._database.transaction() as session:
            session.execute(delete(SessionRow).where(*where))  # type: ignore[arg-type]
