"""Measure extractive answers: evaluation sets in; how much of what is cited stands where the answer stands, out.

The sets name the right document of a question, no right sentence. So each right document is put among others into one
long article, in random order; what is cited must come from the right document. With `--read N` questions
and what is shown for them are printed instead, to be judged by a person: whether the cited sentences hold the answer.

    python -m training.eval_answer --data FOLDER
    python -m training.eval_answer --data FOLDER --sets cmrc2018,drcd --read 20
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp.answers.answer import Similar, answer_from
from nlp.encoders.embed import build_embedder
from nlp.records import Article
from training.kb_sets import KbSet, read_kb_set

SETS = "cmrc2018,drcd,covidfaq,stackfaq,esun_faq,docs_zh,docs_en"
OTHERS = 4
"""Documents that each right one is put among."""
LONGEST = 4_000
"""Code points of a document that is put in; longer ones are manuals' reference tables."""


@dataclass(frozen=True, slots=True)
class Measured:
    questions: int
    right: int  # every cited span stands in the right document
    some: int  # at least one does
    inside: float  # share of cited characters inside
    shown: float  # share of the right document's characters that is shown
    ms: float  # process time of one answer, median


def measure(kb_set: KbSet, *, limit: int, seed: int, similar: Similar | None) -> Measured:
    """Answer from articles that hold the right document among others."""
    chance = random.Random(seed)
    bodies = {article.id: article.body for article in kb_set.articles if article.body.strip()}
    names = sorted(kb_set.answers)
    chance.shuffle(names)
    right = some = asked = 0
    inside: list[float] = []
    shown: list[float] = []
    took: list[float] = []
    for name in names:
        answers = [one for one in kb_set.answers[name] if one in bodies and len(bodies[one]) <= LONGEST]
        if not answers or asked >= limit:
            continue
        asked += 1
        gold = chance.choice(sorted(answers))
        article, start, end = _hidden(bodies, gold, kb_set.answers[name], chance)
        begun = time.process_time()
        answer = answer_from(article, kb_set.questions[name], similar=similar)
        took.append(1000 * (time.process_time() - begun))
        spans = [(one.start, one.end) for one in answer.citations] if answer else []
        within = [start <= one and two <= end for one, two in spans]
        right += bool(spans) and all(within)
        some += any(within)
        sizes = [two - one for one, two in spans]
        covered = sum(size for size, is_in in zip(sizes, within, strict=True) if is_in)
        inside.append(covered / max(sum(sizes), 1))
        shown.append(min(covered / max(end - start, 1), 1.0))
    return Measured(asked, right, some, _mean(inside), _mean(shown), sorted(took)[len(took) // 2])


def _hidden(
    bodies: dict[str, str], gold: str, answers: frozenset[str], chance: random.Random
) -> tuple[Article, int, int]:
    """Put a document among others; return the article and where in it the document stands."""
    others = [one for one in chance.sample(sorted(bodies), OTHERS + len(answers) + 1)
              if one not in answers and len(bodies[one]) <= LONGEST][:OTHERS]  # fmt: skip
    order = [*others, gold]
    chance.shuffle(order)
    body, start, end = "", 0, 0
    for one in order:
        if one == gold:
            start, end = len(body), len(body) + len(bodies[one])
        body += bodies[one] + "\n\n"
    return Article("hidden", "", body), start, end


def _mean(values: Sequence[float]) -> float:
    return sum(values) / max(len(values), 1)


def show(console: Console, kb_set: KbSet, *, count: int, seed: int, similar: Similar | None) -> None:
    """Print questions with what is shown of their right document."""
    bodies = {article.id: article for article in kb_set.articles}
    names = sorted(kb_set.answers)
    random.Random(seed).shuffle(names)
    for name in names[:count]:
        article = bodies[min(kb_set.answers[name])]
        answer = answer_from(article, kb_set.questions[name], similar=similar)
        console.rule(f"{kb_set.name} {name} ({len(article.body)} characters)")
        console.print(f"[bold]{kb_set.questions[name]}[/]", highlight=False)
        console.print(answer.text if answer else "-", highlight=False, markup=False)


def main() -> None:
    """Measure the chosen sets and print the table, or print answers to read."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/kb"))
    parser.add_argument("--sets", default=SETS, help="names with commas between")
    parser.add_argument("--limit", type=int, default=200, help="questions of each set")
    parser.add_argument("--read", type=int, default=0, help="print so many answers of each set")
    parser.add_argument("--encoder", default="", help="name of an ONNX encoder in --models, to compare meaning, too")
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    similar = encoder_similar(options.encoder, options.models) if options.encoder else None
    console = Console(width=120)
    table = Table("set", "questions", "all cited right", "some right", "cited inside", "of document shown", "ms")
    for name in options.sets.split(","):
        kb_set = read_kb_set(options.data / name)
        if options.read:
            show(console, kb_set, count=options.read, seed=options.seed, similar=similar)
            continue
        found = measure(kb_set, limit=options.limit, seed=options.seed, similar=similar)
        shares = (found.right / found.questions, found.some / found.questions, found.inside, found.shown)
        table.add_row(name, str(found.questions), *(f"{share:.3f}" for share in shares), f"{found.ms:.1f}")
    if not options.read:
        console.print(table)


def encoder_similar(name: str, models: Path) -> Similar:
    """Return what compares a question with sentences by an encoder."""
    embedder = build_embedder("onnx", model=name, models_dir=models)

    def similar(question: str, sentences: Sequence[str]) -> Sequence[float]:
        rows = embedder.embed([question, *sentences])
        return [float(one) for one in rows[1:] @ rows[0]]

    return similar


if __name__ == "__main__":
    main()
