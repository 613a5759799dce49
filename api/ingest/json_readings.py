"""A JSON array, one reading or a ThingsBoard gateway object in, readings out.

{"device_id": "ac-1", "metric": "power_w", "at": "2026-11-22T10:00:00+08:00", "value": 905.5, "unit": "W"}
{"ac-1": [{"ts": 1795312800000, "values": {"power_w": 905.5}}]}                    ThingsBoard
"""

from __future__ import annotations

import json

from api.errors import Problem, say
from api.ingest.readings import ReadingRows, Readings
from api.ingest.thingsboard import (
    add_connection,
    add_gateway_telemetry,
    is_connection,
    is_gateway_attributes,
    is_gateway_telemetry,
)


def parse_json(text: str, *, limit: int, received_at_s: float | None = None) -> Readings:
    """Parse an array of readings, one reading, or a ThingsBoard object."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem(
            "malformed_json", say("detail.not_json", what=say("what.the_body"), reason=str(error)[:200])
        ) from error
    if not isinstance(body, list | dict):
        raise Problem("telemetry_unreadable", say("detail.json_shape", shape=type(body).__name__))
    return read_body(body, limit=limit, received_at_s=received_at_s)


def read_body(body: list[object] | dict[str, object], *, limit: int, received_at_s: float | None = None) -> Readings:
    """Return the readings of a JSON value that was read already."""
    rows = ReadingRows(limit)
    for entry in body if isinstance(body, list) else [body]:
        add_body(rows, entry, received_at_s=received_at_s)
    return rows.readings()


def add_body(rows: ReadingRows, body: object, *, received_at_s: float | None = None) -> None:
    """Add what one JSON value holds: a reading, or a ThingsBoard object with many.

    Only what comes over MQTT has a time of arrival: a request may be sent again.
    """
    if not isinstance(body, dict):
        rows.reject("not_object")
    elif "metric" in body or "value" in body:
        rows.add(body.get("device_id"), body.get("metric"), body.get("at"), body.get("value"), body.get("unit"))
    elif is_gateway_telemetry(body):
        add_gateway_telemetry(rows, body, received_at_s=received_at_s)
    elif is_connection(body) and received_at_s is not None:
        add_connection(rows, body, at_s=received_at_s, is_online=True)
    elif not is_gateway_attributes(body):
        rows.add(body.get("device_id"), body.get("metric"), body.get("at"), body.get("value"), body.get("unit"))
