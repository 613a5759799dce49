"""Reflections that swallow print: pixels and the lines read from them in, the spots and the lines that they hide out.

Each line is followed a little beyond both its ends. Where it runs into a patch burnt out to white, its own paper being
darker, it may go on under that patch. The patch is a reflection if its brightness falls off gradually; a white
sticker's edge is as sharp as print is. What this does not know: what stood there, and reflections on white paper.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt

from vision.lines.layout import enclosing, height_of, width_of
from vision.records import Box, Line, Pixels

Mask = npt.NDArray[np.bool_]
BURNT_LEVEL = 250
"""Of 255, the darkest channel: cameras clip a reflection in all three."""
MAX_PAPER = 238
"""A line's own paper as bright as this is white paper, on which print would still show."""
WASHED_PAPER = 247
"""The same where the print grows paler towards the patch."""
STEPS = 12
"""Columns of a line's strip to its height."""
MIDDLE = (0.2, 0.28, 0.37, 0.46, 0.54, 0.63, 0.72, 0.8)
RIM = (0.0, 0.05, 0.95, 1.0)
"""Rows of a line, from its box's top: across its print, and on the paper that a detector's box takes in around it."""
LEVELS = 16
"""That are one to the eye of a histogram: sensor noise is about that wide."""
BURNT_SHARE = 0.85
"""Of a strip's column: a stroke of print leaves it dark."""
RUN = 0.6
"""Heights of burnt columns side by side: wider than a stroke of white print."""
REACH = 1.5
"""Heights of a line between its end and a reflection: its glow takes a letter or two. Further off the line ended."""
GLOW = 0.5
"""Heights around a reflection in which light print on a dark plate is lost before anything is burnt."""
TOUCHING = 0.4
"""Heights between a line's end and a patch with sharp edges, as a sticker on the print."""
AROUND = 8.0
"""Heights of a line that are looked at around a burnt run."""
GRAIN = 16
"""Pixels to a line's height when a patch is looked at."""
RINGS = 24
"""Around a patch, each a pixel of GRAIN wide: one and a half heights in all."""
SOFT = 3
"""Rings until half the brightness is gone: print that can be read has edges sharper than a fifth of its height."""
CLOSING = 4
"""Pixels of GRAIN: half of what lies between two strokes."""
PAPER_PERCENT = 75
"""Of a ring around a patch, by brightness: print stands on less of it than paper does."""
MAX_SHARE = 0.5
"""Of what is looked at: a patch that covers more is the background."""
STEP = 6
"""Columns of a strip in which there is ink wherever there is print: half a height."""
MIN_STEPS = 5
MIN_INK = 80.0
"""Levels between white and a line's ink."""
WASHED = (0.65, 0.9)
"""Of a line's ink, what is left in its last step and in that before: print under a glow grows paler towards it."""
MIN_HEIGHT_PX = 6.0
MOST_PATCHES = 100
"""Looked at on a picture, about 10 ms each; a real one has a handful."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A burnt patch and the lines that run into it, the nearest to its middle first. `is_soft` tells a reflection."""

    box: Box
    lines: tuple[Line, ...]
    is_soft: bool = True


@dataclass(frozen=True, slots=True)
class _Run:
    """Burnt columns of a line: the point in their middle, their gap to the line in its heights, and whether the print
    grows paler towards them."""

    middle: tuple[float, float]
    gap: float
    is_washed: bool


def glare_spots(pixels: Pixels, lines: Sequence[Line]) -> tuple[Spot, ...]:
    """Find the reflections on a picture that print runs into, the largest first."""
    return tuple(spot for spot in burnt_spots(pixels, lines) if spot.is_soft)


def burnt_spots(pixels: Pixels, lines: Sequence[Line]) -> tuple[Spot, ...]:
    """Find the burnt patches that print runs into, reflections or not, the largest first."""
    met: list[tuple[Line, Box, bool]] = []
    high = [line for line in lines if height_of(line.box) >= MIN_HEIGHT_PX]
    runs = ((line, run) for line in high for run in _runs_met(pixels, line))
    for line, run in islice(runs, MOST_PATCHES):
        paper = WASHED_PAPER if run.is_washed else MAX_PAPER
        patch = _patch(pixels, run.middle, height_of(line.box), max_paper=paper)
        if patch is None or any(_is_print_on_white(pixels, other, patch[0]) for other in high):
            continue
        if patch[1] or (run.gap <= TOUCHING and not run.is_washed):
            met.append((line, *patch))
    spots: list[Spot] = []
    for line, box, is_soft in met:
        same = next((spot for spot in spots if spot.is_soft == is_soft and _overlap(spot.box, box)), None)
        if same is None:
            spots.append(Spot(box, (line,), is_soft))
        else:
            spots.remove(same)
            spots.append(Spot(enclosing((same.box, box)), tuple(dict.fromkeys((*same.lines, line))), is_soft))
    return tuple(sorted((_with_glowing(spot, high) for spot in spots), key=lambda spot: -_area(spot.box)))


