"""WeCom: callbacks let in or refused; messages sent and files fetched against a stand-in of its API."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import httpx
import pytest
from pydantic import JsonValue, SecretStr

from api.connectors.options import ConnectorOptions
from api.connectors.records import FieldWrite, HookAnswer, HookCall, HookEvent, NewTicket
from api.connectors.sealed import Envelope, joint_signature
from api.connectors.system import ConnectorDown, ConnectorRefused, OptionsInvalid, SignatureWrong
from api.connectors.wecom import WecomSystem, build
from api.connectors.wecom_door import WecomDoor, flat_xml, task_of

CORP, TOKEN, LETTERS = "wx5823bf96d3bd56c7", "QDG6eK", "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
"""Of Tencent's WXBizMsgCrypt samples, as in test_sealed.py."""
CORP_SECRET = "corp-secret-0"
OPTIONS = ConnectorOptions.model_construct(
    name="wecom",
    kind="wecom",
    login=CORP,
    password=SecretStr(CORP_SECRET),
    secret=SecretStr(LETTERS),
    token=SecretStr(TOKEN),
    locale="zh-CN",
    extra={"agent_id": 218, "to_party": "2"},
)
SAMPLE_AT = datetime.fromtimestamp(1409659813, UTC)
SAMPLE = (
    "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWfrf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3"
    "TUUkSUXxaccAS0qhxchrRYt66wiSpGLYL42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwGc2hgf5gs"
    "ijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUa"
    "x5wLVMNS0+rUPA3k22Ncx4XXZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0lXdQ2YoyyH2uyPIG"
    "HBZZIs2pDBS8R07+qN+E7Q=="
)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def sealed_call(inner: str, *, sent: datetime = NOW, at: datetime = NOW, **changed: str) -> HookCall:
    sealed = Envelope(LETTERS, receiver=CORP, where="x").seal(inner, salt=b"s" * 16)
    timestamp = str(int(sent.timestamp()))
    query = {"timestamp": timestamp, "nonce": "n", "msg_signature": joint_signature(TOKEN, timestamp, "n", sealed)}
    body = f"<xml><ToUserName>{CORP}</ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()
    return HookCall("POST", {}, {**query, **changed}, body, at)


def xml(**parts: str) -> str:
    return "<xml>" + "".join(f"<{name}><![CDATA[{text}]]></{name}>" for name, text in parts.items()) + "</xml>"


def test_the_challenge_of_tencents_sample_is_answered() -> None:
    query = {
        "msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        "timestamp": "1409659589",
        "nonce": "263014780",
        "echostr": "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==",
    }
    answer = WecomDoor(OPTIONS).receive(HookCall("GET", {}, query, b"", SAMPLE_AT))
    assert answer == HookAnswer(b"1616140317555161061", "text/plain; charset=utf-8")


def test_the_message_of_tencents_sample_becomes_a_ticket() -> None:
    query = {
        "msg_signature": "477715d11cdb4164915debcba66cb864d751f3e6",
        "timestamp": "1409659813",
        "nonce": "1372623149",
    }
    body = f"<xml><ToUserName><![CDATA[{CORP}]]></ToUserName><Encrypt><![CDATA[{SAMPLE}]]></Encrypt></xml>".encode()
    event = WecomDoor(OPTIONS).receive(HookCall("POST", {}, query, body, SAMPLE_AT))
    assert isinstance(event, HookEvent)
    assert event.ticket is not None
    assert (event.id, event.kind, event.ticket_id) == ("4561255354251345929", "message", "mycreate")
    assert event.ticket.messages[0].text == "hello"
    assert event.ticket.created_at == SAMPLE_AT
    assert WecomDoor(OPTIONS).acknowledge(event).body == b""


@pytest.mark.parametrize("text", ["洗衣机 <E5> & 漏水", "the washer <E5> & leaks"])
def test_a_text_keeps_its_signs(text: str) -> None:
    call = sealed_call(xml(FromUserName="u1", MsgType="text", Content=text, MsgId="1", CreateTime="1"))
    event = WecomDoor(OPTIONS).receive(call)
    assert isinstance(event, HookEvent)
    assert event.ticket is not None
    assert event.ticket.messages[0].text == text


