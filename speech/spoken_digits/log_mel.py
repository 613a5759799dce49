"""A cut-out word becomes the picture that Moonshine's spelling network looks at.

In: samples of one word, 16 kHz, the rest cut away. Out: (64, 128) float32, log energies of 64 mel bands by 128 frames,
the word in the middle of one second of silence, mean 0 and deviation 1 over the whole picture. Nothing above 4 kHz is
looked at, so that a telephone and a studio give the same picture. It does not know digits.

The frame (512 samples, one each 125, Slaney's mel scale from 20 Hz to 8 kHz) is the one the network was trained with.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import numpy.typing as npt

from speech.records import SAMPLE_RATE_HZ, Samples

FFT = 512  # 32 ms
HOP = 125  # 7.8 ms
FRAMES = 128  # one second
ROOM = (FRAMES - 1) * HOP + FFT
MELS = 64
LOWEST_HZ, HIGHEST_HZ = 20.0, 8_000.0
TELEPHONE_HZ = 4_000.0
"""Half the sample rate of a telephone line; energy above it is left out wherever there is some."""
FLOOR = 1e-6  # added to energies before the logarithm; with the peak at LEVEL it lies 60 dB and more below speech
LEVEL = 0.5
HZ_A_MEL, LINEAR_TO_HZ, STEPS_A_NEPER = 200 / 3, 1_000.0, 27 / np.log(6.4)
"""Slaney's mel scale (Auditory Toolbox, 1998): linear to 1 kHz, 27 steps a factor of 6.4 above it."""
LINEAR_TO_MEL = LINEAR_TO_HZ / HZ_A_MEL

Numbers = npt.NDArray[np.float32]


def log_mels(words: Sequence[Samples], *, warp: float = 1.0) -> Numbers:
    """Return the pictures of several words, (n, 1, 64, 128). `warp` is a factor on every frequency looked at."""
    if not words:
        return np.zeros((0, 1, MELS, FRAMES), dtype=np.float32)
    return np.stack([log_mel(word, warp=warp) for word in words])[:, None]


def log_mel(samples: Samples, *, warp: float = 1.0) -> Numbers:
    """Return the picture of one word, (64, 128)."""
    peak = float(np.abs(samples).max(initial=0.0))
    cut = max(0, (len(samples) - ROOM) // 2)
    word = samples[cut : cut + ROOM]
    begin = (ROOM - len(word)) // 2
    placed = np.zeros(ROOM, dtype=np.float32)
    placed[begin : begin + len(word)] = word * (LEVEL / peak if peak > 0 else 0.0)
    frames = np.lib.stride_tricks.sliding_window_view(placed, FFT)[::HOP]  # (128, 512)
    power = np.abs(np.fft.rfft(frames * _window(), axis=1)) ** 2  # (128, 257)
    energies = np.log(power @ _filters(round(warp, 2)).T + FLOOR)  # (128, 64)
    return np.ascontiguousarray(((energies - energies.mean()) / (energies.std() + 1e-5)).T, dtype=np.float32)


@cache
def _window() -> Numbers:
    return np.hanning(FFT + 1)[:-1].astype(np.float32)  # periodic


@cache
def _filters(warp: float) -> Numbers:
    """Return triangles of equal area on the mel scale, (64, 257)."""
    edges_hz = _hz(np.linspace(_mel(LOWEST_HZ), _mel(HIGHEST_HZ), MELS + 2)) * warp
    bins_hz = np.linspace(0.0, SAMPLE_RATE_HZ / 2, FFT // 2 + 1)
    low, middle, high = edges_hz[:-2, None], edges_hz[1:-1, None], edges_hz[2:, None]
    rising, falling = (bins_hz - low) / (middle - low), (high - bins_hz) / (high - middle)
    filters = np.maximum(0.0, np.minimum(rising, falling)) * 2.0 / (high - low)
    filters[:, bins_hz >= TELEPHONE_HZ] = 0.0
    return np.asarray(filters, dtype=np.float32)


def _mel(hz: float) -> float:
    return hz / HZ_A_MEL if hz < LINEAR_TO_HZ else LINEAR_TO_MEL + float(np.log(hz / LINEAR_TO_HZ) * STEPS_A_NEPER)


def _hz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(mel < LINEAR_TO_MEL, mel * HZ_A_MEL, LINEAR_TO_HZ * np.exp((mel - LINEAR_TO_MEL) / STEPS_A_NEPER))
