"""Tell two sides of a call from one signal written twice.

In: two channels of equal length. Out: "stereo" or "dual_mono", also where the copy is some samples late, quieter or
inverted (crossed wires). It does not know who speaks on which side (see `speakers`), nor what leaks from one side into
the other (see `crosstalk`).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from speech.records import SAMPLE_RATE_HZ, Audio, Samples

SAME_CORRELATION = 0.98
"""Above this the channels carry one signal. A mono call through joint-stereo MP3 stays above .99; two people talking
in turn are near 0, and with strong crosstalk near .5 (synthetic check in tests/speech/test_channels.py).
"""
SAME_LEVEL_RATIO = 10**1.2
"""Energies further apart than 12 dB are crosstalk into a quiet channel, not a copy."""
MAX_LAG_SAMPLES = 160
"""10 ms: what a second converter or a mixing desk adds."""
BLOCK_SAMPLES = 60 * SAMPLE_RATE_HZ
SEARCHED_SAMPLES = 4 * SAMPLE_RATE_HZ
"""The lag is looked for in the loudest four seconds of each block, over all blocks together."""


def layout_of(left: Audio, right: Audio) -> Literal["stereo", "dual_mono"]:
    """Say whether two channels are two sides or the same one.

    Examples
    --------
    >>> sound = np.random.default_rng(0).standard_normal(16_000).astype(np.float32) / 10
    >>> layout_of(Audio(sound), Audio(np.roll(sound, 20) * np.float32(0.5)))
    'dual_mono'
    >>> layout_of(Audio(sound), Audio(sound[::-1].copy()))
    'stereo'
    """
    left_energy, right_energy = _energy(left), _energy(right)
    if left_energy == right_energy == 0.0:
        return "dual_mono"
    if max(left_energy, right_energy) > SAME_LEVEL_RATIO * min(left_energy, right_energy):
        return "stereo"
    lag = _lag(left, right)
    product = 0.0
    for start in range(0, len(left), BLOCK_SAMPLES):
        one = left.read(start, start + BLOCK_SAMPLES)
        other = _shifted(right, start, len(one), lag)
        product += float(np.dot(one.astype(np.float64), other))
    is_same = abs(product) >= SAME_CORRELATION * float(np.sqrt(left_energy * right_energy))
    return "dual_mono" if is_same else "stereo"


def louder_of(left: Audio, right: Audio) -> Audio:
    """Return the copy to keep."""
    return right if _energy(right) > _energy(left) else left


def _energy(audio: Audio) -> float:
    blocks = (audio.read(start, start + BLOCK_SAMPLES) for start in range(0, len(audio), BLOCK_SAMPLES))
    return sum(float(np.square(block, dtype=np.float64).sum()) for block in blocks)


def _lag(left: Audio, right: Audio) -> int:
    """Return how many samples the right channel comes later than the left."""
    size = 1 << (SEARCHED_SAMPLES + 2 * MAX_LAG_SAMPLES).bit_length()
    total = np.zeros(size)
    for start in range(0, len(left), BLOCK_SAMPLES):
        at = start + _loudest(left.read(start, start + BLOCK_SAMPLES))
        one, other = left.read(at, at + SEARCHED_SAMPLES), right.read(at, at + SEARCHED_SAMPLES)
        total += np.fft.irfft(np.fft.rfft(other, size) * np.conj(np.fft.rfft(one, size)), size)
    near = np.concatenate([total[-MAX_LAG_SAMPLES:], total[: MAX_LAG_SAMPLES + 1]])
    return int(np.argmax(np.abs(near))) - MAX_LAG_SAMPLES


def _loudest(samples: Samples) -> int:
    """Return where the loudest SEARCHED_SAMPLES begin."""
    parts = [samples[at : at + SEARCHED_SAMPLES] for at in range(0, len(samples), SEARCHED_SAMPLES)]
    loudness = [float(np.square(part).sum()) for part in parts]
    return int(np.argmax(loudness)) * SEARCHED_SAMPLES


def _shifted(audio: Audio, start: int, count: int, lag: int) -> np.ndarray:
    """Return `count` samples from `start + lag` on, zeros outside the audio."""
    begin, end = start + lag, start + lag + count
    inside = audio.read(begin, end).astype(np.float64)
    before = min(count, max(0, -begin))
    return np.concatenate([np.zeros(before), inside, np.zeros(count - before - len(inside))])
