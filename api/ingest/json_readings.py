"""A JSON array and ThingsBoard gateway JSON in, readings out.

{"device_id": "ac-1", "metric": "power_w", "at": "2026-11-22T10:00:00+08:00", "value": 905.5, "unit": "W"}
{"ac-1": [{"ts": 1795312800000, "values": {"power_w": 905.5}}]}                    ThingsBoard
"""

from __future__ import annotations

import json

from api.errors import Problem, say
from api.ingest.readings import ReadingRows, Readings


def parse_json(text: str, *, limit: int) -> Readings:
    """Parse an array of readings, one reading, or a ThingsBoard object."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Problem(
            "malformed_json", say("detail.not_json", what=say("what.the_body"), reason=str(error)[:200])
        ) from error
    rows = ReadingRows(limit)
    if isinstance(body, list):
        for entry in body:
            add_body(rows, entry)
        return rows.readings()
    if not isinstance(body, dict):
        raise Problem("telemetry_unreadable", say("detail.json_shape", shape=type(body).__name__))
    add_body(rows, body)
    return rows.readings()


def add_body(rows: ReadingRows, body: object) -> None:
    """Add what one JSON value holds: a reading, or a ThingsBoard object with many."""
    if not isinstance(body, dict):
        rows.reject("not an object")
    elif "metric" in body or "value" in body or not _is_thingsboard(body):
        rows.add(body.get("device_id"), body.get("metric"), body.get("at"), body.get("value"), body.get("unit"))
    else:
        for device_id, entries in body.items():
            _add_thingsboard(rows, device_id, entries)


def _is_thingsboard(body: dict[str, object]) -> bool:
    return bool(body) and all(isinstance(entries, list) for entries in body.values())


def _add_thingsboard(rows: ReadingRows, device_id: str, entries: object) -> None:
    for entry in entries if isinstance(entries, list) else [entries]:
        values = entry.get("values") if isinstance(entry, dict) else None
        if not isinstance(entry, dict) or not isinstance(values, dict):
            rows.reject('not a {"ts": ..., "values": {...}} object')
            continue
        for metric, value in values.items():
            rows.add(device_id, metric, entry.get("ts"), value)
