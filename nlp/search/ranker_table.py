"""What was learned about ranking one knowledge base, in its file: a Fusion by encoder in, the same out."""

from __future__ import annotations

import base64
import json
import sqlite3
from dataclasses import dataclass

import numpy as np

from nlp.encoders.embed import Vectors
from nlp.search.centre import Centre
from nlp.search.fuse import Fusion

# What was learned for another way of fusing is nothing to this one, and is learned anew.
RECIPE = 2
_STORED = np.dtype("<f4")


@dataclass(frozen=True, slots=True)
class Kept:
    """A learned weight, and how many passages it was learned from."""

    fusion: Fusion
    passages: int


def load(connection: sqlite3.Connection, engine: str) -> Kept:
    """Return what was learned under this encoder; the default, learned from nothing, before that."""
    row = connection.execute("SELECT ranker FROM rankers WHERE engine = ?", (engine,)).fetchone()
    kept = {} if row is None else json.loads(row[0])
    if kept.get("recipe") != RECIPE:
        return Kept(Fusion(), 0)
    centre = kept["centre"]
    fusion = Fusion(
        dense_weight=kept["dense_weight"],
        usual=kept["usual"],
        spread=kept["spread"],
        centre=None if centre is None else Centre(_row(centre["passages"]), _row(centre["questions"])),
    )
    return Kept(fusion, kept["passages"])


def keep(connection: sqlite3.Connection, engine: str, kept: Kept) -> None:
    """Keep it in place of the last."""
    fusion = kept.fusion
    centre = fusion.centre
    written = {
        "recipe": RECIPE,
        "passages": kept.passages,
        "dense_weight": fusion.dense_weight,
        "usual": fusion.usual,
        "spread": fusion.spread,
        "centre": None
        if centre is None
        else {"passages": _text(centre.passages), "questions": _text(centre.questions)},
    }
    connection.execute("INSERT OR REPLACE INTO rankers(engine, ranker) VALUES (?, ?)", (engine, json.dumps(written)))


def _text(row: Vectors) -> str:
    return base64.b64encode(row.astype(_STORED).tobytes()).decode("ascii")


def _row(text: str) -> Vectors:
    return np.frombuffer(base64.b64decode(text), _STORED).astype(np.float32)
