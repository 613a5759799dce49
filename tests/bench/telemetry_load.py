"""A thousand simulated gateways behind a real broker: is anything lost, how long until a ticket, does memory grow?

Every gateway has a connection of its own and sends one message a second with QoS 1. Beside them a probe device that has
a history breaks once a second; its ticket is waited for in the database.
Out: a table. Run: python -m tests.bench.telemetry_load [--seconds 300] [--gateways 1000] [--values 20]
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import struct
import tempfile
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import numpy as np
from rich.console import Console
from rich.table import Table

from tests.systems.beforehand_process import BeforehandProcess
from tests.systems.mosquitto import Mosquitto
from tests.systems.rt import free_port, wait_until

CONNECT, PUBLISH, PUBACK = 0x10, 0x32, 0x40  # first bytes; PUBLISH with QoS 1
HISTORY = 600
BROKEN = 12
"""Readings of a broken probe in one message: more than the eight that the detectors' evidence is averaged over."""
TOPIC = b"v1/gateway/telemetry"
SAMPLED_EVERY_S = 10.0
DRAINED_S = 120.0
SETTLED = 0.3
"""Of the run; what memory is taken once, for 20,000 series and the first ticket, is taken by then."""


@dataclass(slots=True)
class Sent:
    """What became of messages on the broker's side."""

    messages: int = 0
    acknowledged: int = 0
    values: int = 0
    behind_s: list[float] = field(default_factory=list)


def packet(kind: int, body: bytes) -> bytes:
    """Return an MQTT packet."""
    left, size = len(body), bytearray()
    while True:
        left, digit = divmod(left, 128)
        size.append(digit | (128 if left else 0))
        if not left:
            return bytes([kind]) + bytes(size) + body


def text(content: bytes) -> bytes:
    return struct.pack("!H", len(content)) + content


