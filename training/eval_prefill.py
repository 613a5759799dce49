"""Measure what prefill reads: specification cases, masked dialogues.

In: the folder of public evaluation data. Out: tables on the terminal and, with --out, a JSON file.
It does not say how the fields do on a business's own tickets: for that there is `beforehand backtest`.

    python -m training.eval_prefill --data ../shared/data/nlp
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

import nlp
from nlp.records import Document, Extractor, Part, Role

LANGUAGES = {"zh": "Chinese", "en": "English"}
COMPARED_KEYS = ("timex", "type", "value", "start", "end")
DIALOGUES = 100
SEED = 20261122


@dataclass(frozen=True, slots=True)
class SpecScore:
    """How one file of Recognizers' specification comes out."""

    name: str
    cases: int
    full: float  # every mention of the text right in span, type and all values
    precision: float
    recall: float
    f1: float  # of spans
    ms_per_text: float  # median processor time: other programs on the machine do not count


@dataclass(frozen=True, slots=True)
class DialogueScore:
    language: str
    dialogues: int
    found: Mapping[str, int]  # dialogues with at least one mention, by field
    median_ms: float
    p99_ms: float


def message(text: str, *, language: str, reference: str | None = None) -> Document:
    """Wrap one text as a document; a reference without a zone is taken as UTC."""
    at = datetime.fromisoformat(reference[:19]).replace(tzinfo=UTC) if reference else None
    region = {"zh": "CN", "en": "US"}[language]
    return nlp.compose([Part(text, "m1", "text", "customer")], locale=language, reference_time=at, region=region)


Gold = tuple[int, int, str]


def score_spec(path: Path, *, name: str, language: str, extractors: Sequence[Extractor]) -> SpecScore:
    """Score one specification file: of times, numbers and amounts the resolution too, of phones the span alone."""
    is_number = name.startswith(("number", "amount"))
    cases = json.loads(path.read_text(encoding="utf-8-sig"))
    full = right = found = wanted = 0
    times_s: list[float] = []
    for case in cases:
        reference = (case.get("Context") or {}).get("ReferenceDateTime")
        document = message(case["Input"], language=language, reference=reference)
        started = time.process_time()
        mentions = nlp.extract(document, extractors)
        times_s.append(time.process_time() - started)
        gold = [_gold(result, case["Input"], is_number=is_number) for result in case["Results"]]
        got = [(m.start, m.end, _resolution(m.resolution, is_number=is_number)) for m in mentions]
        full += sorted(gold) == sorted(got)
        spans, read = {g[:2] for g in gold}, {g[:2] for g in got}
        right, found, wanted = right + len(spans & read), found + len(read), wanted + len(spans)
    precision, recall = right / max(found, 1), right / max(wanted, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-9)
    return SpecScore(name, len(cases), full / len(cases), precision, recall, f1, 1000 * median(times_s))


def _gold(result: Mapping[str, object], text: str, *, is_number: bool) -> Gold:
    start = result.get("Start")
    start = start if isinstance(start, int) else text.lower().find(str(result["Text"]).lower())
    resolution = result.get("Resolution")
    known = resolution if isinstance(resolution, Mapping) else None
    return start, start + len(str(result["Text"])), _resolution(known, is_number=is_number)


def _resolution(resolution: Mapping[str, object] | None, *, is_number: bool) -> str:
    if is_number:
        return " ".join(str((resolution or {}).get(key, "")) for key in ("value", "unit"))
    values = (resolution or {}).get("values")
    if not isinstance(values, list):
        return ""
    kept = [{key: value[key] for key in COMPARED_KEYS if key in value} for value in values]
    return json.dumps(sorted(kept, key=lambda value: json.dumps(value, sort_keys=True)), sort_keys=True)


def score_dialogues(path: Path, *, language: str) -> DialogueScore:
    """Run the first dialogues of a file through compose, extract and resolve."""
    extractors = nlp.build_extractors()
    template = nlp.load_template("general")
    found: Counter[str] = Counter()
    times_ms: list[float] = []
    for turns in _dialogues(path):
        started = time.perf_counter()
        document = nlp.compose(turns, locale=language, reference_time=datetime(2018, 6, 1, tzinfo=UTC))
        mentions = nlp.extract(document, extractors)
        resolution = nlp.resolve(mentions, document, template=template)
        times_ms.append(1000 * (time.perf_counter() - started))
        found.update(name for name, value in resolution.fields.items() if value.value is not None)
    times_ms.sort()
    median, p99 = times_ms[len(times_ms) // 2], times_ms[int(0.99 * (len(times_ms) - 1))]
    return DialogueScore(language, len(times_ms), dict(found), median, p99)


def _dialogues(path: Path) -> Iterator[list[Part]]:
    roles: Mapping[str, Role] = {"customer": "customer", "helpdesk": "agent"}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for _, line in zip(range(DIALOGUES), lines, strict=False):
            turns = json.loads(line)["turns"]
            yield [
                Part(text, f"t{number}", "text", roles[turn["sender"]])
                for number, turn in enumerate(turns)
                for text in turn["utterances"]
            ]


def measure(data: Path) -> dict[str, list[object]]:
    """Run every measurement whose files are at hand."""
    specs = data / "recognizers-specs" / "Specs"
    found: dict[str, list[object]] = {"spec": [], "dialogues": []}
    for language, folder in LANGUAGES.items():
        for name, path, fields in (
            ("date_time", specs / "DateTime" / folder / "DateTimeModel.json", ["date_time"]),
            ("phone_number", specs / "Sequence" / folder / "PhoneNumberModel.json", ["phone_number"]),
            ("number", specs / "Number" / folder / "NumberModel.json", ["number"]),
            ("amount", specs / "NumberWithUnit" / folder / "CurrencyModel.json", ["amount"]),
            ("email", specs / "Sequence" / folder / "EmailModel.json", ["email"]),
        ):
            if path.is_file():
                extractors = nlp.build_extractors(fields)
                label = f"{name} {language}"
                found["spec"].append(score_spec(path, name=label, language=language, extractors=extractors))
        dialogues = data / "stc3" / f"{language}.jsonl.gz"
        if dialogues.is_file():
            found["dialogues"].append(score_dialogues(dialogues, language=language))
    return found


def show(console: Console, found: Mapping[str, Sequence[object]]) -> None:
    """Print one table for each kind of measurement."""
    for kind, scores in found.items():
        if not scores:
            continue
        rows = [asdict(score) for score in scores]  # type: ignore[call-overload]
        table = Table(title=kind)
        for column in rows[0]:
            table.add_column(column)
        for row in rows:
            table.add_row(*(f"{value:.4f}" if isinstance(value, float) else str(value) for value in row.values()))
        console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure extraction on public data")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/nlp"))
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        parser.error(f"no folder {arguments.data}; give the evaluation data's nlp folder with --data")
    found = measure(arguments.data)
    show(Console(), found)
    if arguments.out:
        figures = {kind: [asdict(score) for score in scores] for kind, scores in found.items()}  # type: ignore[call-overload]
        arguments.out.write_text(json.dumps(figures, ensure_ascii=False, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
