"""From a photograph to a draft: a plate's model and serial number, a display's code, with the boxes they stand in."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from pathlib import Path

import PIL.Image
import pytest

from api.engines import Engines, StandIns
from api.prefill import Attachment, draft_ticket
from api.prefill.answer import pages_read
from api.schemas.prefill import PrefillRequest
from api.settings import Settings
from nlp.extraction.templates import load_template
from training.segment_drawing import SegmentStyle, draw_segments
from vision import Line, build_reader

LED = SegmentStyle((16, 8, 8), (255, 60, 40), ghost=0.05, thickness=0.15, gap=0.01, slant=0.08, is_pointed=True)
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.model
@pytest.mark.parametrize(
    ("file", "locale", "text", "model", "serial_number"),
    [
        pytest.param("nameplate_zh.jpg", "zh-CN", "空调不制冷", "KFR-35GW/CL3A", "CL3A2506180427", id="zh"),
        pytest.param("nameplate_en.jpg", "en-US", "It does not spin", "HB-WM814", "HBW8142601190", id="en"),
    ],
)
def test_a_plate_fills_model_and_serial_number(
    tmp_path: Path, file: str, locale: str, text: str, model: str, serial_number: str
) -> None:
    request = PrefillRequest.model_validate(
        {"locale": locale, "messages": [{"id": "m1", "role": "customer", "text": text}]}
    )
    drafted = draft_ticket(
        request,
        [Attachment(file, (EXAMPLES / file).read_bytes())],
        engines=Engines(Settings(data_dir=tmp_path)),
        template=load_template("appliance_repair"),
        records=None,
        at=datetime(2026, 11, 22, 10, tzinfo=UTC),
    )
    fields = drafted.response.fields
    assert (fields["device_model"].value, fields["serial_number"].value) == (model, serial_number)
    for name in ("device_model", "serial_number"):
        (shown, *_) = [evidence for evidence in fields[name].evidence if evidence.kind == "image"]
        assert (shown.source, shown.page, shown.box is not None) == (file, 0, True)


def blank() -> bytes:
    target = io.BytesIO()
    PIL.Image.new("RGB", (900, 500), (250, 250, 250)).save(target, "PNG")
    return target.getvalue()


def display(text: str) -> bytes:
    """Photograph a panel of lamps."""
    shown = draw_segments(text, LED)
    front = PIL.Image.new("RGB", (900, 800), (70, 72, 76))
    front.paste(shown, ((900 - shown.width) // 2, 180))
    target = io.BytesIO()
    front.save(target, "PNG")
    return target.getvalue()


def dialog(*texts: str) -> tuple[Line, ...]:
    """Say what a reader reads from an app's message."""
    tops = (40.0 + 60 * number for number in range(len(texts)))
    boxes = (((60.0, top), (700.0, top), (700.0, top + 30), (60.0, top + 30)) for top in tops)
    return tuple(Line(text, box, 0.99) for text, box in zip(texts, boxes, strict=True))


ZH_APP = dialog("连接失败", "设备无法连接到服务器，请重试。", "错误代码：E-1024")
EN_APP = dialog("Update failed", "It could not be installed.", "Error code: 0x80070005")


@pytest.mark.parametrize(
    ("locale", "content", "lines", "code"),
    [
        pytest.param("zh-CN", display("E4"), (), "E4", id="zh panel"),
        pytest.param("en-US", display("F05"), (), "F05", id="en panel"),
        pytest.param("zh-CN", blank(), ZH_APP, "E1024", id="zh app"),
        pytest.param("en-US", blank(), EN_APP, "0x80070005", id="en app"),
    ],
)
def test_an_error_code_reaches_its_field(
    tmp_path: Path, locale: str, content: bytes, lines: tuple[Line, ...], code: str
) -> None:
    reader = build_reader("scripted", lines={"screen.png": lines})
    engines = Engines(Settings(data_dir=tmp_path), stand_ins=StandIns(reader=reader))
    read = pages_read("screen.png", engines.read(content, name="screen.png"), language="en")
    assert (read.kind, read.pages[0].kind) == ("error_screen", "error_screen")
    drafted = draft_ticket(
        PrefillRequest.model_validate({"locale": locale, "messages": []}),
        [Attachment("screen.png", content)],
        engines=engines,
        template=load_template("general"),
        records=None,
        at=datetime(2026, 11, 22, 10, tzinfo=UTC),
    )
    field = drafted.response.fields["error_code"]
    (shown, *_) = [evidence for evidence in field.evidence if evidence.kind == "image"]
    assert (field.value, shown.source, shown.box is not None) == (code, "screen.png", True)
