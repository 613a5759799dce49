"""Ask evaluation sets once, for every measurement: a folder of sets and an encoder in, candidates of each question out.

The knowledge bases stand in a working folder with their vectors, so a second run embeds nothing. Of each set half of
the questions are tuned on, the other half is only reported; which, hangs on a question's id alone.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import ir_measures
from ir_measures import Success, nDCG
from rich.console import Console
from rich.progress import track

from nlp.encoders.embed import Embedder, build_embedder
from nlp.search.fuse import Candidate
from nlp.search.knowledge_base import KnowledgeBase
from training.kb_sets import SET_NAMES, KbSet, read_kb_set

MEASURES = {"hit@1": Success @ 1, "hit@10": Success @ 10, "nDCG@10": nDCG @ 10}


@dataclass(frozen=True, slots=True)
class Ranking:
    """Articles in order, repeated where several of their passages stand there, and the right ones."""

    articles: Sequence[str]
    answers: frozenset[str]


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    id: str
    text: str
    answers: frozenset[str]
    candidates: tuple[Candidate, ...]  # as fused


@dataclass(frozen=True, slots=True)
class AskedSet:
    name: str
    articles: Mapping[int, str]  # ids by number
    questions: tuple[AskedQuestion, ...]
    dense_weight: float
    passages: int


def is_tuned_on(question_id: str) -> bool:
    """Say which half a question is in."""
    return hashlib.sha256(question_id.encode()).digest()[0] % 2 == 0


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add what says which sets are asked, and with what."""
    parser.add_argument("--data", type=Path, default=Path("../shared/data/kb"))
    parser.add_argument("--sets", default=",".join(SET_NAMES), help="names with commas between")
    parser.add_argument(
        "--encoder", default="", help="a folder with model.onnx, or a model card's name; none: words alone"
    )
    parser.add_argument("--work", type=Path, default=Path("search-runs"), help="where the knowledge bases are kept")
    parser.add_argument("--limit", type=int, default=None, help="questions of each set")


def read_runs(options: argparse.Namespace) -> dict[str, AskedSet]:
    """Index what is not indexed yet and ask everything."""
    embedder = open_encoder(options.encoder)
    return {
        name: ask_set(read_kb_set(options.data / name), open_base(options.work, name, embedder), limit=options.limit)
        for name in options.sets.split(",")
    }


def open_encoder(name: str) -> Embedder | None:
    """Load an encoder by folder or by name; "" is none."""
    if not name:
        return None
    return build_embedder("onnx", folder=Path(name)) if Path(name).is_dir() else build_embedder("onnx", model=name)


def open_base(work: Path, name: str, embedder: Embedder | None) -> KnowledgeBase:
    """Open the knowledge base of a set under one encoder."""
    work.mkdir(parents=True, exist_ok=True)
    mark = "words" if embedder is None else "".join(one if one.isalnum() else "-" for one in embedder.engine)
    return KnowledgeBase(work / f"{name}.{mark}.sqlite3", embedder=embedder)


def ask_set(kb_set: KbSet, base: KnowledgeBase, *, limit: int | None = None) -> AskedSet:
    """Put the questions of a set; only what changed since the last run is indexed."""
    base.put_many(kb_set.articles)
    base.embed_missing()
    names = sorted(kb_set.answers)[:limit]
    shown = track(names, description=kb_set.name, console=Console(stderr=True), transient=True)
    questions = tuple(
        AskedQuestion(
            name, kb_set.questions[name], kb_set.answers[name], base.fused(kb_set.questions[name], allowed=())
        )
        for name in shown
    )
    with base.connections.reading() as connection:
        articles = dict(connection.execute("SELECT number, id FROM articles").fetchall())
    return AskedSet(kb_set.name, articles, questions, base.dense_weight, base.counts().passages)


def measured(rankings: Mapping[str, Ranking]) -> dict[str, float]:
    """Return hit@1, hit@10 and nDCG@10 of rankings by question id."""
    run = {
        name: {one: float(-place) for place, one in enumerate(dict.fromkeys(ranking.articles))}
        for name, ranking in rankings.items()
    }
    judged = {name: dict.fromkeys(ranking.answers, 1) for name, ranking in rankings.items()}
    found = ir_measures.calc_aggregate(list(MEASURES.values()), judged, run)
    return {label: float(found[measure]) for label, measure in MEASURES.items()}
