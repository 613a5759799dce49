"""An API as a record system: a real server on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.connectors.record_options import RestOptions
from api.connectors.rest_records import RestRecords
from api.outgoing import outgoing_client
from nlp.records import RecordSystemDown
from tests.connectors.record_server import RecordServer

ORDER = {"no": "DD-20240518-936", "member": {"id": 7}, "device": {"model": "KFR-35GW", "sn": "SN1234567"}, "paid": True}


@pytest.fixture
def server() -> Iterator[RecordServer]:
    running = RecordServer()
    running.start()
    yield running
    running.stop()


def options(server: RecordServer, **changes: object) -> RestOptions:
    orders = {
        "kind": "orders",
        "find": {"order_number": "/orders/{value}", "customer_id": "/members/{value}/orders"},
        "records": "/data",
        "id": "/no",
        "customer": "/member/id",
        "fields": {"order_number": "/no", "device_model": "/device/model", "serial_number": "/device/sn"},
    }
    members = {
        "kind": "customers",
        "find": {"phone_number": "/members?mobile={value}"},
        "customer": "/id",
        "fields": {"phone_number": "/mobile"},
        "sends": {"phone_number": "national"},
    }
    told = {"name": "crm", "kind": "rest", "url": server.url, "allow_private": True, "call": [orders, members]}
    return RestOptions.model_validate(told | changes)


def records_of(server: RecordServer, **changes: object) -> RestRecords:
    given = options(server, **changes)
    return RestRecords(given, client=outgoing_client(allow_private=given.allow_private, timeout_s=given.timeout_s))


def test_order_is_read_by_its_pointers(server: RecordServer) -> None:
    server.answers["/orders/DD20240518936"] = {"data": ORDER}
    (record,) = records_of(server).find("order_number", "DD20240518936")
    assert (record.kind, record.id) == ("orders", "DD-20240518-936")
    assert record.values == {
        "order_number": "DD-20240518-936",
        "customer_id": "7",
        "device_model": "KFR-35GW",
        "serial_number": "SN1234567",
    }


def test_value_is_quoted_and_a_phone_goes_without_its_country(server: RecordServer) -> None:
    records = records_of(server)
    assert records.find("order_number", "../admin?x=1") == []
    assert records.find("phone_number", "+8613800138000") == []
    assert server.asked == ["/orders/..%2Fadmin%3Fx%3D1", "/members?mobile=13800138000"]


def test_what_an_api_found_by_likeness_is_dropped(server: RecordServer) -> None:
    other = ORDER | {"no": "DD-20240518-937"}
    server.answers["/orders/DD20240518936"] = {"data": [other, ORDER]}
    assert [record.id for record in records_of(server).find("order_number", "DD20240518936")] == ["DD-20240518-936"]


def test_secret_is_sent(server: RecordServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRM_TOKEN", "t0ken")
    records_of(server, token="env:CRM_TOKEN").find("order_number", "1")
    assert server.authorised == ["Bearer t0ken"]


@pytest.mark.parametrize(("failing", "asked"), [([503], 2), ([503, 503], 2)], ids=["mends itself", "stays down"])
def test_failure_is_tried_again_so_often(server: RecordServer, failing: list[int], asked: int) -> None:
    server.answers["/orders/1"] = {"data": ORDER | {"no": "1"}}
    server.failing = failing
    records = records_of(server)
    if failing == [503]:
        assert [record.id for record in records.find("order_number", "1")] == ["1"]
    else:
        with pytest.raises(RecordSystemDown, match="crm: it does not answer"):
            records.find("order_number", "1")
    assert len(server.asked) == asked


@pytest.mark.parametrize(
    ("answer", "failing", "message"),
    [
        (ORDER, [401], "says no: GET /orders/1: 401"),
        ({"data": "text"}, [], None),
        ([], [], None),
        ({"data": [1, None]}, [], None),
    ],
    ids=["refused", "no record", "no object", "no records"],
)
def test_answer_of_another_shape(server: RecordServer, answer: object, failing: list[int], message: str | None) -> None:
    server.answers["/orders/1"], server.failing = answer, failing
    records = records_of(server)
    if message is None:
        assert records.find("order_number", "1") == []
    else:
        with pytest.raises(RecordSystemDown, match=message):
            records.find("order_number", "1")


def test_private_host_needs_leave(server: RecordServer) -> None:
    with pytest.raises(RecordSystemDown, match="allow"):
        records_of(server, allow_private=False).find("order_number", "1")
    assert server.asked == []


def test_check_takes_no_such_record_for_an_answer(server: RecordServer) -> None:
    check = records_of(server).check()
    assert check.is_well
    assert [table.kind for table in check.tables] == ["orders", "customers"]
    server.failing = [500, 500]
    assert "it does not answer" in records_of(server).check().problem
