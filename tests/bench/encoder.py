"""One text a call against batches, on the same encoder in the same run: requests a second and time to answer.

The encoder has all-MiniLM-L6-v2's shape and random weights. Three ways: `direct`, every client calls it;
`turns`, one at a time, as engines without a batcher take turns; `batched`. Short questions of 6 to 14 tokens, as
customers ask. Each way is measured in short rounds, in turn, so that the rest of the machine disturbs all alike.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from api.batching import Batched, Batcher
from nlp.encoders.embed import Embedder, EncoderInput, Vectors, build_embedder
from training.random_encoder import make_random_encoder

CLIENTS = (1, 8, 16, 32)
ROUND_S = 1.5
ROUNDS = 5
QUESTIONS = 400
Ask = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Rate:
    """What one way did with so many clients: the median round."""

    way: str
    clients: int
    per_s: float
    p50_ms: float
    p99_ms: float


def measure_encoder(*, threads: int = 2, rounds: int = ROUNDS, round_s: float = ROUND_S) -> list[Rate]:
    """Return the rate of each way at each number of clients."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = make_random_encoder(Path(scratch) / "encoder-random", seed=0)
        embedder = build_embedder("onnx", folder=folder, threads=threads)
        ways, stop = make_ways(embedder)
        for ask in ways.values():
            ask("预热 warm up")
        found = [
            rate for clients in CLIENTS for rate in measure_ways(ways, clients=clients, rounds=rounds, round_s=round_s)
        ]
        stop()
    return found


def make_ways(embedder: Embedder) -> tuple[dict[str, Ask], Callable[[], None]]:
    """Return the three ways by name, and what ends them."""
    turn = threading.Lock()
    noted: list[Batched] = []
    batcher: Batcher[EncoderInput, Vectors] = Batcher(
        lambda inputs: list(embedder.embed_prepared(inputs)), size_of=lambda one: len(one.ids), on_batch=noted.append
    )
    batcher.start()

    def take_turns(text: str) -> object:
        prepared = embedder.prepare(text)
        with turn:
            return embedder.embed_prepared([prepared])

    ways: dict[str, Ask] = {
        "direct": lambda text: embedder.embed([text]),
        "turns": take_turns,
        "batched": lambda text: batcher.run([embedder.prepare(text)]),
    }
    return ways, batcher.stop


def measure_ways(ways: dict[str, Ask], *, clients: int, rounds: int, round_s: float) -> list[Rate]:
    """Measure the ways in turn, several rounds each; return each way's median round."""
    rates: dict[str, list[Rate]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, ask in ways.items():
            rates[way].append(measure(way, ask, clients=clients, round_s=round_s))
    return [sorted(those, key=lambda rate: rate.per_s)[len(those) // 2] for those in rates.values()]


def measure(way: str, ask: Ask, *, clients: int, round_s: float) -> Rate:
    """Ask from so many threads at once, each again as soon as it has its answer."""
    chooser = random.Random(7)
    questions = [
        "".join(chr(chooser.randrange(0x4E00, 0x6E00)) for _ in range(chooser.randrange(4, 13)))
        for _ in range(QUESTIONS)
    ]
    until_s = time.perf_counter() + round_s
    times_s: list[float] = []

    def client(number: int) -> None:
        own = random.Random(number)
        mine: list[float] = []
        while (asked_s := time.perf_counter()) < until_s:
            ask(own.choice(questions))
            mine.append(time.perf_counter() - asked_s)
        times_s.extend(mine)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = statistics.quantiles(times_s, n=100) if len(times_s) > 1 else [times_s[0]] * 99
    return Rate(way, clients, len(times_s) / round_s, cuts[49] * 1_000, cuts[98] * 1_000)


def ratios(rates: list[Rate]) -> dict[str, float]:
    """Return what was promised: throughput at 16 clients over one text a call, latency alone over one text a call."""
    by = {(rate.way, rate.clients): rate for rate in rates}
    return {
        "throughput at 16 clients, batched / turns": by["batched", 16].per_s / by["turns", 16].per_s,
        "throughput at 16 clients, batched / direct": by["batched", 16].per_s / by["direct", 16].per_s,
        "latency alone, batched / turns": by["batched", 1].p50_ms / by["turns", 1].p50_ms,
        "latency alone, batched / direct": by["batched", 1].p50_ms / by["direct", 1].p50_ms,
    }
