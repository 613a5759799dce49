"""DingTalk: callbacks let in or refused; messages sent and files fetched against a stand-in of its API."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from pydantic import JsonValue, SecretStr

from api.connectors.dingtalk import DingtalkSystem, build
from api.connectors.dingtalk_door import DingtalkDoor, robot_sign
from api.connectors.options import ConnectorOptions
from api.connectors.records import FieldWrite, HookAnswer, HookCall, HookEvent, NewTicket
from api.connectors.sealed import Envelope, joint_signature
from api.connectors.system import ConnectorDown, ConnectorRefused, OptionsInvalid, SignatureWrong

APP_SECRET, TOKEN, LETTERS = "app-secret-0", "123456", "4g5j64qlyl3zvetqxz5jiocdr586fn2zvjpa8zls3ij"
"""Token and key of DingTalk's openapi demo, as in test_sealed.py."""
SUITE = (
    "1a3NBxmCFwkCJvfoQ7WhJHB+iX3qHPsc9JbaDznE1i03peOk1LaOQoRz3+nlyGNhwmwJ3vDMG+OzrHMeiZI7gTRWVdUBmfxjZ8Ej23JVYa9VrYeJ"
    "5as7XM/ZpulX8NEQis44w53h1qAgnC3PRzM7Zc/D6Ibr0rgUathB6zRHP8PYrfgnNOS9PhSBdHlegK+AGGanfwjXuQ9+0pZcy0w9lQ=="
)
SUITE_AT = datetime.fromtimestamp(1445827045.067, UTC)
OPTIONS = ConnectorOptions.model_construct(
    name="dingtalk",
    kind="dingtalk",
    login="suite4xxxxxxxxxxxxxxx",
    password=SecretStr(APP_SECRET),
    secret=SecretStr(LETTERS),
    token=SecretStr(TOKEN),
    locale="zh-CN",
    extra={"team_group": "cid_team", "robot_code": "robot"},
)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def door() -> DingtalkDoor:
    return DingtalkDoor(
        OPTIONS,
        receiver="suite4xxxxxxxxxxxxxxx",
        team_group="cid_team",
        now=lambda: 1445827045.067,
        draw=lambda count: b"r" * count,
    )


def robot_call(body: JsonValue, *, sent: datetime = NOW, **changed: str) -> HookCall:
    timestamp = str(int(sent.timestamp() * 1000))
    headers = {"timestamp": timestamp, "sign": robot_sign(timestamp, APP_SECRET), **changed}
    return HookCall("POST", headers, {}, json.dumps(body).encode(), NOW)


def message(**parts: JsonValue) -> dict[str, JsonValue]:
    """A callback in the shape of the ones that DingTalk's stream SDKs keep as test resources."""
    return {
        "conversationId": "cidh6ez",
        "conversationType": "1",
        "createAt": 1774084180700,
        "msgId": "msgmJpew",
        "msgtype": "text",
        "senderId": "$:LWCP_v1:$gz",
        "senderNick": "赵文浩",
        "senderStaffId": "0326",
        "sessionWebhook": "https://oapi.dingtalk.com/robot/sendBySession?session=3d",
        "text": {"content": " 洗衣机显示 E5 "},
        **parts,
    }


def test_robot_sign_is_what_openssl_makes_of_the_published_formula() -> None:
    """printf '1577262236757\\nthis is a secret' | openssl dgst -sha256 -hmac "this is a secret" -binary | base64"""
    assert robot_sign("1577262236757", "this is a secret") == "DJrE6qdyVGCQz9z5r2MDuNcNAhwYnuAkyj13cx169CA="