async def gateway(number: int, port: int, *, seconds: int, values: int, begins_s: float, sent: Sent) -> None:
    """Send one message a second, spread over the second, and count what the broker acknowledges."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(
        packet(CONNECT, text(b"MQTT") + bytes([4, 2]) + struct.pack("!H", 600) + text(f"gw-{number}".encode()))
    )
    await reader.readexactly(4)
    counting = asyncio.create_task(count_acknowledgements(reader, sent))
    names = [f"metric_{one}" for one in range(values)]
    chance = np.random.default_rng(number)
    for second in range(seconds):
        due_s = begins_s + second + (number % 1000) / 1000
        await asyncio.sleep(max(0.0, due_s - time.time()))
        sent.behind_s.append(time.time() - due_s)
        readings = dict(zip(names, np.round(chance.normal(100, 2, values), 2).tolist(), strict=True))
        body = json.dumps({f"gw-{number}": [{"ts": round(time.time() * 1000), "values": readings}]}).encode()
        writer.write(packet(PUBLISH, text(TOPIC) + struct.pack("!H", second % 65_535 + 1) + body))
        sent.messages += 1
        sent.values += values
    with suppress(TimeoutError):
        await asyncio.wait_for(counting, timeout=0.1 if seconds == 0 else 5)
    writer.close()


async def count_acknowledgements(reader: asyncio.StreamReader, sent: Sent) -> None:
    with suppress(asyncio.IncompleteReadError):
        while True:
            head = await reader.readexactly(4)
            sent.acknowledged += head[0] == PUBACK


async def all_gateways(count: int, port: int, *, seconds: int, values: int, sent: Sent) -> None:
    begins_s = time.time() + 3.0
    each = [
        gateway(number, port, seconds=seconds, values=values, begins_s=begins_s, sent=sent) for number in range(count)
    ]
    await asyncio.gather(*each)


def history_of(probes: Sequence[str], *, until: datetime) -> list[list[dict[str, object]]]:
    """Return calm readings of the probes, one a minute."""
    chance = np.random.default_rng(7)
    return [
        [
            {
                "device_id": probe,
                "metric": "pressure",
                "at": (until - timedelta(minutes=HISTORY - minute)).isoformat(),
                "value": round(float(chance.normal(850, 2)), 2),
            }
            for minute in range(HISTORY)
        ]
        for probe in probes
    ]


def break_probes(probes: Sequence[str], port: int, database: Path, latencies_s: list[float], until_s: float) -> None:
    """Break one probe a second and wait for its ticket, until there is no more time."""
    from paho.mqtt.client import Client
    from paho.mqtt.enums import CallbackAPIVersion

    client = Client(CallbackAPIVersion.VERSION2, client_id="probe")
    client.connect("127.0.0.1", port)
    client.loop_start()
    reading = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    for probe in probes:
        if time.time() >= until_s:
            break
        now_s = time.time()
        entries = [
            {"ts": round((now_s - BROKEN + second) * 1000), "values": {"pressure": 200.0 - second}}
            for second in range(BROKEN)
        ]
        client.publish(TOPIC.decode(), json.dumps({probe: entries}), qos=1)
        query = "SELECT count(*) FROM tickets WHERE device_id = ?"
        while not reading.execute(query, (probe,)).fetchone()[0] and time.time() < now_s + 30:
            time.sleep(0.01)
        latencies_s.append(time.time() - now_s)
        time.sleep(max(0.0, now_s + 1 - time.time()))
    client.disconnect()
    client.loop_stop()


@dataclass(frozen=True, slots=True)
class Cost:
    """What the service used so far."""

    resident_mib: float
    processor_s: float


def cost_of(process: BeforehandProcess) -> Cost:
    with process.client() as client:
        told = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if line[:1] != "#")
    return Cost(float(told["process_resident_memory_bytes"]) / 2**20, float(told["process_cpu_seconds_total"]))


def sample_costs(process: BeforehandProcess, costs: list[Cost], stopped: threading.Event) -> None:
    """Note what the service uses, every now and then."""
    while not stopped.wait(SAMPLED_EVERY_S):
        costs.append(cost_of(process))


def readings_by_outcome(client: httpx.Client) -> dict[str, int]:
    lines = client.get("/metrics").text.splitlines()
    told = [line for line in lines if line.startswith("beforehand_readings_total{")]
    return {line.split('"')[1]: int(float(line.rsplit(" ", 1)[1])) for line in told}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=300)
    parser.add_argument("--gateways", type=int, default=1_000)
    parser.add_argument("--values", type=int, default=20)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        broker = Mosquitto(folder / "broker", port=free_port())
        data_dir = folder / "data"
        data_dir.mkdir()
        service = BeforehandProcess(data_dir, port=free_port(), environment={"BEFOREHAND_MQTT_URL": broker.url})
        broker.start()
        try:
            measure(asked, broker, service, data_dir)
        finally:
            service.stop()
            broker.stop()


def measure(asked: argparse.Namespace, broker: Mosquitto, service: BeforehandProcess, data_dir: Path) -> None:
    service.make_key()
    service.start()
    probes = [f"probe-{number}" for number in range(asked.seconds)]
    with service.client() as client:
        for part in history_of(probes, until=datetime.now(UTC) - timedelta(minutes=1)):
            client.post("/v1/telemetry", json=part).raise_for_status()
        before = readings_by_outcome(client)
    sent, latencies_s, costs, stopped = Sent(), list[float](), [cost_of(service)], threading.Event()
    until_s = time.time() + asked.seconds + 3
    database = data_dir / "beforehand.sqlite3"
    breaking = threading.Thread(target=break_probes, args=(probes, broker.port, database, latencies_s, until_s))
    breaking.start()
    sending = asyncio.new_event_loop()
    sampling = threading.Thread(target=sample_costs, args=(service, costs, stopped))
    sampling.start()
    sending.run_until_complete(
        all_gateways(asked.gateways, broker.port, seconds=asked.seconds, values=asked.values, sent=sent)
    )
    breaking.join()
    stopped.set()
    sampling.join()
    expected = sent.values + BROKEN * len(latencies_s)

    def taken() -> int:
        with service.client() as client:
            now = readings_by_outcome(client)
        return sum(now.values()) - sum(before.values())

    drained_s = float("nan")
    with suppress(AssertionError):  # the table says what is missing
        wait_until(lambda: taken() >= expected, "everything is taken in", limit_s=DRAINED_S, pause_s=0.5)
        drained_s = time.time() - until_s
    costs.append(cost_of(service))
    with service.client() as client:
        after = readings_by_outcome(client)
    table = Table(
        "what", "figure", title=f"{asked.gateways} gateways, {asked.seconds} s, {asked.values} values a second"
    )
    table.add_row("values sent", f"{sent.values:,}, {sent.values / asked.seconds:,.0f} a second")
    table.add_row("messages sent, acknowledged by the broker", f"{sent.messages:,}, {sent.acknowledged:,}")
    table.add_row("sent later than due, p99", f"{np.percentile(sent.behind_s, 99) * 1e3:.0f} ms")
    for outcome, count in after.items():
        table.add_row(f"readings {outcome}", f"{count - before.get(outcome, 0):,}")
    table.add_row("not taken in", f"{expected - taken():,}")
    shown = [f"{np.percentile(latencies_s, share) * 1e3:.0f} ms" for share in (50, 99, 100)]
    table.add_row(f"from reading to ticket, {len(latencies_s)} times, p50, p99, most", ", ".join(shown))
    table.add_row("everything on disk after the last message", f"{drained_s:.1f} s")
    resident = [cost.resident_mib for cost in costs]
    settled = resident[int(SETTLED * len(resident)) :]
    grown = float(np.polyfit(np.arange(len(settled)), settled, 1)[0]) * 60 / SAMPLED_EVERY_S if settled[1:] else 0.0
    table.add_row("resident before, settled, after", f"{resident[0]:.0f}, {settled[0]:.0f}, {resident[-1]:.0f} MiB")
    table.add_row("growing by, once settled", f"{grown:.1f} MiB a minute")
    used_s = costs[-1].processor_s - costs[0].processor_s
    table.add_row("processor time of the service", f"{used_s:.1f} s, {used_s / taken() * 1e6:.1f} us a value")
    Console().print(table)


if __name__ == "__main__":
    main()
