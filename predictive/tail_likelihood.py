"""How unlikely a distance is, by the tail of the same series' earlier distances.

Distances go in, -log10 of their chance come out. The tail is an exponential beyond a running quantile (peaks over
threshold: Balkema and de Haan 1974, Pickands 1975, with shape zero), kept as two numbers a series and learned with
clipped steps. Does not know what the distances are of.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log, log10

import numpy as np

from predictive.records import Floats

BEYOND = 0.1  # share of readings that the tail describes
RATE = 1.0 - 0.5 ** (1.0 / 3000.0)  # half-life in readings
QUANTILE_RATE = 0.002  # of the quantile, a reading: a tail grown in an episode is back after some thousand
EXCESS_RATE = 0.005
UNCLIPPED = 200.0  # first readings, learned as they are
CLIP = 6.0  # mean excesses that one reading counts at most later on
LEAST_QUANTILE = 0.1  # below it the quantile moves by equal steps
LEAST_MEAN = 1e-6
LEAST_EXCESS = 0.15  # of the quantile: a tail that never surprised is not infinitely thin


@dataclass(frozen=True, slots=True)
class Excess:
    """Aligned running quantile, mean excess over it, and readings behind them."""

    quantile: Floats
    mean: Floats
    count: Floats


def surprise(excess: Excess, distance: Floats) -> Floats:
    """Return -log10 of the chance of so large a distance; 0 below the quantile.

    >>> surprise(Excess(np.array([1.0]), np.array([0.5]), np.array([900.0])), np.array([0.9, 2.0])).round(2).tolist()
    [0.0, 1.87]
    """
    over = distance - excess.quantile
    scale = np.maximum(excess.mean, LEAST_EXCESS * excess.quantile)
    return np.where(over > 0, -log10(BEYOND) + over / np.maximum(scale, 1e-9) / log(10.0), 0.0)


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a tail learns, by the readings behind it."""

    step: Floats  # of the quantile, as a share of it
    rate: Floats  # of the mean excess
    clip: Floats  # mean excesses that one reading counts at most


def pace_of(count: Floats) -> Pace:
    """Return how fast tails of so many readings learn."""
    share = np.maximum(1.0 / (count + 1.0), RATE)
    early = np.where(count < 2 * UNCLIPPED, share / BEYOND, 0.0)
    rate = np.minimum(np.maximum(early, max(RATE / BEYOND, EXCESS_RATE)), 1.0)
    return Pace(np.maximum(share, QUANTILE_RATE), rate, np.where(count > UNCLIPPED, CLIP, np.inf))


def learn_excess(excess: Excess, distance: Floats) -> Excess:
    """Move the quantile by one step towards BEYOND being above it, and the mean excess where it is exceeded."""
    over = distance - excess.quantile
    exceeded = over > 0
    pace = pace_of(excess.count)
    step = pace.step * np.maximum(excess.quantile, LEAST_QUANTILE)
    learned = pace.rate * (np.minimum(over, pace.clip * excess.mean) - excess.mean)
    return Excess(
        quantile=excess.quantile + step * np.where(exceeded, 1.0 - BEYOND, -BEYOND),
        mean=np.maximum(excess.mean + np.where(exceeded, learned, 0.0), LEAST_MEAN),
        count=excess.count + 1.0,
    )
