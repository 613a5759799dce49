"""A million passages in memory: what the index takes, what it finds of the true neighbours, how long a search takes.

The vectors are made up: subjects, topics of each, passages around a topic.
Layouts are tried side by side; the last column is with the exact cosines of the stored half-precision rows, which is
what the dense leg ranks by. Times are process CPU times of one thread, so other work on the machine hardly matters.

    python -m tests.bench.vectors                      a million, the layout that ships
    python -m tests.bench.vectors --layouts all        and those that were tried beside it (an hour)
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from rich.console import Console
from rich.table import Table

from nlp.search.faiss_vector_index import Numbers, Rows, build_index, exact_nearest, lists_for

WIDTH = 384
CHUNK = 50_000
SUBJECTS, TOPICS = 500, 20
"""Fifty passages a topic in a million: the ten nearest stand among those that tell of the same thing."""
QUESTIONS = 500
NEAREST = 10
RESCORED = 60
"""As many as the dense leg asks the index for."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """Vectors by chunk: the rows of one chunk are the same each time they are asked for."""

    passages: int
    seed: int = 0

    def rows(self, at: int) -> Rows:
        chance = np.random.default_rng((self.seed, at))
        shape = np.random.default_rng(self.seed)
        subjects = np.repeat(shape.standard_normal((SUBJECTS, WIDTH), np.float32), TOPICS * self.scale, axis=0)
        topics = unit(subjects + 0.7 * shape.standard_normal(subjects.shape, np.float32))
        count = min(CHUNK, self.passages - at * CHUNK)
        own = chance.standard_normal((count, WIDTH), np.float32) / WIDTH**0.5
        return unit(topics[chance.integers(0, len(topics), count)] + 0.6 * own)

    @property
    def scale(self) -> int:
        """Return how many times the topics are there, so that each has about fifty passages."""
        return max(1, self.passages // (50 * SUBJECTS * TOPICS))

    def chunks(self) -> Iterator[tuple[Numbers, Rows]]:
        for at in range(-(-self.passages // CHUNK)):
            rows = self.rows(at)
            yield np.arange(at * CHUNK, at * CHUNK + len(rows), dtype=np.int64), rows


def unit(rows: Rows) -> Rows:
    scaled: Rows = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return scaled


def questions_of(corpus: Corpus) -> Rows:
    """Return passages that somebody words otherwise."""
    chance = np.random.default_rng((corpus.seed, 10**6))
    rows = corpus.rows(0)[chance.choice(min(CHUNK, corpus.passages), QUESTIONS, replace=False)]
    return unit(rows + 0.5 * chance.standard_normal(rows.shape, np.float32) / WIDTH**0.5)


@dataclass(frozen=True, slots=True)
class Found:
    name: str
    megabytes: float
    recall: float
    rescored: float
    p50_ms: float
    p99_ms: float
    build_s: float


Build = Callable[[Corpus], Any]


def shipped(corpus: Corpus) -> Any:
    return build_index(WIDTH, corpus.passages, corpus.chunks, layout="ivf")._index


def from_factory(factory: str, **options: int) -> Build:
    def build(corpus: Corpus) -> Any:
        index = faiss.index_factory(WIDTH, factory, faiss.METRIC_INNER_PRODUCT)
        index.train(np.concatenate([corpus.rows(at) for at in range(min(3, -(-corpus.passages // CHUNK)))]))
        for _, rows in corpus.chunks():
            index.add(rows)
        for name, value in options.items():
            faiss.ParameterSpace().set_index_parameter(index, name, value)
        return index

    return build


def tried(passages: int) -> dict[str, Build]:
    lists = lists_for(passages)
    return {
        "ivf sq8 (ships)": shipped,
        "ivf sq4, 32 lists": from_factory(f"IVF{lists},SQ4", nprobe=32),
        "opq pq96, 32 lists": from_factory(f"OPQ96,IVF{lists},PQ96", nprobe=32),
        "hnsw sq8, ef 128": from_factory("HNSW16_SQ8", efSearch=128),
    }


def measure(name: str, build: Build, corpus: Corpus, questions: Rows, truth: Sequence[frozenset[int]]) -> Found:
    begun = time.process_time()
    index = build(corpus)
    build_s = time.process_time() - begun
    megabytes = resident_megabytes(index)
    faiss.omp_set_num_threads(1)
    took_ms, plain, rescored = [], [], []
    for question, right in zip(questions, truth, strict=True):
        begun = time.process_time()
        _, numbers = index.search(question[None], RESCORED)
        took_ms.append((time.process_time() - begun) * 1000)
        plain.append(len(set(numbers[0, :NEAREST].tolist()) & right) / NEAREST)
        rescored.append(len(set(numbers[0].tolist()) & right) / NEAREST)  # exact cosines put the right ones first
    p50, p99 = np.percentile(took_ms, [50, 99])
    return Found(name, megabytes, float(np.mean(plain)), float(np.mean(rescored)), float(p50), float(p99), build_s)


def resident_megabytes(index: Any) -> float:
    """Return what a process grows by when it opens the index."""
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "index"
        faiss.write_index(index, str(path))
        ran = subprocess.run([sys.executable, "-c", _OPEN, str(path)], capture_output=True, text=True, check=True)
    return float(ran.stdout)


_OPEN = """
import sys, faiss
def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) / 1024
before = resident()
index = faiss.read_index(sys.argv[1])
print(resident() - before)
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=1_000_000)
    parser.add_argument("--layouts", choices=("shipped", "all"), default="shipped")
    options = parser.parse_args()
    corpus = Corpus(options.passages)
    questions = questions_of(corpus)
    truth = exact_nearest(questions, corpus.chunks)
    table = Table("layout", "MB", "recall@10", "rescored", "p50 ms", "p99 ms", "build CPU s")
    builds = tried(options.passages)
    for name in builds if options.layouts == "all" else list(builds)[:1]:
        found = measure(name, builds[name], corpus, questions, truth)
        quality = (f"{found.recall:.3f}", f"{found.rescored:.3f}", f"{found.p50_ms:.1f}", f"{found.p99_ms:.1f}")
        table.add_row(name, f"{found.megabytes:.0f}", *quality, f"{found.build_s:.0f}")
        Console(stderr=True).print(found)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
