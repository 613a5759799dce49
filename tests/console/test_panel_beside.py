"""What the panel shows beside the draft: tickets like it, the device, the pictures; and what is erased is gone."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.schemas.telemetry import Ticket, TicketReason
from tests.console.panel_agent import Agent, article, draft


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


@pytest.mark.parametrize("by", ["the API", "another process"])
def test_an_erased_customers_tickets_are_like_nothing(
    panel_app: FastAPI, panel_key: str, english: Agent, by: str
) -> None:
    says = f"The {by} accordion of the greenhouse wheezes"
    first = draft(panel_app, panel_key, says=says, customer="C-erased")
    english.open(draft(panel_app, panel_key, says=f"greenhouse accordion wheezes, {by}"))
    assert first in english.part("/panel/similar").text
    indexes, state = panel_app.state.past_tickets, panel_app.state
    if by == "the API":
        headers = {"Authorization": f"Bearer {panel_key}"}
        assert TestClient(panel_app).delete("/v1/customers/C-erased", headers=headers).status_code == 200
        assert first not in indexes["default"].tickets()
    else:
        state.store.retention.erase_customer("C-erased")
    assert first not in english.part("/panel/similar").text
    assert first not in indexes["default"].tickets()


DEVICES = {"zh": "CL3A2506180428", "en": "CL3A2506180429"}


@pytest.mark.parametrize(("language", "word"), [("zh", "实测"), ("en", "observed")])
def test_a_plot_is_in_the_readers_language(panel_app: FastAPI, panel_key: str, language: str, word: str) -> None:
    at = datetime.now(UTC)
    reason = TicketReason(metric="speed", since=at, expected=0.9, observed=0.4, score=0.97, unit="Hz")
    ticket = Ticket(id=f"plot-{language}", key=f"p/{language}", device_id=DEVICES[language], state="open", title="x",
                    severity="critical", opened_at=at, updated_at=at, reasons=[reason])  # fmt: skip
    stored = "<svg xmlns='http://www.w3.org/2000/svg'><text>observed</text></svg>"
    kept = panel_app.state.store.tickets.put(ticket, plot=stored)
    agent = Agent(panel_app, language)
    agent.open(draft(panel_app, panel_key, says=f"serial number {ticket.device_id}, it does not cool"))
    (plot,) = re.findall(rf'src="(/panel/plots/{kept.id}\.svg\?key=[^"]+)"', agent.part("/panel/device").text)
    assert word in agent.client.get(html.unescape(plot)).text
