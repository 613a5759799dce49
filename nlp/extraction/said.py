"""A stretch of speech to be written otherwise, and the rewriting that keeps every span.

In: folded text and the runs of tokens found in it. Out: folded text again. It finds no runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from nlp.text import Folded

SaidKind = Literal["digit", "letter", "mark"]


@dataclass(frozen=True, slots=True)
class Said:
    """The words [start, end) mean `written`: figures, letters or a mark."""

    start: int
    end: int
    written: str
    kind: SaidKind
    is_spoken: bool = True  # in words, not in the signs themselves
    is_spelled: bool = False  # with a word that tells which letter: "B as in boy"
    is_name: bool = False  # a word of the spelling alphabet that people and places are called by, too


def count_of(run: Iterable[Said], kind: SaidKind) -> int:
    """Count the characters of one kind that a run writes."""
    return sum(len(said.written) for said in run if said.kind == kind)


def rewrite(view: Folded, runs: Iterable[Sequence[Said]]) -> Folded:
    """Put what was meant for what was said; what lies between the tokens of one run is dropped."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for run in runs:
        pieces.append(view.text[at : run[0].start])
        starts.extend(view.starts[at : run[0].start])
        ends.extend(view.ends[at : run[0].start])
        for said in run:
            start, end = view.span(said.start, said.end)
            pieces.append(said.written)
            starts.extend([start] * len(said.written))
            ends.extend([end] * len(said.written))
        at = run[-1].end
    if not at:
        return view
    pieces.append(view.text[at:])
    return Folded("".join(pieces), (*starts, *view.starts[at:]), (*ends, *view.ends[at:]))
