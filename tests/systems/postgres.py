"""A PostgreSQL of its own for a test: a fresh cluster in a folder, on a free port, owned by a user that is not root."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
from pathlib import Path

BINARIES = Path("/usr/lib/postgresql/15/bin")
OWNER = "postgres"
STARTED_S = 60


def missing_postgres() -> str:
    """Say why no PostgreSQL can be started here; "" where one can."""
    if not (BINARIES / "initdb").exists():
        return f"PostgreSQL is not at {BINARIES}: apt-get install postgresql-15"
    if os.geteuid() == 0:
        try:
            pwd.getpwnam(OWNER)
        except KeyError:
            return f"PostgreSQL refuses root and there is no user {OWNER}"
    return ""


class Postgres:
    """A cluster; durable as it comes, but for what a power cut of the whole machine would take."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port = _free_port()
        self._pid = 0
        self.url = f"postgresql+psycopg://{OWNER}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        self._folder.mkdir(parents=True)
        if os.geteuid() == 0:
            shutil.chown(self._folder, OWNER)
            for parent in self._folder.parents:
                if parent.stat().st_uid == 0 and parent.stat().st_mode & 0o011 == 0:
                    parent.chmod(parent.stat().st_mode | 0o011)
        cluster, log = str(self._folder / "cluster"), str(self._folder / "log")
        self._run("initdb", "-D", cluster, "-U", OWNER, "-A", "trust", "--no-locale", "-E", "UTF8")
        options = f"-p {self._port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder}"
        self._run("pg_ctl", "-D", cluster, "-l", log, "-o", options, "-w", "-t", str(STARTED_S), "start")

        self._pid = int((self._folder / "cluster" / "postmaster.pid").read_text().split()[0])

    def stop(self) -> None:
        """End it at once; its folder may be gone already."""
        if self._pid:
            os.kill(self._pid, signal.SIGQUIT)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(BINARIES / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", OWNER, "--", *command]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
