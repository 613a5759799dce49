"""What people say of values and suggestions changes the next answers, and nothing of another tenant's."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.commands import command
from api.cli.keys import create_key
from api.settings import Settings

ARTICLES = {
    "descale-zh": ("清洗水垢", "倒入除垢剂，运行清洁程序。"),
    "descale-en": ("Descaling", "Pour in the descaler and run the cleaning program."),
}


def suggested(client: TestClient, question: str) -> tuple[str, list[str]]:
    answer = client.post("/v1/suggestions", json={"question": question}).json()
    return answer["id"], [suggestion["article_id"] for suggestion in answer["suggestions"]]


def offered(client: TestClient, question: str) -> list[str]:
    """Return what is offered as an answer: nothing where it abstains."""
    answer = client.post("/v1/suggestions", json={"question": question}).json()
    return [] if answer["abstained"] else [suggestion["article_id"] for suggestion in answer["suggestions"]]


@pytest.fixture
def stocked(api_client: TestClient) -> TestClient:
    for article_id, (title, body) in ARTICLES.items():
        assert api_client.put(f"/v1/articles/{article_id}", json={"title": title, "body": body}).status_code in (
            200,
            201,
        )
    return api_client


@pytest.mark.parametrize(
    ("first", "again", "article_id"),
    [
        ("除垢：滴得太慢有白渣", "滴得太慢，有白渣", "descale-zh"),
        ("drips and tastes funny, descaler?", "it drips and tastes funny", "descale-en"),
    ],
    ids=["zh", "en"],
)
def test_a_used_suggestion_is_found_for_the_next_such_question(
    stocked: TestClient, first: str, again: str, article_id: str
) -> None:
    assert offered(stocked, again) == []
    suggestion_id, found = suggested(stocked, first)
    assert article_id in found
    used = {"suggestion_id": suggestion_id, "article_id": article_id, "action": "used"}
    assert stocked.post("/v1/feedback", json=used).status_code == 201
    assert offered(stocked, again)[0] == article_id


def test_one_tenants_verdicts_teach_another_nothing(stocked: TestClient, api_app: FastAPI) -> None:
    _, secret = create_key(api_app.state.store.of("acme"), name="acme", scopes=["admin"])
    other = TestClient(api_app, headers={"Authorization": f"Bearer {secret}"})
    for article_id, (title, body) in ARTICLES.items():
        other.put(f"/v1/articles/{article_id}", json={"title": title, "body": body})
    suggestion_id, _ = suggested(stocked, "drips and tastes funny, descaler?")
    used = {"suggestion_id": suggestion_id, "article_id": "descale-en", "action": "used"}
    assert stocked.post("/v1/feedback", json=used).status_code == 201
    assert offered(stocked, "it drips and tastes funny")[0] == "descale-en"
    assert offered(other, "it drips and tastes funny") == []
    assert other.post("/v1/feedback", json=used).status_code == 404


def test_corrections_are_counted_by_learn(stocked: TestClient, api_settings: Settings) -> None:
    message = {"role": "customer", "text": "订单号20250618936，面板显示E4"}
    draft = stocked.post("/v1/prefill", json={"messages": [message]}).json()
    before = draft["fields"]["order_number"]["confidence"]
    for _ in range(5):
        again = stocked.post("/v1/prefill", json={"messages": [message]}).json()
        verdict = {"prefill_id": again["id"], "field": "order_number", "action": "edited", "final": "99"}
        assert stocked.post("/v1/feedback", json=verdict).status_code == 201
    ran = CliRunner().invoke(command, ["learn", "--data-dir", str(api_settings.data_dir), "--json"])
    assert ran.exit_code == 0, ran.output
    assert '"corrections":5' in ran.stdout
    assert Path(api_settings.data_dir, "learned", "calibration.json").is_file()
    after = stocked.post("/v1/prefill", json={"messages": [message]}).json()["fields"]["order_number"]["confidence"]
    assert after < before


def test_learning_is_a_job_that_anybody_with_the_right_may_ask_for(stocked: TestClient) -> None:
    asked = stocked.post("/v1/learn")
    assert asked.status_code == 202
    assert asked.json()["kind"] == "learn"
    assert asked.headers["location"] == f"/v1/jobs/{asked.json()['id']}"
