"""Clients that leave in the middle of a body: no crash is logged, no 500 is counted, nothing is left taken."""

from __future__ import annotations

import asyncio

import pytest
from fastapi import FastAPI
from starlette.types import Message, Scope
from structlog.testing import capture_logs


def scope_of(path: str, kind: str, key: str) -> Scope:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("testserver", 80),
        "client": ("127.0.0.1", 1),
        "headers": [
            (b"host", b"testserver"),
            (b"authorization", f"Bearer {key}".encode()),
            (b"content-type", kind.encode()),
            (b"content-length", b"100000"),
        ],
    }


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/v1/ocr", "multipart/form-data; boundary=b"),
        ("/v1/prefill", "multipart/form-data; boundary=b"),
        ("/v1/prefill", "application/json"),
        ("/v1/telemetry", "text/plain"),
        ("/v1/hooks/none", "application/json"),
    ],
)
def test_a_client_that_leaves_is_no_crash(api_app: FastAPI, api_key: str, path: str, kind: str) -> None:
    messages: list[Message] = [
        {"type": "http.request", "body": b"--b\r\n", "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    with capture_logs() as logs:
        asyncio.run(api_app(scope_of(path, kind, api_key), receive, send))
    assert [one for one in logs if one["log_level"] in ("error", "critical")] == []
    assert all(one.get("status", 0) < 500 for one in sent)
