"""Sound that waits is bounded, and what is asked for comes in order."""

from __future__ import annotations

import asyncio

import pytest

from api.errors import Problem
from api.live.inbox import Inbox
from api.schemas.live import LiveStart

SECOND = bytes(32_000)


def inbox_of(*, ahead_s: float = 60.0, behind_s: float = 120.0, **start: object) -> Inbox:
    made = LiveStart.model_validate({"type": "start", **start})
    return Inbox(made, began_s=100.0, ahead_s=ahead_s, behind_s=behind_s)


def taken(inbox: Inbox) -> list[bytes]:
    return asyncio.run(inbox.next())


def test_small_frames_are_taken_together_and_in_order() -> None:
    inbox = inbox_of()
    frames = [bytes([number]) * 1_600 for number in range(6)]
    for frame in frames:
        inbox.put(frame, now_s=100.0)
    inbox.end("end")
    assert taken(inbox) + taken(inbox) + taken(inbox) == frames
    assert taken(inbox) == []


def test_waiting_sound_is_what_nobody_took_yet() -> None:
    inbox = inbox_of()
    inbox.put(SECOND, now_s=101.0)
    inbox.put(SECOND, now_s=102.0)
    taken(inbox)
    assert (inbox.received_s, inbox.waiting_s) == (2.0, 1.0)


@pytest.mark.parametrize(
    ("channels", "rate_hz", "seconds"), [(1, 16_000, 1.0), (2, 16_000, 0.5), (1, 8_000, 2.0), (2, 48_000, 1 / 6)]
)
def test_length_of_a_frame_goes_by_its_format(channels: int, rate_hz: int, seconds: float) -> None:
    inbox = inbox_of(channels=channels, rate_hz=rate_hz)
    inbox.put(SECOND, now_s=101.0)
    assert inbox.received_s == pytest.approx(seconds)


def test_sound_faster_than_it_is_spoken_is_refused() -> None:
    inbox = inbox_of(ahead_s=2.0)
    inbox.put(SECOND, now_s=100.0)
    inbox.put(SECOND, now_s=100.0)
    with pytest.raises(Problem, match="More than 2 s of sound came"):
        inbox.put(SECOND, now_s=100.5)


def test_sound_that_waits_too_long_is_refused() -> None:
    inbox = inbox_of(behind_s=1.5)
    inbox.put(SECOND, now_s=101.0)
    with pytest.raises(Problem, match="wait to be heard"):
        inbox.put(SECOND, now_s=102.0)


def test_first_ending_counts_and_a_cancelled_call_hears_no_more() -> None:
    inbox = inbox_of()
    inbox.put(SECOND, now_s=101.0)
    inbox.end("cancel")
    inbox.end("dropped")
    assert inbox.ending == "cancel"
    assert taken(inbox) == []
