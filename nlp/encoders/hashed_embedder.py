"""Texts in, vectors of hashed character pairs out: no weights, no meaning, always there. What tests stand on.

Texts that share pairs of characters are near each other; it knows no synonym and no word order.
"""

from __future__ import annotations

from collections.abc import Sequence
from zlib import crc32

import numpy as np

from nlp.encoders.embed import EncoderInput, Role, Vectors, unit_rows
from nlp.text import fold

WIDTH = 64
MAX_TOKENS = 512


def build(*, width: int = WIDTH, max_tokens: int = MAX_TOKENS) -> HashedEmbedder:
    """Return an encoder without weights."""
    return HashedEmbedder(width=width, max_tokens=max_tokens)


class HashedEmbedder:
    """Counts pairs of characters in as many places as the vector is long."""

    def __init__(self, *, width: int, max_tokens: int) -> None:
        self._width = width
        self._max_tokens = max_tokens

    @property
    def engine(self) -> str:
        return "hashed:pairs"

    @property
    def width(self) -> int:
        return self._width

    def prepare(self, text: str, *, role: Role | None = None) -> EncoderInput:
        kept = fold(text[: self._max_tokens + 1]).text.lower()
        pairs = [kept[at : at + 2] for at in range(max(1, len(kept) - 1))]
        ids = tuple(crc32(pair.encode("utf-8", "replace")) % self._width for pair in pairs)
        return EncoderInput(ids[: self._max_tokens], is_cut=len(text) > self._max_tokens + 1)

    def embed_prepared(self, inputs: Sequence[EncoderInput]) -> Vectors:
        rows = np.zeros((len(inputs), self._width), np.float32)
        for row, one in zip(rows, inputs, strict=True):
            np.add.at(row, list(one.ids), 1.0)
        return unit_rows(rows)

    def embed(self, texts: Sequence[str], *, role: Role | None = None) -> Vectors:
        return self.embed_prepared([self.prepare(text, role=role) for text in texts])
