"""The one decode gate: bytes in, upright RGB pages out, or ImageRejected.

Takes JPEG, PNG, WebP, AVIF, HEIC, GIF (first frame), TIFF, BMP and PDF, told apart by their first bytes, never by their
name. Sizes are read from the header and checked before a pixel is decoded; the EXIF turn is applied; everything else
that a file carries (GPS, comments, profiles) stays behind, because only pixels come out.

What this does not know: what the picture shows, or how long a decoder will take; a caller who fears the slowest files
runs it in a subprocess.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
import PIL.Image

from vision.pdf import read_pdf
from vision.records import Image, ImageRejected, Pixels

ALLOWED = ("JPEG", "PNG", "WEBP", "AVIF", "HEIF", "GIF", "TIFF", "BMP", "PDF")

EXIF_ORIENTATION = 0x0112
EXIF_TURNS = {
    2: PIL.Image.Transpose.FLIP_LEFT_RIGHT,
    3: PIL.Image.Transpose.ROTATE_180,
    4: PIL.Image.Transpose.FLIP_TOP_BOTTOM,
    5: PIL.Image.Transpose.TRANSPOSE,
    6: PIL.Image.Transpose.ROTATE_270,
    7: PIL.Image.Transpose.TRANSVERSE,
    8: PIL.Image.Transpose.ROTATE_90,
}
"""EXIF 2.32, tag 274: what undoes each way of holding the camera."""

DECODER_ERRORS = (
    OSError,  # also UnidentifiedImageError and "image file is truncated"
    SyntaxError,  # Pillow's word for a broken header
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    EOFError,
    RuntimeError,  # libheif and libavif
    MemoryError,
    struct.error,
    zlib.error,
    Warning,  # where the interpreter turns Pillow's warnings into errors
)
"""What Pillow's plug-ins were seen to raise on the fuzzers' files of its own test suite."""

LIGHT_TEXT = 160
"""Visible pixels brighter than this on average (0..255) are light print, which would vanish on white paper: rapidocr's
own fixtures have mean 0 (black on transparent) and 255 (white on transparent)."""


@dataclass(frozen=True, slots=True)
class ImageLimits:
    """What one file may cost. 40 megapixels are 120 MB as RGB; the sum over pages is bounded as well."""

    file_bytes: int = 50_000_000
    page_pixels: int = 40_000_000
    total_pixels: int = 120_000_000
    pages: int = 20
    pdf_dpi: int = 200  # small print of an invoice is then about 20 px high, what PP-OCR reads best


def read_images(content: bytes, *, name: str, limits: ImageLimits | None = None) -> tuple[Image, ...]:
    """Decode every page of a file.

    Raises:
        ImageRejected: the file is empty, too big, broken or not of an allowed format.
    """
    limits = limits or ImageLimits()
    if not content:
        raise ImageRejected("empty", f"{name} is empty (0 bytes). Send the picture again.")
    if len(content) > limits.file_bytes:
        raise ImageRejected(
            "too_large",
            f"{name} has {len(content):,} bytes, more than the {limits.file_bytes:,} allowed. Send a smaller copy.",
        )
    form = sniff(content)
    if form == "PDF":
        return read_pdf(
            content, name=name, dpi=limits.pdf_dpi, max_pages=limits.pages, max_total_pixels=limits.total_pixels
        )
    if form == "":
        raise ImageRejected("not_an_image", f"{name} is none of {', '.join(ALLOWED)}. Send a photo, screenshot or PDF.")
    pages = _decode_raster(content, form=form, name=name, limits=limits)
    return tuple(Image(name=name, page=number, pixels=pixels) for number, pixels in enumerate(pages))


def sniff(content: bytes) -> str:
    """Name the format by its first bytes; "" where it is none of ALLOWED.

    >>> sniff(b"%PDF-1.7"), sniff(b"GIF89a...."), sniff(b"hello")
    ('PDF', 'GIF', '')
    """
    head = content[:32]
    if head[4:8] == b"ftyp":
        return "AVIF" if head[8:12] in (b"avif", b"avis") else "HEIF"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "WEBP"
    for signature, form in _SIGNATURES.items():
        if head.startswith(signature):
            return form
    # ISO 32000 lets a PDF's header stand anywhere in the first 1,024 bytes.
    return "PDF" if b"%PDF-" in content[:1024] else ""


_SIGNATURES = {
    b"\xff\xd8\xff": "JPEG",
    b"\x89PNG\r\n\x1a\n": "PNG",
    b"GIF87a": "GIF",
    b"GIF89a": "GIF",
    b"II*\x00": "TIFF",
    b"MM\x00*": "TIFF",
    b"II+\x00": "TIFF",
    b"MM\x00+": "TIFF",
    b"BM": "BMP",
}


def _decode_raster(content: bytes, *, form: str, name: str, limits: ImageLimits) -> list[Pixels]:
    if form == "HEIF":
        _register_heif()
    pages: list[Pixels] = []
    try:
        # MPO is what phones call a JPEG with a second picture inside; its first picture is the photo.
        with PIL.Image.open(io.BytesIO(content), formats=[form, "MPO"] if form == "JPEG" else [form]) as picture:
            left = limits.total_pixels
            for frame in _frames(picture, form=form, name=name, limits=limits):
                left -= frame.width * frame.height
                _refuse_pixels(frame, name=name, allowed=min(limits.page_pixels, left + frame.width * frame.height))
                pages.append(_upright_rgb(frame))
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
        raise ImageRejected("too_many_pixels", f"{name}: {error}. Send a smaller copy.") from error
    except DECODER_ERRORS as error:
        raise ImageRejected(
            "broken", f"{name} begins like {form} but cannot be decoded ({error}). Send the picture again."
        ) from error
    return pages


def _frames(picture: PIL.Image.Image, *, form: str, name: str, limits: ImageLimits) -> Iterator[PIL.Image.Image]:
    """Yield the pages of a TIFF; the first frame of everything else (an animation's, a burst's)."""
    yield picture
    if form != "TIFF":
        return
    for number in range(1, limits.pages + 1):
        try:
            picture.seek(number)
        except EOFError:
            return
        if number == limits.pages:
            raise ImageRejected(
                "too_many_pages", f"{name} has more than {limits.pages} pages. Send the pages that matter."
            )
        yield picture


def _refuse_pixels(frame: PIL.Image.Image, *, name: str, allowed: int) -> None:
    if frame.width * frame.height > allowed:
        raise ImageRejected(
            "too_many_pixels",
            f"{name} is {frame.width} x {frame.height} pixels, more than the {allowed:,} allowed. Send a smaller copy.",
        )
    if not frame.width or not frame.height:
        raise ImageRejected("broken", f"{name} has no pixels ({frame.width} x {frame.height}). Send the picture again.")


@cache
def _register_heif() -> None:
    """Teach Pillow HEIC, once, when the first one arrives."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)


