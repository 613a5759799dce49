"""Sound comes back as it was kept, from memory and from a file that has no name."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from speech.records import Samples, SpeechError
from speech.sound.tape import SpooledSamples, Tape
from tests.speech.signals import noise

HALF_STEP = 0.5 / 32_767


def _blocks(sound: Samples, *, size: int, channels: int) -> list[Samples]:
    both = np.stack([sound, -sound][:channels])
    return [both[:, start : start + size] for start in range(0, both.shape[1], size)]


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize(("memory_s", "error"), [(300.0, 0.0), (0.0, HALF_STEP), (21.0, HALF_STEP)])
def test_sound_comes_back(memory_s: float, error: float, channels: int) -> None:
    sound = noise(35.0)
    tape = Tape(memory_s=memory_s)
    for block in _blocks(sound, size=1_234, channels=channels):
        tape.add(block)
    audios = tape.audios()
    assert (len(audios), len(audios[0]), tape.count) == (channels, len(sound), len(sound))
    for audio, wanted in zip(audios, (sound, -sound), strict=False):
        assert audio.samples.dtype == np.float32
        assert float(np.abs(audio.samples - np.clip(wanted, -1, 1)).max()) <= error * 1.001
        assert np.array_equal(audio.between(10.0, 10.5), audio.samples[160_000:168_000])


@pytest.mark.parametrize(
    ("start", "end", "count"), [(0, 10, 10), (-5, 10, 10), (95, 200, 5), (100, 200, 0), (50, 40, 0)]
)
def test_what_lies_outside_is_left_out(start: int, end: int, count: int) -> None:
    spooled = SpooledSamples()
    spooled.append(np.linspace(-1, 1, 100, dtype=np.float32))
    assert len(spooled.read(start, end)) == count


def test_file_has_no_name_and_is_closed_with_its_reader(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").is_dir() else None
    spooled = SpooledSamples(tmp_path)
    spooled.append(np.zeros(10, dtype=np.float32))
    assert list(tmp_path.iterdir()) == []
    del spooled
    assert before is None or len(os.listdir("/proc/self/fd")) == before


def test_folder_that_cannot_hold_it_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match=r"absent.*TMPDIR"):
        SpooledSamples(tmp_path / "absent")


@pytest.mark.parametrize("at", [0, 17_000, 34_999])
def test_what_is_no_number_is_noticed(at: int) -> None:
    sound = noise(35_000 / 16_000)
    sound[at] = np.nan
    tape = Tape(memory_s=0.0)
    for block in _blocks(sound, size=5_000, channels=1):
        tape.add(block)
    assert not tape.is_finite
