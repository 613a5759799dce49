"""Measure labels from few examples: accuracy, strangers refused, calibration; with an encoder where one is given.

In: the folder of public evaluation data. Out: one table. Fixed draws of 5 and 10 examples a label are those of the
sets; SMP2019 is drawn here by seed, its domains with fewer than 20 texts are its strangers. Thresholds come from the
few examples alone: "recall at 5%" takes the threshold that the tested texts would have chosen, as papers do.

    python -m training.eval_classify --data ../shared/data/nlp
    python -m training.eval_classify --data ../shared/data/nlp --encoder FOLDER
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rich.console import Console
from rich.table import Table

from nlp import Labelled, LabelResult, fit_classifier
from nlp.classifier_fit import PLAIN, FitOptions
from nlp.encoders.embed import build_embedder

SEED = 20261122
FEW = 10
SCARCE = 20
BINS = 10
BATCH = 64


@dataclass(frozen=True, slots=True)
class FewShot:
    """A set: what is learnt from, what is asked, and texts of no label."""

    name: str
    train: Sequence[Labelled]
    test: Sequence[Labelled]
    strangers: Sequence[str]


@dataclass(frozen=True, slots=True)
class FewShotScore:
    name: str
    engine: str
    examples: int
    tests: int
    accuracy: float
    top_3: float
    refused: float  # in-scope texts, at the threshold that was fitted
    out_of_scope_recall: float | None  # at that threshold
    recall_at_5: float | None  # at the threshold that refuses 5% of the tested texts
    calibration_error: float  # ten equal bins
    fit_cpu_s: float
    cpu_ms_a_text: float


def read_labelled(path: Path, *, label: str = "label") -> list[Labelled]:
    """Read JSONL {text, label}, gzipped or not."""
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = [json.loads(line) for line in content.decode("utf-8").splitlines() if line]
    return [Labelled(row["text"], str(row[label])) for row in rows if label in row]


def find_sets(data: Path, *, most: int) -> list[FewShot]:
    """Return the sets whose files are at hand, at most so many tested texts each."""
    few, found = data / "intents-fewshot", []
    draws = [("CLINC150", k, data / "clinc" / "val.jsonl.gz") for k in (10, 5)]
    draws += [("BANKING77", k, data / "banking77" / "train.jsonl.gz") for k in (10, 5)]
    draws += [("HWU64", k, few / "HWU64.valid.jsonl.gz") for k in (10, 5)]
    for name, shots, tested in draws:
        path = few / f"{name}.train_{shots}.jsonl.gz"
        if path.is_file() and tested.is_file():
            train = read_labelled(path)
            strangers = [one.text for part in ("train", "val") for one in _strangers(data, name, part)]
            found.append(FewShot(f"{name} {shots}-shot", train, _tested(train, read_labelled(tested), most), strangers))
    if (data / "smp2019" / "smp2019.jsonl").is_file():
        found.append(_chinese(read_labelled(data / "smp2019" / "smp2019.jsonl", label="domain"), most))
    return found


def _strangers(data: Path, name: str, part: str) -> list[Labelled]:
    path = data / "clinc" / f"oos_{part}.jsonl.gz"
    return read_labelled(path) if name == "CLINC150" and path.is_file() else []


def _tested(train: Sequence[Labelled], test: Sequence[Labelled], most: int) -> list[Labelled]:
    """Leave out what was learnt from, spell labels as the draw does, and take a sample."""
    known = {one.text.lower() for one in train}
    spelling = {one.label.lower(): one.label for one in train}
    kept = [
        Labelled(one.text, spelling.get(one.label.lower(), one.label)) for one in test if one.text.lower() not in known
    ]
    random.Random(SEED).shuffle(kept)
    return kept[:most]


def _chinese(rows: Sequence[Labelled], most: int) -> FewShot:
    counts = Counter(one.label for one in rows)
    shuffled = list(rows)
    random.Random(SEED).shuffle(shuffled)
    drawn: defaultdict[str, list[Labelled]] = defaultdict(list)
    test: list[Labelled] = []
    for one in shuffled:
        if counts[one.label] >= SCARCE:
            (drawn[one.label] if len(drawn[one.label]) < FEW else test).append(one)
    train = [one for several in drawn.values() for one in several]
    strangers = [one.text for one in rows if counts[one.label] < SCARCE]
    return FewShot(f"SMP2019 domain {FEW}-shot", train, test[:most], strangers)


def score(one: FewShot, options: FitOptions) -> FewShotScore:
    """Fit on few examples, test on others, and on texts of no label."""
    started = time.process_time()
    classifier = fit_classifier(one.train, options=options)
    fit_s = time.process_time() - started
    started = time.process_time()
    results = _run(classifier.run_all, [example.text for example in one.test])
    ms = 1000 * (time.process_time() - started) / len(one.test)
    strange = _run(classifier.run_all, one.strangers)
    right = np.array([result.label == example.label for result, example in zip(results, one.test, strict=True)])
    in_top = [example.label in [s.label for s in r.top] for r, example in zip(results, one.test, strict=True)]
    confidence = np.array([result.confidence for result in results])
    recall = sum(result.is_out_of_scope for result in strange) / len(strange) if strange else None
    at_5 = None
    if strange:
        threshold = np.quantile([result.scope_score for result in results], 0.05)
        at_5 = sum(result.scope_score < threshold for result in strange) / len(strange)
    return FewShotScore(
        one.name,
        classifier.engine,
        len(one.train),
        len(one.test),
        float(right.mean()),
        sum(in_top) / len(in_top),
        sum(result.is_out_of_scope for result in results) / len(results),
        recall,
        at_5,
        _calibration_error(confidence, right),
        fit_s,
        ms,
    )


def _run(run_all: Callable[[Sequence[str]], list[LabelResult]], texts: Sequence[str]) -> list[LabelResult]:
    return [result for at in range(0, len(texts), BATCH) for result in run_all(texts[at : at + BATCH])]


def _calibration_error(confidence: npt.NDArray[np.float64], right: npt.NDArray[np.bool_]) -> float:
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [
        (bins == at).mean() * abs(confidence[bins == at].mean() - right[bins == at].mean())
        for at in range(BINS)
        if (bins == at).any()
    ]
    return float(sum(gaps))


def show(console: Console, scores: Sequence[FewShotScore]) -> None:
    """Print a row a set."""
    table = Table(title="labels from few examples")
    rows = [asdict(one) for one in scores]
    for column in rows[0] if rows else ():
        table.add_column(column)
    for row in rows:
        table.add_row(*(f"{value:.4f}" if isinstance(value, float) else str(value) for value in row.values()))
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure classification from few examples")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/nlp"))
    parser.add_argument("--encoder", type=Path, help="folder of a sentence encoder with its card")
    parser.add_argument("--sets", default="", help="names of sets, comma separated; part of a name is enough")
    parser.add_argument("--most", type=int, default=3_000, help="tested texts a set")
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        parser.error(f"no folder {arguments.data}; give the evaluation data's nlp folder with --data")
    options = PLAIN
    if arguments.encoder:
        embedder = build_embedder("onnx", folder=arguments.encoder)
        options = FitOptions(encode=embedder.embed, encoder=embedder.engine)
    wanted = [name for name in arguments.sets.lower().split(",") if name]
    sets = find_sets(arguments.data, most=arguments.most)
    scores = [score(one, options) for one in sets if not wanted or any(name in one.name.lower() for name in wanted)]
    show(Console(width=220), scores)
    if arguments.out:
        arguments.out.write_text(json.dumps([asdict(one) for one in scores], indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
