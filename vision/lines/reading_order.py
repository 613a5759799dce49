"""Reading order: lines with boxes in, the same lines as a person reads them out.

A page is read column by column only where a gutter runs through a stretch of it and what stands on either side fills
its column line after line. A form, a receipt or a table has gutters too, but short cells: it is read row by row. Lines
that cross a gutter (a title, a picture's caption) part the page into stretches above and below. What this does not
know: what is written; it counts characters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median

from vision.lines.layout import Extent, extents_of, rows_of
from vision.records import Line

GUTTER = 0.8
"""Heights of a line: narrower than two spaces' width no eye takes a gap for a gutter."""
CROSSED = 0.2
"""Share of the lines that may cross a gutter: titles, captions, a footer."""
LEAST_LINES = 4
"""In each column of a stretch; three lines of text side by side are a row of a form as likely."""
LEAST_WIDTH = 20
"""Characters of a column's usual line, those of full width counted twice: 3 of 4 cells of receipts and forms are
shorter, and a newspaper's column has 30."""
FILLED = 0.75
MOSTLY = 0.6
"""So many of a column's lines must fill so much of it: the last line of each paragraph does not."""
BINS = 400
FIRST_WIDE = "\u2e80"


def in_reading_order(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Sort lines as a person reads them: down each column of running text, row by row elsewhere."""
    placed = [
        Placed(extent, width_in_characters(line.text)) for extent, line in zip(extents_of(lines), lines, strict=True)
    ]
    groups = ([lines[number] for number in group] for group in column_groups(placed))
    return tuple(line for group in groups for row in rows_of(group) for line in row.lines)


@dataclass(frozen=True, slots=True)
class Placed:
    """A line by its sides, and how many half-width characters it holds."""

    extent: Extent
    characters: int


def width_in_characters(text: str) -> int:
    """Count characters, those of full width twice.

    >>> width_in_characters("SN 序列号")
    9
    """
    return sum(2 if character >= FIRST_WIDE else 1 for character in text)


def column_groups(lines: Sequence[Placed]) -> list[list[int]]:
    """Return the numbers of the lines in groups; groups come in reading order, lines in a group in any."""
    gutters = _gutters(lines)
    if not gutters:
        return [list(range(len(lines)))] if lines else []
    groups: list[list[int]] = []
    loose: list[int] = []  # lines since the last columns, read row by row
    for stretch in _stretches(lines, gutters):
        columns = _columns(stretch, lines, gutters)
        if len(columns) > 1 and all(_is_running(column, lines) for column in columns):
            groups += [loose, *columns]
            loose = []
        else:
            loose.extend(stretch)
    return [group for group in (*groups, loose) if group]


def _gutters(lines: Sequence[Placed]) -> list[float]:
    """Return the middles of upright bands that hardly any line crosses, inside the page's print."""
    if len(lines) < 2 * LEAST_LINES:
        return []
    left, right = min(line.extent.left for line in lines), max(line.extent.right for line in lines)
    step = (right - left) / BINS
    if step <= 0:
        return []
    changes = [0] * (BINS + 1)
    for line in lines:
        changes[int((line.extent.left - left) / step)] += 1
        changes[min(ceil((line.extent.right - left) / step), BINS)] -= 1
    least_bins = GUTTER * median(line.extent.height for line in lines) / step
    gutters: list[float] = []
    crossing, began = 0, 0
    for place, change in enumerate(changes[:BINS]):
        crossing += change
        if crossing > CROSSED * len(lines):
            if place - began >= least_bins and began > 0:
                gutters.append(left + step * (began + place) / 2)
            began = place + 1
    return gutters


def _stretches(lines: Sequence[Placed], gutters: Sequence[float]) -> list[list[int]]:
    """Part the lines, top to bottom, at those that cross a gutter; each of these is a stretch of its own."""
    stretches: list[list[int]] = [[]]
    for number in sorted(range(len(lines)), key=lambda number: lines[number].extent.middle):
        extent = lines[number].extent
        if any(extent.left < gutter < extent.right for gutter in gutters):
            stretches += [[number], []]
        else:
            stretches[-1].append(number)
    return [stretch for stretch in stretches if stretch]


def _columns(stretch: Sequence[int], lines: Sequence[Placed], gutters: Sequence[float]) -> list[list[int]]:
    columns: list[list[int]] = [[] for _ in range(len(gutters) + 1)]
    for number in stretch:
        extent = lines[number].extent
        middle = (extent.left + extent.right) / 2
        columns[sum(gutter < middle for gutter in gutters)].append(number)
    return [column for column in columns if column]


def _is_running(column: Sequence[int], lines: Sequence[Placed]) -> bool:
    """Say whether lines fill their column one after another, as sentences do and cells do not."""
    if len(column) < LEAST_LINES:
        return False
    widths = sorted(lines[number].extent.right - lines[number].extent.left for number in column)
    usual = widths[int(0.9 * (len(widths) - 1))]
    full = sum(width >= FILLED * usual for width in widths)
    return full >= MOSTLY * len(column) and median(lines[number].characters for number in column) >= LEAST_WIDTH
