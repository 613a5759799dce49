"""/v1/devices and feedback on tickets: told once, counted once, kept over a restart; a site's storm is one ticket."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.keys import create_key
from api.settings import Settings

NOW = datetime.now(UTC).replace(microsecond=0)
STEP = timedelta(minutes=30)
CALM = 100
"""Readings of two days: enough for the monitor to know what is normal."""
SPIKE = 10
NOISE = np.random.default_rng(5).normal(size=(CALM + SPIKE + 200, 8))


def month(devices: dict[str, float], *, steps: int = CALM + SPIKE, calm_again: int = 0) -> bytes:
    """Return readings up to now; after the calm each device's are off by what is given, until it is calm again."""
    lines = []
    steps += calm_again
    for step in range(steps):
        at = (NOW - (steps - 1 - step) * STEP).isoformat()
        for number, (device_id, shift) in enumerate(devices.items()):
            value = 100.0 + float(NOISE[step, number]) + (shift if CALM <= step < steps - calm_again else 0.0)
            lines.append(json.dumps({"device_id": device_id, "metric": "power", "at": at, "value": value, "unit": "W"}))
    return "\n".join(lines).encode()


def send(client: TestClient, content: bytes) -> None:
    answer = client.post("/v1/telemetry", content=content, headers={"Content-Type": "application/x-ndjson"})
    assert (answer.status_code, answer.json()["rejected"]) == (202, [])


def test_devices_of_one_site_that_alarm_together_become_one_ticket(api_client: TestClient) -> None:
    names = [f"泵-{number}" for number in range(4)]
    for name in (*names, "别处"):
        told = {"site": "一厂" if name != "别处" else "二厂", "model": "IH80"}
        assert api_client.put(f"/v1/devices/{name}", json=told).status_code == 204
    send(api_client, month({**dict.fromkeys(names, 90.0), "别处": 90.0}))
    tickets = api_client.get("/v1/tickets").json()
    assert sorted(one["device_id"] for one in tickets) == ["一厂", "别处"]
    group = next(one for one in tickets if one["devices"])
    assert [one["device_id"] for one in group["devices"]] == names
    member = api_client.get("/v1/tickets", params={"device_id": "泵-2"}).json()[0]
    assert (member["group_id"], member["history"][0]["change"]) == (group["id"], "grouped")
    assert {one["status"] for one in api_client.get("/v1/devices", params={"site": "一厂"}).json()} == {"alarm"}


def test_two_devices_of_a_site_are_no_storm(api_client: TestClient) -> None:
    for name in ("a", "b"):
        api_client.put(f"/v1/devices/{name}", json={"site": "一厂"})
    send(api_client, month({"a": 90.0, "b": 90.0}))
    assert sorted(one["device_id"] for one in api_client.get("/v1/tickets").json()) == ["a", "b"]


def test_learning_is_said_and_opens_nothing(api_client: TestClient) -> None:
    send(api_client, month({"泵-1": 90.0}, steps=60))
    device = api_client.get("/v1/devices").json()[0]
    assert (device["status"], 0 < device["learned"] < 1) == ("learning", True)
    assert api_client.get("/v1/tickets").json() == []


def test_a_repair_closes_the_ticket_with_its_reason_and_starts_anew_even_after_a_restart(
    api_settings: Settings,
) -> None:
    app = create_app(api_settings)
    _, key = create_key(app.state.store, name="test", scopes=["admin"])
    headers = {"Authorization": f"Bearer {key}"}
    with TestClient(app, headers=headers) as client:
        send(client, month({"泵-1": 90.0, "泵-2": 0.0}))
        ticket = client.get("/v1/tickets").json()[0]
        event = {"kind": "repair", "at": NOW.isoformat(), "note": "换轴承"}
        first = client.post("/v1/devices/泵-1/events", json=event)
        again = client.post("/v1/devices/泵-1/events", json=event)
        assert (first.status_code, first.json()["is_new"], again.json()["is_new"]) == (201, True, False)
        assert first.json()["id"] == again.json()["id"]
        closed = client.get(f"/v1/tickets/{ticket['id']}").json()
        assert (closed["state"], closed["closed_by"]) == ("resolved", "repair")
        assert "维修" in closed["texts"]["zh"]["explanation"]
        before = {one["device_id"]: one["status"] for one in client.get("/v1/devices").json()}
    assert before == {"泵-1": "learning", "泵-2": "ok"}
    with TestClient(create_app(api_settings), headers=headers) as client:
        assert {one["device_id"]: one["status"] for one in client.get("/v1/devices").json()} == before
        assert client.get(f"/v1/tickets/{ticket['id']}").json()["state"] == "resolved"


