"""Urgency, language and summary: what was written, or an honest None."""

from __future__ import annotations

import pytest

from nlp import classify, compose, summarise
from nlp.records import Part


def from_customer(text: str) -> Part:
    return Part(text, "m1", "text", "customer")


@pytest.mark.parametrize(
    ("text", "priority", "language"),
    [
        ("空调冒烟了，快来人", "urgent", "zh"),
        ("加急处理一下", "urgent", "zh"),
        ("The heater is on fire!", "urgent", "en"),
        ("it is urgent", "urgent", "en"),
        ("不是漏水，是不制冷", None, "zh"),
        ("空调不制冷", None, "zh"),
        ("How do I clean the filter?", None, "en"),
        ("12345", None, "und"),
    ],
)
def test_priority_is_only_what_was_written(text: str, priority: str | None, language: str) -> None:
    found = classify(compose([from_customer(text)]), {})
    assert (found.intent, found.priority, found.language) == (None, priority, language)


def test_the_agents_words_are_not_the_customers_urgency() -> None:
    document = compose([Part("是不是很紧急？", "m1", "text", "agent"), from_customer("不急")])
    assert classify(document, {}).priority is None


@pytest.mark.parametrize(
    ("text", "summary"),
    [
        ("你好。空调昨晚开始不制冷。谢谢！", "空调昨晚开始不制冷。"),
        (
            "Hello there. The washer leaks from the door. It also makes noise! Thanks.",
            "The washer leaks from the door. It also makes noise!",
        ),
        ("你好，在吗？", None),
        ("Good morning", None),
        ("", None),
    ],
)
def test_summary_quotes_the_problem(text: str, summary: str | None) -> None:
    assert summarise(compose([from_customer(text)]), {}, locale="zh") == summary


def test_summary_is_short() -> None:
    summary = summarise(compose([from_customer("坏了" * 500)]), {}, locale="zh")
    assert summary is not None
    assert len(summary) <= 160
