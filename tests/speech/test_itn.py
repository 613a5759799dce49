"""What was said in words is written as people write it, and points back at what was heard."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from speech.itn import Edit, write_spoken

TABLES = Path(__file__).parent


def _rows(name: str) -> list[tuple[str, str]]:
    lines = (TABLES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [(row["heard"], row["written"]) for row in map(json.loads, lines)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_row_of_the_table_is_written_exactly(language: str) -> None:
    rows = _rows(f"written_{language}")
    wrong = [(heard, write_spoken(heard).text, written) for heard, written in rows]
    assert [one for one in wrong if one[1] != one[2]] == []
    assert len(rows) >= 170


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_written_stays_written(language: str) -> None:
    again = [(written, write_spoken(written).text) for _, written in _rows(f"written_{language}")]
    assert [pair for pair in again if pair[0] != pair[1]] == []


@pytest.mark.parametrize(
    ("heard", "written"),
    [
        ("二零二四年五月十八号下午三点半", "2024年5月18号下午3:30"),
        ("五月十八号三点三十分", "5月18号3:30"),
        ("二零二四年五月十八日十五点二十分", "2024年5月18日15:20"),
        ("may eighteenth three thirty p m", "May 18 3:30 p.m."),
    ],
)
def test_date_never_runs_into_a_time(heard: str, written: str) -> None:
    assert write_spoken(heard).text == written


@pytest.mark.parametrize(
    "text",
    [
        "打10073三天了",
        "4G一体化套餐",
        "1749一年的套餐",
        "the sum is 3 plus 5, or 81 minus 5",
        "I paid 45, 20 and 7,000",
        "a 13-inch screen on October 31st",
        "收费20元，3号线，5g网络",
        "",
        "   ",
    ],
)
def test_figures_that_were_heard_as_figures_stay(text: str) -> None:
    assert write_spoken(text).text == text


def test_edits_name_the_heard_characters() -> None:
    heard = "my w f one eight zero cost five dollars"
    edits = write_spoken(heard).edits
    assert [(heard[edit.start : edit.end], edit.written, edit.kind) for edit in edits] == [
        ("w f one eight zero", "WF180", "code"),
        ("five dollars", "$5", "money"),
    ]


def test_settled_stretch_is_closed() -> None:
    heard = "w f one eight zero"
    assert write_spoken(heard, settled=[Edit(0, len(heard), "WF-180", "term")]).text == "WF-180"


@pytest.mark.parametrize(
    "unit", ["一", "one ", "三点", "twenty ", "a b ", "百分之", "five hundred ", "two point ", "杠", "1,"]
)
def test_time_grows_with_the_length_alone(unit: str) -> None:
    def seconds(count: int) -> float:
        text = unit * count
        started = time.process_time()
        write_spoken(text)
        return time.process_time() - started

    write_spoken(unit * 10)
    short = min(seconds(300) for _ in range(2))
    assert seconds(2_400) < 8 * 4 * max(short, 0.002)