def test_a_ticket_closes_itself_with_the_reading_that_ended_it(api_client: TestClient) -> None:
    send(api_client, month({"泵-1": 90.0}, calm_again=120))
    ticket = api_client.get("/v1/tickets").json()[0]
    reason = ticket["reasons"][0]
    assert (ticket["state"], [one["change"] for one in ticket["history"]]) == ("resolved", ["opened", "resolved"])
    assert reason["latest"] == pytest.approx(100.0, abs=5)
    assert reason["since"] < reason["until"] < ticket["resolved_at"]
    assert "back to normal: it reads" in ticket["texts"]["en"]["explanation"]
    assert "已恢复正常" in ticket["texts"]["zh"]["explanation"]


FEEDBACK = [
    ({"verdict": "fixed", "fixed_by": "更换轴承"}, 201),
    ({"verdict": "false_alarm"}, 201),
    ({"verdict": "right", "failed_at": (NOW + timedelta(days=2)).isoformat()}, 422),
    ({"verdict": "maybe"}, 422),
]


@pytest.mark.parametrize(("told", "status"), FEEDBACK, ids=["fixed", "false", "in the future", "unknown word"])
def test_feedback_on_a_ticket_is_kept(api_client: TestClient, told: dict[str, str], status: int) -> None:
    send(api_client, month({"泵-1": 90.0}))
    ticket_id = api_client.get("/v1/tickets").json()[0]["id"]
    answer = api_client.post(f"/v1/tickets/{ticket_id}/feedback", json=told)
    assert answer.status_code == status
    if status == 201:
        assert answer.json()["ticket_id"] == ticket_id


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/v1/tickets/nothing/feedback", {"verdict": "right"}, 404),
        ("/v1/devices/x/events", {"kind": "exploded"}, 422),
        ("/v1/devices/x/events", {"kind": "failure", "at": "2096-01-01T00:00:00Z"}, 422),
        ("/v1/devices/%00/events", {"kind": "failure"}, 422),
    ],
)
def test_what_cannot_be_is_refused(api_client: TestClient, path: str, body: dict[str, str], status: int) -> None:
    assert api_client.post(path, json=body).status_code == status


def test_a_plot_is_drawn_in_either_language(api_client: TestClient) -> None:
    send(api_client, month({"泵-1": 90.0}))
    address = api_client.get("/v1/tickets").json()[0]["plot_url"]
    assert ">实测<" in api_client.get(address, params={"lang": "zh"}).text
    assert ">observed<" in api_client.get(address, params={"lang": "en"}).text


def test_an_event_told_to_one_process_reaches_the_others(api_settings: Settings) -> None:
    first, second = create_app(api_settings), create_app(api_settings)
    _, key = create_key(first.state.store, name="test", scopes=["admin"])
    with TestClient(first, headers={"Authorization": f"Bearer {key}"}) as client:
        send(client, month({"泵-1": 0.0}))
        other = second.state.foresight
        other.start()
        client.post("/v1/devices/泵-1/events", json={"kind": "firmware", "at": NOW.isoformat()})
        assert other.fleet(NOW).learned.tolist() == [1.0]
        other.follow()
        assert other.fleet(NOW).learned.tolist() == [0.0]
        other.follow()
        assert len(client.get("/v1/devices/泵-1/events").json()) == 1
    second.state.engines.close()
    second.state.store.database.close()
