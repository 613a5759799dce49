"""Public collections of hostile input through every address that takes text or images: a 4xx at worst, and still alive.

The strings are the Big List of Naughty Strings; the images made decoders crash once.
"""

from __future__ import annotations

import io
import json
import lzma
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.keys import create_key
from api.settings import Settings

BATCH = 25


@pytest.fixture(scope="session")
def naughty_strings(shared_data: Path) -> list[str]:
    """Return the strings; most carry something that broke a program."""
    strings: list[str] = json.loads((shared_data / "serving" / "blns.json").read_text(encoding="utf-8"))
    assert len(strings) > 500
    return strings


def is_served(status: int) -> bool:
    return 200 <= status < 300 or status in (400, 413, 422)


def test_naughty_messages_are_served(api_client: TestClient, naughty_strings: list[str]) -> None:
    for start in range(0, len(naughty_strings), BATCH):
        batch = naughty_strings[start : start + BATCH]
        body = {"messages": [{"text": text} for text in batch], "locale": "en-US" if start % 2 else "zh-CN"}
        answer = api_client.post("/v1/prefill", json=body)
        assert is_served(answer.status_code), (batch, answer.text)


def test_naughty_names_of_a_ticket_are_served(api_client: TestClient, naughty_strings: list[str]) -> None:
    for text in naughty_strings[::5]:
        body = {
            "ticket_id": text,
            "channel": text,
            "customer": {"id": text, "phone": text},
            "messages": [{"text": "E4"}],
        }
        assert is_served(api_client.post("/v1/prefill", json=body).status_code), text


def test_naughty_questions_are_served(api_client: TestClient, naughty_strings: list[str]) -> None:
    api_client.put("/v1/articles/e4", json={"title": "E4", "body": "E4 means low refrigerant. 缺冷媒。"})
    for text in naughty_strings[::2]:
        answer = api_client.post("/v1/suggestions", json={"question": text})
        assert is_served(answer.status_code), (text, answer.text)


def test_naughty_articles_come_back_as_they_went_in(api_client: TestClient, naughty_strings: list[str]) -> None:
    for number, text in enumerate(naughty_strings[::4]):
        answer = api_client.put(f"/v1/articles/n{number}", json={"title": "t", "body": text})
        assert is_served(answer.status_code), (text, answer.text)
        if answer.status_code < 300:
            assert api_client.get(f"/v1/articles/n{number}").json()["body"] == text


def test_naughty_readings_are_taken_or_rejected_one_by_one(api_client: TestClient, naughty_strings: list[str]) -> None:
    at = "2026-11-22T00:00:00Z"
    rows = [{"device_id": text, "metric": text, "at": at, "value": 1.0} for text in naughty_strings]
    rows += [{"device_id": "a", "metric": "m", "at": text, "value": text} for text in naughty_strings]
    answer = api_client.post("/v1/telemetry", json=rows)
    assert answer.status_code == 202
    taken = answer.json()
    assert sum(taken[name] for name in ("accepted", "duplicates", "late")) + len(taken["rejected"]) == len(rows)
    for text in naughty_strings[::4]:
        for media_type in ("text/plain", "application/x-ndjson", "application/json"):
            headers = {"Content-Type": media_type}
            assert is_served(api_client.post("/v1/telemetry", content=text.encode(), headers=headers).status_code), text


@pytest.fixture
def reading_client(api_settings: Settings) -> Iterator[TestClient]:
    """Start the service with the real reader."""
    app = create_app(api_settings)
    _, secret = create_key(app.state.store, name="test", scopes=["admin"])
    with TestClient(app, headers={"Authorization": f"Bearer {secret}"}, raise_server_exceptions=False) as client:
        yield client


@pytest.mark.model
def test_images_that_crashed_decoders_are_read_or_refused(reading_client: TestClient, shared_data: Path) -> None:
    statuses: list[int] = []
    packed = lzma.decompress((shared_data / "serving" / "images_malformed.tar.xz").read_bytes())
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive.getmembers():
            content = archive.extractfile(member)
            if content is None:
                continue
            answer = reading_client.post("/v1/ocr", files={"file": (member.name, content.read())})
            assert answer.status_code == 200 or 400 <= answer.status_code < 500, (member.name, answer.text)
            statuses.append(answer.status_code)
    assert len(statuses) > 40
    assert reading_client.get("/livez").json() == {"status": "ok"}
