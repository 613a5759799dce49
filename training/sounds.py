"""Thirteen sounds of telephone lines in which nobody speaks, made here.

In: seconds and a seed. Out: names and samples at 16 kHz. Hold music is a chord progression with a melody and drums; no
recording of anybody's is used. It does not contain singing.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from speech.records import SAMPLE_RATE_HZ, Samples

Wave = npt.NDArray[np.float64]
DTMF_HZ = ((697, 770, 852, 941), (1209, 1336, 1477))  # ITU-T Q.23
MELODY = (0, 4, 7, 12, 7, 4, 2, 5, 9, 5, 2, 0, -1, 2, 7, 2)  # semitones over A3
BASS = (0, 5, 7, 0)
BEAT_S = 0.5


def sounds(duration_s: float, *, seed: int = 20261123) -> Iterator[tuple[str, Samples]]:
    """Yield each sound with its name."""
    at_s = np.arange(round(duration_s * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    rng = np.random.default_rng(seed)
    yield "silence", _as_samples(np.zeros(len(at_s)))
    for name, slope in (("white noise", 0.0), ("pink noise", 1.0), ("brown noise", 2.0)):
        yield name, _as_samples(_noise(len(at_s), slope, rng))
    yield "DTMF", _as_samples(_dtmf(at_s))
    yield "ringback", _as_samples(0.25 * (_sine(at_s, 440) + _sine(at_s, 480)) * (at_s % 6 < 2))  # North America
    yield "busy tone", _as_samples(0.4 * _sine(at_s, 450) * (at_s % 0.7 < 0.35))  # China
    yield "hold music, drums", _as_samples(_music(at_s, rng))
    yield "hold music, melody", _as_samples(_melody(at_s))
    for mains_hz in (50, 60):
        yield (
            f"hum {mains_hz} Hz",
            _as_samples(np.sum([0.2 / n * _sine(at_s, mains_hz * n) for n in (1, 2, 3, 5)], axis=0)),
        )
    fan = _noise(len(at_s), 1.0, rng) * (1 + 0.3 * _sine(at_s, 25)) + 0.05 * _sine(at_s, 150)
    yield "fan", _as_samples(fan)
    yield "beeps", _as_samples(0.4 * _sine(at_s, 1000) * (at_s % 1 < 0.2))


def _as_samples(wave: Wave) -> Samples:
    return np.clip(wave, -1.0, 1.0).astype(np.float32)


def _sine(at_s: Wave, hz: float) -> Wave:
    return np.asarray(np.sin(2 * np.pi * hz * at_s))


def _noise(count: int, slope: float, rng: np.random.Generator) -> Wave:
    """Return noise whose power falls with frequency to the power of `slope`."""
    spectrum = np.fft.rfft(rng.standard_normal(count))
    hz = np.fft.rfftfreq(count, 1 / SAMPLE_RATE_HZ)
    hz[0] = hz[1]
    wave = np.fft.irfft(spectrum / hz ** (slope / 2), count)
    return np.asarray(0.1 * wave / wave.std())


def _dtmf(at_s: Wave) -> Wave:
    low_hz, high_hz = (np.array(tones, dtype=np.float64) for tones in DTMF_HZ)
    key = (at_s / BEAT_S).astype(int)
    both = np.sin(2 * np.pi * low_hz[key % 4] * at_s) + np.sin(2 * np.pi * high_hz[key % 3] * at_s)
    return np.asarray(0.25 * both * (at_s % BEAT_S < 0.12))


def _tone(at_s: Wave, hz: Wave, *, overtones: int) -> Wave:
    """Return plucked notes, one a beat, of a pitch each."""
    sound = sum(np.sin(2 * np.pi * n * hz * at_s) / n for n in range(1, overtones))
    return np.asarray(sound * np.exp(-(at_s % BEAT_S) / 0.5))


def _pitch(semitones: npt.NDArray[np.int_], base_hz: float) -> Wave:
    return np.asarray(base_hz * 2.0 ** (semitones / 12))


def _music(at_s: Wave, rng: np.random.Generator) -> Wave:
    beat = (at_s / BEAT_S).astype(int)
    root = np.take(BASS, beat // 4 % 4)
    chord = sum(_tone(at_s, _pitch(root + step, 110.0), overtones=6) for step in (0, 4, 7))
    tune = _tone(at_s, _pitch(np.take(MELODY, beat % 16), 220.0), overtones=8)
    drums = 0.2 * rng.standard_normal(len(at_s)) * np.exp(-(at_s % BEAT_S) / 0.025)
    return np.asarray(0.08 * chord + 0.12 * tune + drums)


def _melody(at_s: Wave) -> Wave:
    beat = (at_s / BEAT_S).astype(int)
    return 0.2 * _tone(at_s, _pitch(np.take(MELODY, beat % 16), 440.0), overtones=12)
