"""Hold a budget of false tickets by people's verdicts: how much evidence an alert must bring before it is a ticket.

Past episodes go in, with their evidence, whether each became a ticket, and what people said of it; the bar for the next
ones comes out. Where `budget_pace` knows every device's fate, here only tickets are judged, and only some: an episode
that nobody judged counts by the share of those that somebody did. Tells no guarantee: it is a controller.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from predictive.budget_pace import paced_rate
from predictive.records import Alert, Floats, Mask

SUREST = 0.9999
"""Beyond it a score says nothing more."""
SMALLEST = 1.0
"""False tickets in a window. A ticket cannot be opened by halves: a fleet whose budget is less may have one."""
SETTLED = 5
"""Verdicts; until there are more, nothing is held back."""
PRIOR_SHARE, PRIOR = 0.6, 5.0
"""The share of false tickets before anybody judged, and how many verdicts this assumption is worth; see budget_pace."""
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True)
class Episodes:
    """Aligned columns of a window, one entry an episode."""

    evidence: Floats  # (n,) the strongest it had
    is_ticket: Mask  # (n,) False where it was held back
    verdict: Floats  # (n,) 1 where it was false, 0 where it was right, nan where nobody said


@dataclass(frozen=True, slots=True)
class Watched:
    """Device-months, of the window and of its last thirty days."""

    months: float
    month: float


@dataclass(frozen=True, slots=True)
class Bar:
    """What an alert must bring, and what that was worked out from."""

    evidence: float  # 0: everything becomes a ticket
    is_held: bool  # False: too few verdicts to know anything
    false: float  # expected in the window: those judged, and a share of the others
    allowed: float  # in the window


def evidence_of(alert: Alert) -> float:
    """Return how much an alert brings: how unlikely its readings are, summed over metrics, more the longer it lasts.

    A score of s is a chance of 1 - s, and chances multiply; what lasted for a day counts twice, for three days thrice.

    >>> from datetime import datetime
    >>> from predictive.records import Reason
    >>> since = datetime.fromisoformat("2026-06-01T00:00+00:00")
    >>> reason = Reason("power", since, 1.0, 2.0, 0.9, "ewma")
    >>> told = [since.replace(day=day) for day in (1, 2, 4)]
    >>> [round(evidence_of(Alert("k", "d", "open", "warning", since, at, None, (reason,))), 2) for at in told]
    [2.3, 4.61, 6.91]
    """
    weight = sum(-math.log(1.0 - min(max(reason.score, 0.0), SUREST)) for reason in alert.reasons)
    since = min((reason.since for reason in alert.reasons), default=alert.opened_at)
    ended = [reason.until for reason in alert.reasons if reason.until is not None]
    last = max(ended) if ended else alert.updated_at
    days = max((last - min(since, alert.opened_at)).total_seconds() / DAY_S, 0.0)
    return weight * (1.0 + math.log2(1.0 + days))


def solve_bar(past: Episodes, watched: Watched, *, false_per_1000_months: float) -> Bar:
    """Return the lowest bar that would have kept the paced rate in the window; 0 while too few were judged."""
    known = ~np.isnan(past.verdict)
    wrong, right = int((past.verdict[known] == 1.0).sum()), int((past.verdict[known] == 0.0).sum())
    share = (wrong + PRIOR * PRIOR_SHARE) / (wrong + right + PRIOR)
    chance = np.where(known, past.verdict, share)
    false = float(chance[past.is_ticket].sum())
    allowed = max(false_per_1000_months * watched.months / 1000.0, SMALLEST)
    if wrong + right <= SETTLED or watched.months <= 0:
        return Bar(0.0, False, false, allowed)
    wanted = 1000.0 * allowed / watched.months
    rate = paced_rate(wanted, months=watched.months, month=watched.month, false=false)
    return Bar(_lowest(past.evidence, chance, rate * watched.months / 1000.0), True, false, allowed)


def _lowest(evidence: Floats, chance: Floats, allowed: float) -> float:
    """Return the bar above which no more than `allowed` are expected to be false."""
    order = np.argsort(-evidence, kind="stable")
    ranked, expected = evidence[order], np.cumsum(chance[order])
    kept = int(np.searchsorted(expected, allowed + 1e-9, side="right"))
    if kept == len(ranked):
        return 0.0
    below = float(ranked[kept])
    above = float(ranked[kept - 1]) if kept else math.inf
    return (below + above) / 2 if math.isfinite(above) else math.nextafter(below, math.inf)
