"""A mosquitto broker of our own on a free port of this machine."""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

from tests.systems.rt import wait_until

PROGRAM = shutil.which("mosquitto") or "/usr/sbin/mosquitto"


def missing_mosquitto() -> str:
    """Return why there is no broker; empty where there is one."""
    return "" if Path(PROGRAM).exists() else "mosquitto is not installed (apt-get install mosquitto)"


class Mosquitto:
    """Keeps sessions and queues in memory, without a limit on either; what it holds is lost with it."""

    def __init__(self, folder: Path, *, port: int, guards: Sequence[str] = ("allow_anonymous true",)) -> None:
        """`guards` are lines of its settings that say who may come in, and how."""
        folder.mkdir(parents=True, exist_ok=True)
        self.port = port
        self.url = f"mqtt://127.0.0.1:{port}"
        self._settings = folder / "mosquitto.conf"
        self._log = folder / "mosquitto.log"
        lines = (
            f"user {getpass.getuser()}",
            f"listener {port} 127.0.0.1",
            *guards,
            "max_queued_messages 0",
            "max_inflight_messages 0",
        )
        self._settings.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen([PROGRAM, "-c", str(self._settings)], stdout=log, stderr=log)
        try:
            wait_until(self._listens, "the broker listens", limit_s=20)
        except AssertionError as error:
            self.stop()
            raise AssertionError(
                f"{error}: {self._log.read_text(encoding='utf-8', errors='replace')[-1_000:]}"
            ) from None

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(timeout=20)

    def _listens(self) -> bool:
        with socket.socket() as tried:
            return tried.connect_ex(("127.0.0.1", self.port)) == 0
