"""A fleet's devices for people and programs: how each is, with what is known of it; what happened is passed on.

Joins the monitor's columns with what is kept of devices. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from api.errors import Problem, say
from api.maintain import Foresight
from api.schemas.telemetry import DeviceBody, DeviceEvent, DeviceTold, KeptEvent
from api.security import make_id
from api.store import Store
from api.store.devices import Device, Event
from api.upkeep.verdicts import require_past
from predictive.fleet import STATUSES, Fleet

ID_LENGTH = 200
UNKNOWN = Device("")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which devices are wanted; empty: all."""

    status: str = ""
    site: str = ""
    text: str = ""  # in the id, model, site or gateway


def chosen(fleet: Fleet, known: Mapping[str, Device], asked: Asked) -> list[int]:
    """Return the devices that are wanted, by number: those that want a person first, then by id."""
    wanted = asked.text.casefold()
    found = []
    for number, device_id in enumerate(fleet.device_ids):
        device = known.get(device_id, UNKNOWN)
        if asked.status and STATUSES[fleet.status[number]] != asked.status:
            continue
        if asked.site and asked.site not in (device.site, device.gateway):
            continue
        if wanted and wanted not in f"{device_id}\n{device.model}\n{device.site}\n{device.gateway}".casefold():
            continue
        found.append(number)
    return sorted(found, key=lambda number: (fleet.status[number], -fleet.strain[number], fleet.device_ids[number]))


def device_bodies(fleet: Fleet, asked: Asked, *, store: Store, page: slice) -> list[DeviceBody]:
    """Return how some devices are, those that want a person first."""
    known = store.devices.all()
    return [body_of(fleet, number, known) for number in chosen(fleet, known, asked)[page]]


def body_of(fleet: Fleet, number: int, known: Mapping[str, Device]) -> DeviceBody:
    """Return how one device is."""
    device_id, newest_s = fleet.device_ids[number], float(fleet.newest_s[number])
    device = known.get(device_id, UNKNOWN)
    return DeviceBody(
        device_id=device_id,
        status=STATUSES[fleet.status[number]],
        learned=round(float(fleet.learned[number]), 3),
        newest_at=datetime.fromtimestamp(newest_s, UTC) if np.isfinite(newest_s) else None,
        metrics=int(fleet.metrics[number]),
        dropped=int(fleet.dropped[number]),
        site=device.site,
        gateway=device.gateway,
        model=device.model,
    )


def tell_device(device_id: str, told: DeviceTold, *, store: Store, at: datetime) -> None:
    """Keep what somebody tells of a device."""
    _require_id(device_id)
    store.devices.put(Device(device_id, told.site, told.gateway, told.model, "person"), at=at)


def device_events(device_id: str, *, store: Store) -> list[KeptEvent]:
    """Return what happened to a device, newest first."""
    return [_body(event, is_new=False) for event in store.devices.events(device_id)]


def note_device_event(
    device_id: str, told: DeviceEvent, *, foresight: Foresight, actor: str, at: datetime
) -> KeptEvent:
    """Keep what happened to a device, and let it count.

    Raises:
        Problem: it has not happened yet, or the id cannot be a device's.
    """
    _require_id(device_id)
    happened_at = told.at or at
    require_past(happened_at, now=at)
    event = Event(make_id(), device_id, told.kind, happened_at, told.note.strip(), actor)
    kept = foresight.note_event(event)
    return _body(kept, is_new=kept.id == event.id)


def _body(event: Event, *, is_new: bool) -> KeptEvent:
    return KeptEvent.model_validate(
        {"id": event.id, "device_id": event.device_id, "kind": event.kind, "at": event.at, "note": event.note}
        | {"is_new": is_new}
    )


def _require_id(device_id: str) -> None:
    if not device_id.strip() or len(device_id) > ID_LENGTH or not device_id.isprintable():
        raise Problem("validation_failed", say("detail.device_id_unusable", limit=ID_LENGTH))
