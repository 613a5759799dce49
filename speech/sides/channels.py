"""Tell two sides of a call from one signal written twice.

In: two channels of equal length. Out: "stereo" or "dual_mono". It does not know who speaks on which side (see
`speakers`).
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from speech.records import SAMPLE_RATE_HZ, Samples

SAME_CORRELATION = 0.98
"""Above this the channels carry one signal. A mono call through joint-stereo MP3 stays above .99; two people talking
in turn are near 0, and with strong crosstalk near .5 (synthetic check in tests/speech/test_channels.py).
"""
SAME_LEVEL_RATIO = 4.0
"""Energies further apart than 6 dB are crosstalk into a quiet channel, not a copy."""
BLOCK_SAMPLES = 60 * SAMPLE_RATE_HZ


def layout_of(left: Samples, right: Samples) -> Literal["stereo", "dual_mono"]:
    """Say whether two channels are two sides or the same one.

    Examples
    --------
    >>> tone = np.sin(np.arange(16_000, dtype=np.float32) / 10)
    >>> layout_of(tone, tone * np.float32(0.9)), layout_of(tone, np.roll(tone, 8_000) * np.float32(0.1))
    ('dual_mono', 'stereo')
    """
    left_energy = right_energy = product = 0.0
    for start in range(0, len(left), BLOCK_SAMPLES):
        one = left[start : start + BLOCK_SAMPLES].astype(np.float64)
        other = right[start : start + BLOCK_SAMPLES].astype(np.float64)
        left_energy += float(one @ one)
        right_energy += float(other @ other)
        product += float(one @ other)
    if left_energy == right_energy:
        is_level = True
    else:
        is_level = max(left_energy, right_energy) <= SAME_LEVEL_RATIO * min(left_energy, right_energy)
    if not is_level:
        return "stereo"
    is_same = product >= SAME_CORRELATION * float(np.sqrt(left_energy * right_energy))
    return "dual_mono" if is_same else "stereo"
