"""The panel over HTTP: who sees which ticket, what is shown in every state, and what reaches the ticket system."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta
from itertools import count
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from api.cli.keys import create_key
from api.connectors.panel_links import PanelLink
from api.schemas.telemetry import Ticket, TicketReason
from api.store import DraftOrigin
from api.store.changes import Change
from tests.console.ticket_desk import SECRET, TicketDesk

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
NUMBERS = count(1)
SAYS = {
    "en": "My washing machine shows E2 and does not drain, order number 20260302118",
    "zh": "洗衣机显示E2不排水，订单号20250618936",
}


class Agent:
    """Somebody beside a ticket: opens its panel by a link and clicks in it, without any cookie."""

    def __init__(self, app: FastAPI, language: str) -> None:
        self.app = app
        headers = {"Accept-Language": language, "Origin": "http://testserver"}
        self.client = TestClient(app, headers=headers, raise_server_exceptions=False)
        self._token = ""

    def link(self, ticket: str, *, connector: str = "desk", user: str = "anna", seconds: int = 600) -> str:
        link = PanelLink(connector, ticket, user, str(int(datetime.now(UTC).timestamp()) + seconds))
        named = {"ticket": ticket, "connector": connector, "user": user, "expires": link.expires}
        return f"/panel?{urlencode({**named, 'signature': link.signature(SECRET)})}"

    def open(self, ticket: str, **options: str) -> Response:
        answer = self.client.get(self.link(ticket, **options))
        if (found := re.search(r"hx-headers='([^']+)'", answer.text)) is not None:
            (self._token,) = re.findall(r'"X-Panel-Token": "([^"]+)"', html.unescape(found[1]))
        return answer

    def part(self, address: str) -> Response:
        return self.client.get(address, headers={"X-Panel-Token": self._token, "HX-Request": "true"})

    def send(self, address: str, **form: str) -> Response:
        return self.client.post(address, data=form, headers={"X-Panel-Token": self._token, "HX-Request": "true"})


@pytest.fixture(params=["en", "zh"])
def agent(panel_app: FastAPI, request: pytest.FixtureRequest) -> Agent:
    return Agent(panel_app, request.param)


@pytest.fixture
def english(panel_app: FastAPI) -> Agent:
    return Agent(panel_app, "en")


@pytest.fixture(scope="module")
def panel_key(panel_app: FastAPI) -> str:
    return create_key(panel_app.state.store, name="panel", scopes=["admin"])[1]


def draft(app: FastAPI, key: str, *, says: str = SAYS["en"], locale: str = "en-US", connector: str = "desk") -> str:
    """Keep a draft of a new ticket as a connector does; return the ticket's id."""
    ticket = f"T-{next(NUMBERS)}"
    body = {"ticket_id": ticket, "locale": locale, "messages": [{"id": "m1", "text": says}]}
    client = TestClient(app)
    answer = client.post("/v1/prefill", json=body, headers={"Authorization": f"Bearer {key}"})
    assert answer.status_code == 200, answer.text
    return ticket


def change(app: FastAPI, ticket: str, field: str, *, state: str, before: str = "", after: str = "E2") -> Change:
    stored = app.state.store.drafts.prefill_of_ticket(ticket)
    made = Change(f"c{next(NUMBERS)}", "desk", ticket, stored.response.id, field, "Code", before, after, state,
                  "beforehand", datetime.now(UTC))  # fmt: skip
    app.state.store.changes.add([made])
    return made


def article(app: FastAPI) -> None:
    from nlp.records import Article

    base = app.state.engines.knowledge_base()
    base.put(
        Article("e2", "Washing machine shows E2 and does not drain", "E2 means it does not drain. Clean the filter.")
    )
    base.put(Article("e2zh", "洗衣机显示 E2、不排水", "E2 表示没有排完水。清洗过滤器。"))


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


