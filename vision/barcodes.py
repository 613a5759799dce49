"""Codes on a picture: pixels in, decoded barcodes and matrix codes with their boxes out.

zxing-cpp looks once at the whole picture. Only when it finds nothing, a short ladder of variants is tried (larger, other
binarisation, sharper), and what a variant finds counts only when a second variant agrees or the symbology corrects errors
by itself. GS1 element strings are taken apart by biip.

What this does not know: what a code means to the business; an order number in a QR code is for the fields to find.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from vision.records import Box, Code, Image, Pixels

if TYPE_CHECKING:
    import zxingcpp

MIN_SIDE_PX = 8
LADDER_SIDE_PX = 1600
"""The ladder works on at most this side: a code that fills a tenth of it still has 160 px, two a module of a QR code of 77."""
UPSCALE_BELOW_PX = 1000
CORRECTING = ("QRCode", "MicroQRCode", "RMQRCode", "DataMatrix", "Aztec", "PDF417", "MicroPDF417", "MaxiCode")
"""Symbologies with Reed-Solomon error correction: a wrong reading that passes it is not to be expected."""
MIN_ITF_CHARACTERS = 6
"""ITF has no check digit and its start pattern is four bars: shorter readings turn up in ruled tables."""


def read_codes(image: Image) -> tuple[Code, ...]:
    """Find and decode every code, top to bottom."""
    if min(image.width_px, image.height_px) < MIN_SIDE_PX:
        return ()
    grey = to_grey(image.pixels)
    codes = _decode(grey, scale=1.0) or _climb(grey)
    return tuple(sorted(codes, key=lambda code: (code.box[0][1], code.box[0][0])))


def to_grey(pixels: Pixels) -> Pixels:
    """Weigh RGB to luminance by ITU-R BT.601, in integers: (h, w, 3) -> (h, w)."""
    red, green, blue = (pixels[:, :, channel].astype(np.uint32) for channel in range(3))
    return ((red * 299 + green * 587 + blue * 114) // 1000).astype(np.uint8)


def parse_gs1(content: bytes, *, identifier: str) -> dict[str, str]:
    """Take a GS1 element string apart: application identifier to value.

    >>> parse_gs1(b"010950400005910121SN123", identifier="]C1")
    {'01': '09504000059101', '21': 'SN123'}
    """
    import biip
    from biip.gs1_messages import GS1Message

    try:
        message = GS1Message.parse(content.decode("ascii"))
    except (UnicodeDecodeError, biip.BiipException, ValueError):
        return {}
    return {element.ai.ai: element.value for element in message.element_strings}


def _decode(grey: Pixels, *, scale: float, binarizer: str = "LocalAverage") -> list[Code]:
    import zxingcpp

    found = zxingcpp.read_barcodes(
        grey,
        text_mode=zxingcpp.TextMode.Plain,
        binarizer=getattr(zxingcpp.Binarizer, binarizer),
    )
    return [_code(barcode, scale=scale) for barcode in found if barcode.valid and _is_believable(barcode)]


def _is_believable(barcode: zxingcpp.Barcode) -> bool:
    if not barcode.bytes:
        return False
    return not barcode.format.name.startswith("ITF") or len(barcode.bytes) >= MIN_ITF_CHARACTERS


def _code(barcode: zxingcpp.Barcode, *, scale: float) -> Code:
    import zxingcpp

    is_gs1 = barcode.content_type == zxingcpp.ContentType.GS1
    corners = barcode.position
    box: Box = (
        (corners.top_left.x / scale, corners.top_left.y / scale),
        (corners.top_right.x / scale, corners.top_right.y / scale),
        (corners.bottom_right.x / scale, corners.bottom_right.y / scale),
        (corners.bottom_left.x / scale, corners.bottom_left.y / scale),
    )
    gs1 = parse_gs1(barcode.bytes, identifier=barcode.symbology_identifier) if is_gs1 else {}
    return Code(symbology=barcode.format.name, text=barcode.text, box=box, gs1=gs1)


def _climb(grey: Pixels) -> list[Code]:
    """Try variants; keep what error correction or a second variant vouches for."""
    seen: dict[tuple[str, str], Code] = {}
    for variant, scale, binarizer in _variants(grey):
        for code in _decode(variant, scale=scale, binarizer=binarizer):
            key = (code.symbology, code.text)
            if key in seen or code.symbology in CORRECTING:
                return [code]
            seen[key] = code
    return []


def _variants(grey: Pixels) -> Iterator[tuple[Pixels, float, str]]:
    from PIL import Image as Pillow
    from PIL import ImageFilter, ImageOps

    picture = Pillow.fromarray(grey)
    picture.thumbnail((LADDER_SIDE_PX, LADDER_SIDE_PX))
    scale = picture.width / grey.shape[1]
    if max(picture.size) < UPSCALE_BELOW_PX:
        picture = picture.resize((picture.width * 2, picture.height * 2), Pillow.Resampling.BICUBIC)
        scale *= 2
    sharp = picture.filter(ImageFilter.UnsharpMask(radius=3, percent=250, threshold=0))
    soft = picture.filter(ImageFilter.GaussianBlur(1.2))
    level = ImageOps.autocontrast(picture, cutoff=2)
    for variant in (picture, sharp, soft, level):
        yield np.asarray(variant), scale, "LocalAverage"
        yield np.asarray(variant), scale, "GlobalHistogram"