@pytest.mark.parametrize(
    ("parts", "ticket_id", "text", "files"),
    [
        ({}, "person/0326", "洗衣机显示 E5", []),
        ({"text": {"content": "shows E5"}, "conversationType": "2"}, "group/cidh6ez", "shows E5", []),
        ({"msgtype": "picture", "text": None, "content": {"downloadCode": "c1"}}, "person/0326", "", ["c1"]),
        (
            {"msgtype": "audio", "text": None, "content": {"downloadCode": "c2", "recognition": "漏水了"}},
            "person/0326",
            "漏水了",
            ["c2"],
        ),
        (
            {
                "msgtype": "richText",
                "text": None,
                "content": {"richText": [{"text": "E5"}, {"type": "picture", "downloadCode": "c3"}, {"text": "!"}]},
            },
            "person/0326",
            "E5!",
            ["c3"],
        ),
    ],
    ids=["text zh", "group en", "picture", "voice", "rich text"],
)
def test_a_message_becomes_a_ticket(parts: dict[str, JsonValue], ticket_id: str, text: str, files: list[str]) -> None:
    body = {name: value for name, value in message(**parts).items() if value is not None}
    event = door().receive(robot_call(body))
    assert isinstance(event, HookEvent)
    assert event.ticket is not None
    assert (event.id, event.kind, event.ticket_id) == ("msgmJpew", "message", ticket_id)
    assert "".join(one.text for one in event.ticket.messages) == text
    assert [one.reference for one in event.ticket.attachments] == files
    assert door().acknowledge(event).body == b"{}"


@pytest.mark.parametrize("parts", [{"conversationId": "cid_team"}, {"text": {"content": "  "}}])
def test_the_teams_own_group_and_empty_messages_are_left_out(parts: dict[str, JsonValue]) -> None:
    assert door().receive(robot_call(message(**parts))) == HookEvent("msgmJpew", "ignored")


@pytest.mark.parametrize(
    "call",
    [
        pytest.param(robot_call(message(), sign="AAAA"), id="wrong sign"),
        pytest.param(robot_call(message(), sign="签名"), id="sign of another script"),
        pytest.param(robot_call(message(), timestamp="1763812800001"), id="time changed"),
        pytest.param(robot_call(message(), sent=NOW - timedelta(minutes=61)), id="replayed after its hour"),
        pytest.param(HookCall("POST", {}, {}, json.dumps(message()).encode(), NOW), id="not signed"),
        pytest.param(HookCall("POST", robot_call(None).headers, {}, b"[" * 200_000, NOW), id="nested beyond sense"),
        pytest.param(robot_call([1]), id="no object"),
    ],
)
def test_what_is_not_genuine_is_refused_and_no_secret_is_told(call: HookCall) -> None:
    with pytest.raises(SignatureWrong) as refusal:
        door().receive(call)
    assert not any(secret in str(refusal.value) for secret in (APP_SECRET, TOKEN, LETTERS))


def test_a_message_of_an_unknown_shape_is_refused() -> None:
    with pytest.raises(ConnectorRefused, match="robot"):
        door().receive(robot_call({"msgtype": "text"}))


def subscribed(**changed: str) -> HookCall:
    query = {"signature": "5a65ceeef9aab2d149439f82dc191dd6c5cbe2c0", "timestamp": "1445827045067", "nonce": "nEXhMP4r"}
    return HookCall("POST", {}, {**query, **changed}, json.dumps({"encrypt": SUITE}).encode(), SUITE_AT)


def test_the_subscription_of_dingtalks_demo_is_answered_with_a_sealed_success() -> None:
    answer = door().receive(subscribed())
    assert isinstance(answer, HookAnswer)
    said: Mapping[str, str] = json.loads(answer.body)
    assert Envelope(LETTERS, receiver="suite4xxxxxxxxxxxxxxx", where="x").open(said["encrypt"]) == "success"
    assert said["msg_signature"] == joint_signature(TOKEN, said["timeStamp"], said["nonce"], said["encrypt"])
    assert said["timeStamp"] == "1445827045067"


@pytest.mark.parametrize("changed", [{"signature": "0" * 40}, {"nonce": "x"}, {"timestamp": "1445827045068"}])
def test_a_subscription_that_is_not_genuine_is_refused(changed: dict[str, str]) -> None:
    with pytest.raises(SignatureWrong):
        door().receive(subscribed(**changed))


def test_a_subscription_replayed_after_its_hour_is_refused() -> None:
    call = subscribed()
    with pytest.raises(SignatureWrong, match="too old"):
        door().receive(HookCall("POST", {}, call.query, call.body, SUITE_AT + timedelta(minutes=61)))


