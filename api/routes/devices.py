"""/v1/devices: how devices are, what somebody tells of them, and what happened to them."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from api.devices import Asked, device_bodies, note_device_event, tell_device
from api.devices import device_events as events_of
from api.routes.documentation import problems
from api.routes.wiring import ForesightOf, MaySendTelemetry, Now, StoreOf
from api.schemas.telemetry import DeviceBody, DeviceEvent, DeviceTold, KeptEvent

router = APIRouter(tags=["devices"])


@router.get("/v1/devices", responses=problems(401, 403, 422))
def list_devices(
    _: MaySendTelemetry,
    foresight: ForesightOf,
    store: StoreOf,
    at: Now,
    status: Literal["alarm", "offline", "watch", "learning", "ok"] | None = None,
    site: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    offset: Annotated[int, Query(ge=0)] = 0,
) -> list[DeviceBody]:
    """List devices, those that want a person first."""
    asked, page = Asked(status or "", site or ""), slice(offset, offset + limit)
    return device_bodies(foresight.fleet(at), asked, store=store, page=page)


@router.put("/v1/devices/{device_id}", status_code=204, responses=problems(400, 401, 403, 422))
def put_device(device_id: str, _: MaySendTelemetry, told: DeviceTold, store: StoreOf, at: Now) -> Response:
    """Tell where a device stands and what it is; alarms of one site at once become one ticket."""
    tell_device(device_id, told, store=store, at=at)
    return Response(status_code=204)


@router.get("/v1/devices/{device_id}/events", responses=problems(401, 403, 422))
def list_events(device_id: str, _: MaySendTelemetry, store: StoreOf) -> list[KeptEvent]:
    """List what happened to a device, newest first."""
    return events_of(device_id, store=store)


@router.post("/v1/devices/{device_id}/events", status_code=201, responses=problems(400, 401, 403, 422))
def create_event(
    device_id: str, caller: MaySendTelemetry, event: DeviceEvent, foresight: ForesightOf, at: Now
) -> KeptEvent:
    """Tell what happened to a device: a failure, a repair, other firmware. Told again it changes nothing."""
    return note_device_event(device_id, event, foresight=foresight, actor=f"key:{caller.key_id}", at=at)
