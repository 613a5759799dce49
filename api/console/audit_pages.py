"""The audit log's page: who did what, newest first; by actor and action, page by page."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response

from api.console.desk import ConsoleRoute, Desk, Entry
from api.store.audit import AuditEntry

PAGE_SIZE = 50
LOOKED_THROUGH = 2_000
"""Rows that one page may cost when it is filtered by actor, which has no index."""

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
AdminDesk = Annotated[Desk, Depends(Entry("admin"))]
Filter = Annotated[str, Query(max_length=200)]


@router.get("/audit")
def show_audit(
    desk: AdminDesk, actor: Filter = "", action: Filter = "", before: Annotated[str | None, Query(max_length=64)] = None
) -> Response:
    """Show a page of the log."""
    rows, last = _rows(desk, actor=actor.strip(), action=action.strip(), before=before)
    asked = {name: text for name, text in (("actor", actor), ("action", action)) if text}
    older = f"/console/audit?{urlencode({**asked, 'before': last})}" if last is not None else ""
    return desk.page("audit.html", here="audit", rows=rows, actor=actor, action=action, older=older, state=None)


@router.post("/audit/verify")
def verify_audit(desk: AdminDesk) -> Response:
    """Look whether any row was changed, inserted or taken out."""
    return desk.page("audit_state.html", state=desk.store.audit.verify())


def _rows(desk: Desk, *, actor: str, action: str, before: str | None) -> tuple[tuple[AuditEntry, ...], str | None]:
    """Return a page of rows, and the seal to go on from; None where the log ends."""
    found: list[AuditEntry] = []
    seen = 0
    while seen < LOOKED_THROUGH:
        batch = desk.store.audit.list(limit=PAGE_SIZE, before=before, action=action or None)
        for entry in batch:
            before = entry.seal
            if actor.casefold() in entry.actor.casefold():
                found.append(entry)
            if len(found) == PAGE_SIZE:
                return tuple(found), before
        seen += len(batch)
        if len(batch) < PAGE_SIZE:
            return tuple(found), None
    return tuple(found), before
