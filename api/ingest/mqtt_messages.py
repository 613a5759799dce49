"""An MQTT message in, readings out and what it tells of devices, by what its topic was mapped to.

A payload that cannot be read is one rejected reading that says why; nothing in it raises. Sparkplug keeps what it must
remember of its nodes, so messages come in order, on one thread. Retained messages are what the broker kept, not news:
without a time of their own they are left alone, with one they are taken while they are young.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from api.errors import Problem
from api.ingest.device_words import EventUnreadable, Facts, Firmwares, Happening, facts_of_attributes, read_event
from api.ingest.json_readings import add_body, read_body
from api.ingest.line_protocol import parse_line_protocol
from api.ingest.mqtt_options import Topic
from api.ingest.ndjson import parse_ndjson
from api.ingest.readings import ReadingRows, Readings
from api.ingest.sparkplug import SparkplugNodes, SparkplugUnreadable, address_of
from api.ingest.thingsboard import add_connection, add_device_telemetry
from predictive.names import coded
from predictive.records import Columns, Rejection

READINGS = 20_000
"""Of one message: a payload of 1 MiB holds about so many in the tersest format."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message as it came. `connection` counts connections: a packet id means nothing on the next one."""

    topic: str
    payload: bytes
    at_s: float
    qos: int = 0
    packet_id: int = 0
    connection: int = 0
    is_retained: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """What a message holds."""

    readings: Readings
    facts: tuple[Facts, ...] = ()
    happenings: tuple[Happening, ...] = ()


def matches(filter_: str, topic: str) -> bool:
    """Say whether a topic fits a filter with + and #.

    >>> matches("factory/+/telemetry", "factory/ac-1/telemetry"), matches("spBv1.0/#", "spBv1.0/a/NDATA/b")
    (True, True)
    """
    levels, parts = filter_.split("/"), topic.split("/")
    if topic.startswith("$") and levels[0] in ("+", "#"):
        return False
    for index, level in enumerate(levels):
        if level == "#":
            return True
        if index >= len(parts) or level not in ("+", parts[index]):
            return False
    return len(levels) == len(parts)


