"""kill -9 right after a 202: whatever was accepted is there after the restart, and each episode stays one ticket."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from api.cli.keys import create_key
from api.settings import Settings
from api.store import open_store_for

CONNECT_TRIES = 10
"""httpx waits 0.5 s before the second try and doubles it: together far longer than a start."""
NOW = datetime.now(UTC).replace(microsecond=0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def served(settings: Settings, root: Path, *, ends_with: int) -> Iterator[httpx.Client]:
    """Serve as a process of its own; end it with a signal."""
    port, settings_dir = free_port(), str(settings.data_dir)
    command = [sys.executable, "-m", "api", "serve", "--port", str(port), "--data-dir", settings_dir]
    store = open_store_for(settings)
    _, secret = create_key(store, name="test", scopes=["admin"])
    store.database.close()
    process = subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    transport = httpx.HTTPTransport(retries=CONNECT_TRIES)
    url, headers = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {secret}"}
    try:
        with httpx.Client(base_url=url, headers=headers, transport=transport, timeout=30) as client:
            yield client
    finally:
        os.kill(process.pid, ends_with)
        process.wait(timeout=30)


def readings(hours: range) -> list[dict[str, object]]:
    """Return hourly pressure: calm for twelve days, then falling."""
    start = NOW - timedelta(hours=336)
    return [
        {
            "device_id": "AC-003",
            "metric": "suction_pressure",
            "at": (start + timedelta(hours=hour)).isoformat(),
            "value": 850.0 + hour % 5 if hour < 288 else 850.0 - 8.0 * (hour - 288),
            "unit": "kPa",
        }
        for hour in hours
    ]


@pytest.mark.model
def test_what_was_accepted_survives_kill_9(api_settings: Settings, root: Path) -> None:
    with served(api_settings, root, ends_with=signal.SIGKILL) as client:
        taken = client.post("/v1/telemetry", json=readings(range(300))).json()
        assert taken["accepted"] == 300
    with served(api_settings, root, ends_with=signal.SIGKILL) as client:
        assert client.post("/v1/telemetry", json=readings(range(300))).json()["accepted"] == 0
        assert client.post("/v1/telemetry", json=readings(range(300, 336))).json()["accepted"] == 36
        (before,) = client.get("/v1/tickets").json()
    with served(api_settings, root, ends_with=signal.SIGTERM) as client:
        (after,) = client.get("/v1/tickets").json()
    assert (after["id"], after["key"], after["reasons"]) == (before["id"], before["key"], before["reasons"])


@pytest.mark.model
def test_a_clean_stop_leaves_a_snapshot_to_go_on_from(api_settings: Settings, root: Path) -> None:
    with served(api_settings, root, ends_with=signal.SIGTERM) as client:
        client.post("/v1/telemetry", json=readings(range(200)))
    snapshot = open_store_for(api_settings).telemetry.snapshot()
    assert snapshot is not None
    assert snapshot.batch_id == 1
    with served(api_settings, root, ends_with=signal.SIGTERM) as client:
        assert client.post("/v1/telemetry", json=readings(range(200))).json()["accepted"] == 0
