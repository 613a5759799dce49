"""The customer's channel is the one that does not greet as an agent; without a greeting nothing is said."""

from __future__ import annotations

import pytest

from speech import Segment, Transcript, guess_customer_channel, with_speakers


def _call(*said: tuple[int, str], start_s: float = 0.0) -> Transcript:
    segments = tuple(
        Segment(start_s + at, start_s + at + 1, text, 0.9, channel=side) for at, (side, text) in enumerate(said)
    )
    return Transcript("zh", "scripted:script", 60.0, segments)


@pytest.mark.parametrize(
    ("call", "channel"),
    [
        pytest.param(_call((0, "您好，这里是售后服务"), (1, "你好，我的空调坏了")), 1, id="zh, agent left"),
        pytest.param(_call((0, "喂"), (1, "您好，请问有什么可以帮您")), 0, id="zh, agent right"),
        pytest.param(_call((0, "thank you for calling acme"), (1, "hi my washer leaks")), 1, id="en, agent left"),
        pytest.param(_call((0, "hello"), (1, "Good morning, how may I help you?")), 0, id="en, agent right"),
        pytest.param(_call((0, "喂"), (1, "喂")), None, id="no greeting"),
        pytest.param(_call((0, "您好，这里是售后"), (1, "您好，我是李明")), None, id="both greet"),
        pytest.param(_call((0, "很高兴为您服务"), start_s=45.0), None, id="too late"),
        pytest.param(_call(), None, id="nothing said"),
    ],
)
def test_customer_channel_is_told_by_the_greeting(call: Transcript, channel: int | None) -> None:
    assert guess_customer_channel(call) == channel


def test_speakers_are_named_and_unnamed() -> None:
    call = _call((0, "您好"), (1, "你好"))
    named = with_speakers(call, customer_channel=0)
    assert [segment.speaker for segment in named.segments] == ["customer", "agent"]
    assert with_speakers(named, customer_channel=None) == call
