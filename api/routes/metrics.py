"""What Prometheus is told: requests, times, readings, engines, batches, jobs, deliveries, the process and its disk.

One registry an app, so that tests do not share counts. Labels are bounded: routes, kinds, states and outcomes, never an
id or an address; tenants up to a limit, the rest together. What others keep (jobs by state, waiting items) is asked for
when it is scraped, by the sources that are added here; one that fails is logged, counted and left out.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.batching import Batched
from api.drafting import Drafted
from api.logs import current_context
from api.schemas.ops import EngineState
from api.schemas.telemetry import TelemetryTaken
from api.settings import VERSION

log = structlog.get_logger(__name__)

LATENCY_BUCKETS_S = (0.005, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0, 30.0, 120.0)
"""From a key check to a long call on a slow machine."""
HOOK_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 3.0)
"""Promised: acknowledged within 0.1 s; Feishu gives up after 3."""
BATCH_BUCKETS = (1, 2, 4, 8, 16, 32, 64, 128)
TENANTS = 20
"""Told apart by name; series of the others are summed under "other"."""
OTHER = "other"
METHODS = frozenset({"GET", "PUT", "POST", "DELETE", "PATCH", "HEAD", "OPTIONS", "any"})

Source = Callable[[], Mapping[tuple[str, ...], float]]
"""Label values -> number, asked at each scrape; the labels' names were given when the source was added."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A gauge and who knows its numbers."""

    name: str
    gauge: Gauge
    labels: int
    source: Source


