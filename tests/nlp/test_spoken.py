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
    ],
)
def test_digit_strings_are_written(said: str, written: str) -> None:
    assert read_spoken(said).text == written


@pytest.mark.parametrize(
    "text", ["二零二四年", "一两三天", "one or two", "I have three of them", "it's one two", "第一二章"]
)
def test_other_numbers_are_left_alone(text: str) -> None:
    assert read_spoken(text).text == text


def test_span_covers_the_words() -> None:
    text = "it is double nine four eight ok"
    view = read_spoken(text)
    at = view.text.index("9948")
    start, end = view.span(at, at + 4)
    assert text[start:end] == "double nine four eight"
