"""Codes on seven-segment displays: pixels in, what the segments show out, with boxes.

A reader of print takes lit bars for letters it does not know. Here a digit is found as a blob of its size in a row of
its like, its box is divided as a display is made, and the seven places say which character is lit. Bright print on dark
and dark print on bright are both tried.
What this does not know: dot matrices, and whether a code means an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from vision.records import Box, Line, Pixels

Mask = npt.NDArray[np.bool_]
SHAPES: Mapping[str, str] = {
    "abcdef": "0", "bc": "1", "abdeg": "2", "abcdg": "3", "bcfg": "4", "acdfg": "5", "acdefg": "6", "abc": "7",
    "abcdefg": "8", "abcdfg": "9", "abcefg": "A", "cdefg": "b", "adef": "C", "bcdeg": "d", "adefg": "E", "aefg": "F",
    "bcefg": "H", "def": "L", "abefg": "P", "bcdef": "U", "cdeg": "o", "eg": "r", "defg": "t", "ceg": "n", "abcf": "7",
    "abcfg": "9", "g": "-",
}  # fmt: skip
"""Which segments are lit: a the top one, clockwise to f, g in the middle. S and 5, O and 0 look alike: digits."""
SIDE_PX = 640
"""A display's digits fill a good part of a photo of it; at this size they are 40 px and more."""
WINDOWS = (61, 161)
JOIN_PX = (3, 7, 11)
"""Gaps between the segments of one digit, at several sizes of display."""
MIN_HEIGHT_PX = 30
MIN_CONTRAST = 40
LIKE_HEIGHT = 0.34
"""How far heights in a row may differ: an H or a 1 lacks the segments above and below it, and their thickness."""
MAX_DIGITS = 5
GAP = 1.3
REACH = 2.2
NARROW = 0.36
"""Width over height below which a blob is a 1, which is its box's right edge alone."""
USUAL_WIDTH = 0.55
LIT, UNLIT = 0.55, 0.35
"""Shares of a segment's place that must be filled where it is lit, and may be where it is not."""
SLOPES = tuple(step / 100 for step in range(-18, 19, 3))
SLANTS = (0.0, 0.08, 0.14, -0.06, 0.2)
"""Displays lean to the right by up to 10 degrees; a picture seen from the side leans them a little more or less."""
SETTLED = 0.4
# x and y of a segment's middle stretch in its digit's box, as (left, top, right, bottom).
PLACES: Mapping[str, tuple[float, float, float, float]] = {
    "a": (0.38, 0.0, 0.62, 0.18), "b": (0.72, 0.2, 1.0, 0.38), "c": (0.72, 0.62, 1.0, 0.8),
    "d": (0.38, 0.82, 0.62, 1.0), "e": (0.0, 0.62, 0.28, 0.8), "f": (0.0, 0.2, 0.28, 0.38),
    "g": (0.38, 0.41, 0.62, 0.59),
}  # fmt: skip
HOLES = ((0.42, 0.25, 0.58, 0.35), (0.42, 0.65, 0.58, 0.75))
"""Between the segments nothing shines: there a solid shape is told from an 8."""
MOST_IN_HOLE = 0.4


