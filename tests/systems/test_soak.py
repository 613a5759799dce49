"""Mixed load for half an hour (a minute in the short run): memory and descriptors stay level, by least squares."""

from __future__ import annotations

import json
import math
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import pytest

from tests.bench.load import OUT, PREFILL, SUGGEST, ask_all, fill
from tests.systems.beforehand_process import BeforehandProcess
from training.live_service import free_port

pytestmark = pytest.mark.systems
IS_FULL = os.environ.get("BEFOREHAND_TEST_LENGTH") == "full"
DURATION_S = 1_800.0 if IS_FULL else 60.0
WARM_S = 300.0 if IS_FULL else 20.0
"""Caches fill and the allocator finds its size; what counts is what comes after."""
EVERY_S = 5.0 if IS_FULL else 1.0
GROWTH = 0.03 if IS_FULL else 0.15
"""Of the median, over the whole run: below it, a year's growth is a restart's; the short run cannot see less."""
ROUND_S = 5.0


@dataclass(frozen=True, slots=True)
class Line:
    """A least-squares line: its slope a second, and the half width of the slope's 95% interval."""

    slope: float
    margin: float
    median: float

    def grows_by(self, seconds: float) -> float:
        """Return the share of the median that it surely grows by in so many seconds."""
        return (self.slope - self.margin) * seconds / self.median


def fit(at_s: Sequence[float], values: Sequence[float]) -> Line:
    """Fit a line; neighbouring samples are alike, so their number is cut by their correlation."""
    x, y = np.asarray(at_s) - np.mean(at_s), np.asarray(values, float)
    slope = float((x * (y - y.mean())).sum() / (x * x).sum())
    rest = y - y.mean() - slope * x
    alike = float((rest[1:] * rest[:-1]).sum() / max((rest * rest).sum(), 1e-12))
    independent = max(4.0, len(x) * (1 - alike) / (1 + alike))
    margin = 2.0 * math.sqrt(
        float((rest * rest).sum()) / (independent - 2) / float((x * x).sum() / len(x) * independent)
    )
    return Line(slope, margin, float(np.median(y)))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[BeforehandProcess]:
    environment = {"BEFOREHAND_LIMITS__REQUESTS_PER_MINUTE": "10000000", "BEFOREHAND_LOG_LEVEL": "warning"}
    process = BeforehandProcess(tmp_path, port=free_port(), environment=environment)
    process.make_key()
    process.start()
    yield process
    process.stop()


def numbers(client: httpx.Client) -> tuple[float, float]:
    """Return resident bytes and open descriptors, as the service itself tells."""
    lines = dict(line.rsplit(" ", 1) for line in client.get("/metrics").text.splitlines() if not line.startswith("#"))
    return float(lines["process_resident_memory_bytes"]), float(lines["process_open_fds"])


def other_work(service: BeforehandProcess, until_s: float, photo: bytes) -> None:
    """Telemetry, a photo and reading, again and again."""
    turn = 0
    with service.client() as client:
        while time.monotonic() < until_s:
            readings = [{"device_id": f"D{turn % 20}", "metric": "power", "at": time.time(), "value": float(turn % 7)}]
            client.post("/v1/telemetry", json=readings)
            client.post("/v1/ocr", files={"file": ("label.jpg", photo, "image/jpeg")})
            client.get("/v1/tickets?kind=maintenance")
            client.post("/v1/prefill", content=b"{broken", headers={"Content-Type": "application/json"})
            turn += 1


@pytest.mark.parametrize(
    ("values", "is_level"), [([100.0] * 60, True), ([100.0 + i for i in range(60)], False)], ids=["level", "leak"]
)
def test_the_measure_tells_a_leak_from_a_level(values: list[float], is_level: bool) -> None:
    assert (fit(range(60), values).grows_by(60) < GROWTH) == is_level


def test_memory_and_descriptors_stay_level(service: BeforehandProcess, examples: Path) -> None:
    fill(service.url, service.key)
    photo = (examples / "nameplate_en.jpg").read_bytes()
    started_s = time.monotonic()
    until_s = started_s + DURATION_S

    def text_work() -> None:
        while time.monotonic() < until_s:
            for target in (PREFILL, SUGGEST):
                ask_all(service.url, service.key, target, clients=2, seconds=ROUND_S)

    threads = [
        threading.Thread(target=text_work),
        threading.Thread(target=other_work, args=(service, until_s, photo)),
    ]
    for thread in threads:
        thread.start()
    samples: list[tuple[float, float, float]] = []
    with service.client() as client:
        while time.monotonic() < until_s:
            memory, descriptors = numbers(client)
            samples.append((time.monotonic() - started_s, memory, descriptors))
            time.sleep(EVERY_S)
    for thread in threads:
        thread.join()
    OUT.mkdir(exist_ok=True)
    (OUT / "soak.json").write_text(json.dumps(samples), encoding="utf-8")
    warm = [sample for sample in samples if sample[0] >= WARM_S]
    at_s = [sample[0] for sample in warm]
    for name, values in (("memory", [one[1] for one in warm]), ("descriptors", [one[2] for one in warm])):
        line = fit(at_s, values)
        grown = line.grows_by(DURATION_S)
        assert grown < GROWTH, f"{name}: {line.slope:.3g} ± {line.margin:.2g} a second; median {line.median:.4g}"
