"""Codes: symbologies, boxes, GS1, small turns and blur, and no code where there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image as Pillow
from PIL import ImageFilter

from tests.vision.drawings import coded, image, print_page
from vision import Image, read_images
from vision.codes.barcodes import read_codes, to_grey
from vision.codes.gs1 import parse_gs1


@pytest.mark.parametrize(
    ("symbology", "content", "text"),
    [
        ("QRCode", "https://example.com/工单/7", "https://example.com/工单/7"),
        ("QRCode", "01,10,012001800311,33207675,46.62,20190508,76939056883466677916,E1BD,", None),
        ("DataMatrix", "SN:CL3A2506180427;MODEL:KFR-35GW/CL3A", None),
        ("Code128", "CL3A2506180427", None),
        ("Code39", "HB-WM814", None),
        ("EAN13", "6901234567892", None),
        ("PDF417", "ORDER 94859303935", None),
        ("Aztec", "运单 SF1234567890", None),
    ],
)
def test_code_is_read_with_its_box(symbology: str, content: str, text: str | None) -> None:
    picture = coded(symbology, content)
    (code,) = read_codes(picture)
    assert (code.symbology, code.text) == (symbology, text or content)
    xs, ys = zip(*code.box, strict=True)
    assert 40 <= min(xs) < max(xs) <= picture.width_px - 40
    assert 40 <= min(ys) < max(ys) <= picture.height_px - 40
    assert code.gs1 == {}


def test_gs1_element_string_is_taken_apart() -> None:
    content = b"\x1d0104012345678901" + b"21HBW8142601190\x1d10LOT7"
    assert parse_gs1(content) == {"01": "04012345678901", "21": "HBW8142601190", "10": "LOT7"}


@pytest.mark.parametrize("content", [b"", b"hello", b"\xff\xfe", b"0112345", b"99" * 200])
def test_what_is_no_gs1_gives_nothing(content: bytes) -> None:
    assert set(parse_gs1(content)) <= {"99"}


@pytest.mark.model
def test_nameplates_datamatrix_names_its_serial(examples: Path) -> None:
    (picture,) = read_images((examples / "nameplate_en.jpg").read_bytes(), name="nameplate_en.jpg")
    (code,) = read_codes(picture)
    assert code.gs1["21"] in code.text


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_turned_picture_is_read(turns: int) -> None:
    picture = coded("Code128", "CL3A2506180427")
    (code,) = read_codes(replace(picture, pixels=np.ascontiguousarray(np.rot90(picture.pixels, turns))))
    assert code.text == "CL3A2506180427"


@pytest.mark.parametrize(
    ("symbology", "content", "blur"),
    [("QRCode", "https://example.com/7", 1.7), ("DataMatrix", "SN:CL3A2506180427", 1.5)],
)
def test_ladder_reads_what_one_look_misses(symbology: str, content: str, blur: float) -> None:
    sharp = Pillow.fromarray(coded(symbology, content, scale=3).pixels)
    soft = np.asarray(sharp.filter(ImageFilter.GaussianBlur(blur)))
    assert zxingcpp.read_barcodes(soft) == []
    assert [code.text for code in read_codes(image(soft))] == [content]


def test_evened_contrast_reads_bars_in_shadow() -> None:
    sharp = Pillow.fromarray(coded("EAN13", "6901234567892", scale=2).pixels)
    soft = np.asarray(sharp.filter(ImageFilter.GaussianBlur(1.2))).astype(np.float32)
    shadow = np.linspace(0.45, 1.0, soft.shape[1])[None, :, None]
    shaded = (soft * shadow * 0.5 + 20).astype(np.uint8)
    assert zxingcpp.read_barcodes(shaded) == []
    assert [code.text for code in read_codes(image(shaded))] == ["6901234567892"]


@pytest.mark.parametrize(
    "picture",
    [
        pytest.param(image(np.full((200, 300, 3), 255)), id="white"),
        pytest.param(image(np.zeros((1, 1, 3))), id="one pixel"),
        pytest.param(image(np.zeros((2, 3000, 3))), id="strip"),
        pytest.param(print_page(["Order 94859303935", "|| ||| | || |||| |"]), id="print"),
        pytest.param(
            image(np.random.default_rng(7).integers(0, 255, (300, 300, 3))),
            id="noise",
        ),
    ],
)
def test_no_code_is_found_where_none_is(picture: Image) -> None:
    assert read_codes(picture) == ()


def test_grey_weighs_green_most() -> None:
    pixels = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]], dtype=np.uint8)
    assert to_grey(pixels).tolist() == [[76, 149, 29, 255]]
