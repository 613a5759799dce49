"""Measure search: evaluation sets in, a table of hit@1, hit@10, MRR@10, nDCG@10 and times out.

It measures the product's own door, KnowledgeBase.search, one article a document; the abstain rule is measured by
training.fit_abstain.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

import ir_measures
import numpy as np
from ir_measures import RR, Success, nDCG
from rich.console import Console
from rich.progress import track
from rich.table import Table

from nlp.search.knowledge_base import KnowledgeBase
from training.kb_sets import SET_NAMES, KbSet, read_kb_set

_MEASURES = {"hit@1": Success @ 1, "hit@10": Success @ 10, "MRR@10": RR @ 10, "nDCG@10": nDCG @ 10}


@dataclass(frozen=True, slots=True)
class Measured:
    name: str
    articles: int
    questions: int
    build_s: float
    median_ms: float
    p99_ms: float
    quality: dict[str, float]


def measure(kb_set: KbSet, *, limit: int | None) -> Measured:
    """Index the set in memory and ask its questions."""
    begun = time.perf_counter()
    with KnowledgeBase(":memory:") as base:
        base.put_many(kb_set.articles)
        build_s = time.perf_counter() - begun
        names = sorted(kb_set.answers)[:limit]
        run: dict[str, dict[str, float]] = {}
        took_ms: list[float] = []
        for name in track(names, description=kb_set.name, console=Console(stderr=True), transient=True):
            begun = time.perf_counter()
            hits = base.search(kb_set.questions[name], top_k=10, allowed=())
            took_ms.append((time.perf_counter() - begun) * 1000)
            run[name] = {hit.passage.article_id: hit.score for hit in hits}
    judged = {name: dict.fromkeys(kb_set.answers[name], 1) for name in names}
    found = ir_measures.calc_aggregate(list(_MEASURES.values()), judged, run)
    quality = {label: float(found[measure]) for label, measure in _MEASURES.items()}
    p50, p99 = np.percentile(took_ms, [50, 99])
    return Measured(kb_set.name, len(kb_set.articles), len(names), build_s, float(p50), float(p99), quality)


def main() -> None:
    """Measure the chosen sets and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/kb"))
    parser.add_argument("--sets", default=",".join(SET_NAMES), help="names with commas between")
    parser.add_argument("--limit", type=int, default=None, help="questions of each set")
    options = parser.parse_args()
    table = Table("set", "articles", "questions", *_MEASURES, "build s", "ms p50", "ms p99")
    for name in options.sets.split(","):
        found = measure(read_kb_set(options.data / name), limit=options.limit)
        figures = [f"{value:.3f}" for value in found.quality.values()]
        times = (f"{found.build_s:.1f}", f"{found.median_ms:.1f}", f"{found.p99_ms:.1f}")
        table.add_row(found.name, str(found.articles), str(found.questions), *figures, *times)
    Console(width=120).print(table)


if __name__ == "__main__":
    main()
