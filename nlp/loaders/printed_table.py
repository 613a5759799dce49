"""The ruled lines of a printed page in, its tables' cells out: where each letter stands tells its row and column.

Programs draw a table's rules as thin rectangles or lines, whole or cell by cell. Rules that touch are one table; its
columns lie between the upright ones, its rows between the others. A table without rules is none here, and a cell over
several columns is the first of them. It reads no text: letters are given with where they stand.
"""

from __future__ import annotations

import ctypes
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

MAX_OBJECTS = 20_000
"""Of a page; more are a drawing."""
MAX_RULES = 400
"""After those in one line are joined: a page of a hundred rows and twenty columns has 122."""
MAX_TABLES = 20
THIN = 2.5
"""Points up to which a rectangle is a rule; Word's thickest usual one is 2.25."""
NEAR = 3.0
"""Points between rules that touch or lie in one line: the border of two cells is drawn twice."""
SHORTEST = 6.0
FEWEST_FILLED = 0.3
"""Share of the cells that hold text; boxes around figures and forms hold less."""
MOST_COLUMNS = 40
_HAN_GAP = re.compile(r"(?<=[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef])\s+(?=[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef])")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Rule:
    """A line from `start` to `end` along its own direction, at `place` across it; points."""

    is_upright: bool
    place: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class CellPlace:
    row: int  # from the top
    column: int


@dataclass(frozen=True, slots=True)
class RuledTable:
    lefts: tuple[float, ...]  # upright rules, from the left; one more than columns
    bottoms: tuple[float, ...]  # level rules, from the bottom; one more than rows

    @property
    def rows(self) -> int:
        return len(self.bottoms) - 1

    @property
    def columns(self) -> int:
        return len(self.lefts) - 1

    def cell_at(self, x: float, y: float) -> CellPlace | None:
        """Return the cell of a point; None where it is outside."""
        column, level = bisect_right(self.lefts, x) - 1, bisect_right(self.bottoms, y) - 1
        if not (0 <= column < self.columns and 0 <= level < self.rows):
            return None
        return CellPlace(self.rows - 1 - level, column)


def ruled_tables(page: Any) -> tuple[RuledTable, ...]:
    """Return the tables of a page, from PDFium."""
    rules = _joined(_rules(page))
    return tuple(islice(_tables(rules), MAX_TABLES)) if len(rules) <= MAX_RULES else ()


def markdown_rows(table: RuledTable, cells: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return a table's cells as Markdown, the first row as its header; () where it holds too little to be one.

    >>> markdown_rows(RuledTable((0, 1, 2), (0, 1, 2)), [["代 码", "Meaning"], ["E4", "a | b"]])
    ('| 代码 | Meaning |', '|---|---|', '| E4 | a / b |')
    """
    shown = [[_cell(text) for text in row] for row in cells]
    shown = [row for row in shown if any(row)]
    columns = [at for at in range(table.columns) if any(row[at] for row in shown)]
    filled = sum(bool(row[at]) for row in shown for at in columns)
    if len(shown) < 2 or len(columns) < 2 or filled < FEWEST_FILLED * table.rows * table.columns:
        return ()
    lines = [f"| {' | '.join(row[at] for at in columns)} |" for row in shown]
    return (lines[0], "|" + "---|" * len(columns), *lines[1:])


def _cell(text: str) -> str:
    return _HAN_GAP.sub("", _SPACES.sub(" ", text)).strip().replace("|", "/")


def _rules(page: Any) -> Iterator[Rule]:
    """Yield what is drawn thin and straight."""
    from pypdfium2 import raw  # type: ignore[import-untyped]

    for number in range(min(raw.FPDFPage_CountObjects(page.raw), MAX_OBJECTS)):
        drawn = raw.FPDFPage_GetObject(page.raw, number)
        if raw.FPDFPageObj_GetType(drawn) != raw.FPDF_PAGEOBJ_PATH:
            continue
        edges = tuple(ctypes.c_float() for _ in range(4))
        if not raw.FPDFPageObj_GetBounds(drawn, *(ctypes.byref(edge) for edge in edges)):
            continue
        left, bottom, right, top = (float(edge.value) for edge in edges)
        if top - bottom <= THIN and right - left >= SHORTEST:
            yield Rule(False, (bottom + top) / 2, left, right)
        elif right - left <= THIN and top - bottom >= SHORTEST:
            yield Rule(True, (left + right) / 2, bottom, top)


def _joined(rules: Iterable[Rule]) -> list[Rule]:
    """Join rules that go on in one line."""
    joined: list[Rule] = []
    for rule in sorted(rules, key=lambda rule: (rule.is_upright, round(rule.place / NEAR), rule.start)):
        last = joined[-1] if joined else None
        is_same = last is not None and last.is_upright == rule.is_upright and abs(last.place - rule.place) <= NEAR
        if last is not None and is_same and rule.start <= last.end + NEAR:
            joined[-1] = Rule(last.is_upright, last.place, last.start, max(last.end, rule.end))
        else:
            joined.append(rule)
    return joined


def _tables(rules: Sequence[Rule]) -> Iterator[RuledTable]:
    """Yield a table for each set of rules that touch."""
    left = set(range(len(rules)))
    while left:
        group, fresh = [], [left.pop()]
        while fresh:
            at = fresh.pop()
            group.append(rules[at])
            touched = {other for other in left if _touch(rules[at], rules[other])}
            left -= touched
            fresh += touched
        lefts = _distinct(rule.place for rule in group if rule.is_upright)
        bottoms = _distinct(rule.place for rule in group if not rule.is_upright)
        if len(bottoms) >= 3 and 3 <= len(lefts) <= MOST_COLUMNS + 1:
            yield RuledTable(lefts, bottoms)


def _touch(one: Rule, other: Rule) -> bool:
    if one.is_upright == other.is_upright:
        return False
    across = one.start - NEAR <= other.place <= one.end + NEAR
    return across and other.start - NEAR <= one.place <= other.end + NEAR


def _distinct(places: Iterable[float]) -> tuple[float, ...]:
    kept: list[float] = []
    for place in sorted(places):
        if not kept or place - kept[-1] > NEAR:
            kept.append(place)
    return tuple(kept)
