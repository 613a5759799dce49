"""What answers never say, whom they let in, and what happens where the audit log cannot be written."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text


@pytest.mark.parametrize("path", ["/v1/templates", "/livez", "/console/sign-in", "/openapi.json"])
def test_no_other_origin_is_let_in(api_client: TestClient, path: str) -> None:
    asked = {"Origin": "https://evil.example", "Access-Control-Request-Method": "PUT"}
    for answer in (api_client.get(path, headers=asked), api_client.options(path, headers=asked)):
        assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("path", ["/v1/templates", "/livez", "/console/", "/nowhere"])
def test_trace_is_refused(api_client: TestClient, path: str) -> None:
    answer = api_client.request("TRACE", path, headers={"X-Secret": "陶瓷".encode().hex()})
    assert answer.status_code in (404, 405)
    assert "陶瓷".encode().hex() not in answer.text


def test_change_that_cannot_be_audited_is_no_success(api_app: FastAPI, api_key: str) -> None:
    client = TestClient(api_app, headers={"Authorization": f"Bearer {api_key}"}, raise_server_exceptions=False)
    assert client.put("/v1/articles/a-1", json={"title": "t", "body": "b"}).status_code == 200
    with api_app.state.store.database.transaction() as session:
        session.execute(text("DROP TABLE audit_log"))
    assert client.put("/v1/articles/a-1", json={"title": "t", "body": "b"}).status_code == 500


@pytest.mark.parametrize("path", ["/v1/templates", "/v1/articles", "/v1/audit"])
def test_answers_are_kept_by_nobody(api_client: TestClient, path: str) -> None:
    assert api_client.get(path).headers["Cache-Control"] == "no-store"
