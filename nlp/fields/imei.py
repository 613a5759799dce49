"""The number by which a mobile network knows a telephone: what *#06# shows, 15 digits.

It knows the form, Luhn's digit (14 digits have none, nor has the 16-digit form with a software version) and who
allocates types; which model a type belongs to, a catalogue would say.
"""

from __future__ import annotations

import re

from nlp.check_digits import imei_checks
from nlp.extraction.field import Example, FieldSpec, FieldTexts, Localised, Pattern
from nlp.records import Document

LENGTHS = (14, 15, 16)


def normalise(matched: str, document: Document) -> str | None:
    """Keep the digits; None where there are too few, too many, or all are alike."""
    value = re.sub(r"\D", "", matched)
    return value if len(value) in LENGTHS and len(set(value)) > 1 else None


FIELD = FieldSpec(
    name="imei",
    texts=FieldTexts(
        label=Localised("IMEI（手机串号）", "IMEI"),
        question=Localised(
            "请提供手机的 IMEI 串号，拨号界面输入 *#06# 就会显示。",
            "What is the phone's IMEI? Dial *#06# and it is shown.",
        ),
    ),
    labels=(
        r"(?<![a-z])(?:IMEI|MEID)(?:\s?[/、]\s?(?:IMEI|MEID))?(?:\s?(?:code|码))?(?:\s?[12](?=\s?(?:[:=是]|is|\s)))?",
        r"(?:手机|设备|机身)?串[号码]",
        r"(?:国际)?移动设备(?:国际)?(?:识别|身份)码",
        r"\*#06#(?:\s?(?:显示|出来|查[到出]|(?:it )?(?:shows|says|gives)))?",
    ),
    labelled_shape=r"\d(?:[ /-]?\d){13,15}(?![0-9A-Z]|-\d)",
    patterns=(
        Pattern("printed groups", r"(?<![0-9A-Z-])\d{2}[ -]\d{6}[ -]\d{6}[ -]\d(?![0-9A-Z-])", 0.85),
        # Two failed checks of the bare form take it below what is reported; one of them leaves an order number first.
        Pattern("digits", r"(?<![0-9A-Z.+-])\d{15}(?![0-9A-Z-]|\.\d)", 0.58),
        Pattern("gs1", r"\((?:8002|804[01])\)(?P<value>\d{14,16})(?!\d)", 0.97),
    ),
    context=("IMEI", "串号", "*#06#", "手机", "机身", "phone", "handset", "dual sim"),
    counter_context=("订单", "单号", "卡号", "账号", "运单", "order", "account", "card number", "tracking", "invoice"),
    normalise=normalise,
    validate=imei_checks,
    gs1=("8002", "8040", "8041"),
    examples=(
        Example("IMEI：356938035643809，开不了机", "356938035643809"),
        Example("串号是 35-693803-564380-9", "356938035643809"),
        Example("串号三五六九三八零三五六四三八零九", "356938035643809"),
        Example("*#06# shows 356938035643809", "356938035643809"),
        Example(
            "The IMEI is three five six nine three eight oh three five six four three eight oh nine", "356938035643809"
        ),
    ),
    counter_examples=("订单号：356938035643809", "the order number is 126938035643807", "拨打 *#06# 查询"),
    effort=2.0,
)