@pytest.mark.parametrize(("kind", "name"), [("image", "1.jpg"), ("voice", "1.amr"), ("video", "1.mp4")])
def test_a_file_is_named_by_its_media_id(kind: str, name: str) -> None:
    call = sealed_call(xml(FromUserName="u1", MsgType=kind, MediaId="media-1", MsgId="1", CreateTime="1"))
    event = WecomDoor(OPTIONS).receive(call)
    assert isinstance(event, HookEvent)
    assert event.ticket is not None
    assert [(one.name, one.reference, one.content) for one in event.ticket.attachments] == [(name, "media-1", b"")]


@pytest.mark.parametrize(("key", "is_useful"), [("useful", True), ("wrong", False)])
def test_a_click_on_a_card_is_a_verdict(key: str, is_useful: bool) -> None:
    parts = {"FromUserName": "agent", "MsgType": "event", "Event": "template_card_event", "CreateTime": "1"}
    event = WecomDoor(OPTIONS).receive(sealed_call(xml(**parts, EventKey=key, TaskId=task_of("预填 m1"))))
    assert isinstance(event, HookEvent)
    assert event.verdict is not None
    assert (event.kind, event.verdict.mark, event.verdict.is_useful) == ("feedback", "预填 m1", is_useful)


@pytest.mark.parametrize("parts", [{"Event": "subscribe"}, {"Event": "template_card_event", "TaskId": "%"}])
def test_other_events_are_left_out(parts: dict[str, str]) -> None:
    event = WecomDoor(OPTIONS).receive(sealed_call(xml(FromUserName="u", MsgType="event", CreateTime="1", **parts)))
    assert isinstance(event, HookEvent)
    assert event.kind == "ignored"


INNER = xml(FromUserName="u1", MsgType="text", Content="屏幕不亮", MsgId="1")
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><xml><Encrypt>&b;&b;</Encrypt></xml>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><xml><Encrypt>&e;</Encrypt></xml>'


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(sealed_call(INNER, msg_signature="0" * 40), id="wrong signature"),
        pytest.param(sealed_call(INNER, msg_signature="签名"), id="signature of another script"),
        pytest.param(sealed_call(INNER, nonce="other"), id="nonce changed"),
        pytest.param(sealed_call(INNER, timestamp="1763812801"), id="time changed"),
        pytest.param(sealed_call(INNER, sent=NOW - timedelta(minutes=11)), id="replayed"),
        pytest.param(HookCall("POST", {}, sealed_call(INNER).query, sealed_call("<xml/>").body, NOW), id="other body"),
        pytest.param(HookCall("POST", {}, {}, sealed_call(INNER).body, NOW), id="not signed"),
        pytest.param(HookCall("GET", {}, {}, b"", NOW), id="challenge without a text"),
        pytest.param(HookCall("POST", {}, {}, b"<xml><Encrypt>x</Encrypt>", NOW), id="XML cut off"),
        pytest.param(HookCall("POST", {}, {}, b"\x00\xff", NOW), id="no XML"),
        pytest.param(HookCall("POST", {}, {}, b"", NOW), id="empty"),
        pytest.param(HookCall("POST", {}, {}, LAUGHS, NOW), id="entities"),
        pytest.param(HookCall("POST", {}, {}, OUTSIDE, NOW), id="a file as entity"),
        pytest.param(HookCall("POST", {}, {}, b"<a>" * 300_000, NOW), id="nested beyond sense"),
    ],
)
def test_what_is_not_genuine_is_refused_and_no_secret_is_told(call: HookCall) -> None:
    with pytest.raises(SignatureWrong) as refusal:
        WecomDoor(OPTIONS).receive(call)
    assert not any(secret in str(refusal.value) for secret in (TOKEN, LETTERS, CORP_SECRET))


def test_a_body_beyond_the_limit_is_refused() -> None:
    with pytest.raises(ConnectorRefused, match="bytes"):
        WecomDoor(OPTIONS).receive(HookCall("POST", {}, {}, b" " * (1024 * 1024 + 1), NOW))


def test_xml_with_a_thousand_kinds_of_elements_is_refused() -> None:
    with pytest.raises(SignatureWrong, match="too long"):
        flat_xml(b"<xml>" + b"".join(b"<a%d>x</a%d>" % (n, n) for n in range(2_000)) + b"</xml>")