_Sides = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class _Blob:
    left: int
    top: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.left + self.width

    @property
    def bottom(self) -> int:
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a row shows; `margin` is that of the least certain segment, `box` in pixels of the sample."""

    text: str
    margin: float
    box: _Sides


def display_lines(pixels: Pixels) -> tuple[Line, ...]:
    """Read the displays on a picture: mostly none or one."""
    grey, scale = _sample(pixels)
    best: list[_Shown] = []
    for mask in _masks(grey):
        for join in JOIN_PX:
            best.extend(_rows_shown(mask, join, [shown.box for shown in best if shown.margin >= SETTLED]))
    best.sort(key=lambda shown: (-len(shown.text) * shown.margin, shown.box))
    chosen: list[_Shown] = []
    for shown in best:
        if all(not _overlap(shown.box, other.box) for other in chosen):
            chosen.append(shown)
    return tuple(Line(shown.text, _box(shown, scale), round(min(0.97, 0.6 + shown.margin), 4)) for shown in chosen)


def _sample(pixels: Pixels) -> tuple[Pixels, float]:
    """Take the brightest channel, so that red lamps shine, at a size of SIDE_PX."""
    import cv2

    scale = SIDE_PX / max(pixels.shape[:2])
    size = (max(8, round(pixels.shape[1] * scale)), max(8, round(pixels.shape[0] * scale)))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return np.asarray(small).max(axis=2), scale


def _masks(grey: Pixels) -> Iterator[Mask]:
    """Yield what is much brighter than its surroundings, and what is much darker."""
    import cv2

    levels = grey.astype(np.float32)
    for window in WINDOWS:
        kernel = np.ones((window, window), np.uint8)
        low = cv2.blur(cv2.erode(grey, kernel), (window, window)).astype(np.float32)
        high = cv2.blur(cv2.dilate(grey, kernel), (window, window)).astype(np.float32)
        middle, contrast = (low + high) / 2, high - low
        yield (levels > middle) & (contrast > MIN_CONTRAST)
        yield (levels < middle) & (contrast > MIN_CONTRAST)


def _rows_shown(mask: Mask, join: int, settled: Sequence[_Sides]) -> Iterator[_Shown]:
    for row in _rows(_blobs(mask, join)):
        if any(_overlap(_sides(row), other) for other in settled):
            continue
        slope = min(SLOPES, key=lambda slope: _band(row, slope))
        best: _Shown | None = None
        for slant in SLANTS:
            shown = _shown(mask, row, join, slope, slant + slope)
            if shown is not None and (best is None or shown.margin > best.margin):
                best = shown
            if best is not None and best.margin >= SETTLED:
                break
        if best is not None:
            yield best


def _sides(row: Sequence[_Blob]) -> _Sides:
    return (
        min(blob.left for blob in row),
        min(blob.top for blob in row),
        max(blob.right for blob in row),
        max(blob.bottom for blob in row),
    )


def _band(row: Sequence[_Blob], slope: float) -> float:
    """Return how high the band is that holds a row, if it leans so."""
    tops = [blob.top - slope * blob.left for blob in row]
    bottoms = [blob.bottom - slope * blob.left for blob in row]
    return max(bottoms) - min(tops) + abs(slope)  # of like bands the level one


def _blobs(mask: Mask, join: int) -> list[_Blob]:
    import cv2

    joined = cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((join, join), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    found: Any = stats[1:]
    return [_Blob(*(int(each) for each in row[:4])) for row in found if row[4] >= 40]


def _rows(blobs: Sequence[_Blob]) -> Iterator[tuple[_Blob, ...]]:
    """Yield rows of blobs about as high as each other and near each other, each maximal."""
    tall = sorted(
        (blob for blob in blobs if blob.height >= MIN_HEIGHT_PX and 0.9 < blob.height / blob.width < 9),
        key=lambda blob: blob.left,
    )
    taken: set[int] = set()
    for first in tall:
        if id(first) in taken:
            continue
        row = [first]
        for blob in tall:
            last, height = row[-1], max(each.height for each in row)
            is_like = abs(blob.height - height) < LIKE_HEIGHT * max(height, blob.height)
            is_level = abs(blob.top + blob.height / 2 - last.top - last.height / 2) < 0.35 * height
            if blob is not last and is_like and is_level and -0.3 * height < blob.left - last.right < GAP * height:
                row.append(blob)
        taken.update(id(blob) for blob in row)
        if len(row) <= MAX_DIGITS:
            yield tuple(row)


def _shown(mask: Mask, row: Sequence[_Blob], join: int, slope: float, slant: float) -> _Shown | None:
    """Read a row after its slope and slant are taken away."""
    height = max(blob.height for blob in row)
    left, right = min(blob.left for blob in row) - REACH * height, max(blob.right for blob in row) + REACH * height
    top, bottom = min(blob.top for blob in row) - height / 2, max(blob.bottom for blob in row) + height / 2
    upright = _straightened(mask, (left, top, right, bottom), slope, slant)
    blobs = [
        blob
        for blob in _blobs(upright, join)
        if blob.left > 0 and blob.top > 0 and blob.right < upright.shape[1] and blob.bottom < upright.shape[0]
    ]
    digits = [blob for blob in blobs if blob.height > (1 - LIKE_HEIGHT) * height * 0.9]
    if not digits or len(digits) > MAX_DIGITS:
        return None
    upper, lower = min(blob.top for blob in digits), max(blob.bottom for blob in digits)
    tall = lower - upper
    if tall > 1.35 * height:
        return None
    inside = _merged(_grown(digits, [blob for blob in blobs if _is_level(blob, upper, lower)], tall))
    wide = max(max(blob.width for blob in digits), round(0.45 * tall))
    read = [_character(upright, blob, upper, lower, wide) for blob in inside]
    if any(not character for character, _ in read) or len(read) < 2 or len(read) > MAX_DIGITS:
        return None
    text = "".join(character for character, _ in read)
    if text.startswith("-") or text.endswith("-"):
        return None
    return _Shown(text, min(margin for _, margin in read), _sides(row))


def _merged(blobs: Sequence[_Blob]) -> list[_Blob]:
    """Put blobs above each other together: the halves of a 0 whose segments do not touch."""
    merged: list[_Blob] = []
    for blob in sorted(blobs, key=lambda blob: blob.left):
        last = merged[-1] if merged else None
        if last is not None and min(last.right, blob.right) - blob.left > 0.4 * min(last.width, blob.width):
            left, top = last.left, min(last.top, blob.top)
            right, bottom = max(last.right, blob.right), max(last.bottom, blob.bottom)
            merged[-1] = _Blob(left, top, right - left, bottom - top)
        else:
            merged.append(blob)
    return merged


def _grown(digits: Sequence[_Blob], blobs: Sequence[_Blob], tall: int) -> list[_Blob]:
    """Add what stands near the digits, and near what was added."""
    inside, left = list(digits), [blob for blob in blobs if blob not in digits]
    while True:
        near = [
            blob
            for blob in left
            if any(max(blob.left - each.right, each.left - blob.right) < 0.9 * tall for each in inside)
        ]
        if not near:
            return inside
        inside += near
        left = [blob for blob in left if blob not in near]


def _is_level(blob: _Blob, upper: int, lower: int) -> bool:
    """Say whether a blob stands in the row and is more than a point: a digit, a part of one, a small letter, a dash."""
    tall = lower - upper
    is_flat = blob.width > 0.22 * tall and blob.height > 0.06 * tall
    is_level = upper - 0.1 * tall < blob.top and blob.bottom < lower + 0.1 * tall
    return is_level and (blob.height > 0.25 * tall or is_flat)


def _straightened(mask: Mask, area: tuple[float, float, float, float], slope: float, slant: float) -> Mask:
    """Cut an area out so that its rows are level and its strokes upright."""
    import cv2

    left, top, right, bottom = area
    wide, tall = round(right - left), round(bottom - top)
    # From the straight cut back to the mask: a row sinks by slope, a stroke leans by slant.
    back = np.array([[1, -slant, left + slant * tall / 2], [slope, 1, top - slope * wide / 2]], dtype=np.float32)
    cut = cv2.warpAffine(mask.astype(np.uint8), back, (wide, tall), flags=cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP)
    return np.asarray(cut) > 0


def _character(mask: Mask, blob: _Blob, upper: int, lower: int, wide: int) -> tuple[str, float]:
    """Name a digit by its lit segments, its box laid to the left or to the right of what is lit."""
    is_one = blob.width < NARROW * (lower - upper) and blob.height > 0.5 * (lower - upper)
    lefts = [blob.right - wide] if is_one else [blob.left, blob.right - wide]
    best = ("", 0.0)
    for left in lefts:
        cell = np.zeros((lower - upper, wide), dtype=bool)
        start = max(left, blob.left)
        part = mask[upper:lower, start : min(left + wide, blob.right)]
        cell[:, start - left : start - left + part.shape[1]] = part
        shares = _shares(cell)
        margin = 0.15 + min(max(share - LIT, UNLIT - share) for share in shares.values())
        lit = "".join(name for name in "abcdefg" if shares[name] >= (LIT + UNLIT) / 2)
        if margin > best[1] and lit in SHAPES and not _is_solid(cell):
            best = (SHAPES[lit], margin)
    return best


def _shares(cell: Mask) -> dict[str, float]:
    height, width = cell.shape
    shares = {}
    for name, (left, top, right, bottom) in PLACES.items():
        part = cell[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]
        # A segment is thinner than its place: across its run, the fullest half counts.
        lines = part.mean(axis=1 if name in "adg" else 0) if part.size else np.zeros(1)
        shares[name] = float(np.sort(lines)[len(lines) // 2 :].mean())
    return shares


def _is_solid(cell: Mask) -> bool:
    height, width = cell.shape
    return any(
        cell[round(top * height) : round(bottom * height) + 1, round(left * width) : round(right * width) + 1].mean()
        > MOST_IN_HOLE
        for left, top, right, bottom in HOLES
    )


def _overlap(one: _Sides, other: _Sides) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _box(shown: _Shown, scale: float) -> Box:
    left, top, right, bottom = (side / scale for side in shown.box)
    return (left, top), (right, top), (right, bottom), (left, bottom)
