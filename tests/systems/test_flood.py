"""A served process under clients that mean harm: it ends them, refuses what is too large, and is as before afterwards.

BEFOREHAND_TEST_LENGTH=full takes more of everything.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import socket
import struct
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.systems.beforehand_process import BeforehandProcess
from tests.systems.rt import free_port

pytestmark = pytest.mark.systems

IS_FULL = os.environ.get("BEFOREHAND_TEST_LENGTH") == "full"
MIB = 1024 * 1024
WAIT_S = 3.0
"""What the server under test gives a head and a body; 20 s by default."""
GROWTH_MIB = 256
"""What the process may grow by while all of this goes through it, its models being in memory before: the largest body
that a form may have. The bombs alone unpack to more than four gigabytes."""
SECRETS = {
    "FEISHU_SECRET": "app-secret-0",
    "FEISHU_KEY": "encrypt-key-0",
    "WECOM_SECRET": "corp-secret-0",
    "WECOM_TOKEN": "QDG6eK",
    "WECOM_KEY": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    "DING_SECRET": "app-secret-1",
    "HOOK_SECRET": "hook-secret-of-24-letters",
}
CONNECTORS = """
[[connector]]
name = "feishu"
kind = "feishu"
login = "cli_1"
password = "env:FEISHU_SECRET"
secret = "env:FEISHU_KEY"
[connector.extra]
team_chat = "oc_team"

[[connector]]
name = "wecom"
kind = "wecom"
login = "wx5823bf96d3bd56c7"
password = "env:WECOM_SECRET"
token = "env:WECOM_TOKEN"
secret = "env:WECOM_KEY"
[connector.extra]
agent_id = 1
to_user = "a"

[[connector]]
name = "dingtalk"
kind = "dingtalk"
login = "ding1"
password = "env:DING_SECRET"
[connector.extra]
team_group = "cid"
"""
HOOKS = ("feishu", "wecom", "dingtalk", "unknown")
QUESTION = {
    "ticket_id": "T-1",
    "messages": [{"id": "m1", "text": "订单号 20240518936，空调显示 E4. The order is 20240518936, it shows E4."}],
    "locale": "zh-CN",
    "reference_time": "2026-11-22T10:00:00+08:00",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BeforehandProcess]:
    """Return the service with three messengers, short patience and no limit on the number of calls."""
    yield from _served(tmp_path_factory.mktemp("flood"))


@pytest.fixture(scope="module", autouse=True)
def resident_before_mib(served: BeforehandProcess) -> float:
    """Return what the process holds before anybody means it harm."""
    return resident_mib(served)


@pytest.fixture(scope="module")
def fresh_answer(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return what a process that has seen nothing answers to the question."""
    for server in _served(tmp_path_factory.mktemp("fresh")):
        return drafted(server)
    raise AssertionError("no server")


def _served(folder: Path) -> Iterator[BeforehandProcess]:
    (folder / "connectors.toml").write_text(CONNECTORS, encoding="utf-8")
    environment = {
        "BEFOREHAND_LIMITS__BODY_GRACE_S": str(WAIT_S),
        "BEFOREHAND_LIMITS__HEAD_WAIT_S": str(WAIT_S),
        "BEFOREHAND_LIMITS__ANSWER_WAIT_S": str(WAIT_S),
        "BEFOREHAND_LIMITS__FAILURES_AT_ONCE": "1000000",
        "BEFOREHAND_LIMITS__REQUESTS_AT_ONCE": "1000000",
        **SECRETS,
    }
    server = BeforehandProcess(folder, port=free_port(), environment=environment)
    server.make_key()
    server.start()
    try:
        warm_up(server)
        yield server
    finally:
        server.stop()


def warm_up(server: BeforehandProcess) -> None:
    """Make the service load every model that the attacks can make it load."""
    with server.client() as client:
        for _ in range(2):
            read = client.post("/v1/ocr", files={"file": ("small.png", png(400, 300))})
            heard = client.post(
                "/v1/audio/transcriptions", files={"file": ("short.wav", wav(32_000, b"\x00\x01" * 16_000))}
            )
            assert (read.status_code, heard.status_code) == (200, 200), (read.text, heard.text)
    drafted(server)


def drafted(server: BeforehandProcess) -> bytes:
    """Return the answer to one question, byte for byte but for what differs by nature: ids and times."""
    with server.client() as client:
        answer = client.post("/v1/prefill", json=QUESTION)
    assert answer.status_code == 200, answer.text
    kept = {name: value for name, value in answer.json().items() if name not in ("id", "created_at", "timing_ms")}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()


def lines(server: BeforehandProcess, count: int) -> list[socket.socket]:
    return [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(count)]


def seconds_until_closed(line: socket.socket, *, drip: bytes, limit_s: float) -> float:
    """Return how long the server waits for a client that sends a byte now and then."""
    started = time.monotonic()
    line.settimeout(0.2)
    while time.monotonic() - started < limit_s:
        try:
            line.sendall(drip)
            if not line.recv(65_536):
                break
        except TimeoutError:
            continue
        except OSError:
            break
    return time.monotonic() - started


