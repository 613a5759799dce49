"""From a spoilt picture to what a person is told: by `read`, by /v1/ocr, among a draft's warnings, in its question."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import PIL.Image
import PIL.ImageFilter
import pytest
from fastapi.testclient import TestClient
from rich.console import Console

from api.cli.read import show_pages
from api.engines import Engines, StandIns
from api.prefill import Attachment, draft_ticket
from api.prefill.answer import pages_read
from api.schemas.prefill import PrefillRequest
from api.settings import Settings
from nlp import load_template
from tests.vision.drawings import print_page
from vision import Line, build_reader
from vision.records import Pixels

PRINT = ["Model KFR-35GW", "Serial CL3A2506180427", "220V ~ 50Hz", "Made 2025.05"]
SERIAL = "Serial CL3A2506180427"
SERIAL_ROW, SERIAL_PX = (94, 134), (36.0, 394.0)
"""Where print_page draws the serial number."""
TEMPLATE = load_template(
    {
        "title": "t",
        "type": "object",
        "properties": {"serial_number": {"type": "string", "x-extract": {"field": "serial_number", "required": True}}},
    }
)
LOCALES: Mapping[str, str] = {"zh": "zh-CN", "en": "en-US"}


def plate() -> Pixels:
    return print_page(PRINT, paper=200).pixels


def dark() -> Pixels:
    return print_page(PRINT, paper=30, ink=5).pixels


def blurred() -> Pixels:
    return np.asarray(PIL.Image.fromarray(plate()).filter(PIL.ImageFilter.GaussianBlur(6)))


def lit() -> Pixels:
    """Lay a reflection on the end of the serial number."""
    ys, xs = np.mgrid[: plate().shape[0], : plate().shape[1]]
    light = 400 * np.exp(-((xs - 330) ** 2 + (ys - 114) ** 2) / (2 * 45**2))
    return np.asarray(np.clip(plate() + light[:, :, None], 0, 255), dtype=np.uint8)


def cut() -> Pixels:
    """End the picture within the serial number."""
    return plate()[:, :307]


def serial(right_px: float, text: str) -> tuple[Line, ...]:
    (top, bottom), left = SERIAL_ROW, SERIAL_PX[0]
    return (Line(text, ((left, top - 4.0), (right_px, top - 4.0), (right_px, bottom), (left, bottom)), 0.99),)


SPOILT = [
    pytest.param("zh", dark, (), "照片太暗", id="dark"),
    pytest.param("en", blurred, (), "the picture is blurred", id="blurred"),
    pytest.param("zh", lit, serial(280.0, "Serial CL3A25061"), "序列号处有反光", id="glare"),
    pytest.param("en", cut, serial(307.0, "Serial CL3A25061"), "the serial number is cut off", id="cut"),
]
"""The sentences of both languages are in test_retake_warnings."""


def png(pixels: Pixels) -> bytes:
    target = io.BytesIO()
    PIL.Image.fromarray(np.ascontiguousarray(pixels)).save(target, "PNG")
    return target.getvalue()


def engines_of(folder: Path, lines: tuple[Line, ...]) -> Engines:
    reader = build_reader("scripted", lines={"plate.png": lines})
    return Engines(Settings(data_dir=folder), stand_ins=StandIns(reader=reader))


@pytest.mark.parametrize(("language", "draw", "lines", "what"), SPOILT)
def test_read_and_prefill_ask_for_the_retake(
    tmp_path: Path, language: str, draw: Callable[[], Pixels], lines: tuple[Line, ...], what: str
) -> None:
    content, engines = png(draw()), engines_of(tmp_path, lines)
    console = Console(file=io.StringIO(), record=True, width=140)
    body = pages_read("plate.png", engines.read(content, name="plate.png"), language=language)  # type: ignore[arg-type]
    show_pages(body, console)
    assert what in console.export_text()
    drafted = draft_ticket(
        PrefillRequest.model_validate({"locale": LOCALES[language], "messages": []}),
        [Attachment("plate.png", content)],
        engines=engines,
        template=TEMPLATE,
        records=None,
        at=datetime(2026, 11, 22, 10, tzinfo=UTC),
    ).response
    assert [warning for warning in drafted.warnings if what in warning] != []
    assert drafted.next_question is not None
    assert what in drafted.next_question.text
    assert drafted.fields["serial_number"].status != "auto"


@pytest.mark.parametrize(("language", "draw", "said"), [("en", dark, "too dark"), ("zh", blurred, "照片模糊")])
def test_ocr_over_http_names_what_spoils_a_picture(
    api_client: TestClient, language: str, draw: Callable[[], Pixels], said: str
) -> None:
    files = {"file": ("plate.png", png(draw()))}
    body = api_client.post("/v1/ocr", files=files, headers={"Accept-Language": LOCALES[language]}).json()
    assert said in body["pages"][0]["flaws"][0]["says"]


def test_nothing_is_asked_of_a_sound_picture(tmp_path: Path) -> None:
    (page,) = engines_of(tmp_path, serial(SERIAL_PX[1], SERIAL)).read(png(plate()), name="plate.png")
    assert (page.flaws, page.lines[0].confidence) == ((), 0.99)
