"""The fleet, a device, a file replayed, and a person's word on a ticket: what is shown, in both languages, safely."""

from __future__ import annotations

import gzip
import html
import json
import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.store.devices import Device
from predictive.records import Columns
from tests.console.test_console_pages import HOSTILE, HX, ticket

START = datetime(2026, 6, 1, tzinfo=UTC)
STEPS = 130
FRAMES = re.compile(r'data-frames="([^"]*)"')


@pytest.fixture(scope="module")
def fleet_app(console_app: FastAPI) -> FastAPI:
    """Let 120 devices send some days of readings; one of them has a hostile name."""
    foresight = console_app.state.foresight
    foresight.start()
    names = [f"泵-{number:03d}" for number in range(119)] + [HOSTILE]
    monitor = foresight._running()
    for step in range(STEPS):
        at = START + step * timedelta(hours=1)
        values = 50.0 + np.random.default_rng(step).normal(0, 1, len(names))
        columns = Columns(names, ["vibration"] * len(names), np.full(len(names), at.timestamp()), values)
        monitor.observe_columns(columns, received_at=at)
    for number, name in enumerate(names):
        console_app.state.store.devices.put(Device(name, f"站点 {number % 3}", model="IH80"), at=START)
    return console_app


def page(client: TestClient, address: str, *, language: str = "en-US") -> str:
    answer = client.get(address, headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "最可疑的指标"), ("en-US", "Metric most in question")])
def test_the_fleet_is_listed_a_page_at_a_time(
    fleet_app: FastAPI, console_client: TestClient, language: str, said: str
) -> None:
    text = page(console_client, "/console/devices", language=language)
    assert said in text
    assert text.count('scope="row"') == 50
    assert "offset=50" in text
    assert len(re.findall(r'data-cells="([0-4]+)"', text)[0]) == 120
    assert text.count('scope="row"') > page(console_client, "/console/devices?offset=100").count('scope="row"') > 0


def test_devices_are_found_by_text_site_and_status(fleet_app: FastAPI, console_client: TestClient) -> None:
    found = [page(console_client, f"/console/devices?{query}") for query in ("q=泵-07", "site=站点 1", "status=alarm")]
    assert [text.count('scope="row"') for text in found] == [10, 40, 0]


def test_a_search_returns_only_the_list(fleet_app: FastAPI, console_client: TestClient) -> None:
    part = console_client.get("/console/devices?q=泵-001", headers=HX).text
    assert "<html" not in part
    assert "/console/devices/%E6%B3%B5-001" in part


def test_a_hostile_name_is_text(fleet_app: FastAPI, console_client: TestClient) -> None:
    for address in ("/console/devices?q=script", f"/console/devices/{HOSTILE.replace('<', '%3C')}"):
        answer = console_client.get(address)
        assert "<script>alert" not in answer.text
        assert "<img src=x" not in answer.text


def test_a_cell_of_the_map_leads_to_its_device(fleet_app: FastAPI, console_client: TestClient) -> None:
    answer = console_client.get("/console/devices/at?cell=1&site=站点 1", follow_redirects=False)
    assert answer.headers["location"] == "/console/devices/%E6%B3%B5-004"
    outside = console_client.get("/console/devices/at?cell=99999", follow_redirects=False)
    assert outside.headers["location"] == "/console/devices"


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "监测程序看到了什么"), ("en-US", "What the monitor sees")])
def test_a_device_shows_its_readings_its_band_and_what_is_seen(
    fleet_app: FastAPI, console_client: TestClient, language: str, said: str
) -> None:
    text = page(console_client, "/console/devices/泵-002", language=language)
    assert said in text
    band = re.findall(r'class="band" d="([^"]*)"', text)[0]
    assert band.startswith("M")
    assert band.endswith("Z")
    assert "IH80" in text


