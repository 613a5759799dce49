"""Amounts with their currency, and what is said after them."""

from __future__ import annotations

import pytest

from nlp import build_extractors, compose, extract
from nlp.money import find_money
from nlp.records import Part
from nlp.text import fold


@pytest.mark.parametrize(
    ("text", "is_chinese", "found"),
    [
        ("五块六", True, [("五块六", 5.6, "Chinese yuan")]),
        ("三块零四，两毛五", True, [("三块零四", 3.04, "Chinese yuan"), ("两毛五", 2.5, "Jiao")]),
        ("五元七毛八分", True, [("五元七毛八分", 5.78, "Chinese yuan")]),
        ("人民币 8千元", True, [("人民币 8千元", 8000.0, "Chinese yuan")]),
        ("花了300多块", True, [("300多块", 300.0, "Chinese yuan")]),
        (
            "退三千美金，港幣3.14",
            True,
            [("三千美金", 3000.0, "United States dollar"), ("港币3.14", 3.14, "Hong Kong dollar")],
        ),
        ("换了一块电池，第二块屏幕，三角形", True, []),
        ("一美元", True, [("一美元", 1.0, "United States dollar")]),
        ("$20 and 43c", False, [("$20 and 43c", 20.43, "Dollar")]),
        ("thirteen dollars forty-five cents", False, [("thirteen dollars forty-five cents", 13.45, "Dollar")]),
        ("15 dollars and 2 items", False, [("15 dollars", 15.0, "Dollar")]),
        ("2 for $30 and 3 for $40", False, [("$30", 30.0, "Dollar"), ("$40", 40.0, "Dollar")]),
        ("48.5 MGBP, MAUD 60", False, [("48.5 MGBP", 48.5e6, "British pound"), ("MAUD 60", 60e6, "Australian dollar")]),
        ("75 USD million", False, [("75 USD million", 75e6, "United States dollar")]),
        (
            "USD115.5 or 5.99USD",
            False,
            [("USD115.5", 115.5, "United States dollar"), ("5.99USD", 5.99, "United States dollar")],
        ),
        ("four crore rupees", False, [("four crore rupees", 4e7, "Rupee")]),
        ("quarter million us dollars", False, [("quarter million us dollars", 250_000.0, "United States dollar")]),
        ("$10000 over 3 years", False, [("$10000", 10_000.0, "Dollar")]),
        ("All 17 tests on PHP 8.1, silica gel 5 gel", False, []),
        ("a dollar", False, [("a dollar", 1.0, "Dollar")]),
        ("我付了50元\nI paid $20", True, [("50元", 50.0, "Chinese yuan"), ("$20", 20.0, "Dollar")]),
    ],
)
def test_amounts_are_read(text: str, is_chinese: bool, found: list[tuple[str, float, str]]) -> None:
    folded = fold(text).text
    money = find_money(folded, is_chinese=is_chinese)
    assert [(folded[m.start : m.end], m.value, m.currency.unit) for m in money] == found


def test_a_currency_alone_is_reported_and_fills_nothing() -> None:
    document = compose([Part("人民币还是美元？", "m1", "text", "customer")])
    mentions = extract(document, build_extractors(["amount"]))
    assert [(m.value, (m.resolution or {})["value"]) for m in mentions] == [("CNY", None), ("USD", None)]
    assert all(mention.score < 0.15 for mention in mentions)
