"""The real reader: print is read with boxes and confidences, by several threads alike, without a path or a network."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from model_cards import ModelMissing
from tests.vision.drawings import image, print_page, values
from vision import Reader, build_reader, page_fields, read_images, read_page
from vision.orientation import turn
from vision.ppocr_reader import calibrated, mended

PRINT = ["Model KFR-35GW", "Serial CL3A2506180427", "Order 94859303935"]


@pytest.fixture(scope="module")
def reader() -> Reader:
    """Load the real engine once."""
    return build_reader("ppocr")


@pytest.mark.parametrize(
    ("text", "score", "expected"),
    [
        ("2025-06-1809:12:33", 1.0, "2025-06-18 09:12:33"),
        ("30-06-201822:16:06", 1.0, "30-06-2018 22:16:06"),
        ("下单时间2025-06-18 09:12", 1.0, "下单时间2025-06-18 09:12"),
        ("Restäurants", 0.96, "Restaurants"),
        ("Café", 0.999, "Café"),
        ("澄岚电器", 0.5, "澄岚电器"),
    ],
)
def test_known_slips_are_mended(text: str, score: float, expected: str) -> None:
    assert mended(text, score=score) == expected


def test_confidence_rises_with_the_score() -> None:
    confidences = [calibrated(score / 100) for score in range(101)]
    assert confidences == sorted(confidences)
    assert 0 < confidences[0] < confidences[-1] < 1


@pytest.mark.model
def test_print_is_read_where_it_stands(reader: Reader) -> None:
    page = read_page(print_page(PRINT), reader=reader)
    assert [line.text for line in page.lines] == PRINT
    assert page.engine == "ppocr:ppocr-v6"
    for number, line in enumerate(page.lines):
        assert line.confidence > 0.9
        assert abs(line.box[0][0] - 40) < 12
        assert abs((line.box[0][1] + line.box[3][1]) / 2 - (30 + number * 64 + 16)) < 16


@pytest.mark.model
@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_print_is_righted(reader: Reader, rotation: int) -> None:
    page = read_page(turn(print_page(PRINT), rotation), reader=reader)
    assert [line.text for line in page.lines] == PRINT
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
def test_missing_weights_name_the_way_to_get_them(tmp_path: Path) -> None:
    (tmp_path / "ppocr-v6").mkdir()
    with pytest.raises(ModelMissing, match="beforehand models pull ppocr-v6"):
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