# --- answers


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_answer_is_used_and_becomes_a_comment(
    panel_app: FastAPI, panel_key: str, ticket_desk: TicketDesk, language: str
) -> None:
    article(panel_app)
    agent = Agent(panel_app, language)
    ticket = draft(panel_app, panel_key, says=SAYS[language], locale={"en": "en-US", "zh": "zh-CN"}[language])
    agent.open(ticket)
    shown = agent.part("/panel/answers").text
    assert "<mark>" in shown
    suggestion_id = re.findall(r'name="suggestion_id" value="(\w+)"', shown)[0]
    article_id = re.findall(r'name="article_id" value="(\w+)"', shown)[0]
    said = agent.send("/panel/use", suggestion_id=suggestion_id, article_id=article_id)
    assert {"en": "Used", "zh": "已采用"}[language] in said.text
    (comment,) = ticket_desk.wait_for_comments(ticket)
    assert "anna" in comment
    assert "E2" in comment
    assert "panel.said" not in agent.part("/panel/answers").text
    again = agent.part("/panel/answers").text
    assert re.findall(r'name="suggestion_id" value="(\w+)"', again)[0] == suggestion_id
    agent.send("/panel/use", suggestion_id=suggestion_id, article_id=article_id)
    assert len(ticket_desk.wait_for_comments(ticket)) == 1


@pytest.mark.parametrize("action", ["helpful", "not_relevant"])
def test_an_opinion_is_kept_and_shown_again(panel_app: FastAPI, panel_key: str, agent: Agent, action: str) -> None:
    article(panel_app)
    agent.open(draft(panel_app, panel_key))
    shown = agent.part("/panel/answers").text
    suggestion_id = re.findall(r'name="suggestion_id" value="(\w+)"', shown)[0]
    article_id = re.findall(r'name="article_id" value="(\w+)"', shown)[0]
    said = agent.send("/panel/feedback", suggestion_id=suggestion_id, article_id=article_id, action=action)
    assert 'class="said"' in said.text
    assert agent.part("/panel/answers").text.count('class="said"') == 1


@pytest.mark.parametrize(
    ("address", "form", "status"),
    [
        ("/panel/feedback", {"suggestion_id": "x", "article_id": "e2", "action": "helpful"}, 404),
        ("/panel/feedback", {"suggestion_id": "x", "article_id": "e2", "action": "accepted"}, 422),
        ("/panel/use", {"suggestion_id": "x", "article_id": "e2"}, 404),
        ("/panel/undo", {"change_id": "none"}, 404),
        ("/panel/use", {}, 422),
    ],
)
def test_what_fits_nothing_is_refused(
    panel_app: FastAPI, panel_key: str, english: Agent, address: str, form: dict[str, str], status: int
) -> None:
    english.open(draft(panel_app, panel_key))
    answer = english.send(address, **form)
    assert answer.status_code == status
    assert 'role="alert"' in answer.text


def test_a_click_on_another_sites_page_is_refused(panel_app: FastAPI, panel_key: str, english: Agent) -> None:
    english.open(draft(panel_app, panel_key))
    english.client.headers["Origin"] = "https://elsewhere.example"
    assert english.send("/panel/question").status_code == 403


# --- the question, undo, fill


def test_the_question_is_added_to_the_ticket(
    panel_app: FastAPI, panel_key: str, ticket_desk: TicketDesk, english: Agent
) -> None:
    ticket = draft(panel_app, panel_key)
    text = english.open(ticket).text
    (question,) = re.findall(r'<p class="question">([^<]+)</p>', text)
    assert english.send("/panel/question").status_code == 200
    (comment,) = ticket_desk.wait_for_comments(ticket)
    assert html.unescape(question) in comment


def test_a_written_value_is_put_back(panel_app: FastAPI, panel_key: str, ticket_desk: TicketDesk, agent: Agent) -> None:
    ticket = draft(panel_app, panel_key)
    ticket_desk.tickets[ticket] = {"id": ticket, "subject": "s", "fields": {"Order": "", "Code": "E2"}}
    made = change(panel_app, ticket, "error_code", state="filled")
    agent.open(ticket)
    answer = agent.send("/panel/undo", change_id=made.id)
    assert answer.status_code == 200, answer.text
    assert {"en": "Undone", "zh": "已撤销"}[agent.client.headers["accept-language"]] in answer.text
    assert ticket_desk.tickets[ticket]["fields"] == {"Order": "", "Code": ""}
    assert panel_app.state.store.changes.get(made.id).state == "reverted"


def test_a_value_of_another_ticket_is_not_put_back(panel_app: FastAPI, panel_key: str, english: Agent) -> None:
    made = change(panel_app, draft(panel_app, panel_key), "error_code", state="filled")
    english.open(draft(panel_app, panel_key))
    assert english.send("/panel/undo", change_id=made.id).status_code == 404
    assert panel_app.state.store.changes.get(made.id).state == "filled"


