"""The code a device shows when something is wrong: E4, F03, 0x80070005, P-12.

It knows what is said around such codes; what a code means, the knowledge base says.
"""

from __future__ import annotations

import re

from nlp.extraction.field import Example, FieldSpec, FieldTexts, Localised, Pattern
from nlp.records import Document


def normalise(matched: str, document: Document) -> str | None:
    """Drop spaces and dashes between letters and digits and write capitals; hexadecimal keeps its 0x."""
    value = re.sub(r"[\s-]+", "", matched).upper()
    if value.startswith("0X"):
        return "0x" + value[2:]
    return value if any(character.isdigit() for character in value) else None


FIELD = FieldSpec(
    name="error_code",
    texts=FieldTexts(
        label=Localised("故障代码", "Error code"),
        question=Localised("屏幕或面板上显示什么故障代码？", "Which error code does the display show?"),
    ),
    labels=(
        r"(?:故障|错误|报警|异常)\s{0,2}(?:代码|编码|码|代号)",
        r"(?:报错|报故障|报了个?|显示屏?上?(?:是|显示)?|屏幕上?显示|一直显示|显示|跳出来?|闪)",
        r"(?<![a-z])(?:error|fault|alarm|trouble|failure)\s{0,2}(?:code|number|no|#)?(?![a-z])",
        r"(?<![a-z])(?:shows?|showing|displays?|displaying|flashing|flashes|blinking|code)(?![a-z])",
    ),
    labelled_shape=(
        r"(?:0x[0-9A-F]{2,8}|[A-Z]{1,3}[ -]?\d{1,4}(?:-\d{1,3})?|\d{3,5}(?=\s{0,2}(?:错误|故障|error|fault)))"
        r"(?![0-9A-Z]|-\d|[年月日元块台次天])"
    ),
    patterns=(
        Pattern("letter and digits", r"(?<![0-9A-Z/-])[EFHPLUC][ -]?\d{1,3}(?![0-9A-Z/-])", 0.5, needs_context=True),
        Pattern("hexadecimal", r"(?<![0-9A-Z])0x[0-9A-F]{4,8}(?![0-9A-Z])", 0.7),
    ),
    context=(
        "故障",
        "报错",
        "错误",
        "代码",
        "报警",
        "面板",
        "error",
        "fault",
        "code",
        "alarm",
        "display",
        "panel",
        "flashing",
    ),
    normalise=normalise,
    examples=(
        Example("空调一直显示E4，不制冷", "E4"),
        Example("故障代码：F03", "F03"),
        Example("报错 0x80070005", "0x80070005"),
        Example("The display shows E-12 and it stops", "E12"),
        Example("error code F 7", "F7"),
    ),
    counter_examples=("我在E4出口等", "the A4 paper is empty", "订单号：20240518936"),
)
