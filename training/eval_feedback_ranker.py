"""Measure what verdicts teach about articles nobody judged: hit@1 on questions whose answers were never a verdict's.

In: evaluation sets. Half of each set's right articles are past: their questions are replayed as used suggestions, in
random order of time. The other half's questions are asked with and without what was learned. `flipped` learns from
verdicts of which the older two thirds are turned round: the gate must refuse.

    python -m training.eval_feedback_ranker --data FOLDER
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp.search.feedback_ranker import LOOKED_AT, FeedbackWeights, JudgedQuestion, learn_ranking, reranked
from nlp.search.knowledge_base import KnowledgeBase
from training.kb_sets import KbSet, read_kb_set

SETS = "covidfaq,stackfaq,esun_faq,tidb_faq_zh,docs_zh,docs_en,cmrc2018,drcd"


def judged_of(kb_set: KbSet, base: KnowledgeBase, names: Sequence[str]) -> list[JudgedQuestion]:
    """Replay questions: the right article was used, and what stood before it was not relevant."""
    found = []
    for name in names:
        hits = base.search(kb_set.questions[name], top_k=LOOKED_AT, allowed=())
        ids = [hit.passage.article_id for hit in hits]
        right = frozenset(kb_set.answers[name])
        first = next((at for at, one in enumerate(ids) if one in right), 0)
        found.append(JudgedQuestion(hits, right & frozenset(ids), frozenset(ids[:first]) - right))
    return found


def flipped(judged: Sequence[JudgedQuestion]) -> list[JudgedQuestion]:
    """Turn the older two thirds round: what was first and wrong helped, what was right misled."""
    cut = len(judged) * 2 // 3
    turned = []
    for at, one in enumerate(judged):
        wrong = frozenset(hit.passage.article_id for hit in one.hits) - one.helped
        turned.append(JudgedQuestion(one.hits, wrong, one.helped) if at < cut and wrong else one)
    return turned


def hit_at_1(judged: Sequence[JudgedQuestion], answers: Sequence[frozenset[str]], weights: FeedbackWeights) -> float:
    """Return the share of questions whose first hit is right."""
    firsts = [reranked(one.hits, weights)[:1] for one in judged]
    right = sum(
        bool(first) and first[0].passage.article_id in right for first, right in zip(firsts, answers, strict=True)
    )
    return right / max(len(judged), 1)


def main() -> None:
    """Measure the chosen sets and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/kb"))
    parser.add_argument("--sets", default=SETS, help="names with commas between")
    parser.add_argument("--limit", type=int, default=300, help="questions of each half")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    columns = (
        "set",
        "judged",
        "tested",
        "outcome",
        "held out",
        "hit@1 before",
        "hit@1 after",
        "flipped: outcome",
        "hit@1",
    )
    table = Table(*columns)
    for name in options.sets.split(","):
        kb_set = read_kb_set(options.data / name)
        articles = sorted({min(right) for right in kb_set.answers.values()})
        random.Random(options.seed).shuffle(articles)
        past = frozenset(articles[: len(articles) // 2])
        names = sorted(kb_set.answers)
        random.Random(options.seed).shuffle(names)
        seen = [one for one in names if min(kb_set.answers[one]) in past][: options.limit]
        unseen = [one for one in names if not kb_set.answers[one] & past][: options.limit]
        with KnowledgeBase(":memory:") as base:
            base.put_many(kb_set.articles)
            judged, tested = judged_of(kb_set, base, seen), judged_of(kb_set, base, unseen)
        answers = [kb_set.answers[one] for one in unseen]
        lesson = learn_ranking(judged, in_force=FeedbackWeights())
        turned = learn_ranking(flipped(judged), in_force=FeedbackWeights())
        shown = (hit_at_1(tested, answers, weights) for weights in (FeedbackWeights(), lesson.weights, turned.weights))
        before, after, after_flipped = (f"{share:.3f}" for share in shown)
        held = f"{lesson.before:.3f} -> {lesson.after:.3f}"
        learned = (str(lesson.judged), str(len(tested)), lesson.outcome, held, before, after)
        table.add_row(name, *learned, turned.outcome, after_flipped)
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
