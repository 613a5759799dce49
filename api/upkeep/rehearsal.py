"""Past readings in, the tickets that would have been: through a fresh monitor, kept nowhere."""

from __future__ import annotations

from datetime import UTC, datetime

from api.engines import Engines
from api.errors import Language
from api.ingest import Readings
from api.schemas.telemetry import Ticket
from api.tickets import ticket_of
from api.upkeep.advice import suggestions_for
from api.upkeep.facts import recorded_facts
from api.upkeep.pictures import plot_in, sketch_of
from api.upkeep.procedure import procedure_for
from api.upkeep.watching import replay_options
from predictive.records import Alert


class Rehearsal:
    """Past readings through a fresh monitor: the tickets that would have been, kept nowhere."""

    def __init__(self, *, engines: Engines) -> None:
        from predictive import Monitor

        self._engines = engines
        self._monitor = Monitor(replay_options(engines.settings))
        self._models: dict[str, str] = {}
        self._alerts: dict[str, Alert] = {}
        self._newest_s = 0.0
        self.rejected = 0
        self.first_rejection = ""

    def take(self, readings: Readings) -> None:
        """Observe readings as if they came when the newest of them was measured."""
        for rejection in readings.rejected:
            self._note(rejection.reason)
        if not len(readings.positions):
            return
        self._newest_s = max(self._newest_s, float(readings.columns.at_s.max()))
        received_at = datetime.fromtimestamp(self._newest_s, UTC)
        if self._monitor.compares_models:
            self._tell_models(set(readings.columns.device_ids) - self._models.keys(), at=received_at)
        observation = self._monitor.observe_columns(readings.columns, received_at=received_at)
        for rejection in observation.rejected:
            self._note(rejection.reason)
        for alert in (*observation.alerts, *self._monitor.advance(received_at)):
            self._alerts[alert.key] = alert

    def tickets(self) -> tuple[Ticket, ...]:
        """Return one ticket an episode in its last form, oldest first."""
        alerts = sorted(self._alerts.values(), key=lambda alert: (alert.opened_at, alert.key))
        return tuple(self._ticket(alert) for alert in alerts)

    def plot(self, ticket: Ticket, *, language: Language | None = None) -> str:
        """Return the plot of a ticket's strongest reason as SVG, in the house's language where none is asked for."""
        sketch = sketch_of(self._alerts[ticket.key], self._monitor)
        settings = self._engines.settings
        return plot_in(sketch, language, house=settings.default_locale, zone=settings.time_zone) if sketch else ""

    def _ticket(self, alert: Alert) -> Ticket:
        settings, records = self._engines.settings, self._engines.records
        ticket = ticket_of(alert, ticket_id=alert.key, locale=settings.default_locale, zone=settings.time_zone)
        facts = recorded_facts(alert.device_id, records=records, at=alert.opened_at)
        suggestions = suggestions_for(
            ticket.reasons, engines=self._engines, locale=settings.default_locale, model=facts.model
        )
        procedure = procedure_for(ticket, template=settings.maintenance_template, store=None)
        return ticket.model_copy(update={"suggestions": suggestions, "device": facts, "procedure": procedure})

    def _tell_models(self, device_ids: set[str], *, at: datetime) -> None:
        """Tell of what models new devices are, as the records know them."""
        records = self._engines.records
        for device_id in sorted(device_ids):
            self._models[device_id] = recorded_facts(device_id, records=records, at=at).model
        if device_ids:
            self._monitor.tell_models(self._models)

    def _note(self, reason: str) -> None:
        self.rejected += 1
        self.first_rejection = self.first_rejection or reason
