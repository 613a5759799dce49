"""Chunks: labelled stretches of a token sequence, written as one tag a token and read back.

In: B-X, I-X, O tags, or chunks. Out: the other. It does not know what the labels mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

OUTSIDE = "O"


@dataclass(frozen=True, slots=True, order=True)
class Chunk:
    """Tokens [start, end) are one `label`."""

    start: int
    end: int
    label: str


def chunks_of(tags: Sequence[str]) -> tuple[Chunk, ...]:
    """Read tags; an I-X that continues nothing begins a chunk, as conlleval has it.

    >>> chunks_of(["B-city", "I-city", "O", "I-road"])
    (Chunk(start=0, end=2, label='city'), Chunk(start=3, end=4, label='road'))
    """
    found: list[Chunk] = []
    start, label = 0, ""
    for at, tag in enumerate([*tags, OUTSIDE]):
        kind, _, name = tag.partition("-")
        if label and (kind != "I" or name != label):
            found.append(Chunk(start, at, label))
            label = ""
        if name and not label:
            start, label = at, name
    return tuple(found)


def tags_of(length: int, chunks: Iterable[Chunk]) -> tuple[str, ...]:
    """Write chunks that do not overlap as one tag a token.

    >>> tags_of(3, [Chunk(0, 2, "city")])
    ('B-city', 'I-city', 'O')
    """
    tags = [OUTSIDE] * length
    for chunk in chunks:
        tags[chunk.start] = f"B-{chunk.label}"
        tags[chunk.start + 1 : chunk.end] = [f"I-{chunk.label}"] * (chunk.end - chunk.start - 1)
    return tuple(tags)
