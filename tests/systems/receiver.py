"""A receiver of webhooks as a careful program would be: checks the signature, takes each `webhook-id` once.

Every so often its answer is lost (it has taken the message and says 503), so that messages certainly come again.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError

MAX_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Heard:
    """One signed request."""

    message_id: str
    type: str
    data: dict[str, object]


@dataclass(slots=True)
class Receiver:
    """Listens on a free loopback port from `start` to `stop`."""

    loses_every: int = 5  # of the messages heard for the first time, how many answers get lost: one in so many
    secret: str = ""
    heard: list[Heard] = field(default_factory=list)  # everything that was signed rightly, repetitions included
    accepted: list[Heard] = field(default_factory=list)  # what a program would act on
    refused: int = 0
    status: int = 200
    _known: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _server: ThreadingHTTPServer | None = None

    def start(self) -> str:
        """Listen, and return the address to send to."""
        receiver = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = min(int(self.headers.get("content-length", 0)), MAX_BYTES)
                body = self.rfile.read(length)
                if len(body) < length:  # the sender was killed in the middle of it: nothing was said
                    self.close_connection = True
                    return
                status = receiver.take(body, dict(self.headers.items()))
                self.send_response(status)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, name="receiver", daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_address[1]}/hook"

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """Take a message; return the status to answer."""
        names = {name.lower(): value for name, value in headers.items()}
        try:
            Webhook(self.secret).verify(body.decode(), names)
        except WebhookVerificationError:
            with self._lock:
                self.refused += 1
            return 401
        if self.status != 200:
            return self.status
        content = json.loads(body)
        heard = Heard(names["webhook-id"], content["type"], content["data"])
        with self._lock:
            self.heard.append(heard)
            if heard.message_id in self._known:
                return 200
            self._known.add(heard.message_id)
            self.accepted.append(heard)
            is_lost = bool(self.loses_every) and len(self._known) % self.loses_every == 0
        return 503 if is_lost else 200

    def repeated(self) -> int:
        """Return how many messages came more than once."""
        ids = [heard.message_id for heard in self.heard]
        return len(ids) - len(set(ids))
