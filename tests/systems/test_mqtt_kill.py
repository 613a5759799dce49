"""Gateways publish out of order and twice over a real broker, two processes share the work, and are killed again and
again: nothing is lost, no ticket comes twice, and what is known in the end is what an undisturbed run knows.

About 12,000 messages; BEFOREHAND_TEST_LENGTH=full makes it a million.
"""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from api.engines import Engines
from api.ingest import unpack_columns
from api.maintain import Foresight
from api.settings import Settings
from api.store import Store, open_store_for
from api.store.lease import NoLease
from predictive import Alert, Columns, Monitor
from tests.systems.beforehand_process import BeforehandProcess
from tests.systems.gateways import STEP_S, Course, Gateway, in_background
from tests.systems.mosquitto import Mosquitto, missing_mosquitto
from tests.systems.rt import free_port, wait_until

IS_FULL = os.environ.get("BEFOREHAND_TEST_LENGTH") == "full"
STEPS = 10_000 if IS_FULL else 600
DEVICES = 100 if IS_FULL else 20
FAILING = 10 if IS_FULL else 4
RATE = 4_000.0 if IS_FULL else 600.0  # messages a second
LATENESS_S = 20 * 86_400.0  # of the devices' time: a killed worker's messages come back after many of the others'
DRAINED_S = 900.0 if IS_FULL else 120.0
SEED = 20261123


def worker(data_dir: Path, name: str) -> BeforehandProcess:
    environment = {
        "BEFOREHAND_WORKER": name,
        "BEFOREHAND_TELEMETRY_LATENESS_S": str(LATENESS_S),
        "BEFOREHAND_SNAPSHOT_EVERY_S": "3",
        "BEFOREHAND_TELEMETRY_KEEP_DAYS": "100",
    }
    return BeforehandProcess(data_dir, port=free_port(), environment=environment)


def hears(process: BeforehandProcess) -> bool:
    """Say whether a worker is connected to the broker."""
    with process.client() as client:
        parts = client.get("/readyz").json()["parts"]
    return any(part["name"].startswith("mqtt") and part["state"] == "ok" for part in parts)


