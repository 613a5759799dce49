"""Pillow's pictures: the turn that each format carries is undone once, and large odd modes convert alike in bands."""

from __future__ import annotations

import numpy as np
import pillow_heif
import pytest
from PIL import Image as Pillow

from tests.vision.drawings import encoded
from vision import read_images
from vision.gate.raster import BAND_PIXELS, EXIF_ORIENTATION

WHITE = (255, 255, 255)
LAYING = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_90,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_270,
}


def laid(orientation: int) -> Pillow.Image:
    """Draw a black corner at the upright top left, laid down as a camera would."""
    upright = Pillow.new("RGB", (64, 32), WHITE)
    upright.paste((0, 0, 0), (0, 0, 16, 16))
    return upright.transpose(LAYING[orientation]) if orientation in LAYING else upright


def turned_file(form: str, orientation: int) -> bytes:
    exif = Pillow.Exif()
    exif[EXIF_ORIENTATION] = orientation
    if form == "HEIF":  # from bytes pillow-heif also writes the property that turns a HEIC; EXIF beside it only informs
        pillow_heif.register_heif_opener(thumbnails=False)
        return encoded(laid(orientation), form, exif=exif.tobytes(), quality=95)
    return encoded(laid(orientation), form, exif=exif, quality=95)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("form", ["PNG", "WEBP", "AVIF", "TIFF", "HEIF"])
def test_turn_is_undone_once(form: str, orientation: int) -> None:
    (image,) = read_images(turned_file(form, orientation), name="a")
    assert image.pixels.shape == (32, 64, 3)
    assert image.pixels[4, 4].max() < 60
    assert image.pixels[4, 60].min() > 200
    assert image.pixels[28, 4].min() > 200


def test_picture_of_several_bands_is_one() -> None:
    height = 2 * BAND_PIXELS // 1000 + 10
    rising = np.linspace(0, 40_000, height, dtype=np.uint16)[:, None].repeat(1000, axis=1)
    (grey,) = read_images(encoded(Pillow.fromarray(rising), "PNG"), name="grey")
    column = grey.pixels[:, 0, 0].astype(int)
    assert (column[0], column[-1]) == (0, 255)
    assert set(np.diff(column).tolist()) == {0, 1}

    shown = np.zeros((height, 1000, 4), dtype=np.uint8)
    shown[height - 5 :, :, 3] = 255
    (print_,) = read_images(encoded(Pillow.fromarray(shown), "PNG"), name="print")
    assert print_.pixels[height - 6, 0].tolist() == [255, 255, 255]
    assert print_.pixels[height - 5, 0].tolist() == [0, 0, 0]
