"""Hostile and broken requests: each its own 4xx problem that says what, where and what to do; the service stays up."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from dataclasses import dataclass

import PIL.Image
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.keys import create_key
from api.settings import Limits, Settings

PROBLEM = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Bad:
    """A request and the problem it must get."""

    name: str
    status: int
    problem: str
    text: str | None = None  # of one message
    body: bytes | None = None  # sent as JSON as it is
    request: dict[str, object] | None = None
    file: tuple[str, bytes] | None = None


def wav_promising_ten_hours() -> bytes:
    """Return 1 kB whose header promises ten hours of 8 kHz sound."""
    promised = 10 * 3600 * 8_000 * 2
    head = struct.pack(
        "<4sI4s4sIHHIIHH4sI",
        b"RIFF",
        promised + 36,
        b"WAVE",
        b"fmt ",
        16,
        1,
        1,
        8_000,
        16_000,
        2,
        16,
        b"data",
        promised,
    )
    return head + b"\x00" * 1_000


def cut_png() -> bytes:
    target = io.BytesIO()
    PIL.Image.effect_noise((300, 300), 50).save(target, "PNG")
    return target.getvalue()[:2_000]


def pixel_bomb() -> bytes:
    """Return a small PNG whose header says 30,000 by 30,000 pixels."""
    target = io.BytesIO()
    PIL.Image.new("1", (30_000, 30_000)).save(target, "PNG")
    return target.getvalue()


def page_bomb() -> bytes:
    """Return a PDF of two thousand empty pages."""
    count = 2_000
    kids = b" ".join(b"%d 0 R" % (number + 3) for number in range(count))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, count)]
    objects += [b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>"] * count
    body = b"%PDF-1.7\n"
    offsets = []
    for number, content in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj%s endobj\n" % (number, content)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    table += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, len(body))


def dated(reference_time: str) -> dict[str, object]:
    return {"reference_time": reference_time, "messages": [{"text": "E4"}]}


BAD = [
    Bad("an empty body", 422, "validation_failed", body=b"{}"),
    Bad("no JSON", 400, "malformed_json", body=b"{messages:"),
    Bad("JSON of another shape", 422, "validation_failed", body=b"[1, 2]"),
    Bad("deep JSON", 422, "nested_too_deep", body=b'{"messages":' + b"[" * 5_000),
    Bad("a megabyte of Chinese", 413, "text_too_long", text="空" * 1_000_000),
    Bad("a megabyte of English", 413, "text_too_long", text="x" * 1_000_000),
    Bad("a NUL in Chinese", 422, "validation_failed", text="空调\x00不冷"),
    Bad("a lone surrogate", 400, "malformed_json", body=b'{"messages":[{"text":"\\ud800"}]}'),
    Bad("an unknown template", 422, "template_unknown", request={"template": "没有", "messages": [{"text": "E4"}]}),
    Bad("1970", 422, "timestamp_out_of_range", request=dated("1970-01-01T00:00:00Z")),
    Bad("next year", 422, "timestamp_out_of_range", request=dated("2099-01-01T00:00:00Z")),
    Bad("a time without offset", 422, "validation_failed", request=dated("2026-01-01T00:00:00")),
    Bad("an unknown role", 422, "validation_failed", request={"messages": [{"text": "E4", "role": "boss"}]}),
    Bad("a locale that is none", 422, "validation_failed", request={"locale": "中文", "messages": [{"text": "E4"}]}),
    Bad("an empty file", 422, "file_empty", file=("call.wav", b"")),
    Bad("a file of another type", 415, "file_type_unknown", file=("call.wav", b"MZ\x90\x00" + b"\x00" * 100)),
    Bad("text as a photo", 415, "file_type_unknown", file=("照片.jpg", "这是文字".encode())),
    Bad("ten hours in a kilobyte", 422, "audio_broken", file=("call.wav", wav_promising_ten_hours())),
    Bad("a recording that is none", 422, "audio_not_audio", file=("call.ogg", b"OggS" + b"\x00" * 60)),
    Bad("a cut picture", 422, "image_broken", file=("label.png", cut_png())),
    Bad("900 megapixels", 422, "image_too_many_pixels", file=("label.png", pixel_bomb())),
    Bad("two thousand pages", 422, "image_too_many_pages", file=("manual.pdf", page_bomb())),
    Bad("a PDF that is none", 422, "image_broken", file=("manual.pdf", b"%PDF-1.7 nothing follows")),
]  # fmt: skip


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_bad_prefill_is_its_own_problem(api_client: TestClient, bad: Bad) -> None:
    if bad.file is not None:
        response = api_client.post("/v1/prefill", files=[("files", bad.file)])
    elif bad.body is not None:
        response = api_client.post("/v1/prefill", content=bad.body, headers={"Content-Type": "application/json"})
    else:
        response = api_client.post("/v1/prefill", json=bad.request or {"messages": [{"text": bad.text}]})
    assert response.headers["content-type"] == PROBLEM
    body = response.json()
    assert (response.status_code, body["type"]) == (bad.status, f"/problems/{bad.problem}"), body
    assert (body["status"], body["instance"]) == (bad.status, "/v1/prefill")
    assert body["title"]
    assert body["detail"]
    assert body["fix"]
    if bad.file is not None:
        assert bad.file[0] in body["detail"] + body["where"]
    assert api_client.get("/livez").json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("method", "path", "status", "problem"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("GET", "/v1/prefills/no", 404, "not_found"),
        ("GET", "/v1/tickets/no", 404, "not_found"),
        ("GET", "/v1/tickets/no/plot.svg", 404, "not_found"),
        ("GET", "/v1/articles/没有", 404, "not_found"),
        ("DELETE", "/v1/articles/no", 404, "not_found"),
        ("GET", "/problems/no", 404, "not_found"),
        ("DELETE", "/v1/prefill", 405, "method_not_allowed"),
        ("POST", "/v1/prefill", 415, "unsupported_media"),
        ("POST", "/v1/telemetry", 415, "unsupported_media"),
        ("POST", "/v1/ocr", 415, "unsupported_media"),
        ("POST", "/v1/articles/import", 415, "unsupported_media"),
        ("GET", "/v1/tickets?kind=party", 422, "validation_failed"),
        ("GET", "/v1/tickets?limit=0", 422, "validation_failed"),
        ("GET", "/v1/articles?kb=../etc", 422, "validation_failed"),
    ],
)
def test_wrong_address_is_a_problem(api_client: TestClient, method: str, path: str, status: int, problem: str) -> None:
    response = api_client.request(method, path)
    assert response.headers["content-type"] == PROBLEM
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{problem}")


@pytest.mark.parametrize(
    ("authorization", "status", "problem"),
    [
        ("", 401, "key_missing"),
        ("Basic YTpi", 401, "key_missing"),
        ("Bearer bh_nobody", 401, "key_invalid"),
        ("Bearer 密钥", 401, "key_invalid"),
    ],
)
def test_nobody_enters_without_a_key(api_client: TestClient, authorization: str, status: int, problem: str) -> None:
    headers = {"Authorization": authorization.encode()} if authorization else {}
    api_client.headers.pop("Authorization")
    response = api_client.get("/v1/tickets", headers=headers)
    assert (response.status_code, response.json()["type"]) == (status, f"/problems/{problem}")
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_key_opens_only_its_scope(api_app: FastAPI, api_client: TestClient) -> None:
    _, secret = create_key(api_app.state.store, name="gateway", scopes=["telemetry"])
    headers = {"Authorization": f"Bearer {secret}"}
    assert api_client.get("/v1/tickets", headers=headers).status_code == 200
    refused = api_client.post("/v1/suggestions", json={"question": "E4?"}, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (403, "/problems/forbidden")


@pytest.fixture
def small_client(api_settings: Settings) -> Callable[[], TestClient]:
    """Return a client of a service that takes 1,000 bytes at once."""
    limits = Limits(json_bytes=1_000, upload_bytes=1_000, telemetry_bytes=1_000, measurements=3)
    app = create_app(api_settings.model_copy(update={"limits": limits}))
    _, secret = create_key(app.state.store, name="test", scopes=["admin"])
    return lambda: TestClient(app, headers={"Authorization": f"Bearer {secret}"}, raise_server_exceptions=False)


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        ("/v1/telemetry", "application/json"),
        ("/v1/prefill", "application/json"),
        ("/v1/suggestions", "application/json"),
        ("/v1/ocr", "multipart/form-data; boundary=x"),
        ("/v1/articles/import", "application/x-ndjson"),
    ],
)
@pytest.mark.parametrize("is_chunked", [False, True], ids=["declared", "chunked"])
def test_a_body_beyond_the_limit_is_refused(
    small_client: Callable[[], TestClient], path: str, media_type: str, is_chunked: bool
) -> None:
    content = json.dumps({"question": "水" * 1_000}).encode()
    chunks = (content[at : at + 100] for at in range(0, len(content), 100))
    with small_client() as client:
        response = client.post(path, content=chunks if is_chunked else content, headers={"Content-Type": media_type})
    assert (response.status_code, response.json()["type"]) == (413, "/problems/body_too_large")


def test_more_readings_than_the_limit_are_refused(small_client: Callable[[], TestClient]) -> None:
    with small_client() as client:
        response = client.post("/v1/telemetry", json=[1, 2, 3, 4])
    assert (response.status_code, response.json()["type"]) == (413, "/problems/too_many_items")
