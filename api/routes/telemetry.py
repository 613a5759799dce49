"""POST /v1/telemetry: readings in any accepted format, answered once they are on disk."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from api.ingest import parse_telemetry
from api.ingest.cloud_events import check_headers
from api.routes.documentation import TELEMETRY_BODY, problems
from api.routes.idempotency import answer_once, digest_of_parts
from api.routes.wiring import ForesightOf, IdempotencyKey, MaySendTelemetry, MetricsOf, Now, SettingsOf, StoreOf
from api.schemas.telemetry import TelemetryTaken

router = APIRouter(tags=["telemetry"])


async def _body(request: Request) -> bytes:
    return await request.body()


def _media_type(request: Request) -> str:
    check_headers(request.headers)
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


@router.post(
    "/v1/telemetry",
    status_code=202,
    response_model=TelemetryTaken,
    openapi_extra=TELEMETRY_BODY,
    responses=problems(400, 401, 403, 409, 413, 415, 422, 429),
)
def create_telemetry(
    caller: MaySendTelemetry,
    content: Annotated[bytes, Depends(_body)],
    media_type: Annotated[str, Depends(_media_type)],
    foresight: ForesightOf,
    metrics: MetricsOf,
    settings: SettingsOf,
    store: StoreOf,
    at: Now,
    precision: Annotated[Literal["ns", "us", "ms", "s"], Query(description="Of times in line protocol")] = "ns",
    key: IdempotencyKey = None,
) -> Response:
    """Take readings; what was not taken is listed with its reason."""

    def take(_: str) -> TelemetryTaken:
        limit, received_at_s = settings.limits.measurements, at.timestamp()
        readings = parse_telemetry(
            content, media_type=media_type, limit=limit, received_at_s=received_at_s, precision=precision
        )
        taken = foresight.take(readings, received_at=at)
        metrics.note_readings(taken)
        return taken

    digest = digest_of_parts(media_type.encode(), content)
    return answer_once(take, key=key, owner=caller.key_id, digest=digest, store=store, at=at, status=202)
