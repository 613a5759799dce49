"""NDJSON through Arrow and line by line: the same readings, every refused line named by its place."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from api.errors import Problem
from api.ingest import Readings, pack_columns, parse_telemetry, unpack_columns
from api.ingest.json_readings import add_body
from api.ingest.ndjson import FEW_LINES, parse_ndjson
from api.ingest.readings import ReadingRows

GOOD = '{"device_id": "空调-1", "metric": "power", "at": "2026-11-22T10:00:00+08:00", "value": 905.5, "unit": "W"}'
ODD_LINES = {
    "plain": GOOD,
    "no unit": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00Z","value":1}',
    "null unit": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00Z","value":1,"unit":null}',
    "nanoseconds": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00.123456789Z","value":1}',
    "basic form": '{"device_id":"a","metric":"p","at":"20261122T100000Z","value":1}',
    "comma": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00,5Z","value":1}',
    "week": '{"device_id":"a","metric":"p","at":"2026-W01-1T00:00:00Z","value":1}',
    "no offset": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00","value":1}',
    "no day": '{"device_id":"a","metric":"p","at":"2026-02-30T10:00:00Z","value":1}',
    "24 hours": '{"device_id":"a","metric":"p","at":"2026-11-22T24:00:00Z","value":1}',
    "leap second": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:60Z","value":1}',
    "milliseconds": '{"device_id":"a","metric":"p","at":1795312800000,"value":1}',
    "seconds": '{"device_id":"a","metric":"p","at":1795312800.25,"value":1}',
    "text value": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00Z","value":"1"}',
    "true": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00Z","value":true}',
    "null": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00Z","value":null}',
    "NaN": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00Z","value":NaN}',
    "too large": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00Z","value":1e999}',
    "long integer": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00Z","value":123456789012345678901234567890}',
    "twice": '{"device_id":"a","device_id":"b","metric":"p","at":"2026-11-22T10:00:00Z","value":1}',
    "two on a line": f"{GOOD} {GOOD}",
    "two lines": GOOD.replace(", ", ",\n ", 1),
    "nested braces over lines": '{"x": {}\n{"device_id":"a"}\n}',
    "escaped key": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00Z","value":1,"\\u0075nit":"W"}',
    "extra fields": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00Z","value":1,"tags":[{"k":[1]}]}',
    "empty name": '{"device_id":"","metric":"p","at":"2026-11-22T10:00:00Z","value":1}',
    "control character": '{"device_id":"a\\u0000","metric":"p","at":"2026-11-22T10:00:00Z","value":1}',
    "lone surrogate": '{"device_id":"\\ud800","metric":"p","at":"2026-11-22T10:00:00Z","value":1}',
    "long name": f'{{"device_id":"{"机" * 201}","metric":"p","at":"2026-11-22T10:00:00Z","value":1}}',
    "number for a name": '{"device_id":7,"metric":"p","at":"2026-11-22T10:00:00Z","value":1}',
    "object for a unit": '{"device_id":"a","metric":"p","at":"2026-11-22T10:00:00Z","value":1,"unit":{}}',
    "array": "[1]",
    "no JSON": "{'device_id': 'a'}",
    "broken off": GOOD[:-9],
    "spaces": "   \t ",
    "blank": "",
    "carriage return": GOOD + "\r",
    "long line": '{"device_id":"a"' + " " * 100_001 + "}",
    "ThingsBoard": '{"ac-1": [{"ts": 1795312800000, "values": {"p": 1, "q": 2}}]}',
    "deep": "[" * 5_000,
}


def slowly(content: str) -> Readings:
    """Return what json.loads alone makes of it, line by line."""
    rows = ReadingRows(10**6)
    for line in content.split("\n"):
        if not line.strip():
            continue
        if len(line.removesuffix("\r")) > 100_000:
            rows.reject("line_long", limit=100_000)
            continue
        try:
            add_body(rows, json.loads(line))
        except (ValueError, RecursionError) as error:
            rows.reject("line_no_json", reason=str(error)[:100])
    return rows.readings()


def told(readings: Readings) -> object:
    columns = readings.columns
    return (
        list(columns.device_ids),
        list(columns.metrics),
        columns.at_s.tolist(),
        columns.values.tolist(),
        list(columns.units) or [""] * len(columns.at_s),
        readings.positions.tolist(),
        [(entry.index, entry.reason) for entry in readings.rejected],
    )


@pytest.mark.parametrize("line", ODD_LINES.values(), ids=ODD_LINES)
@pytest.mark.parametrize("around", [0, 2, FEW_LINES + 3], ids=["alone", "among few", "among many"])
def test_a_line_is_read_the_same_by_both(line: str, around: int) -> None:
    content = "\n".join([*[GOOD] * around, line, *[GOOD] * around])
    assert told(parse_ndjson(content.encode(), limit=10**6)) == told(slowly(content))


def test_a_mixture_of_lines_is_read_the_same_by_both() -> None:
    chooser = random.Random(5)
    odd = [line for line in ODD_LINES.values() if len(line) < 1_000]
    lines = [chooser.choice(odd) if chooser.random() < 0.02 else GOOD.replace("905.5", str(n)) for n in range(5_000)]
    content = "\n".join(lines)
    assert told(parse_ndjson(content.encode(), limit=10**6)) == told(slowly(content))


def test_a_good_block_goes_through_arrow() -> None:
    readings = parse_ndjson("\n".join([GOOD] * 3_000).encode(), limit=3_000)
    assert not isinstance(readings.columns.device_ids, list), "names came one by one: the slow path read the block"
    assert len(readings.positions) == 3_000


@pytest.mark.parametrize("lines", [[GOOD] * 11, [GOOD] * 10 + ["x"], ["x"] * 11])
def test_more_readings_than_allowed_are_a_problem(lines: list[str]) -> None:
    with pytest.raises(Problem):
        parse_ndjson("\n".join(lines).encode(), limit=10)


def test_packed_columns_come_back_the_same() -> None:
    columns = parse_ndjson("\n".join([GOOD, *list(ODD_LINES.values())[:7]]).encode(), limit=100).columns
    back = unpack_columns(pack_columns(columns))
    assert list(back.device_ids) == list(columns.device_ids)
    assert list(back.units) == list(columns.units)
    assert np.array_equal(back.at_s, columns.at_s)


def event(**more: object) -> dict[str, object]:
    return {"specversion": "1.0", "id": "1", "source": "/gateway", "type": "reading", **more}


READING = json.loads(GOOD)
EVENTS = {
    "data": (event(data=READING), 1),
    "many": (event(data=[READING, READING], datacontenttype="application/json"), 2),
    "lines in a text": (event(data=f"{GOOD}\n{GOOD}", datacontenttype="application/x-ndjson"), 2),
    "line protocol": (event(data="ac,device=空调 power=1 1795312800000000000", datacontenttype="text/plain"), 1),
    "base64": (event(data_base64="e30=", datacontenttype="application/json"), 0),
}


@pytest.mark.parametrize(("body", "count"), EVENTS.values(), ids=EVENTS)
def test_a_cloud_event_holds_readings_in_any_format(body: object, count: int) -> None:
    content = json.dumps(body).encode()
    readings = parse_telemetry(content, media_type="application/cloudevents+json", limit=100, received_at_s=1.7e9)
    assert len(readings.positions) == count


BAD_EVENTS = {
    "no id": {"specversion": "1.0", "source": "/", "type": "t", "data": READING},
    "version": event(data=READING) | {"specversion": "0.3"},
    "no data": event(),
    "no base64": event(data_base64="%%%"),
    "event in an event": event(data=event(), datacontenttype="application/cloudevents+json"),
    "not an object": 7,
}


@pytest.mark.parametrize("body", BAD_EVENTS.values(), ids=BAD_EVENTS)
def test_a_bad_cloud_event_is_refused_alone_and_named_in_a_batch(body: object) -> None:
    with pytest.raises(Problem):
        parse_telemetry(
            json.dumps(body).encode(), media_type="application/cloudevents+json", limit=9, received_at_s=1.7e9
        )
    batch = json.dumps([event(data=READING), body, event(data=READING)]).encode()
    readings = parse_telemetry(batch, media_type="application/cloudevents-batch+json", limit=9, received_at_s=1.7e9)
    assert readings.positions.tolist() == [0, 2]
    assert [entry.index for entry in readings.rejected] == [1]


def test_a_batch_of_events_with_more_readings_than_allowed_is_a_problem() -> None:
    batch = json.dumps([event(data=[READING] * 5)] * 3).encode()
    with pytest.raises(Problem) as caught:
        parse_telemetry(batch, media_type="application/cloudevents-batch+json", limit=9, received_at_s=1.7e9)
    assert caught.value.kind.name == "too_many_items"
