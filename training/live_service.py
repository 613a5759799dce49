"""Start the real service as a process on a free loopback port, hand out a client with a key, stop it again.

In: nothing but the installed product. Out: an httpx.Client. It does not know what is asked through it.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

START_LIMIT_S = 60.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def live_service(*, data_dir: Path | None = None) -> Iterator[httpx.Client]:
    """Raises TimeoutError with the server's log when it does not come up."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = data_dir or Path(scratch)
        key = subprocess.run(
            [sys.executable, "-m", "api", "keys", "create", "--data-dir", str(folder), "--name", "evaluation"],
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()[-1]
        log = (Path(scratch) / "server.log").open("w+", encoding="utf-8")
        port = free_port()
        server = subprocess.Popen(
            [sys.executable, "-m", "api", "serve", "--port", str(port), "--data-dir", str(folder)],
            stdout=log,
            stderr=log,
            env=os.environ | {"NO_COLOR": "1"},
        )
        try:
            with httpx.Client(
                base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}, timeout=120
            ) as client:
                wait_until_live(client, log_path=Path(log.name))
                yield client
        finally:
            server.terminate()
            server.wait(timeout=20)
            log.close()


def wait_until_live(client: httpx.Client, *, log_path: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        try:
            if client.get("/livez", timeout=1).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise TimeoutError(f"the service did not answer within {START_LIMIT_S:.0f} s; its log:\n{log_path.read_text()}")
