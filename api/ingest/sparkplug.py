"""Sparkplug B messages in order of arrival in, readings out, and which nodes must be asked for their births again.

What a host must remember of a node (Eclipse Sparkplug 3.0.0, chapters 5 and 6): what its aliases stand for, the
sequence number of its last message, the bdSeq of its birth. A device's id is "group/node/device", a node's own is
"group/node".
A birth says that a device is there, a death that it is gone: readings of `$online`; its texts may say what it is.
Bounded in nodes and metrics;
nothing a payload holds raises anything but SparkplugUnreadable. Keeps no clock and sends nothing.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from api.ingest.device_words import Facts, fact_named, facts_in
from api.ingest.readings import ReadingRows
from api.ingest.sparkplug_schema import payload_class
from predictive.records import ONLINE

NAMESPACE = "spBv1.0"
BIRTHS, DATA, DEATHS = ("NBIRTH", "DBIRTH"), ("NDATA", "DDATA"), ("NDEATH", "DDEATH")
SEQUENCE = 256
BD_SEQ, REBIRTH = "bdSeq", "Node Control/Rebirth"
CONTROL = ("Node Control/", "Device Control/")
QUALITY, GOOD = "Quality", 192
UNIT_KEYS = ("engUnit", "Engineering Units", "unit")
"""What vendors call a metric's unit; the specification names none."""
SIGNED_BITS = {1: 8, 2: 16, 3: 32, 4: 64}  # Int8 to Int64 travel as unsigned of the same or a larger size
NODES = 10_000
METRICS = 20_000
"""Of a node with its devices: a plant's largest controllers have some thousand."""
REBIRTH_EVERY_S = 60.0
"""A node is asked again for its births at most so often; they are its largest messages."""
REBIRTHS_AT_ONCE = 20
"""Asked within one REBIRTH_EVERY_S, all nodes together: after a restart every node is unknown."""


class SparkplugUnreadable(ValueError):
    """A topic or a payload that is not Sparkplug B; the message says why."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a message comes from."""

    kind: str
    node: str  # "group/node"
    device: str  # "" for the node itself

    @property
    def device_id(self) -> str:
        return f"{self.node}/{self.device}" if self.device else self.node


@dataclass(frozen=True, slots=True)
class _Meaning:
    """What a birth said of a metric."""

    device_id: str
    name: str
    datatype: int
    unit: str


@dataclass(slots=True)
class _Node:
    """What is remembered of a node."""

    bd_seq: int | None = None
    seq: int | None = None
    is_born: bool = False
    asked_s: float = -math.inf
    by_alias: dict[int, _Meaning] = field(default_factory=dict)
    by_name: dict[tuple[str, str], _Meaning] = field(default_factory=dict)
    devices: set[str] = field(default_factory=set)


def address_of(topic: str) -> Address | None:
    """Return who a topic is about; None for commands and host states, which hold no readings.

    >>> address_of("spBv1.0/plant/DDATA/line-1/pump-3").device_id
    'plant/line-1/pump-3'
    """
    parts = topic.split("/")
    if len(parts) < 4 or parts[0] != NAMESPACE or parts[1] == "STATE":
        if parts[0] == NAMESPACE and "STATE" in parts[1:3]:
            return None
        raise SparkplugUnreadable(f"topic {topic[:100]!r} is not {NAMESPACE}/group/type/node[/device]")
    kind, is_device = parts[2], parts[2].startswith("D")
    if kind in ("NCMD", "DCMD"):
        return None
    if kind not in (*BIRTHS, *DATA, *DEATHS) or len(parts) != (5 if is_device else 4) or not all(parts):
        raise SparkplugUnreadable(f"topic {topic[:100]!r} is not {NAMESPACE}/group/type/node[/device]")
    return Address(kind, f"{parts[1]}/{parts[3]}", parts[4] if is_device else "")


