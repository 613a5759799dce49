"""What a model of failures says of a device in, the alert that stands for it out: opened, brought up to date, over.

The severity is by lead time: within which of its horizons the failure mostly lies. Knows no store.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

import numpy as np

from api.schemas.telemetry import Ticket
from predictive.alerts import SOON_H, alert_key
from predictive.records import Alert, Chance, Prognosis, Reason, Severity

if TYPE_CHECKING:
    from predictive.prognosis_score import FailureTicket

MODE = "prognosis"
MONTH_H = 30 * 24.0
MOSTLY = 0.5  # of the chance of a failure within the whole horizon


def alert_of(ticket: FailureTicket, *, at: datetime) -> Alert:
    """Return the alert of a failure that is newly foreseen; the same for the same device and day."""
    day = datetime.combine(ticket.at.astimezone(UTC).date(), time(), UTC)
    key = alert_key(ticket.device_id, MODE, day)
    severity = severity_ahead(ticket.chances, whole=ticket.probability)
    return Alert(key, ticket.device_id, "open", severity, at, at, None, ticket.reasons, _prognosis(ticket))


def alert_again(known: Ticket, ticket: FailureTicket, *, at: datetime) -> Alert:
    """Return the alert of a ticket as its device is now."""
    alert = alert_of(ticket, at=at)
    return replace(alert, key=known.key, opened_at=known.opened_at)


def alert_over(known: Ticket, *, at: datetime) -> Alert:
    """Return the alert of a ticket that is over, as it was last told."""
    reasons = tuple(
        Reason(
            one.metric,
            one.since,
            np.nan if one.expected is None else one.expected,
            np.nan if one.observed is None else one.observed,
            one.score,
            one.detector,
            one.unit,
        )
        for one in known.reasons
    )
    chances = tuple(Chance(one.horizon_h, one.probability) for one in known.chances)
    prognosis = Prognosis(known.probability, known.horizon_h, chances=chances)
    return Alert(known.key, known.device_id, "resolved", known.severity, known.opened_at, at, at, reasons, prognosis)


def severity_ahead(chances: Sequence[Chance], *, whole: float) -> Severity:
    """Return how soon somebody has to go: today, within a month, or some time.

    >>> severity_ahead([Chance(24.0, 0.3), Chance(2160.0, 0.5)], whole=0.5)
    'critical'
    >>> severity_ahead([Chance(24.0, 0.01), Chance(720.0, 0.3), Chance(2160.0, 0.5)], whole=0.5)
    'warning'
    """
    mostly = [one.horizon_h for one in chances if one.probability >= MOSTLY * whole]
    soonest_h = min(mostly, default=float("inf"))
    if soonest_h <= SOON_H:
        return "critical"
    return "warning" if soonest_h <= MONTH_H else "info"


def _prognosis(ticket: FailureTicket) -> Prognosis:
    return Prognosis(ticket.probability, ticket.horizon_h, chances=ticket.chances)
