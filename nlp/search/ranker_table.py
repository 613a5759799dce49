"""What was learned about ranking one knowledge base, in its file: a Fusion by encoder in, the same out."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import asdict, dataclass

from nlp.search.fuse import Fusion


@dataclass(frozen=True, slots=True)
class Kept:
    """A learned weight, and how many passages it was learned from."""

    fusion: Fusion
    passages: int


def load(connection: sqlite3.Connection, engine: str) -> Kept:
    """Return what was learned under this encoder; the default, learned from nothing, before that."""
    row = connection.execute("SELECT ranker FROM rankers WHERE engine = ?", (engine,)).fetchone()
    if row is None:
        return Kept(Fusion(), 0)
    kept = json.loads(row[0])
    passages = int(kept.pop("passages"))
    return Kept(Fusion(**{name: float(value) for name, value in kept.items()}), passages)


def keep(connection: sqlite3.Connection, engine: str, kept: Kept) -> None:
    """Keep it in place of the last."""
    text = json.dumps(asdict(kept.fusion) | {"passages": kept.passages})
    connection.execute("INSERT OR REPLACE INTO rankers(engine, ranker) VALUES (?, ?)", (engine, text))
