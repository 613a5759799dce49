"""When a thing was bought: a date said of buying, or a date that follows from how long it has been owned."""

from __future__ import annotations

from datetime import datetime

import pytest

from nlp.document import compose
from nlp.extraction.registry import ticket_field
from nlp.records import Part

NOW = datetime.fromisoformat("2026-11-22T10:00:00+08:00")


def purchases(text: str, *, reference: datetime | None = NOW) -> list[str]:
    document = compose([Part(text, "m1", "text", "customer")], reference_time=reference)
    return [mention.value for mention in ticket_field("purchase_date").extract(document)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("买了两年了", "2024-11"),
        ("去年双十一买的", "2025-11-11"),
        ("上个月5号在网上买的，昨天坏了", "2026-10-05"),
        ("二零二四年五月十八号买的", "2024-05-18"),
        ("I've had it for two years", "2024-11"),
        ("I bought this fridge three weeks ago", "2026-11-01"),
        ("bought in March", "2026-03-01/2026-04-01"),
        ("bought on may eighteenth twenty twenty four", "2024-05-18"),
    ],
)
def test_a_purchase_is_dated_as_exactly_as_it_was_said(text: str, value: str) -> None:
    assert purchases(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "买了不到一年",
        "买了两年延保",
        "坏了两天",
        "明年买",
        "I have had less than two years of use",
        "it broke two days ago",
    ],
)
def test_vague_lengths_and_other_things_give_no_date(text: str) -> None:
    assert purchases(text) == []


@pytest.mark.parametrize("text", ["买了两年了", "I've had it for two years"])
def test_a_length_gives_no_date_where_now_is_not_known(text: str) -> None:
    assert purchases(text, reference=None) == []
