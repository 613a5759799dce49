"""What a person should mend before sending a picture again: pixels and lines in, flaws out.

The whole picture is too dark, blurred or its print too small; or a line of it is cut off or swallowed by a reflection,
and then the label beside it says which field is concerned: "the serial number is cut off". A picture that reads well
all over gets no word about light and focus. What this does not know: whether the ticket needs that field.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from vision.codes.barcodes import to_grey
from vision.flaws.concerned import fields_of
from vision.flaws.cut_off import LIKELY_GAP, cuts_of, reaching, touching
from vision.flaws.glare import burnt_spots
from vision.lines.layout import enclosing, height_of
from vision.records import Flaw, Line, Pixels

SAMPLE_SIDE_PX = 1000
DARK_LEVEL = 50
"""Of 255, for the brightest twentieth of the picture: paper in ordinary indoor light is above 120."""
FAINT = 32.0
"""Levels between paper and ink: of print that stands out less, some is read and some is lost."""
SMALL_PRINT_PX = 9
"""PP-OCR scales a line to 48 px; below 9 px letters such as 8 and B are the same to it."""
SMALL_SIDE_PX = 100
SOFT_EDGE = 0.16
"""Share of a picture's strongest contrast that its sharpest edges cross within one pixel; see `sharpness`."""
HIDDEN_CONFIDENCE = 0.4
"""At most, of a line that goes on outside the picture or under a reflection: what is read may be half a number."""
READS_WELL = 0.93
WELL_CHARACTERS = 20
"""So many characters at this mean confidence: what was dim or soft was read all the same."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What is wrong with a picture, and its lines with what that makes doubtful."""

    lines: tuple[Line, ...]
    flaws: tuple[Flaw, ...]


def quality_words(pixels: Pixels, lines: Sequence[Line]) -> tuple[str, ...]:
    """List what is wrong with a picture, each word once, in the order of their names."""
    return tuple(sorted({flaw.word for flaw in flaws_of(pixels, lines)}))


def flaws_of(pixels: Pixels, lines: Sequence[Line]) -> tuple[Flaw, ...]:
    """List what is wrong with a picture and where."""
    return judged(pixels, lines).flaws


def judged(pixels: Pixels, lines: Sequence[Line]) -> Judged:
    """List what is wrong with a picture, and trust no line to its end that its edge or a reflection cuts off, however
    surely it reads."""
    flaws = list(_whole(pixels, lines))
    spots = burnt_spots(pixels, lines)
    cuts = cuts_of(pixels, lines)
    width_px, sides = pixels.shape[1], dict.fromkeys(side for _, side in cuts)
    cut = {line.box for line, _ in cuts}
    touched = {line.box for line in touching(lines, width_px=width_px)}
    likely = {line.box for side in sides for line in reaching(side, lines, width_px=width_px, gap=LIKELY_GAP)} | touched
    hidden = cut | likely
    hidden.update(line.box for side in sides for line in reaching(side, lines, width_px=width_px))
    hidden.update(line.box for spot in spots for line in spot.lines)
    if not hidden:
        return Judged(tuple(lines), tuple(flaws))
    fields = fields_of(lines)
    for spot in spots:
        if spot.is_soft:
            flaws.append(Flaw("glare", spot.box, next((fields[x.box] for x in spot.lines if x.box in fields), "")))
    boxes = [line.box for line in lines if line.box in cut or (line.box in likely and line.box in fields)]
    flaws.extend(Flaw("cut_off", box, fields.get(box, "")) for box in boxes)
    return Judged(tuple(_doubted(line) if line.box in hidden else line for line in lines), tuple(flaws))


def _doubted(line: Line) -> Line:
    return replace(line, confidence=min(line.confidence, HIDDEN_CONFIDENCE))


def _whole(pixels: Pixels, lines: Sequence[Line]) -> Iterator[Flaw]:
    """Yield what is wrong with the whole of a picture."""
    grey = to_grey(_sample(pixels))
    is_dark = float(np.percentile(grey, 95)) < DARK_LEVEL
    if is_dark and (not _reads_well(lines) or _is_faint(pixels, lines)):
        yield Flaw("too_dark")
    elif not _reads_well(lines) and not is_dark and sharpness(grey) < SOFT_EDGE:
        yield Flaw("blurred")
    if min(pixels.shape[:2]) < SMALL_SIDE_PX or _has_small_print(lines):
        yield Flaw("too_small")


def _is_faint(pixels: Pixels, lines: Sequence[Line]) -> bool:
    """Say whether print stands out so little that other print beside it was lost."""
    return median(contrast_of(pixels, line) for line in lines) < FAINT


def contrast_of(pixels: Pixels, line: Line) -> float:
    """Return the levels between a line's paper and its ink."""
    (left, top), _, (right, bottom), _ = enclosing([line.box])
    inside = pixels[max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1]
    if inside.size == 0:
        return 0.0
    low, high = np.percentile(to_grey(inside), (3, 97))
    return float(high - low)


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


def _reads_well(lines: Sequence[Line]) -> bool:
    characters = sum(len(line.text) for line in lines)
    return characters >= WELL_CHARACTERS and (
        sum(line.confidence * len(line.text) for line in lines) >= READS_WELL * characters
    )


def _sample(pixels: Pixels) -> Pixels:
    """Cut out the middle at full resolution: blur must be judged where it is, not after scaling down."""
    height, width = pixels.shape[:2]
    top, left = max(0, (height - SAMPLE_SIDE_PX) // 2), max(0, (width - SAMPLE_SIDE_PX) // 2)
    return pixels[top : top + SAMPLE_SIDE_PX, left : left + SAMPLE_SIDE_PX]


def _has_small_print(lines: Sequence[Line]) -> bool:
    return bool(lines) and median(height_of(line.box) for line in lines) < SMALL_PRINT_PX
