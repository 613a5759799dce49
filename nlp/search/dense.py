"""The dense leg: a question's vector in, the passages nearest in meaning out; an index in memory that follows the file.

The vectors stand in the knowledge base's own file, written in the transaction of their article. Before each search the
index reads on from where it was, so a write of any process is found at once, and what is gone is gone. What a caller
may not see is left out while searching. It knows no words, and nothing where there is no encoder.
"""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np

from nlp.encoders.embed import Embedder, Vectors
from nlp.search import vector_table
from nlp.search.vector_table import Moment, Numbers

if TYPE_CHECKING:
    from nlp.search.faiss_vector_index import FaissVectorIndex

# Passages that the dense leg hands over; 20, 30 and 60 beside as many of the lexical leg rank alike on nine sets
# (2026-11-23).
NEAREST = 30
# Texts encoded in one call: enough to fill two cores, small enough that a kill loses a second of work.
EMBED_BATCH = 32
# Groups of groups whose hidden passages are remembered between two writes.
_REMEMBERED = 64
# A built index whose file grew by this factor is built anew: its ranges and lists were learnt from fewer vectors.
_OUTGROWN = 2.0


@dataclass(frozen=True, slots=True)
class DenseState:
    """How much of a knowledge base the dense leg finds, and with what."""

    engine: str  # "" without an encoder: the lexical leg alone answers
    embedded: int
    passages: int


class DenseLeg:
    """The vectors of one knowledge base under one encoder; shared by threads, which take turns at the index."""

    def __init__(self, embedder: Embedder, path: Path | Literal[":memory:"]) -> None:
        self.embedder = embedder
        self._saved = None if path == ":memory:" else Path(f"{path}.ivf")
        self._lock = threading.Lock()
        self._index: FaissVectorIndex | None = None
        self._seen = Moment()
        self._built_with = 0
        self._hidden: OrderedDict[tuple[Moment, tuple[str, ...]], Numbers] = OrderedDict()

    def embed(self, texts: Sequence[str]) -> list[bytes]:
        """Return the stored form of each text's vector."""
        packed = [b""] * len(texts)
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))  # alike in length: little padding
        for at in range(0, len(order), EMBED_BATCH):
            places = order[at : at + EMBED_BATCH]
            rows = self.embedder.embed([texts[place] for place in places], role="passage")
            for place, row in zip(places, vector_table.pack(rows), strict=True):
                packed[place] = row
        return packed

    def question(self, text: str) -> Vectors:
        """Return the vector of a question."""
        row: Vectors = self.embedder.embed([text], role="question")[0]
        return row

    def questions(self, texts: Sequence[str]) -> list[Vectors]:
        """Return the vectors of many questions."""
        rows: list[Vectors] = []
        for at in range(0, len(texts), EMBED_BATCH):
            rows += list(self.embedder.embed(texts[at : at + EMBED_BATCH], role="question"))
        return rows

    def write(self, connection: sqlite3.Connection, rows: Mapping[int, bytes]) -> None:
        """Keep vectors by passage, inside the caller's transaction."""
        if rows:
            encoder = vector_table.enter_encoder(connection, self.embedder.engine, self.embedder.width)
            vector_table.add(connection, encoder, rows)

    def stored(self, connection: sqlite3.Connection, digests: Iterable[bytes]) -> dict[bytes, bytes]:
        """Return the vectors that texts of these digests have already."""
        encoder = vector_table.encoder_number(connection, self.embedder.engine)
        return {} if encoder is None else vector_table.stored_by_digest(connection, encoder, list(digests))

    def nearest(
        self, connection: sqlite3.Connection, question: Vectors, *, top_k: int, allowed: Sequence[str]
    ) -> tuple[int, ...]:
        """Return the visible passages nearest to a question, best first."""
        encoder = vector_table.encoder_number(connection, self.embedder.engine)
        if encoder is None:
            return ()
        with self._lock:
            now = vector_table.moment(connection)
            index = self._followed(connection, encoder, now)
            hidden = self._hidden_from(connection, now, allowed)
            return tuple(near.number for near in index.search(question, top_k=top_k, hidden=hidden))

    def rows(self, connection: sqlite3.Connection, passages: Iterable[int]) -> dict[int, Vectors]:
        """Return the vectors of passages that have one."""
        encoder = vector_table.encoder_number(connection, self.embedder.engine)
        return {} if encoder is None else vector_table.rows_of(connection, encoder, passages)

    def sample(self, connection: sqlite3.Connection) -> Vectors:
        """Return vectors of the file, (n, width), all or evenly chosen ones."""
        encoder = vector_table.encoder_number(connection, self.embedder.engine)
        rows = np.zeros((0, self.embedder.width), np.float32)
        return rows if encoder is None else vector_table.sample_of(connection, encoder)

    def forget(self) -> None:
        """Drop the index and its copy on the disk; the next search builds it from the file."""
        with self._lock:
            self._index, self._seen = None, Moment()
            self._hidden.clear()
            if self._saved is not None:
                for path in _beside(self._saved, ""):
                    path.unlink(missing_ok=True)

    def _followed(self, connection: sqlite3.Connection, encoder: int, now: Moment) -> FaissVectorIndex:
        index = self._index
        if index is None:
            index = self._opened(connection, encoder, now)
        if now.vectors > self._seen.vectors or now.removed > self._seen.removed:
            if self._is_outgrown(index) or not vector_table.can_follow(connection, self._seen.removed):
                index = self._built(connection, encoder, now)
            else:
                _read_on(connection, encoder, index, self._seen)
        self._index = index
        self._seen = Moment(max(now.vectors, self._seen.vectors), max(now.removed, self._seen.removed))
        return index

    def _is_outgrown(self, index: FaissVectorIndex) -> bool:
        from nlp.search.faiss_vector_index import layout_for

        wanted = layout_for(index.count)
        return wanted != "flat" and (wanted != index.layout or index.count > _OUTGROWN * self._built_with)

    def _opened(self, connection: sqlite3.Connection, encoder: int, now: Moment) -> FaissVectorIndex:
        from nlp.search.faiss_vector_index import layout_for, load_index

        count = vector_table.count_of(connection, encoder)
        saved = _Saved.find(self._saved, self.embedder.engine)
        if saved is None or saved.moment > now or layout_for(count) != "ivf":
            return self._built(connection, encoder, now)
        self._seen, self._built_with = saved.moment, saved.count
        return load_index(saved.path)

    def _built(self, connection: sqlite3.Connection, encoder: int, now: Moment) -> FaissVectorIndex:
        from nlp.search.faiss_vector_index import build_index

        def chunks() -> Iterator[tuple[Numbers, Vectors]]:
            return vector_table.added_since(connection, encoder, 0)

        count = vector_table.count_of(connection, encoder)
        index = build_index(self.embedder.width, count, chunks)
        self._seen, self._built_with = now, count
        if self._saved is not None and index.layout == "ivf":
            _Saved.keep(index, self._saved, self.embedder.engine, now, count)
        return index

    def _hidden_from(self, connection: sqlite3.Connection, now: Moment, allowed: Sequence[str]) -> Numbers:
        key = (now, tuple(sorted(set(allowed))))
        if key not in self._hidden:
            self._hidden[key] = vector_table.hidden_from(connection, key[1])
            if len(self._hidden) > _REMEMBERED:
                self._hidden.popitem(last=False)
        self._hidden.move_to_end(key)
        return self._hidden[key]


