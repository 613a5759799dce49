"""Lessons for the digit network: pictures of worn words, drawn anew each time.

In: words with their power spectra. Out: batches of pictures (n, 1, 40, 48) and labels. Another throat (warp), another
pace within the word, another room (bands weighed), noise, and badly found ends are drawn for each; so is what is no
digit: halves, pairs and noise of the same voices. A seed decides everything.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from speech.spoken_digits.word_picture import MELS, MOMENTS, Numbers, bands, moments, normal

OTHER = 10
NO_DIGIT_SHARE = 0.15  # of each batch: halves, pairs and noise


@dataclass(frozen=True, slots=True)
class Lesson:
    """One word to learn from: its power spectrum (frames, 100) 5 ms apart, label and voice."""

    power: Numbers
    label: int
    voice: str


def batch(lessons: Sequence[Lesson], own: Sequence[int], rng: np.random.Generator) -> tuple[Numbers, list[int]]:
    """Return pictures and labels of the lessons of these numbers, some made into what is no digit."""
    seen: list[Numbers] = []
    labels: list[int] = []
    for number in own:
        lesson = lessons[number]
        powers, label = lesson.power, lesson.label
        if rng.random() < NO_DIGIT_SHARE:
            powers, label = _no_digit(lesson, lessons[int(rng.choice(own))], rng), OTHER
        else:
            powers = _ends(powers, rng)
        seen.append(_picture(powers, rng))
        labels.append(label)
    return np.stack(seen)[:, None], labels


def _picture(powers: Numbers, rng: np.random.Generator) -> Numbers:
    if rng.random() < 0.6:
        powers = _noisy(powers, rng)
    logs = bands(powers, warp=float(rng.uniform(0.82, 1.2)))
    logs = logs + _tilt(rng)
    picture = moments(_paced(logs, rng))
    picture = normal(picture)
    if rng.random() < 0.5:
        picture = _masked(picture, rng)
    return picture


def _noisy(powers: Numbers, rng: np.random.Generator) -> Numbers:
    """Add noise of a drawn colour, 3 to 40 dB below the word's mean power."""
    bins = powers.shape[1]
    colour = (np.arange(bins) + 3.0) ** -rng.uniform(0.0, 1.5)
    colour *= powers.mean() / colour.mean() * 10 ** (-rng.uniform(3, 40) / 10)
    return np.asarray(powers + colour * rng.exponential(size=powers.shape), dtype=np.float32)


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
    return logs[before] * (1 - share) + logs[after] * share


def _masked(picture: Numbers, rng: np.random.Generator) -> Numbers:
    picture = picture.copy()
    low, wide = int(rng.integers(MELS)), int(rng.integers(1, 6))
    early, long = int(rng.integers(MOMENTS)), int(rng.integers(1, 6))
    picture[low : low + wide] = 0.0
    picture[:, early : early + long] = 0.0
    return picture


def _ends(powers: Numbers, rng: np.random.Generator) -> Numbers:
    """Cut up to 30 ms off either end, or leave up to 60 ms of silence there."""
    before, after = rng.integers(-6, 12, size=2)
    most = len(powers) // 6
    kept = powers[min(most, max(0, -before)) : len(powers) - min(most, max(0, -after))]
    return np.pad(kept, ((max(0, before), max(0, after)), (0, 0)))


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
