"""Who spoke how long, when both did and when nobody: by sound, not by the padded stretches."""

from __future__ import annotations

import numpy as np
import pytest

from speech import Audio, Recording, Segment, Stretch, Word
from speech.analytics import analyse
from speech.records import CallAnalytics
from tests.speech.signals import silence, tone

Spans = tuple[tuple[float, float], ...]


def _side(spans: Spans, *, total_s: float) -> Audio:
    samples = silence(total_s)
    for start_s, end_s in spans:
        samples[round(start_s * 16_000) : round(end_s * 16_000)] = tone(end_s - start_s)
    return Audio(samples)


def _padded(spans: Spans) -> tuple[Stretch, ...]:
    return tuple(Stretch(start_s - 0.2, end_s + 0.2) for start_s, end_s in spans)


def _call(*sides: Spans, total_s: float = 20.0, segments: tuple[Segment, ...] = ()) -> CallAnalytics:
    recording = Recording(
        "call.wav",
        tuple(_side(spans, total_s=total_s) for spans in sides),
        "stereo" if len(sides) == 2 else "mono",
        "pcm_s16le",
        8_000,
    )
    return analyse(recording, segments, stretches=[_padded(spans) for spans in sides])


@pytest.mark.parametrize(
    ("left", "right", "talk_s", "silence_s", "overlap_s", "hold"),
    [
        pytest.param(((1, 3),), ((4, 8),), (2, 4), 14, 0, (8, 20), id="in turn"),
        pytest.param(((1, 5),), ((4, 8),), (4, 4), 13, 1, (8, 20), id="a second at once"),
        pytest.param(((1, 3), (3.4, 5)), ((15, 19),), (4, 4), 12, 0, (5, 15), id="a breath joins"),
        pytest.param((), (), (0, 0), 20, 0, (0, 20), id="nobody"),
        pytest.param(((1, 19.5),), ((5, 6),), (18.5, 1), 1.5, 1, (0, 1), id="one inside the other"),
    ],
)
def test_call_is_measured(
    left: Spans,
    right: Spans,
    talk_s: tuple[float, float],
    silence_s: float,
    overlap_s: float,
    hold: tuple[float, float],
) -> None:
    found = _call(left, right)
    assert [side.talk_s for side in found.sides] == pytest.approx(talk_s, abs=0.05)
    assert (found.silence_s, found.overlap_s) == (
        pytest.approx(silence_s, abs=0.05),
        pytest.approx(overlap_s, abs=0.05),
    )
    assert found.longest_hold is not None
    assert (found.longest_hold.start_s, found.longest_hold.end_s) == pytest.approx(hold, abs=0.05)


@pytest.mark.parametrize(
    ("left", "right", "interruptions"),
    [
        pytest.param(((1, 5),), ((4, 8),), (0, 1), id="cut in"),
        pytest.param(((1, 5),), ((3, 3.6),), (0, 0), id="backchannel"),
        pytest.param(((1, 5),), ((1.1, 4),), (0, 0), id="began together"),
        pytest.param(((1, 5),), ((4.9, 8),), (0, 0), id="as the other ends"),
        pytest.param(((1, 5), (7, 10)), ((4, 8),), (1, 1), id="each once"),
    ],
)
def test_interruptions_are_counted(left: Spans, right: Spans, interruptions: tuple[int, int]) -> None:
    assert tuple(side.interruptions for side in _call(left, right).sides) == interruptions


@pytest.mark.parametrize(
    ("text", "words", "characters", "words_per_min", "characters_per_min"),
    [
        pytest.param("my washer doesn't drain", 4, 0, 120.0, 0.0, id="en"),
        pytest.param("我的洗衣机不排水", 0, 8, 0.0, 240.0, id="zh"),
        pytest.param("型号是 KFR-35GW", 1, 3, 30.0, 90.0, id="both"),
        pytest.param("", 0, 0, 0.0, 0.0, id="nothing"),
    ],
)
def test_rate_is_of_talk_time(
    text: str, words: int, characters: int, words_per_min: float, characters_per_min: float
) -> None:
    side = _call(((1, 3),), segments=(Segment(1, 3, text, 0.9),)).sides[0]
    assert (side.words, side.characters) == (words, characters)
    assert (side.words_per_min, side.characters_per_min) == (words_per_min, characters_per_min)


def test_voices_told_apart_within_a_channel_are_sides() -> None:
    said = (
        Segment(1, 3, "您好", 0.9, channel=0, speaker="agent"),
        Segment(4, 8, "你好", 0.9, (Word(4, 8, "你好", 0.9),), channel=1, speaker="customer"),
    )
    found = _call(((1, 3), (4, 8)), segments=said)
    assert [(side.channel, side.speaker, side.talk_s) for side in found.sides] == [(0, "agent", 2), (1, "customer", 4)]


@pytest.mark.parametrize(
    ("total_s", "step_s", "points"), [(20.0, 0.1, 200), (600.0, 0.5, 1_200), (2_400.0, 1.0, 2_400)]
)
def test_loudness_has_a_bounded_number_of_points(total_s: float, step_s: float, points: int) -> None:
    found = _call(((1, 3),), total_s=total_s)
    curve = np.asarray(found.sides[0].loudness_dbfs)
    assert (found.loudness_step_s, len(curve)) == (step_s, points)
    assert curve[round(2 / step_s)] == pytest.approx(-9.0, abs=0.1)  # a sine of half scale
    assert curve[-1] == -120.0
