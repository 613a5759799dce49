"""The way from a broker to the disk: acknowledged after it is kept, offered again while it is refused."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from api.errors import Problem, say
from api.ingest import Readings
from api.ingest.device_words import Facts, Happening
from api.ingest.mqtt_inbox import Inbox
from api.ingest.mqtt_intake import MqttIntake, Tell
from api.ingest.mqtt_messages import Arrived
from api.ingest.mqtt_options import Broker, MqttOptionsInvalid, read_brokers
from api.ingest.paho_connection import LinkState

AT_S = 1_795_312_800.0


class LoopConnection:
    """A session without a broker: notes what it is told."""

    def __init__(self, _broker: Broker, *, on_message: Callable[[Arrived], None], clock: Callable[[], float]) -> None:
        self.deliver = on_message
        self.clock = clock
        self.events: list[object] = []
        self.state = LinkState("connected")

    def start(self) -> None:
        self.events.append("start")

    def stop(self) -> None:
        self.events.append("stop")

    def drop(self) -> None:
        self.events.append("drop")

    def acknowledge(self, arrived: Arrived) -> None:
        self.events.append(arrived.packet_id)

    def publish(self, topic: str, payload: bytes, *, qos: int = 0, is_retained: bool = False) -> None:
        self.events.append(topic)


def told_to_nobody(tenant: str, facts: Sequence[Facts], happenings: Sequence[Happening]) -> None:
    """Take what is told of devices and do nothing."""


def intake_of(keep: Callable[[str, Readings], None], tell: Tell = told_to_nobody) -> tuple[MqttIntake, LoopConnection]:
    made: list[LoopConnection] = []

    def connect(broker: Broker, **parts: object) -> LoopConnection:
        made.append(LoopConnection(broker, **parts))  # type: ignore[arg-type]
        return made[0]

    broker = Broker(url="mqtt://127.0.0.1:1883", message_bytes=1_000)
    return MqttIntake(broker, keep=keep, tell=tell, clock=lambda: AT_S, connect=connect), made[0]


def message(number: int, content: bytes = b'{"ac-1":[{"p":1}]}') -> Arrived:
    return Arrived("v1/gateway/telemetry", content, AT_S + number, qos=1, packet_id=number, connection=1)


def test_messages_are_acknowledged_in_order_after_their_batch_is_kept() -> None:
    seen: list[object] = []
    intake, connection = intake_of(
        lambda _tenant, readings: seen.append((list(connection.events), len(readings.positions)))
    )
    for number in (1, 2, 3):
        connection.deliver(message(number))
    assert intake.take_some(wait_s=0) == 3
    assert seen == [([], 3)]
    assert connection.events == [1, 2, 3]


@pytest.mark.parametrize(
    "refusal",
    [
        Problem("busy", say("detail.busy")),
        OperationalError("INSERT", {}, OSError("disk full")),
        TimeoutError("writers"),
    ],
    ids=["back-pressure", "database", "line of writers"],
)
def test_what_is_refused_is_offered_again_and_not_acknowledged_before(refusal: Exception) -> None:
    tries: list[list[object]] = []

    def keep(_tenant: str, _readings: Readings) -> None:
        tries.append(list(connection.events))
        if len(tries) == 1:
            raise refusal

    intake, connection = intake_of(keep)
    connection.deliver(message(1))
    intake.take_some(wait_s=0)
    assert tries == [[], []]
    assert connection.events == [1]


def test_a_message_that_breaks_the_keeper_does_not_stop_the_others() -> None:
    kept: list[str] = []

    def keep(_tenant: str, readings: Readings) -> None:
        names = list(readings.columns.device_ids)
        if "bad" in names:
            raise ArithmeticError("a fault of ours")
        kept.extend(names)

    intake, connection = intake_of(keep)
    for number, name in enumerate(("a", "bad", "b"), start=1):
        connection.deliver(message(number, json.dumps({name: [{"p": 1}]}).encode()))
    intake.take_some(wait_s=0)
    assert kept == ["a", "b"]
    assert (intake.counts["left_out"], connection.events) == (1, [1, 2, 3])


def test_what_happened_is_told_between_the_readings_before_it_and_those_after() -> None:
    seen: list[object] = []

    def keep(_tenant: str, readings: Readings) -> None:
        seen.append(list(readings.columns.device_ids))

    def tell(tenant: str, facts: Sequence[Facts], happenings: Sequence[Happening]) -> None:
        seen.extend((tenant, one.device_id, one.event.kind) for one in happenings)
        seen.extend(facts)

    intake, connection = intake_of(keep, tell)
    repaired = '{"kind": "repair", "at": "2026-11-22T10:00:00+08:00", "note": "换了风机"}'.encode()
    attributes = '{"b": {"型号": "KFR-35", "location": "3 号店", "setpoint": 24}, "c": {"setpoint": 24}}'.encode()
    connection.deliver(message(1))
    connection.deliver(message(2))
    connection.deliver(Arrived("beforehand/events/ac-1", repaired, AT_S, qos=1, packet_id=3, connection=1))
    connection.deliver(Arrived("v1/gateway/attributes", attributes, AT_S, qos=1, packet_id=4, connection=1))
    connection.deliver(message(5))
    intake.take_some(wait_s=0)
    assert seen == [
        ["ac-1", "ac-1"],
        ("default", "ac-1", "repair"),
        ["ac-1"],
        Facts("b", site="3 号店", model="KFR-35"),
    ]
    assert connection.events == [1, 2, 3, 4, 5]


def test_what_is_told_is_offered_until_it_is_kept() -> None:
    tries: list[list[object]] = []

    def tell(_tenant: str, _facts: Sequence[Facts], _happenings: Sequence[Happening]) -> None:
        tries.append(list(connection.events))
        if len(tries) == 1:
            raise OperationalError("UPDATE", {}, Exception("disk full"))

    intake, connection = intake_of(lambda _tenant, _readings: None, tell)
    connection.deliver(Arrived("v1/devices/a/attributes", b'{"model":"X"}', AT_S, qos=1, packet_id=1, connection=1))
    intake.take_some(wait_s=0)
    assert tries == [[], []]
    assert connection.events == [1]


HOSTILE = {
    "no JSON": b"{",
    "deep": b"[" * 900,
    "not UTF-8": b"\xff\xfe",
    "empty": b"",
    "a number": b"7",
    "long number": b'{"a":[{"p":' + b"9" * 600 + b"}]}",
    "too large": b"x" * 1_001,
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_payload_is_counted_and_acknowledged(content: bytes) -> None:
    intake, connection = intake_of(lambda _tenant, readings: None)
    connection.deliver(message(1, content))
    intake.take_some(wait_s=0)
    assert connection.events == [1]
    assert intake.counts["unreadable"] + intake.counts["too_large"] == 1


def test_a_full_inbox_keeps_the_network_waiting() -> None:
    inbox = Inbox(messages=2, size_bytes=10)
    assert [inbox.put(message(n, b"12345"), wait_s=0) for n in range(3)] == [True, True, False]
    assert [arrived.packet_id for arrived in inbox.take(most=1, wait_s=0)] == [0]
    assert inbox.put(message(9, b"12345"), wait_s=0)
    assert inbox.size_bytes == 10


def test_an_empty_inbox_takes_any_one_message() -> None:
    assert Inbox(messages=1, size_bytes=1).put(message(1), wait_s=0)


BROKERS = {
    "url with a user": ("mqtt://用户:p%40ss@broker:1999", ("broker", 1999, False, "用户", "p@ss")),
    "usual port": ("mqtt://broker", ("broker", 1883, False, "", "")),
    "TLS": ("mqtts://broker", ("broker", 8883, True, "", "")),
}


@pytest.mark.parametrize(("url", "expected"), BROKERS.values(), ids=BROKERS)
def test_a_url_says_where_and_who(tmp_path: Path, url: str, expected: object) -> None:
    (broker,) = read_brokers(tmp_path, url=url)
    told = (broker.host, broker.port, broker.is_tls, broker.user, broker.password.get_secret_value())
    assert told == expected
    assert "p@ss" not in broker.shown + repr(broker)


BAD_FILES = {
    "kind of url": '[[broker]]\nurl = "http://broker"',
    "password in the file": '[[broker]]\nurl = "mqtt://b"\npassword = "hunter2"',
    "unknown option": '[[broker]]\nurl = "mqtt://b"\ncolour = "red"',
    "format": '[[broker]]\nurl = "mqtt://b"\n[[broker.topic]]\nfilter = "a"\nformat = "xml"',
    "no TOML": "[[broker",
}


@pytest.mark.parametrize("content", BAD_FILES.values(), ids=BAD_FILES)
def test_a_mistake_in_the_file_is_told(tmp_path: Path, content: str) -> None:
    (tmp_path / "mqtt.toml").write_text(content, encoding="utf-8")
    with pytest.raises(MqttOptionsInvalid) as caught:
        read_brokers(tmp_path)
    assert "hunter2" not in str(caught.value)


def test_a_file_maps_topics(tmp_path: Path) -> None:
    (tmp_path / "mqtt.toml").write_text(
        '[[broker]]\nurl = "mqtt://b"\n[[broker.topic]]\nfilter = "厂/+"\nformat = "json"\ntenant = "acme"\n',
        encoding="utf-8",
    )
    (broker,) = read_brokers(tmp_path, url="mqtt://b:1883")
    assert [(topic.filter, topic.tenant) for topic in broker.topic] == [("厂/+", "acme")]
