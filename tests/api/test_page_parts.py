"""Codes of a page as parts of a document: named elements stand alone, and fields take only their own."""

from __future__ import annotations

import pytest

from api.prefill.parts import page_parts
from nlp import compose
from nlp.fields.order_number import FIELD as ORDER_NUMBER
from nlp.fields.serial_number import FIELD as SERIAL_NUMBER
from vision import Code, Page
from vision.codes.code_texts import code_content

BOX = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))


def coded_page(text: str) -> Page:
    content = code_content(text)
    code = Code("QRCode", text, BOX, content.gs1, content.kind, content.values)
    return Page("label.jpg", 0, 100, 100, 0, (), (code,), "scripted")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "[)>\x1e06\x1dSCL3A2506180427\x1dQ1\x1e\x04",
            {"QRCode:serial_number": "CL3A2506180427", "QRCode:quantity": "1"},
        ),
        ("(01)09504000059101(21)SN9", {"QRCode:01": "09504000059101", "QRCode:21": "SN9"}),
        ("WIFI:T:WPA;S:家里;P:secret1;;", {"QRCode:wifi_name": "家里", "QRCode:wifi_security": "WPA"}),
        ("SN:CL3A2506180427;MODEL:KFR-35GW", {"QRCode": "SN:CL3A2506180427;MODEL:KFR-35GW"}),
        ("工单 7", {"QRCode": "工单 7"}),
    ],
)
def test_code_becomes_parts(text: str, parts: dict[str, str]) -> None:
    assert {part.symbology: part.text for part in page_parts(coded_page(text))} == parts


def test_named_element_is_its_own_field_and_no_other() -> None:
    document = compose(page_parts(coded_page("[)>\x1e06\x1dSCL3A2506180427\x1dK94859303935\x1e\x04")))
    assert [mention.value for mention in SERIAL_NUMBER.extract(document)] == ["CL3A2506180427"]
    assert "CL3A2506180427" not in [mention.value for mention in ORDER_NUMBER.extract(document)]
