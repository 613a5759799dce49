"""The server that runs the app: says that it is leaving before it leaves.

Told to stop by SIGTERM, it first says so at /readyz for a while, so that load balancers stop sending; then it refuses
new connections and finishes what is under way. SIGINT, or a second signal, leaves out the notice. SIGHUP reads
connectors.toml and the secrets that it names again.
"""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI

from api.cli.connections import DeadlineProtocol
from api.enrich import Connectors
from api.jobs import Jobs
from api.routes.health import Health
from api.settings import Settings

log = structlog.get_logger(__name__)

CONNECTIONS = 512
"""Open at once; each costs a file descriptor, of which systems give 1,024."""
KEEP_ALIVE_S = 75
"""Longer than the 60 s that nginx and most load balancers keep a connection: the side that opened it closes it."""
HEADER_BYTES = 64 * 1024
FRAME_BYTES = 256 * 1024
"""Of a WebSocket; what is larger than the protocol takes, and not than this, is told so."""


def make_server(app: FastAPI, settings: Settings, *, host: str, port: int) -> DrainingServer:
    """Return a server that is not running yet."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        http=DeadlineProtocol,
        log_config=None,
        access_log=False,
        server_header=False,
        limit_concurrency=CONNECTIONS,
        ws_max_size=FRAME_BYTES,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=max(1, round(settings.drain_s)),
        h11_max_incomplete_event_size=HEADER_BYTES,
    )
    return DrainingServer(config, health=app.state.health, notice_s=settings.drain_notice_s)


class DrainingServer(uvicorn.Server):
    """Says that it is leaving before it leaves: load balancers stop sending, then connections are refused."""

    def __init__(self, config: uvicorn.Config, *, health: Health, notice_s: float) -> None:
        super().__init__(config)
        self._health = health
        self._notice_s = notice_s
        self._leave_at_s: float | None = None

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Take a signal; runs between two instructions of the main thread, so it only notes the moment."""
        is_first = not self._health.is_draining
        self._health.begin_drain()
        if is_first and sig == signal.SIGTERM and self._notice_s:
            self._captured_signals.append(sig)
            self._leave_at_s = time.monotonic() + self._notice_s
            return
        super().handle_exit(sig, frame)

    async def on_tick(self, counter: int) -> bool:
        if self._leave_at_s is not None and time.monotonic() >= self._leave_at_s:
            self.should_exit = True
        return await super().on_tick(counter)


def run_to_the_end(server: uvicorn.Server, jobs: Jobs) -> None:
    """Serve until told to stop; end the process even where a job is still running after its time.

    Python waits for every thread of a pool before it ends, however long that takes, and a service manager would kill
    the process then. What runs was left to the next start already: nothing is lost by not waiting.
    """
    try:
        server.run()
    finally:
        if jobs.left:
            log.warning("exit_with_jobs_running", running=jobs.left, fix="nothing: they are taken up at the next start")
            logging.shutdown()
            os._exit(0)


def reload_on_hangup(connectors: Connectors) -> None:
    """Read the connectors again at SIGHUP; on a thread, because a signal may come while their lock is held."""

    def reload(sig: int, frame: FrameType | None) -> None:
        threading.Thread(target=connectors.reload, name="reload-connectors", daemon=True).start()

    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, reload)
