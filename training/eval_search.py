"""Measure search: evaluation sets and an encoder in, a table of hit@1, hit@10 and nDCG@10 of each way of ranking out.

The ways are words alone, meaning alone, both fused with the weight that the corpus taught, and re-ranked, as
KnowledgeBase.search answers. Half of each set's questions may have been tuned on, the other half is held; the last
column says what fusion gains over its better leg, which it must never lose by more than .005. One article a document.

    python -m training.eval_search --data ../shared/data/kb                               words alone
    python -m training.eval_search --data ../shared/data/kb --encoder FOLDER_OR_CARD      all ways
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from rich.console import Console
from rich.table import Table

from nlp.search.fuse import Candidate
from nlp.search.knowledge_base import KnowledgeBase
from nlp.search.rerank import rerank
from training.kb_sets import CROSS_NAMES, SET_NAMES, read_kb_set, with_fewer_articles
from training.search_runs import (
    MEASURES,
    AskedSet,
    Ranking,
    add_run_options,
    ask_set,
    is_tuned_on,
    measured,
    open_base,
    open_encoder,
)

Order = Callable[[Sequence[Candidate]], Sequence[Candidate]]


def by_words(candidates: Sequence[Candidate]) -> list[Candidate]:
    found = [candidate for candidate in candidates if candidate.lexical > 0]
    return sorted(found, key=lambda candidate: (-candidate.lexical, candidate.scored.passage))


def by_meaning(candidates: Sequence[Candidate]) -> list[Candidate]:
    found = [(candidate.alike.likeness, candidate) for candidate in candidates if candidate.alike is not None]
    return [one for _, one in sorted(found, key=lambda pair: (-pair[0], pair[1].scored.passage))]


WAYS: dict[str, Order] = {"words": by_words, "meaning": by_meaning, "fused": lambda one: one, "re-ranked": rerank}


@dataclass(frozen=True, slots=True)
class Times:
    """Process CPU time of a search, one thread, encoding included."""

    p50_ms: float
    p99_ms: float


def quality(asked: AskedSet, order: Order, *, tuned: bool | None) -> dict[str, float]:
    """Return the figures of one way on one half of the questions, or on all."""
    rankings = {
        one.id: Ranking([asked.articles[found.scored.article] for found in order(one.candidates)], one.answers)
        for one in asked.questions
        if tuned is None or is_tuned_on(one.id) == tuned
    }
    return measured(rankings)


def times(asked: AskedSet, base: KnowledgeBase, *, most: int = 60) -> Times:
    """Ask some questions anew, by the clock of this process."""
    took_ms = []
    for one in asked.questions[:most]:
        begun = time.process_time()
        base.search(one.text, top_k=5, allowed=())
        took_ms.append((time.process_time() - begun) * 1000)
    p50, p99 = np.percentile(took_ms, [50, 99])
    return Times(float(p50), float(p99))


def rows_of(asked: AskedSet, *, is_dense: bool) -> list[list[str]]:
    """Return a row of the table for each half, and one for all."""
    rows = []
    for half, tuned in (("tuned on", True), ("held", False), ("all", None)):
        chosen = WAYS if is_dense else {"words": by_words}
        found = {way: quality(asked, order, tuned=tuned) for way, order in chosen.items()}
        cells = [" ".join(f"{figures[name]:.3f}" for name in MEASURES) for figures in found.values()]
        gain = ""
        if is_dense:
            better = max((found["words"], found["meaning"]), key=lambda figures: figures["nDCG@10"])
            gain = f"{found['re-ranked']['nDCG@10'] - better['nDCG@10']:+.3f}"
        questions = sum(tuned is None or is_tuned_on(one.id) == tuned for one in asked.questions)
        rows.append([asked.name, half, str(questions), *cells, *[""] * (len(WAYS) - len(cells)), gain])
    return rows


def main() -> None:
    """Measure the chosen sets and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_run_options(parser)
    parser.add_argument("--articles", type=int, default=None, help="of each set; embedding more takes long")
    parser.set_defaults(sets=",".join((*SET_NAMES, *CROSS_NAMES)))
    options = parser.parse_args()
    embedder = open_encoder(options.encoder)
    heading = " ".join(MEASURES)
    table = Table("set", "half", "asked", *(f"{way}\n{heading}" for way in WAYS), "gain over the\nbetter leg")
    notes = []
    for name in options.sets.split(","):
        with open_base(options.work, name, embedder) as base:
            kb_set = read_kb_set(options.data / name)
            if options.articles is not None:
                kb_set = with_fewer_articles(kb_set, options.articles)
            asked = ask_set(kb_set, base, limit=options.limit)
            took = times(asked, base)
        for row in rows_of(asked, is_dense=embedder is not None):
            table.add_row(*row, end_section=row[1] == "all")
        notes.append(
            f"{name}: {asked.passages} passages, meaning counts {asked.dense_weight:.2f}, "
            f"a search p50 {took.p50_ms:.1f} ms, p99 {took.p99_ms:.1f} ms of CPU"
        )
        Console(stderr=True).print(notes[-1])
    console = Console(width=170)
    console.print(table)
    console.print("\n".join(notes))


if __name__ == "__main__":
    main()
