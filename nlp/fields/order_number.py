"""The number of an order, as printed, typed or spoken.

It knows how order numbers look and what they are called; whether an order exists, the business's records say.
"""

from __future__ import annotations

import re

from nlp.extraction.field import Example, FieldSpec, FieldTexts, Localised, Pattern
from nlp.records import Document

_PHONE = re.compile(r"(?:\+?86)?1[3-9]\d{9}")
_DATE = re.compile(r"(?:19|20)\d{2}-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])")
_RESIDENT_ID = re.compile(r"[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dX]")
_TRACKING = re.compile(r"(?:SF|YT|JT|ZTO|STO|EMS|1Z)[0-9A-Z]{10,}")
MIN_DIGITS = 4


def normalise(matched: str, document: Document) -> str | None:
    """Drop spaces, keep dashes, write capitals; None for a phone number, a date, a resident id or a tracking number."""
    value = re.sub(r"[\s_.]+", "", matched).strip("-").upper()
    if sum(character.isdigit() for character in value) < MIN_DIGITS:
        return None
    if any(shape.fullmatch(value) for shape in (_PHONE, _DATE, _RESIDENT_ID, _TRACKING)):
        return None
    return value


FIELD = FieldSpec(
    name="order_number",
    texts=FieldTexts(
        label=Localised("订单号", "Order number"),
        question=Localised(
            "请问您的订单号是多少？在订单详情页或购买短信里可以找到。",
            "What is your order number? You can find it in the order confirmation.",
        ),
    ),
    labels=(
        r"订单\s{0,2}(?:编号|号码|号|ID|NO)?",
        r"单号",
        r"(?<![a-z])order\s{0,2}(?:number|no|num|id|#)?(?![a-z])",
        r"(?<![a-z])(?:purchase|sales)\s{1,2}order(?![a-z])",
    ),
    labelled_shape=r"(?:[A-Z]{1,6}[-_ ]?)?\d(?:[0-9A-Z]|-(?=[0-9A-Z])| (?=\d{3})){3,30}(?![0-9A-Z])",
    patterns=(
        Pattern("prefixed", r"(?<![0-9A-Z-])(?:SO|PO|DD|ORD|ORDER|TB|JD|PDD)-?\d{6,22}(?![0-9A-Z])", 0.75),
        Pattern("dated", r"(?<![0-9A-Z.-])20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-?\d{3,12}(?![0-9A-Z-])", 0.6),
        Pattern("digits", r"(?<![0-9A-Z.+-])(?<!\(\d\d\))\d{10,20}(?![0-9A-Z-]|\.\d)", 0.5),
        # Not 8 or 12 to 14 digits, which are product codes (GTIN), nor what follows a GS1 identifier such as (01).
        Pattern("code", r"(?<![0-9A-Z)])(?:\d{9,11}|\d{15,20})(?![0-9A-Z])", 0.6, is_code_only=True),
    ),
    context=("订单", "下单", "购买", "买的", "单号", "退货", "退款", "order", "purchase", "bought", "refund", "return"),
    counter_context=(
        *("电话", "手机", "账号", "卡号", "条码", "条形码", "序列号", "机身号"),
        *("phone", "account", "card", "gtin", "ean", "upc", "serial", "s/n"),
    ),
    normalise=normalise,
    gs1=("400",),
    examples=(
        Example("订单号：20240518936", "20240518936"),
        Example("我的订单号是幺二三四五六七八九零", "1234567890"),
        Example("订单编号 DD-20231105-8871，请查一下", "DD-20231105-8871"),
        Example("My order number is nine four eight five nine three zero three nine three five", "94859303935"),
        Example("Order No. 9485 9303 935 arrived broken", "94859303935"),
    ),
    counter_examples=(
        "我的电话是13800138000",
        "日期 20240518",
        "运单号 SF1234567890123",
        "(01)04012345678901",
        "GTIN 04012345678901",
        "call me on +86 138 0013 8000 in order to help",
    ),
)
