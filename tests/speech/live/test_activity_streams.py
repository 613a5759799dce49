"""What a gate settles while the sound comes is what it finds in the whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from speech import Audio, Stretch, build_activity, read_audio
from speech.records import SAMPLE_RATE_HZ, Samples
from speech.voice_activity.activity_stream import ActivityStream, follow
from speech.voice_activity.silero_activity import NEAR_S, SileroActivity, SileroOptions, voice_rules
from speech.voice_activity.silero_stream import CONTEXT, WINDOW, SileroStream, State
from tests.speech.signals import silence, tone

LEVEL = 0.5
TABLE = {
    "one": (0.5, 1.0, 1.5),
    "two apart": (0.4, 0.9, 1.0, 0.6, 0.8),
    "to the end": (0.7, 2.0),
    "from the start": (0.0, 1.2, 0.7, 0.3),
    "short pause inside": (0.3, 0.6, 0.25, 0.6, 1.0),
    "click alone": (1.0, 0.05, 1.0),
    "longer than the longest": (0.2, 3.4, 0.15, 2.6, 0.12, 4.0, 0.8),
    "nothing": (2.0,),
    "almost nothing": (0.01,),
}
"""Seconds of silence and sound in turn, silence first."""


def sound(lengths_s: tuple[float, ...]) -> Samples:
    parts = [silence(length) if place % 2 == 0 else tone(length, level=LEVEL) for place, length in enumerate(lengths_s)]
    return np.concatenate(parts)


def pieces(samples: Samples, size: int) -> Iterator[Samples]:
    for start in range(0, len(samples), size):
        yield samples[start : start + size]


def followed(stream: ActivityStream, samples: Samples, size: int) -> list[Stretch]:
    found: list[Stretch] = []
    for piece in pieces(samples, size):
        settled_s = stream.settled_s
        settled = stream.feed(piece)
        assert all(one.start_s >= settled_s - 1e-9 for one in settled), "a stretch began before what was settled"
        found += settled
    return [*found, *stream.finish()]


def loud_is_speech(windows: np.ndarray, state: State) -> tuple[np.ndarray, State]:
    """Stand in for the network: loud windows are speech; the state counts, so that a lost one would show."""
    loudness = np.abs(windows[:, CONTEXT:]).mean(axis=1)
    return np.where(loudness > 0.05, 0.9, 0.05).astype(np.float32), (state[0] + 1, state[1])


WANTED = {
    "one": [(0.28, 1.704)],
    "two apart": [(0.184, 1.512), (2.104, 3.112)],
    "to the end": [(0.504, 2.7)],
    "from the start": [(0.0, 1.416), (1.688, 2.2)],
    "short pause inside": [(0.088, 1.96)],
    "click alone": [],
    "longer than the longest": [(0.0, 3.792), (3.792, 7.408), (7.408, 10.696)],
    "nothing": [],
    "almost nothing": [],
}
"""Seconds by the rules of faster-whisper's get_speech_timestamps for those probabilities, 4 s the longest."""


@pytest.mark.parametrize("size", [37, 512, 1_600, 100_000])
@pytest.mark.parametrize("name", TABLE)
def test_silero_rules_settle_alike_however_the_sound_is_cut(name: str, size: int) -> None:
    stream = SileroStream(loud_is_speech, voice_rules(SileroOptions(max_stretch_s=4.0)))
    found = followed(stream, sound(TABLE[name]), size)
    assert [(round(one.start_s, 3), round(one.end_s, 3)) for one in found] == WANTED[name]


@pytest.mark.parametrize("size", [37, 1_600, 100_000])
@pytest.mark.parametrize("name", TABLE)
def test_detector_asked_again_and_again_finds_what_it_finds_in_the_whole(name: str, size: int) -> None:
    detector = build_activity("energy")
    samples = sound(TABLE[name])
    found, wanted = followed(follow(detector), samples, size), detector.detect(Audio(samples))
    assert len(found) == len(wanted)
    for one, other in zip(found, wanted, strict=True):
        assert (one.start_s, one.end_s) == pytest.approx((other.start_s, other.end_s))


def test_open_stretch_and_its_pause_are_told() -> None:
    options = SileroOptions()
    stream = SileroStream(loud_is_speech, voice_rules(options))
    stream.feed(sound((1.0,)))
    assert stream.open_at_s is None
    stream.feed(tone(1.0, level=LEVEL))
    assert stream.open_at_s == pytest.approx(1.0 - options.padding_s, abs=WINDOW / SAMPLE_RATE_HZ)
    assert stream.pause_s == 0.0
    stream.feed(silence(0.3))
    assert stream.pause_s == pytest.approx(0.3, abs=2 * WINDOW / SAMPLE_RATE_HZ)