def _read_on(connection: sqlite3.Connection, encoder: int, index: FaissVectorIndex, seen: Moment) -> None:
    index.remove(vector_table.removed_since(connection, seen.removed))
    for numbers, rows in vector_table.added_since(connection, encoder, seen.vectors):
        index.add(numbers, rows)


@dataclass(frozen=True, slots=True)
class _Saved:
    """A large index on the disk: what it holds is in its name, so that it appears whole or not at all."""

    path: Path
    moment: Moment
    count: int

    @staticmethod
    def find(beside: Path | None, engine: str) -> _Saved | None:
        """Return the newest that this engine left."""
        if beside is None:
            return None
        found = []
        for path in _beside(beside, _engine_mark(engine)):
            numbers = path.name.rsplit("-", 3)[1:]
            if all(number.isdigit() for number in numbers):
                vectors, removed, count = map(int, numbers)
                found.append(_Saved(path, Moment(vectors, removed), count))
        return max(found, key=lambda one: one.moment, default=None)

    @staticmethod
    def keep(index: FaissVectorIndex, beside: Path, engine: str, moment: Moment, count: int) -> None:
        mark = _engine_mark(engine)
        path = beside.with_name(f"{beside.name}-{mark}-{moment.vectors}-{moment.removed}-{count}")
        fresh = beside.with_name(f"{path.name}.new")
        index.save(fresh)
        fresh.replace(path)
        for older in _beside(beside, mark):
            if older != path:
                older.unlink(missing_ok=True)


def _engine_mark(engine: str) -> str:
    return "".join(character if character.isalnum() else "_" for character in engine)


def _beside(path: Path, mark: str) -> list[Path]:
    """Return the files that begin with the path's name and an engine's mark; without a mark those of all engines."""
    return [found for found in path.parent.iterdir() if found.name.startswith(f"{path.name}-{mark}")]
