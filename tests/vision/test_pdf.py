"""PDF pages: rendered within bounds, text layer in pixels of the rendering, bad files refused."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow

from tests.vision.drawings import encoded, locked_pdf, pdf, stamped_scan
from vision import ImageLimits, ImageRejected, read_images
from vision.gate.pdf import PAGE_PIXELS


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_text_layer_stands_where_the_print_is(rotate: int) -> None:
    (image,) = read_images(pdf(["Order 94859303935", "Serial CL3A2506180427"], rotate=rotate), name="a.pdf")
    assert sorted(line.text for line in image.text_lines) == ["Order 94859303935", "Serial CL3A2506180427"]
    for line in image.text_lines:
        (left, top), _, (right, bottom), _ = line.box
        inside = image.pixels[int(top) : int(bottom) + 1, int(left) : int(right) + 1]
        assert inside.min() < 100, "no ink in the box"
    ink = np.argwhere(image.pixels[:, :, 0] < 100)
    boxes = np.array([line.box for line in image.text_lines]).reshape(-1, 2)
    assert np.abs(ink.min(axis=0) - boxes.min(axis=0)[::-1]).max() < 12
    assert np.abs(ink.max(axis=0) - boxes.max(axis=0)[::-1]).max() < 12


def test_page_is_rendered_at_the_asked_resolution() -> None:
    (image,) = read_images(pdf(["Order 94859303935"], width=720, height=360), name="a.pdf")
    assert (image.width_px, image.height_px) == (2000, 1000)


def test_huge_page_is_rendered_small() -> None:
    (image,) = read_images(pdf(["Order 94859303935"], width=14_400, height=14_400), name="wall.pdf")
    assert image.width_px * image.height_px <= PAGE_PIXELS


def test_scan_has_no_text_layer() -> None:
    content = encoded(Pillow.new("RGB", (400, 300), (255, 255, 255)), "PDF")
    (image,) = read_images(content, name="scan.pdf")
    assert image.text_lines == ()


@pytest.mark.parametrize(
    ("texts", "has_layer"),
    [
        pytest.param(["Scanned with CamScanner"], False, id="stamp on a scan"),
        pytest.param(["扫描全能王 create 3.5"[5:], "Page 1 of 1"], False, id="stamp and page number"),
        pytest.param(["Order 94859303935 paid by card"] * 8, True, id="scan with recognised text"),
    ],
)
def test_scan_with_a_stamp_is_read_from_its_picture(texts: list[str], has_layer: bool) -> None:
    (image,) = read_images(stamped_scan(texts), name="scan.pdf")
    assert bool(image.text_lines) is has_layer


@pytest.mark.parametrize(
    ("content", "reason", "way_out"),
    [
        pytest.param(pdf(["x"], pages=21), "too_many_pages", "Send the pages that matter", id="pages"),
        pytest.param(pdf(["x"], pages=0), "broken", "Export it again", id="no pages"),
        pytest.param(locked_pdf(), "encrypted", "Send a copy without", id="password"),
        pytest.param(b"%PDF-1.7 and then nothing", "broken", "Export it again", id="garbage"),
    ],
)
def test_bad_pdf_is_refused(content: bytes, reason: str, way_out: str) -> None:
    with pytest.raises(ImageRejected, match=way_out) as caught:
        read_images(content, name="a.pdf")
    assert caught.value.reason == reason


def test_embedded_bomb_is_refused_before_it_is_decoded() -> None:
    bomb = encoded(Pillow.new("1", (11_000, 10_000)), "PDF")
    with pytest.raises(ImageRejected) as caught:
        read_images(bomb, name="bomb.pdf")
    assert caught.value.reason == "too_many_pixels"


def test_pages_share_one_limit_of_pixels() -> None:
    with pytest.raises(ImageRejected) as caught:
        read_images(pdf(["x"], pages=3), name="a.pdf", limits=ImageLimits(pdf_dpi=72, total_pixels=595 * 842 * 2))
    assert caught.value.reason == "too_many_pixels"
