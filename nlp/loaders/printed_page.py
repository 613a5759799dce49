"""Printed pages in, Markdown out: headings by their size, lines of one paragraph joined, page furniture left out.

A printer breaks a sentence at the margin; the search and the reader want it whole. Chinese lines are joined without a
space, English ones with one, a word parted by a hyphen without it. What stands at the top or bottom of most pages, and
page numbers, are left out. Ruled tables become rows (nlp.loaders.printed_table). It knows no columns: lines come in
PDFium's order.
"""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nlp.loaders.printed_table import RuledTable, markdown_rows, ruled_tables

LARGER = 1.15
"""Times the size of most text that a heading has; Word's and browsers' third level has 1.17."""
LONGEST_HEADING = 80
NEAR_MARGIN = 0.88
"""Share of the widest line's right edge that a line reaches where it was broken by the margin, not by its writer."""
MOST_PAGES = 0.6
"""Share of pages on which a line must stand at the edge to be furniture; of at least FEWEST_PAGES."""
FEWEST_PAGES = 3
TORN = 0.5
"""Share of a page's pieces between spaces that are one letter; a page of English has 0.05."""
GAP = 0.15
"""Of the size: a space is a quarter of it wide, the gap between two letters less than a tenth."""
_EDGE_LINES = 2
_PAGE_NUMBER = re.compile(
    r"(?:第\s?|page\s)?[-–—]?\s?\d{1,4}\s?[-–—]?(?:\s?/\s?\d{1,4}|\s?页|\sof\s\d{1,4})?", re.IGNORECASE
)
_NUMBERED = re.compile(r"\d{1,4}(?:\s?/\s?\d{1,4})?(?=\s?页?$)")
_ENDS = "。！？；：.!?;:…”」』）)】"
_STARTS_ITEM = re.compile(r"(?:[-•·●○■◆*▪–]|\(?\d{1,3}[.)、）]|[（(]?[一二三四五六七八九十]{1,3}[）)、.])")
_HAN_OR_WIDE = re.compile(r"[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class PrintedLine:
    text: str
    size: float  # of its first letter, points
    right: float  # of its last letter, share of the page's width
    is_row: bool = False  # of a table, as Markdown


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    right: float
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class _Letter:
    character: str
    box: _Box
    size: float


def plain(text: str) -> str:
    """Return text without what PDFs put between letters."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").replace("\ufffe", "").strip()


def printed_lines(page: Any) -> tuple[PrintedLine, ...]:
    """Return a page's lines with their size and right edge, from PDFium."""
    from pypdfium2 import raw  # type: ignore[import-untyped]

    textpage = page.get_textpage()
    count = textpage.count_chars()
    width = page.get_width() or 1.0
    lines: list[PrintedLine] = []
    text = textpage.get_text_range() if count > 0 else ""
    if _is_torn(text):
        return _by_place(raw, textpage, count, width)
    # One character of text is one of PDFium's, but for those outside the basic plane: then places are not known.
    is_aligned = len(text) == count
    tables = _placed(raw, textpage, ruled_tables(page), text) if is_aligned else []
    shown_tables: set[int] = set()
    start = 0
    for piece in text.split("\n"):
        shown = plain(piece)
        start_of = start + len(piece) - len(piece.lstrip())
        held = next((at for at, table in enumerate(tables) if start_of in table.letters), None)
        if shown and held is not None:
            rows = () if held in shown_tables else tables[held].rows
            lines += [PrintedLine(row, 0.0, 0.0, is_row=True) for row in rows]
            shown_tables.add(held)
        elif shown:
            first = start + len(piece) - len(piece.lstrip())
            last = start + len(piece.rstrip()) - 1
            size = float(raw.FPDFText_GetFontSize(textpage.raw, first)) if is_aligned else 0.0
            lines.append(PrintedLine(shown, _seen_size(raw, textpage, first, size) if is_aligned else 0.0,
                                     _right(raw, textpage, last) / width if is_aligned else 0.0))  # fmt: skip
        start += len(piece) + 1
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class _PlacedTable:
    """A table's rows as Markdown, and which letters of the page's text stand in it."""

    rows: tuple[str, ...]
    letters: frozenset[int]


def _placed(raw: Any, textpage: Any, tables: Sequence[RuledTable], text: str) -> list[_PlacedTable]:
    """Put the page's letters into the tables' cells; a space or a line's end is its letter's before it."""
    if not tables:
        return []
    cells = [[[""] * table.columns for _ in range(table.rows)] for table in tables]
    letters: list[list[int]] = [[] for _ in tables]
    at, cell = 0, None
    for index, character in enumerate(text):
        if character.isspace() or not character.isprintable():
            character = " "
        else:
            box = _box(raw, textpage, index)
            x, y = (box.left + box.right) / 2, (box.bottom + box.top) / 2
            at, cell = next(((at, cell) for at, table in enumerate(tables) if (cell := table.cell_at(x, y))), (0, None))
            letters[at] += [index] if cell is not None else []
        if cell is not None:
            cells[at][cell.row][cell.column] += character
    placed = (
        _PlacedTable(markdown_rows(table, cells[number]), frozenset(letters[number]))
        for number, table in enumerate(tables)
    )
    return [one for one in placed if one.rows]


def _is_torn(text: str) -> bool:
    """Say whether PDFium took the letters of a line for lines of their own, as it does on pages with little text."""
    lines = text.split()
    single = sum(len(line) == 1 and not _HAN_OR_WIDE.match(line) for line in lines)
    return len(lines) > 8 and single >= TORN * len(lines)


def _by_place(raw: Any, textpage: Any, count: int, width: float) -> tuple[PrintedLine, ...]:
    """Put lines together from where each letter stands: a gap of a quarter of the size is a space."""
    rows: list[list[_Letter]] = []
    for index in range(count):
        character = chr(raw.FPDFText_GetUnicode(textpage.raw, index))
        if character.isspace() or not character.isprintable():
            continue
        box = _box(raw, textpage, index)
        size = _seen_size(raw, textpage, index, float(raw.FPDFText_GetFontSize(textpage.raw, index)))
        letter = _Letter(character, box, size)
        row = next(
            (row for row in reversed(rows[-3:]) if abs(row[-1].box.bottom - box.bottom) < max(size, 1.0) / 2), None
        )
        if row is None:
            rows.append([letter])
        else:
            row.append(letter)
    return tuple(PrintedLine(_spaced(row), row[0].size, row[-1].box.right / width) for row in rows)


def _spaced(row: Sequence[_Letter]) -> str:
    pieces: list[str] = []
    before: _Letter | None = None
    for letter in row:
        is_gap = before is not None and letter.box.left - before.box.right > before.size * GAP
        pieces.append((" " if is_gap else "") + letter.character)
        before = letter
    return "".join(pieces)


def _seen_size(raw: Any, textpage: Any, index: int, size: float) -> float:
    """Return the size as it is seen: browsers print text at one size and scale it."""
    matrix = raw.FS_MATRIX()
    if raw.FPDFText_GetMatrix(textpage.raw, index, ctypes.byref(matrix)):
        return round(size * float((matrix.c**2 + matrix.d**2) ** 0.5), 1)
    return round(size, 1)


def _right(raw: Any, textpage: Any, index: int) -> float:
    return _box(raw, textpage, index).right


def _box(raw: Any, textpage: Any, index: int) -> _Box:
    """Return where a letter stands, with the room that it takes in its line."""
    rectangle = raw.FS_RECTF()
    raw.FPDFText_GetLooseCharBox(textpage.raw, index, ctypes.byref(rectangle))
    return _Box(*(float(edge) for edge in (rectangle.left, rectangle.right, rectangle.bottom, rectangle.top)))


def markdown_pages(pages: Sequence[Sequence[PrintedLine]]) -> tuple[str, ...]:
    """Return the text of each page; a paragraph that goes on over a page stays parted."""
    furniture = _furniture(pages)
    weights: Counter[float] = Counter()
    for page in pages:
        for line in page:
            weights[line.size] += 0 if line.is_row else len(line.text)
    usual = weights.most_common(1)[0][0] if weights else 0.0
    sizes = sorted({line.size for page in pages for line in page if _is_heading(line, usual)}, reverse=True)
    levels = {size: min(level, 6) for level, size in enumerate(sizes, start=1)}
    return tuple(_page(page, furniture, usual, levels) for page in pages)


def _furniture(pages: Sequence[Sequence[PrintedLine]]) -> frozenset[str]:
    """Return the lines at the edges of most pages, their numbers aside."""
    if len(pages) < FEWEST_PAGES:
        return frozenset()
    seen: Counter[str] = Counter()
    for page in pages:
        edge = (*page[:_EDGE_LINES], *page[-_EDGE_LINES:])
        seen.update({_NUMBERED.sub("0", line.text) for line in edge if not line.is_row})
    return frozenset(text for text, count in seen.items() if count >= MOST_PAGES * len(pages))


def _is_heading(line: PrintedLine, usual: float) -> bool:
    return usual > 0 and not line.is_row and line.size >= usual * LARGER and len(line.text) <= LONGEST_HEADING


def _page(page: Sequence[PrintedLine], furniture: frozenset[str], usual: float, levels: dict[float, int]) -> str:
    margin = max((line.right for line in page), default=0.0)
    pieces: list[str] = []
    open_line: PrintedLine | None = None  # that may go on
    was_row = False
    for number, line in enumerate(page):
        if line.is_row:
            pieces.append(f"\n{line.text}" if was_row else f"\n\n{line.text}")
            was_row, open_line = True, None
            continue
        if was_row:
            pieces.append("\n\n")
        was_row = False
        is_edge = number < _EDGE_LINES or number >= len(page) - _EDGE_LINES
        is_edge = is_edge and not _is_heading(line, usual)
        if is_edge and (_NUMBERED.sub("0", line.text) in furniture or _PAGE_NUMBER.fullmatch(line.text)):
            continue
        if _is_heading(line, usual):
            pieces.append(f"\n\n{'#' * levels[line.size]} {line.text}\n\n")
            open_line = None
        elif open_line is not None and _goes_on(open_line, line, margin):
            pieces[-1:] = [_joined(pieces[-1], line.text)]
            open_line = line
        else:
            pieces.append(("\n" if open_line is not None else "") + line.text)
            open_line = line
    return re.sub(r"\n{3,}", "\n\n", "".join(pieces)).strip()


def _goes_on(before: PrintedLine, line: PrintedLine, margin: float) -> bool:
    """Say whether a line goes on in the next: it reaches the margin, and neither its end nor the next one's start says
    otherwise."""
    reaches = margin > 0 and before.right >= NEAR_MARGIN * margin
    return (
        reaches
        and before.size == line.size
        and not before.text.endswith(tuple(_ENDS))
        and not (_STARTS_ITEM.match(line.text))
    )


def _joined(before: str, text: str) -> str:
    if before.endswith("-") and text[:1].islower() and before[-2:-1].isalpha():
        return before[:-1] + text
    is_tight = _HAN_OR_WIDE.match(before[-1:]) or _HAN_OR_WIDE.match(text)
    return before + ("" if is_tight else " ") + text
