"""A ticket system of the kind `webhook` that stands in for the real ones: what was sent to it can be looked at."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import httpx
from fastapi import FastAPI

from api.connectors.options import ConnectorOptions
from api.console.panel_work import open_panel_work
from api.enrich import Connectors, Enrichment, Loop, connectors_file
from api.enrich.catch_up import CatchUps
from api.past_case_work import open_past_case_work
from api.settings import Settings

WAIT_S = 30.0
SECRET = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
TABLES = """
[[connector]]
name = "desk"
kind = "webhook"
url = "https://desk.example:8443/hooks"
secret = "file:{folder}/secret.txt"
mode = "fill_if_empty"
queues = ["repairs"]
frame_ancestors = ["https://agents.example", "javascript:alert(1)", "https://x.example; script-src *"]
[connector.fields]
order_number = "Order"
error_code = "Code"
[connector.extra]
tickets_url = "https://desk.example:8443/tickets"

[[connector]]
name = "quiet"
kind = "webhook"
url = "https://quiet.example/hooks"
secret = "file:{folder}/secret.txt"
mode = "shadow"

[[connector]]
name = "elsewhere"
kind = "webhook"
tenant = "acme"
url = "https://acme.example/hooks"
secret = "file:{folder}/secret.txt"
mode = "suggest"
"""


class TicketDesk:
    """Answers what a webhook connector asks; `is_up` is whether it answers at all."""

    def __init__(self) -> None:
        self.tickets: dict[str, dict[str, object]] = {}
        self.taken: list[Mapping[str, object]] = []
        self.is_up = True
        self._news = threading.Condition()

    def client(self, options: ConnectorOptions) -> httpx.Client:
        """Return a client that reaches this desk alone."""
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def comments(self, ticket_id: str) -> list[str]:
        """Return the internal comments that a ticket got."""
        bodies = [body["data"] for body in self.taken if body["type"] == "ticket.comment"]
        return [str(data["text"]) for data in bodies if isinstance(data, dict) and data["ticket_id"] == ticket_id]

    def wait_for_comments(self, ticket_id: str) -> list[str]:
        """Return the comments of a ticket, once there are any."""
        with self._news:
            self._news.wait_for(lambda: self.comments(ticket_id), timeout=WAIT_S)
        return self.comments(ticket_id)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if not self.is_up:
            return httpx.Response(503)
        if request.method == "GET" and request.url.path == "/tickets":
            return httpx.Response(200, json=list(self.tickets.values()))
        if request.method == "GET":
            ticket = self.tickets.get(request.url.path.rpartition("/")[2])
            return httpx.Response(200, json=ticket) if ticket else httpx.Response(404)
        body = json.loads(request.content)
        with self._news:
            self.taken.append(body)
            self._news.notify_all()
        if body["type"] == "ticket.fields":
            ticket = self.tickets[body["data"]["ticket_id"]]
            fields = ticket["fields"]
            assert isinstance(fields, dict)
            fields.update(body["data"]["fields"])
        return httpx.Response(200, json={})


def write_connectors(folder: Path) -> None:
    """Configure the desk."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "secret.txt").write_text(SECRET, encoding="utf-8")
    connectors_file(folder).write_text(TABLES.format(folder=folder.as_posix()), encoding="utf-8")


def connect(app: FastAPI, desk: TicketDesk) -> None:
    """Put the desk in place of the network; before the app starts."""
    settings: Settings = app.state.settings
    connectors = Connectors(connectors_file(settings.data_dir), client_for=desk.client)
    enrichment = Enrichment(
        connectors=connectors,
        jobs=app.state.jobs,
        tenants=app.state.tenants,
        spool=app.state.spool,
        clock=app.state.clock,
    )
    enrichment.define()
    loop: Loop = app.state.loop
    catch_ups = CatchUps(
        connectors=connectors, enrichment=enrichment, tenants=app.state.tenants, clock=app.state.clock, every_s=3600
    )
    app.state.loop = replace(loop, connectors=connectors, enrichment=enrichment, catch_ups=catch_ups)
    app.state.connectors = connectors
    app.state.panel_work = open_panel_work(app.state.jobs, connectors, enrichment)
    app.state.past_cases = open_past_case_work(app.state.jobs, connectors, app.state.tenants)
