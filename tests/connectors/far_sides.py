"""Small ticket systems in memory, one a kind: what they answer over HTTP and what their webhooks look like.

Written after each system's published API, not after our connectors: they keep state, refuse what the real one refuses
and change nothing when asked twice only where the real one does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

import httpx
from standardwebhooks import Webhook

from api.connectors.records import HookCall

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SECRET = "s3cret-of-the-hook"
TOKEN = "t0ken-of-the-account"
PICTURE = b"\x89PNG a label"


@dataclass(slots=True)
class Row:
    """One ticket there."""

    id: int
    subject: str
    text: str
    created_at: datetime
    fields: dict[str, object]
    notes: list[str] = field(default_factory=list)
    is_closed: bool = False
    key: str = ""
    file_url: str = ""
    version: int = 1


class FarSide(Protocol):
    options: Mapping[str, object]
    rows: dict[int, Row]
    changes: int
    signs_time: bool
    knows_fields: bool

    def answer(self, request: httpx.Request) -> httpx.Response: ...

    def hook(self, row: Row, *, at: datetime) -> HookCall: ...

    def sign(self, body: bytes, *, at: datetime) -> HookCall: ...


class Desk:
    """What all of them keep."""

    url = "https://desk.example"
    targets: tuple[str, str] = ("Order", "Error")
    signs_time = True
    knows_fields = True

    def __init__(self) -> None:
        self.rows: dict[int, Row] = {}
        self.changes = 0

    def add(self, subject: str, text: str, *, at: datetime = NOW, file_url: str = "", key: str = "") -> Row:
        """Make a ticket, as a customer does."""
        row = Row(len(self.rows) + 1, subject, text, at, dict.fromkeys(self.targets), file_url=file_url, key=key)
        self.rows[row.id] = row
        return row

    def row(self, ticket_id: str) -> Row | None:
        return self.rows.get(int(ticket_id)) if ticket_id.isdigit() else None


def body_of(request: httpx.Request) -> dict[str, object]:
    return json.loads(request.content) if request.content else {}


def said(status: int, value: object = None) -> httpx.Response:
    return httpx.Response(status, content=json.dumps(value, ensure_ascii=False).encode())


def missing() -> httpx.Response:
    return said(404, {"error": "not found"})


class HelpdeskSide(Desk):
    """django-helpdesk 2.6.1."""

    targets = ("custom_order", "custom_error")
    signs_time = False

    def __init__(self) -> None:
        super().__init__()
        self.options = {
            "kind": "django_helpdesk",
            "url": self.url,
            "login": "beforehand",
            "password": TOKEN,
            "extra": {"email": "beforehand@example.com", "queues": {"repairs": 1}},
        }

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer as the REST API does."""
        if request.url.path.startswith("/media/"):
            return httpx.Response(200, content=PICTURE)
        parts = request.url.path.removeprefix("/api/").strip("/").split("/")
        match request.method, *parts:
            case "GET", "tickets":
                return self._page(request, [self._shown(row) for row in self.rows.values()])
            case "GET", "user_tickets":
                own = [row for row in reversed(self.rows.values()) if row.key == "beforehand@example.com"]
                return self._page(request, [{"id": row.id, "title": row.subject} for row in own])
            case "GET", "tickets", number if row := self.row(number):
                return said(200, self._shown(row))
            case "PATCH", "tickets", number if row := self.row(number):
                self._change(row, body_of(request))
                return said(200, self._shown(row))
            case "POST", "tickets":
                body = body_of(request)
                row = self.add(str(body["title"]), str(body["description"]), key=str(body["submitter_email"]))
                self._change(row, body)
                return said(201, self._shown(row))
            case "POST", "followups":
                return self._followed(body_of(request))
        return missing()

    def _followed(self, body: dict[str, object]) -> httpx.Response:
        row = self.row(str(body["ticket"]))
        if row is None or body["public"]:
            return missing()
        if "title" in body:
            row.subject = str(body["title"])  # the real one renames the ticket
        row.notes.append(str(body["comment"]))
        row.is_closed = row.is_closed or body.get("new_status") == 3
        self.changes += 1
        return said(201, {"id": 100})

    def _change(self, row: Row, body: Mapping[str, object]) -> None:
        row.fields |= {name: value for name, value in body.items() if name in row.fields}
        self.changes += 1

    def _page(self, request: httpx.Request, entries: list[dict[str, object]]) -> httpx.Response:
        number, size = (int(request.url.params[name]) for name in ("page", "page_size"))
        part = entries[(number - 1) * size : number * size]
        more = "next page" if number * size < len(entries) else None
        return said(200, {"count": len(entries), "next": more, "results": part})

    def _shown(self, row: Row) -> dict[str, object]:
        file = {"id": 1, "file": row.file_url, "filename": "标签.png", "mime_type": "image/png", "size": 9}
        opened = {"id": row.id * 10, "ticket": row.id, "user": None, "comment": row.text, "public": True}
        opened |= {"date": row.created_at.isoformat(), "followupattachment_set": [file] if row.file_url else []}
        notes = [
            {"id": row.id * 10 + at, "user": 1, "comment": note, "public": False, "date": NOW.isoformat()}
            for at, note in enumerate(row.notes, start=1)
        ]
        status = 3 if row.is_closed else 1
        shown = {"id": row.id, "queue": 1, "title": row.subject, "description": row.text, "status": status}
        return shown | {"submitter_email": "zhang@example.com", "followup_set": [opened, *notes], **row.fields}

    def hook(self, row: Row, *, at: datetime) -> HookCall:
        """Return what it posts when a ticket is made."""
        return self.sign(json.dumps({"ticket": self._shown(row), "queue_slug": "repairs"}).encode(), at=at)

    def sign(self, body: bytes, *, at: datetime) -> HookCall:
        return HookCall("POST", {}, {"token": SECRET}, body, at)


