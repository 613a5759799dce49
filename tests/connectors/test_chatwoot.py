"""What is Chatwoot's own: its signature, which events count, attributes of others that stay, inboxes by number."""

from __future__ import annotations

import json

import httpx
import pytest
from pydantic import SecretStr

from api.connectors.options import ConnectorOptions
from api.connectors.records import FieldWrite, HookCall, HookEvent, NewTicket
from api.connectors.registry import build_connector
from api.connectors.system import Connector, ConnectorRefused, OptionsInvalid
from tests.connectors.far_desks import ChatwootSide
from tests.connectors.far_sides import NOW, SECRET

BODY = b'{"event":"conversation_created","id":12}'
SIGNATURE = "sha256=052ab1bf92e7b66fcbb6eb9fef0aa2bae216b88ed45abbf815f163aa2806407d"
"""By `openssl dgst -sha256 -hmac secret` over "1795341600." and BODY, as Chatwoot's webhook schema describes it."""


def connector(side: ChatwootSide | None = None, *, secret: str = SECRET) -> Connector:
    options = ConnectorOptions(name="c", kind="chatwoot", url="https://desk.example", extra={"account_id": 3})
    options = options.model_copy(update={"token": SecretStr("t"), "secret": SecretStr(secret)})
    transport = httpx.MockTransport((side or ChatwootSide()).answer)
    return build_connector(options, client=httpx.Client(transport=transport))


def test_signature_is_hmac_sha256_of_time_and_body() -> None:
    door = connector(secret="secret").door
    assert door is not None
    headers = {"x-chatwoot-signature": SIGNATURE, "x-chatwoot-timestamp": "1795341600"}
    event = door.receive(HookCall("POST", headers, {}, BODY, NOW))
    assert isinstance(event, HookEvent)
    assert (event.kind, event.ticket_id) == ("ticket_created", "12")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"event": "message_created", "message_type": "incoming", "conversation": {"id": 12}}, "message"),
        ({"event": "message_created", "message_type": "outgoing", "conversation": {"id": 12}}, "ignored"),
        (
            {"event": "message_created", "message_type": "incoming", "private": True, "conversation": {"id": 12}},
            "ignored",
        ),
        ({"event": "conversation_updated", "id": 12}, "ticket_updated"),
        ({"event": "webwidget_triggered", "id": 12}, "ignored"),
    ],
    ids=["customer", "agent or we", "private", "updated", "other"],
)
def test_events(body: dict[str, object], kind: str) -> None:
    door = connector().door
    assert door is not None
    event = door.receive(ChatwootSide().sign(json.dumps(body).encode(), at=NOW))
    assert isinstance(event, HookEvent)
    assert event.kind == kind
    assert event.ticket_id in ("12", "") if kind == "ignored" else event.ticket_id == "12"


def test_attributes_of_others_stay() -> None:
    """An older Chatwoot replaces all attributes with those that are sent."""
    side = ChatwootSide()
    row = side.add("x", "y")
    row.fields["plan"] = "gold"
    system = connector(side).system
    assert system is not None
    system.write("1", [FieldWrite("order_number", "order_number", "JD1")])
    assert row.fields == {"plan": "gold", "order_number": "JD1"}


def test_inbox_is_named_by_its_number() -> None:
    system = connector().system
    assert system is not None
    with pytest.raises(ConnectorRefused, match="by its number"):
        system.create(NewTicket("k", "Pump", "text", "Machines"))


def test_account_is_needed() -> None:
    options = ConnectorOptions(name="c", kind="chatwoot", url="https://desk.example")
    with pytest.raises(OptionsInvalid, match="account_id"):
        build_connector(options, client=httpx.Client())
