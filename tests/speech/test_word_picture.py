"""A word's picture says how it sounds, not how loud, over which line, or how long."""

from __future__ import annotations

import numpy as np
import pytest

from speech.spoken_digits.word_picture import MELS, MOMENTS, bands, pictures, power, voice_of
from tests.speech.signals import noise, silence, tone


def _word(*, hz: float = 500.0, length_s: float = 0.4) -> np.ndarray:
    return np.concatenate([tone(length_s / 2, hz=hz, level=0.3), tone(length_s / 2, hz=hz * 3, level=0.2)])


def test_picture_has_its_shape_whatever_the_length() -> None:
    seen = pictures([_word(), _word(length_s=0.1), silence(0.0), noise(2.0)], beside=[])
    assert seen.shape == (4, 1, MELS, MOMENTS)
    assert np.isfinite(seen).all()


def test_no_word_gives_no_picture() -> None:
    assert pictures([], beside=[]).shape == (0, 1, MELS, MOMENTS)


@pytest.mark.parametrize("gain", [0.01, 0.5, 3.0])
def test_picture_does_not_know_loudness(gain: float) -> None:
    loud, quiet = (pictures([_word() * level], beside=[]) for level in (1.0, gain))
    np.testing.assert_allclose(loud, quiet, atol=0.02)


def test_picture_is_measured_against_the_voice_beside_it() -> None:
    alone = pictures([_word()], beside=[])
    among = pictures([_word()], beside=[_word(), _word(hz=900.0), noise(0.5)])
    assert np.abs(alone - among).mean() > 0.1


def test_what_a_telephone_cuts_off_is_not_looked_at() -> None:
    swelling = np.sin(np.linspace(0, np.pi, len(_word()))) ** 2  # a sudden beginning has every frequency
    hiss = (tone(0.4, hz=6_000.0, level=0.3) * swelling).astype(np.float32)
    np.testing.assert_allclose(pictures([_word()], beside=[]), pictures([_word() + hiss], beside=[]), atol=0.15)


def test_warp_moves_the_bands() -> None:
    heard = power(tone(0.3, hz=1_000.0))
    low, same, high = (int(bands(heard, warp=warp).mean(axis=0).argmax()) for warp in (0.85, 1.0, 1.15))
    assert high < same < low


def test_voice_is_measured_while_it_speaks() -> None:
    spoken, pause = bands(power(_word())), bands(power(silence(1.0)))
    np.testing.assert_allclose(voice_of([spoken]).mean, voice_of([spoken, pause]).mean, atol=1e-5)
