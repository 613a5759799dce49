"""POST /v1/panel-links: a short-lived address of one ticket's panel, for a ticket system that signs none itself."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from fastapi import APIRouter, Request

from api.connectors.panel_links import SECRET, Sight
from api.enrich import Connectors
from api.errors import Problem, say
from api.routes.documentation import problems
from api.routes.wiring import MayPrefill, Now, SettingsOf, StoreOf
from api.schemas.panel import PanelLinkBody, PanelLinkIn

router = APIRouter(tags=["panel"])


@router.post("/v1/panel-links", status_code=201, responses=problems(400, 401, 403, 404, 413, 422))
def create_panel_link(
    asked: PanelLinkIn, caller: MayPrefill, request: Request, store: StoreOf, settings: SettingsOf, at: Now
) -> PanelLinkBody:
    """Return an address that shows a ticket's panel until it expires; only the connector's own origins may frame it."""
    connectors: Connectors = request.app.state.connectors
    live = connectors.get(asked.connector) if asked.connector else None
    if asked.connector and (live is None or live.options.tenant != caller.tenant):
        what, name = say("what.connector"), repr(asked.connector)
        raise Problem("not_found", say("detail.unknown", what=what, name=name), where="/connector")
    expires_at = at + timedelta(minutes=asked.minutes)
    sight = Sight(caller.tenant, asked.connector, asked.ticket_id, asked.user)
    token = sight.token(secret=store.keys.secret(SECRET), expires_at=expires_at)
    named = {"ticket": asked.ticket_id, **({"connector": asked.connector} if asked.connector else {}), "token": token}
    base = settings.public_url or str(request.base_url)
    return PanelLinkBody(url=f"{base.rstrip('/')}/panel?{urlencode(named)}", expires_at=expires_at)
