"""Feishu and Lark: a chat (or a topic's thread) is a ticket; what was found goes to the team's chat as a card.

    login, password    the app's id and secret
    secret             the Encrypt Key of the event subscription: events come encrypted and signed (do set it)
    token              its Verification Token
    queues             chat ids (oc_...); empty: every chat the bot is in
    [connector.extra]
    team_chat          where cards go; the customer's chat is never answered by itself
    agents             open ids (ou_...) of our own people: what they write is not the customer's

A ticket holds the current burst of a chat: messages back to the last half hour of silence. Feishu has no fields to
write. Cards show text as plain text: what a customer wrote cannot become a mention or a link. The same card is sent
once within an hour (Feishu's `uuid`); asked for again later, it is sent again.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import httpx
from pydantic import JsonValue

from api.connectors.access import AccessToken, Extra, Granted, checked_extra, need
from api.connectors.feishu_door import CHAT_SEPARATOR, FeishuDoor
from api.connectors.feishu_words import Said, read_content
from api.connectors.http_calls import Answer, CallRefused, HttpCalls, Text, path_part
from api.connectors.options import ConnectorOptions
from api.connectors.records import Attached, Author, CustomerOf, ExternalTicket, FieldWrite, NewTicket, TicketMessage
from api.connectors.system import Connector, ConnectorDown, ConnectorRefused

KIND = "feishu"
BASE = "https://open.feishu.cn"
SILENCE = timedelta(minutes=30)
"""Between two matters in the same chat; customer-service desks close a chat session after 15 to 30 minutes."""
PAGE = 50  # the most that the message list gives at once
CHATS = 500
ATTACHMENTS = 10
FILE_BYTES = 50 * 1024 * 1024
CARD_CHARS = 8_000  # a card may have 30 kB; Chinese takes 3 bytes a character
TOKEN_WRONG = (99991661, 99991663, 99991664, 99991668)  # open.feishu.cn: token missing, invalid, expired
TOO_OFTEN = (99991400, 11232, 11233, 11247)  # open.feishu.cn: frequency limits of the gateway and of messages


class FeishuExtra(Extra):
    team_chat: str = ""
    agents: tuple[str, ...] = ()


class _Envelope(Answer):
    code: int = 0
    msg: Text = ""


class _Token(_Envelope):
    tenant_access_token: str
    expire: float


class _Body(Answer):
    content: Text = ""


class _Sender(Answer):
    id: Text = ""
    sender_type: Text = ""


class _Mention(Answer):
    key: Text = ""


class _Message(Answer):
    message_id: Text
    msg_type: Text = ""
    create_time: Text = "0"  # milliseconds
    sender: _Sender = _Sender()
    body: _Body = _Body()
    mentions: tuple[_Mention, ...] = ()
    deleted: bool = False

    @property
    def at(self) -> datetime:
        milliseconds = int(self.create_time) if self.create_time.isascii() and self.create_time.isdigit() else 0
        return datetime.fromtimestamp(min(milliseconds, 10**13) / 1000, UTC)

    @property
    def said(self) -> Said:
        return read_content(self.msg_type, self.body.content, mentions=[one.key for one in self.mentions])


class _Messages(Answer):
    items: tuple[_Message, ...] = ()


class _Chat(Answer):
    chat_id: Text


class _Chats(Answer):
    items: tuple[_Chat, ...] = ()
    page_token: Text = ""
    has_more: bool = False


class _Sent(Answer):
    message_id: Text


class _Bot(Answer):
    app_name: Text = ""


def build(options: ConnectorOptions, *, client: httpx.Client) -> Connector:
    """Return the connector of an app."""
    need(options, login=options.login, password=options.password.get_secret_value())
    extra = checked_extra(options, FeishuExtra)
    need(options, **{"extra.team_chat": extra.team_chat or ("-" if not options.comment else "")})
    calls = HttpCalls(options, client=client, base=options.url or BASE)
    return Connector(FeishuSystem(options, extra, calls=calls), FeishuDoor(options, team_chat=extra.team_chat))


class FeishuSystem:
    """Chats read and cards sent over the open platform's REST. Safe to share between threads."""

    def __init__(
        self,
        options: ConnectorOptions,
        extra: FeishuExtra,
        *,
        calls: HttpCalls,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options = options
        self._extra = extra
        self._calls = calls
        self._access = AccessToken(self._granted, clock=clock)

    def read(self, ticket_id: str) -> ExternalTicket:
        """Return the current burst of a chat or thread, with its files."""
        burst = _newest_burst(self._messages(ticket_id))
        customer = next((one.sender.id for one in reversed(burst) if self._author(one) == "customer"), "")
        return ExternalTicket(
            id=ticket_id,
            subject=next((one.said.text[:100] for one in burst if one.said.text), ""),
            queue=ticket_id.partition(CHAT_SEPARATOR)[0],
            created_at=burst[0].at if burst else None,
            messages=tuple(
                TicketMessage(one.message_id, self._author(one), one.said.text, one.at)
                for one in burst
                if one.said.text
            ),
            attachments=self._attachments(burst),
            customer=CustomerOf(id=customer),
            channel="chat",
            locale=self._options.locale,
        )

    def write(self, ticket_id: str, writes: Sequence[FieldWrite]) -> None:
        """Refuse: a chat has no fields."""
        if writes:
            raise ConnectorRefused(f"connector {self._options.name}: a chat has no fields; remove [connector.fields]")

    def comment(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Send a card with two buttons to the team's chat."""
        self._send(card_of(text, mark=mark, ticket_id=ticket_id, locale=self._options.locale), mark=mark)

    def create(self, ticket: NewTicket) -> str:
        """Send a card about a device to the team's chat; return the message's id."""
        details = "\n".join((ticket.text, *(f"{one.target}: {one.value}" for one in ticket.fields)))
        card = card_of(details, mark="", ticket_id="", locale=self._options.locale, title=ticket.title)
        return self._send(card, mark=ticket.key)

    def close(self, ticket_id: str, text: str, *, mark: str) -> None:
        """Answer in the thread of a card, or tell the team's chat."""
        if not ticket_id.startswith("om_"):
            self.comment(ticket_id, text, mark=mark)
            return
        body: JsonValue = {"msg_type": "text", "content": _json({"text": _inert(text)}), "uuid": _once(mark)}
        self._call("POST", f"/open-apis/im/v1/messages/{path_part(ticket_id)}/reply", body=body)

    def since(self, at: datetime) -> Iterator[ExternalTicket]:
        """Yield the chats in which somebody spoke since a moment."""
        chats = self._options.queues or self._chats()
        moved: list[tuple[datetime, str]] = []
        for chat in chats:
            spoken = [one.at for one in self._messages(chat, since=at) if self._author(one) == "customer"]
            if chat != self._extra.team_chat and spoken and max(spoken) >= at:
                moved.append((min(one for one in spoken if one >= at), chat))
        for _, chat in sorted(moved):
            yield self.read(chat)

    def check(self) -> str:
        """Return the bot's name."""
        bot = self._calls.fit(self._call("GET", "/open-apis/bot/v3/info").get("bot"), _Bot, "bot info")
        return f"Feishu, bot {bot.app_name}"

    def _author(self, message: _Message) -> Author:
        if message.sender.sender_type != "user":
            return "system"
        return "agent" if message.sender.id in self._extra.agents else "customer"

    def _messages(self, ticket_id: str, *, since: datetime | None = None) -> list[_Message]:
        """Return what people wrote last, newest first."""
        chat, _, thread = ticket_id.partition(CHAT_SEPARATOR)
        params: dict[str, str | int] = {
            "container_id_type": "thread" if thread else "chat",
            "container_id": thread or chat,
            "sort_type": "ByCreateTimeDesc",
            "page_size": PAGE,
        }
        if since is not None:
            params["start_time"] = int(since.timestamp())
        answer = self._call("GET", "/open-apis/im/v1/messages", params=params).get("data")
        found = self._calls.fit(answer or {}, _Messages, "messages").items
        return [one for one in found if not one.deleted and one.sender.sender_type == "user"]

    def _chats(self) -> Iterator[str]:
        page = ""
        for _ in range(CHATS // PAGE):
            params: dict[str, str | int] = {"page_size": PAGE, **({"page_token": page} if page else {})}
            answer = self._call("GET", "/open-apis/im/v1/chats", params=params).get("data")
            chats = self._calls.fit(answer or {}, _Chats, "chats")
            yield from (one.chat_id for one in chats.items)
            page = chats.page_token
            if not chats.has_more or not page:
                return

    def _attachments(self, burst: Sequence[_Message]) -> tuple[Attached, ...]:
        named = [(message, file) for message in burst for file in message.said.files][:ATTACHMENTS]
        attached: list[Attached] = []
        for message, file in named:
            where = f"/open-apis/im/v1/messages/{path_part(message.message_id)}/resources/{path_part(file.key)}"
            reply = self._calls.send(
                "GET", where, params={"type": file.kind}, headers=self._headers(), limit=FILE_BYTES
            )
            attached.append(Attached(file.name, reply.content, reply.headers.get("content-type", "")))
        return tuple(attached)

    def _send(self, card: JsonValue, *, mark: str) -> str:
        body: JsonValue = {
            "receive_id": self._extra.team_chat,
            "msg_type": "interactive",
            "content": _json(card),
            "uuid": _once(mark),
        }
        answer = self._call("POST", "/open-apis/im/v1/messages", params={"receive_id_type": "chat_id"}, body=body)
        return self._calls.fit(answer.get("data"), _Sent, "message sent").message_id

    def _call(
        self, method: str, path: str, *, params: dict[str, str | int] | None = None, body: JsonValue = None
    ) -> dict[str, JsonValue]:
        """Return an answer whose code is 0; fetch a fresh token once where the old one is refused."""
        headers = self._headers()
        try:
            return self._accepted(path, self._calls.json(method, path, params=params, body=body, headers=headers))
        except CallRefused as refused:
            token = headers["Authorization"].removeprefix("Bearer ")
            if not _says(refused, TOKEN_WRONG) or not self._access.forget(token):
                raise
        return self._accepted(path, self._calls.json(method, path, params=params, body=body, headers=self._headers()))

    def _accepted(self, path: str, value: JsonValue) -> dict[str, JsonValue]:
        envelope = self._calls.fit(value, _Envelope, path)
        if envelope.code:
            raise _refusal(
                f"connector {self._options.name}: {path}: {envelope.code} {envelope.msg[:200]}", envelope.code
            )
        return value if isinstance(value, dict) else {}

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._access.value()}"}

    def _granted(self) -> Granted:
        body: JsonValue = {"app_id": self._options.login, "app_secret": self._options.password.get_secret_value()}
        path = "/open-apis/auth/v3/tenant_access_token/internal"
        answer = self._accepted(path, self._calls.json("POST", path, body=body))
        token = self._calls.fit(answer, _Token, "tenant_access_token")
        return Granted(token.tenant_access_token, token.expire)


def card_of(text: str, *, mark: str, ticket_id: str, locale: str, title: str = "") -> JsonValue:
    """Return an interactive card: plain text, and two buttons where it has a mark."""
    is_english = locale.lower().startswith("en")
    head = title or ("Ticket prepared" if is_english else "工单预填")
    elements: list[JsonValue] = [{"tag": "div", "text": {"tag": "plain_text", "content": text[:CARD_CHARS]}}]
    if mark:
        names = ("Useful", "Not right") if is_english else ("有用", "不对")
        buttons: list[JsonValue] = [
            {
                "tag": "button",
                "text": {"tag": "plain_text", "content": name},
                "type": kind,
                "value": {"mark": mark, "ticket": ticket_id, "verdict": verdict},
            }
            for name, kind, verdict in zip(names, ("primary", "default"), ("useful", "wrong"), strict=True)
        ]
        elements.append({"tag": "action", "actions": buttons})
    return {
        "config": {"wide_screen_mode": True},
        "header": {"title": {"tag": "plain_text", "content": head[:100]}, "template": "blue"},
        "elements": elements,
    }


def _spoken(message: _Message, author: str) -> TicketMessage:
    return TicketMessage(
        message.message_id, "agent" if author == "agent" else "customer", message.said.text, message.at
    )


def _newest_burst(found: Sequence[_Message]) -> list[_Message]:
    """Return the messages since the last silence, oldest first; `found` is newest first."""
    burst: list[_Message] = []
    for message in found:
        if burst and burst[-1].at - message.at > SILENCE:
            break
        burst.append(message)
    return burst[::-1]


def _once(mark: str) -> str:
    """Return the uuid by which Feishu drops a message that it has; at most 50 characters."""
    return hashlib.sha256(mark.encode()).hexdigest()[:50]


def _inert(text: str) -> str:
    """Return text in which no tag is read: Feishu's text messages know <at user_id="all">."""
    return text.replace("<", "＜")[:CARD_CHARS]


def _json(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)


def _says(refused: CallRefused, codes: Sequence[int]) -> bool:
    """Whether a refusal's own words hold one of the platform's codes."""
    return any(str(code) in str(refused) for code in codes)


def _refusal(message: str, code: int) -> ConnectorDown | CallRefused:
    return ConnectorDown(message) if code in TOO_OFTEN else CallRefused(message)
