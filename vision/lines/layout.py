"""Rows: lines with boxes in, rows of lines out, top to bottom and left to right within a row.

The skew of the page is measured from the lines themselves and taken out before rows are made, so a photo held a few
degrees off still reads row by row. What this does not know: columns of running text; see reading_order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import atan2, cos, hypot, sin
from statistics import median

from vision.records import Box, Line

ROW_OVERLAP = 0.5
"""Two lines share a row when their heights overlap by half the smaller one: less joins rows of tight print, more splits
a label from its value set in a larger face."""
MAX_SKEW = 0.35
"""Radians (20 degrees): beyond this a line is vertical or a slanted logo, and says nothing about the page's skew."""


@dataclass(frozen=True, slots=True)
class Extent:
    """A box on the deskewed page, as its sides."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Row:
    """Lines that stand beside each other, left to right."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)

    @property
    def box(self) -> Box:
        return enclosing(line.box for line in self.lines)


def rows_of(lines: Sequence[Line]) -> tuple[Row, ...]:
    """Group lines into rows, in reading order."""
    if not lines:
        return ()
    extents = extents_of(lines)
    order = sorted(range(len(lines)), key=lambda index: extents[index].middle)
    rows: list[list[int]] = []
    for index in order:
        row = next((row for row in reversed(rows[-3:]) if _fits(extents[index], row, extents)), None)
        if row is None:
            rows.append([index])
        else:
            row.append(index)
    rows.sort(key=lambda row: median(extents[index].middle for index in row))
    return tuple(Row(tuple(lines[index] for index in sorted(row, key=lambda i: extents[i].left))) for row in rows)


def extents_of(lines: Sequence[Line]) -> list[Extent]:
    """Turn boxes about the origin until the page's lines are level, and give their sides."""
    angle = skew_of(lines)
    turned_x, turned_y = cos(-angle), sin(-angle)
    extents = []
    for line in lines:
        xs = [x * turned_x - y * turned_y for x, y in line.box]
        ys = [x * turned_y + y * turned_x for x, y in line.box]
        # A slanted box keeps its own height instead of the height of its shadow.
        middle, half = sum(ys) / 4, height_of(line.box) / 2
        extents.append(Extent(min(xs), middle - half, max(xs), middle + half))
    return extents


def skew_of(lines: Sequence[Line]) -> float:
    """Measure the page's skew in radians, clockwise: the median slope of its lines, weighted to the long ones."""
    slopes: list[float] = []
    for line in lines:
        (x1, y1), (x2, y2) = line.box[0], line.box[1]
        slope = atan2(y2 - y1, x2 - x1)
        if abs(slope) < MAX_SKEW and width_of(line.box) > 2 * height_of(line.box):
            slopes.extend([slope] * max(1, min(len(line.text), 40)))
    return median(slopes) if slopes else 0.0


def width_of(box: Box) -> float:
    return hypot(box[1][0] - box[0][0], box[1][1] - box[0][1])


def height_of(box: Box) -> float:
    return hypot(box[3][0] - box[0][0], box[3][1] - box[0][1])


def enclosing(boxes: Iterable[Box]) -> Box:
    """Return the smallest upright box around boxes."""
    points = [point for box in boxes for point in box]
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    return ((left, top), (right, top), (right, bottom), (left, bottom))


def part_of(box: Box, start: int, end: int, length: int) -> Box:
    """Cut the stretch [start, end) of a line's `length` characters out of its box, as if all were equally wide.

    >>> part_of(((0, 0), (10, 0), (10, 2), (0, 2)), 5, 10, 10)
    ((5.0, 0.0), (10.0, 0.0), (10.0, 2.0), (5.0, 2.0))
    """
    first, last = start / max(length, 1), end / max(length, 1)
    (top_left, top_right, bottom_right, bottom_left) = box

    def between(one: tuple[float, float], two: tuple[float, float], share: float) -> tuple[float, float]:
        return (one[0] + (two[0] - one[0]) * share, one[1] + (two[1] - one[1]) * share)

    return (
        between(top_left, top_right, first),
        between(top_left, top_right, last),
        between(bottom_left, bottom_right, last),
        between(bottom_left, bottom_right, first),
    )


def _fits(extent: Extent, row: Sequence[int], extents: Sequence[Extent]) -> bool:
    """Say whether a line belongs into a row: level with its nearest neighbour there, and not on top of anyone."""
    for index in row:
        other = extents[index]
        shared_x = min(extent.right, other.right) - max(extent.left, other.left)
        if shared_x > 0.5 * min(extent.right - extent.left, other.right - other.left):
            return False
    nearest = min(row, key=lambda i: max(extents[i].left - extent.right, extent.left - extents[i].right))
    other = extents[nearest]
    shared_y = min(extent.bottom, other.bottom) - max(extent.top, other.top)
    return shared_y >= ROW_OVERLAP * min(extent.height, other.height)
