"""A real server on a free loopback port, in a thread: started before it is used, stopped and joined after."""

from __future__ import annotations

import socket
import threading

import uvicorn
from starlette.types import ASGIApp


class ConsoleServer(uvicorn.Server):
    """Serves an app; `address` is known once `start` returns."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(uvicorn.Config(app, host="127.0.0.1", port=0, log_config=None))
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self.run, name="console-server")

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._is_up.set()

    def start(self) -> None:
        """Start, and wait until the port is open."""
        self._thread.start()
        assert self._is_up.wait(timeout=60), "the server did not come up within a minute"

    def stop(self) -> None:
        """Stop, and wait until the last answer is sent."""
        self.should_exit = True
        self._thread.join()

    @property
    def address(self) -> str:
        port = self.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"
