"""A job that outlives its time holds no stop up, and is done at the next start; connectors are read again at SIGHUP."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.systems.rt import wait_until

pytestmark = pytest.mark.systems
SERVED = """
import sys, time
from pathlib import Path
from api.app import create_app
from api.cli.server import make_server, reload_on_hangup, run_to_the_end
from api.logs import configure_logs
from api.settings import Settings

folder, port, run = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
configure_logs(20)
settings = Settings(data_dir=folder, job_drain_s=1.0, drain_notice_s=0.0)
app = create_app(settings)

def work(task):
    (folder / f"began-{run}").write_text(task.job_id)
    if run == "first":
        time.sleep(300)
    (folder / "done").write_text(run)
    return run

app.state.jobs.define("slow", work)
app.state.jobs.keep_ready()
reload_on_hangup(app.state.connectors)
server = make_server(app, settings, host="127.0.0.1", port=port)
if run == "first":
    import threading
    def ask():
        while not server.started:
            time.sleep(0.05)
        app.state.jobs.submit("slow", {}, tenant="default", key="1")
    threading.Thread(target=ask, daemon=True).start()
run_to_the_end(server, app.state.jobs)
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(root: Path, folder: Path, run: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", SERVED, str(folder), str(free_port()), run]
    return subprocess.Popen(command, cwd=root, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("sig", [signal.SIGINT, signal.SIGTERM])
def test_a_job_that_outlives_its_time_does_not_hold_the_exit_up(root: Path, tmp_path: Path, sig: int) -> None:
    first = serve(root, tmp_path, "first")
    try:
        wait_until((tmp_path / "began-first").exists, "the job began", limit_s=60)
        stopped_at = time.monotonic()
        first.send_signal(sig)
        _, told = first.communicate(timeout=60)
        assert time.monotonic() - stopped_at < 30
        assert "jobs_interrupted" in told
        assert ("exit_with_jobs_running" in told) == (sig == signal.SIGINT), "SIGTERM ends the process by itself"
    finally:
        first.kill()
        first.wait()
    assert not (tmp_path / "done").exists()
    second = serve(root, tmp_path, "second")
    try:
        wait_until((tmp_path / "done").exists, "the next start takes the job up", limit_s=60)
        assert (tmp_path / "began-second").read_text() == (tmp_path / "began-first").read_text()
    finally:
        second.kill()
        second.communicate()


def test_a_hangup_reads_the_connectors_again(root: Path, tmp_path: Path) -> None:
    served = serve(root, tmp_path, "second")
    try:
        wait_until((tmp_path / "jobs.sqlite3").exists, "the service started", limit_s=60)
        (tmp_path / "connectors.toml").write_text("[[connector]\n", encoding="utf-8")
        os.kill(served.pid, signal.SIGHUP)
        time.sleep(1)
        assert served.poll() is None, "SIGHUP ends a process that does not take it"
        served.send_signal(signal.SIGTERM)
        _, told = served.communicate(timeout=30)
    finally:
        served.kill()
        served.wait()
    assert "connectors_unreadable" in told
