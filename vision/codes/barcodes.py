"""Codes on a picture: pixels in, decoded barcodes and matrix codes with their boxes out.

zxing-cpp looks once at the whole picture. When it finds nothing, a short ladder of variants is tried (larger, sharper,
softer, of evened contrast, turned a little), and what a variant finds counts only when the symbology corrects errors by
itself or a second variant agrees and none contradicts. A small retail code is checked in the same way, because its one
check digit lets every tenth misreading through.

What this does not know: what a code's text says; see code_texts.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from vision.codes.code_texts import code_content
from vision.records import Box, Code, Image, Pixels

if TYPE_CHECKING:
    import PIL.Image
    import zxingcpp

LADDER_SIDE_PX = 1200
"""The ladder works on at most this side; a code smaller than a tenth of it was seen whole by the first look."""
SMALL_SIDE_PX = 1000
"""Pictures below this are enlarged on the ladder, and retail codes in them are checked by a second look."""
THOROUGH_SIDE_PX = 700
"""All of zxing-cpp's samples that one look misses are smaller; on larger pictures, most of them without any code, the
variants that cost most are left out: 0.20 s of CPU a receipt (8 of SROIE, minimum of two runs, 2026-11-23)."""
TURNS_DEGREES = (-12, 12)
"""zxing-cpp scans rows and columns; a linear code slanted by more than its height over its width is crossed by none."""
SLIGHT_TURNS_DEGREES = (-5, 5)
"""A slight turn moves bars against the grid of pixels: two of zxing-cpp's samples more, and no misreading more."""
CORRECTING = ("QRCode", "MicroQRCode", "RMQRCode", "DataMatrix", "Aztec", "PDF417", "MicroPDF417", "MaxiCode")
"""Symbologies with Reed-Solomon error correction: a wrong reading that passes it is not to be expected."""
ADD_ON_DIGITS = 5
"""Add-ons of two digits have no more than a parity to check them, and turn up beside plain codes."""
GLOBAL_LOOKS = 2
"""Soft matrix codes that one threshold for the whole picture brings out show in the first variants or in none."""
CLIP, TILES = 3.0, 8
"""CLAHE: 2 to 12 and 4 to 16 were tried on zxing-cpp's samples; 3 and 8 read as many as any."""
RETAIL = ("EAN13", "EAN8", "UPCA", "UPCE")
LADDER_ITF_CHARACTERS = 6
"""ITF has no check digit and its start pattern is four bars: on a sharpened table ruling it reads a few digits."""


def read_codes(image: Image) -> tuple[Code, ...]:
    """Find and decode every code, top to bottom."""
    grey = to_grey(image.pixels)
    codes = _decode(grey)
    if not codes:
        codes = _climb(grey)
    elif max(grey.shape) < SMALL_SIDE_PX:
        codes = _checked(codes, grey)
    codes = _with_add_ons(codes, grey)
    return tuple(sorted(codes, key=lambda code: (code.box[0][1], code.box[0][0])))


