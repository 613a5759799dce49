"""CloudEvents around readings in any other format, in and out of their envelope (CloudEvents 1.0.2, HTTP and JSON
bindings).

    application/cloudevents+json         {"specversion": "1.0", "id": ..., "source": ..., "type": ..., "data": ...}
    application/cloudevents-batch+json   an array of these
    any other type with ce-* headers     the body is the data (binary mode)

`data` is JSON, or a text in the format that datacontenttype names; data_base64 holds bytes. What an event is about
(source, subject, type) is not read: readings name their device themselves, and events that come again are known by
their readings.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping

from api.errors import Problem, say
from api.ingest.readings import ReadingRows, Readings, join_readings

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
REQUIRED = ("specversion", "id", "source", "type")
VERSION = "1.0"
PREFIX = "ce-"

Parse = Callable[[bytes, str, int], Readings]
"""Bytes, their media type and how many readings they may hold."""


def check_headers(headers: Mapping[str, str]) -> None:
    """Check the ce- headers of binary mode, if there are any.

    Raises:
        Problem: one that every event has is missing, or the version is another.
    """
    named = {name[len(PREFIX) :]: value for name, value in headers.items() if name.startswith(PREFIX)}
    if named and (fault := _fault(named)):
        raise Problem("telemetry_unreadable", say("detail.cloud_event", reason=fault))


def parse_events(content: bytes, *, is_batch: bool, limit: int, parse: Parse) -> Readings:
    """Parse one event or a batch; an event of a batch that cannot be read is rejected, the others are taken."""
    try:
        body = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise Problem(
            "malformed_json", say("detail.not_json", what=say("what.the_body"), reason=str(error)[:200])
        ) from error
    if not is_batch:
        return _data(body, limit=limit, parse=parse)
    if not isinstance(body, list):
        raise Problem("telemetry_unreadable", say("detail.cloud_event", reason="the batch is not an array"))
    parts: list[Readings] = []
    left = limit
    for event in body:
        try:
            part = _data(event, limit=left, parse=parse)
        except Problem as problem:
            if problem.kind.name == "too_many_items":
                raise
            part = _rejected(problem)
        left -= len(part.positions) + len(part.rejected)
        if left < 0:
            raise Problem("too_many_items", say("detail.readings_too_many", limit=limit))
        parts.append(part)
    return join_readings(parts)


def _data(event: object, *, limit: int, parse: Parse) -> Readings:
    fault = _fault(event) if isinstance(event, dict) else "it is not an object"
    if fault or not isinstance(event, dict):
        raise Problem("telemetry_unreadable", say("detail.cloud_event", reason=fault))
    named = event.get("datacontenttype", "application/json")
    media_type = str(named).partition(";")[0].strip().lower()
    if media_type in (STRUCTURED, BATCH):
        raise Problem("telemetry_unreadable", say("detail.cloud_event", reason="it holds another event"))
    return parse(_content(event, media_type), media_type, limit)


def _content(event: Mapping[str, object], media_type: str) -> bytes:
    if "data_base64" in event:
        try:
            return base64.b64decode(str(event["data_base64"]), validate=True)
        except (binascii.Error, ValueError) as error:
            reason = "data_base64 is not base64"
            raise Problem("telemetry_unreadable", say("detail.cloud_event", reason=reason)) from error
    if "data" not in event:
        raise Problem("telemetry_unreadable", say("detail.cloud_event", reason="it has no data"))
    data = event["data"]
    if isinstance(data, str) and media_type != "application/json":
        return data.encode("utf-8", "surrogatepass")
    return json.dumps(data).encode()


def _fault(attributes: Mapping[str, object]) -> str:
    missing = [name for name in REQUIRED if not isinstance(attributes.get(name), str) or not attributes[name]]
    if missing:
        return f"it lacks {', '.join(missing)}"
    if attributes["specversion"] != VERSION:
        return f"its specversion is {str(attributes['specversion'])[:20]!r}; send {VERSION!r}"
    return ""


def _rejected(problem: Problem) -> Readings:
    rows = ReadingRows(1)
    rows.reject("event", reason=str(problem)[:200])
    return rows.readings()
