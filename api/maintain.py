"""Readings in, maintenance tickets kept: a batch is on disk before it is answered for, a restart goes on where
it stopped.

    take -> batch on disk -> monitor -> alerts -> tickets by key        restart:
    last snapshot, then the batches after it

One lock orders all of it: the monitor is one state. Knows no HTTP.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from api.engines import Engines
from api.errors import Problem, say
from api.ingest import Readings, pack_columns, unpack_columns
from api.schemas.knowledge import SuggestionBody, suggestion_body
from api.schemas.telemetry import RejectedReading, TelemetryTaken, Ticket
from api.security import make_id
from api.store import Store
from api.store.telemetry import Snapshot
from api.tickets import metrics_of, ticket_of
from predictive.records import Alert, Observation, PredictiveError, SeriesPoints, StateMismatch

if TYPE_CHECKING:
    from predictive import Monitor

log = structlog.get_logger(__name__)

KIND = "maintenance"
SUGGESTIONS = 3
"""On a ticket; a technician reads three titles on a phone."""
SURE_ENOUGH = 0.8
"""A device asks in names of metrics, which tell less than a person's sentence, and its ticket stands without an
article: so a tenth of what no article answers may be shown one (python -m training.fit_abstain --judge 0.8 with the
shipped encoder, held halves, 2026-11-23: 9.9% in bases of 20 articles, 4.5% of 800)."""
RETRY_AFTER_S = "2"
PLOTS_AT_ONCE = 20
"""Drawn while a request waits (about 0.1 s each); a site-wide outage opens hundreds of tickets at once."""


class Foresight:
    """The monitor with its memory on disk."""

    def __init__(self, *, engines: Engines, store: Store) -> None:
        self._engines = engines
        self._store = store
        self._lock = threading.Lock()
        self._writing = threading.Lock()  # one snapshot at a time, so that an older one is never written last
        self._places = threading.Semaphore(engines.settings.telemetry_waiting)
        self._monitor: Monitor | None = None
        self._batch_id = 0
        self._snapshot_batch_id = 0
        self._replayed_at: datetime | None = None

    def start(self) -> int:
        """Take up the last snapshot and replay what came after; return how many batches were replayed."""
        from predictive import Monitor

        with self._lock:
            snapshot = self._store.telemetry.snapshot()
            self._monitor = Monitor()
            if snapshot is not None:
                self._restore(snapshot)
            replayed = 0
            for batch in self._store.telemetry.batches_after(self._batch_id):
                self._replay(batch.id, batch.content, batch.received_at)
                replayed += 1
        return replayed

    def take(self, readings: Readings, *, received_at: datetime) -> TelemetryTaken:
        """Keep readings, judge them, and open, change or resolve tickets.

        Raises:
            Problem: too many requests wait already.
        """
        if not self._places.acquire(blocking=False):
            raise Problem("busy", say("detail.busy"), headers={"Retry-After": RETRY_AFTER_S})
        try:
            return self._take(readings, received_at)
        finally:
            self._places.release()

    def _take(self, readings: Readings, received_at: datetime) -> TelemetryTaken:
        if not len(readings.positions):
            return self._answer(readings, None)
        content = pack_columns(readings.columns)
        with self._lock:
            monitor = self._running()
            telemetry = self._store.telemetry
            batch_id = telemetry.add_batch(content, readings=len(readings.positions), received_at=received_at)
            observation = monitor.observe_columns(readings.columns, received_at=received_at)
            self._batch_id = batch_id
            self._keep(observation.alerts)
        return self._answer(readings, observation)

    def advance(self, now: datetime) -> tuple[Ticket, ...]:
        """Let time pass without readings."""
        with self._lock:
            return self._keep(self._running().advance(now))

    def recent(self, device_id: str) -> tuple[SeriesPoints, ...]:
        """Return the recent readings of a device, one a metric; nothing for a device that never sent any."""
        with self._lock:
            monitor = self._running()
            return tuple(monitor.series_window(device_id, metric) for metric in monitor.metrics_of(device_id))

    def snapshot(self, *, at: datetime) -> None:
        """Write the monitor's state, if anything came since the last time, and forget batches too old to matter."""
        with self._writing:
            with self._lock:
                if self._batch_id == self._snapshot_batch_id:
                    return
                snapshot = Snapshot(self._batch_id, self._running().snapshot())
            self._store.telemetry.keep_snapshot(snapshot, at=at)  # readings go on meanwhile
            self._snapshot_batch_id = snapshot.batch_id
        oldest = at - timedelta(days=self._engines.settings.telemetry_keep_days)
        self._store.telemetry.forget_before(oldest, up_to=snapshot.batch_id)

    def _restore(self, snapshot: Snapshot) -> None:
        from predictive import Monitor

        try:
            self._monitor = Monitor.restore(snapshot.content)
        except StateMismatch as error:
            log.warning(
                "snapshot_unusable", reason=str(error), fix="nothing: the kept batches are replayed from the start"
            )
            return
        self._batch_id = self._snapshot_batch_id = snapshot.batch_id

    def _replay(self, batch_id: int, content: bytes, received_at: datetime) -> None:
        self._pass_time(received_at)
        try:
            observation = self._running().observe_columns(unpack_columns(content), received_at=received_at)
        except PredictiveError as error:
            log.error("batch_refused", batch_id=batch_id, reason=str(error))
            return
        finally:
            self._batch_id = batch_id
        self._keep(observation.alerts)

    def _pass_time(self, at: datetime) -> None:
        """Let time pass as the heartbeat did before a batch came: silences open, so that its readings can end them."""
        step = timedelta(seconds=self._engines.settings.advance_every_s)
        if self._replayed_at is None or at - self._replayed_at >= step:
            self._replayed_at = at
            self._keep(self._running().advance(at))

    def _running(self) -> Monitor:
        if self._monitor is None:
            raise RuntimeError("Foresight.start() was not called before readings came")
        return self._monitor

    def _keep(self, alerts: Sequence[Alert]) -> tuple[Ticket, ...]:
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
            plot = plot_of(alert, self._running(), locale=locale) if is_drawn else ""
            kept.append(self._store.tickets.put(ticket, plot=plot))
            log.info("ticket_changed", key=alert.key, state=alert.state, severity=alert.severity)
        return tuple(kept)

    def _answer(self, readings: Readings, observation: Observation | None) -> TelemetryTaken:
        """Count what became of a request; reasons beyond the limit are counted in one last entry."""
        rejected = [(entry.index, entry.reason) for entry in readings.rejected]
        if observation is not None:
            rejected += [(int(readings.positions[entry.index]), entry.reason) for entry in observation.rejected]
        rejected.sort(key=lambda entry: entry[0])
        limit = self._engines.settings.limits.rejections
        bodies = [RejectedReading(index=index, reason=reason) for index, reason in rejected[:limit]]
        if len(rejected) > limit:
            bodies.append(RejectedReading(index=-1, reason=f"{len(rejected) - limit} more were rejected"))
        return TelemetryTaken(
            accepted=observation.accepted if observation else 0,
            duplicates=observation.duplicates if observation else 0,
            late=observation.late if observation else 0,
            rejected=bodies,
        )


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


