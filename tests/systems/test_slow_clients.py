"""Clients that drip, stall and stay half open, on real sockets: each is left in time, and others never wait for it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn

from api.app import create_app
from api.cli.connections import DeadlineProtocol
from api.cli.keys import create_key
from api.settings import Limits, Settings

pytestmark = pytest.mark.systems

HEADERS_S = 1.0
BODY_S = 1.0
SLOW_CLIENTS = 100


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    key: str

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def livez(self) -> int:
        return httpx.get(f"http://127.0.0.1:{self.port}/livez", timeout=10).status_code


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    limits = Limits(head_wait_s=HEADERS_S, body_grace_s=BODY_S, body_bytes_per_s=1_000_000)
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("slow"), limits=limits))
    _, key = create_key(app.state.store, name="slow", scopes=["admin"])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        config = uvicorn.Config(app, http=DeadlineProtocol, log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield Served(listener.getsockname()[1], key)
        server.should_exit = True
        thread.join()


def left_after_s(connection: socket.socket, *, piece: bytes = b"", every_s: float = 0.1) -> float:
    """Send a piece again and again; return after how long the other side closed."""
    started_s = time.monotonic()
    connection.settimeout(every_s)
    while time.monotonic() - started_s < 30:
        try:
            if piece:
                connection.sendall(piece)
            if connection.recv(4_096) == b"":
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - started_s


@pytest.mark.parametrize(
    ("first", "piece"),
    [(b"", b""), (b"GET /livez HTTP/1.1\r\n", b"X-A: b\r\n"), (b"GET /livez HT", b"")],
    ids=["says nothing", "one header at a time", "half a line"],
)
def test_headers_that_never_end_are_left(served: Served, first: bytes, piece: bytes) -> None:
    with served.connect() as connection:
        connection.sendall(first)
        assert HEADERS_S * 0.5 < left_after_s(connection, piece=piece) < HEADERS_S * 5


def test_second_request_of_a_connection_has_the_same_deadline(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"200 OK" in connection.recv(4_096)
        connection.sendall(b"GET /livez HTTP/1.1\r\n")
        assert left_after_s(connection, piece=b"X-A: b\r\n") < HEADERS_S * 5


def test_body_that_drips_is_left(served: Served) -> None:
    head = f"POST /v1/telemetry HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {served.key}\r\n"
    head += "Content-Type: application/x-ndjson\r\nContent-Length: 100000\r\n\r\n"
    with served.connect() as connection:
        connection.sendall(head.encode())
        started_s = time.monotonic()
        answer = b""
        connection.settimeout(0.1)
        while b"\r\n\r\n" not in answer and time.monotonic() - started_s < 30:
            connection.sendall(b" ")
            try:
                answer += connection.recv(4_096)
            except TimeoutError:
                continue
    assert answer.startswith(b"HTTP/1.1 408")
    assert time.monotonic() - started_s < BODY_S * 5


def test_client_that_is_gone_in_the_middle_of_a_body_costs_nothing(served: Served) -> None:
    for _ in range(20):
        with served.connect() as connection:
            connection.sendall(b"POST /v1/telemetry HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n{")
    assert served.livez() == 200


def test_others_are_served_while_many_drip(served: Served) -> None:
    with ExitStack() as stack:
        for _ in range(SLOW_CLIENTS):
            connection = stack.enter_context(served.connect())
            connection.sendall(b"GET /livez HTTP/1.1\r\nX-A: ")
        assert served.livez() == 200


def test_headers_without_end_in_size_are_refused(served: Served) -> None:
    with served.connect() as connection:
        connection.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\nX-A: " + b"a" * 200_000)
        assert b"HTTP/1.1 400" in connection.recv(4_096)


def test_control_without_the_deadline_a_silent_client_stays(tmp_path: Path) -> None:
    """uvicorn's own connection is still open long after ours would be closed: the test above can fail."""
    app = create_app(Settings(data_dir=tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, http="h11", log_config=None, access_log=False))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        while not server.started:
            time.sleep(0.05)
        with socket.create_connection(listener.getsockname(), timeout=HEADERS_S * 2) as connection:
            connection.sendall(b"GET /livez HTTP/1.1\r\n")
            with pytest.raises(TimeoutError):
                connection.recv(1)
        server.should_exit = True
        thread.join()
