"""Sparkplug B: births name aliases, gaps and unknown nodes are asked to be born again, deaths are known."""

from __future__ import annotations

from typing import Any

import pytest

from api.ingest.mqtt_messages import Arrived, MessageReader, matches
from api.ingest.mqtt_options import DEFAULT_TOPICS
from api.ingest.readings import Readings
from api.ingest.sparkplug import REBIRTH_EVERY_S, REBIRTHS_AT_ONCE, address_of, command_topic, rebirth_command
from api.ingest.sparkplug_schema import payload_class
from predictive.records import ONLINE

AT_S = 1_795_312_800.0
NODE = "plant/line-1"


def payload(*metrics: dict[str, Any], seq: int | None = None) -> bytes:
    """Return a payload; a metric's "unit" and "quality" become properties."""
    message = payload_class()(timestamp=int(AT_S * 1000))
    if seq is not None:
        message.seq = seq
    for given in metrics:
        fields = dict(given)
        unit, quality = fields.pop("unit", None), fields.pop("quality", None)
        metric = message.metrics.add(**fields)
        if unit is not None:
            metric.properties.keys.append("engUnit")
            metric.properties.values.add(type=12, string_value=unit)
        if quality is not None:
            metric.properties.keys.append("Quality")
            metric.properties.values.add(type=3, int_value=quality)
    content: bytes = message.SerializeToString()
    return content


class Host:
    """A reader with messages sent to it by type."""

    def __init__(self) -> None:
        self.reader = MessageReader(DEFAULT_TOPICS, retained_s=300)
        self.at_s = AT_S

    def send(self, kind: str, content: bytes, *, device: str = "") -> Readings:
        topic = f"spBv1.0/plant/{kind}/line-1" + (f"/{device}" if device else "")
        return self.reader.read(Arrived(topic, content, self.at_s)).readings

    def wanted(self) -> list[str]:
        return self.reader.nodes.wanted(self.at_s)

    def born(self) -> None:
        self.send("NBIRTH", payload({"name": "bdSeq", "long_value": 4}, seq=0))
        self.send(
            "DBIRTH",
            payload({"name": "温度", "alias": 7, "datatype": 9, "float_value": 20, "unit": "°C"}, seq=1),
            device="泵",
        )


def rows_of(readings: Readings) -> list[tuple[str, str, float, str]]:
    columns = readings.columns
    return list(zip(columns.device_ids, columns.metrics, columns.values.tolist(), columns.units, strict=True))


def test_an_alias_stands_for_what_the_birth_said() -> None:
    host = Host()
    host.born()
    readings = host.send("DDATA", payload({"alias": 7, "float_value": 21.5}, seq=2), device="泵")
    assert rows_of(readings) == [("plant/line-1/泵", "温度", 21.5, "°C")]
    assert readings.columns.at_s.tolist() == [AT_S]
    assert host.wanted() == []


VALUES = {
    "Int8 below zero": ({"datatype": 1, "int_value": 0xFF}, -1.0),
    "Int32 below zero": ({"datatype": 3, "int_value": 2**32 - 5}, -5.0),
    "Int64 below zero": ({"datatype": 4, "long_value": 2**64 - 5}, -5.0),
    "UInt32": ({"datatype": 7, "int_value": 2**32 - 5}, 2.0**32 - 5),
    "Float": ({"datatype": 9, "float_value": 0.5}, 0.5),
    "Double": ({"datatype": 10, "double_value": 0.1}, 0.1),
    "Boolean": ({"datatype": 11, "boolean_value": True}, 1.0),
}


@pytest.mark.parametrize(("fields", "value"), VALUES.values(), ids=VALUES)
def test_a_value_is_read_by_its_type(fields: dict[str, Any], value: float) -> None:
    readings = Host().send("NBIRTH", payload({"name": "m", **fields}, seq=0))
    assert rows_of(readings)[1:] == [(NODE, "m", value, "")]


