"""Seven-segment digits drawn as polygons: a text and a style in, a picture of a lit display out.

What this does not know: what the text means; letters are those that seven segments can show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
HEIGHT = 260
WIDTH = 140
STEP = 190
EDGE = 80

SEGMENTS: Mapping[str, str] = {
    "0": "abcdef", "1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc", "5": "afgcd", "6": "afgedc", "7": "abc",
    "8": "abcdefg", "9": "abcdfg", "A": "abcefg", "b": "cdefg", "C": "adef", "d": "bcdeg", "E": "adefg", "F": "aefg",
    "H": "bcefg", "L": "def", "P": "abefg", "U": "bcdef", "o": "cdeg", "r": "eg", "t": "defg", "n": "ceg", "-": "g",
    " ": "",
}  # fmt: skip
"""Which segments are lit: a the top one, clockwise to f, and g in the middle."""
ENDS: Mapping[str, tuple[tuple[float, float], tuple[float, float]]] = {
    "a": ((0, 0), (1, 0)), "b": ((1, 0), (1, 1)), "c": ((1, 1), (1, 2)), "d": ((0, 2), (1, 2)), "e": ((0, 1), (0, 2)),
    "f": ((0, 0), (0, 1)), "g": ((0, 1), (1, 1)),
}  # fmt: skip
"""From where to where a segment runs: x in widths, y in half heights."""


@dataclass(frozen=True, slots=True)
class SegmentStyle:
    """`ghost` is how bright unlit segments are, `thickness` in heights, `gap` between segments, `slant` in heights."""

    ground: Colour
    lit: Colour
    ghost: float
    thickness: float
    gap: float
    slant: float
    is_pointed: bool


def draw_segments(text: str, style: SegmentStyle) -> Image.Image:
    """Draw a text; a point belongs to the digit before it."""
    digits = [character for character in text if character != "."]
    width = 2 * EDGE + STEP * len(digits) - (STEP - WIDTH)
    picture = Image.new("RGB", (width, HEIGHT + 2 * EDGE - 20), style.ground)
    pen = ImageDraw.Draw(picture)
    place = -1
    for character in text:
        if character == ".":
            x = EDGE + place * STEP + WIDTH + 22
            pen.ellipse((x, 70 + HEIGHT - 24, x + 26, 70 + HEIGHT + 2), fill=style.lit)
            continue
        place += 1
        for name in "abcdefg":
            is_lit = name in SEGMENTS[character]
            if is_lit or style.ghost:
                pen.polygon(_outline(name, EDGE + place * STEP, style), fill=style.lit if is_lit else _ghost(style))
    return picture


def _ghost(style: SegmentStyle) -> Colour:
    red, green, blue = (round(a + (b - a) * style.ghost) for a, b in zip(style.ground, style.lit, strict=True))
    return (red, green, blue)


def _outline(name: str, left: float, style: SegmentStyle) -> list[tuple[float, float]]:
    (x1, y1), (x2, y2) = ENDS[name]
    half, thick = HEIGHT / 2, style.thickness * HEIGHT / 2
    across, down = WIDTH - 2 * thick, half - thick
    ax, ay, bx, by = (
        left + thick + x1 * across,
        70 + thick + y1 * down,
        left + thick + x2 * across,
        70 + thick + y2 * down,
    )
    gap, point = style.gap * HEIGHT, thick if style.is_pointed else 0.0
    if name in "adg":
        ax, bx = ax + gap, bx - gap
        corners = [
            (ax, ay),
            (ax + point, ay - thick),
            (bx - point, ay - thick),
            (bx, ay),
            (bx - point, ay + thick),
            (ax + point, ay + thick),
        ]
    else:
        ay, by = ay + gap, by - gap
        corners = [
            (ax, ay),
            (ax + thick, ay + point),
            (ax + thick, by - point),
            (ax, by),
            (ax - thick, by - point),
            (ax - thick, ay + point),
        ]
    return [(x + style.slant * (70 + HEIGHT - y), y) for x, y in corners]