@pytest.mark.parametrize(
    ("head", "drip"),
    [
        pytest.param(b"", b"", id="says nothing"),
        pytest.param(b"GET /livez HTTP/1.1\r\nHost: x\r\n", b"X", id="head drips"),
        pytest.param(
            b"POST /v1/prefill HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"
            b"Content-Length: 1000000\r\n\r\n{",
            b" ",
            id="body drips",
        ),
        pytest.param(
            b"POST /v1/hooks/feishu HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
            b"1\r\n \r\n",
            id="chunks drip",
        ),
        pytest.param(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\nGET /livez", b"x", id="second head drips"),
    ],
)
def test_a_slow_client_is_left(served: BeforehandProcess, head: bytes, drip: bytes) -> None:
    [line] = lines(served, 1)
    with line:
        line.sendall(head.replace(b"%s", served.key.encode()))
        assert seconds_until_closed(line, drip=drip, limit_s=6 * WAIT_S) < 3 * WAIT_S
    assert served.answers()


def test_a_client_that_takes_no_answer_is_left(served: BeforehandProcess) -> None:
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", served.port))
        asked = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
        line.settimeout(5)
        try:
            for _ in range(2_000):
                line.sendall(asked)
        except OSError:
            pass
        deadline = time.monotonic() + 6 * WAIT_S
        while is_open_there(served, line) and time.monotonic() < deadline:
            time.sleep(0.2)
        assert not is_open_there(served, line)
    assert served.answers()


def is_open_there(server: BeforehandProcess, line: socket.socket) -> bool:
    """Whether the server still holds its end of a connection, as the kernel tells."""
    theirs = f"{line.getsockname()[1]:04X}"
    rows = Path("/proc/net/tcp").read_text(encoding="ascii").splitlines()[1:]
    ours = f"{server.port:04X}"
    return any(
        row.split()[1].endswith(f":{ours}") and row.split()[2].endswith(f":{theirs}") and row.split()[3] == "01"
        for row in rows
    )


def test_half_open_lines_do_not_shut_others_out_for_long(served: BeforehandProcess) -> None:
    held = lines(served, 600)
    try:
        deadline = time.monotonic() + 5 * WAIT_S
        while not served.answers() and time.monotonic() < deadline:
            time.sleep(0.2)
        assert served.answers()
    finally:
        for line in held:
            line.close()


def png(width: int, height: int) -> bytes:
    """Return a PNG of so many black pixels, a few kilobytes long."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    packer = zlib.compressobj(9)
    row = b"\x00" * (width // 8 + 1)
    pixels = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def docx(megabytes: int) -> bytes:
    """Return a document whose text unpacks to so many megabytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"<w:document>" + b"a" * (megabytes * MIB))
    return target.getvalue()


def wav(promised: int, sound: bytes = b"\x00" * 64) -> bytes:
    head = (
        b"RIFF" + struct.pack("<I", 0xFFFFFFFF) + b"WAVEfmt " + struct.pack("<IHHIIHH", 16, 1, 1, 16000, 32000, 2, 16)
    )
    return head + b"data" + struct.pack("<I", promised) + sound


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a0 "ha">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><xml><Encrypt>&a9;</Encrypt></xml>"
)
SVG = LAUGHS.replace(b"<xml><Encrypt>", b"<svg>").replace(b"</Encrypt></xml>", b"</svg>")
Attack = Callable[[httpx.Client], httpx.Response]