class KeptReadings:
    """What is on disk, read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._batch_id = 0
        self.count = 0
        self.distinct: set[tuple[str, float, float]] = set()

    def read(self) -> set[tuple[str, float, float]]:
        """Read what came since the last time; return all there is."""
        for batch in self._store.telemetry.batches_after(self._batch_id):
            columns = unpack_columns(batch.content)
            self.distinct.update(zip(columns.device_ids, columns.at_s.tolist(), columns.values.tolist(), strict=True))
            self.count += len(columns.at_s)
            self._batch_id = batch.id
        return self.distinct


def undisturbed(course: Course) -> tuple[Monitor, dict[str, Alert]]:
    """Return what a monitor knows that saw every reading once and in order, and the tickets it wants.

    It did not see the end: with the service that waits for earlier readings, and lets those before it go.
    """
    monitor, alerts = Monitor(), {}
    readings = list(course.readings())
    for first in range(0, len(readings), 2_000):
        part = readings[first : first + 2_000]
        names = [course.device_id(device) for device, _, _ in part]
        columns = Columns(
            names, ["pressure"] * len(part), np.array([at for _, at, _ in part]), np.array([v for _, _, v in part])
        )
        seen = monitor.observe_columns(columns, received_at=datetime.now(UTC))
        alerts.update({alert.key: alert for alert in seen.alerts})
    return monitor, alerts


@pytest.mark.systems
def test_two_workers_that_are_killed_lose_nothing_and_open_no_ticket_twice(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if reason := missing_mosquitto():
        pytest.skip(reason)
    broker = Mosquitto(tmp_path / "broker", port=free_port())
    broker.start()
    request.addfinalizer(broker.stop)
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    (data_dir / "mqtt.toml").write_text(f'[[broker]]\nurl = "{broker.url}"\ngroup = "beforehand"\n', encoding="utf-8")
    workers = [worker(data_dir, name) for name in ("first", "second")]
    for process in workers:
        request.addfinalizer(process.stop)
    workers[0].make_key()
    workers[1].key = workers[0].key
    for process in workers:
        process.start()
        wait_until(lambda process=process: hears(process), "the broker is listened to", limit_s=60)  # type: ignore[misc]

    span_s = STEPS * STEP_S
    course = Course(round(time.time() - span_s - 2 * LATENESS_S), DEVICES, STEPS, FAILING, SEED)
    gateway = Gateway(broker.port, name="gateway")
    sending = in_background(gateway, course.messages(), rate=RATE)
    kills = kill_while(sending, workers)
    for process in workers:
        wait_until(lambda process=process: hears(process), "the broker is listened to", limit_s=60)  # type: ignore[misc]

    expected = {(course.device_id(device), at_s, value) for device, at_s, value in course.readings()}
    store = open_store_for(Settings(data_dir=data_dir))
    kept = KeptReadings(store)
    wait_until(lambda: kept.read() >= expected, "every reading is on disk", limit_s=DRAINED_S, pause_s=1)
    ends = end_of(course)
    with workers[0].client() as client:
        body = [
            {"device_id": name, "metric": "pressure", "at": at_s, "value": value}
            for name, at_s, value in zip(ends.device_ids, ends.at_s.tolist(), ends.values.tolist(), strict=True)
        ]
        assert client.post("/v1/telemetry", json=body).json()["accepted"] == DEVICES
    for process in workers:
        process.stop()
    gateway.stop()

    monitor, alerts = undisturbed(course)
    tickets = store.tickets.list(kind="maintenance", limit=10_000)
    assert {(ticket.key, ticket.device_id) for ticket in tickets} == {
        (key, one.device_id) for key, one in alerts.items()
    }
    assert len(tickets) == len(alerts)
    assert {ticket.device_id for ticket in tickets} >= {course.device_id(device) for device in range(FAILING)}
    told = state_of(store, data_dir, course)
    assert told == {course.device_id(device): points_of(monitor, course.device_id(device)) for device in range(DEVICES)}
    print(f"kills {kills}, readings {len(expected)}, kept with repeats {kept.count}, tickets {len(tickets)}")  # noqa: T201
    store.database.close()


def kill_while(sending: object, workers: list[BeforehandProcess]) -> int:
    """Kill one worker or the other while messages come; return how often."""
    chooser, kills = random.Random(SEED), 0
    while sending.is_alive():  # type: ignore[attr-defined]
        time.sleep(chooser.uniform(1.0, 6.0))
        process = chooser.choice(workers)
        process.kill()
        process.start()
        kills += 1
    return kills


def end_of(course: Course) -> Columns:
    """Return one last reading a device, late enough that none of those before it waits any longer."""
    names = [course.device_id(device) for device in range(course.devices)]
    at_s = course.start_s + course.steps * STEP_S + LATENESS_S + 60.0
    return Columns(names, ["pressure"] * len(names), np.full(len(names), at_s), course.values()[-1])


def points_of(monitor: Monitor, device_id: str) -> tuple[list[float], list[float]]:
    """Return what the monitor remembers of a device."""
    points = monitor.series_window(device_id, "pressure")
    return points.at_s.tolist(), points.values.tolist()


def state_of(store: Store, data_dir: Path, course: Course) -> dict[str, tuple[list[float], list[float]]]:
    """Return what a service that starts now remembers."""
    settings = Settings(data_dir=data_dir, telemetry_lateness_s=LATENESS_S)
    foresight = Foresight(engines=Engines(settings), store=store, lease=NoLease())
    foresight.start()
    assert foresight.is_speaking
    remembered: dict[str, tuple[list[float], list[float]]] = {}
    for device in range(course.devices):
        (points,) = foresight.recent(course.device_id(device))
        remembered[points.device_id] = (points.at_s.tolist(), points.values.tolist())
    return remembered
