"""The panel over HTTP: who sees which ticket, where it may be framed, and what is shown in every state."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.cli.keys import create_key
from api.store import DraftOrigin
from tests.console.panel_agent import NUMBERS, SAYS, Agent, change, draft

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"


# --- who may look


def test_a_genuine_link_shows_the_ticket_without_a_cookie(panel_app: FastAPI, panel_key: str, agent: Agent) -> None:
    answer = agent.open(draft(panel_app, panel_key))
    assert answer.status_code == 200
    assert "20260302118" in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize(
    ("change", "said"),
    [("&user=root", {"en": "not genuine", "zh": "不可信"}), ("&ticket=T-2", {"en": "not genuine", "zh": "不可信"})],
)
def test_a_forged_link_is_refused(agent: Agent, change: str, said: dict[str, str]) -> None:
    name = change[1:].partition("=")[0]
    forged = re.sub(rf"\b{name}=[^&]*", change[1:], agent.link("T-1"))
    answer = agent.client.get(forged)
    assert answer.status_code == 403
    assert said[agent.client.headers["accept-language"]] in answer.text


@pytest.mark.parametrize("seconds", [-1, 90_000])
def test_an_expired_link_says_what_to_do(agent: Agent, seconds: int) -> None:
    answer = agent.client.get(agent.link("T-1", seconds=seconds))
    assert answer.status_code == 410  # not counted as a guess: a desk of agents shares one address
    assert {"en": "Reload the ticket", "zh": "重新载入工单"}[agent.client.headers["accept-language"]] in answer.text


@pytest.mark.parametrize(
    "address",
    ["/panel", "/panel?ticket=T-1", "/panel?ticket=T-1&token=x", "/panel?ticket=T-1&connector=none&signature=x",
     "/panel?signature=é&connector=desk"],
)  # fmt: skip
def test_nobody_looks_without_a_link(english: Agent, address: str) -> None:
    assert english.client.get(address).status_code in (401, 403)


@pytest.mark.parametrize("part", ["body", "answers", "sources", "similar", "device", "jobs/x"])
def test_parts_need_the_panels_token(english: Agent, part: str) -> None:
    assert english.client.get(f"/panel/{part}").status_code == 403
    forged = {"X-Panel-Token": "%5B%22default%22%5D.99999999999.aa"}
    assert english.client.get(f"/panel/{part}", headers=forged).status_code == 403


def test_another_tenants_link_sees_nothing_of_this_tenants_ticket(
    panel_app: FastAPI, panel_key: str, english: Agent
) -> None:
    ticket = draft(panel_app, panel_key)
    answer = english.open(ticket, connector="elsewhere")
    assert answer.status_code == 200
    assert "20260302118" not in answer.text
    assert "No draft for this ticket yet" in answer.text
    assert english.part("/panel/sources").status_code == 404


def test_a_console_session_sees_any_ticket_of_its_tenant_alone(
    panel_app: FastAPI, panel_key: str, english: Agent
) -> None:
    ticket = draft(panel_app, panel_key)
    english.client.post("/console/sign-in", data={"key": panel_key}, follow_redirects=False)
    assert "20260302118" in english.client.get(f"/panel?ticket={ticket}").text
    assert english.client.get(f"/panel?ticket={ticket}&connector=elsewhere").status_code == 403
    _, acme = create_key(panel_app.state.store.of("acme"), name="acme", scopes=["admin"])
    other = TestClient(panel_app, headers={"Origin": "http://testserver"})
    other.post("/console/sign-in", data={"key": acme}, follow_redirects=False)
    assert "20260302118" not in other.get(f"/panel?ticket={ticket}").text


def test_links_are_made_over_the_api(panel_app: FastAPI, panel_key: str, english: Agent) -> None:
    ticket = draft(panel_app, panel_key)
    headers = {"Authorization": f"Bearer {panel_key}"}
    asked = {"ticket_id": ticket, "connector": "desk", "user": "安娜"}
    made = english.client.post("/v1/panel-links", json=asked, headers=headers)
    assert made.status_code == 201, made.text
    answer = english.client.get(made.json()["url"])
    assert "20260302118" in answer.text
    assert "https://desk.example:8443" in answer.headers["content-security-policy"]
    refused = english.client.post("/v1/panel-links", json={**asked, "connector": "elsewhere"}, headers=headers)
    assert refused.status_code == 404
    assert english.client.post("/v1/panel-links", json=asked).status_code == 401


# --- where it may be framed


@pytest.mark.parametrize(
    ("connector", "ancestors"),
    [("desk", "https://desk.example:8443 https://agents.example"), ("quiet", "https://quiet.example")],
)
def test_only_the_connectors_origins_may_frame_it(english: Agent, connector: str, ancestors: str) -> None:
    answer = english.open("T-1", connector=connector)
    policy = answer.headers["content-security-policy"]
    assert policy.endswith(f"frame-ancestors {ancestors}")
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy


@pytest.mark.parametrize("address", ["/panel?ticket=T-1", "/panel?connector=none", "/panel/sources"])
def test_elsewhere_nobody_may_frame_it(english: Agent, address: str) -> None:
    assert english.client.get(address).headers["content-security-policy"].endswith("frame-ancestors 'none'")


# --- what it shows


def test_the_page_holds_no_inline_script_or_style(panel_app: FastAPI, panel_key: str, agent: Agent) -> None:
    shown = agent.open(draft(panel_app, panel_key)).text
    parts = [agent.part(f"/panel/{part}").text for part in ("answers", "sources", "similar", "device")]
    for text in (shown, *parts):
        assert re.search(r"<style|\sstyle=|\son\w+=|javascript:|<script(?! src=)", text) is None


@pytest.mark.parametrize(
    ("theme", "expected"), [("dark", 'data-theme="dark"'), ("light", 'data-theme="light"'), ("x", None)]
)
def test_the_theme_can_be_given(english: Agent, theme: str, expected: str | None) -> None:
    text = english.client.get(english.link("T-1") + f"&theme={theme}").text
    assert (expected in text) if expected else ("data-theme" not in text)


@pytest.mark.parametrize(("language", "said"), [("zh", "还没有草稿"), ("en", "No draft for this ticket yet")])
def test_the_language_can_be_given(english: Agent, language: str, said: str) -> None:
    assert said in english.client.get(english.link("none") + f"&lang={language}").text


@pytest.mark.parametrize(
    ("state", "said"),
    [("filled", {"en": "Written to the ticket", "zh": "已写入工单"}),
     ("kept", {"en": "a person's value stays: <", "zh": "保留人工填写的值"}),
     ("suggested", {"en": "Only suggested", "zh": "仅建议"}), ("reverted", {"en": "Undone", "zh": "已撤销"})],
)  # fmt: skip
def test_what_became_of_a_value_is_said(
    panel_app: FastAPI, panel_key: str, agent: Agent, state: str, said: dict[str, str]
) -> None:
    ticket = draft(panel_app, panel_key)
    change(panel_app, ticket, "error_code", state=state, before="E9")
    text = html.unescape(agent.open(ticket).text)
    assert said[agent.client.headers["accept-language"]] in text
    assert ('hx-post="/panel/undo"' in text) == (state == "filled")


def test_shadow_mode_says_so_and_offers_to_write_nothing(panel_app: FastAPI, agent: Agent) -> None:
    from api.prefill import prefill
    from api.schemas.prefill import Message, PrefillRequest

    state = panel_app.state
    request = PrefillRequest(
        ticket_id=f"S-{next(NUMBERS)}", locale="en-US", messages=[Message(id="m1", text=SAYS["en"])]
    )
    origin = DraftOrigin(connector="quiet", mode="shadow")
    prefill(request, [], engines=state.engines, store=state.store, at=datetime.now(UTC), origin=origin)
    text = agent.open(str(request.ticket_id), connector="quiet").text
    assert {"en": "Shadow mode", "zh": "影子模式"}[agent.client.headers["accept-language"]] in text
    assert "/panel/question" not in text
    assert "/panel/undo" not in text


def test_hostile_text_is_shown_and_never_runs(panel_app: FastAPI, panel_key: str, english: Agent) -> None:
    ticket = draft(panel_app, panel_key, says=f"order number 20260302118 {HOSTILE}")
    texts = [english.open(ticket).text, english.part("/panel/similar").text]
    assert english.open(HOSTILE).status_code == 200
    texts.append(english.open(HOSTILE).text)
    assert all("<script>alert" not in text and "<img src=x" not in text for text in texts)
