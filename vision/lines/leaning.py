"""How a page's rows lean, which differs from top to bottom and from left to right where it was seen from the side.

In: lines with boxes. Out: the slope at any point, in radians, clockwise: a plane laid through the slopes of long lines.
What this does not know: curved pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2

import numpy as np

from vision.lines.layout import Extent, height_of, skew_of, width_of
from vision.records import Line, Point

MAX_LEAN = 0.35
"""Radians, 20 degrees: beyond it a line is a slanted logo."""
LONG = 2.5
"""Heights: the corners of shorter lines are too near each other to tell a slope."""
MIN_LINES = 4
CORNER_PX = 2.0
"""How far off a reader's corners are; over a line's length that is how far off its slope is."""
SPREAD = 0.05
"""Radians by which slopes commonly differ over a page: of photographs at 5 to 15 degrees' tilt, rendered here."""
TIGHT = 0.02
"""Radians within which lines must agree with the plane to stay in."""


@dataclass(frozen=True, slots=True)
class Leaning:
    """slope = level + across * x + down * y"""

    level: float
    across: float = 0.0
    down: float = 0.0

    def straight(self, point: Point, origin: Point) -> Point:
        """Move a point to the height at which its row leaves the page's left side."""
        slope = self.at(((point[0] + origin[0]) / 2, point[1]))
        return point[0], point[1] - slope * (point[0] - origin[0])

    def at(self, point: Point) -> float:
        return self.level + self.across * point[0] + self.down * point[1]


def leaning_of(lines: Sequence[Line]) -> Leaning:
    """Fit the slopes of a page's lines, a flat page being the likeliest; where few are long, one slope for all."""
    rows = [
        ((line.box[0][0] + line.box[1][0]) / 2, (line.box[0][1] + line.box[1][1]) / 2, slope, width_of(line.box))
        for line in lines
        for slope in [_slope(line)]
        if abs(slope) < MAX_LEAN and width_of(line.box) > LONG * height_of(line.box)
    ]
    level = skew_of(lines)
    if len(rows) < MIN_LINES:
        return Leaning(level)
    table = np.array(rows)  # (n, 4) float64: x, y, slope, width
    middle, span = table[:, :2].mean(axis=0), max(1.0, float(np.ptp(table[:, :2], axis=0).max()))
    places = np.column_stack((np.ones(len(table)), (table[:, :2] - middle) / span))
    fit = np.array([level, 0.0, 0.0])
    for _ in range(3):
        noise = CORNER_PX / table[:, 3]
        kept = np.abs(places @ fit - table[:, 2]) < np.maximum(TIGHT, 3 * noise)
        if kept.sum() < MIN_LINES:
            return Leaning(level)
        weighed = places[kept] / noise[kept, None] ** 2
        prior = np.diag((0.0, SPREAD**-2, SPREAD**-2))
        fit = np.linalg.solve(weighed.T @ places[kept] + prior, weighed.T @ table[kept, 2])
    across, down = (float(each) / span for each in fit[1:])
    return Leaning(float(fit[0] - across * middle[0] - down * middle[1]), across, down)


def _slope(line: Line) -> float:
    """Return the mean slope of a line's upper and lower edge."""
    first, second, third, fourth = line.box
    return atan2((second[1] - first[1] + third[1] - fourth[1]) / 2, (second[0] - first[0] + third[0] - fourth[0]) / 2)


def straight_extents(lines: Sequence[Line]) -> list[Extent]:
    """Give the sides of lines on a page whose rows were made level."""
    leaning = leaning_of(lines)
    left = min((x for line in lines for x, _ in line.box), default=0.0)
    extents = []
    for line in lines:
        xs = [x for x, _ in line.box]
        half = height_of(line.box) / 2
        middle = sum(leaning.straight(point, (left, point[1]))[1] for point in line.box) / 4
        extents.append(Extent(min(xs), middle - half, max(xs), middle + half))
    return extents
