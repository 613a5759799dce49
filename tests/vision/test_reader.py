"""Readers are found by file name, and the stand-in says what it was told."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from tests.vision.drawings import coded, image, line, pdf
from vision import ReaderUnknown, build_reader, read_images, read_page, reader_names

LINE = line("订单号 94859303935", 10, 10)


def test_readers_are_the_files_of_the_folder() -> None:
    assert reader_names() == ("openvino", "ppocr", "scripted")


def test_unknown_reader_is_refused_with_the_names_at_hand() -> None:
    with pytest.raises(ReaderUnknown, match="openvino, ppocr, scripted"):
        build_reader("os")


def test_scripted_reader_knows_images_by_name() -> None:
    reader = build_reader("scripted", lines={"a.png": (LINE,)})
    blank = np.zeros((20, 20, 3))
    assert reader.read(image(blank, name="a.png")) == (LINE,)
    assert reader.read(image(blank, name="b.png")) == ()


def test_page_joins_lines_codes_and_quality() -> None:
    picture = coded("QRCode", "94859303935")
    reader = build_reader("scripted", lines={picture.name: (line("B", 200, 10), line("A", 10, 12))})
    page = read_page(picture, reader=reader)
    assert [each.text for each in page.lines] == ["A", "B"]
    assert [code.text for code in page.codes] == ["94859303935"]
    assert (page.width_px, page.height_px) == (picture.width_px, picture.height_px)
    assert (page.engine, page.rotation, page.quality) == ("scripted", 0, ())


def test_text_layer_is_taken_instead_of_reading() -> None:
    (picture,) = read_images(pdf(["Order 94859303935"]), name="a.pdf")
    page = read_page(picture, reader=build_reader("scripted", lines={"a.pdf": (LINE,)}))
    assert [each.text for each in page.lines] == ["Order 94859303935"]
    assert page.engine == "pdf-text-layer"


def test_importing_vision_loads_no_recogniser() -> None:
    heavy = "{'rapidocr', 'onnxruntime', 'cv2', 'pypdfium2', 'pillow_heif', 'zxingcpp', 'biip', 'torch'}"
    script = f"import sys, vision; print(sorted({heavy} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
