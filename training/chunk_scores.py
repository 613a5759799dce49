"""Score labelled stretches: read token-and-tag files, compare chunks as conlleval does.

In: sequences and predicted tags. Out: ChunkScore by label and of all. It does not know where predictions come from.
"""

from __future__ import annotations

import gzip
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.entities.chunks import Chunk, chunks_of

ALL = "all"


@dataclass(frozen=True, slots=True)
class Labelled:
    """One text as tokens with a tag each."""

    tokens: tuple[str, ...]
    tags: tuple[str, ...]

    @property
    def text(self) -> str:
        return "".join(self.tokens)


@dataclass(frozen=True, slots=True)
class ChunkScore:
    right: int
    found: int
    wanted: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.wanted) if self.found + self.wanted else 0.0


def read_labelled(path: Path) -> tuple[Labelled, ...]:
    """Read a file with a token, a space and a tag on each line and a blank line between texts; .gz too."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    texts: list[Labelled] = []
    for block in raw.decode("utf-8").split("\n\n"):
        rows = [line.rstrip("\r").rpartition(" ") for line in block.split("\n") if line.strip("\r\n")]
        if rows:
            texts.append(Labelled(tuple(token or " " for token, _, _ in rows), tuple(tag for _, _, tag in rows)))
    return tuple(texts)


def score_chunks(wanted: Iterable[Sequence[Chunk]], found: Iterable[Sequence[Chunk]]) -> Mapping[str, ChunkScore]:
    """Count chunks that agree in start, end and label."""
    right: Counter[str] = Counter()
    there: Counter[str] = Counter()
    asked: Counter[str] = Counter()
    for one, other in zip(wanted, found, strict=True):
        right.update(chunk.label for chunk in set(one) & set(other))
        there.update(chunk.label for chunk in other)
        asked.update(chunk.label for chunk in one)
    scores = {label: ChunkScore(right[label], there[label], asked[label]) for label in sorted(asked)}
    return {**scores, ALL: ChunkScore(right.total(), there.total(), asked.total())}


def score_tags(texts: Sequence[Labelled], predicted: Sequence[Sequence[str]]) -> Mapping[str, ChunkScore]:
    """Compare tags with the texts' own."""
    return score_chunks([chunks_of(one.tags) for one in texts], [chunks_of(tags) for tags in predicted])
