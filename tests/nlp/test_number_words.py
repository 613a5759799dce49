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
    ],
)
def test_numbers_are_found_and_read(text: str, is_chinese: bool, found: list[tuple[str, float]]) -> None:
    folded = fold(text).text
    numbers = find_numbers(folded, is_chinese=is_chinese)
    assert [(folded[number.start : number.end], pytest.approx(number.value)) for number in numbers] == found


@pytest.mark.parametrize(
    ("text", "resolution"),
    [
        ("付了50元6角三分", {"value": "50.63", "unit": "Chinese yuan"}),
        ("8亿元人民币", {"value": "800000000", "unit": "Chinese yuan"}),
        ("it was $ 2.75", {"value": "2.75", "unit": "Dollar"}),
        ("usd$ 15 please", {"value": "15", "unit": "United States dollar"}),
    ],
)
def test_an_amount_has_a_unit(text: str, resolution: dict[str, str]) -> None:
    (mention,) = extract(compose([Part(text, "m1", "text")]), build_extractors(["amount"]))
    assert mention.resolution == resolution
