"""GET /v1/changes and POST /v1/changes/{id}/revert: what was written into tickets elsewhere, and undoing it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.enrich import Connectors, revert_change
from api.routes.documentation import problems
from api.routes.wiring import MayPrefill, Now, StoreOf
from api.schemas.changes import ChangeBody
from api.schemas.text import Key, Name

router = APIRouter(tags=["changes"])


@router.get("/v1/changes", responses=problems(401, 403, 422))
def list_changes(
    _: MayPrefill,
    store: StoreOf,
    ticket_id: Annotated[Name | None, Query()] = None,
    connector: Annotated[Key | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[ChangeBody]:
    """List what was written into tickets of other systems, newest first."""
    changes = store.changes.list(ticket_id=ticket_id, connector=connector, limit=limit)
    return [ChangeBody(**asdict(change)) for change in changes]


@router.post("/v1/changes/{change_id}/revert", responses=problems(401, 403, 404, 409, 422, 503))
def revert(change_id: Key, request: Request, caller: MayPrefill, store: StoreOf, at: Now) -> ChangeBody:
    """Put back the value before a change, where ours still stands."""
    connectors: Connectors = request.app.state.connectors
    change = revert_change(change_id, connectors=connectors, store=store, actor=f"key:{caller.key_id}", at=at)
    return ChangeBody(**asdict(change))
