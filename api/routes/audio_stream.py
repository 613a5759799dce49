"""WS /v1/audio/stream: a call heard while it is spoken; GET of the same address says how to speak to it.

Who may listen is asked before the connection opens: a key, or from our own pages the session of somebody signed in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from fastapi import APIRouter, WebSocket
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection

from api.errors import Problem, say
from api.live.places import LivePlaces
from api.routes.documentation import problems
from api.routes.live_connection import CLOSE_CODES, MAX_FRAME_BYTES, Listener, LiveConnection
from api.routes.problems import language_of, problem_response
from api.routes.wiring import MayPrefill, SettingsOf
from api.schemas import live as shapes
from api.store import Store
from api.tenants import Tenants

router = APIRouter(tags=["media"])

ABOUT = (
    "Open a WebSocket here with Authorization: Bearer KEY (or, from the console's own pages, its session). Send a "
    "start frame, then sound in binary frames as it is spoken, then an end frame. Words so far, settled segments, "
    "the draft and suggestions come back while the call lasts; in the end the whole transcript and the draft that was "
    "kept."
)
CLIENT = (shapes.LiveStart, shapes.LiveEnd, shapes.LiveCancel)
SERVER = (
    shapes.ReadySaid,
    shapes.PartialSaid,
    shapes.SegmentSaid,
    shapes.FieldsSaid,
    shapes.SuggestionsSaid,
    shapes.StatusSaid,
    shapes.ProblemSaid,
    shapes.FinalSaid,
)


@router.get("/v1/audio/stream", responses=problems(401, 403))
def describe_stream(_: MayPrefill, settings: SettingsOf) -> shapes.LiveProtocol:
    """Say how a call is heard while it is spoken: open a WebSocket at this address."""
    return shapes.LiveProtocol(
        about=ABOUT,
        max_frame_bytes=MAX_FRAME_BYTES,
        max_duration_s=settings.live_max_minutes * 60,
        at_once=settings.live_at_once,
        client=[_described(model) for model in CLIENT],
        server=[_described(model) for model in SERVER],
        close_codes={str(code): meaning for code, meaning in CLOSE_CODES.items()},
    )


@router.websocket("/v1/audio/stream")
async def stream_audio(socket: WebSocket) -> None:
    """Hear a call while it is spoken."""
    try:
        listener = await run_in_threadpool(_listener, socket)
    except Problem as problem:
        await socket.send_denial_response(problem_response(problem, socket))
        return
    places: LivePlaces = socket.app.state.live_places
    await LiveConnection(socket, listener, places=places, clock_s=time.monotonic).serve()


def _listener(socket: HTTPConnection) -> Listener:
    """Return who listens.

    Raises:
        Problem: no key and nobody signed in, a key that is none or may not, or a page of another site.
    """
    store: Store = socket.app.state.store
    tenants: Tenants = socket.app.state.tenants
    clock: Callable[[], datetime] = socket.app.state.clock
    now = clock().astimezone(UTC)
    scheme, _, secret = socket.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret:
        key = store.keys.authenticate(secret.strip(), at=now)
        if key is None:
            raise Problem("key_invalid", say("detail.key_invalid"))
        key_id, tenant, scopes, language = key.id, key.tenant, key.scopes, language_of(socket)
    else:
        visitor = socket.app.state.socket_visitor(socket, store=store, now=now)
        if visitor is None:
            raise Problem("key_missing", say("detail.key_missing"))
        key_id, tenant, scopes = visitor.key_id, visitor.tenant, visitor.scopes
        language = socket.app.state.socket_language(socket)
    if "prefill" not in scopes and "admin" not in scopes:
        raise Problem("forbidden", say("detail.scope_missing", scope="'prefill'"))
    socket.state.key_id, socket.state.tenant = key_id, tenant
    may_suggest = "suggest" in scopes or "admin" in scopes
    return Listener(key_id, tenants.get(tenant), clock, may_suggest=may_suggest, language=language)


def _described(model: type[BaseModel]) -> shapes.LiveMessage:
    schema = model.model_json_schema()
    return shapes.LiveMessage(
        type=schema["properties"]["type"]["const"], about=schema.get("description", ""), json_schema=schema
    )
