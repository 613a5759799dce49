"""Measure fields of receipts: given text by halves, composed receipts in both languages, and how sure is right.

    python -m training.eval_receipts --data ../shared/data/vision/sroie [--tagger DIR]

In: a folder with receipts_text_only.jsonl.gz, as data/README.md describes it; composed receipts come from a seed that
no fit uses. Out: a table of field scores, of how often a field of a stated confidence was right, and how many fields a
promise of 98% would fill by itself, right and wrong. Composed receipts are not real ones; the table says which are.
"""

from __future__ import annotations

import argparse
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from rich.console import Console
from rich.table import Table

from training.fit_receipts import Labelled, composed, read_labelled
from training.receipt_scores import RECEIPT_FIELDS, Result, count_fields, field_results, is_right
from vision.receipts.receipt import receipt_fields
from vision.receipts.receipt_tagger import ReceiptTagger, load_receipt_tagger

EVAL_SEED, COUNT = 990, 300
BINS = (0.0, 0.5, 0.8, 0.9, 0.94, 0.96, 0.98, 1.01)


def scores(name: str, labelled: Sequence[Labelled], tagger: ReceiptTagger | None) -> Iterator[Result]:
    """Yield field scores, reliability and what would be filled without a person."""
    counts: Counter[str] = Counter()
    sure: Counter[tuple[str, int, bool]] = Counter()
    for receipt in labelled:
        found = receipt_fields(receipt.lines, tagger=tagger)
        count_fields(dict(receipt.fields), found, counts)
        for field, value in found.items():
            place = next(at for at, high in enumerate(BINS[1:]) if value.confidence < high)
            sure[field, place, is_right(field, value.value, receipt.fields.get(field, ""))] += 1
    yield from field_results(name, counts)
    for field in RECEIPT_FIELDS:
        shares = []
        for place in range(len(BINS) - 1):
            given = sure[field, place, True] + sure[field, place, False]
            if given:
                shares.append(f"{BINS[place]:.2f}-{min(1.0, BINS[place + 1]):.2f}: {sure[field, place, True]}/{given}")
        yield Result(name, f"right by confidence, {field}", "", ", ".join(shares))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Measure the fields of receipts.")
    parser.add_argument("--data", type=Path, help="folder of labelled receipts; only composed ones without it")
    parser.add_argument("--tagger", type=Path, help="folder of a fitted tagger; rules alone without it")
    options = parser.parse_args(argv)
    tagger = load_receipt_tagger(options.tagger) if options.tagger else None
    sets: dict[str, Sequence[Labelled]] = {}
    if options.data:
        labelled = read_labelled(options.data)
        halves = [zlib.crc32("".join(line.text for line in one.lines).encode()) % 2 for one in labelled]
        sets = {
            f"given text, half {half + 1}": [one for one, of in zip(labelled, halves, strict=True) if of == half]
            for half in (0, 1)
        }
    for language in ("zh", "en"):
        for is_misread in (False, True):
            name = f"composed, {language}, {'misread' if is_misread else 'as printed'}"
            sets[name] = composed(COUNT, seed=EVAL_SEED, language=language, is_misread=is_misread)
    table = Table("data", "metric", "value", "remark", title=f"{date.today()} python -m training.eval_receipts")
    for name, given in sets.items():
        for one in scores(name, given, tagger):
            table.add_row(one.data, one.metric, one.value, one.remark)
    Console(width=170).print(table)


if __name__ == "__main__":
    main()
