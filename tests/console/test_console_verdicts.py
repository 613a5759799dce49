"""What an agent decides about a field is kept as POST /v1/feedback keeps it, and shown when the draft opens again."""

from __future__ import annotations

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

HX = {"HX-Request": "true"}
MESSAGE = "order number 20260302118, call me at (415) 555-0132"


@pytest.fixture
def draft(console_client: TestClient) -> str:
    """Make a draft and return its address."""
    form = {"message": MESSAGE, "customer": "", "phone": ""}
    return console_client.post("/console/prefill", data=form).url.path


def decide(client: TestClient, draft: str, action: str, *, field: str = "order_number", final: str = "") -> str:
    form = {"field": field, "action": action, "final": final}
    answer = client.post(f"{draft}/feedback", data=form, headers=HX)
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.mark.parametrize(
    ("language", "action", "final", "said"),
    [
        ("en", "accepted", "", "Accepted"),
        ("zh", "accepted", "", "已采纳"),
        ("en", "edited", "20260302119", "Changed to <strong>20260302119</strong>"),
        ("zh", "edited", "20260302119", "已改为 <strong>20260302119</strong>"),
        ("en", "cleared", "", "Cleared"),
        ("zh", "cleared", "", "已清空"),
    ],
)
def test_a_decision_is_said_and_stays(
    console_client: TestClient, draft: str, language: str, action: str, final: str, said: str
) -> None:
    console_client.get(f"/console/language/{language}")
    assert said in decide(console_client, draft, action, final=final)
    assert said in console_client.get(draft).text


def test_a_decision_is_kept_as_feedback(console_app: FastAPI, console_client: TestClient, draft: str) -> None:
    decide(console_client, draft, "edited", final="20260302119")
    decide(console_client, draft, "accepted", field="phone_number")
    kept = console_app.state.store.drafts.verdicts(draft.rsplit("/", 1)[1])
    found = {name: (feedback.action, feedback.final) for name, feedback in kept.items()}
    assert found == {"order_number": ("edited", "20260302119"), "phone_number": ("accepted", "+14155550132")}


def test_feedback_sent_over_the_api_is_shown_too(console_client: TestClient, console_key: str, draft: str) -> None:
    body = {"prefill_id": draft.rsplit("/", 1)[1], "field": "order_number", "final": "7", "action": "edited"}
    sent = console_client.post("/v1/feedback", json=body, headers={"Authorization": f"Bearer {console_key}"})
    assert sent.status_code == 201
    assert "Changed to <strong>7</strong>" in console_client.get(draft).text


def test_the_last_decision_counts(console_client: TestClient, draft: str) -> None:
    decide(console_client, draft, "cleared")
    decide(console_client, draft, "accepted")
    assert re.findall(r'data-decision="(\w+)"', console_client.get(draft).text) == ["accepted"]


def test_an_edit_that_changes_nothing_is_an_acceptance(console_client: TestClient, draft: str) -> None:
    assert "Accepted" in decide(console_client, draft, "edited", final="20260302118")


def test_a_missing_field_can_be_filled_in(console_client: TestClient, draft: str) -> None:
    assert "CL3A2506180427" in decide(console_client, draft, "edited", field="serial_number", final="CL3A2506180427")


def test_without_script_a_decision_leads_back_to_the_draft(console_client: TestClient, draft: str) -> None:
    form = {"field": "order_number", "action": "accepted", "final": ""}
    answer = console_client.post(f"{draft}/feedback", data=form, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, draft)


def test_a_hostile_value_is_shown_as_text(console_client: TestClient, draft: str) -> None:
    html = decide(console_client, draft, "edited", final='"><script>alert(1)</script>')
    assert "<script>" not in html


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"action": "edited", "final": " "}, 422),
        ({"action": "accepted", "field": "serial_number", "final": ""}, 422),
        ({"action": "party"}, 422),
        ({"action": "used"}, 422),
        ({"field": "shoe_size", "final": "9", "action": "edited"}, 422),
        ({"final": "x" * 3_000}, 422),
    ],
)
def test_a_decision_that_fits_nothing_is_refused(
    console_client: TestClient, draft: str, change: dict[str, str], status: int
) -> None:
    form = {"field": "order_number", "action": "edited", "final": "1", **change}
    answer = console_client.post(f"{draft}/feedback", data=form, headers=HX)
    assert answer.status_code == status
    assert "notice bad" in answer.text


def test_a_decision_on_no_draft_is_refused(console_client: TestClient) -> None:
    form = {"field": "order_number", "action": "accepted", "final": ""}
    assert console_client.post("/console/prefills/none/feedback", data=form, headers=HX).status_code == 404


def test_a_decision_from_another_site_is_refused(console_client: TestClient, draft: str) -> None:
    form = {"field": "order_number", "action": "accepted", "final": ""}
    answer = console_client.post(f"{draft}/feedback", data=form, headers={"Origin": "https://elsewhere.example"})
    assert answer.status_code == 403
