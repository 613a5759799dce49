"""Clients that ask for everything at once and never give up: each request is repeated, with its key, until it is
answered for. What was answered for is written down; it is what must not be lost.
"""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import httpx

PAUSE_S = 0.05
HOURS = 336
CALM_HOURS = 288


def readings_of(device_id: str, *, until: datetime) -> list[dict[str, object]]:
    """Return two weeks of hourly pressure: calm for twelve days, then falling. Opens one ticket."""
    start = until - timedelta(hours=HOURS)
    return [
        {
            "device_id": device_id,
            "metric": "suction_pressure",
            "at": (start + timedelta(hours=hour)).isoformat(),
            "value": 850.0 + hour % 5 if hour < CALM_HOURS else 850.0 - 8.0 * (hour - CALM_HOURS),
            "unit": "kPa",
        }
        for hour in range(HOURS)
    ]


@dataclass(slots=True)
class Acknowledged:
    """What the service answered for, by the names that the clients chose."""

    prefills: dict[str, str] = field(default_factory=dict)  # ticket id: job id
    imports: dict[str, str] = field(default_factory=dict)  # article id: job id
    drafts: dict[str, str] = field(default_factory=dict)  # ticket id: prefill id, asked for in the usual way
    feedback: dict[str, str] = field(default_factory=dict)  # prefill id: the value given
    devices: list[str] = field(default_factory=list)

    def count(self) -> int:
        return len(self.prefills) + len(self.imports) + len(self.drafts) + len(self.feedback) + len(self.devices)


class MixedLoad:
    """Threads that ask until `stop`; each finishes the request it is at."""

    def __init__(self, client: Callable[[], httpx.Client], *, now: datetime, threads: int, devices: int) -> None:
        self._client = client
        self._now = now
        self._devices = devices
        self._stopped = threading.Event()
        self._threads = [
            threading.Thread(target=self._ask, args=(number,), name=f"client-{number}") for number in range(threads)
        ]
        self._lock = threading.Lock()
        self.acknowledged = Acknowledged()
        self.failures: list[str] = []
        self.repeats = 0
        self.ack_ms: list[float] = []

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def _ask(self, thread: int) -> None:
        chooser = random.Random(thread)
        kinds = (self._prefill_later, self._import_later, self._draft_and_judge, self._telemetry)
        number = 0
        with self._client() as client:
            while not self._stopped.is_set():
                number += 1
                name = f"{thread}-{number}"
                try:
                    chooser.choices(kinds, weights=(6, 3, 3, 1))[0](client, name)
                except AssertionError as error:
                    with self._lock:
                        self.failures.append(str(error))
                time.sleep(PAUSE_S)

    def _prefill_later(self, client: httpx.Client, name: str) -> None:
        ticket_id = f"L-{name}"
        asked = {"ticket_id": ticket_id, "messages": [{"text": f"订单号20250618936，面板显示E4，第{name}次"}]}
        headers = {"Prefer": "respond-async", "Idempotency-Key": ticket_id}
        started = time.perf_counter()
        answer, tries = self._until_answered(lambda: client.post("/v1/prefill", json=asked, headers=headers), 202)
        if tries == 1:
            self.ack_ms.append((time.perf_counter() - started) * 1000)
        self.acknowledged.prefills[ticket_id] = answer.json()["id"]

    def _import_later(self, client: httpx.Client, name: str) -> None:
        article = {"id": f"A-{name}", "title": f"Fault {name}", "body": f"Press reset on unit {name} for ten seconds."}
        headers = {"Prefer": "respond-async", "Idempotency-Key": article["id"], "Content-Type": "application/x-ndjson"}
        content = json.dumps(article)
        answer, _ = self._until_answered(
            lambda: client.post("/v1/articles/import", content=content, headers=headers), 202
        )
        self.acknowledged.imports[article["id"]] = answer.json()["id"]

    def _draft_and_judge(self, client: httpx.Client, name: str) -> None:
        ticket_id = f"S-{name}"
        asked = {"ticket_id": ticket_id, "messages": [{"text": "Order 20250618936, the panel shows E4"}]}
        headers = {"Idempotency-Key": ticket_id}
        answer, _ = self._until_answered(lambda: client.post("/v1/prefill", json=asked, headers=headers), 200)
        prefill_id = answer.json()["id"]
        self.acknowledged.drafts[ticket_id] = prefill_id
        verdict = {"prefill_id": prefill_id, "field": "error_code", "action": "edited", "final": f"E{name}"}
        headers = {"Idempotency-Key": f"F-{name}"}
        self._until_answered(lambda: client.post("/v1/feedback", json=verdict, headers=headers), 201)
        self.acknowledged.feedback[prefill_id] = f"E{name}"

    def _telemetry(self, client: httpx.Client, name: str) -> None:
        if len(self.acknowledged.devices) >= self._devices:
            return
        device_id = f"D-{name}"
        asked = readings_of(device_id, until=self._now)
        self._until_answered(lambda: client.post("/v1/telemetry", json=asked), 202)
        self.acknowledged.devices.append(device_id)

    def _until_answered(self, ask: Callable[[], httpx.Response], status: int) -> tuple[httpx.Response, int]:
        """Ask until there is an answer; the service may be gone for a while."""
        tries = 0
        while True:
            tries += 1
            try:
                answer = ask()
            except httpx.TransportError:
                answer = None
            if answer is not None and answer.status_code not in (409, 429, 503):
                assert answer.status_code == status, f"{answer.status_code}: {answer.text[:300]}"
                return answer, tries
            with self._lock:
                self.repeats += 1
            time.sleep(PAUSE_S * 4)