def suggestions_for(metrics: Iterable[str], *, engines: Engines, locale: str) -> list[SuggestionBody]:
    """Return what the knowledge base says about metrics that went wrong; nothing where nothing fits."""
    import nlp

    question = " ".join(dict.fromkeys(metric.replace("_", " ") for metric in metrics))
    if not question:
        return []
    found = nlp.suggest(question, retriever=engines.retriever(), top_k=SUGGESTIONS, locale=locale)
    is_sure = bool(found.suggestions) and found.suggestions[0].confidence >= SURE_ENOUGH
    return [suggestion_body(suggestion) for suggestion in found.suggestions] if is_sure else []


class Rehearsal:
    """Past readings through a fresh monitor: the tickets that would have been, kept nowhere."""

    def __init__(self, *, engines: Engines) -> None:
        from predictive import Monitor

        self._engines = engines
        self._monitor = Monitor()
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
        observation = self._monitor.observe_columns(readings.columns, received_at=received_at)
        for rejection in observation.rejected:
            self._note(rejection.reason)
        for alert in (*observation.alerts, *self._monitor.advance(received_at)):
            self._alerts[alert.key] = alert

    def tickets(self) -> tuple[Ticket, ...]:
        """Return one ticket an episode in its last form, oldest first."""
        alerts = sorted(self._alerts.values(), key=lambda alert: (alert.opened_at, alert.key))
        return tuple(self._ticket(alert) for alert in alerts)

    def plot(self, ticket: Ticket) -> str:
        """Return the plot of a ticket's strongest reason as SVG; empty where there are no points."""
        return plot_of(self._alerts[ticket.key], self._monitor, locale=self._engines.settings.default_locale)

    def _ticket(self, alert: Alert) -> Ticket:
        locale = self._engines.settings.default_locale
        return ticket_of(
            alert,
            ticket_id=alert.key,
            locale=locale,
            suggestions=suggestions_for(metrics_of(alert), engines=self._engines, locale=locale),
        )

    def _note(self, reason: str) -> None:
        self.rejected += 1
        self.first_rejection = self.first_rejection or reason


def plot_of(alert: Alert, monitor: Monitor, *, locale: str) -> str:
    """Return the plot of an alert's strongest reason as SVG; empty where there are no points."""
    from predictive import plot_alert_svg

    if not alert.reasons:
        return ""
    points = monitor.series_window(alert.device_id, alert.reasons[0].metric)
    return plot_alert_svg(alert, points, locale=locale) if len(points.at_s) else ""
