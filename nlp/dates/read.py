"""Read the times that a text speaks of.

In: a text, what "now" is for its writer, and its language. Out: atoms whose spans are the source's own code points.
Without a reference time only what is certain without one is read: no "tomorrow", no date without a year.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from nlp.dates import en, zh
from nlp.dates.combine import combine
from nlp.dates.readings import Atom
from nlp.dates.rules import atoms_of
from nlp.text import Language, fold, language_of

# Two far-apart moments: what reads the same from both needs no reference time.
_EARLY = datetime(1996, 3, 5, 10, 20)
_LATE = datetime(2031, 10, 23, 18, 50)
MAX_LINE_CHARS = 20_000
"""A line longer than any sentence is cut here; it bounds how far words that belong together are looked for."""


def read_times(text: str, *, reference: datetime | None, language: Language = "und") -> tuple[Atom, ...]:
    """Find times, dates, ranges, durations and repeats; `language` decides where a line has no words."""
    # Two clocks of one moment are equal, but "8 pm" is another hour on each: remember by what the writer's clock says.
    return read_by_clock(text, reference.replace(tzinfo=None) if reference is not None else None, language)


@lru_cache(maxsize=16)
def read_by_clock(text: str, now: datetime | None, language: Language) -> tuple[Atom, ...]:
    """Find the same, where `now` is what the writer's clock shows."""
    view = fold(text)
    found: list[Atom] = []
    offset = 0
    for line in view.text.splitlines(keepends=True):
        for at in range(0, len(line), MAX_LINE_CHARS):
            piece = line[at : at + MAX_LINE_CHARS]
            spoken = language_of(piece)
            for atom in _of_line(piece, now, language if spoken == "und" else spoken):
                start, end = view.span(offset + at + atom.start, offset + at + atom.end)
                found.append(Atom(start, end, atom.reading, atom.mod))
        offset += len(line)
    return tuple(found)


def _of_line(line: str, now: datetime | None, language: Language) -> list[Atom]:
    if not _may_speak_of_time(line):
        return []
    grammar = en if language == "en" else zh
    if now is not None:
        return combine(line, atoms_of(line, grammar.RULES, now), grammar.JOINTS, now)
    early = combine(line, atoms_of(line, grammar.RULES, _EARLY), grammar.JOINTS, _EARLY)
    late = combine(line, atoms_of(line, grammar.RULES, _LATE), grammar.JOINTS, _LATE)
    same_place = {(atom.start, atom.end): atom for atom in late}
    return [atom for atom in early if same_place.get((atom.start, atom.end)) == atom]


def _may_speak_of_time(line: str) -> bool:
    return any(character.isalnum() for character in line)
