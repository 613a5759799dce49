"""When someone is to come: the next time that fits, at an hour in which people visit."""

from __future__ import annotations

from datetime import datetime

import pytest

from nlp.document import compose
from nlp.extraction.registry import ticket_field
from nlp.records import Part

NOW = datetime.fromisoformat("2026-11-22T10:00:00+08:00")  # a Sunday


def appointments(text: str) -> list[str]:
    document = compose([Part(text, "m1", "text", "customer")], reference_time=NOW)
    return [mention.value for mention in ticket_field("appointment_time").extract(document)]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("明天上午9点到11点上门", "2026-11-23T09:00:00+08:00/2026-11-23T11:00:00+08:00"),
        ("下周三下午有空", "2026-11-25T12:00:00+08:00/2026-11-25T16:00:00+08:00"),
        ("周五晚上7点以后在家", "2026-11-27T19:00:00+08:00"),
        ("改到后天下午三点吧", "2026-11-24T15:00:00+08:00"),
        ("预约25号上门", "2026-11-25"),
        ("come on Tuesday between 2 and 4", "2026-11-24T14:00:00+08:00/2026-11-24T16:00:00+08:00"),
        ("I'm free after 3pm tomorrow", "2026-11-23T15:00:00+08:00"),
        ("can you send someone on Friday?", "2026-11-27"),
        ("It broke yesterday, please come tomorrow", "2026-11-23"),
    ],
)
def test_the_next_time_that_fits_is_taken(text: str, value: str) -> None:
    assert appointments(text) == [value]


@pytest.mark.parametrize(
    "text",
    ["昨天师傅没来", "昨天预约的", "去年买的", "the technician came yesterday", "I bought it tomorrow", "下个月方便"],
)
def test_the_past_other_things_and_long_stretches_are_no_appointment(text: str) -> None:
    assert appointments(text) == []
