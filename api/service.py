"""Settings in, every part of the service out, with one life: start takes up where the last process stopped, stop leaves
nothing behind. Loads no model; knows no route.

    store -> engines -> tenants -> durable work -> the loop with other systems -> heartbeat
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from api.allocator import bound_allocator
from api.connectors.record_systems import RecordSystems
from api.console.panel_work import PanelWork, open_panel_work
from api.console.past_tickets import PastTicketsOf
from api.engines import Engines, StandIns
from api.enrich import Loop, open_loop
from api.heartbeat import Heartbeat
from api.ingest.mqtt_intake import MqttIntake
from api.past_case_work import PastCaseWork, open_past_case_work
from api.routes.health import Health
from api.routes.metrics import Metrics
from api.routes.mqtt_parts import open_intakes
from api.routes.parts import add_parts, add_record_parts, add_tagger_parts, add_work_parts
from api.routes.work import DurableWork, build_work
from api.settings import VERSION, Settings
from api.shared import settle
from api.store import Store, open_store_for
from api.tenants import Tenants

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Service:
    """The parts of one service; `heartbeat` is there while it runs."""

    settings: Settings
    clock: Callable[[], datetime]
    store: Store
    engines: Engines
    tenants: Tenants
    work: DurableWork
    loop: Loop
    panel_work: PanelWork
    past_tickets: PastTicketsOf
    past_cases: PastCaseWork
    metrics: Metrics
    health: Health
    intakes: tuple[MqttIntake, ...] = ()
    heartbeat: Heartbeat | None = None

    def start(self) -> None:
        """Take up telemetry, jobs and other systems' tickets where the last process stopped."""
        bound_allocator()
        replayed = self.tenants.start()
        self.store.replies.release_running()
        log.info("started", version=VERSION, replayed_batches=replayed)
        for state in self.engines.states():
            if state.degraded:
                log.warning("engine_degraded", engine=state.engine, reason=state.reason, fix=state.fix)
        for tenant in self.tenants.open():
            tenant.engines.knowledge_bases.start_embedding()
        self.work.start()
        self.loop.start()
        self.heartbeat = Heartbeat(
            self.clock, tenants=self.tenants, store=self.store, work=self.work, settings=self.settings
        )
        self.heartbeat.start()
        for intake in self.intakes:
            intake.start()
        settle()

    def stop(self) -> None:
        """Let what runs end, write the state and release every file."""
        for intake in self.intakes:
            intake.stop()
        self.loop.stop()
        self.work.stop()
        if self.heartbeat is not None:
            self.heartbeat.stop()
        for tenant in self.tenants.open():
            tenant.foresight.snapshot(at=self.clock())
        self.health.close()
        self.tenants.close()
        self.engines.encoder.close()
        self.store.database.close()


def build_service(settings: Settings, *, stand_ins: StandIns, clock: Callable[[], datetime]) -> Service:
    """Put the parts together. The database is opened and brought up to date; nothing runs yet."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = open_store_for(settings)
    metrics, health = Metrics(), Health()
    records = RecordSystems(settings.data_dir, region=settings.default_region)
    engines = _build_engines(settings, records=records, stand_ins=stand_ins, metrics=metrics)
    tenants = Tenants(store=store, engines=engines, records=records)
    work = build_work(settings, store=store, tenants=tenants, clock=clock, metrics=metrics)
    loop = open_loop(settings, jobs=work.jobs, spool=work.spool, tenants=tenants, clock=clock)
    work.relay.also(loop.mirror.orders_of)
    add_parts(settings, store.database, health=health, metrics=metrics)
    add_record_parts(tenants, health=health)
    add_tagger_parts(tenants, health=health)
    add_work_parts(work, loop.connectors, health=health, metrics=metrics)
    return Service(
        settings=settings,
        clock=clock,
        store=store,
        engines=engines,
        tenants=tenants,
        work=work,
        loop=loop,
        panel_work=open_panel_work(work.jobs, loop.connectors, loop.enrichment),
        past_tickets=PastTicketsOf(),
        past_cases=open_past_case_work(work.jobs, loop.connectors, tenants),
        metrics=metrics,
        health=health,
        intakes=open_intakes(settings, tenants=tenants, metrics=metrics, health=health, clock=clock),
    )


def _build_engines(settings: Settings, *, records: RecordSystems, stand_ins: StandIns, metrics: Metrics) -> Engines:
    """Put the default tenant's engines together; the metrics are told of each turn and batch."""
    engines = Engines(
        settings,
        find_records=records.current,
        stand_ins=stand_ins,
        note_turn=metrics.note_turn,
        note_batch=metrics.note_batch,
        note_picture=metrics.note_picture,
        note_draft=metrics.note_draft,
    )
    metrics.add_source("encoder_waiting", "Texts that wait for the encoder", (), lambda: {(): engines.encoder.waiting})
    return engines
