"""The decode gate: every allowed format opens, everything else is refused with a reason and a way out."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path

import numpy as np
import pillow_heif
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow

from tests.vision.drawings import encoded
from vision import ImageLimits, ImageRejected, read_images
from vision.gate.image import sniff
from vision.gate.raster import EXIF_ORIENTATION

RED, WHITE = (200, 30, 30), (255, 255, 255)


def red(width: int = 40, height: int = 30) -> Pillow.Image:
    return Pillow.new("RGB", (width, height), RED)


def heic(picture: Pillow.Image) -> bytes:
    target = io.BytesIO()
    pillow_heif.from_pillow(picture).save(target, quality=90)
    return target.getvalue()


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "TIFF", "BMP", "HEIF"])
def test_allowed_format_comes_out_as_rgb(form: str) -> None:
    content = heic(red()) if form == "HEIF" else encoded(red(), form)
    (image,) = read_images(content, name=f"photo.{form}")
    assert sniff(content) == form
    assert image.pixels.shape == (30, 40, 3)
    assert image.pixels.dtype == np.uint8
    assert np.abs(image.pixels.astype(int) - RED).max() < 24


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "empty", id="no bytes"),
        pytest.param(b"hello, this is text", "not_an_image", id="text"),
        pytest.param(encoded(red(), "ICO"), "not_an_image", id="format not allowed"),
        pytest.param(encoded(red(), "TGA"), "not_an_image", id="format without signature"),
        pytest.param(encoded(red(400, 300), "JPEG")[:400], "broken", id="cut JPEG"),
        pytest.param(encoded(red(400, 300), "PNG")[:100], "broken", id="cut PNG"),
        pytest.param(heic(red(64, 64))[:200], "broken", id="cut HEIC"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "broken", id="PNG signature alone"),
        pytest.param(b"BM" + b"\xff" * 60, "broken", id="BMP signature alone"),
    ],
)
def test_refusal_names_reason_file_and_way_out(content: bytes, reason: str) -> None:
    with pytest.raises(ImageRejected) as caught:
        read_images(content, name="照片.jpg")
    assert caught.value.reason == reason
    assert "照片.jpg" in str(caught.value)
    assert "Send " in str(caught.value)


def test_too_many_bytes_are_refused() -> None:
    with pytest.raises(ImageRejected, match="1,000 allowed") as caught:
        read_images(b"\x00" * 1001, name="a", limits=ImageLimits(file_bytes=1000))
    assert caught.value.reason == "too_large"


def test_too_many_pixels_are_refused_from_the_header() -> None:
    # 1-bit PNG: 400 megapixels in 60 kB.
    bomb = encoded(Pillow.new("1", (20_000, 8_000)), "PNG")
    with pytest.raises(ImageRejected) as caught:
        read_images(bomb, name="bomb.png")
    assert caught.value.reason == "too_many_pixels"


def test_pages_share_one_limit_of_pixels() -> None:
    content = encoded(red(), "TIFF", save_all=True, append_images=[red(), red()])
    assert len(read_images(content, name="a")) == 3
    with pytest.raises(ImageRejected) as caught:
        read_images(content, name="a", limits=ImageLimits(total_pixels=40 * 30 * 2))
    assert caught.value.reason == "too_many_pixels"


@pytest.mark.parametrize(("pages", "is_refused"), [(3, False), (4, True)])
def test_pages_are_limited(pages: int, is_refused: bool) -> None:
    content = encoded(red(), "TIFF", save_all=True, append_images=[red()] * (pages - 1))
    limits = ImageLimits(pages=3)
    if is_refused:
        with pytest.raises(ImageRejected) as caught:
            read_images(content, name="a", limits=limits)
        assert caught.value.reason == "too_many_pages"
    else:
        assert [image.page for image in read_images(content, name="a", limits=limits)] == [0, 1, 2]


def test_animation_gives_its_first_frame() -> None:
    content = encoded(red(), "GIF", save_all=True, append_images=[Pillow.new("RGB", (40, 30), WHITE)])
    (image,) = read_images(content, name="a.gif")
    assert np.abs(image.pixels.astype(int) - RED).max() < 24


@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_turn_is_applied(orientation: int) -> None:
    # A black corner at the upright top left, laid down as a camera would.
    upright = Pillow.new("RGB", (64, 32), WHITE)
    upright.paste((0, 0, 0), (0, 0, 16, 16))
    laid = {
        1: upright,
        2: upright.transpose(Pillow.Transpose.FLIP_LEFT_RIGHT),
        3: upright.transpose(Pillow.Transpose.ROTATE_180),
        4: upright.transpose(Pillow.Transpose.FLIP_TOP_BOTTOM),
        5: upright.transpose(Pillow.Transpose.TRANSPOSE),
        6: upright.transpose(Pillow.Transpose.ROTATE_90),
        7: upright.transpose(Pillow.Transpose.TRANSVERSE),
        8: upright.transpose(Pillow.Transpose.ROTATE_270),
    }[orientation]
    exif = Pillow.Exif()
    exif[EXIF_ORIENTATION] = orientation
    (image,) = read_images(encoded(laid, "JPEG", exif=exif, quality=95), name="a.jpg")
    assert image.pixels.shape == (32, 64, 3)
    assert image.pixels[4, 4].max() < 60
    assert image.pixels[4, 60].min() > 200
    assert image.pixels[28, 4].min() > 200


@pytest.mark.parametrize(
    ("ink", "paper"), [pytest.param(0, 255, id="black print"), pytest.param(255, 0, id="white print")]
)
def test_transparent_print_stays_visible(ink: int, paper: int) -> None:
    picture = Pillow.new("RGBA", (40, 30), (0, 0, 0, 0))
    picture.paste((ink, ink, ink, 255), (10, 10, 20, 20))
    (image,) = read_images(encoded(picture, "PNG"), name="a.png")
    assert image.pixels[15, 15, 0] == ink
    assert image.pixels[2, 2, 0] == paper


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16", "CMYK"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    if mode == "I;16":
        picture = Pillow.fromarray(np.full((30, 40), 40_000, dtype=np.uint16))
    else:
        picture = Pillow.new("RGB", (40, 30), WHITE).convert(mode)
    (image,) = read_images(encoded(picture, "TIFF" if mode == "CMYK" else "PNG"), name="a")
    assert image.pixels.shape == (30, 40, 3)
    assert image.pixels.min() > 250


@given(st.binary(max_size=200), st.sampled_from([b"", b"\xff\xd8\xff", b"GIF89a", b"II*\x00", b"BM", b"%PDF-1.4"]))
def test_any_bytes_are_pictures_or_refused(content: bytes, signature: bytes) -> None:
    reason = "decoded"
    try:
        read_images(signature + content, name="fuzz")
    except ImageRejected as rejected:
        reason = rejected.reason
    assert reason in ("decoded", "empty", "broken", "not_an_image", "too_many_pixels", "encrypted")


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::ResourceWarning", "ignore::DeprecationWarning")
def test_hostile_files_are_pictures_or_refused(shared_data: Path) -> None:
    files = {path.name: path.read_bytes() for path in sorted((shared_data / "vision/hostile").glob("*/*.*"))}
    with tarfile.open(shared_data / "serving/images_malformed.tar.xz") as tar:
        for member in tar:
            unpacked = tar.extractfile(member)
            if unpacked is not None:
                files[member.name] = unpacked.read()
    refused = {}
    for name, content in files.items():
        try:
            read_images(content, name=name)
        except ImageRejected as rejected:
            refused[name] = rejected.reason
    assert refused["200MP.heic"] == "too_many_pixels", json.dumps(refused)
    assert refused["decompression_bomb.gif"] == "too_many_pixels"
    assert "hopper.avif" not in refused