NO_VALUES = {
    "null": {"name": "m", "is_null": True},
    "bad": {"name": "m", "float_value": 1, "quality": 0},
    "stale": {"name": "m", "float_value": 1, "quality": 500},
    "bdSeq": {"name": "bdSeq", "long_value": 1},
    "control": {"name": "Node Control/Rebirth", "boolean_value": False},
}


@pytest.mark.parametrize("metric", NO_VALUES.values(), ids=NO_VALUES)
def test_what_is_no_measurement_is_left_out(metric: dict[str, Any]) -> None:
    assert rows_of(Host().send("NBIRTH", payload(metric, seq=0))) == [(NODE, ONLINE, 1.0, "")]


def test_a_gap_in_the_sequence_asks_for_births_once_a_minute() -> None:
    host = Host()
    host.born()
    host.send("DDATA", payload({"alias": 7, "float_value": 1}, seq=3), device="泵")
    assert host.wanted() == [NODE]
    host.send("DDATA", payload({"alias": 7, "float_value": 1}, seq=9), device="泵")
    assert host.wanted() == []
    host.at_s += REBIRTH_EVERY_S
    assert host.wanted() == [NODE]


def test_the_sequence_goes_round_at_256() -> None:
    host = Host()
    host.born()
    for seq in (*range(2, 256), 0, 1):
        host.send("DDATA", payload({"alias": 7, "float_value": 1}, seq=seq), device="泵")
    assert host.wanted() == []


def test_an_unknown_alias_is_refused_by_name_and_asked_for() -> None:
    host = Host()
    readings = host.send("DDATA", payload({"alias": 7, "float_value": 1}, seq=2), device="泵")
    assert "alias 7" in readings.rejected[0].reason
    assert host.wanted() == [NODE]


def test_after_a_restart_not_every_node_is_asked_at_once() -> None:
    reader = MessageReader(DEFAULT_TOPICS, retained_s=300)
    for number in range(3 * REBIRTHS_AT_ONCE):
        reader.read(Arrived(f"spBv1.0/plant/NDATA/n{number}", payload({"alias": 1, "int_value": 1}, seq=5), AT_S))
    asked = [len(reader.nodes.wanted(AT_S + second * REBIRTH_EVERY_S)) for second in range(4)]
    assert asked == [REBIRTHS_AT_ONCE] * 3 + [0]


def test_a_death_takes_the_node_and_its_devices_away() -> None:
    host = Host()
    host.born()
    readings = host.send("NDEATH", payload({"name": "bdSeq", "long_value": 4}))
    assert rows_of(readings) == [(NODE, ONLINE, 0.0, ""), (f"{NODE}/泵", ONLINE, 0.0, "")]


def test_the_death_of_an_earlier_connection_is_old_news() -> None:
    host = Host()
    host.born()
    assert rows_of(host.send("NDEATH", payload({"name": "bdSeq", "long_value": 3}))) == []


def test_a_device_dies_alone() -> None:
    host = Host()
    host.born()
    assert rows_of(host.send("DDEATH", payload(seq=2), device="泵")) == [(f"{NODE}/泵", ONLINE, 0.0, "")]


HOSTILE = {
    "no protobuf": ("spBv1.0/plant/NDATA/line-1", b"\xff" * 50),
    "cut off": ("spBv1.0/plant/NBIRTH/line-1", payload({"name": "温度", "float_value": 1}, seq=0)[:-3]),
    "topic without a node": ("spBv1.0/plant/NDATA", b""),
    "data of a device without one": ("spBv1.0/plant/DDATA/line-1", b""),
    "node with a device": ("spBv1.0/plant/NDATA/line-1/泵", b""),
    "unknown type": ("spBv1.0/plant/XDATA/line-1", b""),
}