@dataclass
class Platform:
    """A stand-in of qyapi.weixin.qq.com."""

    sent: list[dict[str, JsonValue]] = field(default_factory=list)
    tokens: int = 0
    refused: set[str] = field(default_factory=set)
    errcode: int = 0

    def answer(self, request: httpx.Request) -> httpx.Response:
        query = {name: values[0] for name, values in parse_qs(request.url.query.decode()).items()}
        if request.url.path == "/cgi-bin/gettoken":
            assert query == {"corpid": CORP, "corpsecret": CORP_SECRET}
            self.tokens += 1
            return httpx.Response(200, json={"errcode": 0, "access_token": f"t{self.tokens}", "expires_in": 7200})
        if query["access_token"] in self.refused:
            return httpx.Response(200, json={"errcode": 42001, "errmsg": "access_token expired"})
        if self.errcode:
            return httpx.Response(200, json={"errcode": self.errcode, "errmsg": "no"})
        if request.url.path == "/cgi-bin/media/get":
            return httpx.Response(200, content=b"\xff\xd8", headers={"content-type": "image/jpeg"})
        if request.url.path == "/cgi-bin/agent/get":
            return httpx.Response(200, json={"errcode": 0, "name": "售后"})
        self.sent.append(json.loads(request.content))
        return httpx.Response(200, json={"errcode": 0, "msgid": f"m{len(self.sent)}"})


def connected(platform: Platform) -> WecomSystem:
    system = build(OPTIONS, client=httpx.Client(transport=httpx.MockTransport(platform.answer))).system
    assert isinstance(system, WecomSystem)
    return system


def test_a_comment_is_a_text_without_links_and_a_card_with_two_buttons() -> None:
    platform = Platform()
    connected(platform).comment("u1", "订单号 20240518936 <a href='http://x'>点</a>", mark="m1")
    text, card = platform.sent
    assert text["text"] == {"content": "u1\n订单号 20240518936 ＜a href='http://x'>点＜/a>"}
    assert (text["toparty"], text["agentid"], text["enable_duplicate_check"]) == ("2", 218, 1)
    assert json.dumps(card).count('"key"') == 2


def test_a_long_text_ends_within_the_limit_at_a_whole_character() -> None:
    platform = Platform()
    connected(platform).close("u1", "屏幕" * 2_000, mark="m1")
    message = platform.sent[0]["text"]
    assert isinstance(message, dict)
    assert len(str(message["content"]).encode()) <= 2_048
    assert str(message["content"]).endswith("屏…") or str(message["content"]).endswith("幕…")


def test_a_ticket_is_opened_by_a_message() -> None:
    platform = Platform()
    opened = connected(platform).create(
        NewTicket("k", "过热", "95 °C", fields=(FieldWrite("device_id", "设备", "D1"),))
    )
    assert opened == "m1"
    assert platform.sent[0]["text"] == {"content": "过热\n95 °C\n设备: D1"}


def test_files_that_an_event_names_are_fetched() -> None:
    event = WecomDoor(OPTIONS).receive(sealed_call(xml(FromUserName="u", MsgType="image", MediaId="m", MsgId="1")))
    assert isinstance(event, HookEvent)
    assert event.ticket is not None
    assert connected(Platform()).complete(event.ticket).attachments[0].content == b"\xff\xd8"


def test_a_token_that_ended_is_fetched_afresh_once() -> None:
    platform = Platform(refused={"t1"})
    system = connected(platform)
    assert system.check() == "WeCom, app 售后"
    assert platform.tokens == 2
    platform.refused = {"t2", "t3"}
    with pytest.raises(ConnectorRefused):
        system.check()


@pytest.mark.parametrize(("errcode", "error"), [(45009, ConnectorDown), (-1, ConnectorDown), (81013, ConnectorRefused)])
def test_an_error_code_is_an_error_that_tells_no_secret(errcode: int, error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        connected(Platform(errcode=errcode)).comment("u1", "x", mark="m")
    assert str(errcode) in str(raised.value)
    assert CORP_SECRET not in str(raised.value)


def test_there_is_no_history_and_values_have_nowhere_to_go() -> None:
    system = connected(Platform())
    assert list(system.since(NOW)) == []
    system.write("u1", [])
    with pytest.raises(ConnectorRefused, match="no fields"):
        system.write("u1", [FieldWrite("order_number", "x", "1")])
    with pytest.raises(ConnectorRefused, match="no history"):
        system.read("u1")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"token": SecretStr("")}, "token"),
        ({"extra": {"agent_id": 1}}, "extra.to_user"),
        ({"extra": {"to_user": "a"}}, "extra.agent_id"),
        ({"secret": SecretStr("short")}, "EncodingAESKey"),
    ],
)
def test_options_that_do_not_fit_are_refused_by_name(changed: dict[str, object], told: str) -> None:
    with pytest.raises(OptionsInvalid, match=told):
        build(OPTIONS.model_copy(update=changed), client=httpx.Client())
