"""What is counted, and what only looks like it."""

from __future__ import annotations

import pytest

from nlp import build_extractors, compose, extract
from nlp.records import Part


def quantities(text: str) -> list[tuple[str, str, str]]:
    document = compose([Part(text, "m1", "text", "customer")])
    found = extract(document, build_extractors(["quantity"]))
    return [(text[m.start : m.end], m.value, str((m.resolution or {}).get("unit", ""))) for m in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("共5件，少发了1件", [("5件", "5", "件"), ("1件", "1", "件")]),
        ("换了三块电路板", [("三块", "3", "块")]),
        ("数量：十二", [("十二", "12", "")]),
        ("手机壳×3，贴膜x2", [("×3", "3", ""), ("x2", "2", "")]),
        ("三百多件", [("三百多件", "300", "件")]),
        (
            "ordered 2 boxes and half a dozen cables",
            [("2 boxes", "2", "boxes"), ("half a dozen cables", "6", "cables")],
        ),
        ("three defective units", [("three defective units", "3", "units")]),
        ("Qty: 40 pcs", [("40 pcs", "40", "pcs")]),
        ("we need a dozen", [("a dozen", "12", "")]),
        ("2台空调\nand 3 units", [("2台", "2", "台"), ("3 units", "3", "units")]),
    ],
)
def test_things_are_counted(text: str, found: list[tuple[str, str, str]]) -> None:
    assert quantities(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "三个月没响应", "两个小时", "有一个问题", "第二台", "三块钱", "30x20 cm", "iPhone X 10", "周一三五",
        "two days ago", "iphone 15 case", "one of the units", "the 4K screen", "3 other reasons", "order 20240518936",
    ],
)  # fmt: skip
def test_other_numbers_are_no_quantity(text: str) -> None:
    assert quantities(text) == []


def test_a_count_beside_its_word_is_surer() -> None:
    plain, named = (
        extract(compose([Part(text, "m1", "text")]), build_extractors(["quantity"]))[0].score
        for text in ("来了5件", "总共5件")
    )
    assert named > plain