class SparkplugNodes:
    """What a host knows of all nodes. Not thread-safe: messages come in order, on one thread."""

    def __init__(self) -> None:
        self._nodes: dict[str, _Node] = {}
        self._wanted: dict[str, None] = {}
        self._window_s = -math.inf
        self._asked = 0
        self.counts: Counter[str] = Counter()  # births, deaths, gaps, unknown aliases, ...

    def add(self, rows: ReadingRows, address: Address, payload: bytes, *, at_s: float) -> Facts | None:
        """Add the readings of a message; return what it tells of its device, None where it tells nothing.

        Raises:
            SparkplugUnreadable: the payload is not one.
        """
        message = _parsed(payload)
        node = self._node(address.node)
        self.counts[address.kind] += 1
        if address.kind == "NDEATH":
            self._node_died(rows, address, node, message, at_s)
            return None
        self._check_sequence(address, node, message)
        if address.kind == "DDEATH":
            rows.add(address.device_id, ONLINE, at_s, 0.0)
            return None
        if address.kind in BIRTHS:
            self._born(rows, address, node, message, at_s)
        elif not node.is_born:
            self._want(address.node, "unborn")
        sent_s = message.timestamp / 1000 if message.HasField("timestamp") else at_s
        for metric in message.metrics:
            self._add_metric(rows, address, node, metric, sent_s)
        return _facts(address, message)

    def wanted(self, at_s: float) -> list[str]:
        """Return the nodes ("group/node") to be asked for their births now; each not again for a while."""
        if at_s - self._window_s >= REBIRTH_EVERY_S:
            self._window_s, self._asked = at_s, 0
        asked: list[str] = []
        for name in list(self._wanted):
            node = self._nodes[name]
            if self._asked >= REBIRTHS_AT_ONCE:
                break
            if at_s - node.asked_s < REBIRTH_EVERY_S:
                continue
            node.asked_s = at_s
            self._asked += 1
            del self._wanted[name]
            asked.append(name)
        self.counts["rebirths_asked"] += len(asked)
        return asked

    @property
    def known(self) -> int:
        """Return how many nodes are remembered."""
        return len(self._nodes)

    def _node(self, name: str) -> _Node:
        node = self._nodes.get(name)
        if node is None:
            if len(self._nodes) >= NODES:
                raise SparkplugUnreadable(f"{NODES} nodes are followed already; {name[:100]!r} is not")
            node = self._nodes[name] = _Node()
        return node

    def _want(self, name: str, why: str) -> None:
        self.counts[why] += 1
        self._wanted[name] = None

    def _check_sequence(self, address: Address, node: _Node, message: Any) -> None:
        if not message.HasField("seq"):
            self.counts["without_seq"] += 1
            return
        seq = int(message.seq)
        is_next = address.kind == "NBIRTH" or node.seq is None or seq == (node.seq + 1) % SEQUENCE
        node.seq = seq % SEQUENCE
        if not is_next:
            self._want(address.node, "gaps")

    def _born(self, rows: ReadingRows, address: Address, node: _Node, message: Any, at_s: float) -> None:
        if address.kind == "NBIRTH":
            node.by_alias.clear()
            node.by_name.clear()
            node.is_born = True
            node.bd_seq = _bd_seq(message)
            self._wanted.pop(address.node, None)
        else:
            node.devices.add(address.device)
        rows.add(address.device_id, ONLINE, at_s, 1.0)
        for metric in message.metrics:
            if len(node.by_name) >= METRICS:
                self.counts["metrics_beyond_limit"] += 1
                continue
            meaning = _Meaning(address.device_id, metric.name, metric.datatype, _unit(metric))
            node.by_name[address.device_id, metric.name] = meaning
            if metric.HasField("alias"):
                node.by_alias[int(metric.alias)] = meaning

    def _node_died(self, rows: ReadingRows, address: Address, node: _Node, message: Any, at_s: float) -> None:
        """A death whose bdSeq is not that of the last birth is of an earlier connection."""
        bd_seq = _bd_seq(message)
        if node.bd_seq is not None and bd_seq is not None and bd_seq != node.bd_seq:
            self.counts["old_deaths"] += 1
            return
        node.is_born, node.seq = False, None
        for device_id in (address.node, *(f"{address.node}/{device}" for device in sorted(node.devices))):
            rows.add(device_id, ONLINE, at_s, 0.0)

    def _add_metric(self, rows: ReadingRows, address: Address, node: _Node, metric: Any, sent_s: float) -> None:
        meaning = self._meaning(address, node, metric)
        if meaning is None:
            self._want(address.node, "unknown_aliases")
            rows.reject("unknown_alias", alias=metric.alias, node=address.node[:80])
            return
        if meaning.name == BD_SEQ or meaning.name.startswith(CONTROL) or _is_fact(metric, meaning.name):
            return
        if metric.is_null or _is_bad(metric):
            self.counts["without_value"] += 1
            return
        at_s = metric.timestamp / 1000 if metric.HasField("timestamp") else sent_s
        rows.add(meaning.device_id, meaning.name, at_s, _value(metric, meaning.datatype), meaning.unit)

    def _meaning(self, address: Address, node: _Node, metric: Any) -> _Meaning | None:
        if metric.name:
            known = node.by_name.get((address.device_id, metric.name))
            return known or _Meaning(address.device_id, metric.name, metric.datatype, _unit(metric))
        return node.by_alias.get(int(metric.alias)) if metric.HasField("alias") else None


