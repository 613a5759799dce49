"""An order's screenshot in, order number, tracking number, time, amount, model and shop with boxes out.

What this does not know: which shop's app drew it; labels are those common to Chinese and English shops.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from vision.labels import labelled_values
from vision.layout import Row, rows_of
from vision.records import Page, PageField

LABELS: Mapping[str, Sequence[str]] = {
    "order_number": (
        "订单编号",
        "订单号",
        "订单号码",
        "order number",
        "order no.",
        "order no",
        "order id",
        "order #",
        "order",
    ),
    "tracking_number": (
        "运单号",
        "运单编号",
        "快递单号",
        "物流单号",
        "tracking number",
        "tracking no.",
        "tracking no",
        "tracking id",
        "tracking",
    ),
    "order_time": (
        "下单时间",
        "创建时间",
        "成交时间",
        "付款时间",
        "支付时间",
        "order placed",
        "order date",
        "ordered on",
        "placed on",
        "date",
    ),
    "amount": (
        "实付款",
        "实付金额",
        "实付",
        "实际支付",
        "合计",
        "订单金额",
        "total paid",
        "order total",
        "grand total",
        "amount paid",
        "total",
    ),
    "device_model": ("型号", "model"),
    "shop": ("店铺", "商家", "卖家", "sold by", "seller", "shop"),
    "": (
        "支付方式",
        "商品总额",
        "商品总价",
        "优惠",
        "运费",
        "收货地址",
        "收货信息",
        "发货时间",
        "payment",
        "payment method",
        "item total",
        "items total",
        "discount",
        "shipping",
        "ship to",
        "subtotal",
    ),
}
SHOP = re.compile(r"^[^\s:：]{2,20}(?:旗舰店|专营店|专卖店|自营店|官方店)|^[A-Z][\w &'.-]{1,30} (?:Store|Shop)\b")
NUMBER = re.compile(r"#? ?([0-9A-Za-z](?:[0-9A-Za-z-]| (?=\d)){5,39})")
TIME = re.compile(
    r"20\d\d ?[-/.年] ?\d{1,2} ?[-/.月] ?\d{1,2}日?(?: ?\d{1,2}:\d\d(?::\d\d)?)?|"
    r"[A-Z][a-z]{2,8}\.? \d{1,2}, ?20\d\d|\d{1,2} [A-Z][a-z]{2,8} 20\d\d"
)
AMOUNT = re.compile(r"\d[\d,]{0,12}(?:\.\d{1,2})?")


def screenshot_fields(page: Page) -> dict[str, PageField]:
    """Read an order page's fields."""
    rows = rows_of(page.lines)
    fields: dict[str, PageField] = {}
    for labelled in labelled_values(rows, LABELS):
        value = _CLEAN.get(labelled.field, _words)(labelled.value)
        if labelled.field and value and labelled.field not in fields:
            fields[labelled.field] = PageField(value, round(0.96 * labelled.confidence, 4), labelled.box)
    if "shop" not in fields:
        shop = _shop(rows)
        if shop is not None:
            fields["shop"] = shop
    return fields


def _shop(rows: Sequence[Row]) -> PageField | None:
    for row in rows:
        for line in row.lines:
            if SHOP.match(line.text):
                return PageField(line.text, round(0.85 * line.confidence, 4), line.box)
    return None


def _number(value: str) -> str:
    match = NUMBER.match(value)
    text = match[1].replace(" ", "") if match else ""
    return text if sum(character.isdigit() for character in text) >= 4 else ""


def _time(value: str) -> str:
    match = TIME.search(value)
    return match.group() if match else ""


def _amount(value: str) -> str:
    match = AMOUNT.search(value)
    return match.group().replace(",", "") if match else ""


def _model(value: str) -> str:
    return value if any(character.isdigit() for character in value) and len(value) <= 40 else ""


def _words(value: str) -> str:
    return value if 2 <= len(value) <= 40 else ""


_CLEAN: Mapping[str, Callable[[str], str]] = {
    "order_number": _number,
    "tracking_number": _number,
    "order_time": _time,
    "amount": _amount,
    "device_model": _model,
}
