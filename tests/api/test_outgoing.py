"""Calls to addresses that others chose: what is refused before a byte leaves, and what a hostile answer may cost."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from api.logs import in_context, new_context
from api.outgoing import AnswerRefused, OutgoingRefused, outgoing_client

SLOW_S = 0.3
"""What a request may take in the tests of slow answers."""


class Answering(BaseHTTPRequestHandler):
    """Answers by path; keeps the Host headers it was sent."""

    def do_GET(self) -> None:
        self.server.seen.append(self.headers["Host"])  # type: ignore[attr-defined]
        self.server.traces.append(self.headers["traceparent"])  # type: ignore[attr-defined]
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            self.end_headers()
            return
        self.send_response(200)
        if self.path == "/packed":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        self.wfile.write(b"x" * (5_000 if self.path == "/large" else 2))

    def log_message(self, format: str, *args: object) -> None: ...


class Listening(ThreadingHTTPServer):
    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.seen: list[str] = []
        self.traces: list[str | None] = []


@pytest.fixture
def server() -> Iterator[Listening]:
    """Serve on a free loopback port."""
    listening = Listening()
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield listening
    listening.shutdown()
    thread.join()
    listening.server_close()


def knows(**names: Sequence[str]) -> Callable[[str, int], Sequence[str]]:
    """Return a resolver that knows these names, written with _ for a dot, and counts no calls."""
    return lambda host, port: names[host.replace(".", "_")]


def refusal(url: str, *, addresses: Sequence[str] = (), **rules: object) -> str:
    """Return why a call is refused."""
    client = outgoing_client(timeout_s=1, resolve=lambda host, port: addresses, **rules)  # type: ignore[arg-type]
    with client, pytest.raises(OutgoingRefused) as refused:
        client.get(url)
    return refused.value.reason


INSIDE = [
    "127.0.0.1",
    "127.255.255.254",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "0.0.0.0",
    "0.1.2.3",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "::127.0.0.1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::a00:1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "2001:0:7f00:1::",
]


@pytest.mark.parametrize("address", INSIDE)
def test_name_of_an_inside_address_is_refused(address: str) -> None:
    assert refusal("http://hooks.example/工单", addresses=[address]) == "address"


@pytest.mark.parametrize("address", [text for text in INSIDE if "%" not in text])
def test_inside_address_itself_is_refused(address: str) -> None:
    host = f"[{address}]" if ":" in address else address
    assert refusal(f"http://{host}/") == "address"


def test_one_inside_address_among_public_ones_refuses_the_name() -> None:
    assert refusal("https://hooks.example/", addresses=["93.184.216.34", "10.0.0.1"]) == "address"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://hooks.example/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://hooks.example/", "scheme"),
        ("http://user@hooks.example/", "user"),
        ("http://user:密码@hooks.example/", "user"),
        ("http://hooks.example:22/", "port"),
        ("http://hooks.example:6379/", "port"),
        ("https://hooks.example/", "unresolved"),
    ],
)
def test_address_is_refused_before_a_connection(url: str, reason: str) -> None:
    assert refusal(url) == reason


@pytest.mark.parametrize(
    "address", ["169.254.169.254", "fd00:ec2::254", "0.0.0.0", "224.0.0.1", "fe80::1", "100.100.100.200"]
)
def test_allow_private_opens_no_metadata_service(address: str) -> None:
    assert refusal("http://inside.example/", addresses=[address], allow_private=True) == "address"


@pytest.mark.parametrize("spelling", ["http://2130706433/", "http://0x7f.1/", "http://127.1/"])
def test_odd_spelling_of_loopback_is_refused(spelling: str) -> None:
    """The system's resolver takes these for 127.0.0.1; what counts is what it answers."""
    with outgoing_client(timeout_s=1) as client, pytest.raises(OutgoingRefused):
        client.get(spelling)


def test_name_that_changes_its_mind_is_called_at_the_checked_address(server: Listening) -> None:
    """A rebinding name: allowed when it is checked, another address when it is asked again."""
    answers = iter([["127.0.0.1"], ["169.254.169.254"]])
    asked: list[str] = []

    def rebinding(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    with outgoing_client(timeout_s=5, allow_private=True, resolve=rebinding) as client:
        first = client.get(f"http://hooks.example:{server.server_port}/")
        with pytest.raises(OutgoingRefused):
            client.get(f"http://hooks.example:{server.server_port}/")
    assert (first.text, asked) == ("xx", ["hooks.example", "hooks.example"])
    assert server.seen == [f"hooks.example:{server.server_port}"]


def test_rebinding_resolver_gets_past_a_client_that_resolves_twice(server: Listening) -> None:
    """Negative control: check first, connect later by name, and the second answer wins."""
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])

    def rebinding(host: str, port: int) -> Sequence[str]:
        return next(answers)

    assert rebinding("hooks.example", 80) == ["93.184.216.34"]
    (second,) = rebinding("hooks.example", 80)
    assert httpx.get(f"http://{second}:{server.server_port}/").text == "xx"