class MessageReader:
    """Reads the messages of one broker."""

    def __init__(self, topics: Sequence[Topic], *, retained_s: float) -> None:
        self._topics = tuple(topics)
        self._retained_s = retained_s
        self.nodes = SparkplugNodes()
        self._firmwares = Firmwares()

    def topic_of(self, topic: str) -> Topic | None:
        """Return the first mapping that a topic fits."""
        return next((one for one in self._topics if matches(one.filter, topic)), None)

    def read(self, arrived: Arrived) -> Message:
        """Return what a message holds."""
        mapped = self.topic_of(arrived.topic)
        if mapped is None:
            return Message(ReadingRows(1).readings())
        try:
            if mapped.format == "event":
                return self._event(mapped, arrived)
            if mapped.format == "sparkplug":
                return self._sparkplug(arrived)
            if mapped.format.startswith("thingsboard") and arrived.topic.endswith("/attributes"):
                return self._attributes(mapped, arrived)
            readings = self._read(mapped, arrived, ReadingRows(READINGS))
        except (SparkplugUnreadable, EventUnreadable, ValueError, RecursionError) as error:
            return Message(_rejected(str(error)))
        except Problem as problem:
            return Message(_rejected(str(problem)))
        return Message(self._fresh(readings, arrived) if arrived.is_retained else readings)

    def _event(self, mapped: Topic, arrived: Arrived) -> Message:
        at_s = None if arrived.is_retained else arrived.at_s
        told = read_event(arrived.payload, device_id=_level(arrived.topic, mapped.device_level), at_s=at_s)
        return Message(ReadingRows(1).readings(), happenings=(told,))

    def _attributes(self, mapped: Topic, arrived: Arrived) -> Message:
        body = json.loads(arrived.payload)
        if not isinstance(body, dict):
            raise ValueError("attributes are an object of names and values")
        facts = facts_of_attributes(body, _level(arrived.topic, mapped.device_level))
        return Message(ReadingRows(1).readings(), facts, self._changes(facts, arrived))

    def _sparkplug(self, arrived: Arrived) -> Message:
        rows, address = ReadingRows(READINGS), address_of(arrived.topic)
        if address is None:
            return Message(rows.readings())
        facts = self.nodes.add(rows, address, arrived.payload, at_s=arrived.at_s)
        told = () if facts is None else (facts,)
        readings = rows.readings()
        fresh = self._fresh(readings, arrived) if arrived.is_retained else readings
        return Message(fresh, told, self._changes(told, arrived))

    def _changes(self, facts: Sequence[Facts], arrived: Arrived) -> tuple[Happening, ...]:
        changes = [self._firmwares.change(one, at_s=arrived.at_s) for one in facts]
        return tuple(change for change in changes if change is not None)

    def _read(self, mapped: Topic, arrived: Arrived, rows: ReadingRows) -> Readings:
        if mapped.format == "line_protocol":
            text = arrived.payload.decode("utf-8")
            return parse_line_protocol(text, limit=READINGS, received_at_s=arrived.at_s, precision="ns")
        at_s = None if arrived.is_retained else arrived.at_s
        device_id = _level(arrived.topic, mapped.device_level)
        if mapped.format == "json" and not device_id and b"\n" in arrived.payload.strip():
            return parse_ndjson(arrived.payload, limit=READINGS)
        body = json.loads(arrived.payload)
        if mapped.format == "thingsboard_gateway":
            return _gateway(arrived, body, rows, at_s)
        if mapped.format == "thingsboard_device":
            add_device_telemetry(rows, device_id, body, received_at_s=at_s)
            return rows.readings()
        if not device_id:
            return read_body(body if isinstance(body, list) else [body], limit=READINGS, received_at_s=at_s)
        for entry in body if isinstance(body, list) else [body]:
            _add_own(rows, entry, device_id, at_s)
        return rows.readings()

    def _fresh(self, readings: Readings, arrived: Arrived) -> Readings:
        young = np.flatnonzero(readings.columns.at_s >= arrived.at_s - self._retained_s)
        if len(young) == len(readings.positions):
            return readings
        columns = readings.columns
        kept = Columns(
            coded(columns.device_ids).take(young),
            coded(columns.metrics).take(young),
            columns.at_s[young],
            columns.values[young],
            coded(columns.units).take(young) if columns.units else (),
        )
        return Readings(kept, readings.positions[young], readings.rejected)


def _gateway(arrived: Arrived, body: object, rows: ReadingRows, at_s: float | None) -> Readings:
    what = arrived.topic.rpartition("/")[2]
    if what in ("connect", "disconnect") and isinstance(body, dict):
        if at_s is not None:
            add_connection(rows, body, at_s=at_s, is_online=what == "connect")
    elif what == "telemetry":
        add_body(rows, body, received_at_s=at_s)
    return rows.readings()


def _add_own(rows: ReadingRows, entry: object, device_id: str, at_s: float | None) -> None:
    """Add a reading of the device that the topic names; its payload may say so again, or name another."""
    if isinstance(entry, dict) and ("metric" in entry or "value" in entry):
        rows.add(
            entry.get("device_id", device_id),
            entry.get("metric"),
            entry.get("at", at_s),
            entry.get("value"),
            entry.get("unit"),
        )
    else:
        add_device_telemetry(rows, device_id, entry, received_at_s=at_s)


def _level(topic: str, level: int | None) -> str:
    parts = topic.split("/")
    return "" if level is None or not -len(parts) <= level < len(parts) else parts[level]


def _rejected(reason: str) -> Readings:
    rows = ReadingRows(1)
    rows.note(Rejection(0, reason[:200]))
    return rows.readings()
