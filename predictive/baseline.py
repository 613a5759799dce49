"""Running robust location, scale and tail, over many series at once.

Aligned arrays go in, updated aligned arrays come out; nothing is kept here. Does not know which series they belong to.
Residuals are clipped (Huber 1964) before they are learned, so that an anomaly moves its own baseline little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictive.records import Floats

CLIP = 3.0  # residuals count at most this many scales when they are learned
DEVIATION_TO_SIGMA = 1.2533  # sqrt(pi / 2): mean absolute deviation of a normal variable to its standard deviation
RELATIVE_FLOOR = 1e-3  # no sensor in this field is better than 0.1% of its reading
TINY = 1e-9
FREE_COUNT = 8  # the first readings are learned unclipped: the scale is not known yet


@dataclass(frozen=True, slots=True)
class Baseline:
    """Aligned running mean and mean absolute deviation, with the number of readings behind them."""

    mean: Floats
    deviation: Floats
    count: Floats


def scale_of(baseline: Baseline) -> Floats:
    """Return the standard deviation that the baseline expects, never zero."""
    floor = RELATIVE_FLOOR * np.abs(baseline.mean) + TINY
    return np.maximum(DEVIATION_TO_SIGMA * baseline.deviation, floor)


def learn_baseline(baseline: Baseline, values: Floats, *, rate: Floats | float) -> Baseline:
    """Move the baseline towards `values`: a plain average at first, then exponentially forgetting with `rate`."""
    share = np.maximum(1.0 / (baseline.count + 1.0), rate)
    first = baseline.count == 0
    residual = np.where(first, 0.0, values - baseline.mean)
    bound = np.where(baseline.count < FREE_COUNT, np.inf, CLIP * scale_of(baseline))
    clipped = np.clip(residual, -bound, bound)
    return Baseline(
        mean=np.where(first, values, baseline.mean + share * clipped),
        deviation=np.where(first, 0.0, baseline.deviation + share * (np.abs(clipped) - baseline.deviation)),
        count=baseline.count + 1.0,
    )


def learn_tail(tail: Floats, z: Floats, *, beyond: float, rate: float) -> Floats:
    """Move `tail` to the quantile of |z| that a share `beyond` exceeds (Robbins-Monro on the logarithm)."""
    step = np.where(np.abs(z) > tail, 1.0 - beyond, -beyond)
    return np.maximum(tail * np.exp(rate * step), 1.0)


def squash(ratio: Floats) -> Floats:
    """Bring a distance, in units of what is still tolerable, to [0, 1): 0.5 at the limit.

    >>> squash(np.array([0.0, 1.0, 3.0])).tolist()
    [0.0, 0.5, 0.9]
    """
    bounded = np.minimum(np.abs(ratio), 1e6)
    return bounded**2 / (1.0 + bounded**2)
