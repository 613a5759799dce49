"""The real reader: print is read with boxes and confidences, by several threads alike, without a path or a network."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from model_cards import ModelMissing
from tests.vision.drawings import image, line, print_page, values
from vision import Doubt, Reader, Rival, build_reader, page_fields, read_images, read_page
from vision.readers.orientation import turn
from vision.readers.ppocr_reader import closer_scale, find_scale, mended

PRINT = ["Model KFR-35GW", "Serial CL3A2506180427", "Order 94859303935"]


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Load the real engine once."""
    return build_reader("ppocr")


@pytest.mark.parametrize(
    ("text", "score", "expected"),
    [
        ("2025-06-1809:12:33", 1.0, "2025-06-18 09:12:33"),
        ("29-07-202121:43:05", 1.0, "29-07-2021 21:43:05"),
        ("下单时间2025-06-18 09:12", 1.0, "下单时间2025-06-18 09:12"),
        ("Restäurants", 0.96, "Restaurants"),
        ("Café", 0.999, "Café"),
        ("澄岚电器", 0.5, "澄岚电器"),
        ("MOTOR（SUNGAI）SDN：1", 0.98, "MOTOR(SUNGAI)SDN:1"),
        ("规格（型号）：A1", 0.98, "规格（型号）：A1"),
    ],
)
def test_known_slips_are_mended(text: str, score: float, expected: str) -> None:
    assert mended(line(text, 0, 0), score=score).text == expected


def test_doubts_move_with_the_space_that_is_put_in() -> None:
    text = "2025-06-1809:12:38"
    doubts = tuple(Doubt(at, at + 1, 0.6, (Rival("3", 0.4),)) for at in (9, 17))
    mended_line = mended(replace(line(text, 0, 0), doubts=doubts), score=1.0)
    assert [mended_line.text[doubt.start : doubt.end] for doubt in mended_line.doubts] == ["8", "8"]
    assert [doubt.start for doubt in mended_line.doubts] == [9, 18]


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(2000, 900, 0.8), (400, 300, 640 / 300), (40, 400, 5.0), (1000, 1000, 1.0), (3000, 4000, 0.4)],
)
def test_lines_are_looked_for_in_a_picture_of_bounded_size(height: int, width: int, expected: float) -> None:
    assert find_scale(height, width) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("scale", "print_px", "expected"),
    [(0.4, 35, 22 / 35), (0.4, 40, 0.4), (1.0, 6, 1.0), (0.4, 6, 0.8), (0.4, 0, 0.8)],
    ids=["small print", "large print", "not made smaller", "as close as may be", "no height"],
)
def test_small_print_is_looked_at_again(scale: float, print_px: int, expected: float) -> None:
    boxes = [line("x" * 20, 0, 0, height=print_px).box]
    assert closer_scale(scale, boxes, longest_px=4000) == pytest.approx(expected)


@pytest.mark.model
def test_print_is_read_where_it_stands(reader: Reader) -> None:
    page = read_page(print_page(PRINT), reader=reader)
    assert [read.text for read in page.lines] == PRINT
    assert page.engine == "ppocr:ppocr-v6"
    for number, read in enumerate(page.lines):
        assert read.confidence > 0.9
        assert abs(read.box[0][0] - 40) < 12
        assert abs((read.box[0][1] + read.box[3][1]) / 2 - (30 + number * 64 + 16)) < 16


@pytest.mark.model
@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_print_is_righted(reader: Reader, rotation: int) -> None:
    page = read_page(turn(print_page(PRINT), rotation), reader=reader)
    assert [read.text for read in page.lines] == PRINT
    assert page.rotation == (360 - rotation) % 360


@pytest.mark.model
def test_threads_share_one_engine(reader: Reader) -> None:
    pictures = [print_page([text] * (1 + number)) for number, text in enumerate(PRINT)]
    alone = [reader.read(picture) for picture in pictures]
    with ThreadPoolExecutor(3) as pool:
        together = list(pool.map(reader.read, pictures * 2))
    assert together == alone * 2


@pytest.mark.model
@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 1), (8, 8), (7, 900), (40, 40)])
def test_odd_sizes_are_read_as_nothing(reader: Reader, shape: tuple[int, int]) -> None:
    assert reader.read(image(np.full((*shape, 3), 255))) == ()


@pytest.mark.model
def test_missing_weights_are_named(tmp_path: Path) -> None:
    (tmp_path / "ppocr-v6").mkdir()
    with pytest.raises(ModelMissing, match=r"ppocr-v6.*PP-OCRv6_det_small.onnx is missing"):
        build_reader("ppocr", models_dir=tmp_path)


@pytest.mark.model
@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        (
            "nameplate_zh.jpg",
            "nameplate",
            {"model": "KFR-35GW/CL3A", "serial_number": "CL3A2506180427", "manufacture_date": "2025.05"},
        ),
        ("nameplate_en.jpg", "nameplate", {"model": "HB-WM814", "serial_number": "HBW8142601190", "power": "1350W"}),
        (
            "order_zh.png",
            "screenshot",
            {"order_number": "20250618936", "amount": "2899.00", "order_time": "2025-06-18 09:12:33"},
        ),
        ("order_en.png", "screenshot", {"order_number": "20260302118", "amount": "649.00"}),
    ],
)
def test_examples_give_their_fields(
    reader: Reader, examples: Path, name: str, kind: str, expected: dict[str, str]
) -> None:
    (picture,) = read_images((examples / name).read_bytes(), name=name)
    report = page_fields(read_page(picture, reader=reader))
    assert report.kind == kind
    assert expected.items() <= values(report.fields).items()


@pytest.mark.model
def test_invoice_gives_its_order_number_with_a_box(reader: Reader, shared_data: Path) -> None:
    path = shared_data / "vision/zh/电子发票.png"
    (picture,) = read_images(path.read_bytes(), name=path.name)
    report = page_fields(read_page(picture, reader=reader))
    assert report.kind == "invoice"
    found = report.fields["order_number"]
    assert found.value == "94859303935"
    (left, top), _, (right, bottom), _ = found.box
    assert 540 < left < 600 < right < 660
    assert 415 < top < 435 < bottom < 455
