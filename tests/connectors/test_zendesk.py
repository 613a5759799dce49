"""What is Zendesk's own: its signature by the published vectors, safe updates, its redirected files, its events."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from pydantic import JsonValue, SecretStr

from api.connectors.options import ConnectorOptions
from api.connectors.records import FieldWrite, HookCall, HookEvent
from api.connectors.registry import build_connector
from api.connectors.system import Connector, ConnectorDown, ConnectorRefused, OptionsInvalid, SignatureWrong
from tests.connectors.far_desks import ZendeskSide
from tests.connectors.far_sides import NOW, PICTURE

VECTOR_SECRET = "HRkRd4BeOAoUkfZr-mhauJT64rvBASlJRoIyPsd3zeA="
VECTOR_AT = datetime(2021, 7, 25, 10, 0, tzinfo=UTC)
BODY_FIRST = "tRDSF7URY8BLCDlaBcQ7FHu051Zk+aAB0NKMP53teMw="
"""As published on Zendesk's older page, whose example signs body + timestamp."""
TIMESTAMP_FIRST = "Rry/4TtIdFyawtXXp8QdI6tlAUUQ/5kL1OTp5qo/ZIk="
"""The same with timestamp + body: printf %s "$timestamp$body" | openssl dgst -sha256 -hmac $secret -binary | base64."""
SAY_HELLO = b'{"say": "hello"}'


def connector(side: ZendeskSide | None = None, **extra: JsonValue) -> Connector:
    options = ConnectorOptions(
        name="zendesk",
        kind="zendesk",
        url="https://desk.example",
        login="agent@example.com",
        fields={"order_number": "360001", "priority": "priority"},
        extra=extra,
    ).model_copy(update={"token": SecretStr("t"), "secret": SecretStr(VECTOR_SECRET)})
    transport = httpx.MockTransport((side or ZendeskSide()).answer)
    return build_connector(options, client=httpx.Client(transport=transport))


def call(body: bytes, signature: str, *, stamp: str = "2021-07-25T10:00:00Z") -> HookCall:
    headers = {"x-zendesk-webhook-signature": signature, "x-zendesk-webhook-signature-timestamp": stamp}
    return HookCall("POST", headers, {}, body, VECTOR_AT)


@pytest.mark.parametrize(
    ("signed", "signature", "is_genuine"),
    [
        ("timestamp_body", TIMESTAMP_FIRST, True),
        ("body_timestamp", BODY_FIRST, True),
        ("timestamp_body", BODY_FIRST, False),
        ("body_timestamp", TIMESTAMP_FIRST, False),
    ],
)
def test_published_vector(signed: str, signature: str, is_genuine: bool) -> None:
    """A genuine body without a ticket is refused for that; a forged one before it is looked at."""
    door = connector(signed=signed).door
    assert door is not None
    if is_genuine:
        with pytest.raises(ConnectorRefused, match="names no ticket"):
            door.receive(call(SAY_HELLO, signature))
    else:
        with pytest.raises(SignatureWrong):
            door.receive(call(SAY_HELLO, signature))


def test_vectors_of_the_evaluation_data(shared_data: Path) -> None:
    vectors = json.loads((shared_data / "serving" / "webhook_vectors.json").read_text(encoding="utf-8"))
    vector = next(one for one in vectors if one["scheme"].startswith("zendesk"))
    assert (vector["secret"], vector["signature"]) == (VECTOR_SECRET, BODY_FIRST)


def test_change_of_a_person_at_the_same_moment_is_not_overwritten() -> None:
    side = ZendeskSide()
    row = side.add("x", "y")

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT" and row.version == 1:
            row.version, row.fields["360001"] = 2, "a person's"
        return side.answer(request)

    system = build_connector(
        ConnectorOptions(name="z", kind="zendesk", url="https://desk.example", login="a@b.c").model_copy(
            update={"token": SecretStr("t")}
        ),
        client=httpx.Client(transport=httpx.MockTransport(answer)),
    ).system
    assert system is not None
    with pytest.raises(ConnectorDown, match="same moment"):
        system.write("1", [FieldWrite("order_number", "360001", "JD1")])
    assert row.fields["360001"] == "a person's"


def test_files_are_followed_to_where_zendesk_keeps_them_without_credentials() -> None:
    side = ZendeskSide()
    side.add("x", "y", file_url="https://desk.example/attachments/1")
    seen: list[tuple[str, bool]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/api/"):
            return side.answer(request)
        seen.append((request.url.host, "authorization" in request.headers))
        if request.url.host == "desk.example":
            return httpx.Response(302, headers={"Location": "https://p7.zdusercontent.com/attachment/1?token=x"})
        return httpx.Response(200, content=PICTURE)

    options = ConnectorOptions(name="z", kind="zendesk", url="https://desk.example", login="a@b.c")
    client = httpx.Client(transport=httpx.MockTransport(answer))
    system = build_connector(options.model_copy(update={"token": SecretStr("t")}), client=client).system
    assert system is not None
    assert [file.content for file in system.read("1").attachments] == [PICTURE]
    assert seen == [("desk.example", True), ("p7.zdusercontent.com", False)]


@pytest.mark.parametrize(
    ("body", "kind", "event_id"),
    [
        ({"type": "ticket_created", "ticket_id": 7}, "ticket_created", "inv-1"),
        ({"type": "message", "ticket_id": "7"}, "message", "inv-1"),
        ({"id": "e1", "type": "zen:event-type:ticket.created", "detail": {"id": "7"}}, "ticket_created", "e1"),
        (
            {
                "id": "e2",
                "type": "zen:event-type:ticket.comment_added",
                "detail": {"id": "7"},
                "event": {"comment": {"is_public": False}},
            },
            "ignored",
            "e2",
        ),
        ({"id": "e3", "type": "zen:event-type:ticket.tags_changed", "detail": {"id": "7"}}, "ignored", "e3"),
    ],
    ids=["trigger", "message trigger", "event", "internal note", "other event"],
)
def test_events(body: dict[str, object], kind: str, event_id: str) -> None:
    signed = ZendeskSide().sign(json.dumps(body).encode(), at=NOW)
    headers = {**signed.headers, "x-zendesk-webhook-invocation-id": "inv-1"}
    options = ConnectorOptions(name="z", kind="zendesk", url="https://desk.example", login="a@b.c")
    secrets = {"token": SecretStr("t"), "secret": SecretStr("s3cret-of-the-hook")}
    client = httpx.Client(transport=httpx.MockTransport(ZendeskSide().answer))
    door = build_connector(options.model_copy(update=secrets), client=client).door
    assert door is not None
    event = door.receive(HookCall("POST", headers, {}, signed.body, NOW))
    assert isinstance(event, HookEvent)
    assert (event.kind, event.ticket_id, event.id) == (kind, "7", event_id)


@pytest.mark.parametrize(
    ("fields", "extra", "said"),
    [
        ({"order_number": "Order"}, {}, "by their number"),
        ({}, {"signed": "both"}, "extra.signed"),
        ({}, {"colour": 1}, "extra.colour"),
    ],
)
def test_mistaken_options_are_named(fields: dict[str, str], extra: dict[str, JsonValue], said: str) -> None:
    options = ConnectorOptions(name="z", kind="zendesk", url="https://d.example", fields=fields, extra=extra)
    with pytest.raises(OptionsInvalid, match=said):
        build_connector(options.model_copy(update={"token": SecretStr("t")}), client=httpx.Client())
