"""Tables and pairs on a page, without knowing their words: lines in, cells under headers and label-value pairs out.

A table is a row of words over two or more rows whose cells stand under them: a sheet of labels, a packing list. A pair
is a label with a colon, or a short label alone on its row's left, and what stands behind, beside or below it. What this
does not know: which labels mean what; labels.labelled_values and anchors find the values of given ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vision.lines.layout import Extent, Row, enclosing, extents_of, height_of, part_of, rows_of
from vision.records import Box, Line

CELL_GAP = 1.2
"""Line heights of empty space that part two cells; a wide space between two words of one cell is below 1."""
ROW_GAP = 3.5
"""Line heights between the middles of two rows of one table; a label sheet with rules between has 2."""
MAX_LABEL = 24
LEAST_COLUMNS = 2
LEAST_ROWS = 2
MAX_ROWS = 200
"""More than a page holds; bounds what a page of nothing but headers costs."""
LABEL = re.compile(r"[^:：\d]{1,24}?(?:\d{1,2}[^:：\d]{0,6})?[:：]")
"""A label may carry a number ("Phone 2:"), not be one: "12:30" is a time."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands in one place of a row, joined where it was read in pieces."""

    text: str
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Table:
    """`rows` have a cell for each header, None where nothing stands."""

    headers: tuple[Cell, ...]
    rows: tuple[tuple[Cell | None, ...], ...]

    def column(self, *names: str) -> tuple[Cell | None, ...]:
        """Return the cells under the first header that bears one of these names; none where no header does.

        Names are compared without spaces and case: "序 列 号" is 序列号.
        """
        wanted = {_squeezed(name) for name in names}
        for place, header in enumerate(self.headers):
            if _squeezed(header.text) in wanted:
                return tuple(row[place] for row in self.rows)
        return ()


@dataclass(frozen=True, slots=True)
class Pair:
    """A label and its value, each as printed, the label's spaces between Chinese characters left out."""

    label: str
    value: str
    box: Box
    label_box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class _Placed:
    """A cell and its sides on the deskewed page."""

    cell: Cell
    extent: Extent


_Cells = tuple[_Placed, ...]


def tables_of(lines: Sequence[Line]) -> tuple[Table, ...]:
    """Find tables with a row of headers, top to bottom. Each row is looked at a bounded number of times."""
    rows = _cell_rows(lines)
    tables: list[Table] = []
    at = 0
    while at < len(rows):
        below = _rows_under(rows, at) if _may_head(rows[at]) else []
        if len(below) >= LEAST_ROWS:
            headers = tuple(placed.cell for placed in rows[at])
            tables.append(Table(headers, tuple(_laid(rows[at], row) for row in below)))
        at += 1 + (len(below) if len(below) >= LEAST_ROWS else 0)
    return tuple(tables)


def pairs_of(lines: Sequence[Line]) -> tuple[Pair, ...]:
    """Find label-value pairs, top to bottom, left to right."""
    rows = _cell_rows(lines)
    taken: set[int] = set()
    found: list[Pair] = []
    for number, row in enumerate(rows):
        below = rows[number + 1] if number + 1 < len(rows) else ()
        found.extend(_pairs_in(row, below, taken))
    return tuple(found)


# --- Cells


def _cell_rows(lines: Sequence[Line]) -> list[_Cells]:
    sides = {id(line): extent for line, extent in zip(lines, extents_of(lines), strict=True)}
    return [tuple(_cells(row, sides)) for row in rows_of(lines)]


def _cells(row: Row, sides: dict[int, Extent]) -> Iterator[_Placed]:
    """Join lines of a row that stand as near as words do, and characters of a label that is set apart."""
    pieces: list[Line] = []
    for line in row.lines:
        if pieces and _is_apart(pieces[-1], line, sides):
            yield _placed(pieces, sides)
            pieces = []
        pieces.append(line)
    if pieces:
        yield _placed(pieces, sides)


def _is_apart(before: Line, line: Line, sides: dict[int, Extent]) -> bool:
    space = sides[id(line)].left - sides[id(before)].right
    height = max(height_of(before.box), height_of(line.box))
    spread = 3 if len(before.text) == len(line.text) == 1 and min(before.text, line.text) >= "\u2e80" else 1
    return space > CELL_GAP * height * spread


def _placed(pieces: Sequence[Line], sides: dict[int, Extent]) -> _Placed:
    extents = [sides[id(line)] for line in pieces]
    extent = Extent(
        min(each.left for each in extents),
        min(each.top for each in extents),
        max(each.right for each in extents),
        max(each.bottom for each in extents),
    )
    text = " ".join(line.text.strip() for line in pieces)
    return _Placed(Cell(text, enclosing(line.box for line in pieces), min(line.confidence for line in pieces)), extent)


def _squeezed(text: str) -> str:
    return "".join(text.split()).rstrip(":：").lower()


# --- Tables


