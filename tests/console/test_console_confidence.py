"""A field's page says what is promised, whether it is held, and what is missing; figures stand beside the drawing."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.cli.keys import create_key
from nlp.extraction.calibrate import Calibration, Outcomes, Taught, shipped_calibration

PROVEN = (Outcomes(0.6, 40, 30), Outcomes(0.96, 200, 199))
SAID = {
    "zh-CN": {"title": "置信度与承诺", "held": "已兑现", "unmeasured": "尚未测得", "needed": "再有 114 个"},
    "en-US": {
        "title": "Confidence and promises",
        "held": "held",
        "unmeasured": "not yet measured",
        "needed": "114 more",
    },
}


@pytest.fixture
def desk(api_app: FastAPI) -> TestClient:
    """Sign in as an administrator whose order numbers have 240 corrections."""
    _, secret = create_key(api_app.state.store, name="Anna", scopes=["admin"])
    shipped = shipped_calibration()
    taught = Calibration(shipped.derived_from, shipped.outcomes, {"order_number": Taught(PROVEN)})
    api_app.state.engines.learned.keep_calibration(taught)
    client = TestClient(api_app, headers={"Origin": "http://testserver"}, raise_server_exceptions=False)
    assert client.post("/console/sign-in", data={"key": secret}, follow_redirects=False).status_code == 303
    return client


@pytest.mark.parametrize("language", SAID)
def test_pages_say_how_a_promise_stands(desk: TestClient, language: str) -> None:
    said, headers = SAID[language], {"Accept-Language": language}
    listed = desk.get("/console/confidence", headers=headers).text
    assert all(said[name] in listed for name in ("title", "held", "unmeasured"))
    held = desk.get("/console/confidence/order_number", headers=headers).text
    assert said["held"] in held
    assert held.count('class="dot"') == 2
    assert "99.5%" in held  # 199 of 200: beside the drawing, for whoever does not see it
    open_ = desk.get("/console/confidence/serial_number", headers=headers).text
    assert said["needed"] in open_
    assert 'class="dot"' not in open_


def test_a_promise_is_stated_and_taken_back_on_its_page(desk: TestClient) -> None:
    stated = desk.post("/console/confidence/error_code/promise", data={"percent": "95", "until_held": "suggest"})
    assert stated.status_code == 200
    assert "<strong>95%</strong>" in stated.text
    assert desk.post("/console/confidence/error_code/promise/clear").status_code == 200
    assert "<strong>98%</strong>" in desk.get("/console/confidence/error_code").text
    entries = desk.get("/console/audit").text
    assert "promise.put" in entries
    assert "promise.deleted" in entries


@pytest.mark.parametrize("percent", ["30", "100", "many"])
def test_a_promise_that_is_none_is_refused(desk: TestClient, percent: str) -> None:
    assert desk.post("/console/confidence/error_code/promise", data={"percent": percent}).status_code == 422


def test_a_field_that_nobody_has_is_not_found(desk: TestClient) -> None:
    assert desk.get("/console/confidence/nothing").status_code == 404
