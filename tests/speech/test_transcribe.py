"""Channels meet on one timeline, heard only where somebody speaks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from speech import (
    Audio,
    Recording,
    Segment,
    SpeechError,
    Stretch,
    Transcript,
    Word,
    build_activity,
    build_transcriber,
    transcribe_recording,
)
from tests.speech.signals import silence, tone


def _recording(*channels: Audio) -> Recording:
    layout = "stereo" if len(channels) == 2 else "mono"
    return Recording("call.wav", channels, layout, "pcm_s16le", 8_000, ("the end is missing",))


def _spoken(*parts: tuple[float, float], total_s: float) -> Audio:
    samples = silence(total_s)
    for start_s, end_s in parts:
        samples[round(start_s * 16_000) : round(end_s * 16_000)] = tone(end_s - start_s)
    return Audio(samples)


@dataclass
class Listening:
    """Says the number of stretches it was given, in the language it is told; remembers what it was asked."""

    engine: str = "listening:count"
    asked: list[tuple[str, int, tuple[str, ...]]] = field(default_factory=list)

    def transcribe(
        self, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch] | None = None
    ) -> Transcript:
        heard = stretches or ()
        self.asked.append((language, len(heard), tuple(hotwords)))
        segments = tuple(Segment(one.start_s, one.end_s, "嗯", 0.5) for one in heard)
        return Transcript(
            "zh" if language == "auto" else language, self.engine, audio.duration_s, segments, ("a floor",)
        )


def test_channels_are_merged_in_the_order_they_start() -> None:
    recording = _recording(_spoken((1, 2), (5, 6), total_s=8), _spoken((3, 4), total_s=8))
    said = transcribe_recording(recording, transcriber=Listening(), activity=build_activity("energy"))
    assert [(segment.channel, round(segment.start_s)) for segment in said.segments] == [(0, 1), (1, 3), (0, 5)]
    assert said.duration_s == 8


def test_silence_gives_no_words() -> None:
    said = transcribe_recording(
        _recording(Audio(silence(5.0))),
        transcriber=build_transcriber("scripted", script=(Word(1, 2, "ghost", 0.9),)),
        activity=build_activity("energy"),
    )
    assert (said.segments, said.language, said.engine) == ((), "und", "scripted:script")


def test_warnings_of_recording_and_engine_are_told_once() -> None:
    recording = _recording(_spoken((1, 2), total_s=3), _spoken((1, 2), total_s=3))
    said = transcribe_recording(recording, transcriber=Listening(), activity=build_activity("energy"))
    assert said.warnings == ("the end is missing", "a floor")


def test_language_of_the_first_stretches_holds_for_the_channel() -> None:
    parts = [(10.0 * number, 10.0 * number + 9) for number in range(60)]
    transcriber = Listening()
    transcribe_recording(
        _recording(_spoken(*parts, total_s=600)),
        transcriber=transcriber,
        activity=build_activity("energy"),
        hotwords=["KFR-35GW", "海尔"],
    )
    assert [language for language, _, _ in transcriber.asked] == ["auto", "zh", "zh"]
    assert sum(count for _, count, _ in transcriber.asked) == 60
    assert transcriber.asked[0][2] == ("KFR-35GW", "海尔")


def test_progress_grows_to_the_whole() -> None:
    seen: list[tuple[float, float]] = []
    transcribe_recording(
        _recording(_spoken((1, 2), total_s=4), _spoken((2, 3), total_s=4)),
        transcriber=Listening(),
        activity=build_activity("energy"),
        on_progress=lambda done_s, total_s: seen.append((done_s, total_s)),
    )
    assert [done_s for done_s, _ in seen] == sorted(done_s for done_s, _ in seen)
    assert seen[-1] == (8, 8)


@pytest.mark.parametrize(
    ("agent", "customer"),
    [("您好，很高兴为您服务", "我家空调不制冷"), ("Thank you for calling, how can I help?", "My washer leaks")],
    ids=["zh", "en"],
)
@pytest.mark.parametrize("agent_channel", [0, 1])
def test_side_that_greets_is_the_agent(agent: str, customer: str, agent_channel: int) -> None:
    class Greeting(Listening):
        def transcribe(
            self, audio: Audio, *, language: str, hotwords: Sequence[str], stretches: Sequence[Stretch] | None = None
        ) -> Transcript:
            is_agent = bool(np.isclose(float(audio.samples.max()), 0.5, atol=0.01))
            segment = Segment(0.0 if is_agent else 2.0, 1.0 if is_agent else 3.0, agent if is_agent else customer, 0.9)
            return Transcript("zh", self.engine, audio.duration_s, (segment,))

    sides = [_spoken((0, 1), total_s=4), Audio(np.roll(_spoken((0, 1), total_s=4).samples * np.float32(0.8), 32_000))]
    recording = _recording(*(sides if agent_channel == 0 else reversed(sides)))
    said = transcribe_recording(recording, transcriber=Greeting(), activity=build_activity("energy"))
    assert [(segment.speaker, segment.channel) for segment in said.segments] == [
        ("agent", agent_channel),
        ("customer", 1 - agent_channel),
    ]


def test_unknown_language_is_refused_before_work() -> None:
    transcriber = Listening()
    with pytest.raises(SpeechError):
        transcribe_recording(
            _recording(Audio(silence(1.0))), transcriber=transcriber, activity=build_activity("energy"), language="fr"
        )
    assert transcriber.asked == []
