"""Request Tracker's REST 2.0 in memory, with the quirks of 5.0.3; the real one is driven in tests/systems."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr

from api.connectors.options import ConnectorOptions, MaintenanceOptions
from api.connectors.records import FieldWrite, NewTicket
from api.connectors.registry import build_connector
from api.connectors.request_tracker import RequestTracker
from api.connectors.system import ConnectorDown, ConnectorRefused, OptionsInvalid

JPEG = b"\xff\xd8\xff\xe0photo"
NEVER = "1970-01-01T00:00:00Z"


@dataclass
class FarSide:
    """One ticket, 12, of li@example.com: a message in UTF-8, a photo, a reply in Latin-1, a mail of RT's own."""

    fields: dict[str, list[str | None]] = field(default_factory=lambda: {"OrderNumber": [None], "FaultCode": ["E5"]})
    status: str = "open"
    subjects: list[str] = field(default_factory=list)
    created: list[dict[str, object]] = field(default_factory=list)
    queries: list[str] = field(default_factory=list)
    user_status: int = 200

    parts = (
        ("101", "41", "text/plain", "", "订单号 20240518936".encode()),
        ("102", "41", "image/jpeg", "label.jpg", JPEG),
        ("103", "42", "text/plain", "", b"Gr\xfc\xdfe"),
        ("104", "43", "text/plain", "", b"Your ticket was received."),
        ("105", "44", "text/html", "", b"<p>We are <b>on it</b>.<br>Anna</p>"),
    )
    transactions = (
        ("41", "Create", "root"),
        ("42", "Correspond", "li@example.com"),
        ("43", "EmailRecord", "RT_System"),
        ("44", "Correspond", "anna"),
    )

    def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer as RT does."""
        assert request.headers["authorization"] == "token 1-37-abc"
        path = request.url.path.removeprefix("/rt/REST/2.0/")
        body = json.loads(request.content) if request.content else {}
        match request.method, *path.split("/"):
            case "GET", "ticket", "12":
                return self._said(self._ticket())
            case "PUT", "ticket", "12":
                self.status = body.get("Status", self.status)
                for name, value in body.get("CustomFields", {}).items():
                    if name in self.fields:  # an unknown one is passed over in silence
                        self.fields[name] = [value or None]
                return self._said(["done"])
            case "GET", "ticket", "12", "history":
                rows = [{"id": id_, "Type": type_, "Creator": {"id": who}} for id_, type_, who in self.transactions]
                return self._said({"items": rows})
            case "GET", "ticket", "12", "attachments":
                return self._said({"items": self._attachments()})
            case "GET", "attachment", number:
                content = next(part[4] for part in self.parts if part[0] == number)
                return self._said({"Content": base64.encodebytes(content).decode()})
            case "POST", "ticket", "12", "comment":
                self.subjects.append(body["Subject"])
                return self._said(["Comments added"], 201)
            case "GET", "user", "li@example.com":
                user = {"Name": "li@example.com", "RealName": "李", "MobilePhone": "13800138000", "Lang": "zh_cn"}
                return self._said(user, self.user_status)
            case "GET", "tickets":
                self.queries.append(request.url.params["query"])
                known = [one for one in self.created if str(one["Subject"])[-20:-1] in request.url.params["query"]]
                return self._said({"items": [{"id": "13", "Created": NEVER} for _ in known]})
            case "POST", "ticket":
                self.created.append(body)
                return self._said({"id": "13", "type": "ticket"}, 201)
            case "GET", "rt":
                return self._said({"Version": "5.0.3", "Plugins": []})
            case "POST", "customfields":
                return self._said({"total": int(body[0]["value"] in self.fields)})
        return self._said({"message": "Resource does not exist"}, 404)

    def _said(self, body: object, status: int = 200) -> httpx.Response:
        return httpx.Response(status, content=json.dumps(body))

    def _ticket(self) -> dict[str, object]:
        return {
            "id": 12,
            "Subject": "洗衣机 E10 报错",
            "Status": self.status,
            "Created": "2026-11-22T11:06:28Z",
            "Resolved": NEVER,
            "Queue": {"id": "1", "Name": "General"},
            "Requestor": [{"id": "li@example.com", "type": "user"}],
            "CustomFields": [{"id": "1", "name": name, "values": values} for name, values in self.fields.items()],
        }

    def _attachments(self) -> list[dict[str, object]]:
        parts = [
            {"id": id_, "TransactionId": of, "ContentType": kind, "Filename": name, "ContentLength": len(content)}
            for id_, of, kind, name, content in self.parts
        ]
        comments = [{"id": str(200 + n), "TransactionId": "50", "Subject": s} for n, s in enumerate(self.subjects)]
        return [*parts, *comments]


def system_of(far: FarSide, *, extra: Mapping[str, str] | None = None, key_field: str = "") -> RequestTracker:
    options = ConnectorOptions(
        name="rt",
        kind="request_tracker",
        url="https://rt.example/rt/",
        fields={"order_number": "OrderNumber", "error_code": "FaultCode", "serial_number": "SerialNumber"},
        maintenance=MaintenanceOptions(queue="Machines", fields={"key": key_field} if key_field else {}),
        extra=dict(extra or {}),
    ).model_copy(update={"token": SecretStr("1-37-abc")})
    client = httpx.Client(transport=httpx.MockTransport(far.answer))
    system = build_connector(options, client=client).system
    assert isinstance(system, RequestTracker)
    return system


def test_a_ticket_is_read_with_what_customer_and_agent_said() -> None:
    ticket = system_of(FarSide()).read("12")
    assert (ticket.subject, ticket.queue, ticket.status) == ("洗衣机 E10 报错", "General", "open")
    assert ticket.created_at == datetime(2026, 11, 22, 11, 6, 28, tzinfo=UTC)
    assert [(message.author, message.text) for message in ticket.messages] == [
        ("customer", "订单号 20240518936"),
        ("customer", "Grüße"),
        ("agent", "We are on it.\nAnna"),
    ]
    assert [(file.name, file.content) for file in ticket.attachments] == [("label.jpg", JPEG)]
    assert (ticket.customer.name, ticket.customer.phone, ticket.locale) == ("李", "13800138000", "zh-cn")
    assert ticket.url == "https://rt.example/rt/Ticket/Display.html?id=12"


def test_an_emptied_field_is_empty_and_one_the_queue_has_not_is_left_out() -> None:
    assert system_of(FarSide()).fields("12") == {"order_number": "", "error_code": "E5"}


def test_a_customer_we_may_not_see_is_known_by_the_ticket_alone() -> None:
    assert system_of(FarSide(user_status=403)).read("12").customer.email == "li@example.com"


def test_a_value_is_written_and_what_rt_passes_over_is_an_error() -> None:
    far = FarSide()
    system = system_of(far)
    system.write("12", [FieldWrite("order_number", "OrderNumber", "20240518936")])
    assert far.fields["OrderNumber"] == ["20240518936"]
    system.write("12", [FieldWrite("order_number", "OrderNumber", "")])
    assert system.fields("12")["order_number"] == ""
    with pytest.raises(ConnectorRefused, match="SerialNumber"):
        system.write("12", [FieldWrite("serial_number", "SerialNumber", "CL3A")])


def test_a_comment_is_added_once_for_each_mark() -> None:
    far = FarSide()
    system = system_of(far)
    for mark in ("a", "a", "b"):
        system.comment("12", "已填写", mark=mark)
    assert len(far.subjects) == 2


@pytest.mark.parametrize("key_field", ["", "BeforehandKey"], ids=["mark in the subject", "custom field"])
def test_a_key_is_looked_up_before_a_ticket_is_opened(key_field: str) -> None:
    far = FarSide()
    system = system_of(far, key_field=key_field)
    new = NewTicket("pump's|vib|1", "设备 pump：振动", "正文", "Machines", "critical")
    assert system.create(new) == "13"
    assert (far.queries[0].startswith("'CF.{BeforehandKey}' = 'pump\\'s|vib|1'")) is bool(key_field)
    if not key_field:
        assert system.create(new) == "13"
        assert len(far.created) == 1
        assert str(far.created[0]["Subject"]).endswith("]")


def test_a_ticket_is_resolved_once_in_the_life_cycles_own_word() -> None:
    far = FarSide()
    system = system_of(far, extra={"resolved_status": "erledigt"})
    system.close("12", "恢复", mark="r")
    system.close("12", "恢复", mark="r")
    assert (far.status, len(far.subjects)) == ("erledigt", 1)


def test_the_check_names_fields_that_rt_has_not() -> None:
    with pytest.raises(ConnectorRefused, match="no custom field SerialNumber"):
        system_of(FarSide()).check()


@pytest.mark.parametrize(("status", "error"), [(503, ConnectorDown), (429, ConnectorDown), (401, ConnectorRefused)])
def test_what_rt_answers_says_whether_to_try_again(status: int, error: type[Exception]) -> None:
    far = FarSide()
    far.answer = lambda request: httpx.Response(status)  # type: ignore[method-assign]
    with pytest.raises(error):
        system_of(far).read("12")


def test_options_that_cannot_work_are_told_at_once() -> None:
    options = ConnectorOptions(name="rt", kind="request_tracker", url="https://rt.example")
    with pytest.raises(OptionsInvalid, match="token"):
        build_connector(options, client=httpx.Client())
    with pytest.raises(OptionsInvalid, match="resolve_status"):
        system_of(FarSide(), extra={"resolve_status": "x"})
