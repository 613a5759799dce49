"""A stand-in for a language model's endpoint on a free loopback port: it answers as it is told to, well or badly."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Manner = Literal["well", "slowly", "fails", "no json", "no text", "redirects", "too much"]


@dataclass
class DraftingServer:
    """`draft` is what it writes; `asked` are the bodies that came, `keys` the keys they came with."""

    draft: str = ""
    manner: Manner = "well"
    tokens: int = 100
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Answer from now on."""
        self._is_over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    def stop(self) -> None:
        """Answer no more."""
        self._is_over.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://{self.host}/v1"

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                server.keys.append(self.headers.get("Authorization", ""))
                server.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                if server.manner == "slowly":
                    server._is_over.wait(20)
                status, body = server._answer()
                try:
                    self.send_response(status)
                    self.send_header("Location", "http://127.0.0.1:1/")
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:  # whoever asked has gone
                    return

            def log_message(self, format: str, *args: object) -> None: ...

        return Handler

    def _answer(self) -> tuple[int, bytes]:
        text = self.draft if self.manner != "too much" else "x" * 400_000
        message = {"role": "assistant", "content": None if self.manner == "no text" else text}
        completion = {"choices": [{"message": message}], "usage": {"total_tokens": self.tokens}}
        status = {"fails": 500, "redirects": 302}.get(self.manner, 200)
        return status, b"<html>" if self.manner == "no json" else json.dumps(completion).encode()
