"""Pictures of one format decoded by Pillow: bytes in, upright RGB pixels of each page out.

Sizes are read from the header and checked before a pixel is decoded; the EXIF turn is applied; everything else that a
file carries (GPS, comments, profiles) stays behind, because only pixels come out. A picture with more pixels than
allowed is refused, JPEG too, with the words to send a smaller copy.

What this does not know: how long a decoder will take; vision.gate.decoder_child bounds that.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from functools import cache

import numpy as np
import PIL.Image

from vision.gate.image_limits import ImageLimits
from vision.records import ImageRejected, Pixels

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
BAND_PIXELS = 1_000_000
"""Grey of 16 bits and transparent pictures are converted in bands of about this size, so that 40 megapixels never
stand in memory as floats."""


def decode_raster(content: bytes, *, form: str, name: str, limits: ImageLimits) -> list[Pixels]:
    """Decode every page of a picture whose format is known.

    Raises:
        ImageRejected: broken, or past a limit.
    """
    if form == "HEIF":
        _register_heif()
    pages: list[Pixels] = []
    try:
        # MPO is what phones call a JPEG with a second picture inside; its first picture is the photo.
        with PIL.Image.open(io.BytesIO(content), formats=[form, "MPO"] if form == "JPEG" else [form]) as picture:
            left = limits.total_pixels
            for frame in _frames(picture, form=form, name=name, limits=limits):
                _refuse_pixels(frame, name=name, allowed=min(limits.page_pixels, left))
                left -= frame.width * frame.height
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
        return _stretched(np.asarray(frame))
    if frame.has_transparency_data:
        return _on_paper(np.asarray(frame.convert("RGBA")))
    return np.array(frame.convert("RGB"), dtype=np.uint8)


def _bands(height: int, width: int) -> Iterator[slice]:
    rows = max(1, BAND_PIXELS // max(width, 1))
    return (slice(top, top + rows) for top in range(0, height, rows))


def _stretched(levels: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> Pixels:
    """Map 16- and 32-bit grey to 8 bits so that the brightest pixel is white."""
    height, width = levels.shape
    top = max(1.0, *(float(_finite(levels[band]).max()) for band in _bands(height, width)))
    pixels = np.empty((height, width, 3), dtype=np.uint8)
    for band in _bands(height, width):
        pixels[band] = np.clip(_finite(levels[band]) * (255.0 / top), 0, 255).astype(np.uint8)[:, :, None]
    return pixels


def _finite(
    levels: np.ndarray[tuple[int, ...], np.dtype[np.generic]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    return np.nan_to_num(levels.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)


def _on_paper(rgba: Pixels) -> Pixels:
    """Lay a transparent picture on paper that its print stands out from: white, or black under light print."""
    height, width = rgba.shape[:2]
    visible, light = 0, 0.0
    for band in _bands(height, width):
        alpha = rgba[band, :, 3:].astype(np.uint16)  # (h, w, 1)
        visible += int(alpha.sum())
        light += float((rgba[band, :, :3] * alpha).sum(dtype=np.float64))
    if visible == 255 * height * width:
        return rgba[:, :, :3].copy()
    paper = 0 if light / max(3 * visible, 1) > LIGHT_TEXT else 255
    pixels = np.empty((height, width, 3), dtype=np.uint8)
    for band in _bands(height, width):
        alpha = rgba[band, :, 3:].astype(np.uint16)
        pixels[band] = (rgba[band, :, :3] * alpha + paper * (255 - alpha)) // 255
    return pixels
