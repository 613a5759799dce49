"""How large a body may be, by address: refused by its declared length, and counted while it streams where none
is declared."""

from __future__ import annotations

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem, say
from api.routes.problems import problem_response
from api.settings import Limits

UPLOADS = ("/v1/prefill", "/v1/audio/transcriptions", "/v1/ocr", "/v1/articles/import", "/console")


class BodyTooLarge(Exception):
    """More bytes came than the address takes."""


class BodyLimit:
    """ASGI middleware; one too large body is one 413."""

    def __init__(self, app: ASGIApp, *, limits: Limits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self.limit_of(scope["path"])
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length", b"")
        if declared.isdigit() and len(declared) < 20 and int(declared) > limit:
            await _refuse(scope, receive, send, limit)
            return
        counted = _CountedBody(receive, send, limit)
        try:
            await self._app(scope, counted.receive, counted.send)
        except BodyTooLarge:
            if counted.is_started:
                raise
        if counted.is_exceeded and not counted.is_started:
            await _refuse(scope, receive, send, limit)

    def limit_of(self, path: str) -> int:
        """Return the largest body of an address, in bytes."""
        if path == "/v1/telemetry":
            return self._limits.telemetry_bytes
        if path.startswith("/v1/hooks/"):
            return self._limits.hook_bytes
        if path.startswith(UPLOADS):
            return self._limits.upload_bytes
        return self._limits.json_bytes


class _CountedBody:
    """Counts one request's body; once it is too large, whatever the app answers is held back."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive = receive
        self._send = send
        self._limit = limit
        self._received = 0
        self.is_exceeded = False
        self.is_started = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self._limit:
            self.is_exceeded = True
            raise BodyTooLarge
        return message

    async def send(self, message: Message) -> None:
        if self.is_exceeded and not self.is_started:
            return
        self.is_started = True
        await self._send(message)


async def _refuse(scope: Scope, receive: Receive, send: Send, limit: int) -> None:
    problem = Problem("body_too_large", say("detail.body_too_large", limit=limit), headers={"Connection": "close"})
    await problem_response(problem, Request(scope))(scope, receive, send)