@pytest.mark.parametrize(
    ("queue", "said"),
    [("repairs", {"en": "20260302118", "zh": "20260302118"}), ("spam", {"en": "queue is not among", "zh": "队列不在"})],
)
def test_a_ticket_without_a_draft_is_filled_in_on_request(
    ticket_desk: TicketDesk, agent: Agent, queue: str, said: dict[str, str]
) -> None:
    ticket = f"F-{next(NUMBERS)}"
    messages = [{"id": "m1", "author": "customer", "text": SAYS["en"]}]
    ticket_desk.tickets[ticket] = {
        "id": ticket, "subject": "Help", "queue": queue, "messages": messages, "fields": {"Order": "", "Code": ""}
    }  # fmt: skip
    assert 'hx-post="/panel/fill"' in agent.open(ticket).text
    text = agent.send("/panel/fill").text
    until = datetime.now(UTC) + timedelta(seconds=30)
    while (found := re.search(r'hx-get="(/panel/jobs/[^"]+)"', text)) and datetime.now(UTC) < until:
        text = agent.part(html.unescape(found[1])).text
    assert said[agent.client.headers["accept-language"]] in text


def test_a_job_of_another_ticket_is_not_shown(panel_app: FastAPI, panel_key: str, english: Agent) -> None:
    english.open(draft(panel_app, panel_key))
    job = re.findall(r'hx-get="(/panel/jobs/[^"]+)"', english.send("/panel/question").text)[0]
    english.open(draft(panel_app, panel_key))
    assert english.part(job).status_code == 404


# --- past tickets and the device


def test_past_tickets_like_it_are_shown_with_what_solved_them(
    panel_app: FastAPI, panel_key: str, english: Agent
) -> None:
    article(panel_app)
    says = "The gearbox of the turnstile squeaks and E2 is shown"
    first = draft(panel_app, panel_key, says=says)
    english.open(first)
    shown = english.part("/panel/answers").text
    suggestion_id = re.findall(r'name="suggestion_id" value="(\w+)"', shown)[0]
    english.send("/panel/use", suggestion_id=suggestion_id, article_id="e2")
    second = draft(panel_app, panel_key, says="Our turnstile squeaks again, gearbox")
    english.open(second)
    text = english.part("/panel/similar").text
    assert first in text
    assert second not in text
    assert "Solved with: Washing machine shows E2" in text


def test_nothing_like_it_says_so(panel_app: FastAPI, panel_key: str, agent: Agent) -> None:
    agent.open(
        draft(
            panel_app,
            panel_key,
            says={"en": "Xylophone zither quux", "zh": "唢呐二胡琵琶"}[agent.client.headers["accept-language"]],
        )
    )
    text = agent.part("/panel/similar").text
    assert {"en": "No earlier ticket", "zh": "没有类似"}[agent.client.headers["accept-language"]] in text


def test_the_device_shows_its_open_ticket_and_plot(panel_app: FastAPI, panel_key: str, english: Agent) -> None:
    at = datetime.now(UTC)
    reason = TicketReason(metric="suction_pressure", since=at, expected=0.9, observed=0.4, score=0.97, unit="MPa")
    ticket = Ticket(id="m1", key="d/1", device_id="CL3A2506180427", state="open", severity="critical", title="x",
                    opened_at=at, updated_at=at, reasons=[reason])  # fmt: skip
    kept = panel_app.state.store.tickets.put(ticket, plot="<svg xmlns='http://www.w3.org/2000/svg'/>")
    english.open(draft(panel_app, panel_key, says="serial number CL3A2506180427, it does not cool"))
    text = english.part("/panel/device").text
    assert "suction_pressure reads 0.4 MPa, expected 0.9 MPa" in text
    (plot,) = re.findall(rf'src="(/panel/plots/{kept.id}\.svg\?key=[^"]+)"', text)
    assert english.client.get(html.unescape(plot)).headers["content-type"].startswith("image/svg+xml")
    assert english.client.get(f"/panel/plots/{kept.id}.svg?key=x").status_code == 403


def test_media_keys_open_one_draft_alone(panel_app: FastAPI, panel_key: str, english: Agent) -> None:
    english.open(draft(panel_app, panel_key))
    store = panel_app.state.store
    assert english.client.get("/panel/media/none/page-0.jpg?key=x").status_code == 403
    stored = store.drafts.recent_prefills(limit=1)[0]
    assert english.client.get(f"/panel/media/{stored.id}/page-0.jpg").status_code == 403
