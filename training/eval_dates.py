"""Measure the grammar of time: by kind of time, on the parts of Recognizers' specification and on Duckling's corpora.

In: the folder of public evaluation data. Out: tables on the terminal. The grammar was written on `DateTimeModel` and on
the parser files; the extractor files' other texts and Duckling's corpora are the check that it is a grammar.
It does not know Duckling's conventions (when a morning begins, open ends, grains): there the first day is compared.

    python -m training.eval_dates --data ../shared/data/nlp
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from datetime import time as clock_time
from pathlib import Path

from rich.console import Console
from rich.table import Table

import nlp
from nlp.dates import almanac
from nlp.dates.read import read_times
from nlp.dates.readings import Length, Repeat, values_of
from training.eval_prefill import LANGUAGES, message, score_spec

DUCKLING_NOW = datetime(2013, 2, 12, 4, 30, tzinfo=UTC)
"""The reference time of Duckling's corpora; its zone of -2 is not in the values."""
DUCKLING = {"zh": ("ZH/Corpus.hs", "ZH/CN/Corpus.hs"), "en": ("EN/Corpus.hs", "EN/US/Corpus.hs")}
SPEED_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Case:
    text: str
    reference: str | None
    kind: str  # the type of the first result, "none" where there is nothing to find
    gold: tuple[tuple[str, str], ...]  # (quote, TIMEX)


@dataclass(frozen=True, slots=True)
class Tally:
    right: int
    cases: int

    @property
    def share(self) -> str:
        return f"{self.right / max(self.cases, 1):.3f}"


def parser_cases(path: Path) -> Iterator[Case]:
    """Read a parser's specification: every result has a TIMEX."""
    for case in json.loads(path.read_text(encoding="utf-8-sig")):
        results = [result for result in case["Results"] if _timexes(result)]
        if len(results) != len(case["Results"]):
            continue
        gold = tuple((result["Text"].lower(), timex) for result in results for timex in sorted(_timexes(result)))
        reference = (case.get("Context") or {}).get("ReferenceDateTime")
        yield Case(case["Input"], reference, results[0].get("Type", "") if results else "none", gold)


def _timexes(result: Mapping[str, object]) -> set[str]:
    value, resolution = result.get("Value"), result.get("Resolution")
    if isinstance(value, Mapping):
        return {str(value["Timex"])} if value.get("Timex") else _timexes({"Resolution": value})
    values = resolution.get("values") if isinstance(resolution, Mapping) else None
    return {str(one["timex"]) for one in values if "timex" in one} if isinstance(values, list) else set()


def score_parser(path: Path, *, language: str) -> Tally:
    """Count cases whose every result is found with its span and its TIMEX."""
    extractors = nlp.build_extractors(["date_time"])
    right = cases = 0
    for case in parser_cases(path):
        mentions = nlp.extract(message(case.text, language=language, reference=case.reference), extractors)
        got = {
            (case.text[m.start : m.end].lower(), str(value["timex"]))
            for m in mentions
            for value in (m.resolution or {}).get("values", ())  # type: ignore[attr-defined]
        }
        right += set(case.gold) <= got
        cases += 1
    return Tally(right, cases)


def score_unseen(folder: Path, *, language: str) -> Tally:
    """Count cases of the extractor files, of texts that no other file has, whose every span is found."""
    known = {
        case["Input"]
        for path in (*folder.glob("*Model*.json"), *folder.glob("*Parser.json"))
        for case in json.loads(path.read_text(encoding="utf-8-sig"))
    }
    right = cases = 0
    for path in sorted(folder.glob("*Extractor.json")):
        if path.stem.startswith("TimeZone"):
            continue
        for case in json.loads(path.read_text(encoding="utf-8-sig")):
            text, spans = case["Input"], {(result["Start"], result["Length"]) for result in case["Results"]}
            if text in known or not spans:
                continue
            known.add(text)
            atoms = read_times(text, reference=DUCKLING_NOW, language="zh" if language == "zh" else "en")
            right += spans <= {(atom.start, atom.end - atom.start) for atom in atoms}
            cases += 1
    return Tally(right, cases)


def score_kinds(path: Path, *, language: str) -> dict[str, Tally]:
    """Count fully resolved cases by the type of the first result."""
    from training.eval_prefill import _gold, _resolution

    extractors = nlp.build_extractors(["date_time"])
    right: Counter[str] = Counter()
    cases: Counter[str] = Counter()
    for case in json.loads(path.read_text(encoding="utf-8-sig")):
        reference = (case.get("Context") or {}).get("ReferenceDateTime")
        mentions = nlp.extract(message(case["Input"], language=language, reference=reference), extractors)
        gold = sorted(_gold(result, case["Input"], is_number=False) for result in case["Results"])
        got = sorted((m.start, m.end, _resolution(m.resolution, is_number=False)) for m in mentions)
        kind = (case["Results"][0].get("TypeName", "") if case["Results"] else "none").rpartition(".")[2]
        right[kind] += gold == got
        cases[kind] += 1
    return {kind: Tally(right[kind], cases[kind]) for kind in sorted(cases)}


