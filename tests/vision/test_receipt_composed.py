"""Receipts composed for training: they add up, come again from a seed, and rules read them; none is a real one."""

from __future__ import annotations

from collections import Counter

import pytest

from training.fit_receipts import composed, lesson_of
from training.receipt_noise import misread
from training.receipt_scores import count_fields, is_right
from training.receipt_sets import receipts
from vision.receipts.receipt import receipt_fields

COUNT = 60


@pytest.mark.parametrize(
    ("language", "least"),
    [
        ("zh", {"company": 0.95, "date": 0.98, "address": 0.93, "total": 0.98}),
        ("en", {"company": 0.8, "date": 0.98, "address": 0.85, "total": 0.98}),
    ],
)
def test_rules_read_composed_receipts(language: str, least: dict[str, float]) -> None:
    counts: Counter[str] = Counter()
    for receipt in composed(COUNT, seed=990, language=language, is_misread=False):
        count_fields(dict(receipt.fields), receipt_fields(receipt.lines), counts)
    shares = {name: counts[f"{name} right"] / counts[f"{name} wanted"] for name in least}
    assert all(shares[name] >= share for name, share in least.items()), shares


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_seed_composes_the_same_receipts(language: str) -> None:
    one, other = (list(receipts(3, seed=5, language=language)) for _ in range(2))
    assert one == other
    assert list(receipts(3, seed=6, language=language)) != one


@pytest.mark.parametrize("language", ["zh", "en"])
def test_misreading_keeps_fields_and_a_tag_for_each_line(language: str) -> None:
    for number, receipt in enumerate(receipts(20, seed=3, language=language)):
        read = misread(receipt, seed=number)
        assert read.fields == receipt.fields
        assert len(read.lines) == len(read.tags)


def test_lessons_tag_the_lines_of_the_reference() -> None:
    right = 0
    for receipt in receipts(20, seed=4, language="en"):
        (made,) = [one for one in composed(20, seed=4, language="en", is_misread=False) if one.lines == receipt.lines]
        right += [tag for tag in lesson_of(made).tags if tag == "C"] == [tag for tag in receipt.tags if tag == "C"]
    assert right >= 17


@pytest.mark.parametrize(
    ("field", "value", "wanted", "is_so"),
    [
        ("company", "Happy Mart Sdn. Bhd.", "HAPPY MART SDN BHD", True),
        ("company", "好邻居超市", "好邻居便利店", False),
        ("address", "北京市 海淀区，27号", "北京市海淀区27号", True),
        ("total", "RM 1,234.50", "1234.50", True),
        ("total", "43.7", "43.70", False),
        ("date", "28-03-18", "28/03/18", False),
        ("date", "27 mar 2018", "27MAR2018", True),
        ("total", "", "", False),
    ],
)
def test_a_value_is_right_to_the_last_letter(field: str, value: str, wanted: str, is_so: bool) -> None:
    assert is_right(field, value, wanted) is is_so


def test_a_reference_without_a_field_wants_none_and_counts_what_is_given() -> None:
    counts: Counter[str] = Counter()
    (receipt,) = composed(1, seed=1, language="zh", is_misread=False)
    found = receipt_fields(receipt.lines)
    count_fields({name: "" for name in found}, found, counts)
    assert counts["total wanted"] == 0
    assert counts["total given"] == 1
    assert counts["total right"] == 0
