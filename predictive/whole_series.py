"""The recursions of the baselines over one whole series, in plain floats: the numbers that a tick after a tick gives.

A tick costs sixty calls of numpy, however few series it is of; a series alone is judged forty times faster in a loop
over its own readings. The sequences of a series go in, what was known before each reading comes out. Roundings to
single precision stand where the state arrays of the detectors have them, so that the results are equal to the last
bit. Does not know which detector asks, and begins with nothing learned.
"""

from __future__ import annotations

from array import array

import numpy as np

from predictive.baseline import (
    CLIP,
    DEVIATION_TO_SIGMA,
    FARTHEST_TAIL,
    RAISED,
    RELATIVE_FLOOR,
    SINKING,
    TINY,
    USUAL_MARGIN,
    USUAL_TAIL,
)
from predictive.records import Floats, Ints, Mask
from predictive.tail_likelihood import BEYOND, LEAST_MEAN, LEAST_QUANTILE, Excess, pace_of

LARGEST_VALUE = 1e30  # beyond it single precision overflows, which plain floats and numpy tell differently
SINGLE_SIGMA = float(np.float32(DEVIATION_TO_SIGMA))


def counts_of(length: int, *, dtype: type[np.float32] | type[np.float64] = np.float64) -> Floats:
    """Return how many readings were learned before each; a count in single precision stands still at 2**24."""
    most = 2.0**24 if dtype is np.float32 else np.inf
    return np.minimum(np.arange(length, dtype=np.float64), most).astype(dtype)


def ages_of(at_s: Floats) -> Floats:
    """Return the seconds since the first reading learned; before it there is none."""
    age_s: Floats = at_s - at_s[0]
    age_s[0] = -np.inf
    return age_s


def tail_levels(z: Floats, *, in_warm_up: Mask, settled: Mask, is_single: bool) -> Floats:
    """Return the level of `baseline.learn_tail` before each reading; it moves where `settled`."""
    level, is_beyond, levels = USUAL_TAIL, False, []
    cell = array("f" if is_single else "d", [level])
    for distance, learning, moves in zip(np.abs(z).tolist(), in_warm_up.tolist(), settled.tolist(), strict=True):
        levels.append(level)
        if learning:
            seen = USUAL_MARGIN * distance
            seen = seen if seen < FARTHEST_TAIL else FARTHEST_TAIL
            moved, is_beyond = (seen if seen > level else level), False
        elif distance > level:
            moved, is_beyond = (level if level > 1.0 else 1.0), True
        else:
            moved = level * (RAISED if is_beyond else SINKING)
            moved, is_beyond = (moved if moved > 1.0 else 1.0), False
        if moves:
            cell[0] = moved
            level = cell[0]
    return np.array(levels, dtype=np.float32 if is_single else np.float64)


def chart_distances(values: Floats, *, share: float, rates: Floats, in_warm_up: Mask) -> Floats:
    """Return how far the smoothed course is from its baseline, in scales. `rates`, in single precision, are the shares
    of new readings in the baseline, `share` is that in the course."""
    course = first = float(values[0])
    distances = [first / TINY]
    mean, cell = first, array("f", [0.0, 0.0])
    rest = zip(values[1:].tolist(), rates[1:].tolist(), in_warm_up[1:].tolist(), strict=True)
    for value, rate, learning in rest:
        course += share * (value - course)
        deviation = cell[0]
        cell[1] = SINGLE_SIGMA * deviation
        scale, floor = cell[1], RELATIVE_FLOOR * abs(mean) + TINY
        if scale < floor:
            scale = floor
        residual = course - mean
        distances.append(residual / scale)
        if not learning:
            bound = CLIP * scale
            residual = bound if residual > bound else -bound if residual < -bound else residual
        mean += rate * residual
        cell[0] = deviation + rate * (abs(residual) - deviation)
    return np.array(distances)


def log_distances(ratios: Floats, *, rates: Floats, in_warm_up: Mask, least_spread: float) -> Floats:
    """Return the distance of each ratio from its own baseline, which has no floor but `least_spread`."""
    mean = deviation = 0.0
    distances = []
    for ratio, rate, learning in zip(ratios.tolist(), rates.tolist(), in_warm_up.tolist(), strict=True):
        scale = DEVIATION_TO_SIGMA * deviation
        if scale < least_spread:
            scale = least_spread
        residual = ratio - mean
        distances.append(residual / scale)
        if not learning:
            bound = CLIP * scale
            residual = bound if residual > bound else -bound if residual < -bound else residual
        mean += rate * residual
        deviation += rate * (abs(residual) - deviation)
    return np.array(distances)


def excesses(distance: Floats) -> Excess:
    """Return the tail of `tail_likelihood.learn_excess` before each reading; only distances above zero are learned."""
    heard = distance > 0
    learned = distance[heard]
    pace = pace_of(counts_of(len(learned)))
    quantile = mean = 1.0
    quantiles, means = [quantile], [mean]
    paces = zip(learned.tolist(), pace.step.tolist(), pace.rate.tolist(), pace.clip.tolist(), strict=True)
    for beyond, step, rate, clip in paces:
        over = beyond - quantile
        moved = step * (quantile if quantile > LEAST_QUANTILE else LEAST_QUANTILE)
        if over > 0:
            bound = clip * mean
            quantile += moved * (1.0 - BEYOND)
            mean += rate * ((over if over < bound else bound) - mean)
        else:
            quantile += moved * -BEYOND
        if mean < LEAST_MEAN:
            mean = LEAST_MEAN
        quantiles.append(quantile)
        means.append(mean)
    before: Ints = np.cumsum(heard) - heard
    return Excess(np.array(quantiles)[before], np.array(means)[before], before.astype(np.float64))
