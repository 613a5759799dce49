"""Print that the picture's edge cuts off: pixels and lines in, the lines that go on outside the picture out.

A line counts when its box reaches the left or right edge, or the top or bottom one with less than its neighbours'
height, and ink stands on the very edge beside it with paper between the strokes; a dark border of a scanner is ink
everywhere, a margin is ink nowhere. What this does not know: what stood outside.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median
from typing import Literal

import numpy as np

from vision.codes.barcodes import to_grey
from vision.lines.layout import enclosing, height_of
from vision.records import Line, Pixels

Side = Literal["left", "right", "top", "bottom"]
NEAR = 0.05
NEAR_PX = 2.0
"""Between a line's box and the edge: a detector's box reaches about a fifth of a line beyond its print, so the box of
print that is cut ends at the edge itself."""
EDGE_PX = 2
INK_SHARE = (0.08, 0.7)
"""Of the edge beside a line that is ink: a letter cut in two leaves a stroke or two, a rule or a border all of it."""
INK_CONTRAST = 0.6
"""Of the way from a line's paper to its ink."""
MIN_CONTRAST = 40
LOW_LINE = 0.75
"""Of the usual height: a line cut lengthwise."""
LIKELY_GAP = 0.4
"""Heights between a line and the edge that cuts another: hardly a margin, so this one is cut between two letters."""
MIN_CHARACTERS = 3


def cut_lines(pixels: Pixels, lines: Sequence[Line]) -> tuple[Line, ...]:
    """List the lines that the picture's edge cuts off."""
    return tuple(line for line, _ in cuts_of(pixels, lines))


def cuts_of(pixels: Pixels, lines: Sequence[Line]) -> tuple[tuple[Line, Side], ...]:
    """List the lines that the picture's edge cuts off, each with every side on which it does."""
    if not lines:
        return ()
    usual = median(height_of(line.box) for line in lines)
    long = [line for line in lines if len(line.text) >= MIN_CHARACTERS]
    return tuple((line, side) for line in long for side in _cut_sides(pixels, line, usual))


def reaching(side: Side, lines: Sequence[Line], *, width_px: int, gap: float = 1.0) -> tuple[Line, ...]:
    """Return the lines that end within `gap` heights of the left or right edge of a picture; half a letter there may
    lie outside a box."""
    if side == "left":
        return tuple(line for line in lines if min(x for x, _ in line.box) <= gap * height_of(line.box))
    if side == "right":
        return tuple(line for line in lines if max(x for x, _ in line.box) >= width_px - gap * height_of(line.box))
    return ()


def touching(lines: Sequence[Line], *, width_px: int) -> tuple[Line, ...]:
    """Return the lines that touch the left or right edge of a picture: it may have cut them between two letters."""
    return tuple(
        line
        for line in lines
        if min(x for x, _ in line.box) < NEAR_PX or max(x for x, _ in line.box) > width_px - NEAR_PX
    )


def _cut_sides(pixels: Pixels, line: Line, usual: float) -> list[Side]:
    height, width = pixels.shape[:2]
    (x1, y1), _, (x2, y2), _ = enclosing([line.box])
    left, top, right, bottom = max(0, int(x1)), max(0, int(y1)), min(width, int(x2) + 1), min(height, int(y2) + 1)
    if right - left < 4 or bottom - top < 4:
        return []
    grey = to_grey(pixels[top:bottom, left:right])
    paper, dark, light = (float(level) for level in np.percentile(grey, (50, 3, 97)))
    ink = dark if paper - dark > light - paper else light
    if abs(paper - ink) < MIN_CONTRAST:
        return []
    near = NEAR_PX + NEAR * (y2 - y1)
    edges: dict[Side, Pixels] = {}
    if x1 < near:
        edges["left"] = to_grey(pixels[top:bottom, :EDGE_PX])
    if x2 > width - near:
        edges["right"] = to_grey(pixels[top:bottom, -EDGE_PX:])
    is_low = height_of(line.box) < LOW_LINE * usual
    if is_low and y1 < near:
        edges["top"] = to_grey(pixels[:EDGE_PX, left:right])
    if is_low and y2 > height - near:
        edges["bottom"] = to_grey(pixels[-EDGE_PX:, left:right])
    shares = {side: _ink_share(edge, paper=paper, ink=ink) for side, edge in edges.items()}
    return [side for side, share in shares.items() if INK_SHARE[0] < share < INK_SHARE[1]]


def _ink_share(edge: Pixels, *, paper: float, ink: float) -> float:
    inked = (edge.astype(np.float64) - paper) / (ink - paper) > INK_CONTRAST
    return float(inked.mean())
