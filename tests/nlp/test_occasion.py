"""Which time is the fault's, and how precisely a ticket writes it down."""

from __future__ import annotations

from datetime import datetime

import pytest

from nlp import build_extractors, compose, extract, load_template, resolve
from nlp.extraction.registry import ticket_field
from nlp.records import FieldValue, Part

NOW = datetime.fromisoformat("2026-11-22T10:00:00+08:00")  # a Sunday
TEMPLATE = load_template("appliance_repair")


def fault_time(*parts: Part) -> FieldValue:
    document = compose(parts, reference_time=NOW)
    return resolve(extract(document, build_extractors()), document, template=TEMPLATE).fields["fault_time"]


def said(text: str, role: str = "customer") -> Part:
    return Part(text, role, "text", role)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("空调昨晚开始不制冷", "2026-11-21"),
        ("昨晚8点坏的", "2026-11-21T20:00:00+08:00"),
        ("2026年3月买的空调，昨天坏了", "2026-11-21"),
        ("早上8点15分跳闸了", "2026-11-22T08:15:00+08:00"),
        ("11月20日下午3点半报错，明天下午上门可以吗", "2026-11-20T15:30:00+08:00"),
        ("it stopped this morning and does not drain", "2026-11-22"),
        ("I bought it on May 3, 2026 and it broke yesterday", "2026-11-21"),
        ("It has been leaking since Nov 20, 2026. Are you available tomorrow?", "2026-11-20"),
        ("it failed at 10:30 pm last night", "2026-11-21T22:30:00+08:00"),
    ],
)
def test_the_faults_time_is_written_as_precisely_as_it_was_said(text: str, value: str) -> None:
    found = fault_time(said(text))
    assert (found.value, found.status) == (value, "suggest")


@pytest.mark.parametrize(
    "text",
    [
        "昨天买的空调",
        "明天下午有空",
        "发票日期2026-05-08",
        "I ordered it yesterday",
        "Please visit on Nov 25",
        "2025-06-18",
    ],
)
def test_other_times_are_not_proposed(text: str) -> None:
    assert fault_time(said(text)).value is None


@pytest.mark.parametrize("question", ["故障是什么时候开始的？", "When did the fault start?"])
def test_a_short_answer_is_understood_by_its_question(question: str) -> None:
    answer = "昨晚" if question[0] == "故" else "last night"
    assert fault_time(said(question, "agent"), said(answer)).value == "2026-11-21"


@pytest.mark.parametrize("line", ["2025-06-18 09:12:33", "下单时间 2025-06-18", "20190508", "Made 2026-01", "10:02"])
def test_a_date_on_a_page_is_not_a_fault_time(line: str) -> None:
    assert fault_time(Part(line, "order.png", "image", page=0)).candidates == ()


@pytest.mark.parametrize("line", ["故障时间：2026-11-18", "Fault date: 2026-11-18"])
def test_a_labelled_date_on_a_page_is(line: str) -> None:
    """How sure of it the draft is, the calibration says; that it is found and read does not hang on that."""
    page = Part(line, "report.png", "image", page=0)
    (mention,) = ticket_field("fault_time").extract(compose([page], reference_time=NOW))
    assert (mention.value, line[mention.start : mention.end]) == ("2026-11-18", "2026-11-18")
    assert [candidate.value for candidate in fault_time(page).candidates] == ["2026-11-18"]
