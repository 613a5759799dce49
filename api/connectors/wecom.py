"""WeCom (企业微信): a person who writes to the app is a ticket; what was found goes to the team as a message.

    login, password    the corp id and the app's secret
    token, secret      the Token and the EncodingAESKey of the app's callback
    [connector.extra]
    agent_id           the app's number
    to_user, to_party  who hears what was found: ids, "|" between several

WeCom keeps no history that an app may read: each message comes as its own ticket, whole in its callback, and files are
fetched when the event is worked (they can be fetched for three days). `since` finds nothing. Messages go out as plain
text, so that what a customer wrote cannot become a link or a mention; a card with two buttons follows. The same
message is sent once within four hours (WeCom's duplicate check); asked for again later, it is sent again.
Messages of the separate product 微信客服 (customers outside the company) are not read.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

import httpx
from pydantic import JsonValue

from api.connectors.access import AccessToken, Extra, Granted, checked_extra, need
from api.connectors.http_calls import Answer, CallRefused, HttpCalls, Text
from api.connectors.options import ConnectorOptions
from api.connectors.records import Attached, ExternalTicket, FieldWrite, NewTicket
from api.connectors.system import Connector, ConnectorDown, ConnectorRefused
from api.connectors.wecom_door import WecomDoor, task_of

KIND = "wecom"
BASE = "https://qyapi.weixin.qq.com"
TEXT_BYTES = 2_048  # developer.work.weixin.qq.com: a text message ends there
TASK_LETTERS = 128  # of a card's task id
FILE_BYTES = 20 * 1024 * 1024  # the largest temporary file
DUPLICATE_S = 4 * 3600  # the longest interval that the duplicate check takes
TOKEN_WRONG = (40014, 41001, 42001)
TRY_LATER = (-1, 45009, 45033, 50002)  # busy; frequency; concurrency


class WecomExtra(Extra):
    agent_id: int
    to_user: str = ""
    to_party: str = ""


class _Envelope(Answer):
    errcode: int = 0
    errmsg: Text = ""


class _Token(Answer):
    access_token: str
    expires_in: float


class _Sent(Answer):
    msgid: Text = ""


class _Agent(Answer):
    name: Text = ""


def build(options: ConnectorOptions, *, client: httpx.Client) -> Connector:
    """Return the connector of an app."""
    need(
        options,
        login=options.login,
        password=options.password.get_secret_value(),
        token=options.token.get_secret_value(),
    )
    extra = checked_extra(options, WecomExtra)
    need(options, **{"extra.to_user or extra.to_party": extra.to_user or extra.to_party})
    calls = HttpCalls(options, client=client, base=options.url or BASE)
    return Connector(WecomSystem(options, extra, calls=calls), WecomDoor(options))


class WecomSystem:
    """Messages of an app over WeCom's API. Safe to share between threads."""

    def __init__(
        self,
        options: ConnectorOptions,
        extra: WecomExtra,
        *,
        calls: HttpCalls,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options = options
        self._extra = extra
        self._calls = calls
        self._access = AccessToken(self._granted, clock=clock)

    def read(self, ticket_id: str) -> ExternalTicket:
        """Refuse: an app cannot read back what was said."""
        raise ConnectorRefused(f"connector {self._options.name}: WeCom keeps no history that an app may read")

    def complete(self, ticket: ExternalTicket) -> ExternalTicket:
        """Return the ticket with its files fetched."""
        files = tuple(self._fetched(one) if one.reference and not one.content else one for one in ticket.attachments)
        return replace(ticket, attachments=files)

    def write(self, ticket_id: str, writes: Sequence[FieldWrite]) -> None:
        """Refuse: a chat has no fields."""
        if writes:
            raise ConnectorRefused(f"connector {self._options.name}: a chat has no fields; remove [connector.fields]")

    def comment(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Send the text to the team, and a card that asks whether it was useful."""
        self._send({"msgtype": "text", "text": {"content": _clipped(f"{ticket_id}\n{text}")}})
        if len(task_of(mark)) <= TASK_LETTERS:
            self._send({"msgtype": "template_card", "template_card": self._question(ticket_id, mark)})

    def create(self, ticket: NewTicket) -> str:
        """Send a message about a device to the team; return the message's id."""
        lines = (ticket.title, ticket.text, *(f"{one.target}: {one.value}" for one in ticket.fields))
        return self._send({"msgtype": "text", "text": {"content": _clipped("\n".join(lines))}}) or ticket.key

    def close(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Tell the team."""
        self._send({"msgtype": "text", "text": {"content": _clipped(text)}})

    def since(self, at: datetime) -> Iterator[ExternalTicket]:
        """Yield nothing: there is no history."""
        yield from ()

    def check(self) -> str:
        """Return the app's name."""
        answer = self._call("GET", "/cgi-bin/agent/get", params={"agentid": self._extra.agent_id})
        return f"WeCom, app {self._calls.fit(answer, _Agent, 'agent').name}"

    def _question(self, ticket_id: str, mark: str) -> JsonValue:
        is_english = self._options.locale.lower().startswith("en")
        title, useful, wrong = (
            ("Was this useful?", "Useful", "Not right") if is_english else ("有用吗？", "有用", "不对")
        )
        return {
            "card_type": "button_interaction",
            "main_title": {"title": title, "desc": ticket_id[:30]},
            "task_id": task_of(mark),
            "button_list": [
                {"text": useful, "style": 1, "key": "useful"},
                {"text": wrong, "style": 2, "key": "wrong"},
            ],
        }

    def _send(self, message: dict[str, JsonValue]) -> str:
        body: JsonValue = {
            "touser": self._extra.to_user,
            "toparty": self._extra.to_party,
            "agentid": self._extra.agent_id,
            **message,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": DUPLICATE_S,
        }
        return self._calls.fit(self._call("POST", "/cgi-bin/message/send", body=body), _Sent, "message sent").msgid

    def _fetched(self, file: Attached) -> Attached:
        path = "/cgi-bin/media/get"
        params = {"access_token": self._access.value(), "media_id": file.reference}
        reply = self._calls.send("GET", path, params=params, limit=FILE_BYTES)
        kind = reply.headers.get("content-type", "")
        if "json" in kind or "text/plain" in kind:
            self._accepted(path, _parsed(reply.content))
        return Attached(file.name, reply.content, kind)

    def _call(
        self, method: str, path: str, *, params: dict[str, str | int] | None = None, body: JsonValue = None
    ) -> JsonValue:
        """Return an answer whose errcode is 0; fetch a fresh token once where the old one is refused."""
        token = self._access.value()
        try:
            return self._once(method, path, token, params, body)
        except CallRefused as refused:
            if refused.status not in TOKEN_WRONG or not self._access.forget(token):
                raise
        return self._once(method, path, self._access.value(), params, body)

    def _once(
        self, method: str, path: str, token: str, params: dict[str, str | int] | None, body: JsonValue
    ) -> JsonValue:
        query = {"access_token": token, **(params or {})}
        return self._accepted(path, self._calls.json(method, path, params=query, body=body))

    def _accepted(self, path: str, value: JsonValue) -> JsonValue:
        envelope = self._calls.fit(value, _Envelope, path)
        message = f"connector {self._options.name}: {path}: {envelope.errcode} {envelope.errmsg[:200]}"
        if envelope.errcode in TRY_LATER:
            raise ConnectorDown(message)
        if envelope.errcode:
            raise CallRefused(message, status=envelope.errcode)
        return value

    def _granted(self) -> Granted:
        params = {"corpid": self._options.login, "corpsecret": self._options.password.get_secret_value()}
        answer = self._accepted("gettoken", self._calls.json("GET", "/cgi-bin/gettoken", params=params))
        token = self._calls.fit(answer, _Token, "gettoken")
        return Granted(token.access_token, token.expires_in)


def _parsed(content: bytes) -> JsonValue:
    try:
        value: JsonValue = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value


def _clipped(text: str) -> str:
    """Return as much text as a message holds, with no "<" that could open a link.

    >>> len(_clipped("屏" * 1000).encode()) <= TEXT_BYTES
    True
    """
    inert = text.replace("<", "＜").encode()
    if len(inert) <= TEXT_BYTES:
        return inert.decode()
    return inert[: TEXT_BYTES - 3].decode("utf-8", "ignore") + "…"
