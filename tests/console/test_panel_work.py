"""What an agent does in the panel, and what of it reaches the ticket system and the audit log."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI

from tests.console.panel_agent import NUMBERS, SAYS, Agent, article, change, draft
from tests.console.ticket_desk import TicketDesk


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
    experience = panel_app.state.engines.learned.experience("default")
    assert experience.forget([f"{suggestion_id}/{article_id}"]) == 1, "what was used teaches the next such question"
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


@pytest.mark.parametrize(("address", "action"), [("/panel/question", "question.added"), ("/panel/use", "answer.used")])
def test_what_is_sent_to_the_ticket_is_in_the_audit_log(
    panel_app: FastAPI, panel_key: str, agent: Agent, address: str, action: str
) -> None:
    article(panel_app)
    ticket = draft(panel_app, panel_key)
    agent.open(ticket)
    suggestion_id = re.findall(r'name="suggestion_id" value="(\w+)"', agent.part("/panel/answers").text)[0]
    assert agent.send(address, suggestion_id=suggestion_id, article_id="e2").status_code == 200
    entry = panel_app.state.store.audit.list(limit=1, action=action)[0]
    assert (entry.actor, entry.subject) == ("anna", f"desk/{ticket}")
    assert entry.detail["job"]


def test_a_question_is_not_said_to_be_added_where_nothing_may_be_written(
    panel_app: FastAPI, panel_key: str, agent: Agent
) -> None:
    agent.open(draft(panel_app, panel_key), connector="quiet")
    answer = agent.send("/panel/question")
    assert answer.status_code == 404
    assert {"en": "Nothing is written", "zh": "不能写入"}[agent.client.headers["accept-language"]] in answer.text
