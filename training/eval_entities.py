"""Measure what the shipped rules read of addresses, product titles and names, and taggers of one's own beside them.

In: the folder of public evaluation data, all of it for measuring only. Out: tables on the terminal. A tagger is fitted
with training/fit_tagger.py and named by --tagger SET=DIR; nothing fitted on these sets ships.

    python -m training.eval_entities --data ../shared/data/nlp
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from nlp.document import compose
from nlp.entities.address_zh import PartKind, parts_at
from nlp.entities.chunks import Chunk, chunks_of
from nlp.entities.product_words import product_words_in
from nlp.entities.tagger import load_tagger
from nlp.extraction.registry import ticket_field
from nlp.records import Part
from nlp.text import fold
from training.chunk_scores import ALL, ChunkScore, Labelled, read_labelled, score_chunks, score_tags

KNOWN_F1 = {"ecommerce-ner": {"XH": 0.745, ALL: 0.7545}, "address": {ALL: 0.8619}}
"""A CRF with plain character windows, measured before the sets were split (see the data's README)."""
_TAG_OF: Mapping[PartKind, str] = {
    "country": "country",
    "province": "prov",
    "city": "city",
    "district": "district",
    "zone": "devZone",
    "town": "town",
    "village": "community",
    "road": "road",
    "number": "roadno",
    "place": "poi",
    "building": "houseno",
    "unit": "cellno",
    "floor": "floorno",
    "room": "roomno",
    "near": "assist",
    "postcode": "redundant",
}
_SECOND = {"road": "subRoad", "roadno": "subroadno", "poi": "subpoi"}
_MODEL = re.compile(
    r"(?<![a-z0-9])(?=[a-z0-9/+.-]{0,19}\d)(?=[a-z0-9/+.-]{0,19}[a-z])[a-z0-9]+(?:[-/+.][a-z0-9]+){0,4}(?![a-z0-9])"
)
_MEASURE = re.compile(
    r"\d+(?:\.\d+)?(?:ml|l|kg|g|mg|cm|mm|m|w|kw|v|a|mah|gb|g|tb|t|hz|p|k|x|d|pcs|inch|ah|oz|d|s|xl|xxl)(?:[x*/]\d*\w*)?"
)
CLUENER_FIELDS = {"name": "person_name", "address": "address"}


def address_chunks(text: str) -> tuple[Chunk, ...]:
    """Label a text that is an address by the shipped rules, in code points."""
    spans = parts_at(text, 0)
    found: list[Chunk] = []
    seen: set[str] = set()
    at = 0
    for part in spans:
        if part.start > at:
            found.append(Chunk(at, part.start, "redundant"))
        tag = _TAG_OF[part.kind]
        if tag in seen and tag != "assist":
            tag = _SECOND.get(tag, "redundant" if part.divisions else tag)
        seen.add(tag)
        found.append(Chunk(part.start, part.end, tag))
        at = part.end
    rest = re.search(r"[^\s,._-]", text[at:])
    if rest:
        if rest.start():
            found.append(Chunk(at, at + rest.start(), "redundant"))
        is_inside = bool(seen & {"floorno", "roomno"})
        tag = "person" if is_inside else "subpoi" if "poi" in seen and not seen & {"houseno"} else "poi"
        found.append(Chunk(at + rest.start(), len(text), tag))
    return tuple(found)


def title_chunks(text: str) -> tuple[Chunk, ...]:
    """Label a product title by the shipped lists and the shape of a model number."""
    found = [
        Chunk(word.start, word.end, "HPPX" if word.group == "brands" else "HCCX") for word in product_words_in(text)
    ]
    taken = {at for one in found for at in range(one.start, one.end)}
    for match in _MODEL.finditer(text):
        if not _MEASURE.fullmatch(match.group()) and taken.isdisjoint(range(*match.span())):
            found.append(Chunk(match.start(), match.end(), "XH"))
    return tuple(sorted(found))


def in_tokens(one: Labelled, chunks: Iterable[Chunk]) -> tuple[Chunk, ...]:
    """Turn spans of characters into spans of tokens; one that cuts a token in two stays wrong."""
    starts: dict[int, int] = {}
    at = 0
    for number, token in enumerate((*one.tokens, "")):
        starts[at] = number
        at += len(token)
    return tuple(Chunk(starts.get(c.start, -1), starts.get(c.end, -1), c.label) for c in chunks)


def timed(texts: Sequence[str], read: Callable[[str], object]) -> float:
    """Return the median processor time of one text in milliseconds, after a first pass that loads tables."""
    for text in texts[:20]:
        read(text)
    taken: list[float] = []
    for text in texts[:500]:
        started = time.process_time_ns()
        read(text)
        taken.append((time.process_time_ns() - started) / 1e6)
    return median(taken)


def score_rules(texts: Sequence[Labelled], read: Callable[[str], Sequence[Chunk]]) -> Mapping[str, ChunkScore]:
    found = [
        in_tokens(one, read(fold(one.text).text) if len(fold(one.text).text) == len(one.text) else read(one.text))
        for one in texts
    ]
    return score_chunks([chunks_of(one.tags) for one in texts], found)


def score_cluener(path: Path) -> Mapping[str, ChunkScore]:
    """Compare spans of the shipped fields with the names and addresses of news sentences."""
    wanted: list[Sequence[Chunk]] = []
    found: list[Sequence[Chunk]] = []
    for line in gzip.decompress(path.read_bytes()).decode("utf-8").splitlines():
        row = json.loads(line)
        spans = row["label"]
        wanted.append(
            [
                Chunk(start, end + 1, CLUENER_FIELDS[kind])
                for kind in CLUENER_FIELDS
                for places in spans.get(kind, {}).values()
                for start, end in places
            ]
        )
        document = compose([Part(row["text"], "m1", "text", "customer")])
        found.append(
            [
                Chunk(mention.start, mention.end, name)
                for name in CLUENER_FIELDS.values()
                for mention in ticket_field(name).extract(document)
            ]
        )
    return score_chunks(wanted, found)


def table_of(title: str, scores: Mapping[str, ChunkScore], known: Mapping[str, float]) -> Table:
    table = Table("label", "precision", "recall", "F1", "known F1", "chunks", title=title)
    for label, one in scores.items():
        before = f"{known[label]:.4f}" if label in known else ""
        table.add_row(label, f"{one.precision:.4f}", f"{one.recall:.4f}", f"{one.f1:.4f}", before, str(one.wanted))
    return table


def measure_set(name: str, folder: Path, tagger_folder: Path | None, console: Console) -> None:
    """Print the rules' scores on a set, and those of a tagger of one's own, also on texts that are not in training."""
    texts, met = read_labelled(folder / "dev.txt.gz"), set()
    if (folder / "train.txt.gz").is_file():
        met = {one.text for one in read_labelled(folder / "train.txt.gz")}
    read = address_chunks if name == "address" else title_chunks
    title = f"{name}, {len(texts)} texts: shipped rules, {timed([one.text for one in texts], read):.3f} ms a text"
    console.print(table_of(title, score_rules(texts, read), KNOWN_F1[name]))
    if tagger_folder is None:
        return
    tagger = load_tagger(tagger_folder)
    ms = timed([one.text for one in texts], tagger.chunks)
    for what, chosen in (("all", texts), ("not in training", [one for one in texts if one.text not in met])):
        scores = score_tags(chosen, [tagger.tags(one.tokens) for one in chosen])
        title = f"{name}, {len(chosen)} texts ({what}): tagger {tagger.name}, {ms:.3f} ms a text"
        console.print(table_of(title, scores, KNOWN_F1[name]))


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder data/nlp of the evaluation data")
    parser.add_argument(
        "--tagger", action="append", default=[], metavar="SET=DIR", help="address=DIR, ecommerce-ner=DIR"
    )
    chosen = parser.parse_args(argv)
    taggers = {name: Path(folder) for name, _, folder in (one.partition("=") for one in chosen.tagger)}
    console = Console()
    for name in KNOWN_F1:
        if (chosen.data / name / "dev.txt.gz").is_file():
            measure_set(name, chosen.data / name, taggers.get(name), console)
    for path in sorted((chosen.data / "cluener").glob("dev*.json.gz")):
        console.print(table_of(f"cluener, {path.name}: shipped fields", score_cluener(path), {}))


if __name__ == "__main__":
    main()
