"""The knowledge-base sets of the evaluation data: a folder in, articles, questions and right answers out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from nlp.records import Article

SET_NAMES = ("cmrc2018", "drcd", "docs_zh", "tidb_faq_zh", "esun_faq", "stackfaq", "covidfaq", "docs_en")


@dataclass(frozen=True, slots=True)
class KbSet:
    name: str
    articles: tuple[Article, ...]
    questions: Mapping[str, str]  # by question id
    answers: Mapping[str, frozenset[str]]  # ids of the right articles, by question id


def read_kb_set(folder: Path) -> KbSet:
    """Read corpus, queries and qrels. A document becomes an article without title, as nobody gave it one."""
    articles = tuple(Article(str(row["_id"]), "", str(row["text"])) for row in _rows(folder, "corpus.jsonl"))
    questions = {str(row["_id"]): str(row["text"]) for row in _rows(folder, "queries.jsonl")}
    answers: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question_id, article_id, _ = line.split("\t")
        answers.setdefault(question_id, set()).add(article_id)
    return KbSet(folder.name, articles, questions, {name: frozenset(ids) for name, ids in answers.items()})


def _rows(folder: Path, name: str) -> Iterator[dict[str, object]]:
    packed = folder / f"{name}.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes()
    for line in text.splitlines():
        yield json.loads(line)
