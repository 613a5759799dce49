"""The knowledge pages: what people ask and no article tells, and which articles somebody should look at."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Response
from fastapi.responses import StreamingResponse

from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.overview_pages import PERIODS
from api.console.overview_pages import Period as Days
from api.report import Period
from api.report.export import MEDIA_TYPES, export_bytes
from api.report.gaps import COLUMNS as GAP_COLUMNS
from api.report.gaps import gap_rows
from api.report.knowledge import gaps_of, stale_of
from api.report.stale import COLUMNS as STALE_COLUMNS
from api.report.stale import stale_rows

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
AdminDesk = Annotated[Desk, Depends(Entry("admin"))]


@router.get("/gaps")
def show_gaps(desk: AdminDesk, days: Days = 30) -> Response:
    """Show groups of questions that no article answers."""
    gaps = gaps_of(engines=desk.engines, store=desk.store, period=_period(desk, days))
    return desk.page("gaps.html", here="knowledge", gaps=gaps, days=days, periods=PERIODS)


@router.get("/gaps.csv")
def export_gaps(desk: AdminDesk, days: Days = 30) -> StreamingResponse:
    """Send the gaps to whoever writes the articles."""
    period = _period(desk, days)
    rows = gap_rows(gaps_of(engines=desk.engines, store=desk.store, period=period, limit=500))
    pieces = export_bytes(rows, GAP_COLUMNS, to="csv", keeps_personal=True)
    return StreamingResponse(pieces, media_type=MEDIA_TYPES["csv"], headers=_named("gaps", desk, days))


@router.get("/stale")
def show_stale(desk: AdminDesk, days: Days = 90) -> Response:
    """Show the articles that somebody should look at."""
    articles = stale_of(engines=desk.engines, store=desk.store, period=_period(desk, days), at=desk.now)
    return desk.page("stale.html", here="knowledge", articles=articles, days=days, periods=PERIODS)


@router.get("/stale.csv")
def export_stale(desk: AdminDesk, days: Days = 90) -> StreamingResponse:
    """Send the articles to whoever mends them."""
    period = _period(desk, days)
    rows = stale_rows(stale_of(engines=desk.engines, store=desk.store, period=period, at=desk.now, limit=500))
    pieces = export_bytes(rows, STALE_COLUMNS, to="csv", keeps_personal=True)
    return StreamingResponse(pieces, media_type=MEDIA_TYPES["csv"], headers=_named("stale", desk, days))


@router.post("/stale/confirm")
def confirm_article(desk: AdminDesk, article_id: Annotated[str, Form(max_length=500)]) -> Response:
    """Take back that an article is outdated: somebody looked, and it is right."""
    if desk.store.outdated.clear(desk.engines.settings.default_knowledge_base, article_id):
        desk.store.audit.add(at=desk.now, actor=desk.actor, action="article.confirmed", subject=article_id, detail={})
    return desk.page("stale_confirmed.html") if desk.is_partial else desk.go("/console/stale")


def _period(desk: Desk, days: int) -> Period:
    return Period(desk.now - timedelta(days=days), desk.now)


def _named(what: str, desk: Desk, days: int) -> dict[str, str]:
    name = f"{what}-{desk.now.date()}-{days}d.csv"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