@pytest.mark.parametrize("name", ["hooks.example", "HOOKS.example.", "127.0.0.1", "127.0.0.0/8"])
def test_named_host_may_be_inside(server: Listening, name: str) -> None:
    url = (
        f"http://127.0.0.1:{server.server_port}/"
        if name[0].isdigit()
        else f"http://hooks.example:{server.server_port}/"
    )
    resolve = knows(hooks_example=["127.0.0.1"])
    with outgoing_client(timeout_s=5, allow_hosts=[name], resolve=resolve) as client:
        assert client.get(url).text == "xx"


def test_named_port_opens_no_other_port(server: Listening) -> None:
    with outgoing_client(timeout_s=5, allow_hosts=[f"127.0.0.1:{server.server_port}"]) as client:
        assert client.get(f"http://127.0.0.1:{server.server_port}/").text == "xx"
        with pytest.raises(OutgoingRefused):
            client.get("http://127.0.0.1:22/")


def test_redirect_is_not_followed(server: Listening) -> None:
    with outgoing_client(timeout_s=5, allow_private=True) as client:
        answer = client.get(f"http://127.0.0.1:{server.server_port}/away")
    assert (answer.status_code, server.seen) == (302, [f"127.0.0.1:{server.server_port}"])


def test_redirect_that_a_caller_follows_is_checked_too(server: Listening) -> None:
    with outgoing_client(timeout_s=5, allow_private=True) as client, pytest.raises(OutgoingRefused):
        client.get(f"http://127.0.0.1:{server.server_port}/away", follow_redirects=True)


@pytest.mark.parametrize("path", ["/large", "/packed"])
def test_answer_too_large_or_packed_is_refused(server: Listening, path: str) -> None:
    with outgoing_client(timeout_s=5, allow_private=True, answer_bytes=4_999) as client, pytest.raises(AnswerRefused):
        client.get(f"http://127.0.0.1:{server.server_port}{path}")


def test_answer_of_exactly_the_limit_is_taken(server: Listening) -> None:
    with outgoing_client(timeout_s=5, allow_private=True, answer_bytes=5_000) as client:
        assert len(client.get(f"http://127.0.0.1:{server.server_port}/large").content) == 5_000


@contextmanager
def dripping(piece: bytes, *, every_s: float) -> Iterator[int]:
    """Listen on a port whose answer comes in small pieces and never ends."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def drip() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.sendall(b"HTTP/1.1 200 OK\r\n")
                while not stop.wait(every_s):
                    try:
                        connection.sendall(piece)
                    except OSError:
                        return

        thread = threading.Thread(target=drip)
        thread.start()
        yield listener.getsockname()[1]
        stop.set()
        thread.join()


@pytest.mark.parametrize("piece", [b"X-Slow: 1\r\n", b""], ids=["one header at a time", "silence"])
def test_answer_that_never_ends_is_left_in_time(piece: bytes) -> None:
    """Each read would be in time; the request as a whole is not."""
    client = outgoing_client(timeout_s=SLOW_S, allow_private=True)
    with dripping(piece, every_s=SLOW_S / 10) as port, client, pytest.raises(httpx.ReadTimeout):
        client.get(f"http://127.0.0.1:{port}/")


def test_refused_connection_is_an_httpx_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with outgoing_client(timeout_s=5, allow_private=True) as client, pytest.raises(httpx.ConnectError):
        client.get(f"http://127.0.0.1:{port}/")


def test_the_other_side_is_told_the_trace_it_is_called_in(server: Listening) -> None:
    with outgoing_client(allow_private=True, timeout_s=5) as client:
        url = f"http://127.0.0.1:{server.server_port}/"
        client.get(url)
        with in_context(new_context()) as context:
            client.get(url)
    assert server.traces == [None, context.trace.traceparent]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a certificate for hooks.example; needs the openssl command."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl command here")
    path = tmp_path_factory.mktemp("tls") / "hooks.pem"
    command = [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", "2", "-subj", "/CN=hooks.example", "-addext", "subjectAltName=DNS:hooks.example"]
    subprocess.run([*command, "-keyout", str(path), "-out", str(path) + ".crt"], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path


@pytest.mark.parametrize(
    ("host", "is_trusted", "is_taken"),
    [("hooks.example", True, True), ("other.example", True, False), ("hooks.example", False, False)],
    ids=["its own name", "another name", "an unknown issuer"],
)
def test_certificate_is_that_of_the_name(
    server: Listening,
    certificate: Path,
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    is_trusted: bool,
    is_taken: bool,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    named: list[str] = []
    context.sni_callback = lambda connection, name, _: named.append(name)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", f"{certificate}.crt")
    resolve = knows(hooks_example=["127.0.0.1"], other_example=["127.0.0.1"])
    with outgoing_client(timeout_s=5, allow_private=True, resolve=resolve) as client:
        url = f"https://{host}:{server.server_port}/"
        if is_taken:
            assert client.get(url).text == "xx"
        else:
            with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
                client.get(url)
    assert named == [host]
