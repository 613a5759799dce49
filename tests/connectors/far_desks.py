"""Zendesk, Zammad and Chatwoot in memory; see far_sides.py."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import datetime

import httpx

from api.connectors.records import HookCall
from tests.connectors.far_sides import PICTURE, SECRET, TOKEN, Desk, Row, body_of, missing, said


class ZendeskSide(Desk):
    """Ticketing API v2."""

    targets = ("360001", "360002")

    def __init__(self) -> None:
        super().__init__()
        self.options = {"kind": "zendesk", "url": self.url, "login": "agent@example.com", "token": TOKEN}

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer as the API does."""
        if request.url.path.startswith("/media/"):
            return httpx.Response(200, content=PICTURE)
        parts = request.url.path.removeprefix("/api/v2/").removesuffix(".json").split("/")
        match request.method, *parts:
            case "GET", "tickets" if key := request.url.params.get("external_id"):
                found = [self._shown(row) for row in self.rows.values() if row.key == key]
                return said(200, {"tickets": found, "next_page": None})
            case "GET", "tickets", number if row := self.row(number):
                group = {"id": 7, "name": "repairs"}
                return said(200, {"ticket": self._shown(row), "users": [self._user()], "groups": [group]})
            case "GET", "tickets", number, "comments" if row := self.row(number):
                return said(200, {"comments": self._comments(row), "users": [self._user()], "next_page": None})
            case "PUT", "tickets", number if row := self.row(number):
                return self._updated(row, body_of(request)["ticket"])
            case "POST", "tickets":
                ticket = body_of(request)["ticket"]
                assert isinstance(ticket, dict)
                row = self.add(ticket["subject"], ticket["comment"]["body"], key=ticket["external_id"])
                return self._updated(row, {"custom_fields": ticket["custom_fields"]})
            case "GET", "groups", "assignable":
                return said(200, {"groups": [{"id": 7, "name": "repairs"}]})
            case "GET", "incremental", "tickets", "cursor":
                start = int(request.url.params["start_time"])
                found = [self._shown(row) for row in self.rows.values() if row.created_at.timestamp() >= start]
                return said(200, {"tickets": found[::-1], "after_cursor": "x", "end_of_stream": True})
            case "GET", "ticket_fields", number if number in self.targets:
                return said(200, {"ticket_field": {"id": int(number)}})
            case "GET", "users", "me":
                return said(200, {"user": {"id": 1, "role": "agent", "email": "agent@example.com"}})
        return missing()

    def _updated(self, row: Row, ticket: object) -> httpx.Response:
        assert isinstance(ticket, dict)
        if ticket.get("safe_update") and ticket["updated_stamp"] != self._shown(row)["updated_at"]:
            return said(409, {"error": "UpdateConflict"})
        for one in ticket.get("custom_fields", ()):
            if str(one["id"]) in row.fields:  # an unknown one is passed over in silence
                row.fields[str(one["id"])] = one["value"]
        if comment := ticket.get("comment"):
            assert comment["public"] is False
            row.notes.append(comment["body"])
        row.is_closed = row.is_closed or ticket.get("status") == "solved"
        row.version += 1
        self.changes += 1
        return said(200, {"ticket": self._shown(row)})

    def _user(self) -> dict[str, object]:
        return {"id": 5, "role": "end-user", "name": "张", "email": "zhang@example.com", "phone": None}

    def _comments(self, row: Row) -> list[dict[str, object]]:
        at = row.created_at.isoformat()
        file = {"file_name": "标签.png", "content_url": row.file_url, "content_type": "image/png", "size": 9}
        first = {"id": 1, "author_id": 5, "plain_body": row.text, "public": True, "created_at": at}
        first["attachments"] = [file] if row.file_url else []
        notes = [
            {"id": 2 + number, "author_id": 1, "plain_body": note, "public": False, "created_at": at}
            for number, note in enumerate(row.notes)
        ]
        return [first, *notes]

    def _shown(self, row: Row) -> dict[str, object]:
        return {
            "id": row.id,
            "subject": row.subject,
            "status": "solved" if row.is_closed else "open",
            "requester_id": 5,
            "group_id": 7,
            "created_at": row.created_at.isoformat(),
            "updated_at": f"2026-11-22T10:00:{row.version:02}Z",
            "priority": None,
            "via": {"channel": "web"},
            "custom_fields": [{"id": int(number), "value": value} for number, value in row.fields.items()],
        }

    def hook(self, row: Row, *, at: datetime) -> HookCall:
        """Return the event ticket.created."""
        detail = {"id": str(row.id), "subject": row.subject}
        return self.sign(
            json.dumps({"id": f"evt-{row.id}", "type": "zen:event-type:ticket.created", "detail": detail}).encode(),
            at=at,
        )

    def sign(self, body: bytes, *, at: datetime) -> HookCall:
        stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
        digest = hmac.new(SECRET.encode(), stamp.encode() + body, hashlib.sha256).digest()
        headers = {
            "x-zendesk-webhook-signature": base64.b64encode(digest).decode(),
            "x-zendesk-webhook-signature-timestamp": stamp,
            "x-zendesk-webhook-invocation-id": "1",
        }
        return HookCall("POST", headers, {}, body, at)


