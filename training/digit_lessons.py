"""Lessons for the digit network: pictures of worn words, drawn anew each time.

In: words with their power spectra. Out: pictures (1, 40, 48) and labels. Words come in strings of one
voice, as they do in a call, and all of a string are worn alike: another throat (warp), another line (bands weighed),
noise; pace and badly found ends differ from word to word. Some are made into what is no digit: halves, pairs and noise
of the same voice. A seed decides everything.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from speech.spoken_digits.word_picture import BIN_HZ, BINS, MELS, MOMENTS, Numbers, bands, picture, voice_of

OTHER = 10
NO_DIGIT_SHARE = 0.15  # of each string: halves, pairs and noise
STRING = 8  # words that share a voice and its wear
HISS_HZ = 2_000.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """One word to learn from: its power spectrum (frames, 100) 5 ms apart, label and voice."""

    power: Numbers
    label: int
    voice: str


Choir = Mapping[str, Sequence[Lesson]]
"""Lessons by voice."""


def choir(lessons: Sequence[Lesson]) -> Choir:
    """Return lessons by voice, voices in name order."""
    found: dict[str, list[Lesson]] = {}
    for lesson in sorted(lessons, key=lambda one: one.voice):
        found.setdefault(lesson.voice, []).append(lesson)
    return found


def string(own: Sequence[Lesson], rng: np.random.Generator) -> tuple[list[Numbers], list[int]]:
    """Return pictures and labels of a string of one voice."""
    warp, tilt, noise = float(rng.uniform(0.82, 1.2)), _tilt(rng), _noise(own, rng)
    gains, hiss = _line(rng), _hiss(rng)
    logs: list[Numbers] = []
    labels: list[int] = []
    for number in rng.integers(len(own), size=STRING).tolist():
        lesson = own[number]
        is_digit = rng.random() >= NO_DIGIT_SHARE
        powers = _ends(lesson.power, rng) if is_digit else _no_digit(lesson, own[int(rng.integers(len(own)))], rng)
        powers = hissed(powers, hiss) * gains * np.float32(np.exp(rng.normal(0.0, 0.3)))
        if noise is not None:
            powers = np.asarray(powers + noise * rng.exponential(size=powers.shape), dtype=np.float32)
        logs.append(_paced(bands(powers, warp=warp) + tilt, rng))
        labels.append(lesson.label if is_digit else OTHER)
    voice = voice_of(logs)
    return [_masked(picture(one, voice), rng) for one in logs], labels


def _line(rng: np.random.Generator) -> Numbers:
    """Return a gain on the power of each bin: every second line lets nothing through above 2.6 to 3.9 kHz."""
    gains = np.ones(BINS, dtype=np.float32)
    if rng.random() < 0.5:
        gains[round(rng.uniform(2_600, 3_900) / BIN_HZ) :] = 1e-5
    if rng.random() < 0.3:
        gains[: round(rng.uniform(100, 400) / BIN_HZ)] = 1e-3
    return gains


def _hiss(rng: np.random.Generator) -> float:
    """Return how loud this speaker's s is against other speakers', as a factor of power: 15 dB less to 6 more."""
    return float(10 ** (rng.uniform(-15, 6) / 10)) if rng.random() < 0.5 else 1.0


def hissed(powers: Numbers, factor: float) -> Numbers:
    """Return a word whose hissing moments, most of whose power lies above 2 kHz, are louder or fainter."""
    high = powers[:, round(HISS_HZ / BIN_HZ) :].sum(axis=1)
    is_hiss = high >= 0.5 * powers.sum(axis=1)
    return np.asarray(powers * np.where(is_hiss, factor, 1.0)[:, None], dtype=np.float32)


def _noise(own: Sequence[Lesson], rng: np.random.Generator) -> Numbers | None:
    """Return the power of noise in each bin, 3 to 40 dB below the voice; none for four strings in ten."""
    if rng.random() < 0.4:
        return None
    level = own[int(rng.integers(len(own)))].power.mean()
    colour = (np.arange(own[0].power.shape[1]) + 3.0) ** -rng.uniform(0.0, 1.5)
    return np.asarray(colour * level / colour.mean() * 10 ** (-rng.uniform(3, 40) / 10), dtype=np.float32)


def _tilt(rng: np.random.Generator) -> Numbers:
    """Return what another microphone adds to each band: smooth, up to some 10 dB (2.3 nepers)."""
    points = rng.normal(0.0, 1.2, size=4)
    return np.interp(np.linspace(0, 3, MELS), np.arange(4), points).astype(np.float32)


def _paced(logs: Numbers, rng: np.random.Generator) -> Numbers:
    """Say parts of the word slower and others faster."""
    count = len(logs)
    pace = np.cumsum(np.exp(np.interp(np.linspace(0, 4, count), np.arange(5), rng.normal(0.0, 0.25, size=5))))
    at = np.interp(np.linspace(pace[0], pace[-1], max(8, count)), pace, np.arange(count))
    before = at.astype(int)
    after = np.minimum(before + 1, count - 1)
    share = (at - before)[:, None].astype(np.float32)
    return np.asarray(logs[before] * (1 - share) + logs[after] * share, dtype=np.float32)


def _masked(picture: Numbers, rng: np.random.Generator) -> Numbers:
    """Hide a few bands and moments of every second picture."""
    if rng.random() < 0.5:
        return picture
    picture = picture.copy()
    low, wide = int(rng.integers(MELS)), int(rng.integers(1, 6))
    early, long = int(rng.integers(MOMENTS)), int(rng.integers(1, 6))
    picture[0, low : low + wide] = 0.0
    picture[0, :, early : early + long] = 0.0
    return picture


def _ends(powers: Numbers, rng: np.random.Generator) -> Numbers:
    """Cut up to 30 ms off either end, or leave up to 60 ms of silence there."""
    if rng.random() < 0.5:
        powers = _loud_middle(powers, rng.uniform(12, 35))
    before, after = rng.integers(-6, 12, size=2)
    most = len(powers) // 6
    kept = powers[min(most, max(0, -before)) : len(powers) - min(most, max(0, -after))]
    return np.pad(kept, ((max(0, before), max(0, after)), (0, 0)))


def _loud_middle(powers: Numbers, below_peak_db: float) -> Numbers:
    """Cut the faint ends off: recordings cut by their loudness lose the s of "six", as do lines full of noise."""
    loudness = powers.sum(axis=1)
    heard = np.flatnonzero(loudness >= loudness.max() * 10 ** (-below_peak_db / 10))
    return powers[heard[0] : heard[-1] + 1]


def _no_digit(one: Lesson, other: Lesson, rng: np.random.Generator) -> Numbers:
    kind = rng.random()
    if kind < 0.1:
        return np.asarray(rng.exponential(size=(int(rng.integers(20, 100)), one.power.shape[1])), dtype=np.float32)
    if kind < 0.4:
        return _part(one.power, rng.uniform(0.25, 0.5), is_end=bool(rng.integers(2)))
    gap = np.zeros((int(rng.integers(0, 30)), one.power.shape[1]), dtype=np.float32)
    level = one.power.mean() / max(float(other.power.mean()), 1e-12)  # as loud as each other: one speaker
    second = other.power * level
    if kind < 0.65:
        return np.concatenate([one.power, gap, second])
    first = _part(one.power, rng.uniform(0.3, 0.7), is_end=True) if kind < 0.9 else one.power
    return np.concatenate([first, gap, _part(second, rng.uniform(0.3, 0.7), is_end=False)])


def _part(powers: Numbers, share: float, *, is_end: bool) -> Numbers:
    count = max(4, round(len(powers) * share))
    return powers[-count:] if is_end else powers[:count]
