"""What is the generic webhook's own: the published vector, the shipped schema and example, ids of what goes out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pydantic import JsonValue, SecretStr
from standardwebhooks import Webhook

from api.connectors.options import ConnectorOptions
from api.connectors.records import FieldWrite, HookCall, HookEvent
from api.connectors.registry import build_connector
from api.connectors.signed_hooks import verify_hook
from api.connectors.system import Connector, ConnectorRefused, OptionsInvalid, SignatureWrong
from api.connectors.webhook import HookBody
from tests.connectors.far_sides import NOW, SECRET, WebhookSide

VECTOR_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
VECTOR_BODY = b'{"test": 2432232314}'
VECTOR_HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}
"""standard-webhooks/standard-webhooks, libraries/python/tests/test_webhooks.py (MIT)."""
VECTOR_AT = datetime.fromtimestamp(1614265330, UTC)
FILES = Path("api") / "connectors" / "files" / "webhook"


def connector(sent: list[httpx.Request], *, url: str = "https://desk.example/in", **extra: JsonValue) -> Connector:
    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(204)

    options = ConnectorOptions(name="mine", kind="webhook", url=url, fields={"order_number": "Order"}, extra=extra)
    options = options.model_copy(update={"secret": SecretStr(SECRET)})
    return build_connector(options, client=httpx.Client(transport=httpx.MockTransport(answer)))


def test_published_vector_is_genuine() -> None:
    call = HookCall("POST", VECTOR_HEADERS, {}, VECTOR_BODY, VECTOR_AT)
    assert verify_hook(call, secret=VECTOR_SECRET, name="mine") == "msg_p5jXN8AQM9LWM0D4loKWxJek"


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "msg_other"},
        {"webhook-timestamp": "1614265331"},
        {"webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF="},
        {"webhook-signature": "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"webhook-signature": ""},
    ],
)
def test_changed_vector_is_not(change: Mapping[str, str]) -> None:
    call = HookCall("POST", {**VECTOR_HEADERS, **change}, {}, VECTOR_BODY, VECTOR_AT)
    with pytest.raises(SignatureWrong):
        verify_hook(call, secret=VECTOR_SECRET, name="mine")


def test_vector_of_the_evaluation_data(shared_data: Path) -> None:
    vectors = json.loads((shared_data / "serving" / "webhook_vectors.json").read_text(encoding="utf-8"))
    vector = next(one for one in vectors if one["scheme"].startswith("standard"))
    headers = {f"webhook-{name}": vector[name] for name in ("id", "timestamp", "signature")}
    call = HookCall("POST", headers, {}, vector["body"].encode(), VECTOR_AT)
    assert verify_hook(call, secret=vector["secret"], name="mine") == vector["id"]


def test_shipped_example_is_taken_whole(root: Path) -> None:
    body = (root / FILES / "example.json").read_bytes()
    door = connector([]).door
    assert door is not None
    event = door.receive(WebhookSide().sign(body, at=NOW))
    assert isinstance(event, HookEvent)
    assert event.ticket is not None
    assert (event.kind, event.ticket.id, event.ticket.fields) == ("ticket_created", "T-1", {"order_number": ""})
    assert event.ticket.messages[0].text == "订单号 20250618936，显示 E4"
    assert (event.ticket.customer.phone, event.ticket.locale) == ("13800138000", "zh-CN")


def test_shipped_schema_is_the_bodys(root: Path) -> None:
    shipped = json.loads((root / FILES / "schema.json").read_text(encoding="utf-8"))
    made = HookBody.model_json_schema()
    assert {name: shipped[name] for name in made if name != "title"} == {
        name: made[name] for name in made if name != "title"
    }


def test_what_goes_out_is_signed_and_has_the_same_id_again() -> None:
    sent: list[httpx.Request] = []
    system = connector(sent).system
    assert system is not None
    for _ in range(2):
        system.write("T-1", [FieldWrite("order_number", "Order", "订单 1")])
    system.write("T-1", [FieldWrite("order_number", "Order", "订单 2")])
    for request in sent:
        told = Webhook(SECRET.encode()).verify(request.content, dict(request.headers))
        assert (told["type"], told["data"]["ticket_id"]) == ("ticket.fields", "T-1")
    ids = [request.headers["webhook-id"] for request in sent]
    assert ids[0] == ids[1] != ids[2]


def test_without_an_address_to_read_from_nothing_is_read_or_caught_up() -> None:
    sent: list[httpx.Request] = []
    system = connector(sent).system
    assert system is not None
    with pytest.raises(ConnectorRefused, match="tickets_url"):
        system.read("T-1")
    assert list(system.since(NOW)) == []
    assert sent == []


def test_without_a_url_there_is_only_a_door() -> None:
    built = connector([], url="")
    assert (built.system is None, built.door is None) == (True, False)


def test_secret_is_needed() -> None:
    options = ConnectorOptions(name="mine", kind="webhook", url="https://desk.example/in")
    with pytest.raises(OptionsInvalid, match="secret"):
        build_connector(options, client=httpx.Client())
