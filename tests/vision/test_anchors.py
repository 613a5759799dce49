"""Typed values at their labels: inside, beside, below; misread, split and doubled labels; tilted pages."""

from __future__ import annotations

from math import cos, radians, sin

import pytest

from tests.vision.drawings import column, line
from vision import Box, Line
from vision.fields.anchors import anchored_values, is_labelled
from vision.fields.plate_types import read_date, read_model, read_name, read_power, read_serial, read_voltage

LABELS = {
    "model": ("型号", "规格型号", "model no.", "model", "type"),
    "serial_number": ("序列号", "编号", "serial no.", "ser.no", "s/n", "sn"),
    "voltage": ("额定电压", "电源", "voltage", "rated input"),
    "power": ("功率", "power", "rated input"),
    "manufacture_date": ("生产日期", "date"),
    "brand": ("品牌", "brand"),
    "": ("净重", "class", "防护等级"),
}
READERS = {
    "model": read_model,
    "serial_number": read_serial,
    "voltage": read_voltage,
    "power": read_power,
    "manufacture_date": read_date,
    "brand": read_name,
}


def found_in(lines: tuple[Line, ...]) -> dict[str, str]:
    return {each.field: each.value for each in anchored_values(lines, LABELS, readers=READERS)}


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        pytest.param(column("型号：KFR-35GW/CL3A"), {"model": "KFR-35GW/CL3A"}, id="zh inside"),
        pytest.param(column("Model No.: HB-WM814"), {"model": "HB-WM814"}, id="en inside"),
        pytest.param(column("型号 | KFR-35GW"), {"model": "KFR-35GW"}, id="zh beside"),
        pytest.param(column("Serial No. | HBW 8142 601190"), {"serial_number": "HBW8142601190"}, id="en beside"),
        pytest.param(
            column("型号 | 防护等级", "KFR-35GW | IPX4"), {"model": "KFR-35GW"}, id="zh below, a label beside it"
        ),
        pytest.param(column("Model | Class", "HB-WM814 | I"), {"model": "HB-WM814"}, id="en below, a label beside it"),
        pytest.param(
            column("型号 | 备注", "KFR-35GW | 无"), {"model": "KFR-35GW"}, id="below, unknown label beside it"
        ),
        pytest.param(column("型号 Model: | A8-20"), {"model": "A8-20"}, id="doubled label"),
        pytest.param(column("生产日期Date | 2026.05"), {"manufacture_date": "2026.05"}, id="doubled without space"),
        pytest.param((line("品", 40, 40), line("牌：美亚", 140, 40)), {"brand": "美亚"}, id="label over two lines"),
        pytest.param(
            (line("功", 40, 40), line("率：", 140, 40), line("1.9 kW", 240, 40)), {"power": "1.9 kW"}, id="three lines"
        ),
        pytest.param(column("Mode1 No. | HB-WM814"), {"model": "HB-WM814"}, id="misread Latin label"),
        pytest.param(column("序列號：CL3A250618"), {"serial_number": "CL3A250618"}, id="traditional label"),
        pytest.param(column("Rated input | 1350W"), {"power": "1350W"}, id="input in watts"),
        pytest.param(column("Rated input | 230V~"), {"voltage": "230V~"}, id="input in volts"),
        pytest.param(
            (line("Ser.No SHS", 40, 40), line("4359 7000", 170, 40)), {"serial_number": "SHS43597000"}, id="split"
        ),
        pytest.param(column("型号：SN-FJ965"), {"model": "SN-FJ965"}, id="a model that begins like a label"),
        pytest.param(column("this model has 3 speeds"), {}, id="a word in a sentence"),
        pytest.param(column("订单编号：33445566"), {}, id="inside a longer label"),
        pytest.param(column("型号"), {}, id="label alone"),
        pytest.param((), {}, id="nothing"),
    ],
)
def test_values_stand_at_their_labels(lines: tuple[Line, ...], found: dict[str, str]) -> None:
    assert found_in(lines) == found


@pytest.mark.parametrize("degrees", [-9.0, 4.0, 12.0])
def test_rows_of_a_tilted_page_are_followed(degrees: float) -> None:
    upright = column("型号 | KFR-35GW", "序列号 | CL3A250618", "功率 | 880W", "额定电压 | 220V~")
    tilted = tuple(Line(each.text, _turned(each, degrees), each.confidence) for each in upright)
    wanted = {"model": "KFR-35GW", "serial_number": "CL3A250618", "power": "880W", "voltage": "220V~"}
    assert found_in(tilted) == wanted


def test_a_value_between_two_rows_is_no_sure_one() -> None:
    lines = (line("功率", 40, 100), line("880W", 640, 88), line("1350W", 640, 112))
    (found,) = anchored_values(lines, LABELS, readers=READERS)
    assert found.place == "between"


def test_a_labelled_line_is_told() -> None:
    assert [is_labelled(text, LABELS) for text in ("型号 | A8", "s/n: 1", "KFR-35GW")] == [True, True, False]


def test_a_long_page_takes_linear_time() -> None:
    assert found_in(tuple(line("=" * 300, 40, 30.0 * row) for row in range(200))) == {}


def _turned(each: Line, degrees: float) -> Box:
    cosine, sine = cos(radians(degrees)), sin(radians(degrees))
    first, second, third, fourth = ((x * cosine - y * sine + 300, x * sine + y * cosine + 300) for x, y in each.box)
    return (first, second, third, fourth)
