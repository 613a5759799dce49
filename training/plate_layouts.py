"""How a plate's words are set: a Plate, a layout's name and a face in, a flat drawing out.

LAYOUTS are seen while rules are tuned, HELD_OUT only in the test split. What this does not know: truth; it draws words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import numpy as np
import zxingcpp
from PIL import Image, ImageDraw, ImageFilter

from training.page_fonts import Face

Colour = tuple[int, int, int]
WIDTH = 1200
MARGIN = 60


@dataclass(frozen=True, slots=True)
class Plate:
    """The words on a plate: `rows` are label and value; `code` is a symbology, or "" for none."""

    headline: str
    title: str
    rows: tuple[tuple[str, str], ...]
    footer: str
    code: str
    serial: str
    model: str


@dataclass(frozen=True, slots=True)
class Stock:
    """What a plate is made of."""

    name: str
    ground: Colour
    ink: Colour
    soft: Colour  # of labels


STOCKS = (
    Stock("silver", (214, 217, 220), (22, 24, 28), (50, 54, 60)),
    Stock("white", (250, 250, 248), (12, 12, 12), (40, 40, 40)),
    Stock("black", (26, 27, 30), (232, 232, 228), (196, 196, 192)),
    Stock("blue", (24, 54, 110), (240, 243, 248), (205, 215, 232)),
    Stock("yellow", (240, 208, 60), (20, 18, 10), (44, 40, 20)),
    Stock("steel", (168, 172, 176), (34, 36, 40), (52, 56, 60)),
)


@dataclass(slots=True)
class Sheet:
    """A drawing in progress: `y` is where the next thing goes."""

    picture: Image.Image
    pen: ImageDraw.ImageDraw
    stock: Stock
    face: Face
    rng: Random
    size_px: int
    y: int = 0

    def write(self, x: float, y: float, text: str, *, share: float = 1.0, soft: bool = False) -> int:
        colour = self.stock.soft if soft else self.stock.ink
        return self.face.write(self.pen, (x, y), text, size_px=round(self.size_px * share), fill=colour)

    def width(self, text: str, share: float = 1.0) -> int:
        return self.face.width(text, round(self.size_px * share))


Rows = Sequence[tuple[str, str]]


def draw_plate(plate: Plate, layout: str, face: Face, rng: Random) -> Image.Image:
    """Draw a plate in a layout."""
    stock = rng.choice(STOCKS)
    picture = Image.new("RGB", (WIDTH, 2200), stock.ground)
    size = rng.randint(30, 44)
    sheet = Sheet(picture, ImageDraw.Draw(picture), stock, face, rng, size, y=MARGIN)
    _heading(sheet, plate)
    {**_SEEN, **_UNSEEN}[layout](sheet, plate.rows)
    if plate.code:
        _code(sheet, plate)
    if plate.footer:
        sheet.write(MARGIN, sheet.y + 16, plate.footer, share=0.75, soft=True)
        sheet.y += round(size * 1.2) + 16
    flat = picture.crop((0, 0, WIDTH, sheet.y + MARGIN))
    if rng.random() < 0.7:
        pen, inset = ImageDraw.Draw(flat), rng.randint(10, 22)
        box = (inset, inset, flat.width - inset, flat.height - inset)
        pen.rounded_rectangle(box, radius=rng.choice((0, 16, 30)), outline=stock.ink, width=rng.randint(2, 5))
    return _engraved(flat) if stock.name == "steel" else flat


def _heading(sheet: Sheet, plate: Plate) -> None:
    is_centred = sheet.rng.random() < 0.4
    for text, share in ((plate.headline, sheet.rng.uniform(1.6, 2.2)), (plate.title, sheet.rng.uniform(0.95, 1.15))):
        if not text:
            continue
        x = (WIDTH - sheet.width(text, share)) // 2 if is_centred else MARGIN
        sheet.write(x, sheet.y, text, share=share)
        sheet.y += round(sheet.size_px * share * 1.45)
    sheet.y += 14


def _ruled(sheet: Sheet, rows: Rows) -> None:
    """A table with rules."""
    step = round(sheet.size_px * sheet.rng.uniform(1.55, 1.9))
    split = _label_width(sheet, rows) + MARGIN + 40
    top, right = sheet.y, WIDTH - MARGIN
    for label, value in rows:
        sheet.pen.line((MARGIN, sheet.y, right, sheet.y), fill=sheet.stock.soft, width=2)
        inset = (step - sheet.size_px * 1.2) / 2
        sheet.write(MARGIN + 16, sheet.y + inset, label, soft=True)
        sheet.write(split + 16, sheet.y + inset, value)
        sheet.y += step
    sheet.pen.line((MARGIN, sheet.y, right, sheet.y), fill=sheet.stock.soft, width=2)
    for x in (MARGIN, split, right):
        sheet.pen.line((x, top, x, sheet.y), fill=sheet.stock.soft, width=2)
    sheet.y += 24


def _open(sheet: Sheet, rows: Rows) -> None:
    """Labels at the left, values at a tab stop, no rules."""
    colon = sheet.rng.choice(("", "", ":", "："))
    split = MARGIN + _label_width(sheet, rows) + sheet.rng.randint(50, 160)
    for label, value in rows:
        sheet.write(MARGIN, sheet.y, label + colon, soft=True)
        sheet.write(split, sheet.y, value)
        sheet.y += round(sheet.size_px * 1.6)


def _two_columns(sheet: Sheet, rows: Rows) -> None:
    """Two label-value pairs a row where both fit."""
    colon = sheet.rng.choice(("：", ":", ": "))
    half = WIDTH // 2
    waiting = list(rows)
    while waiting:
        pair = waiting[:2] if all(sheet.width(a + colon + b, 0.85) < half - 90 for a, b in waiting[:2]) else waiting[:1]
        for place, (label, value) in enumerate(pair):
            x = MARGIN + place * half
            x += sheet.write(x, sheet.y, label + colon, share=0.85, soft=True) + 8
            sheet.write(x, sheet.y, value, share=0.85)
        waiting = waiting[len(pair) :]
        sheet.y += round(sheet.size_px * 1.5)


def _pairs(sheet: Sheet, rows: Rows) -> None:
    """ "Label: value" lines, some short ones sharing a line."""
    x = MARGIN
    for label, value in rows:
        text = f"{label}: {value}" if label.isascii() else f"{label}：{value}"
        if x > MARGIN and x + sheet.width(text) + 70 > WIDTH - MARGIN:
            x, sheet.y = MARGIN, sheet.y + round(sheet.size_px * 1.5)
        x += sheet.write(x, sheet.y, text) + 70
        if sheet.rng.random() < 0.6:
            x, sheet.y = MARGIN, sheet.y + round(sheet.size_px * 1.5)
    sheet.y += 0 if x == MARGIN else round(sheet.size_px * 1.5)


def _justified(sheet: Sheet, rows: Rows) -> None:
    """Labels spread to one width ("序 列 号"), then a colon."""
    widest = _label_width(sheet, rows)
    for label, value in rows:
        letters = label if not label.isascii() else [label]
        space = (widest - sum(sheet.width(letter) for letter in letters)) / max(1, len(letters) - 1)
        x: float = MARGIN
        for letter in letters:
            x += sheet.write(x, sheet.y, letter, soft=True) + space
        sheet.write(MARGIN + widest + 6, sheet.y, "：" if not label.isascii() else ":", soft=True)
        sheet.write(MARGIN + widest + 60, sheet.y, value)
        sheet.y += round(sheet.size_px * 1.6)


def _stacked_labels(sheet: Sheet, rows: Rows) -> None:
    """A grid of cells, a small label above its value."""
    cell = (WIDTH - 2 * MARGIN) // 2
    for number in range(0, len(rows), 2):
        pair = rows[number : number + 2]
        high = round(sheet.size_px * 2.5)
        for place, (label, value) in enumerate(pair):
            x = MARGIN + place * cell
            sheet.pen.rectangle((x, sheet.y, x + cell, sheet.y + high), outline=sheet.stock.soft, width=2)
            sheet.write(x + 14, sheet.y + 8, label, share=0.7, soft=True)
            sheet.write(x + 14, sheet.y + sheet.size_px * 1.05, value)
        sheet.y += high
    sheet.y += 20


def _underlined(sheet: Sheet, rows: Rows) -> None:
    """A form: values stamped on a rule."""
    for label, value in rows:
        x = MARGIN + sheet.write(MARGIN, sheet.y, label, soft=True) + 20
        sheet.pen.line((x, sheet.y + sheet.size_px * 1.35, WIDTH - MARGIN, sheet.y + sheet.size_px * 1.35),
                       fill=sheet.stock.soft, width=2)  # fmt: skip
        sheet.write(x + sheet.rng.randint(10, 60), sheet.y - 2, value)
        sheet.y += round(sheet.size_px * 1.75)


def _right_aligned(sheet: Sheet, rows: Rows) -> None:
    """Labels end where values begin."""
    split = MARGIN + _label_width(sheet, rows) + 30
    for label, value in rows:
        sheet.write(split - 26 - sheet.width(label, 0.9), sheet.y, label, share=0.9, soft=True)
        sheet.write(split, sheet.y, value)
        sheet.y += round(sheet.size_px * 1.55)


def _mixed(sheet: Sheet, rows: Rows) -> None:
    """The first two rows large and alone, the rest small, three or two to a line."""
    for label, value in rows[:2]:
        sheet.write(MARGIN, sheet.y, label, share=0.8, soft=True)
        sheet.write(MARGIN + 240 + 60, sheet.y - 4, value, share=1.2)
        sheet.y += round(sheet.size_px * 1.9)
    x = MARGIN
    for label, value in rows[2:]:
        width = sheet.width(f"{label} {value}", 0.72) + 8
        if x > MARGIN and x + width > WIDTH - MARGIN:
            x, sheet.y = MARGIN, sheet.y + round(sheet.size_px * 1.2)
        start = x
        x += sheet.write(x, sheet.y, label, share=0.72, soft=True) + 14
        sheet.write(x, sheet.y, value, share=0.72)
        x = start + width + 80
    sheet.y += round(sheet.size_px * 1.5)


def _wide_table(sheet: Sheet, rows: Rows) -> None:
    """A table of four columns: label, value, label, value, all ruled."""
    step, half = round(sheet.size_px * 1.5), (WIDTH - 2 * MARGIN) // 2
    for number in range(0, len(rows), 2):
        for place, (label, value) in enumerate(rows[number : number + 2]):
            x = MARGIN + place * half
            sheet.pen.rectangle((x, sheet.y, x + half, sheet.y + step), outline=sheet.stock.soft, width=2)
            split = x + round(half * 0.42)
            sheet.pen.line((split, sheet.y, split, sheet.y + step), fill=sheet.stock.soft, width=2)
            for left, text, room in ((x, label, half * 0.42), (split, value, half * 0.58)):
                share = min(0.75, 0.75 * (room - 16) / max(1, sheet.width(text, 0.75)))
                sheet.write(left + 8, sheet.y + sheet.size_px * 0.25, text, share=share, soft=left == x)
        sheet.y += step
    sheet.y += 24


def _label_width(sheet: Sheet, rows: Rows) -> int:
    return max(sheet.width(label) for label, _ in rows)


def _code(sheet: Sheet, plate: Plate) -> None:
    """Put a code below: the serial number alone, or "SN:..;MODEL:.."."""
    is_matrix = plate.code != "Code128"
    text = plate.serial if not is_matrix or sheet.rng.random() < 0.5 else f"SN:{plate.serial};MODEL:{plate.model}"
    code = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, plate.code))
    drawn = Image.fromarray(np.array(code.to_image(scale=6 if is_matrix else 3))).convert("RGB")
    if drawn.width > WIDTH - 2 * MARGIN:
        return
    sheet.picture.paste(drawn, (WIDTH - MARGIN - drawn.width, sheet.y + 12))
    sheet.y += drawn.height + 24
    if not is_matrix and sheet.rng.random() < 0.6:
        sheet.write(WIDTH - MARGIN - drawn.width + 30, sheet.y - 8, plate.serial, share=0.8)
        sheet.y += round(sheet.size_px * 1.1)


def _engraved(flat: Image.Image) -> Image.Image:
    """Give print a light lower edge, as stamped metal has, and brush the ground."""
    grey = np.asarray(flat.convert("L").filter(ImageFilter.GaussianBlur(1)), dtype=np.float32)
    edge = np.roll(grey, (2, 2), axis=(0, 1)) - grey
    brushed = np.random.default_rng(flat.height).normal(0, 5, (flat.height, 1)).astype(np.float32)
    levels = np.asarray(flat, dtype=np.float32) - 0.35 * edge[:, :, None] + brushed[:, :, None]
    return Image.fromarray(np.clip(levels, 0, 255).astype(np.uint8))


Layout = Callable[[Sheet, Rows], None]
_SEEN: Mapping[str, Layout] = {
    "ruled": _ruled,
    "open": _open,
    "two_columns": _two_columns,
    "pairs": _pairs,
    "justified": _justified,
    "bilingual": _open,
    "stacked_labels": _stacked_labels,
}
_UNSEEN: Mapping[str, Layout] = {
    "underlined": _underlined,
    "right_aligned": _right_aligned,
    "mixed": _mixed,
    "wide_table": _wide_table,
}
LAYOUTS = tuple(_SEEN)
HELD_OUT = tuple(_UNSEEN)
