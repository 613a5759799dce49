"""Measure what used answers teach: half of a set's questions as past ones, hit@1 of the other half with and without.

In: evaluation sets. Out: a table. The halves are drawn anew with each seed; nothing of the tested half is remembered.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp.search.experience import Experience, ExperiencedRetriever
from nlp.search.knowledge_base import KnowledgeBase
from training.kb_sets import KbSet, read_kb_set

SETS = "covidfaq,stackfaq,esun_faq,tidb_faq_zh,docs_zh,docs_en"


def measure(kb_set: KbSet, base: KnowledgeBase, *, share: float, seed: int, limit: int) -> tuple[int, int, int]:
    """Return how many questions were tested, right without and right with experience."""
    names = sorted(name for name in kb_set.answers if kb_set.questions[name].strip())
    random.Random(seed).shuffle(names)
    past, tested = names[: int(len(names) * share)], names[int(len(names) * share) :][:limit]
    experience = Experience(":memory:")
    for number, name in enumerate(past):
        experience.add(str(number), kb_set.questions[name], article_id=min(kb_set.answers[name]), verdict="helped")
    retriever = ExperiencedRetriever(base, experience)
    without = with_experience = 0
    for name in tested:
        question, right = kb_set.questions[name], set(kb_set.answers[name])
        plain = base.search(question, top_k=1, allowed=())
        learned = retriever.search(question, top_k=1, allowed=())
        without += bool(plain) and plain[0].passage.article_id in right
        with_experience += bool(learned) and learned[0].passage.article_id in right
    experience.close()
    return len(tested), without, with_experience


def main() -> None:
    """Measure the chosen sets and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/kb"))
    parser.add_argument("--sets", default=SETS, help="names with commas between")
    parser.add_argument("--share", type=float, default=0.5, help="of the questions that are past ones")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--limit", type=int, default=300, help="tested questions a seed")
    options = parser.parse_args()
    table = Table("set", "tested", "hit@1 without", "hit@1 with")
    for name in options.sets.split(","):
        kb_set = read_kb_set(options.data / name)
        with KnowledgeBase(":memory:") as base:
            base.put_many(kb_set.articles)
            counts = [
                measure(kb_set, base, share=options.share, seed=seed, limit=options.limit)
                for seed in range(options.seeds)
            ]
        tested = sum(count[0] for count in counts)
        shares = (f"{sum(count[at] for count in counts) / tested:.3f}" for at in (1, 2))
        table.add_row(name, str(tested), *shares)
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
