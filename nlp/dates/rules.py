"""Run a grammar's rules over a text and keep the longest reading of each place.

In: a text, rules, a reference time. Out: atoms in order, not overlapping. It knows no language.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from nlp.dates.readings import Atom, Reading

Match = re.Match[str]
Build = Callable[[Match, datetime], Reading | None]


@dataclass(frozen=True, slots=True)
class Rule:
    expression: re.Pattern[str]
    build: Build


def rule(expression: str, build: Build) -> Rule:
    """Compile a rule; groups are named, case does not matter."""
    return Rule(re.compile(expression, re.IGNORECASE), build)


def atoms_of(text: str, rules: Sequence[Rule], reference: datetime) -> list[Atom]:
    """Return the longest reading of each place; between equals, the earlier rule's."""
    spans: list[tuple[int, int, int, Match]] = [
        (match.start() - match.end(), order, match.start(), match)
        for order, one in enumerate(rules)
        for match in one.expression.finditer(text)
        if match.end() > match.start()
    ]
    spans.sort(key=lambda span: span[:3])
    kept: list[Atom] = []  # sorted by start
    for _, order, start, match in spans:
        at = bisect_left(kept, start, key=lambda atom: atom.start)
        if (at and kept[at - 1].end > start) or (at < len(kept) and match.end() > kept[at].start):
            continue
        reading = rules[order].build(match, reference)
        if reading is not None:
            kept.insert(at, Atom(start, match.end(), reading))
    return kept
