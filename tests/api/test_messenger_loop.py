"""The loop over messengers and a mailbox: a message comes in by their protocol, a card goes out, a click teaches."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest
from fastapi import FastAPI
from pydantic import JsonValue

from api.connectors.dingtalk import build as build_dingtalk
from api.connectors.email_mailbox import MailExtra, MailSystem
from api.connectors.feishu import build as build_feishu
from api.connectors.options import ConnectorOptions
from api.connectors.records import HookCall, HookEvent
from api.connectors.system import Connector
from api.connectors.wecom import build as build_wecom
from api.enrich import Live
from api.enrich.catch_up import CatchUps
from api.enrich.parcel import key_of
from tests.api.test_enrich import AT, EN, ZH, House
from tests.connectors import test_dingtalk as dingtalk
from tests.connectors import test_email_mailbox as mailbox
from tests.connectors import test_feishu as feishu
from tests.connectors import test_wecom as wecom


def house_of(app: FastAPI, options: ConnectorOptions, connector: Connector) -> House:
    house = House(app, options)
    house.connectors.live = Live(options, connector)
    return house


def ready(options: ConnectorOptions) -> ConnectorOptions:
    """Return options complete, as a file would give them; no locale, so that the message's decides."""
    given = {name: getattr(options, name) for name in options.model_fields_set}
    kept = {name: value for name, value in given.items() if name not in ("password", "token", "secret", "locale")}
    whole = ConnectorOptions.model_validate({**kept, "mode": "suggest"})
    return whole.model_copy(update={name: given[name] for name in ("password", "token", "secret") if name in given})


def work(house: House, call: HookCall) -> Mapping[str, JsonValue]:
    """Let a call through the door and work it, as a job would."""
    door = house.connectors.live.connector.door
    assert door is not None
    event = door.receive(call)
    assert isinstance(event, HookEvent)
    house.enrichment.take(house.connectors.live, event)
    key = key_of(house.connectors.live.options.name, event)
    done = house.jobs.run("enrich", key, house.jobs.submitted[key])
    assert isinstance(done, dict)
    return done


@pytest.mark.parametrize(("text", "said"), [(ZH, "订单号"), (EN, "rder number")], ids=["zh", "en"])
def test_a_feishu_chat_is_answered_by_a_card_and_a_click_teaches(api_app: FastAPI, text: str, said: str) -> None:
    platform = feishu.Platform([feishu.said(1, 1, text)])
    options = ready(feishu.OPTIONS)
    client = httpx.Client(transport=httpx.MockTransport(platform.answer))
    house = house_of(api_app, options, build_feishu(options, client=client))
    assert work(house, feishu.call_of(feishu.seal(feishu.message(text))))["commented"] == 1
    card = json.loads(str(platform.sent[0]["content"]))
    shown = card["elements"][0]["text"]["content"]
    assert "20240518936" in shown
    assert said in shown
    clicked = {
        "schema": "2.0",
        "header": {"event_id": "e2", "event_type": "card.action.trigger", "token": feishu.TOKEN},
        "event": {"operator": {"open_id": "ou_agent"}, "action": card["elements"][1]["actions"][0]},
    }
    assert work(house, feishu.call_of(feishu.seal(clicked)))["outcome"] == "feedback"
    api_app.state.store.database.close()


@pytest.mark.parametrize("text", [ZH, EN], ids=["zh", "en"])
def test_a_wecom_message_is_answered_to_the_team(api_app: FastAPI, text: str) -> None:
    platform = wecom.Platform()
    options = ready(wecom.OPTIONS)
    client = httpx.Client(transport=httpx.MockTransport(platform.answer))
    house = house_of(api_app, options, build_wecom(options, client=client))
    inner = wecom.xml(FromUserName="u1", MsgType="text", Content=text, MsgId="1", CreateTime="1763812800")
    assert work(house, wecom.sealed_call(inner))["commented"] == 1
    assert "20240518936" in str(platform.sent[0]["text"])
    api_app.state.store.database.close()


@pytest.mark.parametrize("text", [ZH, EN], ids=["zh", "en"])
def test_a_dingtalk_message_is_answered_to_the_team(api_app: FastAPI, text: str) -> None:
    platform = dingtalk.Platform()
    options = ready(dingtalk.OPTIONS)
    client = httpx.Client(transport=httpx.MockTransport(platform.answer))
    house = house_of(api_app, options, build_dingtalk(options, client=client))
    assert work(house, dingtalk.robot_call(dingtalk.message(text={"content": text})))["commented"] == 1
    assert "20240518936" in str(platform.sent[0]["msgParam"])
    api_app.state.store.database.close()


def test_each_further_mail_of_a_thread_is_heard_by_looking(api_app: FastAPI) -> None:
    box = mailbox.MemoryMailbox({"INBOX": [mailbox.mail(1, ZH)]})
    options = ready(mailbox.OPTIONS)
    system = MailSystem(options, MailExtra.model_validate(mailbox.EXTRA), mailbox=box, post=box)
    house = house_of(api_app, options, Connector(system, None))
    look = CatchUps(
        connectors=house.connectors,  # type: ignore[arg-type]
        enrichment=house.enrichment,
        tenants=api_app.state.tenants,
        clock=house.clock,
        every_s=60,
    )
    assert look.look() == 0
    house.now = AT + timedelta(minutes=5)
    assert look.look() == 1
    box.folders["INBOX"].append(mailbox.mail(2, "还有，漏水。It leaks.", References="<m1@example.cn>"))
    look.look()
    assert sorted(house.jobs.submitted) == [
        "mail/event/found-m1@example.cn-m1@example.cn",
        "mail/event/found-m1@example.cn-m2@example.cn",
    ]
    for key, payload in house.jobs.submitted.items():
        house.jobs.run("enrich", key, payload)
    assert "20240518936" in box.sent[0].get_content()
    api_app.state.store.database.close()
