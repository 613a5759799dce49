"""How the device of a ticket is: a draft's values in, its maintenance tickets and last readings out.

A device is known by its id in telemetry; a serial number leads to it through the business's own records, or is one.
It judges nothing: the monitor did.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from api.console.plots import line_path
from api.engines import Engines
from api.maintain import Foresight
from api.schemas.prefill import PrefillResponse
from api.schemas.telemetry import Ticket
from api.store import Store
from api.upkeep.book import KIND
from nlp.records import RecordSystemDown
from predictive.records import SeriesPoints

ID_FIELDS = ("device_id", "equipment_number", "serial_number")
"""Fields of a template whose value may name a device in telemetry."""
DEVICE_COLUMN = "device_id"
RESOLVED_SHOWN = 1
OPEN_SHOWN = 3
METRICS_SHOWN = 6
SPARK_WIDTH, SPARK_HEIGHT = 120.0, 28.0


@dataclass(frozen=True, slots=True)
class Reading:
    """The last reading of one metric, and the way there."""

    metric: str
    unit: str
    value: float
    at: datetime
    path: str  # SVG


@dataclass(frozen=True, slots=True)
class DeviceHealth:
    device_id: str
    tickets: tuple[Ticket, ...]
    readings: tuple[Reading, ...]


def devices_of(response: PrefillResponse, *, engines: Engines) -> tuple[str, ...]:
    """Return the ids that a draft's device may have in telemetry, the surest first."""
    named = [field.value for name in ID_FIELDS if (field := response.fields.get(name)) is not None and field.value]
    records = engines.records
    if records is None:
        return tuple(dict.fromkeys(named))
    found = []
    for value in named:
        try:
            rows = records.find("serial_number", value)
        except RecordSystemDown:
            continue
        found += [row.values[DEVICE_COLUMN] for row in rows if row.values.get(DEVICE_COLUMN)]
    return tuple(dict.fromkeys([*found, *named]))


def health_of(device_ids: Sequence[str], *, store: Store, foresight: Foresight) -> DeviceHealth | None:
    """Return how the first of these devices is that anything is known about."""
    for device_id in device_ids:
        tickets = _tickets(device_id, store)
        readings = tuple(_reading(points) for points in foresight.recent(device_id) if len(points.values))
        if tickets or readings:
            return DeviceHealth(device_id, tickets, readings[:METRICS_SHOWN])
    return None


def _tickets(device_id: str, store: Store) -> tuple[Ticket, ...]:
    """Return the open tickets; where none is, the last one resolved."""
    is_open = store.tickets.list(kind=KIND, device_id=device_id, state="open", limit=OPEN_SHOWN)
    return is_open or store.tickets.list(kind=KIND, device_id=device_id, state="resolved", limit=RESOLVED_SHOWN)


def _reading(points: SeriesPoints) -> Reading:
    at = datetime.fromtimestamp(float(points.at_s[-1]), UTC)
    path = line_path(points.at_s.tolist(), points.values.tolist(), width=SPARK_WIDTH, height=SPARK_HEIGHT)
    return Reading(points.metric, points.unit, float(points.values[-1]), at, path)