@pytest.mark.parametrize(("topic", "content"), HOSTILE.values(), ids=HOSTILE)
def test_what_is_not_sparkplug_is_refused_with_a_reason(topic: str, content: bytes) -> None:
    readings = MessageReader(DEFAULT_TOPICS, retained_s=300).read(Arrived(topic, content, AT_S)).readings
    assert not len(readings.positions)
    assert readings.rejected[0].reason


@pytest.mark.parametrize("topic", ["spBv1.0/plant/NCMD/line-1", "spBv1.0/STATE/scada"])
def test_commands_and_host_states_are_not_readings(topic: str) -> None:
    assert address_of(topic) is None


def test_the_rebirth_command_is_what_a_node_listens_for() -> None:
    message = payload_class()()
    message.ParseFromString(rebirth_command(AT_S))
    assert command_topic(NODE) == "spBv1.0/plant/NCMD/line-1"
    assert [(metric.name, metric.boolean_value) for metric in message.metrics] == [("Node Control/Rebirth", True)]


MESSAGES = {
    "gateway": ("v1/gateway/telemetry", b'{"ac-1":[{"ts":1795312800000,"values":{"p":1}}]}', [("ac-1", "p", 1.0)]),
    "gateway, plain": (
        "v1/gateway/telemetry",
        b'{"ac-1":[{"p":1,"on":true}]}',
        [("ac-1", "p", 1.0), ("ac-1", "on", 1.0)],
    ),
    "gateway attributes": ("v1/gateway/attributes", b'{"ac-1":{"firmware":"2"}}', []),
    "gateway connect": ("v1/gateway/connect", '{"device":"空调","type":"x"}'.encode(), [("空调", ONLINE, 1.0)]),
    "gateway disconnect": ("v1/gateway/disconnect", b'{"device":"ac-1"}', [("ac-1", ONLINE, 0.0)]),
    "device": ("v1/devices/ac-1/telemetry", b'{"ts":1795312800000,"values":{"p":2}}', [("ac-1", "p", 2.0)]),
    "own, flat": ("beforehand/telemetry/空调", b'{"p":3}', [("空调", "p", 3.0)]),
    "own, reading": ("beforehand/telemetry/ac-1", b'{"metric":"p","value":4}', [("ac-1", "p", 4.0)]),
    "own, array": (
        "beforehand/telemetry",
        b'[{"device_id":"a","metric":"p","at":1795312800,"value":5}]',
        [("a", "p", 5.0)],
    ),
    "elsewhere": ("somewhere/else", b'{"p":3}', []),
}


@pytest.mark.parametrize(("topic", "content", "expected"), MESSAGES.values(), ids=MESSAGES)
def test_a_topic_says_how_its_messages_are_read(topic: str, content: bytes, expected: object) -> None:
    readings = MessageReader(DEFAULT_TOPICS, retained_s=300).read(Arrived(topic, content, AT_S)).readings
    assert [row[:3] for row in rows_of(readings)] == expected
    assert readings.rejected == ()


RETAINED = {
    "no time of its own": (b'{"p":3}', 0),
    "young": (b'{"ts":1795312700000,"values":{"p":3}}', 1),
    "old": (b'{"ts":1795300000000,"values":{"p":3}}', 0),
}


@pytest.mark.parametrize(("content", "count"), RETAINED.values(), ids=RETAINED)
def test_what_the_broker_kept_counts_only_while_it_is_young(content: bytes, count: int) -> None:
    reader = MessageReader(DEFAULT_TOPICS, retained_s=300)
    readings = reader.read(Arrived("v1/devices/ac-1/telemetry", content, AT_S, is_retained=True)).readings
    assert len(readings.positions) == count


@pytest.mark.parametrize(
    ("filter_", "topic", "expected"),
    [
        ("a/+/c", "a/b/c", True),
        ("a/+", "a/b/c", False),
        ("a/#", "a", True),
        ("#", "$SYS/x", False),
        ("a/b", "a", False),
    ],
)
def test_filters_match_as_brokers_match(filter_: str, topic: str, expected: bool) -> None:
    assert matches(filter_, topic) is expected
