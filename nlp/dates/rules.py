"""Run a grammar's rules over a text and keep the longest reading of each place.

In: a text, a grammar, a reference time. Out: atoms in order, not overlapping. It knows no language. A rule names the
kinds of words it cannot do without, and is not tried on a line that has none of one kind: most lines speak of no time.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from nlp.dates.readings import Atom, Reading
from nlp.text import lowered

Match = re.Match[str]
Build = Callable[[Match, datetime], Reading | None]
DIGIT = "digit"
_DIGIT = re.compile(r"[0-9]")


@dataclass(frozen=True, slots=True)
class Rule:
    expression: re.Pattern[str]
    build: Build
    needs: frozenset[str]


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one language, and the words of each kind, in lower case; the kind "digit" has no words."""

    rows: Sequence[Rule]
    kinds: Mapping[str, Sequence[str]]
    shapes: Mapping[str, re.Pattern[str]]  # what speaks for a kind without being a word: the "2h" of a unit


def rule(needs: str, expression: str, build: Build) -> Rule:
    """Compile a rule for a lower-case line; groups are named, `needs` says which kinds of words must be there."""
    return Rule(re.compile(expression), build, frozenset(needs.split()))


def atoms_of(text: str, rules: Rules, reference: datetime) -> list[Atom]:
    """Return the longest reading of each place; between equals, the earlier rule's."""
    text = lowered(text)
    present = _kinds_in(text, rules)
    if not present:
        return []
    spans: list[tuple[int, int, int, Match]] = [
        (match.start() - match.end(), order, match.start(), match)
        for order, one in enumerate(rules.rows)
        if one.needs <= present
        for match in one.expression.finditer(text)
        if match.end() > match.start()
    ]
    spans.sort(key=lambda span: span[:3])
    kept: list[Atom] = []  # sorted by start
    for _, order, start, match in spans:
        at = bisect_left(kept, start, key=lambda atom: atom.start)
        if (at and kept[at - 1].end > start) or (at < len(kept) and match.end() > kept[at].start):
            continue
        reading = rules.rows[order].build(match, reference)
        if reading is not None:
            kept.insert(at, Atom(start, match.end(), reading))
    return kept


def _kinds_in(text: str, rules: Rules) -> frozenset[str]:
    found = {kind for kind, words in rules.kinds.items() if any(word in text for word in words)}
    found.update(kind for kind, shape in rules.shapes.items() if shape.search(text))
    return frozenset(found | {DIGIT} if _DIGIT.search(text) else found)
