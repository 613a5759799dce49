"""How often somebody may ask: the bucket as a value, and what a caller gets over HTTP."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.cli.keys import create_key
from api.routes.buckets import Buckets, Rate
from api.settings import Limits, Settings


def test_bucket_gives_its_burst_then_its_rate() -> None:
    buckets = Buckets(Rate(burst=3, per_minute=60))
    assert [buckets.take("键", at_s=0.0).is_allowed for _ in range(4)] == [True, True, True, False]
    assert buckets.take("键", at_s=0.5).wait_s == pytest.approx(0.5)
    assert buckets.take("键", at_s=1.0).is_allowed
    assert buckets.take("other", at_s=1.0).left == 2


def test_time_that_goes_back_gives_nothing() -> None:
    buckets = Buckets(Rate(burst=1, per_minute=60))
    assert buckets.take("a", at_s=100.0).is_allowed
    assert not buckets.take("a", at_s=0.0).is_allowed


def test_looking_takes_nothing() -> None:
    buckets = Buckets(Rate(burst=1, per_minute=1))
    assert [buckets.look("a", at_s=0.0).is_allowed for _ in range(3)] == [True, True, True]
    assert not buckets.knows("a")


def test_buckets_are_bounded_and_the_idle_one_goes_first() -> None:
    buckets = Buckets(Rate(burst=1, per_minute=1), size=2)
    for name in ("a", "b", "a", "c"):
        buckets.take(name, at_s=0.0)
    assert [buckets.knows(name) for name in ("a", "b", "c")] == [True, False, True]


@given(st.lists(st.floats(0, 60), max_size=200).map(sorted))
def test_no_minute_passes_more_than_burst_and_rate(times: list[float]) -> None:
    buckets = Buckets(Rate(burst=5, per_minute=30))
    assert sum(buckets.take("a", at_s=at_s).is_allowed for at_s in times) <= 5 + 30


def client_of(settings: Settings, **limits: float) -> TestClient:
    strict = settings.model_copy(update={"limits": Limits.model_validate(limits)})
    return TestClient(create_app(strict), headers={"Accept-Language": "zh"})


def test_key_that_asks_too_often_is_told_when_to_come_back(api_settings: Settings) -> None:
    client = client_of(api_settings, requests_at_once=3, requests_per_minute=1)
    _, secret = create_key(client.app.state.store, name="工单系统", scopes=["prefill"])  # type: ignore[attr-defined]
    _, other = create_key(client.app.state.store, name="other", scopes=["prefill"])  # type: ignore[attr-defined]
    answers = [client.get("/v1/templates", headers={"Authorization": f"Bearer {secret}"}) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    refused = answers[-1]
    assert refused.json()["type"] == "/problems/too_many_requests"
    assert int(refused.headers["Retry-After"]) in range(1, 61)
    assert refused.headers["RateLimit-Policy"] == '"requests";q=3;w=180'
    assert answers[1].headers["RateLimit"].startswith('"requests";r=')
    assert client.get("/v1/templates", headers={"Authorization": f"Bearer {other}"}).status_code == 200
    assert client.get("/livez").status_code == 200


def test_address_that_guesses_keys_is_stopped_and_a_known_key_beside_it_is_not(api_settings: Settings) -> None:
    client = client_of(api_settings, failures_at_once=3, failures_per_minute=1)
    _, secret = create_key(client.app.state.store, name="kept", scopes=["prefill"])  # type: ignore[attr-defined]
    known = {"Authorization": f"Bearer {secret}"}
    assert client.get("/v1/templates", headers=known).status_code == 200
    guesses = [client.get("/v1/templates", headers={"Authorization": f"Bearer bh_{n:040}"}) for n in range(5)]
    assert [answer.status_code for answer in guesses] == [401, 401, 401, 429, 429]
    assert client.get("/v1/templates", headers=known).status_code == 200


def test_sign_in_is_throttled(api_settings: Settings) -> None:
    client = client_of(api_settings, failures_at_once=2, failures_per_minute=1)
    form = {"headers": {"Origin": "http://testserver"}, "data": {"key": "bh_wrong"}}
    statuses = [client.post("/console/sign-in", **form).status_code for _ in range(4)]  # type: ignore[arg-type]
    assert statuses == [401, 401, 429, 429]


def test_upload_that_finds_no_room_is_told_to_come_back(api_settings: Settings) -> None:
    client = client_of(api_settings, uploads_total_bytes=1_000)
    _, secret = create_key(client.app.state.store, name="kept", scopes=["prefill"])  # type: ignore[attr-defined]
    known = {"Authorization": f"Bearer {secret}"}
    answer = client.post("/v1/ocr", files={"file": ("照片.png", b"\x89PNG" + b"x" * 2_000)}, headers=known)
    assert (answer.status_code, answer.json()["type"]) == (429, "/problems/busy")
    assert answer.headers["Retry-After"] == "5"
    small = client.post("/v1/prefill", json={"messages": [{"text": "面板显示E4"}]}, headers=known)
    assert small.status_code == 200


@pytest.mark.parametrize(("host", "status"), [("help.example", 200), ("HELP.example:8000", 200), ("evil.example", 400)])
def test_only_its_own_names_are_answered_for(api_settings: Settings, host: str, status: int) -> None:
    app = create_app(api_settings.model_copy(update={"trusted_hosts": ("help.example",)}))
    answer = TestClient(app).get("/livez", headers={"Host": host})
    assert answer.status_code == status
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("path", ["/v1/templates", "/livez", "/nowhere", "/openapi.json", "/console/sign-in"])
def test_every_answer_is_neither_sniffed_nor_framed(api_client: TestClient, path: str) -> None:
    headers = api_client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert "no-store" in headers["Cache-Control"]
    assert "Referrer-Policy" in headers


def test_https_answers_ask_for_https(api_settings: Settings) -> None:
    app = create_app(api_settings)
    assert "Strict-Transport-Security" in TestClient(app, base_url="https://testserver").get("/livez").headers
    assert "Strict-Transport-Security" not in TestClient(app).get("/livez").headers
