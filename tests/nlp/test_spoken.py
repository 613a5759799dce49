"""Spoken digits are written as digits, and still point at what was said."""

from __future__ import annotations

import pytest

from nlp.extraction.spoken import read_spoken


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("电话幺三八 零零幺三 八零零零", "电话13800138000"),
        ("訂單號一二三四五六", "订单号123456"),
        ("nine four double eight five", "94885"),
        ("triple zero one two", "00012"),
        ("9 4 8 5 9", "94859"),
        ("K F R dash three five G W", "KFR-35GW"),
        ("A B one two three four five six", "AB123456"),
        ("A as in apple, B for Bravo, one two", "AB12"),
        ("error E zero five", "error E05"),
        ("serial bravo four five six seven", "serial B4567"),
        ("K F R thirty five G W", "KFR35GW"),
        ("capital A lower case b one", "Ab1"),
        ("order four five six seven dash eight eight seven one", "order 4567-8871"),
        ("one six one four nine six oh oh double oh", "1614960000"),
        ("john dot smith at gmail dot com", "john.smith@gmail.com"),
        ("英文字母A幺二三四", "A1234"),
        ("型号KFR杠三五GW", "型号KFR-35GW"),
        ("二零二三一一零五杠八八七幺", "20231105-8871"),
        ("幺三八三个零", "138000"),
        ("故障码E零五", "故障码E05"),
        ("大写K小写f斜杠三五", "Kf/35"),
        ("zhangsan艾特qq点com", "zhangsan@qq.com"),
    ],
)
def test_digit_strings_are_written(said: str, written: str) -> None:
    assert read_spoken(said).text == written


@pytest.mark.parametrize(
    "text",
    [
        "二零二四年",
        "一两三天",
        "one or two",
        "I have three of them",
        "it's one two",
        "第一二章",
        "hotel five",
        "I for one think so",
        "dash dash dash",
        "at ten dot",
        "twenty twenty five thirty",
        "A栋二零三",
        "周一三五",
        "三个一百",
        "不加杠",
        "WiFi连不上一二楼",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert read_spoken(text).text == text


def test_span_covers_the_words() -> None:
    text = "it is double nine four eight ok"
    view = read_spoken(text)
    at = view.text.index("9948")
    start, end = view.span(at, at + 4)
    assert text[start:end] == "double nine four eight"
