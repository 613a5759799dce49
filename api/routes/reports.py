"""GET /v1/reports/* and /v1/export/*: a tenant's figures, and its rows for other tools."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from api.errors import Problem, say
from api.report import Period, overview, quality
from api.report.export import MEDIA_TYPES, Format, export_bytes
from api.routes.documentation import problems
from api.routes.wiring import MayAdminister, Now, SettingsOf, StoreOf
from api.schemas.reports import OverviewBody, QualityBody
from api.store.exports import COLUMNS, TableName

router = APIRouter(tags=["reports"])

DEFAULT_PERIOD = timedelta(days=30)
LONGEST = timedelta(days=3_660)
"""Ten years of days are as many as a page of them stays readable for."""
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def read_period(
    now: Now,
    since: Annotated[AwareDatetime | None, Query(description="30 days before `until` where absent")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Now where absent; not included")] = None,
) -> Period:
    """Return the period asked for."""
    end = until or now
    return checked_period(since or max(end, EARLIEST + DEFAULT_PERIOD) - DEFAULT_PERIOD, end)


def checked_period(since: datetime, until: datetime) -> Period:
    """Return a period; one that ends before it begins, or spans more than ten years, is a Problem."""
    if not (EARLIEST <= since < until and until - since <= LONGEST):
        raise Problem("validation_failed", say("detail.period_wrong", days=LONGEST.days), where="since")
    return Period(since, until)


PeriodOf = Annotated[Period, Depends(read_period)]


@router.get("/v1/reports/overview", responses=problems(401, 403, 422))
def get_overview(_: MayAdminister, store: StoreOf, settings: SettingsOf, period: PeriodOf) -> OverviewBody:
    """Count what the service did: completeness, fields, queues, suggestions, maintenance, minutes saved."""
    figures = overview(store, since=period.since, until=period.until, costs=settings.costs)
    return OverviewBody.model_validate(figures)


@router.get("/v1/reports/quality", responses=problems(401, 403, 422))
def get_quality(_: MayAdminister, store: StoreOf, period: PeriodOf) -> QualityBody:
    """Hold each engine's values against what people made of them, and against the promise."""
    return QualityBody.model_validate(quality(store, since=period.since, until=period.until))


@router.get(
    "/v1/export/{table}",
    response_class=StreamingResponse,
    responses={
        200: {"content": {media_type.partition(";")[0]: {} for media_type in MEDIA_TYPES.values()}},
        **problems(401, 403, 422),
    },
)
def export_table(
    table: TableName,
    _: MayAdminister,
    store: StoreOf,
    settings: SettingsOf,
    period: PeriodOf,
    format: Annotated[Format, Query(description="csv neutralises formulas; parquet holds everything as it is")] = "csv",
) -> StreamingResponse:
    """Stream a table's rows, oldest first; personal data is masked unless `BEFOREHAND_EXPORT_PERSONAL` is set."""
    rows = store.exports.rows(table, period.since, period.until)
    headers = {"Content-Disposition": f'attachment; filename="{table}.{format}"', "Cache-Control": "no-store"}
    pieces = export_bytes(rows, COLUMNS[table], to=format, keeps_personal=settings.export_personal)
    return StreamingResponse(pieces, media_type=MEDIA_TYPES[format], headers=headers)