def _is_print_on_white(pixels: Pixels, line: Line, patch: Box) -> bool:
    """Say whether a whole line stands on a patch, its paper as white: then that is a card or a sheet, no reflection."""
    (left, top), _, (right, bottom), _ = enclosing((line.box,))
    (low_x, low_y), _, (high_x, high_y), _ = patch
    if left < low_x or top < low_y or right > high_x or bottom > high_y:
        return False
    return _paper(_strip(pixels, line.box, rows=(*RIM, *MIDDLE)), 0) >= BURNT_LEVEL


def _with_glowing(spot: Spot, lines: Sequence[Line]) -> Spot:
    """Order a spot's lines by how far from its middle they run, and add those that only end in its glow."""
    glowing = [line for line in lines if spot.is_soft and _ends_in_glow(line.box, spot.box)]
    met, near = (sorted(some, key=lambda line: _off(line, spot.box)) for some in (spot.lines, glowing))
    return Spot(spot.box, tuple(dict.fromkeys((*met, *near))), spot.is_soft)


def _ends_in_glow(box: Box, spot: Box) -> bool:
    (left, top), _, (right, bottom), _ = spot
    reach = GLOW * height_of(box)
    return any(
        left - reach < x < right + reach and top - reach < y < bottom + reach
        for x, y in (_point(box, 0), _point(box, 1))
    )


def _runs_met(pixels: Pixels, line: Line) -> Iterator[_Run]:
    """Yield the burnt runs on a line or at its ends, where its own paper is darker."""
    height, width = height_of(line.box), max(width_of(line.box), 1.0)
    print_rows, rim = _strip(pixels, line.box, rows=MIDDLE), _strip(pixels, line.box, rows=RIM)
    burnt = (print_rows >= BURNT_LEVEL).mean(axis=0) >= BURNT_SHARE
    whole, first = np.concatenate((print_rows, rim)), round(REACH * STEPS)
    last = max(first + 1, burnt.size - first)
    edges = np.flatnonzero(np.diff(burnt.astype(np.int8), prepend=0, append=0))
    for start, end in edges.reshape(-1, 2).tolist():
        at = (start + end) / 2
        gap = max(first - end, start - last, 0) / STEPS
        is_end = start >= last - STEP or end <= first + STEP
        is_washed = is_end and gap <= TOUCHING and _is_washed(whole[:, first:last], at - first)
        if end - start >= RUN * STEPS and (is_washed or _paper(whole[:, first:last], at - first) < MAX_PAPER):
            yield _Run(_point(line.box, (at / STEPS - REACH) * height / width), gap, is_washed)


