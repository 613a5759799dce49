"""`Prefer: respond-async`: 202 and a job, its progress and result; webhooks put, tested, and their dead letters."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from PIL import Image

from api.cli.keys import create_key
from tests.api.waiting import wait_for

LATER = {"Prefer": "respond-async"}
ASKED = {"ticket_id": "T-1", "messages": [{"text": "订单号20250618936，面板显示E4"}]}
OVER = ("done", "failed", "cancelled")


def finish(client: TestClient, location: str) -> dict[str, Any]:
    def look() -> dict[str, Any]:
        body: dict[str, Any] = client.get(location).json()
        return body

    return wait_for(look, lambda job: job["state"] in OVER)


def test_an_asynchronous_prefill_gives_what_the_usual_one_does(api_client: TestClient) -> None:
    accepted = api_client.post("/v1/prefill", json=ASKED, headers=LATER)
    assert accepted.status_code == 202
    assert accepted.headers["Preference-Applied"] == "respond-async"
    assert accepted.headers["Location"] == f"/v1/jobs/{accepted.json()['id']}"
    job = finish(api_client, accepted.headers["Location"])
    usual = api_client.post("/v1/prefill", json=ASKED).json()
    differing = {"id", "created_at", "timing_ms"}
    assert {name: job["result"][name] for name in usual if name not in differing} == {
        name: value for name, value in usual.items() if name not in differing
    }
    assert api_client.get(f"/v1/prefills/{job['result']['id']}").json()["ticket_id"] == "T-1"


def test_files_wait_in_the_spool_until_their_job_is_done(api_app: FastAPI, api_client: TestClient) -> None:
    files = [("files", ("label.png", _picture())), ("files", ("label.png", _picture()))]
    accepted = api_client.post("/v1/prefill", files=files, headers=LATER)
    job = finish(api_client, accepted.headers["Location"])
    assert job["state"] == "done", job
    assert job["progress"] == {"done": 2, "total": 2, "note": ""}
    assert [page["file"] for page in job["result"]["pages"]] == ["label.png", "2-label.png"]
    wait_for(lambda: list((api_app.state.settings.data_dir / "spool").iterdir()), lambda left: not left)


def test_position_of_a_photo_is_on_no_disk_once_its_job_is_done(api_app: FastAPI, api_client: TestClient) -> None:
    exif, target = Image.Exif(), io.BytesIO()
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 29.0), 29: "2026:11:22"})
    Image.new("RGB", (64, 48), "white").save(target, "JPEG", exif=exif.tobytes())
    accepted = api_client.post("/v1/prefill", files=[("files", ("a.jpg", target.getvalue()))], headers=LATER)
    assert finish(api_client, accepted.headers["Location"])["state"] == "done"
    folder = api_app.state.settings.data_dir
    wait_for(lambda: list((folder / "spool").iterdir()), lambda left: not left)
    kept = [path for path in folder.rglob("*") if path.is_file()]
    assert [path.name for path in kept if b"2026:11:22" in path.read_bytes()] == []


def test_the_same_key_is_the_same_job_and_another_request_is_refused(api_client: TestClient) -> None:
    headers = {**LATER, "Idempotency-Key": "order-1"}
    first = api_client.post("/v1/prefill", json=ASKED, headers=headers)
    assert api_client.post("/v1/prefill", json=ASKED, headers=headers).json()["id"] == first.json()["id"]
    other = api_client.post("/v1/prefill", json={"messages": [{"text": "E5"}]}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (409, "/problems/idempotency_conflict")


@pytest.mark.parametrize(
    ("call", "status"),
    [
        pytest.param({"json": {}}, 422, id="nothing given"),
        pytest.param({"json": {**ASKED, "template": "x"}}, 422, id="unknown template"),
        pytest.param({"files": {"files": ("a.bin", b"\1\2\3")}}, 415, id="unknown file"),
    ],
)
def test_what_must_fail_is_told_at_once(api_client: TestClient, call: dict[str, Any], status: int) -> None:
    assert api_client.post("/v1/prefill", headers=LATER, **call).status_code == status
    assert api_client.get("/v1/jobs").json() == []


@pytest.mark.parametrize(("language", "words"), [("zh", "没有声音"), ("en", "not audio")])
def test_a_failed_job_says_why_and_is_told_to_webhooks(
    api_app: FastAPI, api_client: TestClient, language: str, words: str
) -> None:
    files = {"files": ("a.wav", b"RIFF\0\0\0\0WAVE")}
    accepted = api_client.post("/v1/prefill", files=files, headers=LATER)
    finish(api_client, accepted.headers["Location"])
    job = api_client.get(accepted.headers["Location"], headers={"Accept-Language": language}).json()
    assert job["state"] == "failed"
    assert job["problem"]["type"] == "/problems/audio_not_audio"
    assert words in job["problem"]["title"].lower()
    with api_app.state.store.database.engine.connect() as connection:
        told = connection.exec_driver_sql("SELECT type FROM outbox").scalars().all()
    assert told == ["job.failed"]


def test_events_end_with_the_job_and_go_on_after_the_last_one_seen(api_client: TestClient) -> None:
    location = api_client.post("/v1/prefill", json=ASKED, headers=LATER).headers["Location"]
    answer = api_client.get(f"{location}/events")
    assert answer.headers["content-type"].startswith("text/event-stream")
    *_, last = [block for block in answer.text.split("\n\n") if block.startswith("id:")]
    fields = dict(line.split(": ", 1) for line in last.splitlines())
    assert fields["event"] == "end"
    assert json.loads(fields["data"])["result"]["ticket_id"] == "T-1"
    again = api_client.get(f"{location}/events", headers={"Last-Event-ID": fields["id"]}).text
    assert "event:" not in again


def test_an_import_may_be_left_to_a_job(api_client: TestClient) -> None:
    article = json.dumps({"id": "a1", "title": "空调 E4", "body": "Reset the unit."}, ensure_ascii=False).encode()
    headers = {**LATER, "Content-Type": "application/x-ndjson"}
    job = finish(
        api_client, api_client.post("/v1/articles/import", content=article, headers=headers).headers["Location"]
    )
    assert job["result"]["indexed"] == 1
    assert api_client.get("/v1/articles/a1").json()["title"] == "空调 E4"


def test_a_key_sees_the_kinds_it_could_ask_for(api_app: FastAPI, api_client: TestClient) -> None:
    article = b'{"id": "a1", "title": "t", "body": "b"}'
    headers = {**LATER, "Content-Type": "application/x-ndjson"}
    location = api_client.post("/v1/articles/import", content=article, headers=headers).headers["Location"]
    _, secret = create_key(api_app.state.store, name="ticket system", scopes=["prefill"])
    as_other = {"Authorization": f"Bearer {secret}"}
    assert api_client.get(location, headers=as_other).status_code == 404
    assert api_client.post(f"{location}/cancel", headers=as_other).status_code == 404
    assert api_client.get("/v1/jobs", headers=as_other).json() == []


@pytest.mark.parametrize("path", ["prefill-" + "0" * 32, "..", "x", "订单"])
def test_an_unknown_job_is_not_found(api_client: TestClient, path: str) -> None:
    for call in (api_client.get(f"/v1/jobs/{path}/events"), api_client.post(f"/v1/jobs/{path}/retry")):
        assert call.status_code in (404, 405)


def test_an_endpoints_secret_is_shown_once(api_client: TestClient) -> None:
    asked = {"url": "https://example.com/hook", "types": ["ticket.opened"]}
    written = api_client.put("/v1/webhooks/crm", json=asked).json()
    assert written["secret"].startswith("whsec_")
    assert api_client.put("/v1/webhooks/crm", json=asked).json()["secret"] is None
    assert api_client.put("/v1/webhooks/crm", json={**asked, "rotate": True}).json()["secret"] != written["secret"]
    assert "secret" not in api_client.get("/v1/webhooks/crm").json()
    assert [found["name"] for found in api_client.get("/v1/webhooks").json()] == ["crm"]
    assert api_client.delete("/v1/webhooks/crm").status_code == 204
    assert api_client.delete("/v1/webhooks/crm").status_code == 404


@pytest.mark.parametrize(
    "url", ["ftp://example.com/x", "https://user:secret@example.com/", "not an address", "https://" + "a" * 3000]
)
def test_an_unusable_address_is_refused(api_client: TestClient, url: str) -> None:
    assert api_client.put("/v1/webhooks/crm", json={"url": url}).status_code == 422


def test_a_private_address_is_not_called(api_client: TestClient) -> None:
    api_client.put("/v1/webhooks/inside", json={"url": "http://127.0.0.1:9/hook"})
    tested = api_client.post("/v1/webhooks/inside/test").json()
    assert (tested["is_delivered"], tested["status"]) == (False, 0)
    assert "not sent" in tested["detail"]


def _picture() -> bytes:

    target = io.BytesIO()
    Image.new("RGB", (40, 20), "white").save(target, "PNG")
    return target.getvalue()
