"""Measure how unanswered questions are grouped: questions of evaluation sets in, how well groups fit their answers out.

Two questions ask for the same where the set gives them the same answer. Pairs are counted: precision is the share of
grouped pairs that belong together, recall the share of those that are grouped.

    python -m training.eval_gaps --data FOLDER
"""

from __future__ import annotations

import argparse
import random
import time
from itertools import combinations
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp.search import question_groups
from nlp.search.question_groups import group_questions
from training.kb_sets import KbSet, read_kb_set

SETS = "covidfaq,stackfaq,cmrc2018,drcd"
"""Several questions have one answer in these."""


def pairs_of(kb_set: KbSet, *, limit: int, seed: int) -> tuple[list[str], list[str]]:
    """Return questions, each with what answers it."""
    names = sorted(kb_set.answers)
    random.Random(seed).shuffle(names)
    chosen = names[:limit]
    return [kb_set.questions[name] for name in chosen], [min(kb_set.answers[name]) for name in chosen]


def main() -> None:
    """Measure the chosen sets at several distances and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/kb"))
    parser.add_argument("--sets", default=SETS, help="names with commas between")
    parser.add_argument("--limit", type=int, default=300, help="questions of each set")
    parser.add_argument("--farthest", default=str(question_groups.FARTHEST), help="distances with commas between")
    options = parser.parse_args()
    table = Table("set", "questions", "answers", "farthest", "groups", "precision", "recall", "s")
    for name in options.sets.split(","):
        questions, answers = pairs_of(read_kb_set(options.data / name), limit=options.limit, seed=0)
        together = {pair for pair in combinations(range(len(answers)), 2) if answers[pair[0]] == answers[pair[1]]}
        for farthest in options.farthest.split(","):
            question_groups.FARTHEST = float(farthest)
            begun = time.process_time()
            groups = group_questions(questions)
            took = time.process_time() - begun
            grouped = {tuple(sorted(pair)) for group in groups for pair in combinations(group, 2)}
            right = len(together & grouped)
            shares = (right / max(len(grouped), 1), right / max(len(together), 1))
            counts = (str(len(questions)), str(len(set(answers))), farthest, str(len(groups)))
            table.add_row(name, *counts, *(f"{share:.3f}" for share in shares), f"{took:.2f}")
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
