"""Measure what used answers teach: half of a set's questions as past ones, hit@1 of the other half with and without.

In: evaluation sets. Out: a table. The halves are drawn anew with each seed; nothing of the tested half is remembered.
"useful" is what the articles' own uses do, whatever was asked; "similar" what questions like this one do; then both.
"""

from __future__ import annotations

import argparse
import random
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp.encoders.embed import build_embedder
from nlp.records import Retriever
from nlp.search.experience import Experience, ExperiencedRetriever, UsedRetriever
from nlp.search.knowledge_base import KnowledgeBase
from training.kb_sets import KbSet, read_kb_set

WAYS = ("without", "useful", "similar", "both")
SETS = "covidfaq,stackfaq,esun_faq,tidb_faq_zh,docs_zh,docs_en"


@dataclass(frozen=True, slots=True)
class Counted:
    """Questions that were tested, and those of them that each way answers right first."""

    tested: int
    right: tuple[int, ...]  # of WAYS


def measure(kb_set: KbSet, base: KnowledgeBase, *, share: float, seed: int, limit: int) -> Counted:
    """Count one drawing."""
    names = sorted(name for name in kb_set.answers if kb_set.questions[name].strip())
    random.Random(seed).shuffle(names)
    past, tested = names[: int(len(names) * share)], names[int(len(names) * share) :][:limit]
    experience = Experience(":memory:")
    for number, name in enumerate(past):
        experience.add(str(number), kb_set.questions[name], article_id=min(kb_set.answers[name]), verdict="helped")
    ways: tuple[Retriever, ...] = (
        base,
        UsedRetriever(base, experience),
        ExperiencedRetriever(base, experience, ranked=base),
        ExperiencedRetriever(base, experience),
    )
    right = [0] * len(WAYS)
    for name in tested:
        question, answers = kb_set.questions[name], set(kb_set.answers[name])
        for at, retriever in enumerate(ways):
            hits = retriever.search(question, top_k=1, allowed=())
            right[at] += bool(hits) and hits[0].passage.article_id in answers
    experience.close()
    return Counted(len(tested), tuple(right))


def main() -> None:
    """Measure the chosen sets and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/kb"))
    parser.add_argument("--sets", default=SETS, help="names with commas between")
    parser.add_argument("--share", type=float, default=0.5, help="of the questions that are past ones")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=300, help="tested questions a seed")
    parser.add_argument("--encoder", default="", help="name of an encoder; words alone without")
    options = parser.parse_args()
    embedder = build_embedder("onnx", model=options.encoder, models_dir=Path()) if options.encoder else None
    table = Table("set", "tested", *(f"hit@1 {way}" for way in WAYS))
    for name in options.sets.split(","):
        kb_set = read_kb_set(options.data / name)
        with KnowledgeBase(":memory:", embedder=embedder) as base:
            base.put_many(kb_set.articles)
            counts = [
                measure(kb_set, base, share=options.share, seed=seed, limit=options.limit)
                for seed in range(options.seeds)
            ]
        tested = sum(count.tested for count in counts)
        shares = (f"{sum(count.right[at] for count in counts) / tested:.3f}" for at in range(len(WAYS)))
        table.add_row(name, str(tested), *shares)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
