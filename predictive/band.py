"""Which values would pass as normal: the detectors are asked about values that nobody measured.

An ensemble and rows go in; per row the expected value and the two values at which the score reaches ANOMALOUS come out.
`score` changes nothing, so asking is free of consequences, and whatever a detector's inside is, the answer is what it
would really say. Does not know how the band got there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictive.detector import ANOMALOUS, Ensemble
from predictive.records import Batch, Floats, Ints

ASKED = 5
"""Questions a side. Scores grow as the square of the distance, so each but the first is a proportional step; after five
the edge is within a few per cent of where bisection puts it (tests)."""
FARTHEST = 1e3
"""A step goes at most so many times further than the one before."""


@dataclass(frozen=True, slots=True)
class Band:
    """Aligned with the rows asked about; nan where nobody has an opinion."""

    expected: Floats
    lower: Floats
    upper: Floats


def band_at(ensemble: Ensemble, series: Ints, *, at_s: float) -> Band:
    """Return the band of these rows at a moment."""
    if len(series) == 0:
        return Band(np.zeros(0), np.zeros(0), np.zeros(0))
    times = np.full(len(series), at_s)
    expected = ensemble.judge(Batch(series, times, np.zeros(len(series)))).expected
    expected = _at_rest(ensemble, series, times, expected)
    centre = np.where(np.isfinite(expected), expected, 0.0)
    sides = [_edge(ensemble, Batch(series, times, centre), sign=sign) for sign in (-1.0, 1.0)]
    known = np.isfinite(expected)
    lower, upper = (np.where(known, side, np.nan) for side in sides)
    return Band(expected, lower, upper)


def _at_rest(ensemble: Ensemble, series: Ints, times: Floats, expected: Floats) -> Floats:
    """Return what is expected of a reading that is itself as expected: the loudest detector names it otherwise."""
    calm = ensemble.judge(Batch(series, times, np.where(np.isfinite(expected), expected, 0.0))).expected
    return np.where(np.isfinite(calm), calm, expected)


def _edge(ensemble: Ensemble, centre: Batch, *, sign: float) -> Floats:
    """Return where the score reaches ANOMALOUS on one side."""
    step = np.maximum(np.abs(centre.values) * 0.05, 1e-6)
    for _ in range(ASKED):
        score = ensemble.judge(Batch(centre.series, centre.at_s, centre.values + sign * step)).score
        # score = r^2 / (1 + r^2) of the distance in tolerable units; see baseline.squash.
        ratio = np.sqrt(np.clip(score, 1e-9, 1 - 1e-9) / (1 - np.clip(score, 1e-9, 1 - 1e-9)))
        step = step * np.clip(np.sqrt(ANOMALOUS / (1 - ANOMALOUS)) / ratio, 1 / FARTHEST, FARTHEST)
    return centre.values + sign * step
