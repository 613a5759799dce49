"""Goods of an order: name, quantity and price by where they stand; wrapped names, tables, a missed article."""

from __future__ import annotations

import pytest

from tests.vision.drawings import line, page, values
from vision import Line, page_fields
from vision.fields.order_items import order_items


def no_label(text: str) -> bool:
    return text in ("运费", "Shipping", "合计", "Total")


ZH_BESIDE = (
    line("智能扫地机器人", 240, 100),
    line("¥1899.00", 880, 100),
    line("颜色分类:白色", 240, 130, height=16),
    line("×2", 950, 130),
    line("蓝牙耳机", 240, 300),
    line("¥99.90", 900, 300),
    line("×1", 950, 330),
    line("运费", 40, 500),
    line("¥6.00", 900, 500),
)
EN_BELOW = (
    line("Front-load washer", 240, 100),
    line("Black", 240, 130),
    line("$649.00", 240, 190),
    line("Qty: 1", 900, 190),
    line("Total", 40, 500),
    line("$649.00", 900, 500),
)
EN_WRAPPED = (
    line("Mechanical keyboard with sixty", 240, 100),
    line("keys", 240, 130),
    line("$24.90", 240, 190),
    line("Quantity: 10", 440, 190),
)
ZH_TABLE = (
    *(line(text, x, 100) for text, x in (("商品", 40), ("单价", 500), ("数量", 700), ("小计", 850))),
    *(line(text, x, 140) for text, x in (("空气炸锅", 40), ("¥983.00", 500), ("1", 705), ("¥983.00", 850))),
    *(line(text, x, 180) for text, x in (("保温杯", 40), ("¥59.00", 500), ("3", 705), ("¥177.00", 850))),
)
EN_TABLE = (
    *(line(text, x, 100) for text, x in (("Item", 40), ("Price", 500), ("Qty", 700), ("Amount", 850))),
    *(line(text, x, 140) for text, x in (("Desk lamp", 40), ("$10.90", 500), ("10", 705), ("$109.00", 850))),
)


@pytest.mark.parametrize(
    ("lines", "items"),
    [
        pytest.param(ZH_BESIDE, [("智能扫地机器人", "2", "1899.00"), ("蓝牙耳机", "1", "99.90")], id="zh"),
        pytest.param(EN_BELOW, [("Front-load washer", "1", "649.00")], id="en"),
        pytest.param(EN_WRAPPED, [("Mechanical keyboard with sixty keys", "10", "24.90")], id="name of two lines"),
        pytest.param(ZH_TABLE, [("空气炸锅", "1", "983.00"), ("保温杯", "3", "59.00")], id="zh table"),
        pytest.param(EN_TABLE, [("Desk lamp", "10", "10.90")], id="en table"),
        pytest.param((line("型号", 40, 40), line("¥5.00", 300, 40)), [], id="a price alone"),
        pytest.param((), [], id="nothing"),
    ],
)
def test_goods_are_found(lines: tuple[Line, ...], items: list[tuple[str, str, str]]) -> None:
    found = {name: field.value for name, field in order_items(lines, is_label=no_label).items()}
    wanted: dict[str, str] = {}
    for number, (name, quantity, price) in enumerate(items, start=1):
        wanted |= {f"item_{number}": name, f"item_{number}_quantity": quantity, f"item_{number}_price": price}
    assert found == wanted


def test_an_article_without_a_quantity_makes_the_others_unsure() -> None:
    missed = (line("人体工学椅", 240, 40), line("¥329.00", 880, 40), *ZH_BESIDE)
    sure = order_items(ZH_BESIDE, is_label=no_label)["item_1_price"].confidence
    unsure = order_items(missed, is_label=no_label)["item_1_price"].confidence
    assert (sure >= 0.98, unsure) == (True, 0.9)


def test_an_order_page_names_its_goods() -> None:
    lines = (line("订单编号：20250618936", 40, 20), line("实付款", 40, 600), line("¥3903.90", 880, 600), *ZH_BESIDE)
    report = page_fields(page(lines))
    named = values(report.fields)
    assert report.kind == "screenshot"
    assert [named[name] for name in ("order_number", "amount", "item_2")] == ["20250618936", "3903.90", "蓝牙耳机"]
