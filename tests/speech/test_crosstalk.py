"""What leaks in from the other side is left out; what a side says itself stays, also where both speak."""

from __future__ import annotations

import numpy as np
import pytest

from speech import Audio, Stretch
from speech.records import Samples
from speech.sides.crosstalk import own_stretches
from tests.speech.signals import noise, silence


def _voice(start_s: float, end_s: float, *, seed: int, total_s: float = 8.0) -> Samples:
    """Return noise in syllables, as loud as speech."""
    samples = silence(total_s)
    said = noise(end_s - start_s, level=0.15, seed=seed)
    said *= (0.55 + 0.45 * np.sin(2 * np.pi * 4 * np.arange(len(said)) / 16_000)).astype(np.float32)
    samples[round(start_s * 16_000) : round(start_s * 16_000) + len(said)] = said
    return samples


def _leak(samples: Samples, leak_db: float, late_samples: int = 60) -> Samples:
    return np.roll(samples, late_samples) * np.float32(10 ** (leak_db / 20))


def _length(stretches: tuple[Stretch, ...]) -> float:
    return sum(stretch.end_s - stretch.start_s for stretch in stretches)


OWN, OTHER = _voice(0.5, 2.0, seed=1), _voice(3.0, 6.0, seed=2)
HUM = noise(8.0, level=0.0003, seed=3)


@pytest.mark.parametrize("leak_db", [-12.0, -20.0, -30.0])
@pytest.mark.parametrize("late", [0, 60, 700])
def test_leak_alone_is_left_out(leak_db: float, late: int) -> None:
    here = Audio(OWN + _leak(OTHER, leak_db, late) + HUM)
    found = own_stretches(here, (Stretch(0.3, 2.2), Stretch(2.8, 6.3)), other=Audio(OTHER + HUM))
    assert found == (Stretch(0.3, 2.2),)


@pytest.mark.parametrize("length_s", [0.1, 0.2, 0.3, 0.5])
def test_short_leak_is_left_out(length_s: float) -> None:
    here = Audio(_leak(OTHER, -20.0) + HUM)
    assert own_stretches(here, (Stretch(4.0, 4.0 + length_s),), other=Audio(OTHER + HUM)) == ()


@pytest.mark.parametrize("leak_db", [-12.0, -20.0, -30.0])
def test_own_words_after_a_leak_in_one_stretch_stay(leak_db: float) -> None:
    own = _voice(6.2, 7.5, seed=4)
    here = Audio(own + _leak(OTHER, leak_db) + HUM)
    (found,) = own_stretches(here, (Stretch(2.8, 7.7),), other=Audio(OTHER + HUM))
    assert 5.8 <= found.start_s <= 6.2
    assert 7.5 <= found.end_s <= 7.7


def test_own_words_quieter_than_a_leak_before_them_stay() -> None:
    own = _voice(6.5, 7.5, seed=4) * np.float32(0.08)
    (found,) = own_stretches(Audio(own + _leak(OTHER, -12.0) + HUM), (Stretch(2.8, 7.7),), other=Audio(OTHER + HUM))
    assert found.start_s <= 6.5
    assert found.end_s >= 7.5


def test_both_at_once_stay() -> None:
    own = _voice(3.0, 6.0, seed=5)
    found = own_stretches(Audio(own + _leak(OTHER, -20.0)), (Stretch(2.8, 6.2),), other=Audio(OTHER))
    assert _length(found) > 3.0


def test_quiet_side_beside_a_loud_one_stays() -> None:
    own = _voice(3.0, 6.0, seed=5) * np.float32(0.1)
    stretches = (Stretch(2.8, 6.2),)
    assert own_stretches(Audio(own), stretches, other=Audio(OTHER)) == stretches


@pytest.mark.parametrize(
    "stretches", [(), (Stretch(0.0, 0.05),), (Stretch(0.0, 8.0),)], ids=["none", "shorter than a window", "all of it"]
)
def test_silence_on_the_other_side_takes_nothing(stretches: tuple[Stretch, ...]) -> None:
    assert own_stretches(Audio(OWN), stretches, other=Audio(silence(8.0))) == stretches
