"""GET /v1/audit, and the middleware that writes it: each change that was made over HTTP, by whom, to what.

What is written is the address's action and the ids in it, never a body. The row is on disk before the answer leaves:
a change whose row cannot be written is answered with an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.routes.documentation import problems
from api.routes.wiring import MayAdminister, StoreOf
from api.schemas.audit import AuditBody
from api.store import Store

router = APIRouter(tags=["audit"])

ACTIONS: Mapping[tuple[str, str], str] = {
    ("PUT", "/v1/templates/{name}"): "template.put",
    ("DELETE", "/v1/templates/{name}"): "template.deleted",
    ("PUT", "/v1/catalogues/{name}"): "catalogue.put",
    ("PUT", "/v1/promises/{field}"): "promise.put",
    ("DELETE", "/v1/promises/{field}"): "promise.deleted",
    ("PUT", "/v1/ticket-budget"): "budget.put",
    ("PUT", "/v1/devices/{device_id}"): "device.put",
    ("POST", "/v1/devices/{device_id}/events"): "device.event_noted",
    ("POST", "/v1/tickets/{ticket_id}/feedback"): "ticket.judged",
    ("PUT", "/v1/articles/{article_id}"): "article.put",
    ("DELETE", "/v1/articles/{article_id}"): "article.deleted",
    ("POST", "/v1/articles/import"): "articles.imported",
    ("POST", "/v1/past-cases"): "past_cases.ordered",
    ("DELETE", "/v1/sources"): "source.forgotten",
    ("DELETE", "/v1/knowledge/stale/{article_id}"): "article.confirmed",
    ("PUT", "/v1/webhooks/{name}"): "webhook.put",
    ("DELETE", "/v1/webhooks/{name}"): "webhook.deleted",
    ("POST", "/v1/webhooks/{name}/test"): "webhook.tried",
    ("POST", "/v1/deliveries/{message_id}/retry"): "delivery.retried",
    ("POST", "/v1/jobs/{job_id}/cancel"): "job.cancelled",
    ("POST", "/v1/jobs/{job_id}/retry"): "job.retried",
    ("POST", "/console/jobs/{job_id}/retry"): "job.retried",
    ("POST", "/console/jobs/{job_id}/cancel"): "job.cancelled",
    ("POST", "/console/deliveries/{message_id}/{endpoint}/retry"): "delivery.retried",
    ("POST", "/v1/panel-links"): "panel_link.made",
    ("POST", "/v1/learn"): "learning.asked",
    ("GET", "/v1/audit"): "audit.read",
    ("GET", "/v1/export/{table}"): "table.exported",
    ("GET", "/console/export/{table}.{format}"): "table.exported",
}
"""Routes that change what others rely on. Requests for work (prefill, suggestions, readings, feedback) are kept as rows
of their own; changes in other systems, erasures and sign-ins write their own entries."""


@router.get("/v1/audit", responses=problems(401, 403, 422))
def list_audit(
    _: MayAdminister,
    store: StoreOf,
    response: Response,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    before: Annotated[str | None, Query(max_length=64, description="Id of the last entry of the page before")] = None,
    action: Annotated[str | None, Query(max_length=50)] = None,
) -> list[AuditBody]:
    """List who did what, newest first; the header Link names the next page."""
    entries = store.audit.list(limit=limit, before=before, action=action)
    if len(entries) == limit:
        response.headers["Link"] = f'</v1/audit?limit={limit}&before={entries[-1].seal}>; rel="next"'
    return [
        AuditBody(
            id=entry.seal,
            at=entry.at,
            actor=entry.actor,
            action=entry.action,
            subject=entry.subject,
            detail=dict(entry.detail),
        )
        for entry in entries
    ]


class AuditTrail:
    """ASGI middleware; the app's key check leaves `key_id` and `tenant` in the request's state."""

    def __init__(self, app: ASGIApp, *, store: Store, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._store = store
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def note_change(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                action = ACTIONS.get((scope["method"], getattr(scope.get("route"), "path", "")))
                if action is not None:
                    await run_in_threadpool(self._add, scope, action)
            await send(message)

        await self._app(scope, receive, note_change)

    def _add(self, scope: Scope, action: str) -> None:
        state = scope.get("state", {})
        named = "/".join(str(part) for part in scope.get("path_params", {}).values())
        named = named or QueryParams(scope["query_string"]).get("name", "")  # a source's may hold slashes
        self._store.of(state["tenant"]).audit.add(
            at=self._clock().astimezone(UTC),
            actor=f"key:{state['key_id']}",
            action=action,
            subject=named or scope["path"],
        )
