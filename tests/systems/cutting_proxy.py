"""Stands between our service and a ticket system: hands everything on, and can do harm at an exact moment.

`cut` is asked of each request after the system has answered it and before we hear of it: the moment at which a crash
leaves something done that nobody noted. `forgets` hides what the far side already has, as a service that did not look
would not see it.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

HOP = frozenset({"connection", "transfer-encoding", "content-length", "content-encoding", "date", "server"})


class CuttingProxy:
    """One proxy on a free port."""

    def __init__(self, target: str) -> None:
        self._client = httpx.Client(base_url=target, timeout=60)
        self.cut: Callable[[str, str], bool] = lambda method, path: False
        self.forgets: Callable[[str, str], bool] = lambda method, path: False
        self.on_cut: Callable[[], None] = lambda: None
        self.cuts = 0
        proxy = self

        class Passage(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _pass(self) -> None:
                proxy.hand_on(self)

            do_GET = do_POST = do_PUT = _pass

            def log_message(self, format: str, *arguments: object) -> None:
                """Stay quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Passage)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._client.close()

    def hand_on(self, passage: BaseHTTPRequestHandler) -> None:
        """Pass one request on, and its answer back, unless it is cut."""
        body = passage.rfile.read(int(passage.headers.get("content-length") or 0))
        headers = {name: text for name, text in passage.headers.items() if name.lower() not in {*HOP, "host"}}
        answer = self._client.request(passage.command, passage.path, content=body, headers=headers)
        if self.cut(passage.command, passage.path):
            self.cuts += 1
            self.cut = lambda method, path: False
            self.on_cut()
            passage.close_connection = True
            return
        content = b'{"items":[]}' if self.forgets(passage.command, passage.path) else answer.content
        passage.send_response(answer.status_code)
        for name, text in answer.headers.items():
            if name.lower() not in HOP:
                passage.send_header(name, text)
        passage.send_header("Content-Length", str(len(content)))
        with suppress(OSError):  # who asked was killed meanwhile
            passage.end_headers()
            passage.wfile.write(content)
