"""What Prometheus is told: requests, times, readings, engines.
One registry an app, so that tests do not share counts."""

from __future__ import annotations

import time
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.schemas.ops import EngineState
from api.schemas.telemetry import TelemetryTaken

LATENCY_BUCKETS_S = (0.005, 0.025, 0.1, 0.25, 1.0, 2.5, 10.0, 30.0, 120.0)
"""From a key check to a long call on a slow machine."""


class Metrics:
    """The numbers of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "beforehand_requests", "Requests answered", ["method", "route", "status"], registry=self.registry
        )
        self._latency = Histogram(
            "beforehand_request_seconds",
            "Time to answer",
            ["method", "route"],
            buckets=LATENCY_BUCKETS_S,
            registry=self.registry,
        )
        self._readings = Counter("beforehand_readings", "Readings by outcome", ["outcome"], registry=self.registry)
        self._degraded = Gauge(
            "beforehand_engine_degraded",
            "1 while an engine is on a lower rung",
            ["job", "engine"],
            registry=self.registry,
        )

    def note_request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answer."""
        self._requests.labels(method, route, str(status)).inc()
        self._latency.labels(method, route).observe(seconds)

    def note_readings(self, taken: TelemetryTaken) -> None:
        """Count what became of one telemetry request."""
        self._readings.labels("accepted").inc(taken.accepted)
        self._readings.labels("duplicate").inc(taken.duplicates)
        self._readings.labels("late").inc(taken.late)
        self._readings.labels("rejected").inc(len(taken.rejected))

    def render(self, states: Iterable[EngineState]) -> bytes:
        """Return the text format."""
        self._degraded.clear()
        for state in states:
            self._degraded.labels(state.name, state.engine).set(state.degraded)
        return generate_latest(self.registry)


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
            await self._app(scope, receive, note_status)
        finally:
            route = getattr(scope.get("route"), "path", "unmatched")
            method = scope["method"] if route != "unmatched" else "any"
            self._metrics.note_request(method, route, status, time.perf_counter() - started)
