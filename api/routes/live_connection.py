"""One WebSocket of a call that is heard while it is spoken: frames in and out, in order, bounded, and one ending.

A reader takes frames as they come; the call is heard on a thread, a few frames at a time, and what comes of it is sent.
However the call ends (its end, a broken line, silence of the client, a refusal), what was heard is finished and kept,
but for one that was cancelled. It knows frames, not words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TypeVar

import structlog
from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import WebSocket, WebSocketDisconnect
from pydantic import TypeAdapter, ValidationError

from api.errors import EXPECTED_ERRORS, Language, Problem, Said, invalid_problem, problem_of, say
from api.live.inbox import Inbox
from api.live.places import LivePlaces
from api.live.spoken_call import SpokenCall
from api.routes.problems import problem_body
from api.schemas.live import (
    FinalSaid,
    LiveCancel,
    LiveEnd,
    LiveLimits,
    LiveSaid,
    LiveStart,
    LiveWord,
    ProblemSaid,
    ReadySaid,
)
from api.tenants import Tenant
from speech.records import SAMPLE_RATE_HZ

Done = TypeVar("Done")
log = structlog.get_logger(__name__)

MAX_FRAME_BYTES = 64 * 1024
"""A third of a second of two channels at 48 kHz; browsers and gateways send 20 to 100 ms."""
MAX_WORD_CHARS = 16 * 1024
START_WAIT_S = 10.0
"""For the first frame: whoever opens a call knows what it will send."""
CLOSE_CODES = {
    1000: "The call is over: final was sent, or the call was cancelled",
    1008: "A frame was refused; the problem says why",
    1009: "A frame is too large",
    1011: "The call could not be heard",
    1013: "Too many calls at once, or this one is heard too slowly: try again later",
}
_CODES = {"live_full": 1013, "live_behind": 1013, "busy": 1013, "model_missing": 1011, "body_too_large": 1009}
_WORDS: TypeAdapter[LiveStart | LiveEnd | LiveCancel] = TypeAdapter(LiveWord)


@dataclass(frozen=True, slots=True)
class Listener:
    """Who hears the call, with their tenant's part of the house."""

    key_id: str
    tenant: Tenant
    clock: Callable[[], datetime]
    may_suggest: bool
    language: Language
    """Of what is said of problems."""


