"""Settings in, an ASGI app out: engines, store, routes and the console put together.
Loads no model; nothing happens at import."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import structlog
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from api.connectors.csv_records import CsvRecords
from api.console.pages import build_router
from api.console.panel_work import open_panel_work
from api.console.past_tickets import PastTicketsOf
from api.engines import NO_STAND_INS, Engines, StandIns
from api.enrich import Loop, open_loop
from api.routes import (
    articles,
    audit,
    changes,
    customers,
    documentation,
    embeddings,
    feedback,
    hooks,
    jobs,
    learn,
    media,
    ops,
    panel_links,
    prefills,
    problems,
    reports,
    suggestions,
    telemetry,
    templates,
    tickets,
    webhooks,
)
from api.routes.erasure import forget_old
from api.routes.headers import SecurityHeaders
from api.routes.health import Health
from api.routes.limits import BodyLimit
from api.routes.metrics import Metrics, RequestMeter
from api.routes.parts import add_parts, add_work_parts
from api.routes.rates import RateLimit
from api.routes.tracing import RequestTrace
from api.routes.work import DurableWork, build_work
from api.settings import VERSION, Settings
from api.store import DEFAULT_TENANT, Store, open_store_for
from api.tenants import Tenants

log = structlog.get_logger(__name__)

REPLY_KEEP = timedelta(days=1)
"""How long an Idempotency-Key is remembered: a client that retries for longer has another problem."""


def utc_now() -> datetime:
    """Return the time; the one clock of a served app."""
    return datetime.now(UTC)


def create_app(
    settings: Settings | None = None,
    *,
    stand_ins: StandIns = NO_STAND_INS,
    clock: Callable[[], datetime] = utc_now,
) -> FastAPI:
    """Put the service together. The database is opened and brought up to date here; models load when first used."""
    settings = settings or Settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = open_store_for(settings)
    metrics, health = Metrics(), Health()
    engines = _build_engines(settings, stand_ins=stand_ins, metrics=metrics)
    add_parts(settings, store.database, health=health, metrics=metrics)
    app = FastAPI(
        title="Beforehand",
        version=VERSION,
        summary="Tickets filled in, answers found and failures foreseen, beforehand.",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.store = store
    app.state.engines = engines
    app.state.tenants = Tenants(store=store, engines=engines)
    app.state.foresight = app.state.tenants.get(DEFAULT_TENANT).foresight
    app.state.past_tickets = PastTicketsOf()
    app.state.metrics, app.state.health, app.state.clock = metrics, health, clock
    work = build_work(settings, store=store, tenants=app.state.tenants, clock=clock)
    app.state.work, app.state.jobs, app.state.spool = work, work.jobs, work.spool
    app.state.deliverer, app.state.relay = work.deliverer, work.relay
    loop = open_loop(settings, jobs=work.jobs, spool=work.spool, tenants=app.state.tenants, clock=clock)
    work.relay.also(loop.mirror.orders_of)
    app.state.loop, app.state.connectors = loop, loop.connectors
    add_work_parts(work, loop.connectors, health=health, metrics=metrics)
    app.state.panel_work = open_panel_work(work.jobs, loop.connectors, loop.enrichment)
    knowledge, ticketing = (suggestions, articles, embeddings, media), (telemetry, tickets, templates)
    for resource in (
        prefills,
        feedback,
        panel_links,
        learn,
        *knowledge,
        *ticketing,
        hooks,
        changes,
        jobs,
        webhooks,
        audit,
        reports,
        customers,
        ops,
    ):
        app.include_router(resource.router)
    app.include_router(build_router(), include_in_schema=False)
    problems.install(app)
    documentation.install(app)
    app.add_middleware(audit.AuditTrail, store=store, clock=clock)
    app.add_middleware(BodyLimit, limits=settings.limits)
    app.add_middleware(RateLimit, limits=settings.limits)
    app.add_middleware(SecurityHeaders, hosts=settings.trusted_hosts)
    app.add_middleware(RequestMeter, metrics=metrics)
    app.add_middleware(RequestTrace)
    return app


def _build_engines(settings: Settings, *, stand_ins: StandIns, metrics: Metrics) -> Engines:
    """Put the default tenant's engines together; the metrics are told of each turn and batch."""
    engines = Engines(
        settings,
        find_records=CsvRecords(settings.data_dir / "records").current,
        stand_ins=stand_ins,
        note_turn=metrics.note_turn,
        note_batch=metrics.note_batch,
    )
    metrics.add_source("encoder_waiting", "Texts that wait for the encoder", (), lambda: {(): engines.encoder.waiting})
    return engines


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Take up where the last process stopped; let time pass; write the state at the end."""
    settings: Settings = app.state.settings
    store: Store = app.state.store
    tenants: Tenants = app.state.tenants
    replayed = await run_in_threadpool(tenants.start)
    store.replies.release_running()
    log.info("started", version=VERSION, replayed_batches=replayed)
    for state in app.state.engines.states():
        if state.degraded:
            log.warning("engine_degraded", engine=state.engine, reason=state.reason, fix=state.fix)
    work: DurableWork = app.state.work
    await run_in_threadpool(work.start)
    loop: Loop = app.state.loop
    loop.start()
    heartbeat = Heartbeat(app.state.clock, tenants=tenants, store=store, work=work, settings=settings)
    heartbeat.start()
    yield
    await run_in_threadpool(loop.stop)
    await run_in_threadpool(work.stop)
    await run_in_threadpool(heartbeat.stop)
    for tenant in tenants.open():
        tenant.foresight.snapshot(at=app.state.clock())
    app.state.health.close()
    app.state.engines.encoder.close()
    tenants.close()
    store.database.close()


class Heartbeat:
    """A thread that lets time pass for the monitors, writes their snapshots and forgets old answers, until stopped."""

    def __init__(
        self,
        clock: Callable[[], datetime],
        *,
        tenants: Tenants,
        store: Store,
        work: DurableWork,
        settings: Settings,
    ) -> None:
        self._clock = clock
        self._work = work
        self._tenants = tenants
        self._store = store
        self._settings = settings
        self._stopped = threading.Event()
        self._forgot_on: date | None = None
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait until the beat under way is done."""
        self._stopped.set()
        self._thread.join()

    def _forget_old(self, now: datetime) -> None:
        """Once a day, delete what settings no longer keep."""
        if self._forgot_on != now.date():
            for tenant in self._tenants.open():
                forget_old(self._settings, tenant=tenant, at=now)
            learn.learn_daily(self._work.jobs, tenants=self._tenants, at=now)
            self._forgot_on = now.date()

    def _beat(self) -> None:
        snapshot_at = self._clock() + timedelta(seconds=self._settings.snapshot_every_s)
        pause_s = min(self._settings.advance_every_s, self._settings.snapshot_every_s)
        while not self._stopped.wait(pause_s):
            now = self._clock()
            try:
                for tenant in self._tenants.open():
                    tenant.foresight.advance(now)
                self._tenants.get(DEFAULT_TENANT).engines.unload_idle()
                if now >= snapshot_at:
                    for tenant in self._tenants.open():
                        tenant.foresight.snapshot(at=now)
                    self._store.replies.forget_before(now - REPLY_KEEP)
                    self._work.forget(now)
                    self._forget_old(now)
                    snapshot_at = now + timedelta(seconds=self._settings.snapshot_every_s)
            except Exception:
                log.exception("heartbeat_failed")
