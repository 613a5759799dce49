"""The process ends after something was kept and before its answer was: the repeated request finds it."""

from __future__ import annotations

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

TEXTS = [
    pytest.param("面板显示E4，订单号20250618936", id="zh"),
    pytest.param("it shows E4, order 20250618936", id="en"),
]


def lose_answers(app: FastAPI) -> None:
    """Leave the database as a process does that ended right before it kept an answer, and start over."""
    with app.state.store.database.engine.begin() as connection:
        connection.execute(text("UPDATE idempotent_replies SET status = 0, content_type = '', body = ''"))
    app.state.store.replies.release_running()


def count(app: FastAPI, table: str) -> int:
    with app.state.store.database.engine.connect() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def asked_thrice(app: FastAPI, client: TestClient, address: str, body: dict[str, Any]) -> list[dict[str, Any]]:
    """Lose the answer to a request, repeat it, repeat it once more; return the answers."""
    headers = {"Idempotency-Key": "once 一次".encode().hex()}
    answers = [client.post(address, json=body, headers=headers)]
    lose_answers(app)
    answers += [client.post(address, json=body, headers=headers) for _ in range(2)]
    assert {answer.status_code for answer in answers} <= {200, 201}
    return [answer.json() for answer in answers]


@pytest.mark.parametrize("said", TEXTS)
def test_a_draft_whose_answer_was_lost_is_found_again(api_app: FastAPI, api_client: TestClient, said: str) -> None:
    first, second, third = asked_thrice(api_app, api_client, "/v1/prefill", {"messages": [{"id": "m", "text": said}]})
    assert first == second == third
    assert count(api_app, "prefills") == 1
    assert first == api_client.get(f"/v1/prefills/{first['id']}").json()


@pytest.mark.parametrize("said", TEXTS)
def test_feedback_whose_answer_was_lost_is_not_kept_twice(api_app: FastAPI, api_client: TestClient, said: str) -> None:
    draft = api_client.post("/v1/prefill", json={"messages": [{"id": "m", "text": said}]}).json()
    opinion = {"prefill_id": draft["id"], "field": "error_code", "final": "E5", "action": "edited"}
    first, second, third = asked_thrice(api_app, api_client, "/v1/feedback", opinion)
    assert first == second == third
    assert count(api_app, "feedback") == 1


def test_another_request_under_the_key_of_a_lost_answer_is_its_own(api_app: FastAPI, api_client: TestClient) -> None:
    headers = {"Idempotency-Key": "once"}
    bodies = [{"messages": [{"id": "m", "text": said}]} for said in ("面板显示E4", "面板显示E5")]
    api_client.post("/v1/prefill", json=bodies[0], headers=headers)
    lose_answers(api_app)
    other = api_client.post("/v1/prefill", json=bodies[1], headers=headers).json()
    assert other["fields"]["error_code"]["value"] == "E5"
    assert count(api_app, "prefills") == 2


def test_two_keys_do_not_share_a_draft(api_app: FastAPI, api_client: TestClient) -> None:
    body = {"messages": [{"id": "m", "text": "E4"}]}
    ids = {api_client.post("/v1/prefill", json=body, headers={"Idempotency-Key": key}).json()["id"] for key in "ab"}
    assert len(ids | {api_client.post("/v1/prefill", json=body).json()["id"]}) == 3
