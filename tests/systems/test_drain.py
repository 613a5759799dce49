"""SIGTERM under load: /readyz says so, nothing under way fails, the state is written, the process ends by itself."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx
import pytest

from api.cli.keys import create_key
from api.settings import Settings
from api.store import open_store_for

pytestmark = pytest.mark.systems
CLIENTS = 8
WAIT_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Load:
    """Clients that prefill again and again until they are refused, each on a connection of its own."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.key = url, key
        self.answered = 0
        self.failed: list[str] = []
        self.readiness: list[tuple[int, str]] = []
        self._lock = threading.Lock()

    def prefill(self) -> None:
        body = {"messages": [{"id": "m", "role": "customer", "text": "订单号20250618936,空调显示E4不制冷。" * 40}]}
        while True:
            warned = (503, "draining") in self.readiness
            try:
                with httpx.Client(base_url=self.url, timeout=WAIT_S) as client:
                    answer = client.post("/v1/prefill", json=body, headers={"Authorization": f"Bearer {self.key}"})
            except httpx.ConnectError:
                return  # refused at the door: nothing was under way
            except httpx.TransportError as error:
                # Who connects after the warning may be reset in the queue; whom the service accepted it answers.
                if not (warned and isinstance(error, httpx.ReadError | httpx.WriteError)):
                    with self._lock:
                        self.failed.append(repr(error))
                return
            with self._lock:
                if answer.status_code == 200:
                    self.answered += 1
                else:
                    self.failed.append(answer.text)

    def watch(self) -> None:
        while True:
            try:
                answer = httpx.get(f"{self.url}/readyz", timeout=WAIT_S)
            except httpx.TransportError:
                return
            self.readiness.append((answer.status_code, answer.json()["status"]))
            time.sleep(0.05)


def test_a_stop_under_load_fails_nothing_under_way(api_settings: Settings, root: Path) -> None:
    store = open_store_for(api_settings)
    _, key = create_key(store, name="drain", scopes=["admin"])
    store.database.close()
    port = free_port()
    command = [sys.executable, "-m", "api", "serve", "--port", str(port), "--data-dir", str(api_settings.data_dir)]
    environment = {
        **os.environ,
        "BEFOREHAND_DRAIN_NOTICE_S": "1.5",
        "BEFOREHAND_LIMITS__REQUESTS_PER_MINUTE": "1000000",
    }
    process = subprocess.Popen(
        command, cwd=root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )
    url = f"http://127.0.0.1:{port}"
    try:
        transport = httpx.HTTPTransport(retries=10)
        with httpx.Client(transport=transport, timeout=WAIT_S) as client:
            assert client.get(f"{url}/readyz").status_code == 200
        load = Load(url, key)
        threads = [threading.Thread(target=load.prefill) for _ in range(CLIENTS)]
        threads.append(threading.Thread(target=load.watch))
        for thread in threads:
            thread.start()
        time.sleep(2.0)
        process.send_signal(signal.SIGTERM)
        for thread in threads:
            thread.join(WAIT_S)
        _, told = process.communicate(timeout=WAIT_S)
    finally:
        process.kill()
        process.wait()
    assert load.failed == []
    assert load.answered > CLIENTS
    assert (503, "draining") in load.readiness, "a load balancer would not have noticed"
    assert load.readiness.index((503, "draining")) > 0
    assert process.returncode in (0, -signal.SIGTERM), told[-2_000:]
    assert "Traceback" not in told
