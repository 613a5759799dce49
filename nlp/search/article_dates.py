"""When an article's text last changed, kept in its knowledge base's own file by the file itself.

In: the path of a knowledge base. Out: moments by article id; an article that has not changed since it was first watched
has none. The database writes the moment in the transaction that changes the article, whichever process does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

_TABLES = (
    "CREATE TABLE IF NOT EXISTS article_dates (id TEXT PRIMARY KEY, changed_at INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    "CREATE TRIGGER IF NOT EXISTS article_dated AFTER INSERT ON articles BEGIN"
    " INSERT OR REPLACE INTO article_dates VALUES (new.id, unixepoch()); END",
    "CREATE TRIGGER IF NOT EXISTS article_redated AFTER UPDATE OF title, body ON articles"
    " WHEN new.title IS NOT old.title OR new.body IS NOT old.body BEGIN"
    " INSERT OR REPLACE INTO article_dates VALUES (new.id, unixepoch()); END",
    "CREATE TRIGGER IF NOT EXISTS article_undated AFTER DELETE ON articles BEGIN"
    " DELETE FROM article_dates WHERE id = old.id; END",
)
WAIT_S = 30.0
"""For another writer; an import holds the file for a second at most."""


def watch_dates(path: Path) -> None:
    """Have a knowledge base's file note when its articles change, from now on; twice is once."""
    with closing(sqlite3.connect(path, timeout=WAIT_S, isolation_level=None)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'article_undated'").fetchone()
        if count:
            return
        connection.execute("BEGIN IMMEDIATE")
        for statement in _TABLES:
            connection.execute(statement)
        connection.execute("COMMIT")


def changed_at(path: Path) -> Mapping[str, datetime]:
    """Return when each article last changed, where that is known."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=WAIT_S)) as connection:
        rows = connection.execute("SELECT id, changed_at FROM article_dates").fetchall()
    return {article_id: datetime.fromtimestamp(moment, UTC) for article_id, moment in rows}
