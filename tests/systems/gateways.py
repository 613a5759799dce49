"""Simulated gateways: device readings as ThingsBoard messages, shuffled within bounds, some sent twice, QoS 1."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from paho.mqtt.client import Client, MQTTMessageInfo, MQTTv5
from paho.mqtt.enums import CallbackAPIVersion

STEP_S = 600.0
SHUFFLED_WITHIN = 200
TWICE = 0.05
UNDER_WAY = 500
"""Published and not acknowledged by the broker yet."""


@dataclass(frozen=True, slots=True)
class Course:
    """What some devices measure: values[step, device]; the first of them fail in the last tenth."""

    start_s: float
    devices: int
    steps: int
    failing: int
    seed: int

    def device_id(self, device: int) -> str:
        return f"机-{device:04}"

    def values(self) -> np.typing.NDArray[np.float64]:
        chance = np.random.default_rng(self.seed)
        values = 850.0 + chance.normal(0, 2, size=(self.steps, self.devices))
        sick = self.steps // 10
        values[-sick:, : self.failing] -= np.linspace(0, 300, sick)[:, None]
        return np.round(values, 3)

    def readings(self) -> Iterator[tuple[int, float, float]]:
        """Yield device, time and value in order of time."""
        for step, row in enumerate(self.values()):
            for device, value in enumerate(row.tolist()):
                yield device, self.start_s + STEP_S * step, value

    def messages(self) -> Iterator[bytes]:
        """Yield payloads as they are sent: out of order, some twice."""
        chooser = random.Random(self.seed)
        held: list[bytes] = []
        for device, at_s, value in self.readings():
            body = {self.device_id(device): [{"ts": int(at_s * 1000), "values": {"pressure": value}}]}
            held.append(json.dumps(body, ensure_ascii=False).encode())
            if chooser.random() < TWICE:
                held.append(held[-1])
            if len(held) >= SHUFFLED_WITHIN:
                chooser.shuffle(held)
                yield from held[: SHUFFLED_WITHIN // 2]
                del held[: SHUFFLED_WITHIN // 2]
        chooser.shuffle(held)
        yield from held


class Gateway:
    """Publishes payloads and waits until the broker has each of them."""

    def __init__(self, port: int, *, name: str) -> None:
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTv5)
        self._client.max_inflight_messages_set(UNDER_WAY)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()

    def send(self, payloads: Iterator[bytes] | Sequence[bytes], *, rate: float = 0.0) -> int:
        """Send all; return how many. A rate is messages a second, 0 as fast as they are taken."""
        waiting: list[MQTTMessageInfo] = []
        count, started_s = 0, time.monotonic()
        for payload in payloads:
            waiting.append(self._client.publish("v1/gateway/telemetry", payload, qos=1))
            count += 1
            if len(waiting) >= UNDER_WAY:
                waiting.pop(0).wait_for_publish(60)
                waiting = [one for one in waiting if not one.is_published()]
            if rate and (ahead_s := count / rate - (time.monotonic() - started_s)) > 0:
                time.sleep(ahead_s)
        for one in waiting:
            one.wait_for_publish(60)
        return count

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def in_background(gateway: Gateway, payloads: Iterator[bytes], *, rate: float) -> threading.Thread:
    """Send on a thread of its own."""
    thread = threading.Thread(target=gateway.send, args=(payloads,), kwargs={"rate": rate}, daemon=True)
    thread.start()
    return thread
