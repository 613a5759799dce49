"""What messages tell of devices: the facts in attributes and births, and events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.ingest.device_words import EventUnreadable, Facts, facts_of_attributes, read_event
from api.ingest.mqtt_messages import Arrived, Message, MessageReader
from api.ingest.mqtt_options import DEFAULT_TOPICS
from api.ingest.sparkplug_schema import payload_class
from api.routes.mqtt_parts import DeviceWords

AT_S = 1_795_312_800.0
ATTRIBUTES: dict[str, tuple[dict[str, Any], Facts | None]] = {
    "en": ({"Model": "AC-35", "Location": "Shop 3"}, Facts("ac", site="Shop 3", model="AC-35")),
    "zh": ({"型号": "KFR-35GW", "站点": "三号店"}, Facts("ac", site="三号店", model="KFR-35GW")),
    "spaced": ({"device_model": "A", "fw-version": 2.1}, Facts("ac", model="A", firmware="2.1")),
    "first of two": ({"model": "A", "hardwareModel": "B"}, Facts("ac", model="A")),
    "no facts": ({"setpoint": 24, "online": True}, None),
    "no text": ({"model": {"a": 1}, "site": None, "firmware": True}, None),
    "controls": ({"model": "a\x00b"}, None),
    "too long": ({"model": "x" * 500}, Facts("ac", model="x" * 200)),
}


@pytest.mark.parametrize(("told", "expected"), ATTRIBUTES.values(), ids=ATTRIBUTES)
def test_facts_are_found_whatever_they_are_called(told: dict[str, Any], expected: Facts | None) -> None:
    expected_facts = () if expected is None else (expected,)
    assert facts_of_attributes(told, "ac") == expected_facts
    assert facts_of_attributes({"ac": told, "": {"model": "X"}, "b": 7}) == expected_facts


EVENTS = {
    "repair": (b'{"kind":"repair","at":"2026-11-22T10:00:00+08:00"}', ("ac-1", "repair", 1_795_312_800.0)),
    "firmware, ms": (b'{"kind":"firmware","at":1795312800000,"note":"2.1"}', ("ac-1", "firmware", 1_795_312_800.0)),
    "when it came": (b'{"kind":"replaced"}', ("ac-1", "replaced", AT_S)),
    "names its device": ('{"kind":"failure","device_id":"泵"}'.encode(), ("泵", "failure", AT_S)),
}


@pytest.mark.parametrize(("payload", "expected"), EVENTS.values(), ids=EVENTS)
def test_an_event_is_read(payload: bytes, expected: tuple[str, str, float]) -> None:
    told = read_event(payload, device_id="ac-1", at_s=AT_S)
    assert told.event.at is not None
    assert (told.device_id, told.event.kind, told.event.at.timestamp()) == expected


REFUSED = {
    "no JSON": (b"{", "JSON"),
    "a list": (b"[]", "an event is"),
    "other words": (b'{"kind":"repair","what":1}', "an event is"),
    "no kind": (b"{}", "kind"),
    "unknown kind": (b'{"kind":"explosion"}', "kind"),
    "bad time": (b'{"kind":"repair","at":"yesterday"}', "ISO 8601"),
    "far time": (b'{"kind":"repair","at":9e17}', "time"),
    "no device": (b'{"kind":"repair","device_id":" "}', "device"),
    "long note": (b'{"kind":"repair","note":"' + b"x" * 3_000 + b'"}', "note"),
}


@pytest.mark.parametrize(("payload", "reason"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_event_is_refused_with_a_reason(payload: bytes, reason: str) -> None:
    with pytest.raises(EventUnreadable, match=reason):
        read_event(payload, device_id="ac-1", at_s=AT_S)


def test_an_event_the_broker_kept_counts_only_with_a_time_of_its_own() -> None:
    reader = MessageReader(DEFAULT_TOPICS, retained_s=300)
    kept = [
        reader.read(Arrived("beforehand/events/ac-1", payload, AT_S, is_retained=True)).happenings
        for payload in (b'{"kind":"repair"}', b'{"kind":"repair","at":1795312800}')
    ]
    assert [len(happenings) for happenings in kept] == [0, 1]


def born(kind: str, *texts: tuple[str, str], device: str = "") -> tuple[str, bytes]:
    message = payload_class()(seq=0)
    for name, text in texts:
        message.metrics.add(name=name, datatype=12, string_value=text)
    message.metrics.add(name="温度", datatype=10, double_value=20.5)
    return f"spBv1.0/plant/{kind}/line-1{device}", message.SerializeToString()


def test_a_birth_says_what_a_device_is_and_its_texts_are_no_readings() -> None:
    reader = MessageReader(DEFAULT_TOPICS, retained_s=300)
    node = reader.read(Arrived(*born("NBIRTH", ("Properties/Hardware Model", "PLC 7"), ("Properties/OS", "x")), AT_S))
    device = reader.read(Arrived(*born("DBIRTH", ("型号", "泵 3"), ("Location", "二车间"), device="/pump"), AT_S))
    assert node.facts == (Facts("plant/line-1", model="PLC 7"),)
    assert device.facts == (Facts("plant/line-1/pump", site="二车间", gateway="plant/line-1", model="泵 3"),)
    assert list(device.readings.columns.metrics) == ["$online", "温度"]
    assert device.readings.rejected == ()


def test_other_firmware_is_an_event_and_the_same_is_none() -> None:
    reader = MessageReader(DEFAULT_TOPICS, retained_s=300)

    def attributes(firmware: str) -> Message:
        payload = f'{{"fw_version":"{firmware}"}}'.encode()
        return reader.read(Arrived("v1/devices/ac-1/attributes", payload, AT_S))

    happenings = [attributes(firmware).happenings for firmware in ("1.0", "1.0", "1.1", "1.1")]
    assert [len(told) for told in happenings] == [0, 0, 1, 0]
    (event,) = happenings[2]
    assert (event.event.kind, event.event.note) == ("firmware", "1.0 → 1.1")


def test_what_is_told_over_mqtt_reaches_the_device_and_a_person_is_not_overruled(api_client: TestClient) -> None:
    tenants, at = api_client.app.state.tenants, datetime.now(UTC)  # type: ignore[attr-defined]
    api_client.put("/v1/devices/泵", json={"model": "人说的"}).raise_for_status()
    words = DeviceWords(tenants, lambda: at)
    hour_ago = (at - timedelta(hours=1)).timestamp()
    repaired = read_event(f'{{"kind":"repair","at":{hour_ago}}}'.encode(), device_id="泵", at_s=None)
    tomorrow = read_event(f'{{"kind":"repair","at":{hour_ago + 90_000}}}'.encode(), device_id="泵", at_s=None)
    for _ in range(2):
        words.tell(
            "default", [Facts("泵", site="二车间", model="机说的"), Facts("b", gateway="g")], [repaired, tomorrow]
        )
    known = tenants.get("default").store.devices.all()
    assert (known["泵"].site, known["泵"].model) == ("二车间", "人说的")
    assert (known["b"].gateway, known["b"].told_by) == ("g", "telemetry")
    assert [event["kind"] for event in api_client.get("/v1/devices/泵/events").json()] == ["repair"]
