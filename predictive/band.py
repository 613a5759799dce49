"""Which values are usual: the detectors are asked about values that nobody measured.

An ensemble and rows go in; per row the expected value and the two values half as far off as what is still tolerable
come out (three scales, where six are tolerable).
`score` changes nothing, so asking is free of consequences, and whatever a detector's inside is, the answer is what it
would really say. Detectors that accuse the very value they expect (sums over days) are left out: they judge no single
reading. Does not know how the band got there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from predictive.detector import Ensemble
from predictive.records import Batch, Detector, Floats, Ints, Mask

ASKED = 6
"""Questions a side. Scores grow as the square of the distance (baseline.squash), so that each but the first is a step
of about the right length; after six the edge is within 1% of the band's width (tests)."""
FARTHEST = 1e3
"""One step goes at most so many times further than the one before."""
CALM = 0.25
"""A detector that gives the centre more than this is summing, not judging."""
USUAL = 0.5
"""Of the tolerable distance, which scores ANOMALOUS: beyond it a reading is worth a look, not yet a ticket."""
FIRST_STEP = 0.05
"""Of the expected value."""


@dataclass(frozen=True, slots=True)
class Band:
    """Aligned with the rows asked about; nan where nobody has an opinion."""

    expected: Floats
    lower: Floats
    upper: Floats


@dataclass(frozen=True, slots=True)
class _Judge:
    detector: Detector
    has_voice: Mask


def band_at(ensemble: Ensemble, series: Ints, *, at_s: float | Floats) -> Band:
    """Return the band of these rows at a moment, or at one each."""
    times = np.broadcast_to(np.asarray(at_s, dtype=np.float64), series.shape)
    expected = _expected(ensemble, Batch(series, times, np.zeros(len(series))))
    centre = Batch(series, times, np.where(np.isfinite(expected), expected, 0.0))
    judges = [_Judge(one, one.score(centre).score <= CALM) for one in ensemble.detectors]
    lower, upper = (_edge(judges, centre, sign=sign) for sign in (-1.0, 1.0))
    is_known = np.isfinite(expected)
    return Band(expected, np.where(is_known, lower, np.nan), np.where(is_known, upper, np.nan))


def _expected(ensemble: Ensemble, batch: Batch) -> Floats:
    """Return the mean of what those expect who expect anything: none of them is right about a series for ever."""
    opinions = np.array([detector.score(batch).expected for detector in ensemble.detectors])
    count = np.isfinite(opinions).sum(axis=0)
    return np.where(count > 0, np.nansum(opinions, axis=0) / np.maximum(count, 1), np.nan)


def _edge(judges: Sequence[_Judge], centre: Batch, *, sign: float) -> Floats:
    """Return where the distance is USUAL on one side; infinite where it never is."""
    step = np.maximum(np.abs(centre.values) * FIRST_STEP, 1e-6)
    ratio = np.ones(len(step))
    for _ in range(ASKED):
        asked = Batch(centre.series, centre.at_s, centre.values + sign * step)
        score = np.max([np.where(one.has_voice, one.detector.score(asked).score, 0.0) for one in judges], axis=0)
        bounded = np.clip(score, 1e-9, 1 - 1e-9)
        ratio = np.sqrt(bounded / (1 - bounded)) / USUAL
        step = step / np.clip(ratio, 1 / FARTHEST, FARTHEST)
    return centre.values + sign * np.where(ratio > 1e-3, step, np.inf)
