"""POST /v1/hooks/{connector}: believed by its signature, kept, acknowledged; whose it is decides the connector."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.keys import create_key
from api.connectors.signed_hooks import sign_hook
from api.connectors.system import OptionsInvalid
from api.settings import Settings

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
SECRET = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
CREATED = json.dumps({"type": "ticket.created", "data": {"id": "17"}}).encode()
CONNECTORS = """
[[connector]]
name = "rt"
kind = "request_tracker"
url = "http://127.0.0.1:9"
token = "file:{folder}/token"
secret = "file:{folder}/secret"
[[connector]]
name = "acme-rt"
tenant = "acme"
kind = "request_tracker"
url = "http://127.0.0.1:9"
token = "file:{folder}/token"
secret = "file:{folder}/other"
[[connector]]
name = "off"
kind = "request_tracker"
mode = "off"
url = "http://127.0.0.1:9"
token = "file:{folder}/token"
secret = "file:{folder}/secret"
"""


@pytest.fixture(scope="module")
def hooked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, TestClient]]:
    """Serve three connectors whose far side never answers."""
    tmp_path = tmp_path_factory.mktemp("hooks")
    for name, text in (("token", "1-2-3"), ("secret", SECRET), ("other", "ein anderes Geheimnis")):
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings = Settings(data_dir=tmp_path / "data", models_dir=tmp_path / "models")
    settings.data_dir.mkdir()
    (settings.data_dir / "connectors.toml").write_text(CONNECTORS.format(folder=tmp_path), encoding="utf-8")
    app = create_app(settings, clock=lambda: NOW)
    with TestClient(app, raise_server_exceptions=False) as client:
        yield app, client


def signed(body: bytes, *, event_id: str = "rt-17-1", at: datetime = NOW, secret: str = SECRET) -> Mapping[str, str]:
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": sign_hook(body, event_id=event_id, at=at, secret=secret),
    }


def test_an_event_is_kept_and_acknowledged_and_its_repeat_is_the_same_job(
    hooked: tuple[FastAPI, TestClient],
) -> None:
    app, client = hooked
    for event_id in ("rt-17-1", "rt-17-1", "rt-17-2"):
        answer = client.post("/v1/hooks/rt", content=CREATED, headers=signed(CREATED, event_id=event_id))
        assert (answer.status_code, answer.json()) == (200, {"taken": True})
    (job,) = app.state.jobs.list(tenant="default", kind="enrich")
    assert job.payload["event"]["ticket_id"] == "17"


def test_a_connectors_name_says_whose_event_it_is(hooked: tuple[FastAPI, TestClient]) -> None:
    app, client = hooked
    known = app.state.jobs.list(tenant="default")
    headers = signed(CREATED, secret="ein anderes Geheimnis")
    assert client.post("/v1/hooks/acme-rt", content=CREATED, headers=headers).status_code == 200
    assert len(app.state.jobs.list(tenant="acme", kind="enrich")) == 1
    assert len(app.state.jobs.list(tenant="default")) == len(known)


REFUSED = [
    pytest.param("rt", {"secret": "falsch"}, CREATED, 401, id="another secret"),
    pytest.param("acme-rt", {}, CREATED, 401, id="another connector's secret"),
    pytest.param("rt", {"at": NOW - timedelta(minutes=6)}, CREATED, 401, id="replayed"),
    pytest.param("rt", {"at": NOW + timedelta(minutes=6)}, CREATED, 401, id="from the future"),
    pytest.param("nobody", {}, CREATED, 404, id="unknown connector"),
    pytest.param("rt", {}, b"[]", 422, id="signed, not ours"),
    pytest.param("rt", {}, b'{"type":"ticket.created","data":{"id":"../1"}}', 422, id="signed, no ticket"),
    pytest.param("rt", {}, "{" * 500_000, 422, id="nested"),
    pytest.param("rt", {}, b"x" * (1024 * 1024 + 1), 413, id="too large"),
]


@pytest.mark.parametrize(("name", "changes", "body", "status"), REFUSED)
def test_what_cannot_be_believed_is_refused(
    hooked: tuple[FastAPI, TestClient], name: str, changes: dict[str, object], body: bytes | str, status: int
) -> None:
    app, client = hooked
    known = app.state.jobs.list(tenant="default")
    content = body.encode() if isinstance(body, str) else body
    answer = client.post(f"/v1/hooks/{name}", content=content, headers=signed(content, **changes))  # type: ignore[arg-type]
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert SECRET not in answer.text
    assert len(app.state.jobs.list(tenant="default")) == len(known)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"webhook-id": "a", "webhook-timestamp": "now", "webhook-signature": "v1,x"},
        {"webhook-id": "a" * 201, "webhook-timestamp": "1795341600", "webhook-signature": "v1,x"},
        {"webhook-id": "a", "webhook-timestamp": "9" * 40, "webhook-signature": "v1,x"},
        {"webhook-id": "a", "webhook-timestamp": "1795341600", "webhook-signature": ",,, v1 ,x v2,"},
    ],
    ids=["none", "no number", "long id", "huge time", "odd signature"],
)
def test_malformed_headers_are_a_wrong_signature(
    hooked: tuple[FastAPI, TestClient], headers: Mapping[str, str]
) -> None:
    assert hooked[1].post("/v1/hooks/rt", content=CREATED, headers=headers).status_code == 401


def test_a_connector_that_is_off_takes_and_drops(hooked: tuple[FastAPI, TestClient]) -> None:
    app, client = hooked
    known = app.state.jobs.list(tenant="default")
    assert client.post("/v1/hooks/off", content=CREATED, headers=signed(CREATED)).status_code == 200
    assert len(app.state.jobs.list(tenant="default")) == len(known)


def test_too_many_calls_are_told_to_wait(hooked: tuple[FastAPI, TestClient]) -> None:
    app, client = hooked
    while not app.state.loop.turnstile.pass_through("acme-rt", at=NOW):
        pass
    answer = client.post("/v1/hooks/acme-rt", content=CREATED, headers=signed(CREATED))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "1")


def test_connectors_are_read_again_when_the_file_changes(hooked: tuple[FastAPI, TestClient], tmp_path: Path) -> None:
    app, _ = hooked
    path = app.state.settings.data_dir / "connectors.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace('name = "off"', 'name = "fresh"'), encoding="utf-8")
    assert app.state.connectors.get("fresh") is not None
    path.write_text("[[connector]]\nname = 7", encoding="utf-8")
    assert app.state.connectors.get("fresh") is not None


def test_a_broken_file_at_the_start_tells_every_mistake(tmp_path: Path) -> None:
    (tmp_path / "connectors.toml").write_text(
        '[[connector]]\nname = "A"\nkind = "x"\n[[connector]]\nname = "b"\nkind = "x"\nmode = "sometimes"\n',
        encoding="utf-8",
    )
    with pytest.raises(OptionsInvalid, match=r"(?s)connector A: name.*connector b: mode"):
        create_app(Settings(data_dir=tmp_path))


def test_changes_are_listed_for_who_may(hooked: tuple[FastAPI, TestClient]) -> None:
    app, client = hooked
    assert client.get("/v1/changes").status_code == 401
    _, key = create_key(app.state.store, name="test", scopes=["prefill"])
    headers = {"Authorization": f"Bearer {key}"}
    assert client.get("/v1/changes", params={"ticket_id": "1"}, headers=headers).json() == []
    assert client.post("/v1/changes/nothing/revert", headers=headers).status_code == 404
