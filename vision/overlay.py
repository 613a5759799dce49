"""What was read, drawn over the picture it was read from: pixels, a Page and its fields in, a picture for people out.

Lines are blue, codes violet, flaws red, fields green with their names beside them; names are those of the output, in
Latin letters, so that any machine has the letters. What this does not know: files; a caller turns and writes them.
"""

from __future__ import annotations

from collections.abc import Mapping

import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont

from vision.lines.layout import enclosing
from vision.records import Box, Page, PageField, Pixels

Colour = tuple[int, int, int]
LINE, FIELD, CODE, FLAW = (63, 111, 216), (11, 122, 95), (122, 60, 201), (196, 54, 31)
WHITE = (255, 255, 255)
FILL_ALPHA = 40
THICK = 1 / 400
"""Of the longer side: 3 px on a phone's photo shown at screen width."""
LETTER = 1 / 55
MIN_LETTER_PX = 11


def draw_over(pixels: Pixels, page: Page, fields: Mapping[str, PageField]) -> PIL.Image.Image:
    """Draw a page's parts over its upright picture, the small above the large."""
    picture = PIL.Image.fromarray(pixels).convert("RGB")
    pen = _Pen(picture)
    for flaw in page.flaws:
        if flaw.box is not None:
            pen.box(flaw.box, FLAW, is_filled=True)
            pen.name(flaw.word, flaw.box, FLAW)
    for line in page.lines:
        pen.box(line.box, LINE, is_filled=False)
    for code in page.codes:
        pen.box(code.box, CODE, is_filled=True)
        pen.name(code.symbology, code.box, CODE)
    for name, field in page_parts(fields):
        pen.box(field.box, FIELD, is_filled=True)
        pen.name(name, field.box, FIELD)
    return picture


def page_parts(fields: Mapping[str, PageField]) -> list[tuple[str, PageField]]:
    """List fields, those first whose boxes are large, so that none hides under another."""
    return sorted(fields.items(), key=lambda item: -_area(item[1].box))


def _area(box: Box) -> float:
    (left, top), _, (right, bottom), _ = enclosing([box])
    return (right - left) * (bottom - top)


class _Pen:
    """Draws with widths and letters that fit the picture's size."""

    def __init__(self, picture: PIL.Image.Image) -> None:
        longer = max(picture.size)
        self._draw = PIL.ImageDraw.Draw(picture, "RGBA")
        self._right = float(picture.width)
        self._thick = max(1, round(longer * THICK))
        self._font = PIL.ImageFont.load_default(max(MIN_LETTER_PX, round(longer * LETTER)))

    def box(self, box: Box, colour: Colour, *, is_filled: bool) -> None:
        fill = (*colour, FILL_ALPHA) if is_filled else None
        width = self._thick if is_filled else max(1, self._thick // 2)
        self._draw.polygon(list(box), fill=fill, outline=(*colour, 255), width=width)

    def name(self, text: str, box: Box, colour: Colour) -> None:
        """Write a sign after a box where there is room, above it where not."""
        (left, top), _, (right, bottom), _ = enclosing([box])
        wide, high = self._draw.textbbox((0, 0), text, font=self._font)[2:]
        pad = 2 * self._thick
        is_beside = right + wide + 3 * pad < self._right
        x = right + pad if is_beside else max(0.0, min(left, self._right - wide - 2 * pad))
        y = (top + bottom - high) / 2 - pad if is_beside else max(0.0, top - high - 2 * pad)
        self._draw.rectangle((x, y, x + wide + 2 * pad, y + high + 2 * pad), fill=(*colour, 255))
        self._draw.text((x + pad, y + pad), text, font=self._font, fill=WHITE)
