"""Telephone sound is told by its band, whatever rate the file claims."""

from __future__ import annotations

from pathlib import Path

import pytest

from speech import Audio, Stretch, read_audio
from speech.records import Samples
from speech.sound.bandwidth import high_share, is_telephone
from tests.speech.signals import noise, silence, tone
from training.eval_speech import as_telephone

WHOLE = (Stretch(0.0, 2.0),)


@pytest.mark.parametrize(
    ("samples", "is_narrow"),
    [
        pytest.param(noise(2.0), False, id="wide noise"),
        pytest.param(tone(2.0, hz=1_000), True, id="nothing above 4 kHz"),
        pytest.param(tone(2.0, hz=6_000), False, id="all above 4 kHz"),
        pytest.param(silence(2.0), True, id="silence"),
    ],
)
def test_band_is_told_by_what_lies_above_four_kilohertz(samples: Samples, is_narrow: bool) -> None:
    assert is_telephone(Audio(samples), WHOLE) == is_narrow


def test_no_stretches_have_no_share() -> None:
    assert high_share(Audio(noise(2.0)), ()) == 0.0


@pytest.mark.parametrize("call", ["call_zh.wav", "call_en.wav"])
def test_calls_at_8_khz_are_telephone_sound(examples: Path, call: str) -> None:
    for audio in read_audio(examples / call, name=call).channels:
        assert is_telephone(audio, (Stretch(0.0, audio.duration_s),))


@pytest.mark.parametrize("file", ["en/jfk.flac", "en/vosk_test.flac", "zh/wenet_long.flac", "en/azure_katiesteve.flac"])
def test_real_recordings_are_told_from_their_telephone_copies(shared_data: Path, file: str) -> None:
    recording = read_audio(shared_data / "speech" / "clips" / file, name=file)
    whole = (Stretch(0.0, recording.duration_s),)
    assert not is_telephone(recording.channels[0], whole)
    assert is_telephone(as_telephone(recording).channels[0], whole)
