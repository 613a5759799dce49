"""Triggers only save time: what they skip has no match."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.extraction.field import FieldSpec, _readings
from nlp.extraction.registry import ticket_fields
from nlp.extraction.triggers import has_digit, trigger_of
from nlp.text import fold, lowered

SPECS = [field for field in ticket_fields().values() if isinstance(field, FieldSpec)]
TEXTS = [
    text for field in ticket_fields().values() for text in (*(e.text for e in field.examples), *field.counter_examples)
]


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        (r"订单\s{0,2}(?:编号|号)?", ("订单",)),
        (r"(?:serial|s/?n)\s?(?:no|number)", ("no", "number")),
        (r"(?<![0-9])\d{7,15}", ("0-9",)),
        (r"[A-Z]{2,6}x", ("x",)),
        (r"(?:a|b)?", ()),
        (r".*", ()),
    ],
    ids=["a word", "the shorter set of words", "digits", "a letter", "nothing needed", "anything"],
)
def test_trigger_names_what_every_match_holds(expression: str, words: tuple[str, ...]) -> None:
    assert trigger_of(expression).words == words


def skipped_with_a_match(text: str) -> list[str]:
    low, with_digit = lowered(text), has_digit(text)
    return [
        f"{spec.name}: {reading.pattern.name}"
        for spec in SPECS
        for reading in _readings(spec)
        if not reading.trigger.is_in(low, has_digit=with_digit) and reading.regex.search(text)
    ]


def test_no_field_loses_what_it_finds_in_any_fields_examples() -> None:
    assert [lost for text in TEXTS for lost in skipped_with_a_match(fold(text).text)] == []


@given(
    st.lists(
        st.sampled_from([*"ORDERorderSNsn ıſİK:-#", "订单", "号", "1", "20240518936", "(21)", "@", "0x", "是"]),
        max_size=14,
    )
)
def test_nothing_is_lost_in_scraps_of_any_case(pieces: list[str]) -> None:
    assert skipped_with_a_match(fold("".join(pieces)).text) == []


def test_most_patterns_need_something() -> None:
    needs = [bool(reading.trigger.words) for spec in SPECS for reading in _readings(spec)]
    assert sum(needs) / len(needs) > 0.8
