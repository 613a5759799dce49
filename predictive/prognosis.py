"""How long until a measured trend crosses a limit that a person gave, and between when and when.

Recent points of one series, a limit and the time since when it drifts go in; a Prognosis comes out, with None where the
trend is not measurably different from none. Gives no probability: nothing measured backs one yet. The interval knows
noise, and how far the same line would have missed in the series' own past; it does not know of a sudden break.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from predictive.records import Floats, Limit, Prognosis

DAY_S = 86_400.0
HOUR_S = 3_600.0
FEWEST_DAYS = 3  # daily means; two points have no uncertainty
SURE = 4.3  # Student's t, two-sided 95% at 2 degrees of freedom: the fewest that 3 to 4 daily means leave
FARTHEST_H = 30 * 24.0  # a line drawn farther ahead than it was measured is not a measurement
WIDE = (6.31, 2.92, 2.35, 2.13, 2.02, 1.94, 1.89, 1.86, 1.83, 1.81)  # Student's t, two-sided 90%, by degrees of freedom
WIDE_AFTER = 1.73
FEWEST_TRIED = 4  # daily means under a line that is tried on those after it
MOST_MISSED = 6.0  # times the line's own error: a series that missed by more follows no line
UNKNOWN = Prognosis(None, None)


@dataclass(frozen=True, slots=True)
class _Line:
    """Least squares through points (hours, mean)."""

    at_h: float  # the points' mean
    level: float
    slope: float  # an hour
    spread: float  # of the points around it
    points: int
    reach: float  # sum of squared hours

    @staticmethod
    def through(hours: Floats, means: Floats) -> _Line:
        at_h, level = float(hours.mean()), float(means.mean())
        off = hours - at_h
        reach = float((off**2).sum())
        slope = float((off * means).sum()) / reach
        residual = means - level - slope * off
        spread = float(np.sqrt((residual**2).sum() / max(len(means) - 2, 1)))
        return _Line(at_h, level, slope, spread, len(means), reach)

    def value(self, hours: Floats) -> Floats:
        return self.level + self.slope * (hours - self.at_h)

    def error(self, hours: Floats) -> Floats:
        """Return the standard error of one more point."""
        return self.spread * np.sqrt(1.0 + 1.0 / self.points + (hours - self.at_h) ** 2 / self.reach)


def foresee_crossing(at_s: Floats, values: Floats, *, limit: Limit, since_s: float) -> Prognosis:
    """Return when the line through the daily means since `since_s` reaches the limit.

    >>> days = np.arange(0.0, 6.0, 0.125)
    >>> foresee_crossing(days * DAY_S, 100 - 5 * days, limit=Limit(lower=60.0), since_s=0.0).horizon_h
    51.0
    """
    taken = at_s >= since_s
    if taken.sum() < 2:
        return UNKNOWN
    day = np.floor((at_s[taken] - since_s) / DAY_S).astype(np.int64)
    counts = np.bincount(day)
    means = np.bincount(day, weights=values[taken])[counts > 0] / counts[counts > 0]
    hours = np.bincount(day, weights=at_s[taken] - since_s)[counts > 0] / counts[counts > 0] / HOUR_S
    if len(means) < FEWEST_DAYS:
        return UNKNOWN
    line = _Line.through(hours, means)
    bound = limit.lower if line.slope < 0 else limit.upper
    if bound is None or line.slope == 0 or abs(line.slope) < SURE * line.spread / np.sqrt(line.reach):
        return UNKNOWN
    now_h = float(at_s[taken][-1] - since_s) / HOUR_S
    ahead_h = (bound - line.level) / line.slope + line.at_h - now_h
    if ahead_h > min(FARTHEST_H, 3.0 * float(np.ptp(hours))):
        return UNKNOWN
    soonest_h, latest_h = _between(line, bound, _missed(hours, means))
    return Prognosis(
        None,
        round(max(0.0, ahead_h), 1),
        soonest_h=round(max(0.0, soonest_h - now_h), 1),
        latest_h=None if latest_h is None else round(max(0.0, latest_h - now_h), 1),
    )


def _missed(hours: Floats, means: Floats) -> float:
    """Return how much farther than their own error lines through the first points missed the later ones."""
    ratios = []
    for number in range(max(FEWEST_TRIED, len(means) // 2), len(means)):
        line = _Line.through(hours[:number], means[:number])
        later = hours[number:]
        error = line.error(later)
        if line.spread > 0:
            ratios.append(float(np.max(((means[number:] - line.value(later)) / error) ** 2)))
    return float(np.clip(np.sqrt(np.mean(ratios)), 1.0, MOST_MISSED)) if ratios else 1.0


def _between(line: _Line, bound: float, missed: float) -> tuple[float, float | None]:
    """Return where the band of 90% around the line first and last meets the bound (Fieller); None: it never leaves it.

    The band of a daily mean: noise of one day counts, as the first day beyond the limit is the crossing.
    """
    free = line.points - 2
    wide = (WIDE[free - 1] if free <= len(WIDE) else WIDE_AFTER) * missed * line.spread
    far, rise = bound - line.level, line.slope
    outer = rise**2 - wide**2 / line.reach
    inner = far**2 - wide**2 * (1.0 + 1.0 / line.points)
    root = far**2 * rise**2 - outer * inner
    if outer <= 0:  # the slope itself is in doubt
        nearest = (far * rise - np.sqrt(max(root, 0.0))) / outer if outer < 0 and root > 0 else -np.inf
        return line.at_h + float(nearest), None
    half = float(np.sqrt(max(root, 0.0)))
    return line.at_h + (far * rise - half) / outer, line.at_h + (far * rise + half) / outer
