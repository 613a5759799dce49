"""Nothing behind the decode gate opens a file, a URL or raw bytes, and no position of a photo reaches what is kept."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PIL import Image as Pillow

from tests.vision.drawings import encoded, print_page
from vision import read_images

OPENERS = {"imread", "imdecode", "imreadmulti", "VideoCapture", "frombytes", "urlopen", "open"}
GPS = 0x8825


def test_only_the_gate_opens_pictures(root: Path) -> None:
    openers = [
        f"{path.name}:{node.lineno}"
        for path in sorted((root / "vision").rglob("*.py"))
        if path.parent.name != "gate"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in OPENERS
    ]
    assert openers == []


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF", "HEIF"])
def test_position_of_a_photo_stays_behind(form: str) -> None:
    exif = Pillow.Exif()
    exif.get_ifd(GPS).update({1: "N", 2: (48.0, 51.0, 29.0), 29: "2026:11:22"})
    picture = Pillow.fromarray(print_page(["Order 94859303935"]).pixels)
    if form == "HEIF":
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    content = encoded(picture, form, exif=exif.tobytes())
    assert b"2026:11:22" in content
    (image,) = read_images(content, name="photo")
    assert {type(getattr(image, slot)) for slot in image.__slots__} == {str, int, type(image.pixels), tuple}
    copy = encoded(Pillow.fromarray(image.pixels), "JPEG")
    assert b"2026:11:22" not in copy
    assert b"Exif" not in copy