def test_memory_is_that_of_the_open_stretch() -> None:
    stream = SileroStream(loud_is_speech, voice_rules(SileroOptions()))
    for _ in range(3):
        stream.feed(sound((1.0, 2.0, 30.0)))
        assert len(stream._waiting) <= WINDOW
        assert len(stream._voices) + len(stream._doubtful) <= 2


SURE, WEAK = LEVEL, 0.1
NEAR = {
    "nobody speaks surely": ([(1.0, WEAK, 1.0), (9.0, 0, 0)], []),
    "weak after sure": ([(1.0, SURE, 1.0), (2.0, WEAK, 1.0), (9.0, 0, 0)], [1, 4]),
    "weak before sure": ([(1.0, WEAK, 1.0), (2.0, SURE, 1.0), (9.0, 0, 0)], [1, 4]),
    "weak far from sure": ([(1.0, SURE, 1.0), (6.0, WEAK, 1.0), (6.0, SURE, 1.0)], [1, 15]),
    "sure one too short to count": ([(1.0, WEAK, 1.0), (1.0, SURE, 0.06), (9.0, 0, 0)], []),
    "weak turns sure": ([(1.0, WEAK, 1.0), (0.0, SURE, 1.0), (3.0, 0, 0)], [1]),
}
"""Seconds of silence, level and seconds of what follows; whole seconds at which stretches begin."""


def weak_or_sure(windows: np.ndarray, state: State) -> tuple[np.ndarray, State]:
    loudness = np.abs(windows[:, CONTEXT:]).mean(axis=1)
    return np.select([loudness > 0.2, loudness > 0.03], [0.9, 0.3], 0.05).astype(np.float32), state


@pytest.mark.parametrize("size", [160, 16_000, 10_000_000])
@pytest.mark.parametrize("name", NEAR)
def test_weak_voice_counts_beside_a_sure_one(name: str, size: int) -> None:
    parts, begins_s = NEAR[name]
    samples = np.concatenate(
        [np.concatenate([silence(quiet), tone(length, level=level)]) for quiet, level, length in parts]
    )
    detector = SileroActivity(weak_or_sure)
    found = followed(follow(detector), samples, size)
    assert [round(one.start_s + 0.2) for one in found] == begins_s
    assert tuple(found) == detector.detect(Audio(samples))


def test_weak_voice_is_settled_once_no_sure_one_can_be_near() -> None:
    stream = SileroActivity(weak_or_sure).follow()
    stream.feed(np.concatenate([silence(1.0), tone(1.0, level=WEAK)]))
    assert stream.open_at_s is None, "nobody spoke surely so far"
    stream.feed(silence(NEAR_S - 0.5))
    assert stream.settled_s == pytest.approx(0.8, abs=0.05)
    assert stream.feed(silence(1.5)) == ()
    assert stream.settled_s > 6.0


OPTIONS = {
    "as served": SileroOptions(),
    "one threshold": SileroOptions(weak_threshold=0.4),
    "cut often": SileroOptions(max_stretch_s=1.5),
    "shared padding": SileroOptions(min_silence_s=0.1, padding_s=0.3, max_stretch_s=2.5),
}


@pytest.mark.model
@pytest.mark.parametrize("size", [160, 4_801])
@pytest.mark.parametrize("name", OPTIONS)
@pytest.mark.parametrize("call", ["call_zh.wav", "call_en.wav"])
def test_real_network_settles_what_it_finds_in_the_whole(examples: Path, call: str, name: str, size: int) -> None:
    detector = build_activity("silero", options=OPTIONS[name])
    for audio in read_audio(examples / call, name=call).channels:
        wanted = list(detector.detect(audio))
        assert len(wanted) > 2
        assert followed(follow(detector), audio.samples, size) == wanted


@pytest.mark.model
@pytest.mark.parametrize("call", ["call_zh.wav", "call_en.wav"])
def test_rules_are_those_of_faster_whisper(examples: Path, call: str) -> None:
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    options = SileroOptions(weak_threshold=0.4)
    theirs = VadOptions(
        threshold=options.threshold,
        min_speech_duration_ms=round(options.min_speech_s * 1000),
        min_silence_duration_ms=round(options.min_silence_s * 1000),
        speech_pad_ms=round(options.padding_s * 1000),
        max_speech_duration_s=options.max_stretch_s,
    )
    for audio in read_audio(examples / call, name=call).channels:
        wanted = get_speech_timestamps(audio.samples, theirs)
        found = build_activity("silero", options=options).detect(audio)
        assert [(round(one.start_s * SAMPLE_RATE_HZ), round(one.end_s * SAMPLE_RATE_HZ)) for one in found] == [
            (one["start"], one["end"]) for one in wanted
        ]
