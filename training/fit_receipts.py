"""Fit a tagger of receipts on labelled ones of one's own; measure it on companies it has not seen.

In: a folder with receipts_text_only.jsonl.gz (or .jsonl): for each receipt its lines with boxes and its fields, as
data/README.md describes SROIE; with `--pictures` also receipts.jsonl and the pictures it names, which are read and only
measured on. Out: a folder that vision.receipts.receipt_tagger opens, with its card, in force as `receipt-tagger` in
the models folder. Without --data it fits on receipts composed here. It does not judge whether the labels may be used:
say so with --licence.

    python -m training.fit_receipts --data FOLDER --out DIR --licence "our own receipts" [--pictures]
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import tempfile
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein
from rich.console import Console
from rich.table import Table

from model_cards.card import OWN_CARD
from model_cards.rungs import sha256_of
from training.receipt_noise import misread
from training.receipt_scores import Result, box_of, count_fields, field_results
from training.receipt_sets import receipts
from vision import Line
from vision.receipts.receipt import head_as_seen, receipt_fields
from vision.receipts.receipt_head import address_text, clean_company
from vision.receipts.receipt_tagger import MODEL, TEXTS_FILE, WEIGHTS_FILE, ReceiptTagger, load_receipt_tagger

L1, L2, ITERATIONS = 0.3, 1.0, 100
"""Of three settings tried on SROIE by company (2026-11-23) within two receipts of each other."""
FOLDS = 5
COMPOSED, SEED = 2500, 1
MIN_LIKENESS, MAX_SPAN = 0.5, 14


@dataclass(frozen=True, slots=True)
class Labelled:
    """A receipt's lines and what is right on it."""

    lines: tuple[Line, ...]
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Lesson:
    """One receipt as the tagger learns it; `group` is shared by receipts of one company."""

    receipt: Labelled
    features: tuple[tuple[str, ...], ...]
    tags: tuple[str, ...]
    group: str


def read_labelled(folder: Path) -> list[Labelled]:
    """Read receipts whose text and boxes are given."""
    packed, plain = folder / "receipts_text_only.jsonl.gz", folder / "receipts_text_only.jsonl"
    text = gzip.decompress(packed.read_bytes()).decode() if packed.is_file() else plain.read_text(encoding="utf-8")
    rows = [json.loads(row) for row in text.splitlines()]
    return [
        Labelled(tuple(Line(line["text"], box_of(line["box"]), 1.0) for line in row["lines"]), row["fields"])
        for row in rows
    ]


def composed(count: int, *, seed: int, language: str | None = None, is_misread: bool = True) -> list[Labelled]:
    """Compose receipts instead, misread or as printed."""
    made = receipts(count, seed=seed, language=language)
    shown = [misread(one, seed=seed * 1000 + number) if is_misread else one for number, one in enumerate(made)]
    return [Labelled(one.lines, one.fields) for one in shown]


def lesson_of(receipt: Labelled) -> Lesson:
    """Say of each line of the head which field it is part of, by the reference."""
    head = head_as_seen(receipt.lines)
    tags = ["O"] * len(head.lines)
    for at in _part_of_value([address_text(line.text) for line in head.lines], receipt.fields.get("address", "")):
        tags[at] = "A"
    for at in _part_of_value([clean_company(line.text) for line in head.lines], receipt.fields.get("company", "")):
        tags[at] = "C"
    return Lesson(receipt, head.features, tuple(tags), _folded(receipt.fields.get("company", "")))


def _folded(text: str) -> str:
    return re.sub(r"\W", "", text.upper())


def _part_of_value(texts: Sequence[str], value: str) -> list[int]:
    """Return which texts, joined, are most like a value; none where nothing is like it."""
    wanted, folded = _folded(value), [_folded(text) for text in texts]
    best: list[int] = []
    best_likeness = MIN_LIKENESS
    for start in range(len(folded) if wanted else 0):
        if not folded[start]:
            continue
        chosen, joined = [start], folded[start]
        likeness = Levenshtein.normalized_similarity(joined, wanted)
        for at in range(start + 1, min(len(folded), start + MAX_SPAN)):
            longer = Levenshtein.normalized_similarity(joined + folded[at], wanted)
            if folded[at] and longer > likeness:
                chosen, joined, likeness = [*chosen, at], joined + folded[at], longer
        if likeness > best_likeness:
            best, best_likeness = chosen, likeness
    return best


def fit(lessons: Sequence[Lesson]) -> ReceiptTagger:
    """Fit a linear chain."""
    import pycrfsuite  # type: ignore[import-untyped]

    trainer = pycrfsuite.Trainer(verbose=False)
    for lesson in lessons:
        if lesson.tags:
            trainer.append([list(names) for names in lesson.features], list(lesson.tags))
    trainer.select("lbfgs")
    trainer.set_params({"c1": L1, "c2": L2, "max_iterations": ITERATIONS})
    with tempfile.NamedTemporaryFile(suffix=".crf") as scratch:
        trainer.train(scratch.name)
        crf = pycrfsuite.Tagger()
        crf.open(scratch.name)
        learned = crf.info()
        crf.close()
    tags = ("O", "C", "A")
    features = sorted({feature for feature, _ in learned.state_features})
    rows = {feature: row for row, feature in enumerate(features)}
    weights = np.zeros((len(features), len(tags)), dtype=np.float32)
    for (feature, tag), weight in learned.state_features.items():
        weights[rows[feature], tags.index(tag)] = weight
    transitions = np.zeros((len(tags), len(tags)), dtype=np.float32)
    for (before, tag), weight in learned.transitions.items():
        transitions[tags.index(before), tags.index(tag)] = weight
    return ReceiptTagger(MODEL, tags, rows, weights, transitions)


