"""Which way is up, from the picture itself: a reader's lines in, the turn that makes the page read best out.

The picture is read as it lies. Only when that reading is suspicious (mostly tall boxes, or poor confidence) are other
turns read, the likeliest first, and one wins only by reading surely and clearly better: an upright picture is never
turned over. A page that then lies crooked is read once more, levelled, and its boxes are put back.
What this does not know: EXIF, which the gate has applied, and pictures without print, which stay as they lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import atan2, cos, degrees, radians, sin
from statistics import median

import numpy as np
import PIL.Image

from vision.lines.layout import enclosing, height_of, width_of
from vision.readers.reader import Reader
from vision.records import Box, Image, Line, Point

SURE_CONFIDENCE = 0.75
"""Another turn has to read as surely to win, and a picture that does as it lies is not questioned: letters seen in a
texture do not."""
MANY_CHARACTERS = 40
SURE_PAGE = 0.5
"""A page of so many characters is no texture: SROIE's receipts read at a mean of .69 to .96 upright, and at .14 to .26
turned by 180 degrees (2026-11-23, confidences of line_confidence)."""
SURE_SIDEWAYS = 0.5
"""Readers lay a tall box down anticlockwise before they read it. Where that makes it read as above, the picture was
turned clockwise, and where not, anticlockwise."""
CLEARLY_BETTER = 1.15
"""Another turn must score 15% more than the picture as it lies; right and wrong turns differ by more than half."""
LEAST_GAIN = 1.5
"""Characters of full confidence that another turn must bring at least: two letters on a wall turn nothing."""
SETTLED_CONFIDENCE = 0.9
SETTLED_GAIN = 2.0
"""A turn that reads this well or as a sure page does, and twice as much as the picture as it lies, ends the search."""
FEW_CHARACTERS = 4
"""Of print that stands on its head a letter or two are read, now and then surely; most are too doubtful to be told."""
TALL = 1.5
CROOKED_DEGREES = 5.0
"""Below this the reader's own strips follow the lines; at 8 and 15 degrees it loses one and two of a hundred lines."""
MAX_CROOKED_DEGREES = 40.0


@dataclass(frozen=True, slots=True)
class Reading:
    """Lines read after the picture was turned `rotation` degrees clockwise; `image` is the turned picture."""

    rotation: int
    image: Image
    lines: tuple[Line, ...]


def read_upright(image: Image, *, reader: Reader) -> Reading:
    """Read a picture the way up that reads best."""
    return _levelled(_righted(Reading(0, image, reader.read(image)), reader=reader), reader=reader)


def turn(image: Image, rotation: int) -> Image:
    """Turn a picture clockwise by a multiple of 90 degrees."""
    pixels = np.ascontiguousarray(np.rot90(image.pixels, -rotation // 90))
    return replace(image, pixels=pixels, text_lines=())


def text_score(lines: Sequence[Line]) -> float:
    """Say how well a picture reads: characters in level lines, each counted by the square of its line's confidence."""
    return sum(len(line.text) * line.confidence**2 for line in lines if not _is_tall(line))


def skew_degrees(lines: Sequence[Line]) -> float:
    """Measure how far a page's lines lean, clockwise: the median slope of those long enough to tell, by characters."""
    slopes: list[float] = []
    for line in lines:
        (x1, y1), (x2, y2) = line.box[0], line.box[1]
        slope = degrees(atan2(y2 - y1, x2 - x1))
        if abs(slope) < MAX_CROOKED_DEGREES and width_of(line.box) > 3 * height_of(line.box):
            slopes.extend([slope] * min(len(line.text), 40))
    return median(slopes) if slopes else 0.0


def _righted(lying: Reading, *, reader: Reader) -> Reading:
    lying_score = text_score(lying.lines)
    best, best_score = lying, lying_score * CLEARLY_BETTER + LEAST_GAIN
    for rotation in _suspected_turns(lying.lines):
        turned = turn(lying.image, rotation)
        reading = Reading(rotation, turned, reader.read(turned))
        score = text_score(reading.lines)
        if score > best_score and _is_sure(reading.lines, SURE_CONFIDENCE):
            best, best_score = reading, score
            if _is_sure(reading.lines, SETTLED_CONFIDENCE) and score > SETTLED_GAIN * lying_score:
                break
    return best


def _suspected_turns(lines: Sequence[Line]) -> tuple[int, ...]:
    """List the turns worth reading, the likeliest first; none where the picture reads well as it lies."""
    characters = _count(lines)
    if not characters:
        return ()
    tall = [line for line in lines if _is_tall(line)]
    tall_characters = _count(tall)
    if 2 * tall_characters > characters:
        return (270, 90, 180) if _confidence(tall) >= SURE_SIDEWAYS else (90, 270, 180)
    if characters >= FEW_CHARACTERS and _is_sure(lines, SURE_CONFIDENCE):
        return ()
    return (180,) if characters >= MANY_CHARACTERS and 4 * tall_characters <= characters else (180, 90, 270)


def _is_sure(lines: Sequence[Line], confidence: float) -> bool:
    """Say whether lines read as surely as asked for; of a page of many characters less is asked."""
    return _confidence(lines) >= (SURE_PAGE if _count(lines) >= MANY_CHARACTERS else confidence)


def _confidence(lines: Sequence[Line]) -> float:
    """Return the mean confidence of the characters."""
    return sum(line.confidence * len(line.text) for line in lines) / max(_count(lines), 1)


def _count(lines: Sequence[Line]) -> int:
    return sum(len(line.text) for line in lines)


def _is_tall(line: Line) -> bool:
    """Tell a line that runs up or down the picture; by its extent, since the corners of a leaning box change places."""
    (left, top), _, (right, bottom), _ = enclosing([line.box])
    return len(line.text) > 1 and bottom - top > TALL * (right - left)


def _levelled(reading: Reading, *, reader: Reader) -> Reading:
    skew = skew_degrees(reading.lines)
    if abs(skew) < CROOKED_DEGREES:
        return reading
    pixels = reading.image.pixels
    shade = tuple(int(level) for level in np.median(pixels[:: max(1, pixels.shape[0] // 64)], axis=(0, 1)))
    levelled = PIL.Image.fromarray(pixels).rotate(
        skew, resample=PIL.Image.Resampling.BICUBIC, expand=True, fillcolor=shade
    )
    lines = reader.read(replace(reading.image, pixels=np.asarray(levelled)))
    if text_score(lines) < text_score(reading.lines):
        return reading
    shift = _Shift(skew, (levelled.width / 2, levelled.height / 2), (pixels.shape[1] / 2, pixels.shape[0] / 2))
    return replace(reading, lines=tuple(replace(line, box=shift.of(line.box)) for line in lines))


@dataclass(frozen=True, slots=True)
class _Shift:
    """Lean boxes of the levelled picture back: `skew` degrees clockwise about its centre, laid on the old one."""

    skew: float
    centre: Point
    old_centre: Point

    def of(self, box: Box) -> Box:
        first, second, third, fourth = (self._point(x - self.centre[0], y - self.centre[1]) for x, y in box)
        return (first, second, third, fourth)

    def _point(self, x: float, y: float) -> Point:
        cosine, sine = cos(radians(self.skew)), sin(radians(self.skew))
        return (x * cosine - y * sine + self.old_centre[0], x * sine + y * cosine + self.old_centre[1])
