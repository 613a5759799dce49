"""A cut-out word becomes the small picture that our own digit network looks at.

In: samples of one word, 16 kHz. Out: (40, 48) float32: log energies of 40 mel bands below 4 kHz, by 48 moments spread
evenly over the word, however long it took; mean 0 and deviation 1. What a telephone cuts off is never looked at. The
steps between (power, bands, moments) are apart because training bends each of them. It does not know digits.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from speech.records import SAMPLE_RATE_HZ, Samples

FFT = 400  # 25 ms
HOP = 80  # 5 ms
BINS = 100  # of 40 Hz: 0 to 4 kHz, half the sample rate of a telephone line
BIN_HZ = SAMPLE_RATE_HZ / FFT
MELS, MOMENTS = 40, 48
LOWEST_HZ, HIGHEST_HZ = 100.0, 3_900.0
DEEPEST_DB = 60.0
"""What lies further below the loudest moment of the word counts as this far: digital silence has no logarithm."""

Numbers = npt.NDArray[np.float32]


def pictures(words: Sequence[Samples], *, warp: float = 1.0) -> Numbers:
    """Return the pictures of several words, (n, 1, 40, 48). `warp`: see `bands`."""
    if not words:
        return np.zeros((0, 1, MELS, MOMENTS), dtype=np.float32)
    return np.stack([normal(moments(bands(power(word), warp=warp))) for word in words])[:, None]


def power(samples: Samples) -> Numbers:
    """Return the power spectrum, (frames, 100)."""
    padded = np.pad(samples, (FFT // 2, FFT // 2 + max(0, HOP - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(padded, FFT)[::HOP]
    spectrum = np.fft.rfft(frames * _window(), axis=1)[:, :BINS]
    return (spectrum.real**2 + spectrum.imag**2).astype(np.float32)


def bands(powers: Numbers, *, warp: float = 1.0) -> Numbers:
    """Return log energies of mel bands, (frames, 40), in nepers of power.

    `warp` is a factor on every frequency that is looked at: above 1 for a speaker with a shorter mouth and throat.
    """
    energies = powers @ _filters(round(warp, 2)).T
    floor = float(energies.max(initial=0.0)) * 10 ** (-DEEPEST_DB / 10) + 1e-12
    return np.log(np.maximum(energies, floor))


def moments(logs: Numbers, *, count: int = MOMENTS) -> Numbers:
    """Return `count` moments spread evenly over the frames, (40, count)."""
    at = np.linspace(0.0, len(logs) - 1.0, count)
    before = at.astype(int)
    after = np.minimum(before + 1, len(logs) - 1)
    share = (at - before)[:, None].astype(np.float32)
    return np.ascontiguousarray((logs[before] * (1 - share) + logs[after] * share).T)


def normal(picture: Numbers) -> Numbers:
    """Return the picture with mean 0 and deviation 1."""
    return np.asarray((picture - picture.mean()) / (picture.std() + 1e-5), dtype=np.float32)


@cache
def _window() -> Numbers:
    return np.hanning(FFT + 1)[:-1].astype(np.float32)  # periodic


@cache
def _filters(warp: float) -> Numbers:
    """Return triangles of equal height on the mel scale (HTK's), (40, 100)."""
    edges = np.linspace(_mel(LOWEST_HZ), _mel(HIGHEST_HZ), MELS + 2)
    edges_hz = np.minimum(700.0 * (np.exp(edges / 1127.0) - 1.0) * warp, HIGHEST_HZ + np.arange(MELS + 2) * 1e-3)
    bins_hz = np.arange(BINS) * BIN_HZ
    low, middle, high = edges_hz[:-2, None], edges_hz[1:-1, None], edges_hz[2:, None]
    triangles = np.maximum(0.0, np.minimum((bins_hz - low) / (middle - low), (high - bins_hz) / (high - middle)))
    nearest = np.abs(bins_hz - middle) <= BIN_HZ / 2  # a band narrower than a bin takes the nearest
    return np.where(triangles.sum(axis=1, keepdims=True) > 0, triangles, nearest).astype(np.float32)


def _mel(hz: float) -> float:
    return 1127.0 * float(np.log(1.0 + hz / 700.0))
