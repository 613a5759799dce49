"""Measure the check of drafted sentences: true and invented ones in; the share of each that is kept or dropped out.

Two kinds of examples. A table written by hand (training/drafted_sentences.jsonl): sources of the examples' kind with
sentences that a good and a bad model might draft. And sentences of the evaluation sets, kept as they stand, or changed
by rule: another number, another unit, a denial put in or taken out, an opposite, another code, a sentence of another
article with this one's citation. A changed sentence that happens to be true counts as invented all the same.

    python -m training.eval_draft_check --data FOLDER
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp.answers.answer import Similar
from nlp.answers.draft_check import support_of
from nlp.answers.draft_words import codes
from nlp.records import Passage
from nlp.search.passages import split_passages, split_sentences
from training.eval_answer import encoder_similar
from training.kb_sets import KbSet, read_kb_set

SETS = "cmrc2018,drcd,covidfaq,stackfaq,esun_faq,docs_zh,docs_en"
TABLE = Path(__file__).with_name("drafted_sentences.jsonl")
_SWAPS = (
    *(("打开", "关闭"), ("增加", "减少"), ("之前", "之后"), ("可以", "不可以"), ("不能", "能"), ("需要", "不需要")),
    *(("不会", "会"), ("没有", "有"), (" is ", " is not "), (" can ", " cannot "), (" will ", " will not ")),
    *((" not ", " "), ("enable", "disable"), ("open", "close"), ("increase", "decrease"), (" before ", " after ")),
    *((" should ", " should not "), ("is supported", "is unsupported")),
)


@dataclass(frozen=True, slots=True)
class Drafted:
    source: str  # where the example is from
    kind: str
    sentence: str
    passage: Passage
    is_true: bool


def by_hand() -> Iterator[Drafted]:
    """Yield the examples of the table."""
    for number, line in enumerate(TABLE.read_text(encoding="utf-8").splitlines()):
        row = json.loads(line)
        passage = Passage(f"hand-{number}", "", "", row["source"], 0, len(row["source"]))
        for kind in ("true", "invented"):
            for sentence in row[kind]:
                yield Drafted("by hand", kind, sentence, passage, kind == "true")


def by_rule(kb_set: KbSet, *, count: int, seed: int) -> Iterator[Drafted]:
    """Yield sentences of a set, as they stand and changed."""
    chance = random.Random(seed)
    passages = [passage for article in kb_set.articles for passage in split_passages(article)[:1]]
    for passage in chance.sample(passages, min(count, len(passages))):
        sentences = [passage.text[one.start : one.end] for one in split_sentences(passage.text)]
        sentences = [one for one in sentences if 12 <= len(one) <= 300 and not one.startswith("|")]
        if not sentences:
            continue
        sentence = chance.choice(sentences)
        yield Drafted(kb_set.name, "as it stands", sentence, passage, is_true=True)
        for kind, changed in _changed(sentence, chance):
            if changed not in passage.text:
                yield Drafted(kb_set.name, kind, changed, passage, is_true=False)
        other = chance.choice(passages)
        others = [other.text[one.start : one.end] for one in split_sentences(other.text)]
        others = [one for one in others if 12 <= len(one) <= 300]
        if others and other.article_id != passage.article_id:
            yield Drafted(kb_set.name, "of another article", chance.choice(others), passage, is_true=False)


def _changed(sentence: str, chance: random.Random) -> Iterator[tuple[str, str]]:
    if number := re.search(r"(?<![\w.])\d{1,4}(?![\w.])", sentence):
        other = str(int(number[0]) + chance.choice((1, 2, 3, 7, 10)))
        yield "another number", sentence[: number.start()] + other + sentence[number.end() :]
    for one, other in _SWAPS:
        if one in sentence:
            yield ("turned round", sentence.replace(one, other, 1))
            break
    if found := sorted(codes(sentence)):
        place = sentence.lower().find(found[0])
        if place >= 0:
            end = place + len(found[0])
            yield "another code", sentence[:place] + sentence[place:end] + "7" + sentence[end:]
    is_chinese = any("\u4e00" <= character <= "\u9fff" for character in sentence)
    added = "，并且保证全额退款。" if is_chinese else ", and we guarantee a full refund."
    yield "a promise added", sentence.rstrip("。.!！?？ ") + added


def measure(examples: Sequence[Drafted], *, similar: Similar | None) -> Table:
    """Return a table: by source and kind, how many there were and the share that was judged right."""
    counts: Counter[tuple[str, str]] = Counter()
    judged: Counter[tuple[str, str]] = Counter()
    for one in examples:
        key = (one.source, one.kind)
        counts[key] += 1
        judged[key] += support_of(one.sentence, [one.passage], similar=similar).is_given == one.is_true
    table = Table("source", "kind", "sentences", "kept if true, dropped if invented")
    for key in sorted(counts):
        table.add_row(*key, str(counts[key]), f"{judged[key] / counts[key]:.3f}")
    return table


def main() -> None:
    """Measure and print; with --wrong also each sentence of the table by hand that is judged wrongly."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/kb"))
    parser.add_argument("--sets", default=SETS, help="names with commas between; empty: the table alone")
    parser.add_argument("--count", type=int, default=200, help="passages of each set")
    parser.add_argument("--encoder", default="", help="name of an ONNX encoder, to compare meaning, too")
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--wrong", action="store_true")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    console = Console(width=140)
    examples = list(by_hand())
    for name in filter(None, options.sets.split(",")):
        examples += by_rule(read_kb_set(options.data / name), count=options.count, seed=options.seed)
    similar = encoder_similar(options.encoder, options.models) if options.encoder else None
    console.print(measure(examples, similar=similar))
    for one in examples if options.wrong else ():
        support = support_of(one.sentence, [one.passage], similar=similar)
        if support.is_given != one.is_true and (one.source == "by hand" or one.is_true):
            console.print(f"{one.source} {one.kind}: {one.sentence} [{support.why}]", highlight=False, markup=False)


if __name__ == "__main__":
    main()
