"""Alerts in, maintenance tickets kept by key: opened, brought up to date, closed.

An alert that says nothing newer than its ticket changes nothing, so that a replay is harmless. Knows no HTTP and does
not judge readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import structlog

from api.engines import Engines
from api.schemas.telemetry import Ticket
from api.security import make_id
from api.store import Store
from api.tickets import metrics_of, ticket_of
from api.upkeep.advice import plot_of, suggestions_for
from predictive.records import Alert

if TYPE_CHECKING:
    from predictive import Monitor

log = structlog.get_logger(__name__)

KIND = "maintenance"
PLOTS_AT_ONCE = 20
"""Drawn while a request waits (about 0.1 s each); a site-wide outage opens hundreds of tickets at once."""


class TicketBook:
    """The tickets of a house's alerts."""

    def __init__(self, *, engines: Engines, store: Store) -> None:
        self._engines = engines
        self._store = store

    def keep(self, alerts: Sequence[Alert], *, monitor: Monitor) -> tuple[Ticket, ...]:
        """Keep the ticket of each alert; an alert that says nothing newer changes nothing."""
        locale = self._engines.settings.default_locale
        kept: list[Ticket] = []
        for number, alert in enumerate(alerts):
            known = self._store.tickets.by_key(KIND, alert.key)
            if known is not None and known.updated_at > alert.updated_at:
                continue
            is_other = known is None or is_another_story(known, alert)
            suggestions = (
                suggestions_for(metrics_of(alert), engines=self._engines, locale=locale)
                if known is None or is_other
                else known.suggestions
            )
            ticket_id = make_id() if known is None else known.id
            ticket = ticket_of(alert, ticket_id=ticket_id, locale=locale, suggestions=suggestions)
            is_drawn = is_other and number < PLOTS_AT_ONCE
            plot = plot_of(alert, monitor, locale=locale) if is_drawn else ""
            kept.append(self._store.tickets.put(ticket, plot=plot))
            log.info("ticket_changed", key=alert.key, state=alert.state, severity=alert.severity)
        return tuple(kept)


def is_another_story(known: Ticket, alert: Alert) -> bool:
    """Say whether a person would read something else now: another state, severity or cause, or another day's figures.

    An open alert follows its readings up to hourly; the title and the figures do so too, advice and plot need not.
    """
    return (
        known.state != alert.state
        or known.severity != alert.severity
        or {reason.metric for reason in known.reasons} != {reason.metric for reason in alert.reasons}
        or known.updated_at.date() != alert.updated_at.date()
    )
