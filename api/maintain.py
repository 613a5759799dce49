"""Readings in, maintenance tickets kept: a batch is on disk before it is answered for, a restart goes on where
it stopped.

    take -> batch on disk -> monitor -> alerts -> tickets by key        restart:
    last snapshot, then the batches after it

One lock orders all of it: the monitor is one state. Knows no HTTP.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from api.engines import Engines
from api.errors import Problem, say
from api.ingest import Readings, pack_columns, unpack_columns
from api.ingest.rejections import chinese, rejection
from api.schemas.telemetry import RejectedReading, TelemetryTaken, Ticket
from api.store import Store
from api.store.devices import Event
from api.store.lease import Lease
from api.store.telemetry import Snapshot
from api.upkeep.book import TicketBook
from api.upkeep.budget import settle_if_due
from api.upkeep.foreseeing import Foreseeing, Look
from api.upkeep.verdicts import BEGINS_ANEW, note_failure
from api.upkeep.watching import live_options, tell_models
from predictive.records import Dropped, Floats, Observation, PredictiveError, SeriesPoints, StateMismatch

if TYPE_CHECKING:
    from predictive import Band, Fleet, Monitor
    from predictive.fleet import SeriesView

log = structlog.get_logger(__name__)

RETRY_AFTER_S = "2"
DAY_S = 86_400.0


class Foresight:
    """The monitor with its memory on disk."""

    def __init__(self, *, engines: Engines, store: Store, lease: Lease) -> None:
        self._engines = engines
        self._store = store
        self._lease = lease
        self._book = TicketBook(engines=engines, store=store)
        self._foreseeing = Foreseeing(engines.settings, store=store)
        self._lock = threading.Lock()
        self._writing = threading.Lock()  # one snapshot at a time, so that an older one is never written last
        self._places = threading.Semaphore(engines.settings.telemetry_waiting)
        self._monitor: Monitor | None = None
        self._batch_id = 0
        self._snapshot_batch_id = 0
        self._seen_snapshot = 0  # up to which batch the snapshot went that was last read, usable or not
        self._kept: int | None = None  # readings on disk; counted when first asked for
        self._replayed_at: datetime | None = None
        self._lived: set[str] = set()  # ids of the events that this process's monitor went through

    def start(self) -> int:
        """Take up the last snapshot and replay what came after; return how many batches were replayed."""
        self._foreseeing.start()
        with self._lock:
            self._book.is_muted = not self._lease.acquire()
            return self._take_up(before=None)

    def _take_up(self, *, before: int | None) -> int:
        from predictive import Monitor

        snapshot = self._store.telemetry.snapshot()
        self._monitor, self._batch_id, self._kept = Monitor(live_options(self._engines.settings)), 0, None
        if snapshot is not None:
            self._restore(snapshot)
            self._seen_snapshot = snapshot.batch_id
        tell_models(self._running(), store=self._store)
        replayed, events = 0, list(self._store.devices.events_since_batch(self._batch_id))
        self._lived = {event.id for event in events}
        for batch in self._store.telemetry.batches_after(self._batch_id, before=before):
            self._relive(events, before=batch.id)
            self._replay(batch.id, batch.content, batch.received_at)
            replayed += 1
        self._relive(events, before=None)
        return replayed

    def follow(self) -> int:
        """Judge what other processes kept since the last time; return how many batches.

        Where the one that kept the tickets is gone, go back to its last snapshot and keep those of all that came after:
        it may have died between a batch and its tickets.
        """
        if self._lease.acquire() == self._book.is_muted:
            log.info("telemetry_speaker_changed", is_speaking=self._book.is_muted)
            return self.start()
        with self._lock:
            followed = self._catch_up(before=None)
            told = self._store.devices.events_since_batch(self._snapshot_batch_id)
            for event in [event for event in told if event.id not in self._lived]:
                self._live(event, self._running())
        return followed

    @property
    def is_speaking(self) -> bool:
        """Say whether this process keeps the tickets."""
        return not self._book.is_muted

    def _catch_up(self, *, before: int | None) -> int:
        if before == self._batch_id + 1:
            return 0  # the usual case: no other process kept anything since
        followed, since = 0, self._batch_id
        for batch in self._store.telemetry.batches_after(since, before=before):
            self._replay(batch.id, batch.content, batch.received_at)
            followed += 1
        return self._take_up(before=before) if self._was_left_behind(since) else followed

    def _was_left_behind(self, batch_id: int) -> bool:
        """Say whether the one that speaks has forgotten batches that were not judged here: its snapshot has them."""
        telemetry = self._store.telemetry
        if not self._book.is_muted or not telemetry.is_forgotten(batch_id):
            return False
        return telemetry.covered() > max(batch_id, self._seen_snapshot)

    def _relive(self, events: list[Event], *, before: int | None) -> None:
        """Let the events happen again that came before a batch, in their order."""
        while events and (before is None or events[0].after_batch < before):
            self._live(events.pop(0), self._running())

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
            self._catch_up(before=batch_id)
            observation = monitor.observe_columns(readings.columns, received_at=received_at)
            self._batch_id = max(self._batch_id, batch_id)
            self._note_kept(len(readings.positions))
            self._book.keep(observation.alerts, monitor=monitor)
        return self._answer(readings, observation)

    def advance(self, now: datetime) -> tuple[Ticket, ...]:
        """Let time pass without readings; note who is watched, and learn what devices they are."""
        with self._lock:
            monitor = self._running()
            tell_models(monitor, store=self._store)
            kept = self._book.keep(monitor.advance(now), monitor=monitor)
            fleet = monitor.fleet(now)
        if self._book.is_muted:
            return kept
        self._store.devices.note_day(now.date(), devices=int((fleet.newest_s >= now.timestamp() - DAY_S).sum()))
        self._book.introduce(fleet.device_ids, at=now)
        settle_if_due(self._store, self._engines.settings, at=now)
        return (*kept, *self._foresee(now))

    def _foresee(self, now: datetime) -> tuple[Ticket, ...]:
        """Close what was foreseen of devices that were worked on; once a day look ahead. Readings go on meanwhile."""
        kept = self._keep_foreseen(self._foreseeing.over(at=now))
        if not self._foreseeing.is_due(at=now):
            return kept
        with self._lock:
            reported = self._foreseeing.reported(self._running(), at=now)
        return (*kept, *self._keep_foreseen(self._foreseeing.look(reported, at=now)))

    def _keep_foreseen(self, look: Look) -> tuple[Ticket, ...]:
        kept: list[Ticket] = []
        with self._lock:
            for alert, one in zip(look.alerts, look.foreseen, strict=True):
                kept += self._book.keep([alert], monitor=self._running(), closed_by=one.closed_by)
        self._foreseeing.note(look, kept)
        return tuple(kept)

    def note_event(self, event: Event) -> Event:
        """Keep what happened to a device; after a repair, a part or firmware its normal is learned anew.

        The same event told again changes nothing. Return what is kept.
        """
        with self._lock:
            monitor = self._running()
            kept = self._store.devices.note_event(replace(event, after_batch=self._batch_id))
            if kept.id == event.id:
                self._live(kept, monitor)
        note_failure(kept, store=self._store)
        return kept

    def _live(self, event: Event, monitor: Monitor) -> None:
        self._lived.add(event.id)
        if event.kind in BEGINS_ANEW:
            alerts = monitor.start_anew(event.device_id, at=event.at)
            self._book.keep(alerts, monitor=monitor, closed_by=event.kind)

    def fleet(self, now: datetime) -> Fleet:
        """Return how every device is; an alert that is held back is no alarm."""
        from predictive.fleet import without_ticket

        with self._lock:
            fleet = self._running().fleet(now)
        held = self._store.budgets.held_back(limit=len(fleet.device_ids))
        return without_ticket(fleet, {one.device_id for one in held})

    def views(self, device_id: str) -> tuple[SeriesView, ...]:
        """Return what the monitor sees of a device's metrics, in the order of `recent`."""
        with self._lock:
            return self._running().views(device_id)

    def bands(self, device_id: str, at_s: Floats) -> tuple[Band, ...]:
        """Return which values of a device's metrics, in the order of `recent`, are usual at some times."""
        with self._lock:
            return self._running().bands(device_id, at_s)

    def recent(self, device_id: str) -> tuple[SeriesPoints, ...]:
        """Return the recent readings of a device, one a metric; nothing for a device that never sent any."""
        with self._lock:
            monitor = self._running()
            return tuple(monitor.series_window(device_id, metric) for metric in monitor.metrics_of(device_id))

    def dropped(self, device_id: str) -> Dropped:
        """Return how many readings of a device were not taken, and why."""
        with self._lock:
            return self._running().dropped(device_id)

    def course(self, device_id: str, metric: str) -> SeriesPoints:
        """Return the recent readings of one metric; none where there never were any."""
        with self._lock:
            return self._running().series_window(device_id, metric)

    def snapshot(self, *, at: datetime) -> None:
        """Write the monitor's state, if anything came since the last time, and forget batches too old to matter."""
        with self._writing:
            with self._lock:
                if self._batch_id == self._snapshot_batch_id or self._book.is_muted:
                    return
                snapshot = Snapshot(self._batch_id, self._running().snapshot_frames())
            self._store.telemetry.keep_snapshot(snapshot, at=at)  # readings go on meanwhile
            self._snapshot_batch_id = snapshot.batch_id
        self._forget(at, up_to=snapshot.batch_id)

    def _forget(self, at: datetime, *, up_to: int) -> None:
        """Forget readings that a snapshot covers and that are too old or too many."""
        telemetry, settings = self._store.telemetry, self._engines.settings
        oldest = at - timedelta(days=settings.telemetry_keep_days)
        forgotten = telemetry.forget_before(oldest, up_to=up_to)
        if self._kept is None:
            self._kept = telemetry.count()
        else:
            self._kept -= forgotten
        self._kept -= telemetry.forget_oldest(self._kept - settings.telemetry_keep_readings, up_to=up_to)

    def _restore(self, snapshot: Snapshot) -> None:
        from predictive import Monitor

        try:
            self._monitor = Monitor.restore(snapshot.content, options=live_options(self._engines.settings))
        except StateMismatch as error:
            log.warning(
                "snapshot_unusable", reason=str(error), fix="nothing: the kept batches are replayed from the start"
            )
            return
        self._batch_id = self._snapshot_batch_id = snapshot.batch_id

    def _replay(self, batch_id: int, content: bytes, received_at: datetime) -> None:
        self._pass_time(received_at)
        columns = unpack_columns(content)
        self._note_kept(len(columns.at_s))
        try:
            observation = self._running().observe_columns(columns, received_at=received_at)
        except PredictiveError as error:
            log.error("batch_refused", batch_id=batch_id, reason=str(error))
            return
        finally:
            self._batch_id = batch_id
        self._book.keep(observation.alerts, monitor=self._running())

    def _note_kept(self, readings: int) -> None:
        if self._kept is not None:
            self._kept += readings

    def _pass_time(self, at: datetime) -> None:
        """Let time pass as the heartbeat did before a batch came: silences open, so that its readings can end them."""
        step = timedelta(seconds=self._engines.settings.advance_every_s)
        if self._replayed_at is None or at - self._replayed_at >= step:
            self._replayed_at = at
            self._book.keep(self._running().advance(at), monitor=self._running())

    def _running(self) -> Monitor:
        if self._monitor is None:
            raise RuntimeError("Foresight.start() was not called before readings came")
        return self._monitor

    def _answer(self, readings: Readings, observation: Observation | None) -> TelemetryTaken:
        """Count what became of a request; reasons beyond the limit are counted in one last entry."""
        rejected = list(readings.rejected)
        if observation is not None:
            rejected += [replace(one, index=int(readings.positions[one.index])) for one in observation.rejected]
        rejected.sort(key=lambda one: one.index)
        limit = self._engines.settings.limits.rejections
        told = rejected[:limit]
        if len(rejected) > limit:
            told.append(rejection(-1, "more", count=len(rejected) - limit))
        bodies = [RejectedReading(index=one.index, reason=one.reason, reason_zh=chinese(one)) for one in told]
        return TelemetryTaken(
            accepted=observation.accepted if observation else 0,
            duplicates=observation.duplicates if observation else 0,
            late=observation.late if observation else 0,
            rejected=bodies,
            future=observation.future if observation else 0,
        )
