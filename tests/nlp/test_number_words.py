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
        ("一点两小时", True, [("一", 1.0), ("两", 2.0)]),
        ("10万万,百二万,五十千", True, [("10万万", 1e9), ("百二万", 1_200_000.0), ("五十", 50.0)]),
        ("负3分之负一百五十六", True, [("负3分之负一百五十六", 52.0)]),
        ("五百卅四,廿,参万", True, [("五百卅四", 534.0), ("廿", 20.0), ("参万", 30_000.0)]),
        ("二三十个,两三天,百分之五,5%,第三次", True, []),
        ("下午三点五十分,十分钟", True, [("三", 3.0), ("五十", 50.0), ("十", 10.0)]),
        ("192.168.1.2", True, [("192", 192.0), ("168", 168.0), ("1", 1.0), ("2", 2.0)]),
        ("one two three, twenty five", False, [("one", 1.0), ("two", 2.0), ("three", 3.0), ("twenty five", 25.0)]),
        ("one hundred thirty fifths", False, [("one hundred thirty fifths", 100 / 35)]),
        ("one one hundred fifth", False, [("one one hundred fifth", 1 / 105)]),
        ("twenty-first, the one, a third party", False, []),
        (
            "two out of five hundred, 12 out of 10",
            False,
            [("two out of five hundred", 0.004), ("12", 12.0), ("10", 10.0)],
        ),
        ("1 in 3 days", False, [("1", 1.0), ("3", 3.0)]),
        ("12,34,567.89 or 1.111,11", False, [("12,34,567.89", 1_234_567.89), ("1.111,11", 1111.11)]),
        ("three quarters billion, half a dozen", False, [("three quarters billion", 7.5e8), ("half a dozen", 6.0)]),
        ("- 5", False, [("- 5", -5.0)]),
        ("- 5 units\n- 6 boxes", False, [("5", 5.0), ("6", 6.0)]),
        ("5G or 128 G, 1,674.5 G", False, [("128", 128.0), ("1,674.5 G", 1_674.5e9)]),
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
