"""What is Zammad's own: its signature, which events count, a search that lags behind."""

from __future__ import annotations

import json

import httpx
import pytest
from pydantic import SecretStr

from api.connectors.options import ConnectorOptions
from api.connectors.records import HookCall, HookEvent, NewTicket
from api.connectors.registry import build_connector
from api.connectors.system import Connector, ConnectorRefused
from tests.connectors.far_desks import ZammadSide
from tests.connectors.far_sides import NOW

BODY = b'{"ticket": {"id": 81, "article_count": 1}, "article": {"id": 104, "sender": "Customer", "internal": false}}'
SIGNATURE = "sha1=cade16c5306ca9f0264908a5dedb68dea3855619"
"""By `openssl dgst -sha1 -hmac token` over BODY, as Zammad's documentation describes X-Hub-Signature."""


def connector(side: ZammadSide | None = None, *, customer: str = "machines@example.com") -> Connector:
    options = ConnectorOptions(name="z", kind="zammad", url="https://desk.example", extra={"customer": customer})
    options = options.model_copy(update={"token": SecretStr("t"), "secret": SecretStr("token")})
    transport = httpx.MockTransport((side or ZammadSide()).answer)
    return build_connector(options, client=httpx.Client(transport=transport))


def test_signature_is_hmac_sha1_of_the_body() -> None:
    door = connector().door
    assert door is not None
    event = door.receive(HookCall("POST", {"x-hub-signature": SIGNATURE}, {}, BODY, NOW))
    assert isinstance(event, HookEvent)
    assert (event.kind, event.ticket_id) == ("ticket_created", "81")


@pytest.mark.parametrize(
    ("ticket", "article", "kind"),
    [
        ({"article_count": 1}, {"id": 1, "sender": "Customer"}, "ticket_created"),
        ({"article_count": 2}, {"id": 2, "sender": "Customer"}, "message"),
        ({"article_count": 2}, {"id": 2, "sender": "Agent"}, "ticket_updated"),
        ({"article_count": 2}, {"id": 2, "sender": "Agent", "internal": True, "subject": "Beforehand bh-1"}, "ignored"),
        ({"article_count": 2}, {}, "ticket_updated"),
        ({}, None, "ticket_updated"),
    ],
    ids=["first article", "customer", "agent", "our note", "no article", "no article at all"],
)
def test_events(ticket: dict[str, object], article: object, kind: str) -> None:
    side = ZammadSide()
    body = json.dumps({"ticket": {"id": 3, **ticket}, "article": article}).encode()
    options = ConnectorOptions(name="z", kind="zammad", url="https://desk.example")
    secrets = {"token": SecretStr("t"), "secret": SecretStr("s3cret-of-the-hook")}
    door = build_connector(options.model_copy(update=secrets), client=httpx.Client()).door
    assert door is not None
    event = door.receive(side.sign(body, at=NOW))
    assert isinstance(event, HookEvent)
    assert event.kind == kind


def test_ticket_made_a_moment_ago_is_found_although_the_search_lags() -> None:
    side = ZammadSide()  # its search by words finds nothing
    system = connector(side).system
    assert system is not None
    assert [system.create(NewTicket("轴承-1", "轴承 Bearing", "text", "repairs")) for _ in range(2)] == ["1", "1"]


def test_customer_of_maintenance_tickets_is_needed() -> None:
    system = connector(customer="").system
    assert system is not None
    with pytest.raises(ConnectorRefused, match="customer"):
        system.create(NewTicket("k", "Pump", "text", "repairs"))
