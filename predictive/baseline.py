"""Running robust location, scale and tail, over many series at once.

Aligned arrays go in, updated aligned arrays come out; nothing is kept here. Does not know which series they belong to.
Residuals are clipped (Huber 1964) before they are learned, so that an anomaly moves its own baseline little.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictive.records import Floats, Mask

CLIP = 3.0  # residuals count at most this many scales when they are learned
DEVIATION_TO_SIGMA = 1.2533  # sqrt(pi / 2): mean absolute deviation of a normal variable to its standard deviation
RELATIVE_FLOOR = 1e-3  # no sensor in this field is better than 0.1% of its reading
TINY = 1e-9
RAISED = 1.22  # one event raises the level by about a fifth,
SINKING = 0.9998  # which 1,000 readings without one take back
USUAL_TAIL = 2.5
USUAL_MARGIN = 1.1  # the next extreme may be a tenth beyond the warm-up's
FARTHEST_TAIL = 4.0  # while a baseline is young its scale may be nearly zero, and |z| anything


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


def learn_baseline(baseline: Baseline, values: Floats, *, rate: Floats | float, in_warm_up: Mask) -> Baseline:
    """Move the baseline towards `values`: a plain average at first, then exponentially forgetting with `rate`.

    In warm-up nothing is clipped: a series that starts flat would otherwise call its first move an anomaly for days.
    """
    share = np.maximum(1.0 / (baseline.count + 1.0), rate)
    first = baseline.count == 0
    residual = np.where(first, 0.0, values - baseline.mean)
    bound = np.where(in_warm_up, np.inf, CLIP * scale_of(baseline))
    clipped = np.clip(residual, -bound, bound)
    return Baseline(
        mean=np.where(first, values, baseline.mean + share * clipped),
        deviation=np.where(first, 0.0, baseline.deviation + share * (np.abs(clipped) - baseline.deviation)),
        count=baseline.count + 1.0,
    )


@dataclass(frozen=True, slots=True)
class Tail:
    """How far out this series' own extremes lie, in scales, and whether it is beyond that now."""

    level: Floats
    is_beyond: Mask


def learn_tail(tail: Tail, z: Floats, *, in_warm_up: Mask) -> Tail:
    """Raise the level after each event beyond it and let it sink slowly in between.

    At balance about one event in 1,000 readings is beyond it. While an event lasts the level stays: an episode is one
    event, however long, and does not excuse itself. Whatever comes in warm-up is usual: the level rises to it at once.
    """
    beyond = np.abs(z) > tail.level
    over = tail.is_beyond & ~beyond
    moved = np.where(beyond, tail.level, tail.level * np.where(over, RAISED, SINKING))
    seen = np.minimum(USUAL_MARGIN * np.abs(z), FARTHEST_TAIL)
    level = np.where(in_warm_up, np.maximum(tail.level, seen), np.maximum(moved, 1.0))
    return Tail(level, beyond & ~in_warm_up)


def squash(ratio: Floats) -> Floats:
    """Bring a distance, in units of what is still tolerable, to [0, 1): 0.5 at the limit.

    >>> squash(np.array([0.0, 1.0, 3.0])).tolist()
    [0.0, 0.5, 0.9]
    """
    bounded = np.minimum(np.abs(ratio), 1e6)
    return bounded**2 / (1.0 + bounded**2)