_EXAMPLES = re.compile(r"examples\s*\((?P<value>[^\[]{1,300}?)\)\s*\[(?P<texts>[^\]]{1,6000})\]", re.DOTALL)
_DATED = re.compile(r"\((\d{4}), ?(\d{1,2}), ?(\d{1,2}), ?(\d{1,2}), ?(\d{1,2}), ?(\d{1,2})(?:\.\d+)?\)")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_COMMENT = re.compile(r"--[^\n]*")


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    begins: datetime
    is_feast: bool


def duckling_examples(path: Path) -> Iterator[Example]:
    """Read the examples of a corpus; its values are Haskell, so only dated ones are taken."""
    text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
    for block in _EXAMPLES.finditer(text):
        dated = _DATED.search(block["value"])
        parts = [int(part) for part in dated.groups()] if dated else [0] * 6
        on = almanac.day(*parts[:3])
        if on:
            at = datetime.combine(on, clock_time(parts[3], parts[4], parts[5]))
            for one in _STRING.finditer(block["texts"]):
                yield Example(json.loads(f'"{_unescaped(one[1])}"'), at, "Holiday" in block["value"])


def _unescaped(haskell: str) -> str:
    return re.sub(r"\\(\d{2,5})", lambda match: f"\\u{int(match[1]):04x}", haskell)


def score_duckling(examples: Sequence[Example], *, language: str) -> tuple[Tally, list[str]]:
    """Count examples read as one time that begins on the day the corpus says, in one of its alternatives."""
    days = [{at.date() for at in _begins(example.text, language)} for example in examples]
    wrong = [example for example, found in zip(examples, days, strict=True) if example.begins.date() not in found]
    return Tally(len(examples) - len(wrong), len(examples)), [f"{one.text} -> {one.begins}" for one in wrong]


def _begins(text: str, language: str) -> Iterator[datetime]:
    atoms = read_times(text, reference=DUCKLING_NOW, language="zh" if language == "zh" else "en")
    now = DUCKLING_NOW.replace(tzinfo=None)
    if len(atoms) != 1 or isinstance(atoms[0].reading, Length | Repeat):
        return
    for value in values_of(atoms[0]):
        written = value.get("value") or value.get("start") or value.get("end") or ""
        if written[2:3] == ":":
            written = f"{now.date().isoformat()} {written}"
        if written[:4].isdigit() and written[4:5] == "-":
            yield datetime.fromisoformat(written)


def median_ms(path: Path, *, language: str) -> float:
    """Return the median processor time of a text of the file, best of three."""
    cases = [case["Input"] for case in json.loads(path.read_text(encoding="utf-8-sig"))]
    at = datetime(2026, 11, 22, 10, tzinfo=UTC)
    times_s: list[float] = []
    for text in cases:
        tries = []
        for attempt in range(SPEED_REPEATS):
            started = time.process_time()
            read_times(text + "\n" * attempt, reference=at, language="zh" if language == "zh" else "en")
            tries.append(time.process_time() - started)
        times_s.append(min(tries))
    return 1000 * statistics.median(times_s)


def measure(data: Path, console: Console, *, shows_failures: bool) -> None:
    """Print every table whose files are at hand."""
    specs = data / "recognizers-specs" / "Specs" / "DateTime"
    for language, folder in LANGUAGES.items():
        model = specs / folder / "DateTimeModel.json"
        if not model.is_file():
            continue
        table = Table("what", "right", "cases", "share", title=f"times, {language}")
        score = score_spec(model, name="date_time", language=language, extractors=nlp.build_extractors(["date_time"]))
        table.add_row("DateTimeModel, span F1", "", str(score.cases), f"{score.f1:.3f}")
        rows = {f"DateTimeModel, {kind}": tally for kind, tally in score_kinds(model, language=language).items()}
        total = Tally(sum(one.right for one in rows.values()), sum(one.cases for one in rows.values()))
        rows = {"DateTimeModel, full": total, **rows}
        for path in sorted((specs / folder).glob("*Parser.json")):
            rows[f"{path.stem}, span and TIMEX"] = score_parser(path, language=language)
        rows["Extractors, span, texts of no other file"] = score_unseen(specs / folder, language=language)
        corpora = [data / "duckling" / "Duckling" / "Time" / name for name in DUCKLING[language]]
        examples = [example for path in corpora if path.is_file() for example in duckling_examples(path)]
        plain = [example for example in examples if not example.is_feast]
        feasts = [example for example in examples if example.is_feast]
        rows["Duckling, day it begins, no feasts"], wrong = score_duckling(plain, language=language)
        rows["Duckling, day of the world's feasts"], _ = score_duckling(feasts, language=language)
        for name, tally in rows.items():
            table.add_row(name, str(tally.right), str(tally.cases), tally.share)
        table.add_row("median ms a text (processor time)", "", "", f"{median_ms(model, language=language):.2f}")
        console.print(table)
        if shows_failures:
            console.print("\n".join(wrong), markup=False)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the grammar of time on public data")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/nlp"))
    parser.add_argument("--failures", action="store_true", help="also list the Duckling examples read otherwise")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        parser.error(f"no folder {arguments.data}; give the evaluation data's nlp folder with --data")
    measure(arguments.data, Console(), shows_failures=arguments.failures)


if __name__ == "__main__":
    main()