class LiveConnection:
    """`clock_s` only goes forward."""

    def __init__(
        self, socket: WebSocket, listener: Listener, *, places: LivePlaces, clock_s: Callable[[], float]
    ) -> None:
        self._socket = socket
        self._listener = listener
        self._places = places
        self._clock_s = clock_s
        self._settings = listener.tenant.engines.settings
        self._thread = CapacityLimiter(1)
        self._is_gone = False

    async def serve(self) -> None:
        """Hear one call from its start to its end."""
        await self._socket.accept()
        if not self._places.take():
            await self._refuse(Problem("live_full", say("detail.live_full", most=self._places.most)))
            return
        try:
            await self._serve_placed()
        except EXPECTED_ERRORS as error:
            await self._refuse(problem_of(error))
        except WebSocketDisconnect:
            self._is_gone = True
        except Exception as error:
            log.exception("live_call_failed")
            await self._refuse(problem_of(error))
        finally:
            self._places.leave()

    async def _serve_placed(self) -> None:
        start = await self._started()
        call = await self._threaded(
            partial(
                SpokenCall,
                start,
                engines=self._listener.tenant.engines,
                store=self._listener.tenant.store,
                may_suggest=self._listener.may_suggest,
                clock=self._now,
            )
        )
        try:
            await self._send(self._ready(call))
            with CancelScope(shield=True):  # a server that leaves closes the line: what was heard is kept first
                await self._hear(call, start)
        finally:
            with CancelScope(shield=True):
                await self._threaded(call.forget)

    async def _started(self) -> LiveStart:
        try:
            message = await asyncio.wait_for(self._socket.receive(), START_WAIT_S)
        except TimeoutError:
            raise Problem("live_idle", say("detail.live_idle", seconds=f"{START_WAIT_S:g}")) from None
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        word = _word(message.get("text") or "")
        if not isinstance(word, LiveStart):
            raise Problem("live_frame", say("detail.live_no_start"))
        return word

    async def _hear(self, call: SpokenCall, start: LiveStart) -> None:
        settings = self._settings
        inbox = Inbox(start, began_s=self._clock_s(), ahead_s=settings.live_ahead_s, behind_s=settings.live_behind_s)
        reader = asyncio.create_task(self._read(inbox))
        try:
            while frames := await inbox.next():
                try:
                    said = await self._threaded(partial(call.hear, frames, behind_s=inbox.waiting_s))
                except EXPECTED_ERRORS as error:
                    inbox.end("problem", problem_of(error))
                    break
                await self._send(*said)
        finally:
            reader.cancel()
        await self._end(call, inbox)

    async def _read(self, inbox: Inbox) -> None:
        """Put frames into the inbox until the call ends; a refusal ends it."""
        try:
            while inbox.ending is None:
                await self._read_one(inbox)
        except Problem as problem:
            inbox.end("problem", problem.with_traceback(None))  # else it and the frames of this call hold each other
        except (WebSocketDisconnect, RuntimeError):
            self._is_gone = True
            inbox.end("dropped")

    async def _read_one(self, inbox: Inbox) -> None:
        idle_s = self._settings.live_idle_s
        try:
            message = await asyncio.wait_for(self._socket.receive(), idle_s)
        except TimeoutError:
            raise Problem("live_idle", say("detail.live_idle", seconds=f"{idle_s:g}")) from None
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect
        frame = message.get("bytes")
        if frame is None:
            word = _word(message.get("text") or "")
            if isinstance(word, LiveStart):
                raise Problem("live_frame", say("detail.live_second_start"))
            inbox.end("end" if isinstance(word, LiveEnd) else "cancel")
            return
        if len(frame) > MAX_FRAME_BYTES:
            said = say("detail.live_frame_large", size=len(frame), limit=MAX_FRAME_BYTES)
            raise Problem("body_too_large", said)
        inbox.put(frame, now_s=self._clock_s())

    async def _end(self, call: SpokenCall, inbox: Inbox) -> None:
        """Finish and keep the call, however it ended, unless it was cancelled."""
        log.info("live_call", heard_s=round(call.heard_s, 1), ending=inbox.ending)
        if inbox.ending == "cancel":
            await self._close(1000)
            return
        final = await self._threaded(partial(self._finished, call, inbox))
        if inbox.problem is not None:
            await self._refuse(inbox.problem)
            return
        await self._send(final)
        await self._close(1000)

    def _finished(self, call: SpokenCall, inbox: Inbox) -> FinalSaid:
        final = call.finish(notes=_notes(call, inbox))
        if final.prefill is not None:
            self._listener.tenant.store.audit.add(
                at=self._now(),
                actor=f"key:{self._listener.key_id}",
                action="call.heard",
                subject=final.prefill.id,
                detail={"seconds": f"{call.heard_s:.1f}", "ending": inbox.ending or ""},
            )
        return final

    def _ready(self, call: SpokenCall) -> ReadySaid:
        limits = LiveLimits(
            max_duration_s=self._settings.live_max_minutes * 60,
            max_frame_bytes=MAX_FRAME_BYTES,
            max_ahead_s=self._settings.live_ahead_s,
        )
        return ReadySaid(engine=call.engine, rate_hz=SAMPLE_RATE_HZ, limits=limits, prefill_id=call.prefill_id)

    def _now(self) -> datetime:
        return self._listener.clock().astimezone(UTC)

    async def _threaded(self, work: Callable[[], Done]) -> Done:
        return await to_thread.run_sync(work, limiter=self._thread)

    async def _refuse(self, problem: Problem) -> None:
        code = _CODES.get(problem.name, 1011 if problem.kind.status >= 500 else 1008)
        await self._send(ProblemSaid(problem=problem_body(problem, self._socket, language=self._listener.language)))
        await self._close(code)

    async def _send(self, *messages: LiveSaid) -> None:
        """Send what is said; a client that is gone, or takes nothing for long, is not waited for."""
        for message in messages:
            if self._is_gone:
                return
            try:
                wait_s = self._settings.limits.answer_wait_s
                await asyncio.wait_for(self._socket.send_text(message.model_dump_json()), wait_s)
            except (WebSocketDisconnect, RuntimeError, TimeoutError):
                self._is_gone = True

    async def _close(self, code: int) -> None:
        if not self._is_gone:
            self._is_gone = True
            try:
                await self._socket.close(code)
            except (WebSocketDisconnect, RuntimeError):
                return


def _word(text: str) -> LiveStart | LiveEnd | LiveCancel:
    """Read a text frame.

    Raises:
        Problem: it is no word of the protocol.
    """
    if not text or len(text) > MAX_WORD_CHARS:
        raise Problem("live_frame", say("detail.live_no_start"))
    try:
        return _WORDS.validate_json(text)
    except ValidationError as error:
        located = [{**entry, "loc": ("body", *entry["loc"])} for entry in error.errors(include_input=False)]
        raise invalid_problem(located) from error


def _notes(call: SpokenCall, inbox: Inbox) -> Sequence[Said]:
    seconds = f"{call.heard_s:.1f}"
    if inbox.ending == "dropped":
        return (say("warning.live_broken_off", seconds=seconds),)
    if inbox.problem is not None:
        return (say("warning.live_ended_early", seconds=seconds, title=say(f"title.{inbox.problem.name}")),)
    return ()
