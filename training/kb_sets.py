"""The knowledge-base sets of the evaluation data: a folder in, articles, questions and right answers out."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from nlp.records import Article

CROSS_NAMES = ("docs_zh2en_700", "docs_zh2en")
"""Chinese questions on English articles: among 700 of them, and among all."""
_CROSS_CORPUS = "docs_en"
_FEW = 700
_LONGEST_TITLE = 150
TITLED = "+titles"
"""After a set's name: each document's first line becomes the article's title, where more lines follow."""
SET_NAMES = ("cmrc2018", "drcd", "docs_zh", "tidb_faq_zh", "esun_faq", "stackfaq", "covidfaq", "docs_en")


@dataclass(frozen=True, slots=True)
class KbSet:
    name: str
    articles: tuple[Article, ...]
    questions: Mapping[str, str]  # by question id
    answers: Mapping[str, frozenset[str]]  # ids of the right articles, by question id


def read_kb_set(folder: Path) -> KbSet:
    """Read corpus, queries and qrels. A document becomes an article without title, as nobody gave it one."""
    if folder.name in CROSS_NAMES:
        return _read_cross_set(folder)
    if folder.name.endswith(TITLED):
        whole = read_kb_set(folder.with_name(folder.name.removesuffix(TITLED)))
        return replace(whole, name=folder.name, articles=tuple(_titled(article) for article in whole.articles))
    articles = tuple(Article(str(row["_id"]), "", str(row["text"])) for row in _rows(folder, "corpus.jsonl"))
    return _with_questions(folder, folder.name, articles)


def _titled(article: Article) -> Article:
    first, _, rest = article.body.partition("\n")
    is_title = len(first) <= _LONGEST_TITLE and rest.strip()
    return replace(article, title=first.strip(), body=rest.strip()) if is_title else article


def _read_cross_set(folder: Path) -> KbSet:
    """Put the questions of one language to the articles of the other; of a few, the right ones are among them."""
    articles = read_kb_set(folder.parent / _CROSS_CORPUS).articles
    whole = _with_questions(folder.parent / CROSS_NAMES[1], folder.name, articles)
    return whole if folder.name == CROSS_NAMES[1] else with_fewer_articles(whole, _FEW)


def with_fewer_articles(kb_set: KbSet, most: int) -> KbSet:
    """Keep the right articles of all questions, and of the others as many as fit."""
    right = {one for answers in kb_set.answers.values() for one in answers}
    order = sorted(kb_set.articles, key=lambda one: (one.id not in right, hashlib.sha256(one.id.encode()).digest()))
    return KbSet(kb_set.name, tuple(order[:most]), kb_set.questions, kb_set.answers)


def _with_questions(folder: Path, name: str, articles: tuple[Article, ...]) -> KbSet:
    questions = {str(row["_id"]): str(row["text"]) for row in _rows(folder, "queries.jsonl")}
    answers: dict[str, set[str]] = {}
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question_id, article_id, _ = line.split("\t")
        answers.setdefault(question_id, set()).add(article_id)
    return KbSet(name, articles, questions, {name: frozenset(ids) for name, ids in answers.items()})


def _rows(folder: Path, name: str) -> Iterator[dict[str, object]]:
    packed = folder / f"{name}.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / name).read_bytes()
    for line in text.splitlines():
        yield json.loads(line)
