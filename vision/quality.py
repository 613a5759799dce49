"""What a person should mend before sending a picture again: pixels in, stable words out (too_dark, blurred, too_small).

What this does not know: glare and cut-off print, and whether the picture was read anyway; these words are advice.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import numpy as np

from vision.barcodes import to_grey
from vision.layout import height_of
from vision.records import Line, Pixels

SAMPLE_SIDE_PX = 1000
DARK_LEVEL = 50
"""Of 255, for the brightest twentieth of the picture: paper in ordinary indoor light is above 120."""
SMALL_PRINT_PX = 9
"""PP-OCR scales a line to 48 px; below 9 px letters such as 8 and B are the same to it."""
SMALL_SIDE_PX = 100
SOFT_EDGE = 0.16
"""Share of a picture's strongest contrast that its sharpest edges cross within one pixel; see `sharpness`."""


def quality_words(pixels: Pixels, lines: Sequence[Line]) -> tuple[str, ...]:
    """List what is wrong with a picture, in the order of the words' names."""
    grey = to_grey(_sample(pixels))
    words: list[str] = []
    is_dark = float(np.percentile(grey, 95)) < DARK_LEVEL
    if not is_dark and sharpness(grey) < SOFT_EDGE:
        words.append("blurred")
    if is_dark:
        words.append("too_dark")
    if min(pixels.shape[:2]) < SMALL_SIDE_PX or _has_small_print(lines):
        words.append("too_small")
    return tuple(words)


def sharpness(grey: Pixels) -> float:
    """Measure how steep the steepest edges are, 0..1: the largest steps between neighbours over the whole contrast."""
    if min(grey.shape) < 3:
        return 1.0
    levels = grey.astype(np.int16)
    contrast = float(np.percentile(grey, 99.5) - np.percentile(grey, 0.5))
    if contrast < 24:  # an empty page has no edges to be soft
        return 1.0
    steps = np.maximum(np.abs(np.diff(levels, axis=1))[:-1], np.abs(np.diff(levels, axis=0))[:, :-1])
    return float(np.percentile(steps, 99.5)) / contrast


def _sample(pixels: Pixels) -> Pixels:
    """Cut out the middle at full resolution: blur must be judged where it is, not after scaling down."""
    height, width = pixels.shape[:2]
    top, left = max(0, (height - SAMPLE_SIDE_PX) // 2), max(0, (width - SAMPLE_SIDE_PX) // 2)
    return pixels[top : top + SAMPLE_SIDE_PX, left : left + SAMPLE_SIDE_PX]


def _has_small_print(lines: Sequence[Line]) -> bool:
    return bool(lines) and median(height_of(line.box) for line in lines) < SMALL_PRINT_PX
