"""Feishu: callbacks let in or refused; chats read and cards sent against a stand-in of the open platform."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7
from pydantic import JsonValue, SecretStr

from api.connectors.feishu import build, card_of
from api.connectors.feishu_door import FeishuDoor
from api.connectors.feishu_words import read_content
from api.connectors.options import ConnectorOptions
from api.connectors.records import FieldWrite, HookAnswer, HookCall, HookEvent, NewTicket
from api.connectors.system import ConnectorDown, ConnectorRefused, OptionsInvalid, SignatureWrong, TicketSystem

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
KEY, TOKEN, APP_SECRET = "encrypt-key-密", "verification-token", "app-secret-0"
OPTIONS = ConnectorOptions.model_construct(
    name="feishu",
    kind="feishu",
    login="cli_1",
    password=SecretStr(APP_SECRET),
    secret=SecretStr(KEY),
    token=SecretStr(TOKEN),
    locale="zh-CN",
    extra={"team_chat": "oc_team", "agents": ["ou_agent"]},
)


def seal(value: JsonValue, key: str = KEY) -> bytes:
    padder = PKCS7(128).padder()
    plain = padder.update(json.dumps(value).encode()) + padder.finalize()
    encryptor = Cipher(algorithms.AES(hashlib.sha256(key.encode()).digest()), modes.CBC(b"i" * 16)).encryptor()
    content = b"i" * 16 + encryptor.update(plain) + encryptor.finalize()
    return json.dumps({"encrypt": base64.b64encode(content).decode()}).encode()


def call_of(body: bytes, *, at: datetime = NOW, sent: datetime = NOW, key: str = KEY, **changed: str) -> HookCall:
    timestamp = str(int(sent.timestamp()))
    signature = hashlib.sha256(f"{timestamp}n0{key}".encode() + body).hexdigest()
    headers = {
        "x-lark-request-timestamp": timestamp,
        "x-lark-request-nonce": "n0",
        "x-lark-signature": signature,
        **{name.replace("_", "-"): value for name, value in changed.items()},
    }
    return HookCall("POST", headers, {}, body, at)


def message(text: str, *, chat: str = "oc_1", sender: str = "user", thread: str = "") -> JsonValue:
    return {
        "schema": "2.0",
        "header": {"event_id": "e1", "event_type": "im.message.receive_v1", "token": TOKEN, "create_time": "1"},
        "event": {
            "sender": {"sender_type": sender, "sender_id": {"open_id": "ou_1"}},
            "message": {
                "message_id": "om_1",
                "chat_id": chat,
                "thread_id": thread,
                "message_type": "text",
                "content": json.dumps({"text": text}),
                "mentions": [{"key": "@_user_1"}],
            },
        },
    }


def door() -> FeishuDoor:
    return FeishuDoor(OPTIONS, team_chat="oc_team")


@pytest.mark.parametrize("text", ["@_user_1 洗衣机显示 E5", "@_user_1 the washer shows E5"])
def test_a_message_becomes_an_event_that_names_its_chat(text: str) -> None:
    assert door().receive(call_of(seal(message(text)))) == HookEvent("e1", "message", ticket_id="oc_1")


def test_a_message_in_a_topic_names_its_thread() -> None:
    event = door().receive(call_of(seal(message("屏幕不亮", thread="omt_9"))))
    assert event == HookEvent("e1", "message", ticket_id="oc_1/omt_9")


@pytest.mark.parametrize(
    ("chat", "sender", "text"), [("oc_team", "user", "好的 ok"), ("oc_1", "app", "card"), ("oc_1", "user", "@_user_1 ")]
)
def test_our_own_words_and_empty_ones_are_left_out(chat: str, sender: str, text: str) -> None:
    event = door().receive(call_of(seal(message(text, chat=chat, sender=sender))))
    assert event == HookEvent("e1", "ignored")


@pytest.mark.parametrize("is_sealed", [True, False])
def test_the_challenge_is_answered(is_sealed: bool) -> None:
    body = {"type": "url_verification", "challenge": "ajls384kdjx98XX", "token": TOKEN}
    options = OPTIONS if is_sealed else OPTIONS.model_copy(update={"secret": SecretStr("")})
    content = seal(body) if is_sealed else json.dumps(body).encode()
    answer = FeishuDoor(options, team_chat="").receive(HookCall("POST", {}, {}, content, NOW))
    assert isinstance(answer, HookAnswer)
    assert json.loads(answer.body) == {"challenge": "ajls384kdjx98XX"}


def test_a_challenge_with_another_token_is_refused() -> None:
    body = seal({"type": "url_verification", "challenge": "c", "token": "other"})
    with pytest.raises(SignatureWrong):
        door().receive(HookCall("POST", {}, {}, body, NOW))


POST = '{"title": "E5", "content": [[{"tag": "text", "text": "washer"}], [{"tag": "img", "image_key": "k"}]]}'
POST_BY_LANGUAGE = (
    '{"zh_cn": {"title": "故障", "content": [[{"tag": "at", "text": "@a"}, {"tag": "text", "text": "漏水"}]]}}'
)
SEALED = seal(message("屏幕不亮"))


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(call_of(SEALED, x_lark_signature="0" * 64), id="wrong signature"),
        pytest.param(call_of(SEALED, x_lark_signature="签名"), id="signature of another script"),
        pytest.param(call_of(SEALED, key="another key"), id="signed with another key"),
        pytest.param(call_of(SEALED, sent=NOW - timedelta(hours=9)), id="older than every retry"),
        pytest.param(call_of(SEALED, sent=NOW + timedelta(minutes=6)), id="ahead of time"),
        pytest.param(call_of(SEALED, x_lark_request_timestamp="1763812801"), id="time changed"),
        pytest.param(call_of(SEALED, x_lark_request_nonce="n1"), id="nonce changed"),
        pytest.param(HookCall("POST", call_of(SEALED).headers, {}, SEALED + b" ", NOW), id="body altered"),
        pytest.param(HookCall("POST", {}, {}, SEALED, NOW), id="not signed"),
        pytest.param(call_of(json.dumps(message("x")).encode()), id="not encrypted"),
        pytest.param(call_of(seal(message("x"), key="another key")), id="sealed with another key"),
        pytest.param(call_of(b"{"), id="no JSON"),
        pytest.param(call_of(b"[]"), id="no object"),
        pytest.param(call_of(b"[" * 200_000), id="nested beyond sense"),
        pytest.param(call_of(b""), id="empty"),
    ],
)
def test_what_is_not_genuine_is_refused_and_no_secret_is_told(call: HookCall) -> None:
    with pytest.raises(SignatureWrong) as refusal:
        door().receive(call)
    assert not any(secret in str(refusal.value) for secret in (KEY, TOKEN, APP_SECRET))


def test_the_last_retry_is_still_let_in() -> None:
    sent = NOW - timedelta(hours=7, minutes=5, seconds=15)
    assert isinstance(door().receive(call_of(SEALED, sent=sent)), HookEvent)


def test_another_verification_token_is_refused() -> None:
    changed = dict(message("x"))  # type: ignore[arg-type]
    changed["header"] = {"event_id": "e1", "event_type": "im.message.receive_v1", "token": "other"}
    with pytest.raises(SignatureWrong, match="Verification Token"):
        door().receive(call_of(seal(changed)))


def test_a_body_beyond_the_limit_is_refused() -> None:
    with pytest.raises(ConnectorRefused, match="bytes"):
        door().receive(call_of(b" " * (1024 * 1024 + 1)))


@pytest.mark.parametrize(("locale", "thanks"), [("zh-CN", "已记录，谢谢"), ("en-US", "Noted, thank you")])
def test_a_click_on_a_card_is_a_verdict_and_is_thanked_for(locale: str, thanks: str) -> None:
    body: JsonValue = {
        "schema": "2.0",
        "header": {"event_id": "e2", "event_type": "card.action.trigger", "token": TOKEN},
        "event": {
            "operator": {"open_id": "ou_agent"},
            "action": {"value": {"mark": "m1", "ticket": "oc_1", "verdict": "useful"}},
        },
    }
    at = FeishuDoor(OPTIONS.model_copy(update={"locale": locale}), team_chat="oc_team")
    event = at.receive(call_of(seal(body)))
    assert isinstance(event, HookEvent)
    assert (event.kind, event.ticket_id) == ("feedback", "oc_1")
    assert event.verdict is not None
    assert (event.verdict.mark, event.verdict.is_useful, event.verdict.actor) == ("m1", True, "ou_agent")
    assert json.loads(at.acknowledge(event).body)["toast"]["content"] == thanks


@pytest.mark.parametrize(
    ("kind", "content", "text", "files"),
    [
        ("text", '{"text": "屏幕不亮"}', "屏幕不亮", 0),
        ("post", POST, "E5\nwasher", 1),
        ("post", POST_BY_LANGUAGE, "故障\n漏水", 0),
        ("image", '{"image_key": "img_1"}', "", 1),
        ("audio", '{"file_key": "f_1", "duration": 2000}', "", 1),
        ("file", '{"file_key": "f_1", "file_name": "日志.txt"}', "", 1),
        ("sticker", '{"file_key": "f_1"}', "", 0),
        ("text", "{", "", 0),
        ("text", "[1]", "", 0),
        ("post", '{"content": [[1, null], 2]}', "", 0),
    ],
)
def test_content_is_read_by_its_type(kind: str, content: str, text: str, files: int) -> None:
    said = read_content(kind, content)
    assert (said.text, len(said.files)) == (text, files)


@dataclass
class Platform:
    """A stand-in of open.feishu.cn: holds messages, hands out tokens that can be made to end."""

    messages: list[dict[str, JsonValue]] = field(default_factory=list)
    sent: list[dict[str, JsonValue]] = field(default_factory=list)
    tokens: int = 0
    refused: set[str] = field(default_factory=set)
    code: int = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path.endswith("/tenant_access_token/internal"):
            assert json.loads(request.content) == {"app_id": "cli_1", "app_secret": APP_SECRET}
            self.tokens += 1
            return httpx.Response(200, json={"code": 0, "tenant_access_token": f"t{self.tokens}", "expire": 7200})
        token = request.headers["authorization"].removeprefix("Bearer ")
        if token in self.refused:
            return httpx.Response(400, json={"code": 99991663, "msg": "Invalid access token"})
        if self.code:
            return httpx.Response(200, json={"code": self.code, "msg": "no"})
        if "/resources/" in path:
            return httpx.Response(200, content=b"\xff\xd8jpeg", headers={"content-type": "image/jpeg"})
        return httpx.Response(200, json={"code": 0, **self.payload(request, path)})

    def payload(self, request: httpx.Request, path: str) -> Mapping[str, JsonValue]:
        if request.method == "POST":
            self.sent.append(json.loads(request.content))
            return {"data": {"message_id": f"om_{len(self.sent)}"}}
        if path.endswith("/bot/v3/info"):
            return {"bot": {"app_name": "售后助手"}}
        if path.endswith("/chats"):
            return {"data": {"items": [{"chat_id": "oc_1"}, {"chat_id": "oc_team"}], "has_more": False}}
        return {"data": {"items": [*self.messages]}}


def said(number: int, minutes_ago: int, text: str, *, sender: str = "ou_1", kind: str = "text") -> dict[str, JsonValue]:
    at = NOW - timedelta(minutes=minutes_ago)
    content = json.dumps({"text": text} if kind == "text" else {"image_key": text})
    return {
        "message_id": f"om_{number}",
        "msg_type": kind,
        "create_time": str(int(at.timestamp() * 1000)),
        "sender": {"id": sender, "sender_type": "user"},
        "body": {"content": content},
    }


def connected(platform: Platform) -> TicketSystem:
    system = build(OPTIONS, client=httpx.Client(transport=httpx.MockTransport(platform.answer))).system
    assert system is not None
    return system


def test_a_burst_of_messages_is_one_ticket() -> None:
    platform = Platform(
        [
            said(5, 1, "img_1", kind="image"),
            said(4, 2, "请稍等", sender="ou_agent"),
            said(3, 3, "shows E5"),
            said(2, 5, "洗衣机坏了"),
            said(1, 90, "谢谢"),
        ]
    )
    ticket = connected(platform).read("oc_1")
    assert [(one.id, one.author, one.text) for one in ticket.messages] == [
        ("om_2", "customer", "洗衣机坏了"),
        ("om_3", "customer", "shows E5"),
        ("om_4", "agent", "请稍等"),
    ]
    assert (ticket.subject, ticket.customer.id, ticket.queue) == ("洗衣机坏了", "ou_1", "oc_1")
    assert [(one.name, one.content) for one in ticket.attachments] == [("img_1.jpg", b"\xff\xd8jpeg")]
    assert platform.tokens == 1


def test_a_card_goes_to_the_team_as_plain_text_with_the_same_uuid_for_the_same_mark() -> None:
    platform = Platform()
    system = connected(platform)
    hostile = '<at id=all></at> [屏幕](http://x) "E5"'
    system.comment("oc_1", hostile, mark="m1")
    system.comment("oc_1", hostile, mark="m1")
    first, again = platform.sent
    assert first == again
    assert (first["receive_id"], len(str(first["uuid"]))) == ("oc_team", 50)
    card = json.loads(str(first["content"]))
    assert card["elements"][0]["text"] == {"tag": "plain_text", "content": hostile}
    assert [one["text"]["content"] for one in card["elements"][1]["actions"]] == ["有用", "不对"]


def test_an_english_card_is_english() -> None:
    assert json.dumps(card_of("x", mark="m", ticket_id="t", locale="en-GB")).count("Useful") == 1


def test_a_ticket_is_opened_and_closed_in_its_thread() -> None:
    platform = Platform()
    system = connected(platform)
    opened = system.create(NewTicket("k1", "压缩机过热", "温度 95", fields=(FieldWrite("device_id", "设备", "D-1"),)))
    system.close(opened, "恢复 <at user_id='all'>", mark="k1/closed")
    assert "压缩机过热" in str(platform.sent[0]["content"])
    assert "设备: D-1" in str(platform.sent[0]["content"])
    assert json.loads(str(platform.sent[1]["content"])) == {"text": "恢复 ＜at user_id='all'>"}


def test_a_token_that_ended_is_fetched_afresh_once() -> None:
    platform = Platform()
    system = connected(platform)
    assert system.check() == "Feishu, bot 售后助手"
    platform.refused = {"t1"}
    assert system.check() == "Feishu, bot 售后助手"
    assert platform.tokens == 2
    platform.refused = {"t2", "t3"}
    with pytest.raises(ConnectorRefused):
        system.check()


@pytest.mark.parametrize(("code", "error"), [(99991400, ConnectorDown), (230002, ConnectorRefused)])
def test_a_code_that_is_not_zero_is_an_error_that_tells_no_secret(code: int, error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        connected(Platform(code=code)).comment("oc_1", "x", mark="m")
    assert str(code) in str(raised.value)
    assert APP_SECRET not in str(raised.value)
    assert "t1" not in str(raised.value).split()


def test_since_yields_the_chats_in_which_a_customer_spoke() -> None:
    platform = Platform([said(1, 5, "屏幕不亮")])
    system = connected(platform)
    assert [ticket.id for ticket in system.since(NOW - timedelta(hours=1))] == ["oc_1"]
    assert list(system.since(NOW)) == []


def test_values_have_nowhere_to_go() -> None:
    system = connected(Platform())
    system.write("oc_1", [])
    with pytest.raises(ConnectorRefused, match="no fields"):
        system.write("oc_1", [FieldWrite("order_number", "x", "1")])


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"login": ""}, "login"),
        ({"extra": {}}, "extra.team_chat"),
        ({"extra": {"team_chat": "oc", "colour": 1}}, "extra.colour"),
        ({"secret": SecretStr(""), "token": SecretStr("")}, "Encrypt Key"),
    ],
)
def test_options_that_do_not_fit_are_refused_by_name(changed: dict[str, object], told: str) -> None:
    with pytest.raises(OptionsInvalid, match=told):
        build(OPTIONS.model_copy(update=changed), client=httpx.Client())