def _is_washed(strip: Pixels, spot: float) -> bool:
    """Say whether dark print grows paler step by step towards a spot at the end of its line."""
    inks = strip.min(axis=0).astype(np.float64)
    inks = inks if spot >= strip.shape[1] / 2 else inks[::-1]
    steps = [255 - float(inks[max(0, stop - STEP) : stop].min()) for stop in range(inks.size, STEP, -STEP)]
    if len(steps) < MIN_STEPS:
        return False
    full = float(np.median(steps[len(steps) // 2 :]))
    last, before, earlier = steps[:3]
    return full >= MIN_INK and last < WASHED[0] * full and last < before < WASHED[1] * full and before < earlier


def _strip(pixels: Pixels, box: Box, *, rows: Sequence[float]) -> Pixels:
    """Sample rows of a line, from its box's top at 0 to its bottom at 1, and REACH beyond either end; 0 outside."""
    height, width = height_of(box), max(width_of(box), 1.0)
    columns = (np.arange(round((width / height + 2 * REACH) * STEPS)) / STEPS - REACH) * height / width
    across, down = np.meshgrid(columns, np.asarray(rows))
    (x1, y1), (x2, y2), _, (x4, y4) = box
    xs = np.rint(x1 + (x2 - x1) * across + (x4 - x1) * down).astype(np.int64)
    ys = np.rint(y1 + (y2 - y1) * across + (y4 - y1) * down).astype(np.int64)
    is_inside = (xs >= 0) & (xs < pixels.shape[1]) & (ys >= 0) & (ys < pixels.shape[0])
    levels = pixels[np.where(is_inside, ys, 0), np.where(is_inside, xs, 0)].min(axis=2)
    return np.where(is_inside, levels, 0).astype(np.uint8)  # (rows, columns)


def _paper(strip: Pixels, spot: float) -> float:
    """Return the level of a line's paper in that third of it that lies furthest from a spot: the most usual one."""
    third = max(1, strip.shape[1] // 3)
    levels = strip[:, :third] if spot > strip.shape[1] / 2 else strip[:, -third:]
    counts = np.bincount(levels.ravel() // LEVELS, minlength=256 // LEVELS)
    usual = int(np.argmax(counts[1:] + counts[:-1]))  # two neighbours: noise spreads a level over both
    return float(np.median(levels[(levels // LEVELS == usual) | (levels // LEVELS == usual + 1)]))


def _point(box: Box, along: float) -> tuple[float, float]:
    """Return the point in the middle of a line's height, `along` of its width from its start."""
    (x1, y1), (x2, y2), _, (x4, y4) = box
    return x1 + (x2 - x1) * along + (x4 - x1) / 2, y1 + (y2 - y1) * along + (y4 - y1) / 2


def _patch(pixels: Pixels, middle: tuple[float, float], height: float, *, max_paper: float) -> tuple[Box, bool] | None:
    """Return the box of the burnt patch around a point and whether it is soft; None where it is the background."""
    scale = height / GRAIN
    left, top = max(0.0, middle[0] - AROUND * height), max(0.0, middle[1] - AROUND * height)
    xs = np.arange(left, min(pixels.shape[1], middle[0] + AROUND * height), scale).astype(np.int64)
    ys = np.arange(top, min(pixels.shape[0], middle[1] + AROUND * height), scale).astype(np.int64)
    levels = pixels[np.ix_(ys, xs)].min(axis=2)  # (rows, columns) uint8
    burnt = levels >= BURNT_LEVEL
    patch = np.zeros_like(burnt)
    row, column = int((middle[1] - top) / scale), int((middle[0] - left) / scale)
    patch[max(0, row - 2) : row + 3, max(0, column - 2) : column + 3] = True
    patch &= burnt
    size = 0
    while size < (size := int(patch.sum())):
        for _ in range(4):
            patch = _grown(patch) & burnt
    if size == 0 or size > MAX_SHARE * patch.size:
        return None
    where = np.argwhere(patch)
    (low_y, low_x), (high_y, high_x) = where.min(axis=0), where.max(axis=0) + 1
    x1, y1, x2, y2 = (float(at) for at in (low_x, low_y, high_x, high_y))
    x1, y1, x2, y2 = left + x1 * scale, top + y1 * scale, left + x2 * scale, top + y2 * scale
    return ((x1, y1), (x2, y1), (x2, y2), (x1, y2)), _is_soft(patch, levels, burnt, max_paper=max_paper)


def _is_soft(patch: Mask, levels: Pixels, burnt: Mask, *, max_paper: float) -> bool:
    """Say whether brightness falls off over several rings around a patch, down to paper that is not white."""
    profile, inside = [], _closed(patch)
    for _ in range(RINGS):
        grown = _grown(inside)
        ring = levels[grown & ~inside & ~burnt]
        if ring.size < 4:
            return False
        profile.append(float(np.percentile(ring, PAPER_PERCENT)))
        inside = grown
    if profile[-1] >= max_paper:
        return False
    half = (BURNT_LEVEL + profile[-1]) / 2
    return next(at for at, level in enumerate(profile, start=1) if level <= half) > SOFT


def _closed(patch: Mask) -> Mask:
    """Fill what is narrower than CLOSING twice over: print that still shows within a patch."""
    for _ in range(CLOSING):
        patch = _grown(patch)
    for _ in range(CLOSING):
        patch = ~_grown(~patch)
    return patch


def _grown(patch: Mask) -> Mask:
    grown = patch.copy()
    grown[1:] |= patch[:-1]
    grown[:-1] |= patch[1:]
    grown[:, 1:] |= patch[:, :-1]
    grown[:, :-1] |= patch[:, 1:]
    return grown


def _overlap(one: Box, two: Box) -> bool:
    return one[0][0] < two[2][0] and two[0][0] < one[2][0] and one[0][1] < two[2][1] and two[0][1] < one[2][1]


def _area(box: Box) -> float:
    return (box[2][0] - box[0][0]) * (box[2][1] - box[0][1])


def _off(line: Line, spot: Box) -> float:
    return abs(sum(y for _, y in line.box) / 4 - (spot[0][1] + spot[2][1]) / 2)
