"""The status page: which engine answers, from which rung, and the command that mends what is degraded."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.console.desk import ConsoleRoute, Desk, Entry
from api.settings import VERSION

router = APIRouter(prefix="/console", route_class=ConsoleRoute)


@router.get("/status")
def show_status(desk: Annotated[Desk, Depends(Entry())]) -> Response:
    """Show every engine's state."""
    engines = desk.engines.states_in(desk.words.language)
    return desk.page(
        "status.html",
        here="status",
        engines=engines,
        is_degraded=any(engine.degraded for engine in engines),
        version=VERSION,
    )
