"""The administrator's pages: figures, connectors, jobs, keys and the audit log, in Chinese and English."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.cli.keys import create_key
from api.console.overview_pages import chart_of
from api.report import Day
from api.report.figures import Totals
from api.store.outbox import message_of
from api.store.webhooks import Endpoint
from tests.console.panel_agent import draft
from tests.console.ticket_desk import TicketDesk

HOSTILE = "<script>alert(1)</script>"
LANGUAGES = ("en", "zh")


@pytest.fixture
def admin(panel_app: FastAPI) -> TestClient:
    """Sign in as an administrator of the default tenant."""
    _, secret = create_key(panel_app.state.store, name="Anna", scopes=["admin"])
    return signed_in(panel_app, secret)


def signed_in(app: FastAPI, secret: str) -> TestClient:
    client = TestClient(app, headers={"Origin": "http://testserver"}, raise_server_exceptions=False)
    assert client.post("/console/sign-in", data={"key": secret}, follow_redirects=False).status_code == 303
    return client


@pytest.mark.parametrize(
    ("page", "titles"),
    [
        ("", {"en": "Overview", "zh": "概览"}),
        ("?days=7", {"en": "Overview", "zh": "概览"}),
        ("quality", {"en": "Quality", "zh": "质量"}),
        ("connectors", {"en": "Connectors", "zh": "连接器"}),
        ("jobs", {"en": "Jobs", "zh": "任务"}),
        ("jobs?show=failed", {"en": "Jobs", "zh": "任务"}),
        ("jobs?show=done", {"en": "Jobs", "zh": "任务"}),
        ("sources", {"en": "Sources of the knowledge base", "zh": "知识库来源"}),
        ("keys", {"en": "Keys", "zh": "密钥"}),
        ("audit", {"en": "Audit log", "zh": "审计日志"}),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_there_in_both_languages(
    admin: TestClient, page: str, titles: dict[str, str], language: str
) -> None:
    admin.get(f"/console/language/{language}")
    answer = admin.get(f"/console/{page}")
    assert answer.status_code == 200, answer.text
    assert f"<h1>{titles[language]}</h1>" in answer.text


@pytest.mark.parametrize("query", ["?days=0", "?days=x", "?days=100000"])
def test_a_period_beyond_reason_is_refused(admin: TestClient, query: str) -> None:
    assert admin.get(f"/console/{query}").status_code == 422


# --- figures


def test_a_tenant_without_tickets_is_told_what_to_do(panel_app: FastAPI) -> None:
    _, secret = create_key(panel_app.state.store.of("fresh"), name="new", scopes=["admin"])
    text = signed_in(panel_app, secret).get("/console/?days=30").text
    assert "/console/connectors" in text
    assert "<svg" not in text


def test_the_figures_count_what_was_drafted(panel_app: FastAPI) -> None:
    _, secret = create_key(panel_app.state.store.of("counted"), name="new", scopes=["admin"])
    body = {"ticket_id": "1", "locale": "en-US", "messages": [{"id": "m1", "text": "I see error code E2"}]}
    made = TestClient(panel_app).post("/v1/prefill", json=body, headers={"Authorization": f"Bearer {secret}"})
    client = signed_in(panel_app, secret)
    client.get("/console/language/en")
    text = client.get("/console/").text
    (tickets,) = re.findall(r'<h2>Tickets</h2><p class="figure"><strong>(\d+)</strong>', text)
    assert tickets == "1"
    found = [name for name, field in made.json()["fields"].items() if field["value"]]
    assert found == ["error_code"]
    assert re.search(r'<rect class="part-(auto|suggested)"', text)


@pytest.mark.parametrize(("format", "starts"), [("csv", b"\xef\xbb\xbfprefill_id,"), ("parquet", b"PAR1")])
def test_the_rows_behind_the_figures_are_exported(
    panel_app: FastAPI, panel_key: str, admin: TestClient, format: str, starts: bytes
) -> None:
    draft(panel_app, panel_key)
    (link,) = re.findall(rf'href="(/console/export/fields\.{format}\?days=7)"', admin.get("/console/?days=7").text)
    answer = admin.get(link)
    assert answer.content.startswith(starts)
    assert answer.headers["content-disposition"].endswith(f'-7d.{format}"')
    assert panel_app.state.store.audit.list(limit=1, action="table.exported")[0].subject == f"fields/{format}"


@pytest.mark.parametrize("name", ["keys.csv", "fields.exe", "fields.csv?days=0"])
def test_only_the_named_tables_are_exported(admin: TestClient, name: str) -> None:
    assert admin.get(f"/console/export/{name}").status_code == 422


def test_only_administrators_export(panel_app: FastAPI) -> None:
    client = signed_in(panel_app, create_key(panel_app.state.store, name="agent", scopes=["prefill"])[1])
    assert client.get("/console/export/fields.csv").status_code == 403


@pytest.mark.parametrize(("language", "said"), [("en", "Accept, Edit or Clear"), ("zh", "“采纳”“修改”或“清空”")])
def test_quality_without_verdicts_says_what_to_do(panel_app: FastAPI, language: str, said: str) -> None:
    store = panel_app.state.store.of(f"quality-{language}")
    client = signed_in(panel_app, create_key(store, name="new", scopes=["admin"])[1])
    text = client.get("/console/quality", headers={"Accept-Language": language}).text
    assert said in text
    assert 'href="/console/prefill"' in text


def test_days_become_columns_under_a_round_top() -> None:
    days = [Day(date(2026, 11, day), Totals(before=day, auto=3, suggested=0, missing=4)) for day in (1, 2)]
    chart = chart_of(days)
    assert chart.top == 10
    assert [bar.kind for bar in chart.bars] == ["before", "auto", "missing"] * 2
    assert sum(bar.height for bar in chart.bars[:3]) == pytest.approx(chart.height * 8 / 10)


# --- connectors


def test_only_the_tenants_connectors_are_listed_without_their_secrets(admin: TestClient) -> None:
    admin.get("/console/language/en")
    text = admin.get("/console/connectors").text
    assert re.findall(r'id="connector-(\w+)"', text) == ["desk", "quiet"]
    assert "Fills empty fields" in text
    assert "whsec_" not in text


@pytest.mark.parametrize("name", ["elsewhere", "none"])
def test_a_connector_of_another_tenant_cannot_be_tested(admin: TestClient, name: str) -> None:
    assert admin.post(f"/console/connectors/{name}/test").status_code == 404


def test_a_connector_is_tested(admin: TestClient, ticket_desk: TicketDesk) -> None:
    answer = admin.post("/console/connectors/desk/test")
    assert answer.status_code == 200
    assert 'role="status"' in answer.text
    assert re.search(r"<dt>(Last answer|最近应答)</dt><dd><time", admin.get("/console/connectors").text)


# --- keys


def test_a_new_keys_secret_is_shown_once_and_works(panel_app: FastAPI, admin: TestClient) -> None:
    text = admin.post("/console/keys", data={"name": HOSTILE, "scopes": ["suggest", "prefill"]}).text
    (secret,) = re.findall(r'<code id="secret">(bh_[\w-]+)</code>', text)
    assert HOSTILE not in text
    assert secret not in admin.get("/console/keys").text
    headers = {"Authorization": f"Bearer {secret}"}
    assert TestClient(panel_app).post("/v1/suggestions", json={"question": "E2"}, headers=headers).status_code == 200
    assert TestClient(panel_app).get("/v1/webhooks", headers=headers).status_code == 403
    assert "key.created" in admin.get("/console/audit?action=key.created").text


@pytest.mark.parametrize("form", [{"name": "x"}, {"name": " ", "scopes": "admin"}, {"name": "x", "scopes": "root"}])
def test_a_key_without_a_name_or_scope_is_refused(admin: TestClient, form: dict[str, str]) -> None:
    assert admin.post("/console/keys", data=form).status_code == 422


def test_a_key_is_revoked_but_not_ones_own(panel_app: FastAPI, admin: TestClient) -> None:
    body, secret = create_key(panel_app.state.store, name="old", scopes=["suggest"])
    assert admin.post(f"/console/keys/{body.id}/revoke").status_code == 200
    headers = {"Authorization": f"Bearer {secret}"}
    assert TestClient(panel_app).post("/v1/suggestions", json={"question": "E2"}, headers=headers).status_code == 401
    own = next(key.id for key in reversed(panel_app.state.store.keys.list()) if key.name == "Anna")
    assert admin.post(f"/console/keys/{own}/revoke").status_code == 422
    assert admin.get("/console/keys").status_code == 200


def test_another_tenants_keys_are_out_of_reach(panel_app: FastAPI, admin: TestClient) -> None:
    body, _ = create_key(panel_app.state.store.of("acme"), name="acme's own", scopes=["suggest"])
    assert "acme&#39;s own" not in admin.get("/console/keys").text
    assert admin.post(f"/console/keys/{body.id}/revoke").status_code == 404


# --- jobs


def test_a_failed_job_says_why_and_is_retried(panel_app: FastAPI, admin: TestClient) -> None:
    jobs = panel_app.state.jobs
    job = jobs.submit("panel_comment", {"connector": "gone", "ticket_id": "T-9", "text": "x", "mark": "m"},
                      tenant="default", key="gone")  # fmt: skip
    assert wait_until_over(panel_app, job.id) == "failed"
    text = admin.get("/console/jobs?show=failed").text
    assert "gone / T-9" in text
    answer = admin.post(f"/console/jobs/{job.id}/retry?show=failed", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert panel_app.state.store.audit.list(limit=1, action="job.retried")[0].subject == job.id
    assert wait_until_over(panel_app, job.id) == "failed"


def wait_until_over(app: FastAPI, job_id: str) -> str:
    """Return the state that a job ends in."""
    started = datetime.now(UTC)
    while not (job := app.state.jobs.get(job_id, tenant="default")).is_over:
        assert (datetime.now(UTC) - started).total_seconds() < 30
    return str(job.state)


@pytest.mark.parametrize("action", ["retry", "cancel"])
def test_a_job_that_is_not_there_or_another_tenants_is_out_of_reach(admin: TestClient, action: str) -> None:
    assert admin.post(f"/console/jobs/enrich-{'0' * 32}/{action}").status_code == 404


def test_a_dead_delivery_is_listed_and_sent_again(panel_app: FastAPI, admin: TestClient) -> None:
    store, at = panel_app.state.store, datetime.now(UTC)
    message = message_of("ticket.opened", {}, tenant="default", subject="t1", at=at)
    store.webhooks.put(Endpoint("ops", "https://127.0.0.1:9/", "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", (), at))
    store.outbox.add(message)
    store.outbox.relay(message.message_id, ["ops"], at=at)
    store.outbox.settle(message.message_id, "ops", state="dead", attempts=9, error=HOSTILE, at=at)
    text = admin.get("/console/jobs?show=failed").text
    assert "&lt;script&gt;" in text
    assert admin.post(f"/console/deliveries/{message.message_id}/ops/retry").status_code == 200
    assert store.outbox.dead() == ()
    assert admin.post(f"/console/deliveries/{message.message_id}/none/retry").status_code == 404


# --- the audit log


def test_the_log_is_filtered_and_paged(panel_app: FastAPI, admin: TestClient) -> None:
    audit, at = panel_app.state.store.audit, datetime.now(UTC)
    for number in range(60):
        audit.add(at=at, actor="bela" if number % 2 else "cili", action="test.done", subject=f"subject-{number}-")
    text = admin.get("/console/audit?action=test.done").text
    assert "subject-59-" in text
    assert "subject-5-" not in text
    (older,) = re.findall(r'href="(/console/audit\?[^"]*before=\w+)"', text)
    assert "subject-5-" in admin.get(older.replace("&amp;", "&")).text
    by_actor = admin.get("/console/audit?actor=BELA").text
    assert "subject-1-" in by_actor
    assert "subject-2-" not in by_actor
    assert "subject-" not in admin.get("/console/audit?actor=nobody").text


@pytest.mark.parametrize(("language", "said"), [("en", "are as they were written"), ("zh", "均与写入时一致")])
def test_the_seals_are_checked(admin: TestClient, language: str, said: str) -> None:
    admin.get(f"/console/language/{language}")
    assert said in admin.post("/console/audit/verify").text


def test_another_tenants_log_is_not_shown(panel_app: FastAPI, admin: TestClient) -> None:
    panel_app.state.store.of("acme").audit.add(at=datetime.now(UTC), actor="x", action="secret.deed", subject="acme/1")
    assert "secret.deed" not in admin.get("/console/audit").text
