"""An embedder that encodes no text twice: for measurements and tests that hold the same passages again and again."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nlp.encoders.embed import Embedder, EncoderInput, Role, Vectors
from nlp.search.knowledge_base import KnowledgeBase
from nlp.search.vector_table import embedded_text, unpack


class RememberingEmbedder:
    """An Embedder over another; what it remembers is only forgotten with it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._rows: dict[tuple[int, ...], Vectors] = {}

    @property
    def engine(self) -> str:
        return self._embedder.engine

    @property
    def width(self) -> int:
        return self._embedder.width

    def learn(self, base: KnowledgeBase) -> None:
        """Take over the vectors of a base's passages."""
        with base.connections.reading() as connection:
            rows = connection.execute(
                'SELECT p.title, heading, substr(body, start + 1, "end" - start), row FROM passages AS p'
                " JOIN articles ON articles.number = article JOIN vectors ON passage = p.number"
                " JOIN encoders ON encoders.number = encoder WHERE engine = ?",
                (self.engine,),
            )
            for title, heading, text, row in rows:
                prepared = self.prepare(embedded_text(title, heading, text), role="passage")
                self._rows[prepared.ids] = unpack([row])[0]

    def prepare(self, text: str, *, role: Role | None = None) -> EncoderInput:
        return self._embedder.prepare(text, role=role)

    def embed_prepared(self, inputs: Sequence[EncoderInput]) -> Vectors:
        missing = list({one.ids: one for one in inputs if one.ids not in self._rows}.values())
        if missing:
            for one, row in zip(missing, self._embedder.embed_prepared(missing), strict=True):
                self._rows[one.ids] = row
        return np.stack([self._rows[one.ids] for one in inputs])

    def embed(self, texts: Sequence[str], *, role: Role | None = None) -> Vectors:
        return self.embed_prepared([self.prepare(text, role=role) for text in texts])
