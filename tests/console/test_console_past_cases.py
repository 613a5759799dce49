"""The sources page makes past cases of a connected ticket system's solved tickets, and shows what came of it."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.jobs import Job, Jobs
from tests.api.waiting import wait_for
from tests.console.ticket_desk import TicketDesk

TICKET: dict[str, object] = {
    "id": "P-1",
    "subject": "空调显示E4不制冷",
    "status": "resolved",
    "created_at": "2026-03-02T08:00:00Z",
    "customer": {"id": "C-1", "phone": "13800138000"},
    "messages": [
        {"id": "1", "author": "customer", "text": "空调显示E4不制冷，电话13800138000"},
        {"id": "2", "author": "agent", "text": "请清洗过滤网，再重新通电。"},
    ],
}


SAID = {"en": "Past cases from desk", "zh": "desk 的历史案例"}


@pytest.fixture(scope="module")
def running(panel_app: FastAPI, ticket_desk: TicketDesk) -> FastAPI:
    ticket_desk.tickets["P-1"] = TICKET
    panel_app.state.work.start()
    return panel_app


@pytest.fixture(params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def visitor(running: FastAPI, panel_key: str, language: str) -> TestClient:
    client = TestClient(running, headers={"Origin": "http://testserver", "Accept-Language": language})
    client.post("/console/sign-in", data={"key": panel_key}, follow_redirects=False)
    return client


def finished(app: FastAPI) -> Job:
    """Return the newest job that makes past cases, once it is over."""
    jobs: Jobs = app.state.jobs
    newest = wait_for(lambda: jobs.list(tenant="default", kind="past_cases", limit=1)[0], lambda job: job.is_over)
    job = jobs.get(newest.id, tenant="default")
    assert job is not None
    return job


def test_the_sources_page_offers_systems_that_can_be_read(visitor: TestClient, language: str) -> None:
    page = visitor.get("/console/sources").text
    assert "<option>desk</option>" in page
    assert "elsewhere" not in page  # another tenant's


def test_past_cases_are_made_shown_and_made_again(running: FastAPI, visitor: TestClient, language: str) -> None:
    form = {"connector": "desk", "since": "2026-01-01", "allowed": "agents，leads"}
    results = []
    for _ in range(2):
        answer = visitor.post("/console/sources/past-cases", data=form, follow_redirects=False)
        assert answer.status_code == 303
        result = finished(running).result
        assert isinstance(result, dict)
        assert result["rejected"] == []
        results.append(result["unchanged"])
    assert results[1] == 1
    article = running.state.engines.knowledge_base().get("past-case/P-1")
    assert article.allowed == ("agents", "leads")
    assert "13800138000" not in article.body
    page = visitor.get("/console/sources").text
    assert page.count(SAID[language]) >= 2  # the source, and the job that made it


def test_over_http_a_job_is_accepted_and_an_unknown_connector_is_not(running: FastAPI, panel_key: str) -> None:
    client = TestClient(running, headers={"Authorization": f"Bearer {panel_key}"})
    body = {"connector": "desk", "since": "2026-01-01T00:00:00+08:00"}
    answer = client.post("/v1/past-cases", json=body)
    assert answer.status_code == 202
    assert finished(running).state == "done"
    for name in ("nobody", "elsewhere"):
        assert client.post("/v1/past-cases", json={**body, "connector": name}).status_code == 404
    assert client.post("/v1/past-cases", json={**body, "since": "2026-01-01"}).status_code == 422


@pytest.mark.parametrize("form", [{"connector": "nobody", "since": "2026-01-01"}, {"connector": "desk", "since": "?"}])
def test_a_form_that_does_not_fit_is_refused(visitor: TestClient, language: str, form: dict[str, str]) -> None:
    assert visitor.post("/console/sources/past-cases", data=form, follow_redirects=False).status_code in (404, 422)
