"""How often one key, and one address without a key, may ask: too often is one 429 that says when to come back.

A key that was shown before is known by a digest of it, so that its bucket is asked before the database is. Everybody
else is counted by address: a few tries, then none, whether they guess keys, sign in, or send unsigned hooks. Addresses
are those of the connection; behind a proxy, those that the trusted proxy names.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable

from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem, say
from api.routes.buckets import Allowance, Buckets, Rate
from api.routes.problems import problem_response
from api.settings import Limits

FREE_PATHS = ("/livez", "/readyz", "/metrics", "/openapi.json", "/console/static/")
"""Asked by machines that watch, and by every page; cheap and without a key."""
REFUSED = (401, 403)
ANSWERS = ("http.response.start", "websocket.accept", "websocket.http.response.start")


class RateLimit:
    """ASGI middleware; the app's key check leaves `key_id` in the request's state. People get `page_of` a refusal."""

    def __init__(self, app: ASGIApp, *, limits: Limits, page_of: Callable[[Problem, Request], Response | None]) -> None:
        self._app = app
        self._page_of = page_of
        self._keys = Buckets(Rate(limits.requests_at_once, limits.requests_per_minute))
        self._strangers = Buckets(Rate(limits.failures_at_once, limits.failures_per_minute))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket") or scope["path"].startswith(FREE_PATHS):
            await self._app(scope, receive, send)
            return
        shown = _shown_key(scope)
        address = (scope.get("client") or ("", 0))[0]
        now_s = time.monotonic()
        if shown and self._keys.knows(shown):
            allowance, rate = self._keys.take(shown, at_s=now_s), self._keys.rate
        else:
            allowance, rate = self._strangers.look(address, at_s=now_s), self._strangers.rate
        if not allowance.is_allowed:
            await self._refused(_refusal(allowance, rate), scope)(scope, receive, send)
            return

        async def note_answer(message: Message) -> None:
            if message["type"] in ANSWERS:
                if scope.get("state", {}).get("key_id") and shown:
                    if not self._keys.knows(shown):
                        self._keys.take(shown, at_s=now_s)
                    message["headers"] = [*message.get("headers", []), *_rate_headers(allowance, rate)]
                elif message.get("status") in REFUSED:
                    self._strangers.take(address, at_s=now_s)
            await send(message)

        await self._app(scope, receive, note_answer)

    def _refused(self, problem: Problem, scope: Scope) -> Response:
        """Return a refusal: a page for people, a problem for programs and before a WebSocket opens."""
        if scope["type"] == "websocket":
            return problem_response(problem, HTTPConnection(scope))
        return self._page_of(problem, Request(scope)) or problem_response(problem, Request(scope))


def _shown_key(scope: Scope) -> str:
    """Return the digest of what stands in the Authorization header; keys themselves are not kept in memory."""
    shown = dict(scope["headers"]).get(b"authorization", b"")
    return hashlib.sha256(shown).hexdigest() if shown else ""


def _rate_headers(allowance: Allowance, rate: Rate) -> list[tuple[bytes, bytes]]:
    """Return draft-ietf-httpapi-ratelimit-headers' two: the policy, and what is left of it."""
    window_s = math.ceil(rate.burst * 60 / rate.per_minute)
    return [
        (b"ratelimit-policy", f'"requests";q={rate.burst};w={window_s}'.encode()),
        (b"ratelimit", f'"requests";r={allowance.left};t={math.ceil(allowance.wait_s)}'.encode()),
    ]


def _refusal(allowance: Allowance, rate: Rate) -> Problem:
    wait_s = math.ceil(allowance.wait_s)
    headers = {"Retry-After": str(wait_s)}
    headers |= {name.decode(): value.decode() for name, value in _rate_headers(allowance, rate)}
    return Problem("too_many_requests", say("detail.too_many_requests", wait_s=wait_s), headers=headers)