class ZammadSide(Desk):
    """REST API v1."""

    targets = ("order_number", "error_code")
    signs_time = False

    def __init__(self) -> None:
        super().__init__()
        extra = {"customer": "machines@example.com"}
        self.options = {"kind": "zammad", "url": self.url, "token": TOKEN, "extra": extra}

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer as the API does, with expand=true."""
        parts = request.url.path.removeprefix("/api/v1/").split("/")
        match request.method, *parts:
            case "GET", "tickets", "search":
                return self._search(request)
            case "GET", "tickets":
                return said(200, [self._shown(row) for row in self.rows.values()][:1])
            case "GET", "tickets", number if row := self.row(number):
                return said(200, self._shown(row))
            case "PUT", "tickets", number if row := self.row(number):
                self._change(row, body_of(request))
                return said(200, self._shown(row))
            case "POST", "tickets":
                body = body_of(request)
                article = body["article"]
                assert isinstance(article, dict)
                row = self.add(str(body["title"]), article["body"], key=str(body["customer_id"]))
                self._change(row, body)
                return said(201, self._shown(row))
            case "GET", "ticket_articles", "by_ticket", number if row := self.row(number):
                return said(200, self._articles(row))
            case "POST", "ticket_articles":
                body = body_of(request)
                assert body["internal"] is True
                self.rows[int(str(body["ticket_id"]))].notes.append(f"{body['subject']}\n{body['body']}")
                self.changes += 1
                return said(201, {"id": 9})
            case "GET", "ticket_attachment", *_:
                return httpx.Response(200, content=PICTURE)
            case "GET", "users", "search":
                return said(200, [{"id": 8, "email": "machines@example.com"}])
            case "GET", "ticket_customer":
                own = [row.id for row in reversed(self.rows.values()) if row.key == "guess:machines@example.com"]
                return said(200, {"ticket_ids_open": own[:15], "ticket_ids_closed": [], "assets": {}})
            case "GET", "users", _:
                zhang = {"id": 5, "login": "agent@example.com", "firstname": "三", "lastname": "张"}
                return said(200, {**zhang, "email": "zhang@example.com", "mobile": ""})
        return missing()

    def _search(self, request: httpx.Request) -> httpx.Response:
        found = list(self.rows.values()) if "query" not in request.url.params else []  # the index lags behind
        if since := request.url.params.get("condition[ticket.created_at][value]"):
            found = [row for row in found if row.created_at >= datetime.fromisoformat(since)]
        page, size = int(request.url.params["page"]), int(request.url.params["per_page"])
        return said(200, [self._shown(row) for row in found[(page - 1) * size : page * size]])

    def _change(self, row: Row, body: dict[str, object]) -> None:
        row.fields |= {name: value for name, value in body.items() if name in row.fields}
        row.is_closed = row.is_closed or body.get("state") == "closed"
        self.changes += 1

    def _articles(self, row: Row) -> list[dict[str, object]]:
        file = {"id": 3, "filename": "标签.png", "size": "9", "preferences": {"Content-Type": "image/png"}}
        html = row.text.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "<br>")
        first = {"id": 1, "sender": "Customer", "internal": False, "body": f"<p>{html}</p>"}
        first |= {"content_type": "text/html", "created_at": row.created_at.isoformat()}
        first["attachments"] = [file] if row.file_url else []
        notes = []
        for number, note in enumerate(row.notes, start=2):
            subject, _, body = note.partition("\n")
            notes.append({"id": number, "sender": "Agent", "internal": True, "subject": subject, "body": body})
        return [first, *notes]

    def _shown(self, row: Row) -> dict[str, object]:
        shown = {"id": row.id, "title": row.subject, "group": "repairs", "customer_id": 5, "article_count": 1}
        shown |= {"state": "closed" if row.is_closed else "new", "created_at": row.created_at.isoformat()}
        return shown | {"customer": "zhang@example.com", **row.fields}

    def hook(self, row: Row, *, at: datetime) -> HookCall:
        """Return what a trigger posts."""
        article = {"id": 1, "sender": "Customer", "internal": False}
        return self.sign(json.dumps({"ticket": self._shown(row), "article": article}).encode(), at=at)

    def sign(self, body: bytes, *, at: datetime) -> HookCall:
        digest = hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()
        return HookCall("POST", {"x-hub-signature": f"sha1={digest}", "x-zammad-delivery": "d-1"}, {}, body, at)


class ChatwootSide(Desk):
    """Application API."""

    targets = ("order_number", "error_code")
    knows_fields = False

    def __init__(self) -> None:
        super().__init__()
        self.contacts: dict[str, int] = {}
        self.options = {"kind": "chatwoot", "url": self.url, "token": TOKEN, "extra": {"account_id": 3}}

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer as the API does."""
        if request.url.path.startswith("/media/"):
            return httpx.Response(200, content=PICTURE)
        parts = request.url.path.removeprefix("/api/v1/").removeprefix("accounts/3/").split("/")
        match request.method, *parts:
            case "GET", "conversations":
                page = int(request.url.params["page"]) - 1
                newest = sorted(self.rows.values(), key=lambda row: row.created_at, reverse=True)
                shown = [self._shown(row) for row in newest[page * 25 : page * 25 + 25]]
                return said(200, {"data": {"meta": {}, "payload": shown}})
            case "POST", "conversations":
                return self._opened(body_of(request))
            case "GET", "conversations", number if row := self.row(number):
                return said(200, self._shown(row))
            case "GET", "conversations", number, "messages" if row := self.row(number):
                return said(200, {"payload": [] if "before" in request.url.params else self._messages(row)})
            case "POST", "conversations", number, *what if row := self.row(number):
                return self._changed(row, what[0], body_of(request))
            case "GET", "contacts", "search":
                found = [self._contact(key) for key in self.contacts if request.url.params["q"] in key]
                return said(200, {"payload": found})
            case "POST", "contacts":
                key = str(body_of(request)["identifier"])
                if key in self.contacts:
                    return said(422, {"message": "Identifier has already been taken"})
                self.contacts[key] = len(self.contacts) + 50
                return said(200, {"payload": {"contact": self._contact(key), "contact_inbox": {"source_id": "s"}}})
            case "GET", "contacts", number, "conversations":
                own = [self._shown(row) for row in self.rows.values() if row.key == number]
                return said(200, {"payload": own})
            case "GET", "profile":
                return said(200, {"name": "Beforehand", "email": "agent@example.com"})
            case "GET", "inboxes":
                return said(200, {"payload": []})
        return missing()

    def _contact(self, key: str) -> dict[str, object]:
        return {"id": self.contacts[key], "identifier": key}

    def _opened(self, body: dict[str, object]) -> httpx.Response:
        message, attributes = body["message"], body["custom_attributes"]
        assert isinstance(message, dict)
        assert isinstance(attributes, dict)
        row = self.add("", message["content"], key=str(body["contact_id"]))
        row.fields |= attributes
        self.changes += 1
        return said(200, self._shown(row))

    def _changed(self, row: Row, what: str, body: dict[str, object]) -> httpx.Response:
        if what == "custom_attributes":
            attributes = body["custom_attributes"]
            assert isinstance(attributes, dict)
            row.fields = attributes  # an older one replaces all
        if what == "messages":
            assert body["private"] is True
            row.notes.append(str(body["content"]))
        row.is_closed = row.is_closed or body.get("status") == "resolved"
        self.changes += 1
        return said(200, {})

    def _messages(self, row: Row) -> list[dict[str, object]]:
        file = {"id": 3, "file_type": "image", "data_url": row.file_url}
        first = {"id": 1, "content": row.text, "message_type": 0, "private": False}
        first |= {"created_at": int(row.created_at.timestamp()), "attachments": [file] if row.file_url else []}
        notes = [
            {"id": number, "content": note, "message_type": 1, "private": True, "created_at": 0}
            for number, note in enumerate(row.notes, start=2)
        ]
        return [first, *notes]

    def _shown(self, row: Row) -> dict[str, object]:
        sender = {"id": 5, "name": "张", "email": "zhang@example.com", "phone_number": None}
        return {
            "id": row.id,
            "inbox_id": 4,
            "status": "resolved" if row.is_closed else "open",
            "created_at": int(row.created_at.timestamp()),
            "meta": {"sender": sender, "channel": "Channel::WebWidget"},
            "custom_attributes": {name: value for name, value in row.fields.items() if value is not None},
            "additional_attributes": {"mail_subject": row.subject},
        }

    def hook(self, row: Row, *, at: datetime) -> HookCall:
        """Return the event conversation_created."""
        return self.sign(json.dumps({"event": "conversation_created", **self._shown(row)}).encode(), at=at)

    def sign(self, body: bytes, *, at: datetime) -> HookCall:
        stamp = str(int(at.timestamp()))
        digest = hmac.new(SECRET.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"x-chatwoot-signature": f"sha256={digest}", "x-chatwoot-timestamp": stamp}
        return HookCall("POST", headers, {}, body, at)
