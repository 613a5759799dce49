"""POST (and GET) /v1/hooks/{connector}: a ticket system's webhook, believed by its signature, kept, acknowledged.

No API key: the signature is the key, and the connector's name says whose it is. Whatever is sent is answered in the
same few milliseconds; the work is a job. A name that is not configured costs a caller what a wrong signature costs.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from api.connectors.records import HookAnswer, HookCall
from api.connectors.signed_hooks import verify_hook
from api.connectors.system import ConnectorError, SignatureWrong
from api.enrich import Enrichment, Live, Loop
from api.errors import Problem, say
from api.routes.documentation import problems
from api.routes.metrics import Metrics
from api.routes.wiring import Now

router = APIRouter(tags=["hooks"])

CLOCK_TICK = timedelta(milliseconds=1)
"""Jobs note when they were made in whole milliseconds."""
NO_SECRET = "there is no such connector"
HOOK_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"description": "As the connector's system sends it, signed"}}},
    }
}


async def _call(request: Request, at: Now) -> HookCall:
    return HookCall(
        method=request.method,
        headers={name.lower(): text for name, text in request.headers.items()},
        query=dict(request.query_params),
        body=await request.body(),
        at=at,
    )


HookCallOf = Annotated[HookCall, Depends(_call)]


@router.post(
    "/v1/hooks/{connector}",
    response_class=Response,
    responses=problems(401, 404, 413, 422, 429),
    openapi_extra=HOOK_BODY,
)
def receive_hook(connector: str, call: HookCallOf, request: Request) -> Response:
    """Take a ticket system's event."""
    return _received(connector, call, request)


@router.get("/v1/hooks/{connector}", response_class=Response, responses=problems(401, 404, 422, 429))
def answer_challenge(connector: str, call: HookCallOf, request: Request) -> Response:
    """Answer a messenger's challenge when its callback address is set."""
    return _received(connector, call, request)


def _received(name: str, call: HookCall, request: Request) -> Response:
    loop: Loop = request.app.state.loop
    live = loop.connectors.get(name)
    if wait_s := loop.turnstile.pass_through(name if live else "", at=call.at):
        raise Problem("busy", say("detail.busy"), headers={"Retry-After": str(wait_s)})
    if live is None or live.connector.door is None:
        raise _unknown(name, call)
    metrics: Metrics = request.app.state.metrics
    with _metered(live, metrics) as meter:
        answer = _taken(live, call, loop.enrichment, meter)
    return Response(answer.body, status_code=answer.status, media_type=answer.content_type)


@dataclass(slots=True)
class Meter:
    """What becomes of one call."""

    outcome: Literal["accepted", "repeated", "refused", "failed"] = "failed"


@contextmanager
def _metered(live: Live, metrics: Metrics) -> Iterator[Meter]:
    meter, started = Meter(), time.perf_counter()
    try:
        yield meter
    finally:
        metrics.note_hook(live.options.kind, meter.outcome, time.perf_counter() - started)


def _taken(live: Live, call: HookCall, enrichment: Enrichment, meter: Meter) -> HookAnswer:
    door = live.connector.door
    assert door is not None
    try:
        event = door.receive(call)
    except SignatureWrong as error:
        meter.outcome = "refused"
        raise Problem("hook_unsigned", say("detail.hook_unsigned"), where=live.options.name) from error
    except ConnectorError as error:
        meter.outcome = "refused"
        raise Problem("hook_unreadable", say("detail.hook_unreadable", reason=str(error))) from error
    if isinstance(event, HookAnswer):
        meter.outcome = "accepted"
        return event
    job = enrichment.take(live, event)
    meter.outcome = "repeated" if job is not None and job.created_at + CLOCK_TICK < call.at else "accepted"
    return door.acknowledge(event)


def _unknown(name: str, call: HookCall) -> Problem:
    """Return the problem of an unknown name, after the same reckoning that a known one costs."""
    with suppress(SignatureWrong):
        verify_hook(call, secret=NO_SECRET, name=name)
    return Problem("not_found", say("detail.connector_unknown", name=repr(name[:50])), where="connector")