def rebirth_command(at_s: float) -> bytes:
    """Return the payload of an NCMD that asks a node for its births."""
    message = payload_class()(timestamp=int(at_s * 1000))
    message.metrics.add(name=REBIRTH, datatype=11, boolean_value=True)
    content: bytes = message.SerializeToString()
    return content


def command_topic(node: str) -> str:
    """Return where a node listens.

    >>> command_topic("plant/line-1")
    'spBv1.0/plant/NCMD/line-1'
    """
    group, _, name = node.partition("/")
    return f"{NAMESPACE}/{group}/NCMD/{name}"


def _parsed(payload: bytes) -> Any:
    from google.protobuf.message import DecodeError  # type: ignore[import-untyped]

    message = payload_class()()
    try:
        message.ParseFromString(payload)
    except DecodeError as error:
        raise SparkplugUnreadable(f"payload is not Sparkplug B: {str(error)[:100]}") from error
    return message


def _bd_seq(message: Any) -> int | None:
    for metric in message.metrics:
        if metric.name == BD_SEQ:
            return int(metric.long_value or metric.int_value)
    return None


def _is_fact(metric: Any, name: str) -> bool:
    return metric.WhichOneof("value") == "string_value" and bool(fact_named(name))


def _facts(address: Address, message: Any) -> Facts | None:
    """Return what a message tells of its device; a birth tells at least through which node it comes."""
    named = ((metric.name, metric.string_value) for metric in message.metrics if _is_fact(metric, metric.name))
    gateway = address.node if address.kind == "DBIRTH" else ""
    return facts_in(address.device_id, named, gateway=gateway)


def _value(metric: Any, datatype: int) -> object:
    kind = metric.WhichOneof("value")
    value = getattr(metric, kind) if kind else None
    if isinstance(value, bool):
        return float(value)
    bits = SIGNED_BITS.get(metric.datatype or datatype)
    if bits is None or not isinstance(value, int):
        return value
    low = value & ((1 << bits) - 1)
    return low - (1 << bits) if low >> (bits - 1) else low


def _properties(metric: Any) -> dict[str, Any]:
    return dict(zip(metric.properties.keys, metric.properties.values, strict=False))


def _is_bad(metric: Any) -> bool:
    """Say whether the node itself calls the value bad or stale."""
    if not metric.HasField("properties"):
        return False
    quality = _properties(metric).get(QUALITY)
    return quality is not None and quality.HasField("int_value") and quality.int_value != GOOD


def _unit(metric: Any) -> str:
    if not metric.HasField("properties"):
        return ""
    named = _properties(metric)
    for key in UNIT_KEYS:
        if key in named:
            return str(named[key].string_value)
    return ""