def measured(tagger: ReceiptTagger | None, labelled: Sequence[Labelled], counts: Counter[str]) -> None:
    for receipt in labelled:
        count_fields(dict(receipt.fields), receipt_fields(receipt.lines, tagger=tagger), counts)


def by_company(lessons: Sequence[Lesson]) -> list[Result]:
    """Score on companies that the fit had not seen, five folds."""
    counts: Counter[str] = Counter()
    for fold in range(FOLDS):
        is_left_out = [zlib.crc32(one.group.encode()) % FOLDS == fold for one in lessons]
        tagger = fit([one for one, out in zip(lessons, is_left_out, strict=True) if not out])
        measured(tagger, [one.receipt for one, out in zip(lessons, is_left_out, strict=True) if out], counts)
    return list(field_results("tagger, companies not seen", counts))


def read_pictures(folder: Path) -> list[Labelled]:
    """Read the pictures by the default reader."""
    from vision import build_reader, read_images, read_page

    reader = build_reader()
    labelled = []
    for row in (folder / "receipts.jsonl").read_text(encoding="utf-8").splitlines():
        receipt = json.loads(row)
        path = folder / receipt["image"]
        page = read_page(read_images(path.read_bytes(), name=path.name)[0], reader=reader)
        labelled.append(Labelled(page.lines, receipt["fields"]))
    return labelled


def write(tagger: ReceiptTagger, folder: Path, *, licence: str, source: str, results: Sequence[Result]) -> None:
    """Write the tagger and its card."""
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / WEIGHTS_FILE, weights=tagger.weights, transitions=tagger.transitions)
    texts = {"tags": tagger.tags, "features": list(tagger.rows)}
    (folder / TEXTS_FILE).write_text(json.dumps(texts, ensure_ascii=False), encoding="utf-8")
    files = "".join(
        f"  - {{path: {path}, sha256: {sha256_of(folder / path)}, bytes: {(folder / path).stat().st_size}}}\n"
        for path in (WEIGHTS_FILE, TEXTS_FILE)
    )
    command = "python -m training.fit_receipts"
    metrics = "".join(
        f"  - {{dataset: {json.dumps(one.data)}, metric: {json.dumps(one.metric)}, value: {one.value}, "
        f'date: {date.today()}, command: "{command}"}}\n'
        for one in results
    )
    (folder / OWN_CARD).write_text(
        f"---\nname: {MODEL}\ntitle: Tagger of receipts\ntask: receipt-tagging\nlanguages: [zh, en]\n"
        f"licence: {json.dumps(licence, ensure_ascii=False)}\nsource: {{}}\nfiles:\n{files}"
        f"data: {json.dumps(source, ensure_ascii=False)}\nrecommended: false\n"
        + (f"metrics:\n{metrics}" if metrics else "metrics: []\n")
        + f"---\n# Tagger of receipts\n\nFitted by `{command}` on {source}. It finds company and address on "
        "receipts of the kind it was fitted on; whoever labelled those decides who may use it.\n",
        encoding="utf-8",
    )


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Fit a tagger of receipts.")
    parser.add_argument("--data", type=Path, help="folder of labelled receipts; composed ones without it")
    parser.add_argument("--out", type=Path, help="folder to write; without it nothing is written")
    parser.add_argument("--licence", default="not stated")
    parser.add_argument("--pictures", action="store_true", help="measure on receipts.jsonl and its pictures too")
    parser.add_argument("--check", type=Path, help="measure on the receipts of this folder, which are not learnt from")
    options = parser.parse_args(argv)
    labelled = read_labelled(options.data) if options.data else composed(COMPOSED, seed=SEED)
    lessons = [lesson_of(one) for one in labelled]
    results = by_company(lessons) if options.data else []
    tagger = fit(lessons)
    sets = {"pictures": read_pictures(options.data)} if options.pictures and options.data else {}
    if options.check:
        sets["checked"] = read_labelled(options.check)
    for name, given in {"learnt from" if options.data else "composed, learnt from": labelled, **sets}.items():
        for way, with_tagger in (("rules", None), ("tagger", tagger)):
            counts: Counter[str] = Counter()
            measured(with_tagger, given, counts)
            results += field_results(f"{way}, {name}", counts)
    table = Table("data", "metric", "value", "fields", title=f"{date.today()} python -m training.fit_receipts")
    for one in results:
        table.add_row(one.data, one.metric, one.value, one.remark)
    Console().print(table)
    if options.out:
        source = f"{len(labelled)} receipts of {options.data.name}" if options.data else "receipts composed here"
        write(tagger, options.out, licence=options.licence, source=source, results=results)
        load_receipt_tagger(options.out)


if __name__ == "__main__":
    main()
