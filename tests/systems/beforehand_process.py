"""Our own service as a process that can be killed: `beforehand serve` on a data folder and a free port."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.systems.rt import wait_until

STARTED_S = 120.0  # some seconds, on a machine that does nothing else


class BeforehandProcess:
    """The service; `kill` ends it as a power cut would, `start` takes it up again."""

    def __init__(self, data_dir: Path, *, port: int, environment: Mapping[str, str]) -> None:
        self._data_dir = data_dir
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._environment = {**os.environ, **environment, "PYTHONUNBUFFERED": "1"}
        self._process: subprocess.Popen[bytes] | None = None
        self.key = ""

    def make_key(self) -> None:
        """Make a key that may do everything."""
        command = [sys.executable, "-m", "api", "keys", "create", "--data-dir", str(self._data_dir), "--json"]
        done = subprocess.run(command, env=self._environment, capture_output=True, text=True, timeout=60, check=True)
        self.key = json.loads(done.stdout)["key"]

    def start(self, *, is_awaited: bool = True) -> None:
        command = [sys.executable, "-m", "api", "serve", "--port", str(self.port), "--data-dir", str(self._data_dir)]
        with (self._data_dir / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(command, env=self._environment, stdout=log, stderr=log)
        if is_awaited:
            wait_until(self.answers, "the service answers", limit_s=STARTED_S)

    def kill(self) -> None:
        """End the process with no chance to do anything."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def answers(self) -> bool:
        """Return whether the service listens; fail where it ended instead."""
        assert self._process is not None
        if self._process.poll() is not None:
            log = (self._data_dir / "serve.log").read_text(encoding="utf-8", errors="replace")
            raise AssertionError(f"the service ended with {self._process.returncode}: {log[-2000:]}")
        try:
            return httpx.get(f"{self.url}/livez", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def client(self) -> httpx.Client:
        return httpx.Client(base_url=self.url, headers={"Authorization": f"Bearer {self.key}"}, timeout=60)
