"""What a gate settles while the sound comes is what it finds in the whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from speech import Audio, Stretch, build_activity, read_audio
from speech.records import SAMPLE_RATE_HZ, Samples
from speech.voice_activity.activity_stream import ActivityStream, follow
from speech.voice_activity.silero_activity import SileroOptions, stream_rules
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
    stream = SileroStream(loud_is_speech, stream_rules(SileroOptions(max_stretch_s=4.0)))
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


VOICES = {
    "weak alone": ([("quiet", 2.0), ("weak", 1.0), ("quiet", 8.0)], []),
    "weak before a sure one": ([("weak", 1.0), ("quiet", 1.0), ("sure", 1.0), ("quiet", 1.0)], [0.0, 1.8]),
    "weak after a sure one": ([("sure", 1.0), ("quiet", 1.0), ("weak", 1.0), ("quiet", 8.0)], [0.0, 1.8]),
    "weak far from a sure one": ([("weak", 1.0), ("quiet", 7.0), ("sure", 1.0), ("quiet", 1.0)], [7.8]),
    "sure one too short to count": ([("weak", 1.0), ("quiet", 1.0), ("sure", 0.06), ("quiet", 8.0)], []),
}
LEVELS = {"quiet": 0.0, "weak": 0.2, "sure": 0.5}


def by_loudness(windows: np.ndarray, state: State) -> tuple[np.ndarray, State]:
    """Stand in for the network: the louder, the surer."""
    return np.abs(windows[:, CONTEXT:]).max(axis=1).astype(np.float32) * np.float32(1.5), state


@pytest.mark.parametrize("size", [160, 4_801])
@pytest.mark.parametrize("name", VOICES)
def test_weak_voice_counts_beside_a_sure_one(name: str, size: int) -> None:
    parts, starts_s = VOICES[name]
    rules = stream_rules(SileroOptions(threshold=0.5, weak_threshold=0.12))
    samples = np.concatenate([tone(length_s, level=0.8 * LEVELS[voice] + 1e-9) for voice, length_s in parts])
    found = followed(SileroStream(by_loudness, rules), samples, size)
    assert [one.start_s for one in found] == pytest.approx(starts_s, abs=0.07)


def test_open_stretch_and_its_pause_are_told() -> None:
    options = SileroOptions()
    stream = SileroStream(loud_is_speech, stream_rules(options))
    stream.feed(sound((1.0,)))
    assert stream.open_at_s is None
    stream.feed(tone(1.0, level=LEVEL))
    assert stream.open_at_s == pytest.approx(1.0 - options.padding_s, abs=WINDOW / SAMPLE_RATE_HZ)
    assert stream.pause_s == 0.0
    stream.feed(silence(0.3))
    assert stream.pause_s == pytest.approx(0.3, abs=2 * WINDOW / SAMPLE_RATE_HZ)


def test_memory_is_that_of_the_open_stretch() -> None:
    stream = SileroStream(loud_is_speech, stream_rules(SileroOptions()))
    for _ in range(3):
        stream.feed(sound((1.0, 2.0, 30.0)))
        assert len(stream._kept) < SAMPLE_RATE_HZ


OPTIONS = {
    "as served": SileroOptions(),
    "short blocks": SileroOptions(block_s=5.0),
    "cut often": SileroOptions(max_stretch_s=1.5),
    "shared padding": SileroOptions(min_silence_s=0.1, padding_s=0.3, max_stretch_s=2.5, block_s=7.0),
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
