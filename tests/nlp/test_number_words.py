"""Numbers and amounts in words and digits."""

from __future__ import annotations

import pytest

from nlp import build_extractors, compose, extract
from nlp.number_words import find_numbers
from nlp.records import Part
from nlp.text import fold


@pytest.mark.parametrize(
    ("text", "is_chinese", "found"),
    [
        ("一千零五个", True, [("一千零五", 1005.0)]),
        ("４，５６５", True, [("4,565", 4565.0)]),
        ("三分之一", True, [("三分之一", 1 / 3)]),
        ("壹佰伍拾", True, [("壹佰伍拾", 150.0)]),
        ("负三点五度", True, [("负三点五", -3.5)]),
        ("two thirds of 1,200", False, [("two thirds", 2 / 3), ("1,200", 1200.0)]),
        ("minus twenty-one", False, [("minus twenty-one", -21.0)]),
        ("nothing here", False, []),
        ("远离大陆,收拾房间,去四川,一看", True, []),
        ("3万4000元,1千零20", True, [("3万4000", 34000.0), ("1千零20", 1020.0)]),
        ("三百五十又三分之一", True, [("三百五十又三分之一", 350 + 1 / 3)]),
        ("1.3e6 and 2^-1", False, [("1.3e6", 1_300_000.0), ("2^-1", 0.5)]),
        ("one million and a half", False, [("one million and a half", 1_500_000.0)]),
        ("one hundred and three and two thirds", False, [("one hundred and three and two thirds", 103 + 2 / 3)]),
        ("3 hundred and 21 or 40 000", False, [("3 hundred and 21", 321.0), ("40 000", 40_000.0)]),
        ("1 over twenty-one", False, [("1 over twenty-one", 1 / 21)]),
        ("10M, that one", False, [("10M", 10_000_000.0)]),
        ("9^99999 0/0", False, [("9", 9.0)]),
    ],
)
def test_numbers_are_found_and_read(text: str, is_chinese: bool, found: list[tuple[str, float]]) -> None:
    folded = fold(text).text
    numbers = find_numbers(folded, is_chinese=is_chinese)
    read = [(folded[number.start : number.end], round(number.value, 9)) for number in numbers]
    assert read == [(words, round(value, 9)) for words, value in found]


@pytest.mark.parametrize(
    ("text", "resolution"),
    [
        ("付了50元6角三分", {"value": "50.63", "unit": "Chinese yuan"}),
        ("8亿元人民币", {"value": "800000000", "unit": "Chinese yuan"}),
        ("it was $ 2.75", {"value": "2.75", "unit": "Dollar"}),
        ("3 dollars 50 cents", {"value": "3.5", "unit": "Dollar"}),
        ("100 chinese yuan", {"value": "100", "unit": "Chinese yuan"}),
        ("usd$ 15 please", {"value": "15", "unit": "United States dollar"}),
    ],
)
def test_an_amount_has_a_unit(text: str, resolution: dict[str, str]) -> None:
    (mention,) = extract(compose([Part(text, "m1", "text")]), build_extractors(["amount"]))
    assert mention.resolution == resolution
