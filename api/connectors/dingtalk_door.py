"""DingTalk's callbacks: a robot's message in, a genuine event out; an event subscription's call in, its answer out.

A robot's message bears `timestamp` and `sign` in its headers: HMAC-SHA256 over both, good for an hour. The signature
does not cover the body, so DingTalk's own advice holds: serve over HTTPS only. An event subscription is encrypted and
signed like WeCom's and wants an encrypted "success" back; none of its events concerns a ticket, so it is only answered.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import JsonValue, ValidationError

from api.connectors.http_calls import Answer, Text
from api.connectors.options import ConnectorOptions
from api.connectors.records import (
    Attached,
    CustomerOf,
    ExternalTicket,
    HookAnswer,
    HookCall,
    HookEvent,
    TicketMessage,
)
from api.connectors.sealed import BODY_BYTES, SALT_BYTES, Envelope, check_age, is_same, joint_signature
from api.connectors.system import ConnectorRefused, SignatureWrong

WINDOW = timedelta(hours=1)  # open.dingtalk.com: a timestamp more than an hour away is refused
FILES = 10
TEXT_CHARS = 20_000
GROUP, PERSON = "group", "person"


class _Words(Answer):
    content: Text = ""


class _Content(Answer):
    downloadCode: Text = ""
    fileName: Text = ""
    recognition: Text = ""
    richText: tuple[dict[str, JsonValue], ...] = ()


class _Message(Answer):
    msgId: Text
    msgtype: Text = ""
    conversationId: Text
    conversationType: Text = "1"
    conversationTitle: Text = ""
    createAt: Text = "0"
    senderStaffId: Text = ""
    senderId: Text = ""
    senderNick: Text = ""
    text: _Words = _Words()
    content: _Content = _Content()


class DingtalkDoor:
    """Lets DingTalk's callbacks in. Safe to share between threads."""

    def __init__(
        self,
        options: ConnectorOptions,
        *,
        receiver: str,
        team_group: str = "",
        now: Callable[[], float] = time.time,
        draw: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """`receiver` is what stands inside the envelopes of an event subscription: the app key, or the corp id."""
        self._name = options.name
        self._locale = options.locale
        self._team_group = team_group
        self._app_secret = options.password.get_secret_value()
        self._token = options.token.get_secret_value()
        letters = options.secret.get_secret_value()
        self._envelope = Envelope(letters, receiver=receiver, where=f"connector {self._name}") if letters else None
        self._now = now
        self._draw = draw

    def receive(self, call: HookCall) -> HookEvent | HookAnswer:
        """Return a robot's message as an event; answer an event subscription at once."""
        if len(call.body) > BODY_BYTES:
            raise ConnectorRefused(f"connector {self._name}: a callback of more than {BODY_BYTES} bytes")
        if "signature" in call.query or "msg_signature" in call.query:
            return self._subscribed(call)
        self._check_sign(call)
        try:
            message = _Message.model_validate(_object(call.body))
        except ValidationError as error:
            raise ConnectorRefused(
                f"connector {self._name}: no message of a robot; set its HTTP address here"
            ) from error
        return self._event(message)

    def acknowledge(self, event: HookEvent) -> HookAnswer:
        """Return an empty object: taken, nothing to say back."""
        return HookAnswer(b"{}")

    def _check_sign(self, call: HookCall) -> None:
        timestamp = call.headers.get("timestamp", "")
        if not is_same(call.headers.get("sign", ""), robot_sign(timestamp, self._app_secret)):
            raise SignatureWrong(f"connector {self._name}: the robot's sign does not fit; compare the app's secret")
        check_age(timestamp[:-3], call.at, window=WINDOW, name=self._name)

    def _subscribed(self, call: HookCall) -> HookAnswer:
        """Return "success", sealed and signed: the answer to the address's test and to every event alike."""
        if self._envelope is None:
            raise SignatureWrong(f"connector {self._name}: set token and secret to take an event subscription")
        sealed = _object(call.body).get("encrypt")
        timestamp, nonce = call.query.get("timestamp", ""), call.query.get("nonce", "")
        given = call.query.get("msg_signature") or call.query.get("signature", "")
        expected = joint_signature(self._token, timestamp, nonce, str(sealed))
        if not isinstance(sealed, str) or not is_same(given, expected):
            raise SignatureWrong(
                f"connector {self._name}: the signature does not fit; compare the subscription's token"
            )
        check_age(timestamp[:-3], call.at, window=WINDOW, name=self._name)
        self._envelope.open(sealed)
        return HookAnswer(json.dumps(self._success(self._envelope)).encode())

    def _success(self, envelope: Envelope) -> dict[str, str]:
        sealed = envelope.seal("success", salt=self._draw(SALT_BYTES))
        timestamp, nonce = str(int(self._now() * 1000)), self._draw(8).hex()
        signature = joint_signature(self._token, timestamp, nonce, sealed)
        return {"msg_signature": signature, "encrypt": sealed, "timeStamp": timestamp, "nonce": nonce}

    def _event(self, message: _Message) -> HookEvent:
        text, files = _said(message)
        is_ours = bool(self._team_group) and message.conversationId == self._team_group
        if is_ours or not (text or files):
            return HookEvent(message.msgId, "ignored")
        is_group = message.conversationType == "2"
        sender = message.senderStaffId or message.senderId
        ticket_id = f"{GROUP}/{message.conversationId}" if is_group else f"{PERSON}/{sender}"
        at = _moment(message.createAt)
        ticket = ExternalTicket(
            id=ticket_id,
            subject=text[:100],
            queue=message.conversationId,
            created_at=at,
            messages=(TicketMessage(message.msgId, "customer", text, at),) if text else (),
            attachments=files,
            customer=CustomerOf(id=sender, name=message.senderNick),
            channel="chat",
            locale=self._locale,
        )
        return HookEvent(message.msgId, "message", ticket_id=ticket_id, ticket=ticket)


def robot_sign(timestamp: str, secret: str) -> str:
    """Return what DingTalk signs a robot's calls with, both ways."""
    digest = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode("utf-8", "replace"), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _said(message: _Message) -> tuple[str, tuple[Attached, ...]]:
    """Return the text of a message and the files that it names."""
    content = message.content
    pieces = [message.text.content, content.recognition]
    named: list[tuple[str, str]] = []
    if message.msgtype in ("picture", "audio", "video", "file"):
        named.append((content.downloadCode, content.fileName or f"{message.msgtype}{_suffix(message.msgtype)}"))
    for number, piece in enumerate(content.richText):
        pieces.append(_string(piece, "text"))
        named.append((_string(piece, "downloadCode"), f"picture{number}.jpg"))
    files = tuple(Attached(name, b"", reference=code) for code, name in named[:FILES] if code)
    return "".join(pieces).strip()[:TEXT_CHARS], files


def _suffix(kind: str) -> str:
    return {"picture": ".jpg", "audio": ".amr", "video": ".mp4"}.get(kind, "")


def _string(piece: dict[str, JsonValue], name: str) -> str:
    value = piece.get(name)
    return value if isinstance(value, str) else ""


def _moment(milliseconds: str) -> datetime | None:
    is_number = milliseconds.isascii() and milliseconds.isdigit() and len(milliseconds) < 15
    return datetime.fromtimestamp(int(milliseconds) / 1000, UTC) if is_number else None


def _object(content: bytes) -> dict[str, JsonValue]:
    try:
        value: JsonValue = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SignatureWrong("a callback that is no JSON object") from error
    if not isinstance(value, dict):
        raise SignatureWrong("a callback that is no JSON object")
    return value
