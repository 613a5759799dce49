"""Leave out of each side of a call what only leaked in from the other.

In: two channels and the stretches of speech found in each. Out: the stretches in which each side speaks itself. A
window is a leak where the other side is louder by LEAK_DB and this one is its copy, some milliseconds late; two people
who talk at once are no copies of each other. It removes no leak from under a side's own words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from speech.records import SAMPLE_RATE_HZ, Audio, Samples, Stretch

WINDOW_SAMPLES = 3_200
"""200 ms, a syllable: what is judged together. A new window begins every 100 ms."""
HOP_SAMPLES = 1_600
MAX_LAG_SAMPLES = 800
"""50 ms: the way through the other party's handset or hybrid. An echo over the network is later, and none of this."""
LEAK_DB = 6.0
COPY_CORRELATION = 0.5
"""Of a leak under line noise 6 dB below it the correlation is .9, of unrelated voices in windows so short below .4."""
QUIET_DB = 25.0
"""Windows so far below the side's own loudest in the stretch hold no words of its own."""
BESIDE_WINDOWS, TAIL_DB = 2, 3.0
"""Windows beside a leak that are quieter than it are its tail."""
PADDING_S = 0.2
LEAST_OWN_S = 0.1
"""The shortest stretch that the voice detector gives, too."""


def own_stretches(audio: Audio, stretches: Sequence[Stretch], *, other: Audio) -> tuple[Stretch, ...]:
    """Return the parts of a side's stretches in which it speaks itself; what leaked in is left out."""
    return tuple(part for stretch in stretches for part in _own_parts(audio, stretch, other))


def _own_parts(audio: Audio, stretch: Stretch, other: Audio) -> list[Stretch]:
    start = round(stretch.start_s * SAMPLE_RATE_HZ)
    count = round(stretch.end_s * SAMPLE_RATE_HZ) - start
    here = audio.read(start, start + count)
    there = _padded(other, start, count)
    is_leak, level_db = _judged(here, there)
    if not is_leak.any():
        return [stretch]
    own_db = level_db[~is_leak]
    is_own = ~is_leak & (level_db > float(own_db.max(initial=-np.inf)) - QUIET_DB)
    around = np.convolve(is_leak, np.ones(2 * BESIDE_WINDOWS + 1))  # longer by 2 * BESIDE_WINDOWS
    is_beside = around[BESIDE_WINDOWS : BESIDE_WINDOWS + len(is_leak)] > 0
    is_own &= ~is_beside | (level_db > float(level_db[is_leak].max()) - TAIL_DB)
    return [part for part in _joined(is_own, is_leak, stretch) if part.end_s - part.start_s >= LEAST_OWN_S]


def _padded(other: Audio, start: int, count: int) -> Samples:
    """Return the other side from MAX_LAG_SAMPLES before the stretch to as much behind it."""
    before = max(0, MAX_LAG_SAMPLES - start)
    inside = other.read(start - MAX_LAG_SAMPLES, start + count + MAX_LAG_SAMPLES)
    missing = count + 2 * MAX_LAG_SAMPLES - before - len(inside)
    return np.concatenate([np.zeros(before, np.float32), inside, np.zeros(max(0, missing), np.float32)])


def _judged(here: Samples, there: Samples) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.float64]]:
    """Return of each window whether it is a leak, and its level in dB; `there` begins MAX_LAG_SAMPLES earlier."""
    starts = range(0, max(1, len(here) - HOP_SAMPLES), HOP_SAMPLES)
    is_leak, level_db = np.zeros(len(starts), dtype=bool), np.full(len(starts), -120.0)
    for number, start in enumerate(starts):
        one = here[start : start + WINDOW_SAMPLES]
        around = there[start : start + len(one) + 2 * MAX_LAG_SAMPLES]
        power = float(np.square(one, dtype=np.float64).mean()) + 1e-12
        middle = around[MAX_LAG_SAMPLES : MAX_LAG_SAMPLES + len(one)]
        other_power = float(np.square(middle, dtype=np.float64).mean()) + 1e-12
        level_db[number] = 10 * np.log10(power)
        if other_power > power * 10 ** (LEAK_DB / 10):
            is_leak[number] = _correlation(one, around) > COPY_CORRELATION
    return is_leak, level_db


def _correlation(one: Samples, around: Samples) -> float:
    """Return the greatest correlation of a window with the other side's windows of the same length around it."""
    size = 1 << (len(around) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(around, size) * np.conj(np.fft.rfft(one, size)), size)
    lags = len(around) - len(one) + 1
    energy = np.concatenate([[0.0], np.cumsum(np.square(around, dtype=np.float64))])
    scale = np.sqrt((energy[len(one) :] - energy[:lags]) * float(np.square(one, dtype=np.float64).sum()) + 1e-18)
    return float((np.abs(product[:lags]) / scale).max())


def _joined(is_own: npt.NDArray[np.bool_], is_leak: npt.NDArray[np.bool_], stretch: Stretch) -> list[Stretch]:
    """Join own windows that no leak parts, padded as far as the next leak."""
    parts: list[Stretch] = []
    leaks_since = 0
    for number in range(len(is_own)):
        leaks_since += bool(is_leak[number])
        if not is_own[number]:
            continue
        start_s = stretch.start_s + number * HOP_SAMPLES / SAMPLE_RATE_HZ
        end_s = start_s + WINDOW_SAMPLES / SAMPLE_RATE_HZ
        if parts and (leaks_since < 2 or start_s <= parts[-1].end_s):
            start_s = parts.pop().start_s
        else:
            start_s -= PADDING_S
        parts.append(Stretch(max(stretch.start_s, start_s), min(stretch.end_s, end_s)))
        leaks_since = 0
    return [Stretch(one.start_s, min(stretch.end_s, one.end_s + PADDING_S)) for one in parts]
