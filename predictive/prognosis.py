"""How long until a measured trend crosses a limit that a person gave.

Recent points of one series, a limit and the time since when it drifts go in; a Prognosis comes out, with None where the
trend is not measurably different from none. Gives no probability: nothing measured backs one yet.
"""

from __future__ import annotations

import numpy as np

from predictive.records import Floats, Limit, Prognosis

DAY_S = 86_400.0
HOUR_S = 3_600.0
FEWEST_DAYS = 3  # daily means; two points have no uncertainty
SURE = 4.3  # Student's t, two-sided 95% at 2 degrees of freedom: the fewest that 3 to 4 daily means leave
FARTHEST_H = 30 * 24.0  # a line drawn farther ahead than it was measured is not a measurement
UNKNOWN = Prognosis(None, None)


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
    moments = np.bincount(day, weights=at_s[taken])[counts > 0] / counts[counts > 0]
    if len(means) < FEWEST_DAYS:
        return UNKNOWN
    hours = (moments - moments.mean()) / HOUR_S
    slope = float((hours * means).sum() / (hours**2).sum())
    residual = means - means.mean() - slope * hours
    error = float(np.sqrt((residual**2).sum() / (len(means) - 2) / (hours**2).sum()))
    bound = limit.lower if slope < 0 else limit.upper
    if bound is None or slope == 0 or abs(slope) < SURE * error:
        return UNKNOWN
    now_h = float((at_s[taken][-1] - moments.mean()) / HOUR_S)
    ahead_h = (bound - float(means.mean())) / slope - now_h
    if ahead_h > min(FARTHEST_H, 3.0 * float(np.ptp(hours))):
        return UNKNOWN
    return Prognosis(None, round(max(0.0, ahead_h), 1))
