"""What the service says about itself: valid OpenAPI, open doors, honest readiness, metrics, problems explained."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openapi_spec_validator import validate

from api.app import create_app
from api.errors import PROBLEM_KINDS, words
from api.settings import Settings

PUBLIC = {"/livez", "/readyz", "/metrics", "/problems/{name}"}
SIGNED = {"/v1/hooks/{connector}"}
"""A ticket system's signature stands in for the key."""
METHODS = {"get", "put", "post", "delete", "patch"}


def test_openapi_is_valid_3_1(api_client: TestClient) -> None:
    described = api_client.get("/openapi.json").json()
    validate(described)
    assert described["openapi"].startswith("3.1")


def test_every_v1_address_needs_a_key_and_documents_its_problems(api_client: TestClient) -> None:
    paths = api_client.get("/openapi.json").json()["paths"]
    assert {path for path in paths if not path.startswith("/v1/")} == PUBLIC
    for path in set(paths) - PUBLIC - SIGNED:
        for operation in (paths[path][method] for method in paths[path].keys() & METHODS):
            assert operation["security"], path
            assert {"401", "403"} <= operation["responses"].keys(), path
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"], (path, status)


def test_an_operation_that_takes_json_says_what_broken_json_is_told(api_client: TestClient) -> None:
    paths = api_client.get("/openapi.json").json()["paths"]
    silent = [
        f"{method} {path}"
        for path, methods in paths.items()
        if path not in SIGNED  # read by the connector, not by the framework
        for method, operation in methods.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
        and "400" not in operation["responses"]
    ]
    assert silent == []


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/metrics", "/openapi.json", "/problems/not_found"])
def test_ops_need_no_key(api_client: TestClient, path: str) -> None:
    api_client.headers.pop("Authorization")
    assert api_client.get(path).status_code == 200


def test_readyz_names_the_floor_and_what_mends_it(api_settings: Settings) -> None:
    with TestClient(create_app(api_settings)) as client:
        ready = client.get("/readyz").json()
    speech = next(engine for engine in ready["engines"] if engine["name"] == "speech")
    assert ready["status"] == "degraded"
    assert (speech["engine"], speech["degraded"]) == ("sphinx:pocketsphinx-en-us", True)
    assert speech["fix"] == "beforehand models pull whisper-small"


def test_readyz_is_ready_where_nothing_is_degraded(api_client: TestClient) -> None:
    assert api_client.get("/readyz").json()["status"] == "ready"


def test_metrics_count_by_route_not_by_address(api_client: TestClient) -> None:
    api_client.get("/v1/prefills/one")
    api_client.get("/v1/prefills/two")
    api_client.get("/nothing/here")
    text = api_client.get("/metrics").text
    assert 'beforehand_requests_total{method="GET",route="/v1/prefills/{prefill_id}",status="404"} 2.0' in text
    assert 'beforehand_requests_total{method="any",route="unmatched",status="404"} 1.0' in text
    assert "one" not in text.split()


@pytest.mark.parametrize("name", PROBLEM_KINDS)
def test_every_problem_type_is_explained_where_it_points(api_client: TestClient, name: str) -> None:
    explained = api_client.get(f"/problems/{name}", headers={"Accept-Language": "en"}).json()
    assert (explained["name"], explained["status"]) == (name, PROBLEM_KINDS[name].status)
    assert explained["title"] == words("en")(f"title.{name}")


def test_an_unexpected_error_is_a_problem_too(api_app: FastAPI) -> None:
    def break_here() -> None:
        raise RuntimeError("with a secret inside")

    api_app.add_api_route("/break", break_here)
    with TestClient(api_app, raise_server_exceptions=False) as client:
        response = client.get("/break")
    assert response.status_code == 500
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("path", "allowed"),
    [("/v1/articles/e4", "DELETE, GET, PUT"), ("/v1/templates/own", "DELETE, GET, PUT"), ("/v1/prefill", "POST")],
)
def test_a_refused_method_names_the_allowed_ones(api_client: TestClient, path: str, allowed: str) -> None:
    assert api_client.patch(path).headers["allow"] == allowed


@pytest.mark.parametrize(("language", "reason"), [("zh", "本机缺少所需的模型"), ("en", "model")])
def test_a_degraded_engine_is_explained_in_the_callers_language(
    api_settings: Settings, language: str, reason: str
) -> None:
    with TestClient(create_app(api_settings)) as client:
        speech = client.get("/readyz", headers={"Accept-Language": language}).json()["engines"][0]
    assert speech["degraded"]
    assert reason in speech["reason"]
    assert ("本机" in speech["reason"]) == (language == "zh")