def to_grey(pixels: Pixels) -> Pixels:
    """Weigh RGB to luminance by ITU-R BT.601, in integers: (h, w, 3) -> (h, w)."""
    red, green, blue = (pixels[:, :, channel].astype(np.uint32) for channel in range(3))
    return ((red * 299 + green * 587 + blue * 114) // 1000).astype(np.uint8)


def _decode(grey: Pixels, *, is_global: bool = False, with_add_on: bool = False) -> list[Code]:
    """Run zxing-cpp once; `is_global` sets one threshold for the whole picture, which suits soft matrix codes."""
    import zxingcpp

    found = zxingcpp.read_barcodes(
        grey,
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=zxingcpp.Binarizer.GlobalHistogram if is_global else zxingcpp.Binarizer.LocalAverage,
        ean_add_on_symbol=zxingcpp.EanAddOnSymbol.Read if with_add_on else zxingcpp.EanAddOnSymbol.Ignore,
    )
    return [_code(barcode) for barcode in found if barcode.valid and barcode.bytes]


def _with_add_ons(codes: list[Code], grey: Pixels) -> list[Code]:
    """Add what a book's or magazine's second symbol says: the code once more, with its five digits behind it."""
    retail = [code for code in codes if code.symbology in RETAIL]
    if not retail:
        return codes
    longer = [
        code
        for code in _decode(grey, with_add_on=True)
        if any(code.text.startswith(main.text) and len(code.text) == len(main.text) + ADD_ON_DIGITS for main in retail)
    ]
    return codes + longer


def _code(barcode: zxingcpp.Barcode) -> Code:
    corners = barcode.position
    box: Box = (
        (float(corners.top_left.x), float(corners.top_left.y)),
        (float(corners.top_right.x), float(corners.top_right.y)),
        (float(corners.bottom_right.x), float(corners.bottom_right.y)),
        (float(corners.bottom_left.x), float(corners.bottom_left.y)),
    )
    content = code_content(barcode.text, identifier=barcode.symbology_identifier)
    return Code(
        symbology=barcode.format.name,
        text=barcode.text,
        box=box,
        gs1=content.gs1,
        kind=content.kind,
        values=content.values,
    )


def _climb(grey: Pixels) -> list[Code]:
    """Try variants; keep what error correction vouches for, or else what the variants agree on."""
    looks: list[list[Code]] = []
    for number, (variant, scale) in enumerate(_variants(grey)):
        decoded = _decode(variant)
        if not decoded and number < GLOBAL_LOOKS:
            decoded = _decode(variant, is_global=True)
        found = [_scaled(code, scale) for code in decoded if _is_believable(code)]
        sure = [code for code in found if code.symbology in CORRECTING]
        if sure:
            return sure
        looks.append(found)
    return _agreed(looks)


def _checked(codes: list[Code], grey: Pixels) -> list[Code]:
    """Look again where a small picture gave a retail code; drop or mend what the other variants contradict."""
    if not any(code.symbology in RETAIL for code in codes):
        return codes
    looks = [[_scaled(code, scale) for code in _decode(variant)] for variant, scale in _variants(grey)]
    votes = Counter(code.text for found in [codes, *looks] for code in found)
    kept = [code for code in codes if code.symbology not in RETAIL or 2 * votes[code.text] >= max(votes.values())]
    return kept or _agreed(looks)


def _agreed(looks: list[list[Code]]) -> list[Code]:
    """Keep what two variants read alike, unless another reading comes near it in number."""
    votes = Counter((code.symbology, code.text) for found in looks for code in found)
    ranked = votes.most_common(2)
    if not ranked or ranked[0][1] < 2:
        return []
    if len(ranked) > 1 and 2 * ranked[1][1] > ranked[0][1]:
        return []
    return [next(code for found in looks for code in found if (code.symbology, code.text) == ranked[0][0])]


def _is_believable(code: Code) -> bool:
    return not code.symbology.startswith("ITF") or len(code.text) >= LADDER_ITF_CHARACTERS


def _scaled(code: Code, scale: float) -> Code:
    first, second, third, fourth = ((x / scale, y / scale) for x, y in code.box)
    return replace(code, box=(first, second, third, fourth))


def _variants(grey: Pixels) -> Iterator[tuple[Pixels, float]]:
    """Yield variants of a picture and how much larger each is."""
    from PIL import Image as Pillow
    from PIL import ImageFilter, ImageOps

    picture = Pillow.fromarray(grey)
    picture.thumbnail((LADDER_SIDE_PX, LADDER_SIDE_PX))
    scale = picture.width / grey.shape[1]
    if max(picture.size) < SMALL_SIDE_PX:
        picture = picture.resize((picture.width * 2, picture.height * 2), Pillow.Resampling.BICUBIC)
        scale *= 2
    yield np.asarray(picture), scale
    is_thorough = max(grey.shape) < THOROUGH_SIDE_PX
    if is_thorough:
        larger = picture.resize((picture.width * 3 // 2, picture.height * 3 // 2), Pillow.Resampling.LANCZOS)
        yield np.asarray(larger), scale * 1.5
    yield np.asarray(picture.filter(ImageFilter.UnsharpMask(radius=3, percent=250, threshold=0))), scale
    even = Pillow.fromarray(evened(np.asarray(picture)))
    yield np.asarray(even), scale
    if is_thorough:
        yield np.asarray(even.filter(ImageFilter.UnsharpMask(radius=1.5, percent=200, threshold=0))), scale
        wide = Pillow.fromarray(evened(np.asarray(larger)))
        yield np.asarray(wide.filter(ImageFilter.UnsharpMask(radius=2, percent=200, threshold=0))), scale * 1.5
        yield np.asarray(picture.filter(ImageFilter.GaussianBlur(1.2))), scale
        yield np.asarray(ImageOps.autocontrast(picture, cutoff=2)), scale
    for degrees in TURNS_DEGREES + (SLIGHT_TURNS_DEGREES if is_thorough else ()):
        yield np.asarray(_turned(even, degrees)), scale


def evened(grey: Pixels) -> Pixels:
    """Stretch contrast tile by tile (CLAHE), so that bars in shadow and under a reflection get one threshold."""
    import cv2

    return np.asarray(cv2.createCLAHE(clipLimit=CLIP, tileGridSize=(TILES, TILES)).apply(grey), dtype=np.uint8)


def _turned(picture: PIL.Image.Image, degrees: int) -> PIL.Image.Image:
    """Turn a picture about its middle; boxes found in it are off by the turn, which is small."""
    from PIL import Image as Pillow

    return picture.rotate(degrees, resample=Pillow.Resampling.BICUBIC, fillcolor=255)
