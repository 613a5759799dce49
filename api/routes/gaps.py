"""GET /v1/knowledge/gaps and /v1/knowledge/stale: what the knowledge base lacks, and which articles to look at."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response, StreamingResponse

from api.report import Period
from api.report.export import MEDIA_TYPES, export_bytes
from api.report.gaps import COLUMNS as GAP_COLUMNS
from api.report.gaps import gap_rows
from api.report.knowledge import gaps_of, stale_of
from api.report.stale import COLUMNS as STALE_COLUMNS
from api.report.stale import stale_rows
from api.routes.documentation import problems
from api.routes.reports import PeriodOf
from api.routes.wiring import EnginesOf, MayAdminister, Now, StoreOf
from api.schemas.gaps import GapsBody, StaleBody
from api.schemas.text import Name, StoredName

router = APIRouter(tags=["knowledge base"])

As = Annotated[Literal["json", "csv"], Query(alias="format", description="csv: one row each, for a spreadsheet")]
Limit = Annotated[int, Query(ge=1, le=500)]
CSV_OR_JSON: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {}}}}


@router.get("/v1/knowledge/gaps", response_model=GapsBody, responses={**CSV_OR_JSON, **problems(401, 403, 422)})
def get_gaps(
    _: MayAdminister, engines: EnginesOf, store: StoreOf, period: PeriodOf, kb: StoredName | None = None,
    limit: Limit = 50, to: As = "json",
) -> Response | GapsBody:  # fmt: skip
    """Group the questions that no article answered, or whose answers people refused; the most wanted first."""
    gaps = gaps_of(engines=engines, store=store, period=period, kb=kb, limit=limit)
    if to == "csv":
        rows = export_bytes(gap_rows(gaps), GAP_COLUMNS, to="csv", keeps_personal=True)
        return StreamingResponse(rows, media_type=MEDIA_TYPES["csv"], headers=named("gaps", period))
    return GapsBody.model_validate({"since": period.since, "until": period.until, "gaps": gaps})


@router.get("/v1/knowledge/stale", response_model=StaleBody, responses={**CSV_OR_JSON, **problems(401, 403, 422)})
def get_stale(
    _: MayAdminister, engines: EnginesOf, store: StoreOf, at: Now, period: PeriodOf, kb: StoredName | None = None,
    limit: Limit = 200, to: As = "json",
) -> Response | StaleBody:  # fmt: skip
    """List the articles that people called outdated or wrong, that contradict each other, are old or never used."""
    articles = stale_of(engines=engines, store=store, period=period, at=at, kb=kb, limit=limit)
    if to == "csv":
        rows = export_bytes(stale_rows(articles), STALE_COLUMNS, to="csv", keeps_personal=True)
        return StreamingResponse(rows, media_type=MEDIA_TYPES["csv"], headers=named("stale", period))
    return StaleBody.model_validate({"since": period.since, "until": period.until, "articles": articles})


@router.delete("/v1/knowledge/stale/{article_id:path}", status_code=204, responses=problems(401, 403, 422))
def delete_outdated(
    caller: MayAdminister, article_id: Name, engines: EnginesOf, store: StoreOf, at: Now, kb: StoredName | None = None
) -> Response:
    """Take back that an article is outdated: somebody looked, and it is right. Twice is once."""
    name = kb or engines.settings.default_knowledge_base
    if store.outdated.clear(name, article_id):
        store.audit.add(at=at, actor=f"key:{caller.key_id}", action="article.confirmed", subject=article_id, detail={})
    return Response(status_code=204)


def named(what: str, period: Period) -> dict[str, str]:
    """Return the header that names a file by what it holds and its period."""
    return {"Content-Disposition": f'attachment; filename="{what}-{period.since:%Y-%m-%d}-{period.until:%Y-%m-%d}.csv"'}
