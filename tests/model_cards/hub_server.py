"""A hub on a loopback port: serves files as a model hub does, and breaks in the ways a hub breaks."""

from __future__ import annotations

import hashlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Hub:
    """Files by path; `break_after` cuts answers off once each, `ranges` says whether it can go on from a byte."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.large: set[str] = set()  # served with x-linked-etag and a redirect, as a hub serves its big files
        self.lies: dict[str, str] = {}  # path -> the checksum to name instead of the true one
        self.break_after: dict[str, list[int]] = {}
        self.ranges = True
        self.requests: list[tuple[str, str, str]] = []  # method, path, range
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def put(self, repository: str, path: str, content: bytes, *, is_large: bool = False) -> None:
        key = f"/{repository}/resolve/main/{path}"
        self.files[key] = content
        if is_large:
            self.large.add(key)


def _handler_of(hub: Hub) -> type[BaseHTTPRequestHandler]:
    class Answer(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:
            content = self._content()
            if content is None:
                return
            path = self.path.removeprefix("/cdn")
            if path in hub.large:
                self.send_response(302)
                self.send_header("Location", f"{hub.endpoint}/cdn{path}")
                self.send_header("X-Linked-Etag", f'"{hub.lies.get(path, hashlib.sha256(content).hexdigest())}"')
                self.send_header("X-Linked-Size", str(len(content)))
            else:
                blob = hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
                self.send_response(200)
                self.send_header("ETag", f'"{hub.lies.get(path, blob)}"')
                self.send_header("Content-Length", str(len(content)))
            self.send_header("X-Repo-Commit", "c0ffee")
            self.end_headers()

        def do_GET(self) -> None:
            if self.path in hub.large:
                self.send_response(302)
                self.send_header("Location", f"{hub.endpoint}/cdn{self.path}")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            content = self._content()
            if content is None:
                return
            wanted = self.headers.get("Range", "")
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and hub.ranges else 0
            rest = content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            cuts = hub.break_after.get(self.path.removeprefix("/cdn"), [])
            self.wfile.write(rest[: cuts.pop(0)] if cuts else rest)
            self.close_connection = True

        def _content(self) -> bytes | None:
            path = self.path.removeprefix("/cdn")
            hub.requests.append((self.command, path, self.headers.get("Range", "")))
            if path not in hub.files:
                self.send_error(404)
                return None
            return hub.files[path]

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test's output quiet."""

    return Answer
