"""The fleet and each device: how it is, what the monitor sees, what happened.

The figures are the monitor's and the store's; here they are laid out, and nothing is judged.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote, urlencode

import numpy as np
from fastapi import APIRouter, Depends, Form, Query, Request, Response

from api.console.charts import Chart, Mark, chart_of, marks_of, not_below_zero
from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.local_time import local_time
from api.console.plots import line_path
from api.console.ticket_pages import title_of
from api.devices import UNKNOWN, Asked, body_of, chosen, note_device_event
from api.errors import Problem, say
from api.maintain import Foresight
from api.schemas.telemetry import DeviceBody, DeviceEvent, EventKind
from api.store.devices import Device
from api.tenants import Tenants
from api.tickets import quantity
from api.upkeep.budget import bar_in_force, standing
from api.upkeep.facts import facts_of
from api.upkeep.metric_words import words_of_metric
from predictive.band import Band
from predictive.fleet import STATUSES, Fleet, SeriesView
from predictive.records import SeriesPoints

PAGE_SIZE = 50
SPARK_POINTS, SPARK_WIDTH, SPARK_HEIGHT = 48, 132.0, 26.0
METRICS_SHOWN = 60
"""On a device's page; a machine with more has its own system."""
BAND_TIMES = 25
TICKETS_SHOWN = 20
EVENT_KINDS: tuple[EventKind, ...] = ("repair", "replaced", "maintenance", "firmware", "failure", "note")
MOST_SITES = 500

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
FleetDesk = Annotated[Desk, Depends(Entry("telemetry"))]


@dataclass(frozen=True, slots=True)
class Row:
    """A device in the list, with the course of its metric that is most in question."""

    body: DeviceBody
    metric: str
    latest: str
    path: str
    strain: float


@dataclass(frozen=True, slots=True)
class MetricView:
    """One metric on a device's page."""

    name: str
    said: str
    view: SeriesView
    chart: Chart
    latest: str
    expected: str
    allowed: str
    marks: tuple[Mark, ...]


def foresight_of(desk: Desk, request: Request) -> Foresight:
    """Return the monitor of the visitor's tenant."""
    tenants: Tenants = request.app.state.tenants
    return tenants.get(desk.store.tenant).foresight