def test_an_event_is_told_on_the_devices_page(fleet_app: FastAPI, console_client: TestClient) -> None:
    told = {"kind": "firmware", "note": HOSTILE, "at": "2026-06-05T10:00", "utc_offset": "480"}
    answer = console_client.post("/console/devices/泵-003/events", data=told)
    assert answer.status_code == 200
    assert "2026-06-05T02:00:00+00:00" in answer.text
    assert "<script>alert" not in answer.text
    assert "Learning" in answer.text
    assert console_client.post("/console/devices/泵-003/events", data={"kind": "x"}).status_code == 422


def test_nobody_is_not_found(fleet_app: FastAPI, console_client: TestClient) -> None:
    assert console_client.get("/console/devices/nobody").status_code == 404


def test_a_persons_word_on_a_ticket_is_kept_and_shown(console_app: FastAPI, console_client: TestClient) -> None:
    console_app.state.store.tickets.put(ticket(901))
    told = {"verdict": "fixed", "fixed_by": "更换滤网", "failed_at": "", "utc_offset": "0"}
    text = console_client.post("/console/tickets/t901/verdict", data=told).text
    assert "Noted: fixed" in text
    assert "更换滤网" in text


def readings(*, spike: bool = True) -> list[dict[str, object]]:
    rows = []
    for step in range(500):
        value = 50.0 + float(np.random.default_rng(step).normal()) + (40.0 if spike and step > 460 else 0.0)
        at = (START + step * timedelta(minutes=10)).isoformat()
        rows.append({"device_id": "泵-1", "metric": "vibration", "at": at, "value": value})
    return rows


def as_csv(rows: list[dict[str, object]], columns: tuple[str, ...]) -> bytes:
    return "\n".join([",".join(columns), *(",".join(str(row[name]) for name in columns) for row in rows)]).encode()


FILES = {
    "ndjson": ("a.ndjson", "\n".join(json.dumps(row) for row in readings()).encode()),
    "packed": ("a.ndjson.gz", gzip.compress("\n".join(json.dumps(row) for row in readings()).encode())),
    "long csv": ("a.csv", as_csv(readings(), ("device_id", "metric", "at", "value"))),
    "wide csv": (
        "泵.csv",
        as_csv([{"timestamp": row["at"], "vibration": row["value"]} for row in readings()], ("timestamp", "vibration")),
    ),
}


@pytest.mark.parametrize(("name", "content"), FILES.values(), ids=FILES)
def test_a_file_is_replayed(console_client: TestClient, name: str, content: bytes) -> None:
    answer = console_client.post("/console/replay", files={"file": (name, content)})
    assert answer.status_code == 200
    frames = json.loads(html.unescape(FRAMES.findall(answer.text)[0]))
    (series,) = frames["series"]
    assert frames["alerts"][0]["change"] == "opened"
    opened = frames["alerts"][0]["at"]
    assert opened > (START + 460 * timedelta(minutes=10)).timestamp()
    assert len(series["at"]) == len(series["values"]) >= 450
    # A band is what was known then: none in the first days.
    first = series["lower"].index(next(edge for edge in series["lower"] if edge is not None))
    assert series["bandAt"][first] >= (START + timedelta(days=2)).timestamp()


BAD_FILES = {
    "empty": ("a.ndjson", b"", 400),
    "no numbers": ("a.csv", b"timestamp,value\nx,y\n", 400),
    "damaged gzip": ("a.ndjson.gz", b"\x1f\x8b" + b"x" * 40, 400),
    "long csv, bad value": ("a.csv", b"device_id,metric,at,value\na,b,2026-06-01T00:00:00Z,viel\n", 400),
    "a picture": ("a.csv", b"\x89PNG\r\n\x1a\n\x00", 400),
}


@pytest.mark.parametrize(("name", "content", "status"), BAD_FILES.values(), ids=BAD_FILES)
def test_a_file_that_cannot_be_replayed_is_a_problem(
    console_client: TestClient, name: str, content: bytes, status: int
) -> None:
    answer = console_client.post("/console/replay", files={"file": (name, content)})
    assert answer.status_code in (status, 422)
    assert "data-frames" not in answer.text


def test_no_file_is_a_problem(console_client: TestClient) -> None:
    assert console_client.post("/console/replay", data={}).status_code == 422
