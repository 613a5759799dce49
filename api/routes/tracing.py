"""Each request gets an id, a place in its caller's trace and one line in the log when it is answered."""

from __future__ import annotations

import time

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.logs import Context, in_context, new_context

log = structlog.get_logger(__name__)

UNTOLD = ("/livez", "/readyz", "/metrics")
"""Asked every few seconds by machines; a failure of theirs is told all the same."""


SCOPE_KEY = "beforehand.context"
"""Where a request keeps its context for what runs after every middleware: the answer to an unexpected error."""


def context_of(scope: Scope) -> Context:
    """Return a request's context."""
    context: Context = scope.get(SCOPE_KEY) or new_context()
    return context


class RequestTrace:
    """ASGI middleware: X-Request-Id and traceparent in and out, one line a request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            with in_context(new_context()):
                await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        context = new_context(
            request_id=headers.get("x-request-id", ""),
            traceparent=headers.get("traceparent", ""),
            tracestate=headers.get("tracestate", ""),
        )
        scope[SCOPE_KEY] = context
        started_s = time.perf_counter()
        status = 0

        async def send_with_ids(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answered = MutableHeaders(scope=message)
                answered["X-Request-Id"] = context.request_id
                answered["traceresponse"] = context.trace.traceparent
            await send(message)

        with in_context(context):
            try:
                await self._app(scope, receive, send_with_ids)
            finally:
                _tell(scope, status, time.perf_counter() - started_s, context)


def _tell(scope: Scope, status: int, seconds: float, context: Context) -> None:
    """Write the request's line. The route stands for the address: ids of tickets and people are not for the log."""
    route = getattr(scope.get("route"), "path", "unmatched")
    if route in UNTOLD and 200 <= status < 500:
        return
    tell = log.warning if status >= 500 or status == 0 else log.info
    tell(
        "request",
        method=scope["method"][:20],
        route=route,
        status=status or "broken off",
        duration_ms=round(seconds * 1_000, 1),
    )