@router.get("/devices")
def list_devices(
    desk: FleetDesk,
    request: Request,
    q: Annotated[str, Query(max_length=200)] = "",
    site: Annotated[str, Query(max_length=200)] = "",
    status: Annotated[str, Query(max_length=20)] = "",
    offset: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """Show the fleet, those first that want a person."""
    foresight = foresight_of(desk, request)
    fleet, known = foresight.fleet(desk.now), desk.store.devices.all()
    asked = Asked(status, site, q.strip())
    found = chosen(fleet, known, asked)
    page = found[offset : offset + PAGE_SIZE]
    rows = [_row(fleet, number, body_of(fleet, number, known), foresight) for number in page]
    part: dict[str, Any] = {"rows": rows, "asked": asked, "found": len(found), "offset": offset}
    part |= {"size": PAGE_SIZE, "address": _address}
    if desk.is_partial:
        return desk.page("device_list.html", **part)
    everybody = chosen(fleet, known, replace(asked, status=""))
    counts = {name: sum(STATUSES[fleet.status[number]] == name for number in everybody) for name in STATUSES}
    sites = sorted({one.site or one.gateway for one in known.values()} - {""})[:MOST_SITES]
    placed = sorted(everybody, key=lambda number: _place(fleet, number, known))
    return desk.page(
        "devices.html",
        here="devices",
        counts=counts,
        whole=len(everybody),
        sites=sites,
        cells="".join(str(fleet.status[number]) for number in placed),
        stands=standing(desk.store, desk.settings, at=desk.now),
        **part,
    )


@router.get("/devices/at")
def go_to_device(
    desk: FleetDesk,
    request: Request,
    cell: Annotated[int, Query(ge=0)],
    q: Annotated[str, Query(max_length=200)] = "",
    site: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """Go to the device behind a cell of the map."""
    fleet, known = foresight_of(desk, request).fleet(desk.now), desk.store.devices.all()
    everybody = chosen(fleet, known, Asked("", site, q.strip()))
    placed = sorted(everybody, key=lambda number: _place(fleet, number, known))
    if cell >= len(placed):
        return desk.go("/console/devices")
    return desk.go(device_address(fleet.device_ids[placed[cell]]))


@router.get("/devices/{device_id:path}/events")
def refuse_event_list(desk: FleetDesk, device_id: str) -> Response:
    """Send whoever reloads after telling an event back to the device."""
    return desk.go(device_address(device_id))


@router.post("/devices/{device_id:path}/events")
def tell_event(
    desk: FleetDesk,
    request: Request,
    device_id: str,
    kind: Annotated[EventKind, Form()],
    note: Annotated[str, Form(max_length=2000)] = "",
    at: Annotated[str, Form(max_length=40)] = "",
    utc_offset: Annotated[int, Form(ge=-840, le=840)] = 0,
) -> Response:
    """Keep what happened to a device."""
    event = DeviceEvent(kind=kind, at=local_time(at, utc_offset), note=note)
    note_device_event(device_id, event, foresight=foresight_of(desk, request), actor=desk.actor, at=desk.now)
    return desk.go(device_address(device_id))


@router.get("/devices/{device_id:path}")
def show_device(desk: FleetDesk, request: Request, device_id: str) -> Response:
    """Show a device."""
    foresight = foresight_of(desk, request)
    fleet, device = foresight.fleet(desk.now), desk.store.devices.get(device_id)
    known = {} if device is None else {device_id: device}
    numbers = {name: number for number, name in enumerate(fleet.device_ids)}
    tickets = desk.store.tickets.list(kind="maintenance", device_id=device_id, limit=TICKETS_SHOWN)
    events = desk.store.devices.events(device_id)
    if device_id not in numbers and not tickets and not events and device_id not in known:
        raise Problem("not_found", say("detail.unknown", what=say("what.device"), name=repr(device_id[:50])))
    body = body_of(fleet, numbers[device_id], known) if device_id in numbers else None
    happened = [(event.at, desk.words(f"devices.kind_{event.kind}"), "event") for event in events]
    happened += [(ticket.opened_at, desk.words("devices.ticket"), "alert") for ticket in tickets]
    return desk.page(
        "device.html",
        here="devices",
        device_id=device_id,
        body=body,
        facts=facts_of(device_id, store=desk.store, records=desk.engines.records, at=desk.now),
        metrics=_metrics(device_id, foresight, desk, happened),
        dropped=foresight.dropped(device_id),
        tickets=tickets,
        events=events,
        kinds=EVENT_KINDS,
        held=desk.store.budgets.held_back(limit=1, device_id=device_id),
        bar=bar_in_force(desk.store),
        title_of=title_of,
        address=device_address(device_id),
    )


def device_address(device_id: str) -> str:
    """Return where a device's page is.

    >>> device_address("杭州/泵 1")
    '/console/devices/%E6%9D%AD%E5%B7%9E/%E6%B3%B5%201'
    """
    return f"/console/devices/{quote(device_id, safe='/')}"


def _address(asked: Asked, **changes: str | int) -> str:
    told = {"q": asked.text, "site": asked.site, "status": asked.status, **changes}
    query = urlencode({name: value for name, value in told.items() if value})
    return f"/console/devices?{query}" if query else "/console/devices"


def _place(fleet: Fleet, number: int, known: Mapping[str, Device]) -> tuple[str, str]:
    device = known.get(fleet.device_ids[number], UNKNOWN)
    return (device.site or device.gateway, fleet.device_ids[number])


def _row(fleet: Fleet, number: int, body: DeviceBody, foresight: Foresight) -> Row:
    metric = fleet.strongest[number]
    points = foresight.course(body.device_id, metric)
    every = max(1, len(points.at_s) // SPARK_POINTS)
    at_s, values = points.at_s[::every].tolist(), points.values[::every].tolist()
    path = line_path(at_s, values, width=SPARK_WIDTH, height=SPARK_HEIGHT)
    latest = quantity(float(points.values[-1]), points.unit) if len(points.values) else ""
    return Row(body, metric, latest, path, float(fleet.strain[number]))


def _metrics(
    device_id: str, foresight: Foresight, desk: Desk, happened: list[tuple[datetime, str, str]]
) -> tuple[MetricView, ...]:
    """Return the metrics of a device, the most strained first."""
    series, views = foresight.recent(device_id)[:METRICS_SHOWN], foresight.views(device_id)[:METRICS_SHOWN]
    spans = [points.at_s for points in series if len(points.at_s)]
    if not spans:
        return ()
    times = np.linspace(min(at_s[0] for at_s in spans), max(at_s[-1] for at_s in spans), BAND_TIMES)
    bands = foresight.bands(device_id, times)
    shown = []
    for index, (points, view) in enumerate(zip(series, views, strict=True)):
        if len(points.at_s):
            columns = (
                np.array([getattr(band, name)[index] for band in bands]) for name in ("expected", "lower", "upper")
            )
            shown.append(_metric(points, view, Band(*columns), times, desk=desk, happened=happened))
    return tuple(sorted(shown, key=lambda one: -one.view.strain))


def _metric(
    points: SeriesPoints,
    view: SeriesView,
    band: Band,
    times: np.ndarray[tuple[int], np.dtype[np.float64]],
    *,
    desk: Desk,
    happened: list[tuple[datetime, str, str]],
) -> MetricView:
    chart = chart_of(points, times, band)
    unit, expected, upper = points.unit, band.expected[-1], band.upper[-1]
    lower = not_below_zero(band.lower, points.values)[-1]
    is_bounded = np.isfinite(lower) and np.isfinite(upper)
    said = words_of_metric(points.metric, desk.words.language)
    return MetricView(
        name=points.metric,
        said=said if said.replace(" ", "") != points.metric.replace("_", "") else "",
        view=view,
        chart=chart,
        latest=quantity(float(points.values[-1]), unit),
        expected=quantity(float(expected), unit) if np.isfinite(expected) else "",
        allowed=f"{lower:.4g} – {quantity(float(upper), unit)}" if is_bounded else "",
        marks=marks_of(happened, chart),
    )