def _may_head(row: _Cells) -> bool:
    """Say whether a row may name columns: two cells or more, of short words without numbers."""
    return len(row) >= LEAST_COLUMNS and all(
        len(placed.cell.text) <= MAX_LABEL
        and not any(character.isdigit() for character in placed.cell.text)
        and ":" not in placed.cell.text
        and "：" not in placed.cell.text
        and any(character.isalpha() for character in placed.cell.text)
        for placed in row
    )


def _rows_under(rows: Sequence[_Cells], head: int) -> list[_Cells]:
    """Take the rows below a header while each stands near and its cells fall under different headers."""
    taken: list[_Cells] = []
    before = rows[head]
    for row in rows[head + 1 : head + 1 + MAX_ROWS]:
        heights = max(placed.extent.height for placed in (*before, *row))
        is_near = row[0].extent.middle - before[0].extent.middle <= ROW_GAP * heights
        if not is_near or not _falls_under(rows[head], row):
            break
        taken.append(row)
        before = row
    return taken if any(_has_number(row) for row in taken) else []


def _falls_under(headers: _Cells, row: _Cells) -> bool:
    """Say whether a row has two cells or more, each under a header of its own."""
    places = [_place(headers, placed) for placed in row]
    return len(row) >= LEAST_COLUMNS and None not in places and len(set(places)) == len(places)


def _place(headers: _Cells, placed: _Placed) -> int | None:
    """Return the header that a cell overlaps most, else the only one near; None for a cell across several headers."""
    overlaps = [
        min(placed.extent.right, header.extent.right) - max(placed.extent.left, header.extent.left)
        for header in headers
    ]
    best = max(range(len(headers)), key=lambda place: overlaps[place])
    wide = sum(
        overlap > 0.5 * (header.extent.right - header.extent.left)
        for overlap, header in zip(overlaps, headers, strict=True)
    )
    if wide > 1:
        return None
    return best if overlaps[best] > -CELL_GAP * placed.extent.height else None


def _laid(headers: _Cells, row: _Cells) -> tuple[Cell | None, ...]:
    cells: list[Cell | None] = [None] * len(headers)
    for placed in row:
        place = _place(headers, placed)
        if place is not None:
            cells[place] = placed.cell
    return tuple(cells)


def _has_number(row: _Cells) -> bool:
    return any(character.isdigit() for placed in row for character in placed.cell.text)


# --- Pairs


def _pairs_in(row: _Cells, below: _Cells, taken: set[int]) -> Iterator[Pair]:
    for place, placed in enumerate(row):
        if id(placed) in taken:
            continue
        inside = _inside(placed)
        if inside is not None:
            yield inside
            continue
        label = _label_alone(placed, is_first_of_two=place == 0 and len(row) == 2)
        if not label:
            continue
        value = _value_of(placed, row[place + 1 :], below)
        if value is not None and id(value) not in taken:
            taken.add(id(value))
            cell = value.cell
            confidence = min(cell.confidence, placed.cell.confidence)
            yield Pair(label, cell.text, cell.box, placed.cell.box, confidence)


def _inside(placed: _Placed) -> Pair | None:
    """Part "label: value" in one cell."""
    cell = placed.cell
    match = LABEL.match(cell.text)
    if match is None or not cell.text[match.end() :].strip():
        return None
    start = match.end() + len(cell.text[match.end() :]) - len(cell.text[match.end() :].lstrip())
    length = len(cell.text)
    return Pair(
        _label(match.group()),
        cell.text[start:].strip(),
        part_of(cell.box, start, length, length),
        part_of(cell.box, 0, match.end(), length),
        cell.confidence,
    )


def _label_alone(placed: _Placed, *, is_first_of_two: bool) -> str:
    text = placed.cell.text
    has_colon = text.endswith((":", "："))
    if has_colon:
        return _label(text) if LABEL.fullmatch(text) else ""
    is_words = len(text) <= MAX_LABEL and not any(character.isdigit() for character in text)
    return _label(text) if is_words and is_first_of_two else ""


def _value_of(label: _Placed, right: Sequence[_Placed], below: _Cells) -> _Placed | None:
    """Take the next cell of the row; where that is a label itself or there is none, what stands under the label."""
    if right and not _is_label(right[0]):
        return right[0]
    for placed in below:
        shared = min(placed.extent.right, label.extent.right) - max(placed.extent.left, label.extent.left)
        near = placed.extent.middle - label.extent.middle <= ROW_GAP * max(placed.extent.height, label.extent.height)
        if shared > 0 and near and not _is_label(placed):
            return placed
    return None


def _is_label(placed: _Placed) -> bool:
    return LABEL.match(placed.cell.text) is not None


def _label(text: str) -> str:
    """Leave out the colon, and the spaces that set Chinese characters apart."""
    bare = text.rstrip(":： ").strip()
    return re.sub(r"(?<=[\u2e80-\uffef]) +(?=[\u2e80-\uffef])", "", bare)