def _upright_rgb(frame: PIL.Image.Image) -> Pixels:
    frame.load()
    turn = EXIF_TURNS.get(_exif_orientation(frame))
    pixels = _rgb(frame if turn is None else frame.transpose(turn))
    return np.ascontiguousarray(pixels)


def _exif_orientation(frame: PIL.Image.Image) -> int:
    """Return the EXIF orientation; 1 where there is none or the block is broken: such a photo is taken as it lies."""
    try:
        value = frame.getexif().get(EXIF_ORIENTATION, 1)
    except DECODER_ERRORS:
        return 1
    return value if isinstance(value, int) else 1


def _rgb(frame: PIL.Image.Image) -> Pixels:
    if frame.mode.startswith("I") or frame.mode == "F":
        return _stretched(np.asarray(frame, dtype=np.float32))
    if frame.has_transparency_data:
        return _on_paper(np.asarray(frame.convert("RGBA")))
    return np.array(frame.convert("RGB"), dtype=np.uint8)


def _stretched(levels: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> Pixels:
    """Map 16- and 32-bit grey to 8 bits so that the brightest pixel is white."""
    finite = np.nan_to_num(levels, nan=0.0, posinf=0.0, neginf=0.0)
    top = max(float(finite.max()), 1.0)
    grey = np.clip(finite * (255.0 / top), 0, 255).astype(np.uint8)
    return np.repeat(grey[:, :, None], 3, axis=2)


def _on_paper(rgba: Pixels) -> Pixels:
    """Lay a transparent picture on paper that its print stands out from: white, or black under light print."""
    alpha = rgba[:, :, 3:].astype(np.uint16)  # (h, w, 1)
    visible = int(alpha.sum())
    if visible == 255 * alpha.size:
        return rgba[:, :, :3].copy()
    shade = (rgba[:, :, :3] * alpha).sum(dtype=np.float64) / max(3 * visible, 1)
    paper = 0 if shade > LIGHT_TEXT else 255
    return ((rgba[:, :, :3] * alpha + paper * (255 - alpha)) // 255).astype(np.uint8)
