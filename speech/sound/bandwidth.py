"""Tell sound that came through a telephone from sound that did not, by what lies above 4 kHz.

In: one channel and its stretches of speech. Out: whether the band ends where a telephone's does, whatever rate the
file claims: calls are often stored at 16 kHz. It does not know the codec.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from speech.records import SAMPLE_RATE_HZ, Audio, Samples, Stretch

TELEPHONE_HZ = 4_100.0  # half of 8 kHz, and a little for the slope of the resampler
FRAME_SAMPLES = 512
HEARD_FRAMES = 4_000
"""Two minutes of speech are enough to meet an s or an f, which carry nearly all their energy above 4 kHz."""
FRICATIVE_PERCENTILE = 98.0
NARROW_SHARE = 1e-4
"""98 real recordings, 2026-11-22: those cut to 8 kHz or recorded there lie at or below 4e-6, all others at or above
3e-4."""


def high_share(audio: Audio, stretches: Sequence[Stretch]) -> float:
    """Return the share of energy above the telephone band in the frames that have most of it."""
    samples = _heard(audio, stretches)
    count = len(samples) // FRAME_SAMPLES
    if count == 0:
        return 0.0
    frames = samples[: count * FRAME_SAMPLES].reshape(count, FRAME_SAMPLES) * np.hanning(FRAME_SAMPLES)
    power = np.square(np.abs(np.fft.rfft(frames, axis=1)))  # (count, 257)
    total = power.sum(axis=1)
    high = power[:, np.fft.rfftfreq(FRAME_SAMPLES, 1 / SAMPLE_RATE_HZ) > TELEPHONE_HZ].sum(axis=1)
    is_loud = total > 0.01 * np.median(total)
    shares = high[is_loud & (total > 0)] / total[is_loud & (total > 0)]
    return float(np.percentile(shares, FRICATIVE_PERCENTILE)) if len(shares) else 0.0


def _heard(audio: Audio, stretches: Sequence[Stretch]) -> Samples:
    pieces, count = [audio.read(0, 0)], 0
    for stretch in stretches:
        if count >= HEARD_FRAMES * FRAME_SAMPLES:
            break
        pieces.append(audio.between(stretch.start_s, stretch.end_s))
        count += len(pieces[-1])
    return np.concatenate(pieces)[: HEARD_FRAMES * FRAME_SAMPLES]


def is_telephone(audio: Audio, stretches: Sequence[Stretch]) -> bool:
    """Say whether nothing is said above 4 kHz."""
    return high_share(audio, stretches) < NARROW_SHARE
