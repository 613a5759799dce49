"""Measure a sentence encoder alone: sets of questions and documents in, hit@1, hit@10, nDCG@10 of the nearest vectors.

Every document is one vector of its first tokens, compared with every question: no words, no fusion. With several
encoders the table has a row each, so that a student stands beside its teacher and int8 beside fp32.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ir_measures
import numpy as np
import numpy.typing as npt
from ir_measures import Success, nDCG
from rich.console import Console
from rich.progress import track
from rich.table import Table

from nlp.encoders.embed import Embedder, Role, Vectors, build_embedder
from training.kb_sets import KbSet, read_kb_set

SETS = (
    "stackfaq",
    "covidfaq",
    "docs_en",
    "cmrc2018",
    "drcd",
    "esun_faq",
    "docs_zh",
    "docs_zh2en",
    "docs_zh2en_700",
    "tidb_faq_zh",
)
SUBSET = 700
"""Documents of the smaller zh -> en set: those asked for, then the first of the rest."""
MEASURES = {"hit@1": Success @ 1, "hit@10": Success @ 10, "nDCG@10": nDCG @ 10}
BATCH = 32


@dataclass(frozen=True, slots=True)
class Found:
    set_name: str
    documents: int
    questions: int
    seconds: float
    quality: dict[str, float]


def read_set(data: Path, name: str) -> KbSet:
    """Read a set; zh -> en asks the Chinese questions of the English documents."""
    base = name.removesuffix(f"_{SUBSET}")
    if base != "docs_zh2en":
        return read_kb_set(data / base)
    chinese, english = read_kb_set(data / "docs_zh"), read_kb_set(data / "docs_en")
    known = {article.id for article in english.articles}
    answers = {one: ids & known for one, ids in chinese.answers.items() if ids & known}
    wanted = set().union(*answers.values())
    articles = english.articles
    if name != base:
        articles = tuple(sorted(articles, key=lambda article: article.id not in wanted))[:SUBSET]
    return KbSet(name, articles, chinese.questions, answers)


def measure(embedder: Embedder, kb_set: KbSet, *, cache: Path | None) -> Found:
    """Encode a set's documents and questions and rank by cosine."""
    begun = time.perf_counter()
    names = sorted(kb_set.answers)
    documents = encode(
        embedder, [f"{one.title}\n{one.body}".strip() for one in kb_set.articles], "passage", cache=cache
    )
    questions = encode(embedder, [kb_set.questions[name] for name in names], "question", cache=cache)
    run: dict[str, dict[str, float]] = {}
    for name, scores in zip(names, questions @ documents.T, strict=True):
        best = np.argsort(-scores, kind="stable")[:10]
        run[name] = {kb_set.articles[at].id: float(scores[at]) for at in best}
    judged = {name: dict.fromkeys(kb_set.answers[name], 1) for name in names}
    found = ir_measures.calc_aggregate(list(MEASURES.values()), judged, run)
    quality = {label: float(found[one]) for label, one in MEASURES.items()}
    return Found(kb_set.name, len(kb_set.articles), len(names), time.perf_counter() - begun, quality)


def encode(embedder: Embedder, texts: Sequence[str], role: Role, *, cache: Path | None) -> Vectors:
    """Encode texts, those of like length together; with a cache, once for each engine and list."""
    name = hashlib.sha256("\0".join([embedder.engine, role, *texts]).encode("utf-8", "replace")).hexdigest()[:24]
    kept = None if cache is None else cache / f"{name}.npy"
    if kept is not None and kept.is_file():
        loaded: npt.NDArray[np.float32] = np.load(kept)
        return loaded
    inputs = [embedder.prepare(text, role=role) for text in texts]
    order = sorted(range(len(inputs)), key=lambda at: len(inputs[at].ids))
    rows = np.zeros((len(inputs), embedder.width), np.float32)
    for start in track(range(0, len(order), BATCH), console=Console(stderr=True), transient=True, description=role):
        chosen = order[start : start + BATCH]
        rows[chosen] = embedder.embed_prepared([inputs[at] for at in chosen])
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, rows)
    return rows


def main() -> None:
    """Measure the chosen encoders on the chosen sets and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data/kb"))
    parser.add_argument("--sets", default=",".join(SETS), help="names with commas between")
    parser.add_argument("--model", action="append", default=[], help="a card's name, or a folder; may be repeated")
    parser.add_argument("--models-dir", type=Path, default=None)
    parser.add_argument("--cache", type=Path, default=None, help="a folder in which vectors are kept between runs")
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    table = Table("set", "documents", "questions", "encoder", *MEASURES, "s")
    for name in options.sets.split(","):
        kb_set = read_set(options.data, name)
        for model in options.model:
            embedder = open_encoder(model, models_dir=options.models_dir, threads=options.threads)
            found = measure(embedder, kb_set, cache=options.cache)
            figures = [f"{value:.3f}" for value in found.quality.values()]
            counts = (str(found.documents), str(found.questions))
            table.add_row(found.set_name, *counts, Path(model).name, *figures, f"{found.seconds:.0f}")
    Console(width=140).print(table)


def open_encoder(model: str, *, models_dir: Path | None, threads: int) -> Embedder:
    """Open an encoder by its card's name or out of its folder."""
    if Path(model).is_dir():
        return build_embedder("onnx", folder=Path(model), threads=threads)
    return build_embedder("onnx", model=model, models_dir=models_dir, threads=threads)


if __name__ == "__main__":
    main()
