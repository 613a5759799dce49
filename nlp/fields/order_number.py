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
_COUNTED = (
    r"\s{0,2}(?:[元块年月件个台套张部份人次]|日(?!志)|天|%"
    r"|pieces|pcs|units|items|dollars|pounds|euros|usd|rmb|yuan|days|times)"
)
"""What follows an amount, a count or a year: "订单2000元", "order 5000 pieces"."""


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
        r"(?:订单|定单|采购单|销售单|购物单|交易)\s{0,2}(?:的)?(?:编号|号码|单号|号|ID|NO)?",
        # The number of a parcel, a job or a repair is called so too, and is none of an order.
        r"(?<![运递流裹工修件务退发])单号",
        r"(?<![a-z])(?:order|PO)\s{0,2}(?:ref(?:erence)?\s{0,2})?(?:number|no|num|id|code|ref|#)?(?![a-z])",
        r"(?<![a-z])purchase\s{0,2}(?:ref(?:erence)?\s{0,2})?(?:number|no|num|id|code|ref|#)(?![a-z])",
        r"(?<![a-z])(?:purchase|sales)\s{1,2}order(?![a-z])",
        r"(?<![a-z])(?:number|no|id)\s{1,2}(?:of|for)\s{1,2}(?:my|the|this|that|our)\s{1,2}(?:last\s)?order(?![a-z])",
    ),
    labelled_shape=(
        rf"(?:[A-Z]{{1,6}}[-_ ]?)?\d(?:[0-9A-Z]|-(?=[0-9A-Z])| (?=\d{{3}})){{3,30}}(?![0-9A-Z]|{_COUNTED})"
    ),
    patterns=(
        # Pinduoduo: date and fifteen digits. Amazon: 3-7-7. eBay: 2-5-5. Each is printed so by one shop only.
        Pattern("pinduoduo", r"(?<![0-9A-Z-])2\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])-\d{15}(?![0-9A-Z-])", 0.95),
        Pattern("amazon", r"(?<![0-9A-Z-])(?:\d{3}|D\d\d)-\d{7}-\d{7}(?![0-9A-Z-])", 0.95),
        Pattern("ebay", r"(?<![0-9A-Z-])\d{2}-\d{5}-\d{5}(?![0-9A-Z-])", 0.8),
        Pattern("prefixed", r"(?<![0-9A-Z-])(?:SO|PO|DD|ORD|ORDER|TB|JD|PDD)-?\d{6,22}(?![0-9A-Z])", 0.75),
        Pattern(
            "dated",
            r"(?<![0-9A-Z.-])(?<!工单号)(?<!工单号[ :])20\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])"
            r"-?\d{3,12}(?![0-9A-Z-])",
            0.6,
        ),
        Pattern("digits", r"(?<![0-9A-Z.+-])(?<!工单号)(?<!工单号[ :])(?<!\(\d\d\))\d{10,20}(?![0-9A-Z-]|\.\d)", 0.5),
        # Not 8 or 12 to 14 digits, which are product codes (GTIN), nor what follows a GS1 identifier such as (01).
        Pattern("code", r"(?<![0-9A-Z)])(?:\d{9,11}|\d{15,20})(?![0-9A-Z])", 0.6, is_code_only=True),
    ),
    context=("订单", "下单", "购买", "买的", "单号", "退货", "退款", "order", "purchase", "bought", "refund", "return"),
    counter_context=(
        *("电话", "手机", "账号", "卡号", "条码", "条形码", "序列号", "机身号", "串号"),
        *("工单", "税号", "信用代码", "身份证", "证件", "运单", "快递单", "帐号"),
        *(
            "phone",
            "account",
            "card",
            "gtin",
            "ean",
            "upc",
            "serial",
            "s/n",
            "imei",
            "vat",
            "tax",
            "tracking",
            "ticket",
        ),
    ),
    normalise=normalise,
    gs1=("400",),
    examples=(
        Example("订单号：20240518936", "20240518936"),
        Example("我的订单号是幺二三四五六七八九零", "1234567890"),
        Example("订单编号 DD-20231105-8871，请查一下", "DD-20231105-8871"),
        Example("My order number is nine four eight five nine three zero three nine three five", "94859303935"),
        Example("单号是二零二三一一零五杠八八七一", "20231105-8871"),
        Example("拼多多 231105-123456789012345 还没发货", "231105-123456789012345"),
        Example("Order No. 9485 9303 935 arrived broken", "94859303935"),
        Example(
            "the number of my order is two zero two three one one zero five dash eight eight seven one", "20231105-8871"
        ),
        Example("I bought it on Amazon, 112-1234567-7654321", "112-1234567-7654321"),
    ),
    counter_examples=(
        "我的电话是13800138000",
        "日期 20240518",
        "订单2000元以上包邮",
        "工单号 20231105123",
        "we want to order 5000 pieces",
        "运单号 SF1234567890123",
        "(01)04012345678901",
        "GTIN 04012345678901",
        "call me on +86 138 0013 8000 in order to help",
    ),
)
