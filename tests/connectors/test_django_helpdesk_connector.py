"""What is django-helpdesk's own: its braces, its titles, its token, the payload that the real one sends."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from api.connectors.options import ConnectorOptions
from api.connectors.records import HookCall, HookEvent, NewTicket
from api.connectors.registry import build_connector
from api.connectors.system import Connector, ConnectorRefused, OptionsInvalid
from tests.connectors.far_sides import NOW, SECRET, TOKEN, HelpdeskSide


def connector(side: HelpdeskSide, *, secret: str = SECRET, email: str = "beforehand@example.com") -> Connector:
    options = ConnectorOptions(
        name="desk", kind="django_helpdesk", url=side.url, login="beforehand", extra={"email": email, "queues": {}}
    ).model_copy(update={"password": SecretStr(TOKEN), "secret": SecretStr(secret)})
    return build_connector(options, client=httpx.Client(transport=httpx.MockTransport(side.answer)))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("他写道：{{ ticket.secret }}", "他写道：{ { ticket.secret }}"),
        ("100%} of {# them #}", "100% } of { # them #}"),
        ("{% endverbatim %}{{{", "{ % endverbatim % }{ { {"),
        ("a { b } 50% c", "a { b } 50% c"),
    ],
)
def test_text_is_no_template(text: str, kept: str) -> None:
    """helpdesk renders follow-ups as Django templates."""
    side = HelpdeskSide()
    row = side.add("热水器", "y")
    system = connector(side).system
    assert system is not None
    system.comment("1", text, mark="m")
    assert row.notes[0].split("\n\n")[0] == kept


def test_without_a_token_there_is_no_door() -> None:
    assert connector(HelpdeskSide(), secret="").door is None


def test_our_own_follow_up_is_ignored() -> None:
    """Its update webhook tells us what we wrote ourselves."""
    side = HelpdeskSide()
    side.add("x", "y")
    built = connector(side)
    assert built.system is not None
    assert built.door is not None
    built.system.comment("1", "filled in", mark="m")
    ticket = httpx.Client(transport=httpx.MockTransport(side.answer)).get("https://desk.example/api/tickets/1/").json()
    events = [
        built.door.receive(side.sign(json.dumps({"ticket": ticket, "followup_id": number}).encode(), at=NOW))
        for number in (10, 11)
    ]
    assert [event.kind for event in events if isinstance(event, HookEvent)] == ["message", "ignored"]


@pytest.mark.parametrize(("user", "kind"), [(None, "message"), (7, "ticket_updated")], ids=["customer", "staff"])
def test_follow_up_is_a_customers_message_or_an_edit(user: int | None, kind: str) -> None:
    follow_up = {"id": 12, "user": user, "public": True, "comment": "还是不行 / still cold"}
    body = json.dumps({"ticket": {"id": 4, "followup_set": [follow_up]}, "followup_id": 12}).encode()
    door = connector(HelpdeskSide()).door
    assert door is not None
    assert door.receive(HelpdeskSide().sign(body, at=NOW)) == HookEvent(id="4-12", kind=kind, ticket_id="4")  # type: ignore[arg-type]


def test_payload_of_the_real_one_is_read(shared_data: Path) -> None:
    body = (shared_data / "serving" / "payload_django_helpdesk_new_ticket.json").read_bytes()
    door = connector(HelpdeskSide()).door
    assert door is not None
    event = door.receive(HookCall("POST", {}, {"token": SECRET}, body, NOW))
    assert event == HookEvent(id="1-1", kind="ticket_created", ticket_id="1")


def test_ticket_cannot_be_opened_without_the_accounts_address() -> None:
    system = connector(HelpdeskSide(), email="").system
    assert system is not None
    with pytest.raises(ConnectorRefused, match="email"):
        system.create(NewTicket("k", "Pump", "text", "1"))


def test_another_address_than_the_accounts_is_told() -> None:
    """Else the ticket would not be found again, and every repeat would open another."""
    system = connector(HelpdeskSide(), email="other@example.com").system
    assert system is not None
    with pytest.raises(ConnectorRefused, match=r"the address of extra\.email"):
        system.create(NewTicket("k", "Pump", "text", "1"))


def test_login_is_needed() -> None:
    options = ConnectorOptions(name="desk", kind="django_helpdesk", url="https://desk.example")
    with pytest.raises(OptionsInvalid, match="login and password"):
        build_connector(options, client=httpx.Client())