class Metrics:
    """The numbers of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._lock = threading.Lock()
        self._tenants: set[str] = set()
        self._sources: list[_Asked] = []
        self._requests = self._counter("requests", "Requests answered", "method", "route", "status")
        self._tenant_requests = self._counter("tenant_requests", "Requests answered", "tenant", "class")
        self._latency = self._histogram("request_seconds", "Time to answer", LATENCY_BUCKETS_S, "method", "route")
        self._in_flight = self._gauge("requests_in_flight", "Requests under way")
        self._readings = self._counter("readings", "Readings by outcome", "outcome")
        self._degraded = self._gauge("engine_degraded", "1 while an engine is on a lower rung", "job", "engine")
        self._wait = self._histogram("engine_wait_seconds", "Time in line for an engine", LATENCY_BUCKETS_S, "job")
        self._work = self._histogram("engine_work_seconds", "Time an engine worked", LATENCY_BUCKETS_S, "job")
        self._batch = self._histogram("batch_items", "Texts a batch of the encoder", BATCH_BUCKETS)
        self._padding = self._counter("batch_tokens", "Tokens encoded", "kind")
        self._pictures = self._counter("pictures_read", "Pictures read, or remembered from before", "outcome")
        self._hooks = self._histogram("hook_seconds", "Time to acknowledge a webhook", HOOK_BUCKETS_S, "kind")
        self._hook_outcomes = self._counter("hooks", "Webhooks by outcome", "kind", "outcome")
        self._deliveries = self._counter("deliveries", "Delivery attempts by outcome", "outcome")
        self._jobs_ended = self._counter("jobs_ended", "Jobs that ended", "kind", "state")
        self._drafts = self._counter("drafts", "Drafted answers by outcome", "outcome")
        self._draft_tokens = self._counter("draft_tokens", "Tokens of drafted answers", "tenant")
        self._draft_sentences = self._counter("draft_sentences", "Drafted sentences kept or dropped", "outcome")
        self._broken = self._counter("scrape_errors", "Sources that could not be asked", "source")
        self._gauge("build_info", "Always 1", "version").labels(VERSION).set(1)

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Count a request while it is worked on."""
        with self._in_flight.track_inprogress():
            yield

    def note_request(self, method: str, route: str, status: int, seconds: float, *, tenant: str = "") -> None:
        """Count one answer."""
        named = method if method in METHODS else OTHER
        self._requests.labels(named, route, str(status)).inc()
        self._latency.labels(named, route).observe(seconds)
        if tenant:
            self._tenant_requests.labels(self._known_tenant(tenant), f"{status // 100}xx").inc()

    def note_readings(self, taken: TelemetryTaken) -> None:
        """Count what became of one telemetry request."""
        self._readings.labels("accepted").inc(taken.accepted)
        self._readings.labels("duplicate").inc(taken.duplicates)
        self._readings.labels("late").inc(taken.late)
        self._readings.labels("rejected").inc(len(taken.rejected) - taken.future)
        self._readings.labels("future").inc(taken.future)

    def note_turn(self, job: str, wait_s: float, work_s: float) -> None:
        """Count one turn on an engine: how long it was waited for and how long it worked."""
        self._wait.labels(job).observe(wait_s)
        self._work.labels(job).observe(work_s)

    def note_batch(self, batched: Batched) -> None:
        """Count one batch of the encoder."""
        self._batch.observe(batched.items)
        self._padding.labels("text").inc(batched.size)
        self._padding.labels("padding").inc(batched.padded - batched.size)
        self.note_turn("encoder", batched.waited_s, batched.worked_s)

    def note_picture(self, was_remembered: bool) -> None:
        """Count one picture."""
        self._pictures.labels("remembered" if was_remembered else "read").inc()

    def note_draft(self, tenant: str, drafted: Drafted) -> None:
        """Count one drafted answer: what became of it, what it cost, how many of its sentences were shown."""
        self._drafts.labels(drafted.outcome).inc()
        self._draft_tokens.labels(self._known_tenant(tenant)).inc(drafted.tokens)
        self._draft_sentences.labels("kept").inc(drafted.kept)
        self._draft_sentences.labels("dropped").inc(drafted.dropped)

    def note_hook(self, kind: str, outcome: str, seconds: float) -> None:
        """Count one webhook; `kind` is the connector's kind, `outcome` accepted, repeated, refused or failed."""
        self._hooks.labels(kind).observe(seconds)
        self._hook_outcomes.labels(kind, outcome).inc()

    def note_delivery(self, outcome: str) -> None:
        """Count one try to deliver: delivered, again or dead."""
        self._deliveries.labels(outcome).inc()

    def note_job(self, kind: str, state: str) -> None:
        """Count one job that ended: done, failed or cancelled."""
        self._jobs_ended.labels(kind, state).inc()

    def add_source(self, name: str, description: str, labels: tuple[str, ...], source: Source) -> None:
        """Ask `source` at each scrape, and tell what it says as the gauge beforehand_<name>."""
        self._sources.append(_Asked(name, self._gauge(name, description, *labels), len(labels), source))

    def render(self, states: Iterable[EngineState]) -> bytes:
        """Return the text format."""
        with self._lock:
            self._degraded.clear()
            for state in states:
                self._degraded.labels(state.name, state.engine).set(state.degraded)
            for asked in self._sources:
                self._ask(asked)
            return generate_latest(self.registry)

    def _ask(self, asked: _Asked) -> None:
        if asked.labels:
            asked.gauge.clear()
        try:
            told = asked.source()
        except Exception:
            log.exception("metric_source_failed", source=asked.name)
            self._broken.labels(asked.name).inc()
            return
        for values, number in told.items():
            (asked.gauge.labels(*values) if values else asked.gauge).set(number)

    def _known_tenant(self, tenant: str) -> str:
        with self._lock:
            if tenant not in self._tenants and len(self._tenants) < TENANTS:
                self._tenants.add(tenant)
            return tenant if tenant in self._tenants else OTHER

    def _counter(self, name: str, description: str, *labels: str) -> Counter:
        return Counter(f"beforehand_{name}", description, labels, registry=self.registry)

    def _gauge(self, name: str, description: str, *labels: str) -> Gauge:
        return Gauge(f"beforehand_{name}", description, labels, registry=self.registry)

    def _histogram(self, name: str, description: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"beforehand_{name}", description, labels, buckets=buckets, registry=self.registry)


class RequestMeter:
    """ASGI middleware that counts and times answers by route, never by raw path: ids are not labels."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status = 500

        async def note_status(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            with self._metrics.under_way():
                await self._app(scope, receive, note_status)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            method = scope["method"] if route != "unmatched" else "any"
            context = current_context()
            tenant = context.tenant if context is not None else ""
            self._metrics.note_request(method, route, status, time.perf_counter() - started, tenant=tenant)
