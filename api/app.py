"""Settings in, an ASGI app out: a service with its addresses, its pages and what every request passes through.
Loads no model; nothing happens at import."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from anyio import Semaphore
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool

from api.console.desk import language_of_socket
from api.console.pages import build_router
from api.console.refusals import page_of
from api.console.sessions import read_socket_visitor
from api.engines import NO_STAND_INS, StandIns
from api.live.places import LivePlaces
from api.routes import (
    articles,
    audio_stream,
    audit,
    catalogues,
    changes,
    customers,
    devices,
    documentation,
    embeddings,
    feedback,
    gaps,
    hooks,
    jobs,
    learn,
    media,
    ops,
    panel_links,
    past_cases,
    prefills,
    problems,
    promises,
    redactions,
    reports,
    suggestions,
    telemetry,
    templates,
    ticket_budget,
    tickets,
    webhooks,
)
from api.routes.headers import SecurityHeaders
from api.routes.limits import BodyLimit
from api.routes.metrics import RequestMeter
from api.routes.rates import RateLimit
from api.routes.tracing import RequestTrace
from api.routes.wiring import TEXTS_AT_ONCE
from api.service import Service, build_service
from api.settings import VERSION, Settings
from api.store import DEFAULT_TENANT

RESOURCES = (
    *(prefills, feedback, learn, suggestions, gaps, articles, past_cases),
    *(media, redactions, audio_stream, embeddings),
    *(telemetry, devices, tickets, ticket_budget, templates, catalogues, promises),
    *(hooks, changes, panel_links, jobs, webhooks),
    *(reports, audit, customers, ops),
)


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
    service = build_service(settings or Settings(), stand_ins=stand_ins, clock=clock)
    app = FastAPI(
        title="Beforehand",
        version=VERSION,
        summary="Tickets filled in, answers found and failures foreseen, beforehand.",
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
    )
    _give_state(app, service)
    for resource in RESOURCES:
        app.include_router(resource.router)
    app.include_router(build_router(), include_in_schema=False)
    problems.install(app)
    documentation.install(app)
    _add_middleware(app, service)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    service: Service = app.state.service
    await run_in_threadpool(service.start)
    yield
    await run_in_threadpool(service.stop)


def _give_state(app: FastAPI, service: Service) -> None:
    """Give requests the parts they ask for by name."""
    state, work = app.state, service.work
    state.service, state.settings, state.clock = service, service.settings, service.clock
    state.store, state.engines, state.tenants = service.store, service.engines, service.tenants
    state.foresight = service.tenants.get(DEFAULT_TENANT).foresight
    state.metrics, state.health = service.metrics, service.health
    state.text_turns = Semaphore(TEXTS_AT_ONCE)
    state.work, state.jobs, state.spool, state.deliverer, state.relay = (
        *(work, work.jobs, work.spool),
        *(work.deliverer, work.relay),
    )
    state.loop, state.connectors = service.loop, service.loop.connectors
    state.panel_work, state.past_tickets = service.panel_work, service.past_tickets
    state.past_cases = service.past_cases
    state.live_places, state.socket_visitor = LivePlaces(service.settings.live_at_once), read_socket_visitor
    state.socket_language = language_of_socket
    service.metrics.add_source(
        "live_calls", "Calls heard while they are spoken", (), lambda: {(): float(state.live_places.taken)}
    )


def _add_middleware(app: FastAPI, service: Service) -> None:
    """Put around every request, from the inside out: audit, size, rate, headers, metrics, trace."""
    settings = service.settings
    app.add_middleware(audit.AuditTrail, store=service.store, clock=service.clock)
    app.add_middleware(BodyLimit, limits=settings.limits)
    app.add_middleware(RateLimit, limits=settings.limits, page_of=page_of)
    app.add_middleware(SecurityHeaders, hosts=settings.trusted_hosts)
    app.add_middleware(RequestMeter, metrics=service.metrics)
    app.add_middleware(RequestTrace)
