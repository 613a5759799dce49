"""What bodies may cost: how large by address, how slow, and how much memory all of them take together.

A body is refused by its declared length, and counted while it streams; one that drips is left. Uploads wait for nobody:
where those under way fill what is set aside, the next is told to come back.
"""

from __future__ import annotations

import asyncio
import time

from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import Problem, say
from api.routes.problems import problem_response
from api.settings import Limits

UPLOADS = ("/v1/prefill", "/v1/audio/", "/v1/ocr", "/v1/articles/import", "/v1/catalogues/", "/console")
CLOSE = {"Connection": "close"}
COME_BACK = {"Retry-After": "5", **CLOSE}


class BodyRefused(ClientDisconnect):
    """The body is not read further: for whoever reads it, as if the client had left."""


class BodyLimit:
    """ASGI middleware; a body too large, too slow or one too many is one problem."""

    def __init__(self, app: ASGIApp, *, limits: Limits) -> None:
        self._app = app
        self._limits = limits
        self._taken = _Taken()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        declared = headers.get(b"content-length", b"")
        limit = self.limit_of(scope["path"])
        if declared.isdigit() and (len(declared) > 19 or int(declared) > limit):
            await _refuse(scope, receive, send, _too_large(limit))
            return
        is_form = headers.get(b"content-type", b"").lower().startswith(b"multipart/")
        if is_form and self._taken.forms >= self._limits.uploads_at_once:
            await _refuse(scope, receive, send, _uploads_full())
            return
        counted = _CountedBody(receive, send, limit=limit, limits=self._limits, taken=self._taken)
        self._taken.forms += is_form
        try:
            await self._app(scope, counted.receive, counted.send)
        except BodyRefused:
            if counted.is_started:
                raise
        finally:
            self._taken.forms -= is_form
            self._taken.bytes -= counted.received
        if counted.refusal is not None and not counted.is_started:
            await _refuse(scope, receive, send, counted.refusal)

    def limit_of(self, path: str) -> int:
        """Return the largest body of an address, in bytes."""
        if path == "/v1/telemetry":
            return self._limits.telemetry_bytes
        if path.startswith("/v1/hooks/"):
            return self._limits.hook_bytes
        if path.startswith(UPLOADS):
            return self._limits.upload_bytes
        return self._limits.json_bytes


class _Taken:
    """What requests under way hold; one event loop writes it."""

    def __init__(self) -> None:
        self.forms = 0
        self.bytes = 0


class _CountedBody:
    """Counts one request's body; once it is refused, whatever the app answers is held back."""

    def __init__(self, receive: Receive, send: Send, *, limit: int, limits: Limits, taken: _Taken) -> None:
        self._receive = receive
        self._send = send
        self._limit = limit
        self._limits = limits
        self._taken = taken
        self._started_s = time.monotonic()
        self._is_whole = False
        self.received = 0
        self.refusal: Problem | None = None
        self.is_started = False

    async def receive(self) -> Message:
        message = await (self._receive() if self._is_whole or self.is_started else self._receive_in_time())
        size = len(message.get("body", b""))
        self.received += size
        self._taken.bytes += size
        self._is_whole = not message.get("more_body", False)
        if self.received > self._limit:
            raise self._refused(_too_large(self._limit))
        if size and self._taken.bytes > self._limits.uploads_total_bytes:
            raise self._refused(_uploads_full())
        return message

    async def send(self, message: Message) -> None:
        if self.refusal is not None and not self.is_started:
            return
        self.is_started = True
        await self._send(message)

    async def _receive_in_time(self) -> Message:
        earned_s = self._limits.body_grace_s + self.received / self._limits.body_bytes_per_s
        left_s = self._started_s + earned_s - time.monotonic()
        try:
            return await asyncio.wait_for(self._receive(), max(left_s, 0.001))
        except TimeoutError:
            waited_s = round(time.monotonic() - self._started_s, 1)
            said = say("detail.body_too_slow", waited_s=waited_s, received=self.received)
            raise self._refused(Problem("body_too_slow", said, headers=CLOSE)) from None

    def _refused(self, problem: Problem) -> BodyRefused:
        self.refusal = problem
        return BodyRefused()


def _too_large(limit: int) -> Problem:
    return Problem("body_too_large", say("detail.body_too_large", limit=limit), headers=CLOSE)


def _uploads_full() -> Problem:
    return Problem("busy", say("detail.uploads_full"), headers=COME_BACK)


async def _refuse(scope: Scope, receive: Receive, send: Send, problem: Problem) -> None:
    await problem_response(problem, Request(scope))(scope, receive, send)
