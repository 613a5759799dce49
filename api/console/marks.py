"""Cut a text at the borders of its evidence, so that overlapping marks can be shown side by side.

A text and spans in, stretches that name the evidence over them out. Spans count code points, half-open; what reaches
beyond the text is cut off. It does not know HTML: a template escapes and wraps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence number `evidence` stands at [start, end)."""

    start: int
    end: int
    evidence: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of text and the evidence over it; none for plain text."""

    text: str
    evidence: tuple[int, ...] = ()


def marked(text: str, spans: Sequence[Span]) -> tuple[Stretch, ...]:
    """Cut `text` into stretches.

    >>> [(piece.text, piece.evidence) for piece in marked("order 123!", [Span(6, 9, 4)])]
    [('order ', ()), ('123', (4,)), ('!', ())]
    """
    inside = [Span(max(0, span.start), min(len(text), span.end), span.evidence) for span in spans]
    inside = [span for span in inside if span.start < span.end]
    borders = sorted({0, len(text), *(at for span in inside for at in (span.start, span.end))})
    pieces = []
    for start, end in pairwise(borders):
        over = tuple(span.evidence for span in inside if span.start <= start and span.end >= end)
        pieces.append(Stretch(text[start:end], over))
    return tuple(pieces)
