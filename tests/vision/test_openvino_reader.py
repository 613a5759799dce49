"""The extra reader says how to get it where it is missing, and reads what the plain one reads."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from vision import ReaderUnavailable, build_reader, read_images


def test_missing_library_names_the_extra() -> None:
    with pytest.raises(ReaderUnavailable, match=r"beforehand\[openvino\]"):
        build_reader("openvino", library="no_such_library")


@pytest.mark.model
@pytest.mark.skipif(find_spec("openvino") is None, reason="the extra openvino is not installed")
@pytest.mark.parametrize("name", ["nameplate_zh.jpg", "order_en.png"])
def test_openvino_reads_what_onnxruntime_reads(examples: Path, name: str) -> None:
    (picture,) = read_images((examples / name).read_bytes(), name=name)
    read = {backend: build_reader(backend).read(picture) for backend in ("ppocr", "openvino")}
    assert [line.text for line in read["openvino"]] == [line.text for line in read["ppocr"]]
    assert [line.confidence for line in read["openvino"]] == pytest.approx(
        [line.confidence for line in read["ppocr"]], abs=0.02
    )
