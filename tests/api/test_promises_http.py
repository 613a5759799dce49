"""What is promised of a field decides what is filled in; only people's own corrections prove it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from api.cli.commands import command
from api.learn import learn
from api.schemas.prefill import Feedback, PrefillResponse
from api.settings import Settings
from api.store import Store

AT = datetime(2026, 11, 22, 10, tzinfo=UTC)
TEXTS = {"zh": "订单号20250618936，面板显示E4", "en": "order number 20250618936, it shows E4"}


def drafted(client: TestClient, language: str = "zh") -> PrefillResponse:
    message = {"role": "customer", "text": TEXTS[language]}
    answer = client.post("/v1/prefill", json={"messages": [message], "locale": language})
    assert answer.status_code == 200, answer.text
    return PrefillResponse.model_validate(answer.json())


def review(store: Store, draft: PrefillResponse, rights: Sequence[bool], *, field: str = "order_number") -> None:
    """Keep a copy of a draft for each verdict, accepted or edited."""
    for number, is_right in enumerate(rights):
        copy = draft.model_copy(update={"id": f"{draft.id}-{number}", "ticket_id": None})
        store.drafts.add_prefill(copy, text="")
        action, final = ("accepted", copy.fields[field].value) if is_right else ("edited", "99")
        verdict = Feedback.model_validate({"prefill_id": copy.id, "field": field, "action": action, "final": final})
        store.drafts.add_feedback(f"{copy.id}-verdict", verdict, at=AT)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_is_promised_is_suggested_until_corrections_prove_it(
    api_client: TestClient, api_app: FastAPI, language: str
) -> None:
    before = drafted(api_client, language).fields["order_number"]
    assert before.status == "auto"
    assert before.promise is not None
    assert (before.promise.state, before.promise.corrections) == ("unmeasured", 0)
    put = api_client.put("/v1/promises/order_number", json={"promise": 0.98})
    assert put.status_code == 200
    assert put.json()["standing"]["needed"] == 114
    draft = drafted(api_client, language)
    assert draft.fields["order_number"].status == "suggest"
    assert draft.fields["error_code"].status == "auto"
    review(api_app.state.store, draft, [True] * 114)
    learn(engines=api_app.state.engines, store=api_app.state.store, at=AT)
    standing = api_client.get("/v1/promises/order_number").json()["standing"]
    assert (standing["state"], standing["corrections"], standing["needed"]) == ("held", 114, 0)
    after = drafted(api_client, language).fields["order_number"]
    assert after.status == "auto"
    assert after.promise is not None
    assert after.promise.state == "held"


def test_a_promise_may_be_filled_in_unproven(api_client: TestClient) -> None:
    wanted = {"promise": 0.98, "until_held": "fill"}
    assert api_client.put("/v1/promises/default", json=wanted).json()["until_held"] == "fill"
    assert drafted(api_client).fields["order_number"].status == "auto"


def test_a_promise_of_every_other_field_leaves_out_those_with_their_own(api_client: TestClient) -> None:
    api_client.put("/v1/promises/default", json={"promise": 0.98})
    api_client.put("/v1/promises/error_code", json={"promise": 0.9, "until_held": "fill"})
    fields = drafted(api_client).fields
    assert (fields["order_number"].status, fields["error_code"].status) == ("suggest", "auto")
    listed = {one["field"]: one for one in api_client.get("/v1/promises").json()}
    assert (listed["order_number"]["is_own"], listed["error_code"]["promise"]) == (False, 0.9)
    assert api_client.delete("/v1/promises/default").status_code == 204
    assert drafted(api_client).fields["order_number"].status == "auto"


def test_corrections_that_contradict_a_promise_end_the_filling_in(api_client: TestClient, api_app: FastAPI) -> None:
    review(api_app.state.store, drafted(api_client), [True, True, False, True, False])
    report = learn(engines=api_app.state.engines, store=api_app.state.store, at=AT)
    assert [(lesson.field, lesson.corrections) for lesson in report.lessons] == [("order_number", 5)]
    assert api_client.get("/v1/promises/order_number").json()["standing"]["state"] == "broken"
    assert drafted(api_client).fields["order_number"].status == "suggest"
    entry = api_app.state.store.audit.list(limit=1)[0]
    assert (entry.action, list(entry.detail)) == ("confidence.learned", ["order_number"])


def test_what_nobody_reviewed_teaches_nothing(api_client: TestClient, api_app: FastAPI) -> None:
    store, draft = api_app.state.store, drafted(api_client)
    said = {"prefill_id": draft.id, "field": "order_number", "action": "accepted", "is_of_all": True}
    store.drafts.add_feedback("of-all", Feedback.model_validate(said), at=AT)
    assert learn(engines=api_app.state.engines, store=store, at=AT).corrections == 0


@pytest.mark.parametrize(
    ("field", "body", "status"),
    [
        ("nobody_has_it", {"promise": 0.98}, 404),
        ("order_number", {"promise": 1.0}, 422),
        ("order_number", {"promise": 0.2}, 422),
        ("order_number", {"promise": 0.98, "until_held": "never"}, 422),
        ("order_number", {"share": 0.98}, 422),
    ],
)
def test_a_promise_about_nothing_is_refused(
    api_client: TestClient, field: str, body: dict[str, object], status: int
) -> None:
    assert api_client.put(f"/v1/promises/{field}", json=body).status_code == status


def test_taking_back_what_was_not_promised_is_refused(api_client: TestClient) -> None:
    assert api_client.delete("/v1/promises/order_number").status_code == 404


def test_promises_are_stated_on_the_command_line(api_settings: Settings, api_client: TestClient) -> None:
    place = ["--data-dir", str(api_settings.data_dir)]
    ran = CliRunner().invoke(command, ["promises", "set", "order_number", "0.95", *place, "--json"])
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["standing"]["needed"] == 45
    assert api_client.get("/v1/promises/order_number").json()["promise"] == 0.95
    listed = CliRunner().invoke(command, ["promises", *place, "--json"])
    assert {json.loads(line)["field"] for line in listed.stdout.splitlines()} >= {"order_number", "email"}
    assert CliRunner().invoke(command, ["promises", "set", "nothing", "0.95", *place]).exit_code == 1
    assert CliRunner().invoke(command, ["promises", "clear", "order_number", *place]).exit_code == 0
    assert api_client.get("/v1/promises/order_number").json()["is_own"] is False
