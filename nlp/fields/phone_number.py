"""A telephone number, Chinese or international, written or spoken.

Where libphonenumber knows the number in the document's region the value is E.164; elsewhere it is the number as
written. It does not know whose number it is.
"""

from __future__ import annotations

import re

from nlp.extraction.field import Example, FieldSpec, FieldTexts, Localised, Pattern
from nlp.phone import e164_of
from nlp.records import Check, Document

MIN_DIGITS = 7
MAX_DIGITS = 15  # ITU-T E.164
_EXTENSION = re.compile(r"[ ,]{0,2}(?:ext\.?|x|转)[ ]?\d{1,6}$", re.IGNORECASE)
_DATE = re.compile(
    r"(?:19|20)\d{2}(?:[-/. ]\d{1,2}[-/. ]\d{1,2}(?!\d)|(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])$)"
    r"|\d{1,2}[/.]\d{1,2}[/.](?:\d{2}|\d{4})(?!\d)"
)
_CARD = re.compile(r"\d{4}[ -]\d{4}[ -]\d{4}[ -]\d{3,4}")
_HEX_PAIRS = re.compile(r"00(?: \d\d){4,}")
_DECIMAL = re.compile(r"\d+\.\d+")


def normalise(matched: str, document: Document) -> str | None:
    """Return E.164, or the digits as written; None for dates, cards and strings of the wrong length."""
    core = _EXTENSION.sub("", matched)
    digits = sum(character.isdigit() for character in core)
    if not MIN_DIGITS <= digits <= MAX_DIGITS + 2 or core.count("(") > core.count(")"):
        return None
    if _DATE.match(core) or _CARD.fullmatch(core) or _HEX_PAIRS.fullmatch(core) or _DECIMAL.fullmatch(core):
        return None
    return e164_of(core, document.region) or matched.lower()


def validate(value: str) -> tuple[Check, ...]:
    """Say whether the number is one that its region gives out."""
    is_known = value.startswith("+") and value[1:].isdigit()
    if is_known:
        return (Check("valid_phone_number", True),)
    return (Check("valid_phone_number", False, "no region knows this number", "没有哪个地区使用这样的号码"),)


_SEPARATOR = r"[ ./-]{0,3}(?:\(\d{1,5}\)[ ./-]{0,2})?"
_BODY = rf"\d(?:{_SEPARATOR}\d){{5,18}}"
_TAIL = rf"\d(?:{_SEPARATOR}\d){{2,18}}"
_EXT = r"(?:[ ,]{0,2}(?:ext\.?|x|转)[ ]?\d{1,6})?"
_BEFORE = r"(?<![0-9A-Z*/=._%$#+)])(?<![0-9A-Z\s]-)(?<!^-)"
_BEHIND = r"(?![0-9A-Z]|[*=%]|[.-]\d)"

FIELD = FieldSpec(
    name="phone_number",
    texts=FieldTexts(
        label=Localised("联系电话", "Phone number"),
        question=Localised("请留一个联系电话，方便工程师与您联系。", "Which phone number can we reach you on?"),
    ),
    patterns=(
        Pattern(
            "chinese mobile",
            rf"(?<![0-9A-Z.-])(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{{4}}[ -]?\d{{4}}{_BEHIND}",
            0.85,
        ),
        Pattern(
            "international",
            rf"(?<![0-9*/=.,_)-])\(?(?:\+|(?<![A-Z])00(?=[1-9]))\d{{1,4}}\)?(?:{_SEPARATOR}\d){{5,18}}{_EXT}{_BEHIND}",
            0.95,
        ),
        Pattern(
            "with area code",
            rf"{_BEFORE}\+?\d{{0,4}}[ .-]{{0,2}}\(\+?\d{{1,5}}\)[ .-]{{0,3}}{_BODY}{_EXT}{_BEHIND}",
            0.85,
        ),
        Pattern("grouped", rf"{_BEFORE}\d{{1,5}}[ ./-]{{1,3}}{_TAIL}{_EXT}{_BEHIND}", 0.7),
        Pattern("digits", rf"{_BEFORE}\d{{7,15}}{_EXT}{_BEHIND}", 0.55),
        Pattern("short", rf"{_BEFORE}\d{{3,4}}-\d{{4}}{_BEHIND}", 0.55, needs_context=True),
    ),
    context=(
        "电话", "手机", "联系方式", "号码", "致电", "来电", "拨打", "传真",
        "phone", "mobile", "cell", "tel", "call", "fax", "contact", "whatsapp",
    ),
    counter_context=(
        "订单", "单号", "卡号", "账号", "序列号", "机身号", "编码",
        "order", "account", "card", "serial", "tracking", "formula",
    ),
    normalise=normalise,
    validate=validate,
    printed_factor=0.5,
    examples=(
        Example("我的手机号是13800138000", "+8613800138000"),
        Example("电话幺三八零零幺三八零零零", "+8613800138000"),
        Example("座机 021-68804868", "+862168804868"),
        Example("call me on +44 161 496 0000", "+441614960000"),
        Example("My phone is one three eight double zero one three eight triple zero", "+8613800138000"),
    ),
    counter_examples=("订单号：20240518936", "2024-05-18 10:30", "account number 12345678"),
)  # fmt: skip
