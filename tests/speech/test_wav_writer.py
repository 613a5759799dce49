"""A WAV comes out piece by piece as it went in, with a beep where it was asked for."""

from __future__ import annotations

import numpy as np
import pytest

from speech import Audio, Stretch, read_audio
from speech.sound.wav_writer import BEEP_LEVEL, wav_pieces
from tests.speech.signals import noise, silence

LEFT, RIGHT = noise(25.0, seed=1), noise(25.0, seed=2)
STEP = 1 / 32_767


def test_two_channels_come_back() -> None:
    recording = read_audio(b"".join(wav_pieces([Audio(LEFT), Audio(RIGHT)])), name="call.wav")
    for channel, wanted in zip(recording.channels, (LEFT, RIGHT), strict=True):
        assert float(np.abs(channel.samples - np.clip(wanted, -1, 1)).max()) < 2 * STEP


def test_mixed_is_one_channel_as_long_as_the_longest() -> None:
    content = b"".join(wav_pieces([Audio(LEFT), Audio(RIGHT[:16_000])], is_mixed=True))
    (channel,) = read_audio(content, name="call.wav").channels
    wanted = LEFT + np.pad(RIGHT[:16_000], (0, len(LEFT) - 16_000))
    assert float(np.abs(channel.samples - np.clip(wanted, -1, 1)).max()) < 2 * STEP


@pytest.mark.parametrize(
    ("start_s", "end_s"),
    [
        pytest.param(3.0, 4.0, id="within a block"),
        pytest.param(9.5, 20.5, id="over three blocks"),
        pytest.param(24.0, 99.0, id="beyond the end"),
        pytest.param(0.0, 0.0, id="nothing"),
    ],
)
def test_beep_covers_exactly_its_stretch(start_s: float, end_s: float) -> None:
    covered = (Stretch(start_s, end_s),)
    content = b"".join(wav_pieces([Audio(silence(25.0)), Audio(LEFT)], covered=covered))
    quiet, loud = (channel.samples for channel in read_audio(content, name="call.wav").channels)
    first, last = round(start_s * 16_000), round(min(end_s, 25.0) * 16_000)
    assert not quiet[:first].any()
    assert not quiet[last:].any()
    assert np.abs(quiet[first:last]).max(initial=0.0) == pytest.approx(BEEP_LEVEL if last > first else 0.0, abs=STEP)
    assert np.abs(loud[first:last] - quiet[first:last]).max(initial=0.0) < STEP
