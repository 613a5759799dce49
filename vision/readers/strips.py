"""Lines of print as strips for a recogniser: a picture and the boxes of its lines in, batches of one height out.

A line is cut along its own box at the picture's full size, laid level, and scaled to the height that the recogniser was
trained on. Strips of like width share a batch, because a batch is as wide as its widest. What this does not know:
networks, and what is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
import numpy.typing as npt

from vision.lines.layout import height_of, width_of
from vision.records import Box, Pixels

HEIGHT_PX = 48
"""PP-OCR's recognisers take no other."""
MIN_WIDTH_PX = 160
"""A narrower strip is filled up to it. PP-OCR fills up to 320, which doubles the work of a price; without any, lone
signs were lost (16 receipts of SROIE, 2026-11-23: 320 px .993 of lines in 1.00 s, 160 px .993 in .69 s, none .985)."""
MAX_WIDTH_PX = 3200
"""A longer line is squeezed into it: 200 letters of usual shape."""
BATCH = 6
SPREAD = 1.2
"""The widest of a batch over the narrowest: what is filled up is read for nothing."""
STEP_PX = 8
"""The recogniser's steps; widths are whole numbers of them."""
OUTWARDS = ((-1, -1), (1, -1), (1, 1), (-1, 1))
"""Which way each corner of a box goes, to the right and down, when the box grows."""
TALL = 1.5
"""Height over width from which a box is a line on its side: PP-OCR lays it down anticlockwise."""


@dataclass(frozen=True, slots=True)
class Margin:
    """What is added to a box, as shares of its height: along the line at either end, and above and below it."""

    along: float = 0.0
    across: float = 0.0


NO_MARGIN = Margin()


@dataclass(frozen=True, slots=True)
class Batch:
    """Strips of like width; `numbers` says which boxes they were."""

    numbers: tuple[int, ...]
    strips: npt.NDArray[np.float32]  # (n, 3, HEIGHT_PX, w), -1..1


def batches_of(pixels: Pixels, boxes: Sequence[Box], *, margin: Margin = NO_MARGIN) -> Iterator[Batch]:
    """Cut the lines out of a picture, narrow ones first, a batch at a time."""
    boxes = [grown(box, margin) for box in boxes]
    widths = [_strip_width(box) for box in boxes]
    waiting = sorted(range(len(boxes)), key=lambda number: widths[number])
    while waiting:
        limit = max(widths[waiting[0]], MIN_WIDTH_PX) * SPREAD
        numbers = [number for number in waiting[:BATCH] if widths[number] <= limit]
        del waiting[: len(numbers)]
        width = max(MIN_WIDTH_PX, *(widths[number] for number in numbers))
        strips = np.zeros((len(numbers), 3, HEIGHT_PX, -(-width // STEP_PX) * STEP_PX), dtype=np.float32)
        for place, number in enumerate(numbers):
            strips[place, :, :, : widths[number]] = _strip(pixels, boxes[number], widths[number])
        yield Batch(tuple(numbers), strips)


def grown(box: Box, margin: Margin) -> Box:
    """Move a box's sides outwards.

    >>> grown(((10, 10), (30, 10), (30, 20), (10, 20)), Margin(along=0.2, across=0.1))
    ((8.0, 9.0), (32.0, 9.0), (32.0, 21.0), (8.0, 21.0))
    """
    width, height = max(width_of(box), 1.0), max(height_of(box), 1.0)
    right = ((box[1][0] - box[0][0]) / width, (box[1][1] - box[0][1]) / width)
    down = ((box[3][0] - box[0][0]) / height, (box[3][1] - box[0][1]) / height)
    along, across = margin.along * min(width, height), margin.across * min(width, height)
    if height >= TALL * width:
        along, across = across, along
    first, second, third, fourth = (
        (x + right[0] * along * to_right + down[0] * across * to_below,
         y + right[1] * along * to_right + down[1] * across * to_below)
        for (x, y), (to_right, to_below) in zip(box, OUTWARDS, strict=True)
    )  # fmt: skip
    return (first, second, third, fourth)


def _strip_width(box: Box) -> int:
    width, height = max(width_of(box), 1.0), max(height_of(box), 1.0)
    ratio = height / width if height >= TALL * width else width / height
    return int(min(max(ceil(HEIGHT_PX * ratio), STEP_PX), MAX_WIDTH_PX))


def _strip(pixels: Pixels, box: Box, width_px: int) -> npt.NDArray[np.float32]:
    """Cut one line out: (3, HEIGHT_PX, width_px)."""
    import cv2

    width, height = max(round(width_of(box)), 1), max(round(height_of(box)), 1)
    corners = np.array(((0, 0), (width, 0), (width, height), (0, height)), dtype=np.float32)
    level = cv2.getPerspectiveTransform(np.array(box, dtype=np.float32), corners)
    cut = cv2.warpPerspective(pixels, level, (width, height), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    if height >= TALL * width:
        cut = np.ascontiguousarray(np.rot90(cut))
    scaled = cv2.resize(cut, (width_px, HEIGHT_PX), interpolation=cv2.INTER_LINEAR)
    return np.asarray(scaled, dtype=np.float32).transpose(2, 0, 1) / 127.5 - 1
