"""Measure a sentence encoder alone: sets of questions and documents in, hit@1, hit@10, nDCG@10 of the nearest vectors.

Every document is one vector of its first tokens, compared with every question: no words, no fusion. With several
encoders the table has a row each, so that a student stands beside its teacher and int8 beside fp32. Of the sets that
our encoder was tuned on, the questions that it was not tuned on have a row of their own.
"""

from __future__ import annotations

import argparse
import hashlib
import time
from collections.abc import Mapping, Sequence
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
from training.kb_sets import CROSS_NAMES, KbSet, read_kb_set
from training.question_passages import TRAINED_SETS
from training.search_runs import is_tuned_on

SETS = ("stackfaq", "covidfaq", "docs_en", "cmrc2018", "drcd", "esun_faq", "docs_zh", *CROSS_NAMES, "tidb_faq_zh")
MEASURES = {"hit@1": Success @ 1, "hit@10": Success @ 10, "nDCG@10": nDCG @ 10}
BATCH = 32


@dataclass(frozen=True, slots=True)
class Found:
    set_name: str
    documents: int
    questions: int
    seconds: float
    quality: dict[str, float]


def measure(embedder: Embedder, kb_set: KbSet, *, cache: Path | None) -> tuple[Found, ...]:
    """Encode a set's documents and questions and rank by cosine: all, and those that trained nothing."""
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
    seconds = time.perf_counter() - begun
    parts = {kb_set.name: names}
    if kb_set.name in TRAINED_SETS:
        parts[f"{kb_set.name}, kept apart"] = [name for name in names if not is_tuned_on(name)]
    return tuple(
        Found(label, len(kb_set.articles), len(part), seconds, _quality(kb_set, run, part))
        for label, part in parts.items()
    )


def _quality(kb_set: KbSet, run: Mapping[str, Mapping[str, float]], names: Sequence[str]) -> dict[str, float]:
    judged = {name: dict.fromkeys(kb_set.answers[name], 1) for name in names}
    found = ir_measures.calc_aggregate(list(MEASURES.values()), judged, {name: dict(run[name]) for name in names})
    return {label: float(found[one]) for label, one in MEASURES.items()}


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
        kb_set = read_kb_set(options.data / name)
        for model in options.model:
            embedder = open_encoder(model, models_dir=options.models_dir, threads=options.threads)
            for found in measure(embedder, kb_set, cache=options.cache):
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
