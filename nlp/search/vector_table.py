"""The vectors of a knowledge base file: rows by passage in, changes since a moment out. SQL only; it compares nothing.

A vector belongs to the engine that made it and to the text it was made of: the same text is never embedded twice.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp.encoders.embed import Vectors
from nlp.search.lexical_leg import HIDDEN

Numbers = npt.NDArray[np.int64]
# Half precision moves a cosine by less than 1e-4 and halves the file.
STORED = np.dtype("<f2")
# Rows read at once while an index is built: 8 MB of 384 numbers each.
_CHUNK = 10_000
# More host parameters than this are given as JSON anyway; it bounds the lists of one statement.
_LOOKUPS = 500


@dataclass(frozen=True, slots=True, order=True)
class Moment:
    """Up to which change somebody has read."""

    vectors: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True)
class Pending:
    """A passage without a vector of the encoder, and the text to embed."""

    passage: int
    text: str


def embedded_text(title: str, heading: str, text: str) -> str:
    """Return what is embedded of a passage: its place tells what it is about.

    >>> embedded_text("E4", "", "Replace the sensor.")
    'E4\\nReplace the sensor.'
    """
    return "\n".join(part for part in (title, heading, text) if part)


def pack(rows: Vectors) -> list[bytes]:
    """Return the stored form of unit rows."""
    return [row.tobytes() for row in rows.astype(STORED)]


def encoder_number(connection: sqlite3.Connection, engine: str) -> int | None:
    """Return the number of an engine in this file, None before its first vector."""
    row = connection.execute("SELECT number FROM encoders WHERE engine = ?", (engine,)).fetchone()
    return int(row[0]) if row else None


def enter_encoder(connection: sqlite3.Connection, engine: str, width: int) -> int:
    """Return the number of an engine, entered where it is new."""
    connection.execute("INSERT OR IGNORE INTO encoders(engine, width) VALUES (?, ?)", (engine, width))
    return encoder_number(connection, engine) or 0


def stored_by_digest(connection: sqlite3.Connection, encoder: int, digests: Sequence[bytes]) -> dict[bytes, bytes]:
    """Return the vectors that texts of these digests have already."""
    found: dict[bytes, bytes] = {}
    for at in range(0, len(digests), _LOOKUPS):
        part = digests[at : at + _LOOKUPS]
        marks = ",".join("?" * len(part))
        found |= dict(
            connection.execute(
                "SELECT digest, row FROM passages JOIN vectors ON passage = passages.number AND encoder = ?"
                f" WHERE digest IN ({marks})",
                (encoder, *part),
            )
        )
    return found


def add(connection: sqlite3.Connection, encoder: int, rows: Mapping[int, bytes]) -> None:
    """Keep vectors by passage, of those passages that are still there."""
    connection.executemany(
        "INSERT OR IGNORE INTO vectors(encoder, passage, row) SELECT ?, number, ? FROM passages WHERE number = ?",
        [(encoder, row, passage) for passage, row in rows.items()],
    )


def pending(connection: sqlite3.Connection, engine: str, *, after: int, limit: int) -> list[Pending]:
    """Return passages numbered above `after` that have no vector of the engine yet, in order."""
    rows = connection.execute(
        'SELECT p.number, p.title, heading, substr(body, start + 1, "end" - start)'
        " FROM passages AS p JOIN articles ON articles.number = p.article WHERE p.number > ? AND NOT EXISTS"
        " (SELECT 1 FROM vectors JOIN encoders ON encoders.number = encoder WHERE passage = p.number AND engine = ?)"
        " ORDER BY p.number LIMIT ?",
        (after, engine, limit),
    )
    return [Pending(number, embedded_text(title, heading, text)) for number, title, heading, text in rows]


def count(connection: sqlite3.Connection, engine: str) -> int:
    """Return how many passages have a vector of the engine."""
    (held,) = connection.execute(
        "SELECT count(*) FROM vectors JOIN encoders ON encoders.number = encoder WHERE engine = ?", (engine,)
    ).fetchone()
    return int(held)


def count_of(connection: sqlite3.Connection, encoder: int) -> int:
    """Return how many vectors an encoder has in this file."""
    (held,) = connection.execute("SELECT count(*) FROM vectors WHERE encoder = ?", (encoder,)).fetchone()
    return int(held)


def can_follow(connection: sqlite3.Connection, seen_removed: int) -> bool:
    """Say whether the file still knows every removal after the one that was seen."""
    (oldest, last) = connection.execute("SELECT min(number), max(number) FROM removed").fetchone()
    return oldest is None or oldest <= seen_removed + 1 or last <= seen_removed


def trim_removed(connection: sqlite3.Connection) -> None:
    """Forget what was removed, but for the last; who has not read it all builds its index anew."""
    connection.execute("DELETE FROM removed WHERE number < (SELECT max(number) FROM removed)")


def forget_others(connection: sqlite3.Connection, engine: str) -> int:
    """Delete the vectors of all other engines; return how many there were."""
    others = "encoder IN (SELECT number FROM encoders WHERE engine <> ?)"
    return connection.execute(f"DELETE FROM vectors WHERE {others}", (engine,)).rowcount


def moment(connection: sqlite3.Connection) -> Moment:
    """Return up to where the file has got."""
    last = dict(connection.execute("SELECT name, seq FROM sqlite_sequence WHERE name IN ('vectors', 'removed')"))
    return Moment(last.get("vectors", 0), last.get("removed", 0))


def added_since(connection: sqlite3.Connection, encoder: int, since: int) -> Iterator[tuple[Numbers, Vectors]]:
    """Yield the passages and rows of vectors numbered above `since`, in chunks."""
    rows = connection.execute(
        "SELECT passage, row FROM vectors WHERE number > ? AND encoder = ? ORDER BY number", (since, encoder)
    )
    while chunk := rows.fetchmany(_CHUNK):
        yield np.array([number for number, _ in chunk], np.int64), unpack([row for _, row in chunk])


def removed_since(connection: sqlite3.Connection, since: int) -> Numbers:
    """Return the passages whose vectors were removed after `since`."""
    rows = connection.execute("SELECT passage FROM removed WHERE number > ?", (since,))
    return np.array([number for (number,) in rows], np.int64)


def rows_of(connection: sqlite3.Connection, encoder: int, passages: Iterable[int]) -> dict[int, Vectors]:
    """Return the vectors of some passages."""
    rows = connection.execute(
        "SELECT passage, row FROM json_each(?) AS wanted JOIN vectors ON passage = wanted.value AND encoder = ?",
        (json.dumps(list(passages)), encoder),
    )
    return {number: np.frombuffer(row, STORED).astype(np.float32) for number, row in rows}


def sample_of(connection: sqlite3.Connection, encoder: int) -> Vectors:
    """Return an encoder's rows, (n, width), evenly chosen ones where there are very many."""
    step = max(1, count_of(connection, encoder) // _CHUNK)
    rows = connection.execute("SELECT row FROM vectors WHERE encoder = ? AND number % ? = 0", (encoder, step))
    return unpack([row for (row,) in rows.fetchmany(2 * _CHUNK)])


def hidden_from(connection: sqlite3.Connection, allowed: Sequence[str]) -> Numbers:
    """Return the passages that a member of these groups may not see."""
    rows = connection.execute(HIDDEN, {"groups": json.dumps(list(allowed))})
    return np.array([number for (number,) in rows], np.int64)


def unpack(rows: Sequence[bytes]) -> Vectors:
    """Return stored rows as float32, (n, width)."""
    joined = np.frombuffer(b"".join(rows), STORED).astype(np.float32)
    return joined.reshape(len(rows), -1)
