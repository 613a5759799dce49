"""When an article's text last changed, kept in its knowledge base's own file by the file itself.

In: the path of a knowledge base. Out: moments by article id; an article that has not changed since it was first watched
has none. The database writes the moment in the transaction that changes the article, whichever process does. How recent
some articles changed is told against the newest of them, without a clock.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
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
HALF_LIFE_S = 180 * 86_400
"""A manual is revised once or twice a year; what changed that long before another counts half."""


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


def recency_of(connection: sqlite3.Connection, article_ids: Sequence[str]) -> dict[str, float]:
    """Return how lately articles changed: 1 for the newest of them, half as much for each half-life before it.

    Empty where nobody watches the file, or where they changed together, as after an import: nothing is told apart then.
    """
    (count,) = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'article_dates'").fetchone()
    if not count:
        return {}
    moments = dict(
        connection.execute(
            "SELECT id, changed_at FROM article_dates WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(list(article_ids)),),
        ).fetchall()
    )
    if len({moments.get(article_id) for article_id in article_ids}) < 2:
        return {}
    newest = max(moments.values())
    return {article_id: 0.5 ** ((newest - moment) / HALF_LIFE_S) for article_id, moment in moments.items()}
