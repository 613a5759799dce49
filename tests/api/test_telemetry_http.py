"""POST /v1/telemetry: every format, what is not taken is named, a failing device becomes one ticket."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.keys import create_key
from api.settings import Settings

NOW = datetime.now(UTC).replace(microsecond=0)
AT = NOW.isoformat()
AT_MS = int(NOW.timestamp() * 1000)


def arrow_stream(**columns: list[object]) -> bytes:
    table = pa.table(columns)
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


READING = {"device_id": "空调-1", "metric": "power", "at": AT, "value": 905.5, "unit": "W"}
FORMATS = {
    "ndjson": ("application/x-ndjson", json.dumps(READING, ensure_ascii=False).encode() + b"\n\n"),
    "ndjson with BOM": ("application/x-ndjson; charset=utf-8", b"\xef\xbb\xbf" + json.dumps(READING).encode()),
    "array": ("application/json", json.dumps([READING]).encode()),
    "one object": ("application/json", json.dumps(READING).encode()),
    "milliseconds": ("application/json", json.dumps([{**READING, "at": AT_MS}]).encode()),
    "ThingsBoard": ("application/json", json.dumps({"ac-1": [{"ts": AT_MS, "values": {"power": 905.5}}]}).encode()),
    "line protocol": ("text/plain", f"ac,device_id=ac-1,unit=W power=905.5 {AT_MS}000000\n".encode()),
    "line protocol without time": ("text/plain", rb"living\ room,device=ac-1 value=905i"),
    "arrow": (
        "application/vnd.apache.arrow.stream",
        arrow_stream(device_id=["ac-1"], metric=["power"], at=[NOW], value=[905.5]),
    ),
    "arrow, seconds": (
        "application/vnd.apache.arrow.stream",
        arrow_stream(device_id=["ac-1"], metric=["power"], at=[NOW.timestamp()], value=[905], unit=["W"]),
    ),
}


@pytest.mark.parametrize(("media_type", "content"), FORMATS.values(), ids=FORMATS)
def test_each_format_is_taken(api_client: TestClient, media_type: str, content: bytes) -> None:
    response = api_client.post("/v1/telemetry", content=content, headers={"Content-Type": media_type})
    assert response.status_code == 202
    assert response.json() == {"accepted": 1, "duplicates": 0, "late": 0, "rejected": []}


REJECTED = [
    ({"at": "1970-01-01T00:00:00Z"}, "clock is not set"),
    ({"at": (NOW + timedelta(days=366)).isoformat()}, "later than"),
    ({"at": "2026-11-22T10:00:00"}, "no offset"),
    ({"at": "昨天"}, "not ISO 8601"),
    ({"at": None}, "at is missing"),
    ({"at": True}, "at is missing"),
    ({"at": 1e308}, "at"),
    ({"value": "九百"}, "value is not a number"),
    ({"value": True}, "value is not a number"),
    ({"value": 10**400}, "too large"),
    ({"device_id": ""}, "device_id"),
    ({"device_id": "x" * 201}, "device_id"),
    ({"device_id": "a\x00b"}, "device_id"),
    ({"metric": 7}, "metric"),
    ({"unit": {"W": 1}}, "unit"),
]


@pytest.mark.parametrize(("change", "reason"), REJECTED, ids=[f"{n}-{row[1]}" for n, row in enumerate(REJECTED)])
def test_a_bad_reading_is_named_and_the_good_ones_are_taken(
    api_client: TestClient, change: dict[str, object], reason: str
) -> None:
    response = api_client.post("/v1/telemetry", json=[{**READING, **change}, READING])
    body = response.json()
    assert (response.status_code, body["accepted"]) == (202, 1)
    assert [entry["index"] for entry in body["rejected"]] == [0]
    assert reason in body["rejected"][0]["reason"]
    assert any("\u4e00" <= character <= "\u9fff" for character in body["rejected"][0]["reason_zh"])


UNREADABLE = {
    "no JSON": ("application/json", b"[{", 400, "malformed_json"),
    "a number": ("application/json", b"7", 400, "telemetry_unreadable"),
    "deep": ("application/json", b"[" * 100_000, 400, "malformed_json"),
    "not UTF-8": ("text/plain", b"\xff\xfe\x00", 400, "telemetry_unreadable"),
    "no Arrow": ("application/vnd.apache.arrow.stream", b"nothing", 400, "telemetry_unreadable"),
    "cut Arrow": (
        "application/vnd.apache.arrow.stream",
        FORMATS["arrow"][1][:-200],
        400,
        "telemetry_unreadable",
    ),
    "Arrow without columns": (
        "application/vnd.apache.arrow.stream",
        arrow_stream(device=["a"]),
        400,
        "telemetry_unreadable",
    ),
    "csv": ("text/csv", b"a,b", 415, "unsupported_media"),
}


@pytest.mark.parametrize(("media_type", "content", "status", "problem"), UNREADABLE.values(), ids=UNREADABLE)
def test_an_unreadable_body_is_a_problem(
    api_client: TestClient, media_type: str, content: bytes, status: int, problem: str
) -> None:
    response = api_client.post("/v1/telemetry", content=content, headers={"Content-Type": media_type})
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{problem}")


def test_a_compressed_arrow_stream_is_refused_before_it_unpacks(api_client: TestClient) -> None:
    table = pa.table(
        {"device_id": ["a"] * 10_000, "metric": ["m"] * 10_000, "at": [1.0] * 10_000, "value": [1.0] * 10_000}
    )
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    headers = {"Content-Type": "application/vnd.apache.arrow.stream"}
    response = api_client.post("/v1/telemetry", content=sink.getvalue(), headers=headers)
    assert (response.status_code, response.json()["type"]) == (400, "/problems/telemetry_unreadable")
    assert "压缩" in response.json()["detail"]


def test_the_same_reading_twice_is_a_duplicate(api_client: TestClient) -> None:
    api_client.post("/v1/telemetry", json=[READING])
    assert api_client.post("/v1/telemetry", json=[READING]).json()["duplicates"] == 1


def failing_device(*, device_id: str, hours: int = 24 * 14) -> list[dict[str, object]]:
    """Return hourly pressure that is calm for days and then falls away."""
    start = NOW - timedelta(hours=hours)
    values = [850.0 + (hour % 5) if hour < hours - 48 else 850.0 - 8.0 * (hour - hours + 48) for hour in range(hours)]
    return [
        {
            "device_id": device_id,
            "metric": "suction_pressure",
            "at": (start + timedelta(hours=hour)).isoformat(),
            "value": value,
            "unit": "kPa",
        }
        for hour, value in enumerate(values)
    ]


def test_a_failing_device_becomes_one_ticket_with_reason_and_plot(api_client: TestClient) -> None:
    readings = failing_device(device_id="AC-003")
    for at in range(0, len(readings), 100):
        api_client.post("/v1/telemetry", json=readings[at : at + 100])
    (ticket,) = api_client.get("/v1/tickets", params={"kind": "maintenance"}).json()
    assert (ticket["kind"], ticket["device_id"], ticket["state"]) == ("maintenance", "AC-003", "open")
    reason = ticket["reasons"][0]
    assert reason["metric"] == "suction_pressure"
    assert reason["observed"] < 850.0
    assert "AC-003" in ticket["title"]
    assert api_client.get(f"/v1/tickets/{ticket['id']}").json() == ticket
    plot = api_client.get(ticket["plot_url"])
    assert (plot.status_code, plot.headers["content-type"]) == (200, "image/svg+xml")
    assert plot.text.lstrip().startswith("<")


def test_sending_everything_again_changes_no_ticket(api_client: TestClient) -> None:
    readings = failing_device(device_id="AC-003")
    api_client.post("/v1/telemetry", json=readings)
    before = api_client.get("/v1/tickets").json()
    again = api_client.post("/v1/telemetry", json=readings).json()
    assert again["accepted"] == 0
    assert api_client.get("/v1/tickets").json() == before


def test_tickets_come_in_pages(api_client: TestClient) -> None:
    for number in range(3):
        api_client.post("/v1/telemetry", json=failing_device(device_id=f"AC-{number}"))
    everything = [ticket["id"] for ticket in api_client.get("/v1/tickets").json()]
    assert len(everything) == 3
    paged: list[str] = []
    path = "/v1/tickets?limit=1"
    while path:
        response = api_client.get(path)
        paged += [ticket["id"] for ticket in response.json()]
        path = response.links.get("next", {}).get("url", "")
    assert paged == everything


def test_back_pressure_is_a_429_with_the_time_to_wait(api_settings: Settings) -> None:
    app = create_app(api_settings.model_copy(update={"telemetry_waiting": 0}))
    _, secret = create_key(app.state.store, name="gateway", scopes=["telemetry"])
    with TestClient(app, headers={"Authorization": f"Bearer {secret}"}) as client:
        response = client.post("/v1/telemetry", json=[READING])
    assert (response.status_code, response.headers["retry-after"]) == (429, "2")
    assert response.json()["type"] == "/problems/busy"
