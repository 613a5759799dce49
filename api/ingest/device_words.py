"""What messages tell of devices beside readings: what a device is, and what happened to it.

ThingsBoard attributes and the properties in a Sparkplug birth name model, site and firmware, each vendor in its own
words; an event is a message of our own on beforehand/events/DEVICE:
    {"kind": "repair", "at": "2026-11-22T10:00:00+08:00", "note": "换了风机"}
Names and texts go in, facts and events come out. An event sent again is the same event only if it says when. Stores
nothing; remembers which firmware it heard of, so that another one is an event too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from api.ingest.readings import NAME_CHARS, time_s
from api.schemas.telemetry import DeviceEvent

CALLED = {
    "model": ("model", "devicemodel", "hardwaremodel", "modelname", "型号", "机型", "设备型号"),
    "site": ("site", "location", "plant", "store", "站点", "地点", "位置", "门店"),
    "gateway": ("gateway", "gatewayid", "网关"),
    "firmware": ("firmware", "firmwareversion", "fwversion", "fw", "currentfwversion", "swversion", "固件", "固件版本"),
}
"""What vendors call each fact, without case, spaces, hyphens and underscores. Sparkplug 3.0.0 recommends
"Properties/Hardware Model" in births; fw_version and current_fw_version are ThingsBoard's."""
_FACT_OF = {name: fact for fact, names in CALLED.items() for name in names}
_UNSPACED = str.maketrans("", "", " _-")
FIRMWARES = 100_000
"""Devices whose firmware is remembered; of those beyond it no change is told."""
EVENT_KEYS = frozenset({"kind", "at", "note", "device_id"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What a device is; empty where it was not told."""

    device_id: str
    site: str = ""
    gateway: str = ""
    model: str = ""
    firmware: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.site or self.gateway or self.model or self.firmware)


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a device."""

    device_id: str
    event: DeviceEvent


class EventUnreadable(ValueError):
    """An event that is not one; the message says why."""


def fact_named(name: str) -> str:
    """Return which fact a name stands for; empty where it is none. Of a path the last part counts.

    >>> fact_named("Properties/Hardware Model"), fact_named("固件版本"), fact_named("power_w")
    ('model', 'firmware', '')
    """
    return _FACT_OF.get(name.rpartition("/")[2].translate(_UNSPACED).casefold(), "")


def facts_in(device_id: object, told: Iterable[tuple[str, object]], *, gateway: str = "") -> Facts | None:
    """Return the facts among names and values; None where there is none or the device has no usable id."""
    if not _is_id(device_id):
        return None
    found: dict[str, str] = {}
    for name, value in told:
        fact = fact_named(name)
        if fact and isinstance(value, str | int | float) and not isinstance(value, bool):
            text = str(value).strip()[:NAME_CHARS]
            if text.isprintable():
                found.setdefault(fact, text)
    facts = Facts(str(device_id), **{"gateway": gateway, **found})
    return None if facts.is_empty else facts


def facts_of_attributes(body: Mapping[str, object], device_id: str = "") -> tuple[Facts, ...]:
    """Return the facts in ThingsBoard attributes: of one device, or of every device that the body names."""
    if device_id:
        own = facts_in(device_id, body.items())
        return () if own is None else (own,)
    each = [facts_in(name, told.items()) for name, told in body.items() if isinstance(told, dict)]
    return tuple(facts for facts in each if facts is not None)


def read_event(payload: bytes, *, device_id: str, at_s: float | None) -> Happening:
    """Return the event in a message; `at_s` is when it arrived, None where that says nothing.

    Raises:
        EventUnreadable: it is none.
    """
    try:
        body = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise EventUnreadable(f"an event is JSON: {str(error)[:100]}") from error
    if not isinstance(body, dict) or not body.keys() <= EVENT_KEYS:
        raise EventUnreadable('an event is {"kind": ..., "at": ..., "note": ...}')
    of_whom = body.get("device_id", device_id)
    if not _is_id(of_whom):
        raise EventUnreadable("an event needs the id of its device, in its topic or as device_id")
    try:
        happened_s = time_s(body.get("at", at_s))
        at = datetime.fromtimestamp(happened_s, UTC)
        event = DeviceEvent.model_validate({"kind": body.get("kind"), "note": body.get("note") or "", "at": at})
    except (ValueError, OverflowError, OSError) as error:
        raise EventUnreadable(f"an event with a kind and a time: {str(error)[:200]}") from error
    return Happening(str(of_whom), event)


class Firmwares:
    """Which firmware each device was last said to have."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def change(self, facts: Facts, *, at_s: float) -> Happening | None:
        """Return that a device has other firmware than before; None where it is the same or the first heard of."""
        if not facts.firmware or (facts.device_id not in self._known and len(self._known) >= FIRMWARES):
            return None
        before = self._known.get(facts.device_id)
        self._known[facts.device_id] = facts.firmware
        if before is None or before == facts.firmware:
            return None
        at, note = datetime.fromtimestamp(at_s, UTC), f"{before} → {facts.firmware}"
        return Happening(facts.device_id, DeviceEvent(kind="firmware", at=at, note=note))


def _is_id(device_id: object) -> bool:
    return isinstance(device_id, str) and 0 < len(device_id.strip()) <= NAME_CHARS and device_id.isprintable()
