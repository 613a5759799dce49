"""What ThingsBoard's MQTT APIs send, as readings.

Gateway (https://thingsboard.io/docs/reference/gateway-mqtt-api/), one message for many devices:
    telemetry   {"ac-1": [{"ts": 1795312800000, "values": {"power_w": 905.5}}, {"power_w": 906}]}
    attributes  {"ac-1": {"firmware": "2.1", "setpoint": 24}}
    connect     {"device": "ac-1", "type": "default"}           disconnect  {"device": "ac-1"}
Device, whose id the topic names: {"power_w": 905.5}, {"ts": ..., "values": {...}} or an array of these.

Without `ts` a reading has the time of arrival. Truth values are 1 and 0. Attributes are what a device is, not what it
measures: over MQTT device_words.py reads them, in a request they are left alone. That a device came or went is a
reading of its own, `$online`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from api.ingest.readings import ReadingRows
from predictive.records import ONLINE

Kind = Literal["telemetry", "attributes", "connect", "disconnect"]


def add_gateway_telemetry(rows: ReadingRows, body: Mapping[str, object], *, received_at_s: float | None) -> None:
    """Add every device's entries; with no time of arrival (None) an entry must bring its own."""
    for device_id, entries in body.items():
        add_device_telemetry(rows, device_id, entries, received_at_s=received_at_s)


def add_device_telemetry(rows: ReadingRows, device_id: str, entries: object, *, received_at_s: float | None) -> None:
    """Add one device's entries, one or many."""
    for entry in entries if isinstance(entries, list) else [entries]:
        if not isinstance(entry, dict):
            rows.reject("not_entry")
            continue
        values = entry.get("values")
        if isinstance(values, dict):
            at = entry.get("ts", received_at_s)
        else:
            values, at = entry, received_at_s
        for metric, value in values.items():
            rows.add(device_id, metric, at, float(value) if isinstance(value, bool) else value)


def add_connection(rows: ReadingRows, body: Mapping[str, object], *, at_s: float, is_online: bool) -> None:
    """Add that a device came or went."""
    rows.add(body.get("device"), ONLINE, at_s, float(is_online))


def is_gateway_telemetry(body: Mapping[str, object]) -> bool:
    """Say whether a JSON object has the shape: every device with an array."""
    return bool(body) and all(isinstance(entries, list) for entries in body.values())


def is_gateway_attributes(body: Mapping[str, object]) -> bool:
    """Say whether a JSON object has the shape: every device with an object of names and plain values."""
    return bool(body) and all(
        isinstance(attributes, dict) and not any(isinstance(value, list) for value in attributes.values())
        for attributes in body.values()
    )


def is_connection(body: Mapping[str, object]) -> bool:
    """Say whether a JSON object has the shape of connect and disconnect."""
    return "device" in body and body.keys() <= {"device", "type"}
