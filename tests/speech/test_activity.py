"""Voice detectors: stretches in order, within the audio, and none where nobody speaks."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from speech import Audio, ModelUnavailable, activity_names, build_activity, read_audio
from speech.records import Samples
from tests.speech.signals import noise, silence, tone

QUIET = [
    pytest.param(silence(5.0), id="silence"),
    pytest.param(silence(0.0), id="nothing"),
    pytest.param(noise(5.0, level=0.001), id="faint noise"),
]
NOT_SPEECH = [
    *QUIET,
    pytest.param(noise(10.0), id="loud noise"),
    pytest.param(tone(10.0), id="tone"),
    pytest.param(tone(10.0, hz=50), id="hum"),
]


def test_energy_finds_the_loud_stretches() -> None:
    audio = Audio(np.concatenate([silence(1.0), tone(2.0), silence(1.5), tone(0.5), silence(1.0)]))
    found = build_activity("energy").detect(audio)
    assert [(round(stretch.start_s, 1), round(stretch.end_s, 1)) for stretch in found] == [(1.0, 3.0), (4.5, 5.0)]


@pytest.mark.parametrize("samples", QUIET)
def test_energy_finds_nothing_in_quiet(samples: Samples) -> None:
    assert build_activity("energy").detect(Audio(samples)) == ()


def test_unknown_detector_is_told() -> None:
    with pytest.raises(ModelUnavailable, match="energy, silero"):
        build_activity("../energy")


@pytest.mark.model
@pytest.mark.parametrize("samples", NOT_SPEECH)
def test_silero_finds_no_speech_where_there_is_none(samples: Samples) -> None:
    assert build_activity("silero").detect(Audio(samples)) == ()


@pytest.mark.model
@pytest.mark.parametrize("name", activity_names())
@pytest.mark.parametrize("call", ["call_zh.wav", "call_en.wav"])
def test_stretches_lie_in_order_within_the_audio(examples: Path, name: str, call: str) -> None:
    for audio in read_audio(examples / call, name=call).channels:
        found = build_activity(name).detect(audio)
        assert found
        assert all(0 <= stretch.start_s < stretch.end_s <= audio.duration_s for stretch in found)
        assert all(one.end_s <= other.start_s for one, other in itertools.pairwise(found))


@pytest.mark.model
@pytest.mark.parametrize("call", ["call_zh.wav", "call_en.wav"])
def test_silero_keeps_stretches_within_a_whisper_window(examples: Path, call: str) -> None:
    detector = build_activity("silero")
    for audio in read_audio(examples / call, name=call).channels:
        assert max(stretch.end_s - stretch.start_s for stretch in detector.detect(audio)) <= 28.5
