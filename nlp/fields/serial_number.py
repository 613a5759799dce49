"""The serial number on a device's label.

It knows the label's words and the GS1 application identifier 21; makers' own check digits it does not know.
"""

from __future__ import annotations

import re

from nlp.extraction.field import Example, FieldSpec, FieldTexts, Localised, Pattern
from nlp.records import Document

MIN_CHARS = 6
"""Shorter strings behind "SN" are list numbers and sizes."""


def normalise(matched: str, document: Document) -> str | None:
    """Drop spaces and write capitals; None where there are too few digits to be a serial number."""
    value = re.sub(r"\s+", "", matched).strip("-/").upper()
    digits = sum(character.isdigit() for character in value)
    return value if len(value) >= MIN_CHARS and digits >= 3 else None


FIELD = FieldSpec(
    name="serial_number",
    texts=FieldTexts(
        label=Localised("序列号", "Serial number"),
        question=Localised(
            "请提供机身序列号（SN），一般在机身铭牌上，拍张照片也可以。",
            "What is the serial number (S/N) on the device's label? A photo of the label is fine.",
        ),
    ),
    labels=(
        # The twelve digits that an invoice calls 机器编号 are those of the tax office's printer.
        r"(?:产品|设备|机器|整机|机身)?(?:序列|机身|出厂|机器|整机|设备)\s{0,2}(?:编号(?!\s?[:：]\s?\d{12}(?!\d))|编码|号码|号)",
        r"(?<![a-z0-9])S\s?/\s?N(?![a-z])",
        r"(?<![a-z0-9])SN\s{0,2}(?:码|号)?(?![a-z])",
        r"(?<![a-z])serial\s{0,2}(?:number|no|num|code|#)?(?![a-z])",
    ),
    labelled_shape=r"[0-9A-Z](?:[0-9A-Z]|[-/](?=[0-9A-Z])| (?=[0-9]{3})){5,29}(?![0-9A-Z])",
    patterns=(
        # "serial number on the back says 8KX20931772": letters and digits together, and the word not far off.
        Pattern(
            "letters and digits",
            r"(?<![0-9A-Z/_.@-])(?=[0-9]{0,19}[A-Z])(?=[A-Z]{0,8}[0-9])(?=(?:[A-Z]{0,8}\d){4})[0-9A-Z]{8,20}"
            r"(?![0-9A-Z@_-]|\.[A-Z0-9])",
            0.45,
            needs_context=True,
        ),
        Pattern("gs1_21", r"\(21\)(?P<value>[0-9A-Z-]{3,20})", 0.95),
        Pattern("code", r"(?<![0-9A-Z])(?=[0-9]{0,12}[A-Z])[0-9A-Z-]{8,24}(?![0-9A-Z])", 0.7, is_code_only=True),
    ),
    context=("序列号", "机身号", "铭牌", "机身码", "出厂编号", "serial", "s/n", "nameplate"),
    counter_context=("型号", "订单", "运单", "快递", "串号", "model", "order", "tracking", "imei", "error"),
    normalise=normalise,
    gs1=("21",),
    examples=(
        Example("序列号：SN2024A00917", "SN2024A00917"),
        Example("机身号是 A1B2-C3D4-9911", "A1B2-C3D4-9911"),
        Example("S/N: 8KX20931772", "8KX20931772"),
        Example("设备编号：AZ-2291-0087", "AZ-2291-0087"),
        Example("The serial number on the back says 8KX20931772", "8KX20931772"),
        Example("The serial number is A B one two three four five six", "AB123456"),
    ),
    counter_examples=("订单号：20240518936", "the serial killer film of 2019", "我要买一个 SN 型号"),
    effort=2.0,
)
