"""Label and value pairs: right of the label, below it, split labels, several on a row."""

from __future__ import annotations

import pytest

from tests.vision.drawings import column, line
from vision import Line
from vision.lines.labels import labelled_values
from vision.lines.layout import rows_of

LABELS = {
    "serial": ("序列号", "serial no.", "s/n"),
    "model": ("型号", "规格型号", "model"),
    "name": ("名称",),
    "order": ("订单号", "order number"),
}


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param(column("型号：KFR-35GW/CL3A"), [("model", "KFR-35GW/CL3A")], id="zh colon"),
        pytest.param(column("Model: HB-WM814"), [("model", "HB-WM814")], id="en colon"),
        pytest.param(column("型号 | KFR-35GW"), [("model", "KFR-35GW")], id="zh column"),
        pytest.param(column("Serial No. | HBW8142601190"), [("serial", "HBW8142601190")], id="en column"),
        pytest.param(column("序 列 号 ： CL3A"), [("serial", "CL3A")], id="spaced label"),
        pytest.param((line("名", 40, 40), line("称：个人", 140, 40)), [("name", "个人")], id="label over two lines"),
        pytest.param(column("型号 KFR-35 序列号 CL3A"), [("model", "KFR-35"), ("serial", "CL3A")], id="two on a line"),
        pytest.param(column("订单号", "94859303935"), [("order", "94859303935")], id="zh below"),
        pytest.param(column("Order number", "94859303935"), [("order", "94859303935")], id="en below"),
        pytest.param(column("规格型号：A1"), [("model", "A1")], id="longest spelling"),
        pytest.param(column("ＭＯＤＥＬ：Ａ１"), [("model", "Ａ１")], id="full width"),
        pytest.param(column("this model is fine"), [], id="a word in a sentence"),
        pytest.param(column("supermodel: no"), [], id="inside a word"),
        pytest.param(column("型号"), [], id="label alone"),
    ],
)
def test_values(lines: tuple[Line, ...], found: list[tuple[str, str]]) -> None:
    assert [(each.field, each.value) for each in labelled_values(rows_of(lines), LABELS)] == found


def test_box_is_that_of_the_value() -> None:
    (found,) = labelled_values(rows_of(column("Model: HB-WM814")), LABELS)
    assert found.box[0] == pytest.approx((40 + 7 * 12, 40))
    assert found.box[2] == pytest.approx((40 + 15 * 12, 60))


def test_confidence_is_that_of_the_values_line() -> None:
    lines = (line("型号", 40, 40, confidence=0.5), line("KFR-35GW", 400, 40, confidence=0.9))
    (found,) = labelled_values(rows_of(lines), LABELS)
    assert found.confidence == 0.9