class WebhookSide(Desk):
    """Anybody who speaks Standard Webhooks; keeps the ids that it has seen."""

    url = "https://desk.example/in"
    knows_fields = False

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.options = {
            "kind": "webhook",
            "url": self.url,
            "token": TOKEN,
            "extra": {"tickets_url": "https://desk.example/tickets"},
        }

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Take a signed webhook once; show tickets."""
        parts = request.url.path.strip("/").split("/")
        match request.method, *parts:
            case "POST", "in":
                return self._took(request)
            case "GET", "tickets":
                since = datetime.fromisoformat(request.url.params["since"])
                return said(200, [self._shown(row) for row in self.rows.values() if row.created_at >= since])
            case "GET", "tickets", number if row := self.row(number):
                return said(200, self._shown(row))
        return missing()

    def _took(self, request: httpx.Request) -> httpx.Response:
        Webhook(SECRET.encode()).verify(request.content, dict(request.headers))
        body = body_of(request)
        kind, data = body["type"], body["data"]
        assert isinstance(data, dict)
        event_id = request.headers["webhook-id"]
        if event_id not in self.seen:
            self.seen.add(event_id)
            self.changes += 1
            if kind == "ticket.open":
                self.add(data["title"], data["text"], key=data["key"]).fields |= data["fields"]
        row = self.row(str(data.get("ticket_id", "")))
        if row and kind == "ticket.fields":
            row.fields |= data["fields"]
        if row and kind in ("ticket.comment", "ticket.close") and f"{data['text']} {data['mark']}" not in row.notes:
            row.notes.append(f"{data['text']} {data['mark']}")
        if row and kind == "ticket.close":
            row.is_closed = True
        opened = [row.id for row in self.rows.values() if row.key and row.key == data.get("key")]
        return said(200, {"id": str(opened[0])} if opened else None)

    def _shown(self, row: Row) -> dict[str, object]:
        customer = {"email": "zhang@example.com"}
        messages = [{"id": "m1", "author": "customer", "text": row.text, "at": row.created_at.isoformat()}]
        shown = {"id": str(row.id), "subject": row.subject, "created_at": row.created_at.isoformat()}
        shown |= {"status": "resolved" if row.is_closed else "open", "queue": "repairs", "customer": customer}
        return {**shown, "messages": messages, "fields": row.fields}

    def hook(self, row: Row, *, at: datetime) -> HookCall:
        """Return what it posts when a ticket is made."""
        return self.sign(json.dumps({"type": "ticket.created", "data": self._shown(row)}).encode(), at=at)

    def sign(self, body: bytes, *, at: datetime) -> HookCall:
        signature = Webhook(SECRET.encode()).sign("msg_1", at, body.decode("utf-8", "replace"))
        headers = {"webhook-id": "msg_1", "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": signature}
        return HookCall("POST", headers, {}, body, at)


Make = Callable[[], "FarSide"]
