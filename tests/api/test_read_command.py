"""`read` for people: a table, flaws first, and a picture of each page with what was read drawn on it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from rich.console import Console

from api.cli.read import draw_pages, show_pages
from api.errors import Problem
from api.prefill.answer import page_body, page_of, pages_read
from vision import Code, Flaw, Line, Page

BOX = ((20.0, 20.0), (280.0, 20.0), (280.0, 44.0), (20.0, 44.0))
LOW = ((20.0, 60.0), (280.0, 60.0), (280.0, 84.0), (20.0, 84.0))
LINES = (Line("型号：KFR-35GW/CL3A", BOX, 0.99), Line("序列号：CL3A2506180427", LOW, 0.98))
PAGE = Page(
    "铭牌.png",
    0,
    320,
    240,
    90,
    LINES,
    (Code("Code128", "CL3A2506180427", LOW),),
    "scripted",
    ("cut_off",),
    (Flaw("cut_off", BOX, "device_model"),),
)


def scan(*, pages: int = 1) -> bytes:
    target = io.BytesIO()
    sheet = PIL.Image.fromarray(np.full((320, 240, 3), 230, dtype=np.uint8))
    sheet.save(
        target, "TIFF" if pages > 1 else "PNG", **({"save_all": True, "append_images": [sheet]} if pages > 1 else {})
    )
    return target.getvalue()


def test_a_page_is_drawn_upright_at_its_own_size(tmp_path: Path) -> None:
    (path,) = draw_pages(scan(), (PAGE,), folder=tmp_path / "out", stem="a.png")
    with PIL.Image.open(path) as drawn:
        assert (path.name, drawn.size) == ("a.png.read.jpg", (320, 240))
        assert np.asarray(drawn)[:, :, 2].min() < 100


def test_each_page_of_a_file_is_drawn(tmp_path: Path) -> None:
    from dataclasses import replace

    pages = (PAGE, replace(PAGE, page=1))
    written = draw_pages(scan(pages=2), pages, folder=tmp_path, stem="a.tif")
    assert [path.name for path in written] == ["a.tif-1.read.jpg", "a.tif-2.read.jpg"]


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(Problem) as caught:
        draw_pages(scan(), (PAGE,), folder=tmp_path / "file", stem="a.png")
    assert str(tmp_path / "file") in caught.value.detail_in("en")


@pytest.mark.parametrize(
    ("language", "retake"), [("zh", "请重拍：型号被切掉了"), ("en", "please retake: the model is cut off")]
)
def test_people_see_what_to_retake_fields_and_codes(language: str, retake: str) -> None:
    console = Console(file=io.StringIO(), record=True, width=140)
    show_pages(pages_read("铭牌.png", [PAGE], language=language), console)  # type: ignore[arg-type]
    text = console.export_text()
    for said in (retake, "nameplate", "turned 90°", "verified by a code", "Code128", "型号：KFR-35GW/CL3A"):
        assert said in text


def test_a_page_survives_its_body() -> None:
    assert page_of(page_body(PAGE, language="en")) == PAGE
