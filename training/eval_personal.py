"""Measure what is found of personal data: numbers and mail in helpdesk dialogues, names and addresses in news.

In: the folder of public evaluation data. Out: one table. The dialogues carry no labels: what must be found is told by
form alone, with rules written here and not in nlp (a run of digits between what are no digits, its length and first
digits); what else is masked is counted beside it and printed with --show. It says nothing about names in dialogues.

    python -m training.eval_personal --data ../shared/data/nlp
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp.personal import PersonalSpan, personal_spans

RUN = re.compile(r"\d[\d -]*\d")
MAIL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
HAN_TEXT = {"name": "name", "address": "address"}  # CLUENER's names of the types


@dataclass(frozen=True, slots=True)
class Wanted:
    start: int
    end: int
    kind: str


def wanted_numbers(text: str) -> Iterator[Wanted]:
    """Tell what is a person's by form: a mobile number, a number with area code, 15 or 18 digits of a card, a mail."""
    for match in MAIL.finditer(text):
        yield Wanted(*match.span(), "email")
    for match in RUN.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        has_one_piece = " " not in match.group()
        kind = ""
        if re.fullmatch(r"(?:86)?1[3-9]\d{9}", digits):
            kind = "mobile"
        elif re.fullmatch(r"0[1-9]\d{9,10}", digits) and has_one_piece:
            kind = "landline"
        elif re.fullmatch(r"[1-9]\d{5}(?:19|20)\d{2}[01]\d[0-3]\d{4}\d?", digits) and has_one_piece:
            kind = "resident_id"
        if kind:
            yield Wanted(*match.span(), kind)


def dialogue_texts(path: Path) -> Iterator[str]:
    """Yield every utterance of a file of dialogues."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            for turn in json.loads(line)["turns"]:
                yield from turn["utterances"]


def news_rows(path: Path) -> Iterator[tuple[str, list[Wanted]]]:
    """Yield each text of CLUENER with its names and addresses; offsets there are inclusive."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            labels = row.get("label", {})
            yield (
                row["text"],
                [
                    Wanted(start, end + 1, HAN_TEXT[kind])
                    for kind in HAN_TEXT
                    for places in labels.get(kind, {}).values()
                    for start, end in places
                ],
            )


@dataclass(slots=True)
class Tally:
    """`found`: every character of it is masked. `extra`: spans of the kind that touch nothing wanted."""

    wanted: Counter[str]
    found: Counter[str]
    masked: Counter[str]
    extra: Counter[str]
    texts: int = 0
    seconds: float = 0.0

    def add(self, text: str, wanted: list[Wanted], *, is_quick: bool) -> list[PersonalSpan]:
        started = time.process_time()
        spans = personal_spans(text, is_quick=is_quick)
        self.seconds += time.process_time() - started
        self.texts += 1
        for one in wanted:
            self.wanted[one.kind] += 1
            self.found[one.kind] += any(span.start <= one.start and one.end <= span.end for span in spans)
        extra = [span for span in spans if not any(span.start < one.end and one.start < span.end for one in wanted)]
        self.masked.update(span.kind for span in spans)
        self.extra.update(span.kind for span in extra)
        return extra


def measure(data: Path, *, is_quick: bool, shown: int, console: Console) -> dict[str, Tally]:
    """Run every set that is at hand."""
    tallies: dict[str, Tally] = {}
    for language in ("zh", "en"):
        path = data / "stc3" / f"{language}.jsonl.gz"
        if path.is_file():
            tally = tallies[f"stc3 {language}"] = Tally(Counter(), Counter(), Counter(), Counter())
            for text in dialogue_texts(path):
                extra = tally.add(text, list(wanted_numbers(text)), is_quick=is_quick)
                for span in extra[: max(0, shown - sum(tally.extra.values()))]:
                    around = text[max(0, span.start - 12) : span.end + 8].replace("\n", " ")
                    console.print(
                        f"{language} {span.kind}: {text[span.start : span.end]!r} in {around!r}", markup=False
                    )
    for path in sorted((data / "cluener").glob("*dev*.json.gz")):
        tally = tallies[f"cluener {path.name.split('.')[0]}"] = Tally(Counter(), Counter(), Counter(), Counter())
        for text, wanted in news_rows(path):
            tally.add(text, wanted, is_quick=is_quick)
    return tallies


def show(console: Console, tallies: dict[str, Tally]) -> None:
    """Print a row a set and kind."""
    table = Table("set", "kind", "wanted", "found", "recall", "masked", "of nothing wanted", "ms a text (CPU)")
    for name, tally in tallies.items():
        for kind in sorted({*tally.wanted, *tally.masked}):
            wanted, found = tally.wanted[kind], tally.found[kind]
            recall = f"{found / wanted:.4f}" if wanted else "-"
            ms = f"{1000 * tally.seconds / max(tally.texts, 1):.3f}"
            table.add_row(
                name, kind, str(wanted), str(found), recall, str(tally.masked[kind]), str(tally.extra[kind]), ms
            )
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure what is found of personal data")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/nlp"))
    parser.add_argument("--quick", action="store_true", help="as for logs: without spoken numbers and fields")
    parser.add_argument("--show", type=int, default=0, help="print so many spans a language that nothing asked for")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        parser.error(f"no folder {arguments.data}; give the evaluation data's nlp folder with --data")
    console = Console(width=160)
    show(console, measure(arguments.data, is_quick=arguments.quick, shown=arguments.show, console=console))


if __name__ == "__main__":
    main()
