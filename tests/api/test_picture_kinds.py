"""Every format that the gate decodes is taken for a picture wherever files come in."""

from __future__ import annotations

import io

import numpy as np
import PIL.Image
import pytest

from api.prefill import Attachment, kind_of
from vision.gate.image import ALLOWED, sniff

PICTURE = PIL.Image.fromarray(np.random.default_rng(0).integers(0, 255, (40, 60, 3), dtype=np.uint8))
BRANDS = ("heic", "heix", "hevc", "hevx", "mif1", "msf1", "avif")
HEADS = {
    "BigTIFF, little-endian": b"II+\x00\x08\x00\x00\x00",
    "BigTIFF, big-endian": b"MM\x00+\x00\x08\x00\x00",
    **{
        f"brand {brand}": b"\0\0\0\x18ftyp" + brand.encode()
        for brand in ("heic", "heix", "hevc", "mif1", "msf1", "avif")
    },
    "PDF behind a header": b"junk\n" + b"%PDF-1.7",
}


def encoded(form: str) -> bytes:
    target = io.BytesIO()
    if form == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    PICTURE.save(target, form)
    return target.getvalue()


@pytest.mark.parametrize("form", ALLOWED)
def test_what_the_gate_decodes_is_a_picture(form: str) -> None:
    content = encoded(form)
    assert (sniff(content), kind_of(Attachment("name.wav", content))) == (form, "image")


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
def test_rare_beginnings_are_pictures_too(head: bytes) -> None:
    assert sniff(head) != ""
    assert kind_of(Attachment("photo", head)) == "image"
