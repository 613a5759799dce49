"""Measure the step after recognition: spoken numbers written out, and known terms found.

In: the tables in tests/speech, and with --data public texts of customer dialogues. Out: tables. `itn` says how many
rows of each kind are written exactly, and how long a row takes. `hotwords` says how many misheard terms are mended, how
often an ordinary sentence is changed, and how long an utterance takes with 5,000 terms. Rows were written by hand and
the rules were made on them: their figures are a promise kept, not a forecast. The rows of `unseen_*.jsonl` were written
after the rules, by the same hand, and nothing was mended after them.

    python -m training.eval_written --only itn
    python -m training.eval_written --only hotwords --data ../shared/data/nlp
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from speech.hotwords import Hotwords, compile_hotwords
from speech.itn import write_spoken

TABLES = Path(__file__).parents[1] / "tests" / "speech"
TERMS = 5_000
"""The most that are looked for (speech.writing.MAX_TERMS)."""
LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ"
LONG_SENTENCE_CHARS = 200
"""A sentence of the dialogues longer than this is pasted text, not something said."""


@dataclass(frozen=True, slots=True)
class Row:
    heard: str
    written: str
    kind: str


def rows_of(path: Path) -> list[Row]:
    """Read a table."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [Row(row["heard"], row["written"], row.get("kind", "")) for row in map(json.loads, lines)]


def eval_itn(console: Console) -> None:
    """Print exact rows by kind, the rows that are wrong, and times."""
    for path in (*sorted(TABLES.glob("written_*.jsonl")), *sorted(TABLES.glob("unseen_*.jsonl"))):
        rows = rows_of(path)
        write_spoken(rows[0].heard)
        right: Counter[str] = Counter()
        times_ms: list[float] = []
        for row in rows:
            started = time.thread_time()
            text = write_spoken(row.heard).text
            times_ms.append((time.thread_time() - started) * 1000)
            right[row.kind] += text == row.written
            if text != row.written:
                console.print(f"[yellow]{row.heard} -> {text}, not {row.written}", highlight=False)
        _print_kinds(console, path.stem, Counter(row.kind for row in rows), right)
        console.print(_times(times_ms, "row"))


def eval_hotwords(console: Console, data: Path | None) -> None:
    """Print terms mended, ordinary sentences changed, and times."""
    brands = (TABLES / "hotword_terms.txt").read_text(encoding="utf-8").split("\n")
    terms = [*filter(None, brands), *made_up_codes(TERMS, seed=1)][:TERMS]
    started = time.thread_time()
    hotwords = compile_hotwords(terms)
    console.print(f"compiled {len(hotwords.by_sounds)} of {len(terms)} terms in {time.thread_time() - started:.2f} s")
    rows = rows_of(TABLES / "hotwords.jsonl")
    wrong = [(row, mended(row.heard, hotwords)) for row in rows if mended(row.heard, hotwords) != row.written]
    for row, text in wrong:
        console.print(f"[yellow]{row.heard} -> {text}, not {row.written}", highlight=False)
    console.print(f"terms: {len(rows) - len(wrong)} of {len(rows)} rows as they should be")
    for name, sentences in ordinary_sentences(data).items():
        _print_changes(console, name, sentences, hotwords)


def mended(heard: str, hotwords: Hotwords) -> str:
    """Return the text with its terms and numbers written."""
    return write_spoken(heard, settled=[found.edit for found in hotwords.find(heard)]).text


def made_up_codes(count: int, *, seed: int) -> list[str]:
    """Draw model codes as makers form them: letters, digits, a dash, a suffix."""
    draw = random.Random(seed)
    codes = []
    for _ in range(count):
        head = "".join(draw.choices(LETTERS, k=draw.randint(2, 4)))
        figures = str(draw.randint(10, 9999))
        tail = "".join(draw.choices(LETTERS, k=draw.randint(0, 3)))
        codes.append(f"{head}{draw.choice(('', '-'))}{figures}{tail}")
    return codes


def ordinary_sentences(data: Path | None) -> dict[str, list[str]]:
    """Return sentences in which no term was misheard: our tables, and with `data` public helpdesk dialogues."""
    sentences = {
        path.stem: [row.heard for row in rows_of(path) if row.kind not in ("model", "mixed")]
        for path in sorted(TABLES.glob("written_*.jsonl"))
    }
    for language in ("zh", "en") if data else ():
        path = (data or Path()) / "stc3" / f"{language}.jsonl.gz"
        sentences[f"stc3 {language}"] = list(dict.fromkeys(_said(path)))
    return sentences


def _said(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            for turn in json.loads(line)["turns"]:
                yield from (text for text in turn["utterances"] if len(text) <= LONG_SENTENCE_CHARS)


def _print_changes(console: Console, name: str, sentences: Sequence[str], hotwords: Hotwords) -> None:
    times_ms, changed = [], 0
    for sentence in sentences:
        started = time.thread_time()
        found = hotwords.find(sentence)
        times_ms.append((time.thread_time() - started) * 1000)
        changed += bool(found)
        for one in found:
            edit = one.edit
            console.print(f"  {sentence[edit.start : edit.end]!r} -> {edit.written} ({one.score:.2f}): {sentence[:60]}")
    console.print(f"{name}: {changed} of {len(sentences)} sentences changed; {_times(times_ms, 'utterance')}")


def _print_kinds(console: Console, name: str, counts: Counter[str], right: Counter[str]) -> None:
    table = Table("kind", "right", "rows", title=name, title_justify="left")
    for kind, count in sorted(counts.items()):
        table.add_row(kind, str(right[kind]), str(count))
    table.add_row("all", str(right.total()), str(counts.total()))
    console.print(table)


def _times(times_ms: Sequence[float], what: str) -> str:
    ordered = sorted(times_ms)
    most_ms = ordered[int(len(ordered) * 0.95)]
    return f"median {statistics.median(ordered):.2f} ms of CPU a {what}, 95% below {most_ms:.2f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=("itn", "hotwords"))
    parser.add_argument("--data", type=Path, help="folder that holds stc3/")
    arguments = parser.parse_args()
    console = Console()
    if arguments.only != "hotwords":
        eval_itn(console)
    if arguments.only != "itn":
        eval_hotwords(console, arguments.data)


if __name__ == "__main__":
    main()