def posted(path: str, content: bytes, kind: str = "application/json", **headers: str) -> Attack:
    sent = {"Content-Type": kind, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return lambda client: client.post(path, content=content, headers=sent)


def uploaded(path: str, name: str, content: bytes, part: str = "file") -> Attack:
    request = {"request": (None, "{}", "application/json")} if part == "files" else {}
    return lambda client: client.post(path, files={**request, part: (name, content)})


BOMBS = [
    pytest.param(posted("/v1/prefill", b"[" * 2_000_000), id="json nested"),
    pytest.param(posted("/v1/prefill", b'{"a":' * 500_000), id="json objects nested"),
    pytest.param(posted("/v1/prefill", b'{"messages": [{"text": ' + b"9" * 3_000_000 + b"}]}"), id="json long number"),
    pytest.param(posted("/v1/prefill", b'{"messages": [{"text": 1e999999999}]}'), id="json huge number"),
    pytest.param(
        posted("/v1/prefill", json.dumps({"messages": [{"text": "订" * 1_300_000}]}).encode()), id="long text"
    ),
    pytest.param(posted("/v1/prefill", b"x" * (5 * MIB)), id="json too large"),
    pytest.param(posted("/v1/prefill", gzip.compress(b" " * (50 * MIB)), Content_Encoding="gzip"), id="gzip"),
    pytest.param(posted("/v1/suggestions", json.dumps({"question": "E4 " * 1_000_000}).encode()), id="long question"),
    pytest.param(posted("/v1/telemetry", b"x" * (33 * MIB), "text/plain"), id="telemetry too large"),
    pytest.param(posted("/v1/telemetry", b"m v=1 " * 5_000_000, "text/plain"), id="telemetry one line"),
    pytest.param(posted("/v1/hooks/feishu", b"[" * 900_000), id="hook nested"),
    pytest.param(posted("/v1/hooks/wecom", LAUGHS, "text/xml"), id="hook entities"),
    pytest.param(posted("/v1/hooks/wecom", b"<a>" * 300_000, "text/xml"), id="hook elements"),
    pytest.param(posted("/v1/hooks/dingtalk", b" " * (5 * MIB)), id="hook too large"),
    pytest.param(uploaded("/v1/ocr", "bomb.png", png(60_000, 60_000)), id="png of 3.6 gigapixels"),
    pytest.param(uploaded("/v1/ocr", "bomb.svg", SVG), id="svg entities"),
    pytest.param(uploaded("/v1/audio/transcriptions", "bomb.wav", wav(0xFFFFFFF0)), id="wav that promises 4 GB"),
    pytest.param(uploaded("/v1/prefill", "bomb.png", png(60_000, 60_000), "files"), id="prefill of 3.6 gigapixels"),
    pytest.param(uploaded("/v1/articles/import", "bomb.docx", docx(300)), id="docx of 300 MB"),
    pytest.param(uploaded("/v1/articles/import", "bomb.html", b"<div>" * 2_000_000), id="html nested"),
    pytest.param(uploaded("/v1/articles/import", "bomb.jsonl", b"[" * 2_000_000), id="jsonl nested"),
]


@pytest.mark.parametrize("attack", BOMBS)
def test_a_bomb_is_refused_and_leaves_nothing_behind(
    served: BeforehandProcess, fresh_answer: bytes, attack: Attack
) -> None:
    with served.client() as client:
        started = time.monotonic()
        answer = attack(client)
        took_s = time.monotonic() - started
    assert answer.status_code < 500, answer.text[:500]
    assert took_s < 30
    assert drafted(served) == fresh_answer


def test_naughty_strings_at_the_doors_are_refused(served: BeforehandProcess, shared_data: Path) -> None:
    strings = json.loads((shared_data / "serving" / "blns.json").read_text(encoding="utf-8"))
    with served.client() as client:
        for number, text in enumerate(strings if IS_FULL else strings[::5]):
            content, name = text.encode("utf-8", "replace"), HOOKS[number % len(HOOKS)]
            answers = [
                client.post(f"/v1/hooks/{name}", content=content, params={"msg_signature": text, "timestamp": text}),
                client.get(f"/v1/hooks/{name}", params={"echostr": text, "nonce": text, "signature": text}),
                client.get("/panel", params={"ticket": text, "connector": text, "token": text}),
                client.get("/console/tickets", params={"q": text, "state": text, "page": text}),
                client.post("/console/sign-in", data={"key": text}, headers={"Origin": served.url}),
            ]
            assert [one.status_code for one in answers if one.status_code >= 500] == [], repr(text)
            assert all(one.status_code in (401, 404, 422) for one in answers[:2]), (text, answers[0].text)


@pytest.mark.parametrize("name", HOOKS)
def test_unsigned_calls_by_the_hundred_are_refused(served: BeforehandProcess, name: str) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c", "token": "x"}).encode()
    old = str(int(time.time()) - 9 * 3600)
    good = hashlib.sha256(f"{old}n{SECRETS['FEISHU_KEY']}".encode() + body).hexdigest()
    headers = {"x-lark-request-timestamp": old, "x-lark-request-nonce": "n", "x-lark-signature": good}
    with served.client() as client:
        for _ in range(500 if IS_FULL else 100):
            answer = client.post(f"/v1/hooks/{name}", content=body, headers=headers)
            assert answer.status_code in (401, 404, 429), answer.text
            assert not any(secret in answer.text for secret in SECRETS.values())


def test_uploads_all_at_once_are_taken_or_told_to_come_back(served: BeforehandProcess, fresh_answer: bytes) -> None:
    held = lines(served, 60)
    head = (
        f"POST /v1/ocr HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.key}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 200000000\r\n\r\n--b\r\n"
    )
    try:
        for line in held:
            line.sendall(head.encode())
        started = time.monotonic()
        assert drafted(served) == fresh_answer
        assert time.monotonic() - started < 10
    finally:
        for line in held:
            line.close()


def test_no_secret_and_no_crash_stands_in_the_log(served: BeforehandProcess) -> None:
    log = (served._data_dir / "serve.log").read_text(encoding="utf-8", errors="replace")
    assert not [secret for secret in SECRETS.values() if secret in log]
    assert "Traceback" not in log, log[log.index("Traceback") :][:3_000]


def test_the_process_has_not_grown(served: BeforehandProcess, resident_before_mib: float) -> None:
    """Runs last: all of the above has been through this process."""
    grown_mib = resident_mib(served) - resident_before_mib
    print(f"{resident_before_mib:.0f} MiB before, {grown_mib:+.0f} MiB")  # noqa: T201
    assert grown_mib < GROWTH_MIB
    assert served.answers()


def resident_mib(server: BeforehandProcess) -> float:
    assert server._process is not None
    status = Path(f"/proc/{server._process.pid}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1]) / 1024
