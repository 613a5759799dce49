"""Measure the catalogue: bent codes, codes that are not listed, printed labels, spoken and colloquial names.

In: the folder of public evaluation data. Out: tables on the terminal and, with --out, a JSON file. Times are medians of
CPU time a query. The public list only measures: nothing is fitted on it.

    python -m training.eval_catalogue --data ../shared/data/nlp
    python -m training.eval_catalogue --data ../shared/data/nlp --labels 500 --cache /tmp/labels.jsonl
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import time
import tracemalloc
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from nlp.extraction.catalogue import Catalogue
from nlp.extraction.catalogue_decision import TextSource
from nlp.extraction.catalogue_keys import key_of
from nlp.extraction.catalogue_words import core_of, words_of
from training.catalogue_labels import readings
from training.catalogue_noise import Listing, chosen, read_listing, swapped, worn
from training.catalogue_speech import said_en, said_zh

COLLOQUIAL = Path(__file__).parents[1] / "tests" / "nlp" / "colloquial_names.csv"
QUERIES = 1_000
ABSENT_SHARE = 5  # one code in five is left out
SEED = 20261122
_BRAND_WORDS = "xiaomi huawei honor oppo vivo apple samsung galaxy oneplus nubia meizu redmi smartisan sony google"
_GIVEN = frozenset(_BRAND_WORDS.split())
"""Words that pages of the list leave out or put in: a name is the same with and without them."""


@dataclass(frozen=True, slots=True)
class Query:
    text: str
    right: frozenset[str]  # codes; empty where none is right


@dataclass(frozen=True, slots=True)
class Score:
    name: str
    queries: int
    top_1: float | None  # of those that have an answer
    auto: float
    wrong_auto: float  # of all queries
    ece: float  # of the confidence that the first candidate is right
    median_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Size:
    products: int
    load_s: float  # CPU time
    index_mb: float  # tracemalloc


def scored(name: str, queries: Iterable[Query], catalogue: Catalogue, *, source: TextSource) -> Score:
    """Match every query."""
    times, beliefs, hits = [], [], []
    has_answer = auto = wrong = 0
    for query in queries:
        started = time.process_time()
        match = catalogue.match(query.text, source=source)
        times.append(1000 * (time.process_time() - started))
        best = match.candidates[0] if match.candidates else None
        hits.append(best is not None and best.value in query.right)
        beliefs.append(best.confidence if best is not None else 0.0)
        has_answer += bool(query.right)
        auto += match.status == "auto"
        wrong += match.status == "auto" and match.code not in query.right
    count = len(times)
    times.sort()
    top_1 = sum(hits) / has_answer if has_answer else None
    ece = calibration_error(beliefs, hits)
    return Score(name, count, top_1, auto / count, wrong / count, ece, times[count // 2], times[int(0.99 * count)])


def calibration_error(beliefs: Sequence[float], hits: Sequence[bool]) -> float:
    """Return the mean gap between belief and truth over ten bins, weighted by size."""
    bins: dict[int, list[int]] = defaultdict(list)
    for at, belief in enumerate(beliefs):
        bins[min(int(10 * belief), 9)].append(at)
    gaps = (abs(sum(beliefs[at] - hits[at] for at in members)) for members in bins.values())
    return sum(gaps) / max(len(beliefs), 1)


def measured_size(listing: Listing) -> tuple[Size, Catalogue]:
    """Load the catalogue twice: once for the time, once for the memory."""
    started = time.process_time()
    catalogue = listing.catalogue()
    load_s = time.process_time() - started
    tracemalloc.start()
    again = listing.catalogue()
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Size(len(again), load_s, used / 2**20), catalogue


def noise_scores(listing: Listing, catalogue: Catalogue) -> list[Score]:
    """Bend listed codes; then bend codes of which half are not listed."""
    found = []
    bends: tuple[tuple[str, Callable[[str, float, random.Random], str]], ...] = (("swaps", swapped), ("worn", worn))
    for name, bend in bends:
        for noise in (0.1, 0.25):
            chance = random.Random(SEED)
            queries = [
                Query(bend(product.code, noise, chance), frozenset([product.code]))
                for product in chosen(listing, QUERIES, seed=SEED)
            ]
            found.append(scored(f"{name} {noise}", queries, catalogue, source="ocr"))
    absent = frozenset(product.code for product in chosen(listing, len(listing.products) // ABSENT_SHARE, seed=SEED))
    partial = listing.catalogue(without=absent)
    listed = [product.code for product in listing.products if product.code not in absent]
    for noise in (0.0, 0.1, 0.25):
        chance = random.Random(SEED)
        pairs = zip(chance.sample(sorted(absent), QUERIES), chance.sample(listed, QUERIES), strict=True)
        queries = [Query(worn(code, noise, chance), frozenset([code]) - absent) for pair in pairs for code in pair]
        found.append(scored(f"half not listed, worn {noise}", queries, partial, source="ocr"))
    return found


def _core(name: str) -> tuple[str, ...]:
    return core_of(words_of(name))


def codes_by_name(listing: Listing, *, without_brand: bool) -> dict[frozenset[str], frozenset[str]]:
    """Group codes by the words of their names."""
    groups: dict[frozenset[str], set[str]] = defaultdict(set)
    for product in listing.products:
        for name in {*listing.families[product.code], *product.names}:
            words = frozenset(_core(name))
            groups[words - _GIVEN if without_brand else words].add(product.code)
    return {words: frozenset(codes) for words, codes in groups.items()}


def colloquial_scores(listing: Listing, catalogue: Catalogue) -> list[Score]:
    """Ask for products as people call them; the table was written before the matcher."""
    known = codes_by_name(listing, without_brand=True)
    rows = list(csv.DictReader(COLLOQUIAL.read_text(encoding="utf-8").splitlines()))
    found = []
    for language in ("zh", "en"):
        mine = [row for row in rows if row["language"] == language]
        asked = [(row["query"], known.get(frozenset(_core(row["name"])) - _GIVEN)) for row in mine]
        queries = [Query(text, codes) for text, codes in asked if codes]
        found.append(scored(f"colloquial {language}", queries, catalogue, source="text"))
    return found


def spoken_scores(listing: Listing, catalogue: Catalogue) -> list[Score]:
    """Write names and codes as recognisers do, by tables the matcher does not read."""
    known = codes_by_name(listing, without_brand=False)
    found = []
    for language, said in (("zh", said_zh), ("en", said_en)):
        names = sorted(
            {
                name
                for families in listing.families.values()
                for name in families
                if name.isascii() == (language == "en") and not set("/(") & set(name)
            }
        )
        chance = random.Random(SEED)
        spoken = [
            Query(said(name, chance), known.get(frozenset(_core(name)), frozenset()))
            for name in chance.sample(names, min(QUERIES, len(names)))
        ]
        found.append(scored(f"spoken names {language}", spoken, catalogue, source="speech"))
        spelt = [
            Query(said(product.code, chance, is_code=True), frozenset([product.code]))
            for product in chosen(listing, QUERIES, seed=SEED)
        ]
        found.append(scored(f"spelt codes {language}", spelt, catalogue, source="speech"))
    return found


def label_scores(listing: Listing, catalogue: Catalogue, *, count: int, cache: Path | None) -> list[Score]:
    """Read printed labels; then the same readings against a catalogue that lacks half of the codes."""
    codes = [product.code for product in chosen(listing, count, seed=count)]
    read = list(readings(codes, seed=count, cache=cache))
    exact = sum(key_of(one.code) in key_of(one.text) for one in read) / max(len(read), 1)
    queries = [Query(one.text, frozenset([one.code])) for one in read]
    found = [scored(f"labels (read exactly: {exact:.3f})", queries, catalogue, source="ocr")]
    absent = frozenset(one.code for one in read[::2])
    queries = [Query(one.text, frozenset([one.code]) - absent) for one in read]
    found.append(scored("labels, half not listed", queries, listing.catalogue(without=absent), source="ocr"))
    return found


def find_in_ms(catalogue: Catalogue) -> dict[int, float]:
    """Return the least CPU time of five to look through texts of 1 and 100 kB."""
    sentence = "我的小米手环坏了, my phone SM-G9910 does not charge, 订单号20240518936, thanks. "
    found = {}
    for size in (1_000, 100_000):
        text = (sentence * (size // len(sentence) + 1))[:size]
        times = []
        for number in range(5):
            started = time.process_time()
            catalogue.find_in(f"{text}{number}")
            times.append(1000 * (time.process_time() - started))
        found[size] = min(times)
    return found


def show(console: Console, size: Size, scores: Sequence[Score]) -> None:
    """Print the table."""
    console.print(f"{size.products} products: loaded in {size.load_s:.2f} s CPU, {size.index_mb:.1f} MB")
    table = Table("what", "queries", "top-1", "auto", "wrong auto", "ECE", "median ms", "p99 ms")
    for score in scores:
        row = list(asdict(score).values())
        table.add_row(*(f"{value:.4f}" if isinstance(value, float) else str(value) for value in row))
    console.print(table)


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the catalogue on a public list of phone models")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/nlp"))
    parser.add_argument("--labels", type=int, default=0, help="how many labels to print and read; 500 take minutes")
    parser.add_argument("--cache", type=Path, help="keep what was read in this file, and take it from there next time")
    parser.add_argument("--out", type=Path, help="also write the figures as JSON")
    arguments = parser.parse_args()
    folder = arguments.data / "mobilemodels"
    if not folder.is_dir():
        parser.error(f"no folder {folder}; give the evaluation data's nlp folder with --data")
    listing = read_listing(folder)
    size, catalogue = measured_size(listing)
    scores = [
        *noise_scores(listing, catalogue),
        *colloquial_scores(listing, catalogue),
        *spoken_scores(listing, catalogue),
    ]
    if arguments.labels:
        scores += label_scores(listing, catalogue, count=arguments.labels, cache=arguments.cache)
    console = Console(width=130)
    show(console, size, scores)
    for chars, ms in find_in_ms(catalogue).items():
        console.print(f"find_in, {chars:,} characters: {ms:.2f} ms")
    if arguments.out:
        figures = {"size": asdict(size), "scores": [asdict(score) for score in scores]}
        arguments.out.write_text(json.dumps(figures, ensure_ascii=False, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()
