"""Which way is up, from the picture itself: a reader's lines in, the turn that makes the page read best out.

The picture is read as it lies. Only when that reading is suspicious (mostly tall boxes, or poor confidence) are other
turns read, and one wins only by reading clearly better: an upright picture is never turned over.
What this does not know: EXIF, which the gate has applied, and pictures without print, which stay as they lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import fmean

import numpy as np

from vision.layout import height_of, width_of
from vision.reader import Reader
from vision.records import Image, Line

SURE_CONFIDENCE = 0.75
"""Upright receipts of SROIE read at a mean of .85 to .98 a page, the same turned by 180 degrees at .2 to .55."""
CLEARLY_BETTER = 1.15
"""Another turn must score 15% more than the picture as it lies; right and wrong turns differ by more than half."""
MIN_CHARACTERS = 4
"""Fewer characters than this say nothing about which way is up."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Lines read after the picture was turned `rotation` degrees clockwise; `image` is the turned picture."""

    rotation: int
    image: Image
    lines: tuple[Line, ...]


def read_upright(image: Image, *, reader: Reader) -> Reading:
    """Read a picture the way up that reads best."""
    lying = Reading(0, image, reader.read(image))
    turns = _suspected_turns(lying.lines)
    if not turns:
        return lying
    best, best_score = lying, text_score(lying.lines) * CLEARLY_BETTER
    for rotation in turns:
        turned = turn(image, rotation)
        reading = Reading(rotation, turned, reader.read(turned))
        score = text_score(reading.lines)
        if score > best_score:
            best, best_score = reading, score
    return best


def turn(image: Image, rotation: int) -> Image:
    """Turn a picture clockwise by a multiple of 90 degrees."""
    pixels = np.ascontiguousarray(np.rot90(image.pixels, -rotation // 90))
    return replace(image, pixels=pixels, text_lines=())


def text_score(lines: Sequence[Line]) -> float:
    """Say how well a picture reads: characters in level lines, each counted by the square of its line's confidence."""
    return sum(len(line.text) * line.confidence**2 for line in lines if not _is_tall(line))


def _suspected_turns(lines: Sequence[Line]) -> tuple[int, ...]:
    characters = sum(len(line.text) for line in lines)
    if characters < MIN_CHARACTERS:
        return ()
    tall = sum(len(line.text) for line in lines if _is_tall(line))
    if tall > characters / 2:
        return (90, 270)
    if fmean(line.confidence for line in lines) < SURE_CONFIDENCE:
        return (180, 90, 270) if tall > characters / 4 else (180,)
    return ()


def _is_tall(line: Line) -> bool:
    return len(line.text) > 1 and height_of(line.box) > 1.5 * width_of(line.box)
