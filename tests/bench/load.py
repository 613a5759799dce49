"""The real service under load, from outside: requests a second and time to answer at 1, 8 and 32 clients, and how soon
/livez answers meanwhile. `python -m tests.bench.load [SECONDS]` prints a table and writes bench-output/load.{json,png}.

Clients speak plain http.client on kept connections: on two cores the asking must cost little beside the answering.
"""

from __future__ import annotations

import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from tests.bench.draw import plot_rates, print_rates
from tests.bench.encoder import Rate

CLIENTS = (1, 8, 32)
SECONDS = 10.0
TIMEOUT_S = 120.0
LIVE_EVERY_S = 0.02
OUT = Path("bench-output")
EXAMPLES = Path(__file__).resolve().parent.parent.parent / "examples"
QUESTIONS = (
    "空调显示E4不制冷怎么办",
    "洗衣机不排水",
    "how do I descale the coffee machine",
    "router keeps dropping the line",
)
DIALOGUES = (
    "你好，我的空调 KFR-35GW 从昨天晚上开始不制冷，面板显示E4，订单号20250618936，电话13800138000，麻烦明天上午上门。",
    "My order number is 20260302118, the washer shows E18 and will not drain. Bought in March, please send someone.",
)


@dataclass(frozen=True, slots=True)
class Target:
    """What is asked, again and again."""

    name: str
    path: str
    bodies: tuple[bytes, ...]


PREFILL = Target(
    "prefill",
    "/v1/prefill",
    tuple(json.dumps({"messages": [{"id": "m", "role": "customer", "text": text}]}).encode() for text in DIALOGUES),
)
SUGGEST = Target("suggestions", "/v1/suggestions", tuple(json.dumps({"question": text}).encode() for text in QUESTIONS))


class Asker:
    """One kept connection."""

    def __init__(self, url: str, key: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT_S)
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def ask(self, method: str, path: str, body: bytes | None = None) -> int:
        self._connection.request(method, path, body, self._headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status

    def close(self) -> None:
        self._connection.close()


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking: the target's rate, and how many answers were not 200."""

    rate: Rate
    refused: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came of one load: the target's rate, and /livez's beside it."""

    rate: Rate
    live: Rate
    refused: int


def load(url: str, key: str, target: Target, *, clients: int, seconds: float) -> Loaded:
    """Ask from so many clients at once; ask /livez all the while."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as watchers:
        watchers.submit(watch_live, url, 0.0).result()  # it takes a second to begin
        live = watchers.submit(watch_live, url, seconds)
        asked = ask_all(url, key, target, clients=clients, seconds=seconds)
        live_rate = _rate(f"livez beside {target.name}", clients, live.result(), seconds)
    return Loaded(asked.rate, live_rate, asked.refused)


def ask_all(url: str, key: str, target: Target, *, clients: int, seconds: float) -> Asked:
    """Ask from so many clients at once, each again as soon as it has its answer."""
    until_s = time.perf_counter() + seconds
    times_s: list[float] = []
    statuses: list[int] = []

    def client(number: int) -> None:
        asker, turn = Asker(url, key), number
        while (asked_s := time.perf_counter()) < until_s:
            status = asker.ask("POST", target.path, target.bodies[turn % len(target.bodies)])
            times_s.append(time.perf_counter() - asked_s)
            statuses.append(status)
            turn += 1
        asker.close()

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    refused = sum(status != 200 for status in statuses)
    return Asked(_rate(target.name, clients, times_s, seconds), refused)


def watch_live(url: str, seconds: float) -> list[float]:
    """Ask /livez for so long; return what each answer took. Runs as a process of its own: beside the clients' threads
    it would wait for their interpreter, not for the service."""
    until_s = time.perf_counter() + seconds
    took_s: list[float] = []
    asker = Asker(url, "")
    while (asked_s := time.perf_counter()) < until_s:
        assert asker.ask("GET", "/livez") == 200
        took_s.append(time.perf_counter() - asked_s)
        time.sleep(LIVE_EVERY_S)
    asker.close()
    return took_s


def _rate(way: str, clients: int, times_s: Sequence[float], seconds: float) -> Rate:
    cuts = statistics.quantiles(times_s, n=100) if len(times_s) > 1 else [*times_s, 0.0][:1] * 99
    return Rate(way, clients, len(times_s) / seconds, cuts[49] * 1_000, cuts[98] * 1_000)


def fill(url: str, key: str) -> None:
    """Bring the example's articles in."""
    articles = (
        {"id": path.stem, "title": path.stem, "body": path.read_text(encoding="utf-8")}
        for path in sorted((EXAMPLES / "kb").glob("*.md"))
    )
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=TIMEOUT_S) as client:
        for article in articles:
            client.put(f"/v1/articles/{article.pop('id')}", json=article).raise_for_status()


def measure_service(url: str, key: str, *, seconds: float, clients: Sequence[int] = CLIENTS) -> list[Loaded]:
    """Return what came of each target at each number of clients."""
    fill(url, key)
    for target in (PREFILL, SUGGEST):
        load(url, key, target, clients=2, seconds=min(2.0, seconds))
    return [
        load(url, key, target, clients=count, seconds=seconds) for target in (PREFILL, SUGGEST) for count in clients
    ]


def tell(found: Sequence[Loaded], *, extra: Mapping[str, float]) -> None:
    """Print the table; keep it and its plot."""
    rates = [rate for loaded in found for rate in (loaded.rate, loaded.live)]
    title = "The service under load"
    print_rates(rates, extra, title=title)
    plot_rates(rates, OUT / "load.png", title=title)
    body = {"at": datetime.now(UTC).isoformat(), "rates": [asdict(rate) for rate in rates], **extra}
    (OUT / "load.json").write_text(json.dumps(body, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    from tests.systems.beforehand_process import BeforehandProcess
    from training.live_service import free_port

    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        environment = {"BEFOREHAND_LIMITS__REQUESTS_PER_MINUTE": "10000000", "BEFOREHAND_LOG_LEVEL": "warning"}
        service = BeforehandProcess(folder, port=free_port(), environment=environment)
        service.make_key()
        service.start()
        stack.callback(service.stop)
        found = measure_service(service.url, service.key, seconds=seconds)
    tell(found, extra={"refused": float(sum(loaded.refused for loaded in found))})


if __name__ == "__main__":
    main()
