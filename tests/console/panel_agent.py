"""Somebody beside a ticket, and what the ticket is about: drafts, changes and articles for tests of the panel."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime
from itertools import count
from urllib.parse import urlencode

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from api.connectors.panel_links import PanelLink
from api.store.changes import Change
from nlp.records import Article
from tests.console.ticket_desk import SECRET

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


def draft(app: FastAPI, key: str, *, says: str = SAYS["en"], locale: str = "en-US", customer: str = "") -> str:
    """Keep a draft of a new ticket as a connector does; return the ticket's id."""
    ticket = f"T-{next(NUMBERS)}"
    body: dict[str, object] = {"ticket_id": ticket, "locale": locale, "messages": [{"id": "m1", "text": says}]}
    if customer:
        body["customer"] = {"id": customer}
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
    base = app.state.engines.knowledge_base()
    base.put(
        Article("e2", "Washing machine shows E2 and does not drain", "E2 means it does not drain. Clean the filter.")
    )
    base.put(Article("e2zh", "洗衣机显示 E2、不排水", "E2 表示没有排完水。清洗过滤器。"))
