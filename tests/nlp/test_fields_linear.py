"""Every field takes time in proportion to the text, whatever the text is.

Compared are the processor times of a text and of one four times as long, in the same run. What all fields share
(folding, reading what was spoken) is made once for each text and has a test of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from nlp.document import compose
from nlp.extraction.registry import field_names, ticket_field
from nlp.extraction.spoken import read_spoken
from nlp.records import Document, Part
from nlp.text import fold

HOSTILE = {
    "digits": "1",
    "digit groups": "1-2 3.",
    "grouped digits": "1,234,",
    "letters": "A",
    "letters and digits": "A1-",
    "dashes": "-",
    "spaces": " ",
    "digits and spaces": "1 ",
    "labels": "订单号order no S/N型号error code电话phone",
    "more labels": "IMEI身份证号地址address收货人name of数量qty",
    "spoken": "one two double ",
    "spelled": "A as in apple dash ",
    "number words": "one hundred and ",
    "fractions": "three twenty fifths ",
    "spoken zh": "一二三 ",
    "numerals": "三百万零",
    "fractions zh": "三分之",
    "spoken marks zh": "杠字母A三个",
    "at signs": "a@",
    "addresses said": "a dot b at ",
    "dots": "a.",
    "brackets": "(1",
    "dates": "2024-01-",
    "from to": "from 1 to ",
    "zh dates": "一月十日到",
    "day words": "tomorrow at 下周三",
    "money": "$1 5元3角",
    "places": "浙江省杭州市西湖区文一路1号",
    "names": "张三先生 Mr John Smith ",
    "lines": "1\nA\n一\n",
    "unseen marks": "1\u200b",
    "combining marks": "e\u0301",
}
GROWTH = 4
MOST_GROWTH = 3 * GROWTH
"""Four times the text: four times the work where it is linear, sixteen where it is quadratic; between them lies room
for caches that the longer text no longer fits in."""
CLOCK_NOISE_S = 0.015
"""Less than this is the clock's own grain and the collector's pauses."""
SHORT_CHARS = 1_000
LONG_CHARS = 25_000
ATTEMPTS = 3
SHARED: dict[str, Callable[[str], object]] = {"fold": fold, "read_spoken": read_spoken}


def text_of(kind: str, chars: int, attempt: int = 0) -> str:
    """Repeat a pattern; another attempt is another text, which no cache has seen."""
    return (HOSTILE[kind] * (chars // len(HOSTILE[kind]) + 1))[:chars] + "。" * attempt


def document_of(text: str) -> Document:
    return compose([Part(text, "m1", "text", "customer")])


def growth_of(seconds: Callable[[int, int], float], chars: int) -> float:
    """Return how much longer the longer text takes; measured again only where once looks like too much."""
    short = long = float("inf")
    for attempt in range(ATTEMPTS):
        short, long = min(short, seconds(chars, attempt)), min(long, seconds(GROWTH * chars, attempt))
        if long <= MOST_GROWTH * max(short, CLOCK_NOISE_S):
            break
    return long / max(short, CLOCK_NOISE_S)


def slow_fields(kind: str, chars: int) -> dict[str, float]:
    """Return the fields that grow too fast on texts of a kind, with their growth."""
    found = {}
    for name in field_names():
        extract = ticket_field(name).extract

        def seconds(length: int, attempt: int, extract: Callable[[Document], object] = extract) -> float:
            document = document_of(text_of(kind, length, attempt))
            read_spoken(document.text)
            started = time.process_time()
            extract(document)
            return time.process_time() - started

        growth = growth_of(seconds, chars)
        if growth > MOST_GROWTH:
            found[name] = round(growth, 1)
    return found


def _seconds_of(work: Callable[[str], object], kind: str) -> Callable[[int, int], float]:
    def seconds(length: int, attempt: int) -> float:
        text = text_of(kind, length, attempt)
        started = time.process_time()
        work(text)
        return time.process_time() - started

    return seconds


@pytest.mark.parametrize("kind", HOSTILE)
def test_fields_take_linear_time(kind: str) -> None:
    assert slow_fields(kind, SHORT_CHARS) == {}


@pytest.mark.parametrize("kind", HOSTILE)
@pytest.mark.parametrize("name", SHARED)
def test_what_all_fields_share_takes_linear_time(name: str, kind: str) -> None:
    assert growth_of(_seconds_of(SHARED[name], kind), 2 * SHORT_CHARS) <= MOST_GROWTH


def test_quadratic_time_is_told_from_linear() -> None:
    assert growth_of(lambda chars, attempt: 1e-7 * chars * chars, SHORT_CHARS) > MOST_GROWTH
    assert growth_of(lambda chars, attempt: 1e-4 * chars, SHORT_CHARS) <= MOST_GROWTH


@pytest.mark.model
@pytest.mark.parametrize("kind", HOSTILE)
def test_fields_take_linear_time_on_a_hundred_thousand_characters(kind: str) -> None:
    """Too long for every run: it goes with the tests of the real models."""
    assert slow_fields(kind, LONG_CHARS) == {}
