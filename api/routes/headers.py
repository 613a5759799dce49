"""The headers every answer carries, and the hosts that are answered for.

Pages bring their own, stricter or looser, which stay: the panel names who may frame it. Answers hold customers' words,
so nothing between here and the caller may keep them.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem, say
from api.routes.problems import problem_response

HEADERS: tuple[tuple[bytes, bytes], ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")


class SecurityHeaders:
    """ASGI middleware; `hosts` are the names this service goes by, empty for any."""

    def __init__(self, app: ASGIApp, *, hosts: Sequence[str]) -> None:
        self._app = app
        self._hosts = frozenset(host.lower() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return

        async def add_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = list(message.get("headers", []))
                names = {name.lower() for name, _ in sent}
                wanted = (*HEADERS, HTTPS_ONLY) if scope.get("scheme") == "https" else HEADERS
                message["headers"] = sent + [header for header in wanted if header[0] not in names]
            await send(message)

        if self._hosts and _host_of(scope) not in self._hosts:
            problem = Problem("bad_request", say("detail.host_unknown"))
            await problem_response(problem, HTTPConnection(scope))(scope, receive, add_headers)
            return
        await self._app(scope, receive, add_headers)


def _host_of(scope: Scope) -> str:
    """Return the name that was asked for, without its port."""
    host: str = dict(scope["headers"]).get(b"host", b"").decode("latin-1").lower()
    return host.partition("]")[0] + "]" if host.startswith("[") else host.partition(":")[0]