@dataclass
class Platform:
    """A stand-in of api.dingtalk.com and of the storage that hands out files."""

    sent: list[dict[str, JsonValue]] = field(default_factory=list)
    tokens: int = 0
    refused: set[str] = field(default_factory=set)
    status: int = 200
    file_at: str = "https://wukong.oss-cn-zhangjiakou.aliyuncs.com/f?sig=1"
    seen_by_storage: list[str] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        if request.url.host.endswith("aliyuncs.com"):
            self.seen_by_storage += [name for name in request.headers if name.startswith("x-acs")]
            return httpx.Response(200, content=b"\xff\xd8")
        if request.url.path == "/v1.0/oauth2/accessToken":
            assert json.loads(request.content) == {"appKey": "suite4xxxxxxxxxxxxxxx", "appSecret": APP_SECRET}
            self.tokens += 1
            return httpx.Response(200, json={"accessToken": f"t{self.tokens}", "expireIn": 7200})
        if request.headers["x-acs-dingtalk-access-token"] in self.refused:
            return httpx.Response(400, json={"code": "InvalidAuthentication", "message": "token"})
        if request.url.path == "/v1.0/robot/messageFiles/download":
            return httpx.Response(200, json={"downloadUrl": self.file_at})
        self.sent.append(json.loads(request.content))
        return httpx.Response(self.status, json={"processQueryKey": f"q{len(self.sent)}"})


def connected(platform: Platform) -> DingtalkSystem:
    system = build(OPTIONS, client=httpx.Client(transport=httpx.MockTransport(platform.answer))).system
    assert isinstance(system, DingtalkSystem)
    return system


def test_a_comment_goes_to_the_teams_group_as_plain_text() -> None:
    platform = Platform()
    connected(platform).comment("person/0326", "订单号 ![x](http://track) @所有人", mark="m1")
    assert platform.sent == [
        {
            "robotCode": "robot",
            "openConversationId": "cid_team",
            "msgKey": "sampleText",
            "msgParam": '{"content": "person/0326\\n订单号 ![x](http://track) @所有人"}',
        }
    ]


def test_a_ticket_is_opened_by_a_message() -> None:
    platform = Platform()
    opened = connected(platform).create(
        NewTicket("k", "过热", "95 °C", fields=(FieldWrite("device_id", "设备", "D1"),))
    )
    assert opened == "q1"
    assert "过热\\n95 °C\\n设备: D1" in str(platform.sent[0]["msgParam"])


def test_files_that_an_event_names_are_fetched_without_our_token() -> None:
    platform = Platform()
    body = message(msgtype="picture", content={"downloadCode": "c1"})
    event = door().receive(robot_call(body))
    assert isinstance(event, HookEvent)
    assert event.ticket is not None
    assert connected(platform).complete(event.ticket).attachments[0].content == b"\xff\xd8"
    assert platform.seen_by_storage == []


@pytest.mark.parametrize("address", ["http://169.254.169.254/x", "https://evil.example/aliyuncs.com", "file:///etc/x"])
def test_a_file_elsewhere_is_not_fetched(address: str) -> None:
    event = door().receive(robot_call(message(msgtype="picture", content={"downloadCode": "c1"})))
    assert isinstance(event, HookEvent)
    assert event.ticket is not None
    with pytest.raises(ConnectorRefused):
        connected(Platform(file_at=address)).complete(event.ticket)


def test_a_token_that_ended_is_fetched_afresh_once() -> None:
    platform = Platform(refused={"t1"})
    connected(platform).close("person/1", "好了", mark="m")
    assert (platform.tokens, len(platform.sent)) == (2, 1)


@pytest.mark.parametrize(("status", "error"), [(503, ConnectorDown), (429, ConnectorDown), (403, ConnectorRefused)])
def test_a_refusal_is_an_error_that_tells_no_secret(status: int, error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        connected(Platform(status=status)).comment("person/1", "x", mark="m")
    assert APP_SECRET not in str(raised.value)


def test_there_is_no_history_and_values_have_nowhere_to_go() -> None:
    system = connected(Platform())
    assert list(system.since(NOW)) == []
    assert system.check() == "DingTalk, robot robot"
    with pytest.raises(ConnectorRefused, match="no fields"):
        system.write("person/1", [FieldWrite("order_number", "x", "1")])
    with pytest.raises(ConnectorRefused, match="no history"):
        system.read("person/1")


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"password": SecretStr("")}, "password"),
        ({"extra": {}}, "extra.team_group"),
        ({"token": SecretStr("")}, "token"),
        ({"secret": SecretStr("short")}, "EncodingAESKey"),
    ],
)
def test_options_that_do_not_fit_are_refused_by_name(changed: dict[str, object], told: str) -> None:
    with pytest.raises(OptionsInvalid, match=told):
        build(OPTIONS.model_copy(update=changed), client=httpx.Client())
