"""Feishu's event subscription (schema 2.0): a callback in, a genuine event or the challenge's answer out.

With an Encrypt Key an event is {"encrypt": ...} and its headers sign timestamp + nonce + key + body; without one only
the Verification Token inside proves anything, so at least one of both is asked for. The challenge that Feishu sends
when the address is set is not signed: it must open with the key and bear the token.

A callback is tried again after 15 s, 5 min, 1 h and 6 h; all tries bear the same event id.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Literal

from pydantic import JsonValue, ValidationError

from api.connectors.feishu_words import read_content
from api.connectors.http_calls import Answer, Text
from api.connectors.options import ConnectorOptions
from api.connectors.records import CommentVerdict, HookAnswer, HookCall, HookEvent
from api.connectors.sealed import BODY_BYTES, check_age, is_same, unseal
from api.connectors.system import ConnectorRefused, OptionsInvalid, SignatureWrong

CHAT_SEPARATOR = "/"
WINDOW = timedelta(hours=8)
"""A signature is good for this long: Feishu's last try comes 7 h 5 min 15 s after the first. Within it, an event that
is sent again is told by its id."""
SIGNATURE = "x-lark-signature"


class _Header(Answer):
    event_id: Text
    event_type: Text
    token: Text = ""


class _Challenge(Answer):
    type: Literal["url_verification"]
    challenge: str
    token: Text = ""


class _Sender(Answer):
    sender_type: Text = ""


class _Mention(Answer):
    key: Text = ""


class _Message(Answer):
    chat_id: Text
    thread_id: Text = ""
    message_type: Text = ""
    content: Text = ""
    mentions: tuple[_Mention, ...] = ()


class _Received(Answer):
    sender: _Sender = _Sender()
    message: _Message


class _Value(Answer):
    mark: Text = ""
    ticket: Text = ""
    verdict: Text = ""


class _Action(Answer):
    value: _Value = _Value()


class _Operator(Answer):
    open_id: Text = ""


class _Clicked(Answer):
    action: _Action = _Action()
    operator: _Operator = _Operator()


class FeishuDoor:
    """Lets Feishu's callbacks in. Safe to share between threads."""

    def __init__(self, options: ConnectorOptions, *, team_chat: str) -> None:
        self._key = options.secret.get_secret_value()
        self._token = options.token.get_secret_value()
        self._team_chat = team_chat
        self._is_english = options.locale.lower().startswith("en")
        self._name = options.name
        if not self._key and not self._token:
            raise OptionsInvalid(
                f"connector {options.name}: set secret (the Encrypt Key) or token, else anyone may call"
            )

    def receive(self, call: HookCall) -> HookEvent | HookAnswer:
        """Return the event, or the challenge's answer."""
        if len(call.body) > BODY_BYTES:
            raise ConnectorRefused(f"connector {self._name}: a callback of more than {BODY_BYTES} bytes")
        body = self._plain(call)
        if body.get("type") == "url_verification":
            return self._answered(body)
        if self._key and SIGNATURE not in call.headers:
            raise SignatureWrong(f"connector {self._name}: an event without a signature")
        try:
            header = _Header.model_validate(body.get("header"))
        except ValidationError as error:
            raise ConnectorRefused(f"connector {self._name}: no event of schema 2.0; subscribe to v2.0") from error
        self._check_token(header.token)
        return self._event(header, body.get("event"))

    def acknowledge(self, event: HookEvent) -> HookAnswer:
        """Return an empty object; after a click on a card, a word for who clicked."""
        if event.kind != "feedback":
            return HookAnswer(b"{}")
        thanks = "Noted, thank you" if self._is_english else "已记录，谢谢"
        return HookAnswer(json.dumps({"toast": {"type": "success", "content": thanks}}, ensure_ascii=False).encode())

    def _plain(self, call: HookCall) -> dict[str, JsonValue]:
        """Return the callback's object, opened; an open one is refused where a key is set."""
        body = _object(call.body)
        if not self._key:
            return body
        sealed = body.get("encrypt")
        if not isinstance(sealed, str):
            raise SignatureWrong(f"connector {self._name}: a callback that is not encrypted, though a key is set")
        if SIGNATURE in call.headers:
            self._check_signature(call)
        return _object(unseal(sealed, self._key).encode())

    def _answered(self, body: dict[str, JsonValue]) -> HookAnswer:
        try:
            challenge = _Challenge.model_validate(body)
        except ValidationError as error:
            raise ConnectorRefused(f"connector {self._name}: a challenge without its text") from error
        self._check_token(challenge.token)
        return HookAnswer(json.dumps({"challenge": challenge.challenge}, ensure_ascii=False).encode())

    def _check_signature(self, call: HookCall) -> None:
        timestamp = call.headers.get("x-lark-request-timestamp", "")
        nonce = call.headers.get("x-lark-request-nonce", "")
        signed = f"{timestamp}{nonce}{self._key}".encode("utf-8", "replace") + call.body
        if not is_same(call.headers[SIGNATURE], hashlib.sha256(signed).hexdigest()):
            raise SignatureWrong(f"connector {self._name}: the signature does not fit; compare the Encrypt Key")
        check_age(timestamp, call.at, window=WINDOW, name=self._name)

    def _check_token(self, token: str) -> None:
        if self._token and not is_same(token, self._token):
            raise SignatureWrong(f"connector {self._name}: the Verification Token does not fit")

    def _event(self, header: _Header, event: JsonValue) -> HookEvent:
        try:
            if header.event_type == "im.message.receive_v1":
                return self._message(header.event_id, _Received.model_validate(event))
            if header.event_type == "card.action.trigger":
                return _clicked(header.event_id, _Clicked.model_validate(event))
        except ValidationError as error:
            raise ConnectorRefused(f"connector {self._name}: {header.event_type[:50]} of an unknown shape") from error
        return HookEvent(header.event_id, "ignored")

    def _message(self, event_id: str, received: _Received) -> HookEvent:
        """Return a message of a person; our own cards, the team's chat and what says nothing are left out."""
        message = received.message
        said = read_content(message.message_type, message.content, mentions=[one.key for one in message.mentions])
        is_ours = received.sender.sender_type != "user" or message.chat_id == self._team_chat
        if is_ours or not (said.text or said.files):
            return HookEvent(event_id, "ignored")
        parts = (message.chat_id, message.thread_id) if message.thread_id else (message.chat_id,)
        return HookEvent(event_id, "message", ticket_id=CHAT_SEPARATOR.join(parts))


def _clicked(event_id: str, clicked: _Clicked) -> HookEvent:
    value = clicked.action.value
    if not value.mark or value.verdict not in ("useful", "wrong"):
        return HookEvent(event_id, "ignored")
    verdict = CommentVerdict(value.mark, value.verdict == "useful", clicked.operator.open_id)
    return HookEvent(event_id, "feedback", ticket_id=value.ticket, verdict=verdict)


def _object(content: bytes) -> dict[str, JsonValue]:
    """Return a JSON object; anything else is nothing that a platform sent."""
    try:
        value: JsonValue = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise SignatureWrong("a callback that is no JSON object") from error
    if not isinstance(value, dict):
        raise SignatureWrong("a callback that is no JSON object")
    return value
