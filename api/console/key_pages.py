"""The keys page: who may ask this tenant's service for what; a new key's secret is shown this once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response

from api.console.desk import ConsoleRoute, Desk, Entry
from api.errors import Problem, say
from api.schemas.ops import KeyBody
from api.security import SCOPES, make_id, make_key

NAME_CHARS = 100

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
AdminDesk = Annotated[Desk, Depends(Entry("admin"))]


@router.get("/keys")
def list_keys(desk: AdminDesk) -> Response:
    """List the tenant's keys, without their secrets."""
    return _page(desk)


@router.post("/keys")
def make_new_key(
    desk: AdminDesk,
    name: Annotated[str, Form(max_length=NAME_CHARS)],
    scopes: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI reads it
) -> Response:
    """Make a key and show its secret."""
    wanted = [scope for scope in SCOPES if scope in scopes]
    if not wanted or not name.strip():
        raise Problem("validation_failed", say("detail.key_incomplete"), where="scopes", fix=say("fix.key_incomplete"))
    key, key_id = make_key(), make_id()
    tenant = desk.store.tenant
    body = KeyBody(id=key_id, tenant=tenant, name=name.strip(), prefix=key.prefix, scopes=wanted, created_at=desk.now)
    desk.store.keys.add(body, secret=key.secret)
    _note(desk, "key.created", body)
    return _page(desk, secret=key.secret)


@router.post("/keys/{key_id}/revoke")
def revoke_key(desk: AdminDesk, key_id: str) -> Response:
    """Put a key out of force, at once; nobody saws off the branch they sit on."""
    body = desk.store.keys.find(key_id)
    if body is None:
        raise Problem("not_found", say("detail.key_unknown", name=repr(key_id[:60])))
    if desk.visitor is not None and body.id == desk.visitor.key_id:
        raise Problem("validation_failed", say("detail.key_own"), fix=say("fix.key_own"))
    desk.store.keys.revoke(body.id, at=desk.now)
    _note(desk, "key.revoked", body)
    return _page(desk)


def _page(desk: Desk, *, secret: str = "") -> Response:
    keys = sorted(desk.store.keys.list(), key=lambda key: (key.revoked_at is not None, -key.created_at.timestamp()))
    own = desk.visitor.key_id if desk.visitor else ""
    return desk.page("keys.html", here="keys", keys=keys, scopes_offered=SCOPES, secret=secret, own=own)


def _note(desk: Desk, action: str, body: KeyBody) -> None:
    detail = {"name": body.name, "prefix": body.prefix, "scopes": " ".join(body.scopes)}
    desk.store.audit.add(at=desk.now, actor=desk.actor, action=action, subject=f"key:{body.id}", detail=detail)
