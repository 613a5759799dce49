"""Columns of running text are read one after another; forms, receipts and tables row by row."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vision.drawings import column, line
from vision import Line
from vision.lines.reading_order import in_reading_order

LEFT_EN = [
    "Hold the reset button until",
    "the lamp on the front turns",
    "to amber and then blinks in",
    "a slow rhythm for a minute.",
    "Now open the application on",
]
RIGHT_EN = [
    "your phone and choose the",
    "network of your own house.",
    "The code on the back of the",
    "device is asked for; it has",
    "eight digits and no letters.",
]
LEFT_ZH = [
    "长按复位键直到前面的指示灯",
    "变成琥珀色并且开始缓慢闪烁",
    "大约一分钟之后松开复位按键",
    "然后打开手机上的应用程序并",
    "在列表中选择家里的无线网络",
]
RIGHT_ZH = [
    "此时需要输入机身背面的八位",
    "数字密码密码中没有任何字母",
    "如果三次输入都不正确请等待",
    "十分钟以后再重新尝试连接它",
    "仍然失败时请联系售后服务点",
]


def two_columns(left: list[str], right: list[str], *, top: float = 100.0) -> list[Line]:
    lines = []
    for number, (one, other) in enumerate(zip(left, right, strict=True)):
        lines += [line(other, 460, top + 30 * number), line(one, 40, top + 30 * number)]
    return lines


@pytest.mark.parametrize(("left", "right"), [(LEFT_EN, RIGHT_EN), (LEFT_ZH, RIGHT_ZH)], ids=["en", "zh"])
def test_columns_of_text_are_read_one_after_another(left: list[str], right: list[str]) -> None:
    assert [each.text for each in in_reading_order(two_columns(left, right))] == [*left, *right]


def test_title_and_footer_stay_above_and_below_the_columns() -> None:
    title, footer = line("How to connect the device to a network of your own", 120, 20), line("Page 3 of 12", 380, 400)
    read = in_reading_order([footer, *two_columns(LEFT_EN, RIGHT_EN), title])
    assert [each.text for each in read] == [title.text, *LEFT_EN, *RIGHT_EN, footer.text]


def test_two_stretches_are_read_apart() -> None:
    middle = line("Where nothing helps, begin again from the first step of all", 60, 270)
    lines = [*two_columns(LEFT_EN, RIGHT_EN), middle, *two_columns(RIGHT_EN, LEFT_EN, top=310)]
    assert [each.text for each in in_reading_order(lines)] == [*LEFT_EN, *RIGHT_EN, middle.text, *RIGHT_EN, *LEFT_EN]


@pytest.mark.parametrize(
    "rows",
    [
        ("型号 | KFR-35GW", "序列号 | CL3A2506180427", "额定电压 | 220V", "额定功率 | 1100W", "生产日期 | 2025.05"),
        ("Model | HB-WM814", "Serial | HBW81", "Voltage | 220 V", "Power | 1350 W", "Made in | China"),
        ("Milk fresh 1 l full cream | 6.40", "Bread whole grain sliced | 3.20", "Coffee beans roasted 500 g | 18.90",
         "Sugar white refined 1 kg | 2.95", "TOTAL including tax of 6% | 31.45"),
    ],
    ids=["plate zh", "plate en", "receipt"],
)  # fmt: skip
def test_forms_and_receipts_are_read_row_by_row(rows: tuple[str, ...]) -> None:
    lines = column(*rows)
    assert in_reading_order(lines) == lines


@given(st.permutations(two_columns(LEFT_EN, RIGHT_EN)))
def test_order_of_columns_does_not_depend_on_the_readers(lines: list[Line]) -> None:
    assert [each.text for each in in_reading_order(lines)] == [*LEFT_EN, *RIGHT_EN]


def test_no_lines_have_no_order() -> None:
    assert in_reading_order(()) == ()


def test_time_grows_with_the_lines_and_not_with_their_square() -> None:
    def cost_s(count: int) -> float:
        lines = two_columns(LEFT_EN[:1] * count, RIGHT_EN[:1] * count)
        start = time.process_time()
        in_reading_order(lines)
        return time.process_time() - start

    small = min(cost_s(250) for _ in range(3))
    assert cost_s(2_500) < 40 * small
