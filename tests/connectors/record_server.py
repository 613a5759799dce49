"""A business's record API on a loopback port: answers, hangs, drips, fails so many times; counts what it was asked."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread


class RecordServer:
    """JSON by path with its query; a path it does not know is 404."""

    def __init__(self) -> None:
        self.answers: dict[str, object] = {}
        self.failing: list[int] = []  # statuses to answer first, each once
        self.asked: list[str] = []
        self.authorised: list[str] = []
        self.is_hanging = False
        self._released = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def hang(self) -> None:
        self._released.wait(30)

    def stop(self) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler_of(server: RecordServer) -> type[BaseHTTPRequestHandler]:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.asked.append(self.path)
            server.authorised.append(self.headers.get("Authorization", ""))
            if server.is_hanging:
                server.hang()
                return
            status = server.failing.pop(0) if server.failing else 200 if self.path in server.answers else 404
            content = json.dumps(server.answers.get(self.path, {"error": "none"})).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing on stderr."""

    return Answer
