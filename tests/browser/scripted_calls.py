"""A service whose live calls follow a script: an app in, the same app with WS /v1/audio/stream answered here out.

Everything else is the app's own. What callers sent is kept for whoever asks.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

ADDRESS = "/v1/audio/stream"
SAMPLE_BYTES = 2
NORMAL, AWAY = 1000, 1011


@dataclass(frozen=True, slots=True)
class Line:
    """Say a message once so many seconds were heard; no message hangs up."""

    at_s: float
    message: Mapping[str, JsonValue] | None


@dataclass(slots=True)
class Called:
    """What one caller sent: the first message, seconds of sound, and the word it closed with, "" where none came."""

    begin: Mapping[str, JsonValue]
    heard_s: float = 0.0
    last: str = ""


@dataclass(slots=True)
class ScriptedCalls:
    """Each call plays the next script; the last one is played again."""

    app: ASGIApp
    scripts: Sequence[Sequence[Line]] = ()
    final: Mapping[str, JsonValue] = field(default_factory=dict)
    calls: list[Called] = field(default_factory=list)
    is_closed: bool = False  # refuses every call before it opens, as nobody's

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"] == ADDRESS:
            await self._take(WebSocket(scope, receive, send))
        else:
            await self.app(scope, receive, send)

    def play(self, *scripts: Sequence[Line], final: Mapping[str, JsonValue]) -> None:
        """Play these from the next call on."""
        self.scripts, self.final = scripts, final
        self.calls.clear()

    async def _take(self, caller: WebSocket) -> None:
        if self.is_closed:
            await caller.close()
            return
        await caller.accept()
        called = Called(json.loads(await caller.receive_text()))
        self.calls.append(called)
        limits = {"max_duration_s": 10_800, "max_frame_bytes": 65_536}
        ready = {"type": "ready", "engine": "sphinx:scripted", "rate_hz": 16_000, "limits": limits}
        await caller.send_json({**ready, "prefill_id": f"draft-{len(self.calls)}"})
        waiting = list(self.scripts[min(len(self.calls), len(self.scripts)) - 1])
        bytes_a_second = SAMPLE_BYTES * int(str(called.begin["rate_hz"])) * int(str(called.begin["channels"]))
        while not called.last:
            message = await caller.receive()
            if message["type"] == "websocket.disconnect":
                return
            called.heard_s += len(message.get("bytes") or b"") / bytes_a_second
            called.last = json.loads(message["text"])["type"] if message.get("text") else ""
            while waiting and (waiting[0].at_s <= called.heard_s or called.last == "end"):
                line = waiting.pop(0)
                if line.message is None:
                    await caller.close(AWAY)
                    return
                await caller.send_json(line.message)
        if called.last == "end":
            await caller.send_json(self.final)
        await caller.close(NORMAL)
