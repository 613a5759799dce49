"""Articles in; passages that match a question out. One SQLite file holds the text and its index.

A write is one transaction and the next search sees it; what a caller may not see is filtered before ranking. It is safe
to share between threads, and between processes that open the same file. It does not judge whether a hit answers.
"""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from nlp.records import Article, ArticleRejected, Hit, IndexReport, Passage
from nlp.search import schema
from nlp.search.connections import Connections
from nlp.search.lexical import (
    CorpusSize,
    FieldText,
    Scored,
    Term,
    match_expression,
    question_terms,
    rank,
    weigh,
)
from nlp.search.passages import split_passages
from nlp.search.tokens import tokens
from nlp.text import language_of

Change = Literal["added", "updated", "unchanged"]

# Ten times the longest page of the manuals we measure on; a book belongs in the base by chapters.
MAX_BODY = 2_000_000  # code points
MAX_TITLE = 1_000
MAX_ID = 500
# Candidates that FTS5 hands over to be scored exactly; 60, 150 and 400 rank alike on all eight sets (2026-11-22).
_CANDIDATES = 60
# Code points that tell whether a passage without Han characters has words at all.
_LANGUAGE_SAMPLE = 400
_HAN = re.compile(r"[\u3400-\u9fff]")
# Articles per transaction of put_many: another writer waits a second at most.
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Counts:
    articles: int
    passages: int


class KnowledgeBase:
    """A Retriever over one file; close it when done. Raises KnowledgeBaseUnreadable for a file of something else."""

    def __init__(self, path: Path | Literal[":memory:"]) -> None:
        self._name = str(path)
        self._connections = Connections(path)
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            message = f"{path} cannot be opened as a knowledge base ({error}); name another file, or delete this one"
            raise schema.KnowledgeBaseUnreadable(message) from error

    def close(self) -> None:
        """Release the file."""
        self._connections.close()

    def __enter__(self) -> KnowledgeBase:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put(self, article: Article, *, source: str = "") -> Change:
        """Add an article or replace the one of its id. Raises ArticleRejected."""
        with self._connections.writing() as connection:
            return _put(connection, article, source)

    def put_many(self, articles: Iterable[Article], *, source: str = "") -> IndexReport:
        """Put all; with a source, also delete what came from it before and is not among them now."""
        changes: dict[Change, int] = {"added": 0, "updated": 0, "unchanged": 0}
        passages = 0
        seen: set[str] = set()
        for batch in _batches(articles):
            with self._connections.writing() as connection:
                for article in batch:
                    change = _put(connection, article, source)
                    changes[change] += 1
                    passages += 0 if change == "unchanged" else _passage_count(connection, article.id)
            seen.update(article.id for article in batch)
        deleted = self._prune(source, seen) if source else 0
        return IndexReport(changes["added"], changes["updated"], changes["unchanged"], deleted, passages)

    def get(self, article_id: str) -> Article | None:
        """Return the article, or None where there is none of that id."""
        with self._connections.reading() as connection:
            row = connection.execute(
                "SELECT id, title, body, locale, tags, allowed, url FROM articles WHERE id = ?", (article_id,)
            ).fetchone()
        return _article(row) if row else None

    def delete(self, article_id: str) -> bool:
        """Delete an article; say whether there was one."""
        with self._connections.writing() as connection:
            return _delete(connection, article_id)

    def compact(self) -> None:
        """Leave no byte of deleted articles in the file; costs as much as writing it anew."""
        with self._connections.writing() as connection:
            connection.execute("INSERT INTO terms(terms) VALUES ('optimize')")  # drops the words of deleted passages
        self._connections.compact()

    def article_ids(self) -> tuple[str, ...]:
        """Return all ids in order."""
        with self._connections.reading() as connection:
            return tuple(row[0] for row in connection.execute("SELECT id FROM articles ORDER BY id"))

    def counts(self) -> Counts:
        """Count what is held."""
        with self._connections.reading() as connection:
            size = _size(connection)
        return Counts(size.articles, size.passages)

    def search(self, question: str, *, top_k: int, allowed: Sequence[str], locale: str = "") -> tuple[Hit, ...]:
        """Return the best passage of each of the top_k articles that a member of the `allowed` groups may see.

        Near ties go to articles in the language of `locale`, by default the question's own.
        """
        terms = question_terms(question)
        if top_k < 1 or not terms:
            return ()
        with self._connections.reading() as connection:
            ranking = _ranking(connection, terms, allowed, _subtag(locale) or language_of(question))
            best: dict[int, Scored] = {}
            for scored in ranking:
                best.setdefault(scored.article, scored)
            return tuple(_hit(connection, scored) for scored in islice(best.values(), top_k))

    def _prepare(self) -> None:
        with self._connections.writing() as connection:
            schema.prepare(connection, self._name)

    def _prune(self, source: str, seen: set[str]) -> int:
        with self._connections.writing() as connection:
            rows = connection.execute("SELECT id FROM articles WHERE source = ?", (source,)).fetchall()
            return sum(_delete(connection, article_id) for (article_id,) in rows if article_id not in seen)


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    remaining = iter(articles)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def _check(article: Article) -> None:
    name = f"article {article.id[:80]!r}"
    limits = (("id", article.id, MAX_ID), ("title", article.title, MAX_TITLE), ("body", article.body, MAX_BODY))
    for field, text, limit in limits:
        if len(text) > limit:
            raise ArticleRejected(f"{name}: its {field} has {len(text)} characters, the limit is {limit}: split it")
    for field, text in (("id", article.id), ("body", article.body)):
        if not text.strip():
            raise ArticleRejected(f"{name}: its {field} is empty")
    everything = "".join((article.id, article.title, article.body, article.locale, article.url, *article.tags))
    if "\0" in everything or any("\ud800" <= character <= "\udfff" for character in everything):
        raise ArticleRejected(f"{name}: it holds NUL characters or broken Unicode; save it as UTF-8 text")


def _put(connection: sqlite3.Connection, article: Article, source: str) -> Change:
    _check(article)
    tags, allowed = json.dumps(article.tags), json.dumps(sorted(set(article.allowed)))
    columns = (article.title, article.body, article.locale, tags, allowed, article.url, source)
    digest = hashlib.sha256(json.dumps(columns).encode()).hexdigest()
    row = connection.execute("SELECT digest FROM articles WHERE id = ?", (article.id,)).fetchone()
    if row and row[0] == digest:
        return "unchanged"
    if row:
        _delete(connection, article.id)
    connection.execute(
        "INSERT INTO articles(id, title, body, locale, tags, allowed, url, source, digest, length, is_restricted)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
        (article.id, *columns, digest, bool(article.allowed)),
    )
    (number,) = connection.execute("SELECT last_insert_rowid()").fetchone()
    grants = [(number, group) for group in sorted(set(article.allowed))]
    connection.executemany("INSERT INTO grants VALUES (?, ?)", grants)
    length = sum(_index(connection, number, passage) for passage in split_passages(article))
    connection.execute("UPDATE articles SET length = ? WHERE number = ?", (length, number))
    return "updated" if row else "added"


def _index(connection: sqlite3.Connection, article: int, passage: Passage) -> int:
    title = [token.text for token in tokens(f"{passage.title}\n{passage.heading}")]
    body = [token.text for token in tokens(passage.text)]
    length = len(title) + len(body)
    cursor = connection.execute(
        'INSERT INTO passages(article, title, heading, start, "end", length) VALUES (?, ?, ?, ?, ?, ?)',
        (article, passage.title, passage.heading, passage.start, passage.end, length),
    )
    connection.execute(
        "INSERT INTO terms(rowid, title, body) VALUES (?, ?, ?)", (cursor.lastrowid, " ".join(title), " ".join(body))
    )
    return length


def _delete(connection: sqlite3.Connection, article_id: str) -> bool:
    row = connection.execute("SELECT number FROM articles WHERE id = ?", (article_id,)).fetchone()
    if not row:
        return False
    connection.execute("DELETE FROM passages WHERE article = ?", row)
    connection.execute("DELETE FROM articles WHERE number = ?", row)
    return True


def _passage_count(connection: sqlite3.Connection, article_id: str) -> int:
    (count,) = connection.execute(
        "SELECT count(*) FROM passages WHERE article = (SELECT number FROM articles WHERE id = ?)", (article_id,)
    ).fetchone()
    return int(count)


def _article(row: tuple[str, str, str, str, str, str, str]) -> Article:
    article_id, title, body, locale, tags, allowed, url = row
    return Article(article_id, title, body, locale, tuple(json.loads(tags)), tuple(json.loads(allowed)), url)


def _size(connection: sqlite3.Connection) -> CorpusSize:
    articles, passages, token_count = connection.execute("SELECT articles, passages, tokens FROM totals").fetchone()
    return CorpusSize(passages=passages, articles=articles, tokens=token_count)


def _subtag(locale: str) -> str:
    """Return "zh" of "zh-CN" or "zh_TW"."""
    return re.split("[-_]", locale.strip().lower(), maxsplit=1)[0]


def _article_language(locale: str, text: str) -> str:
    """Return the article's own; without one, Chinese where it has Han characters: its codes and commands are Latin."""
    return _subtag(locale) or ("zh" if _HAN.search(text) else language_of(text[:_LANGUAGE_SAMPLE]))


def _ranking(
    connection: sqlite3.Connection, terms: Sequence[Term], allowed: Sequence[str], language: str
) -> tuple[Scored, ...]:
    size = _size(connection)
    frequency: dict[str, int] = {}
    for term in terms:
        row = connection.execute("SELECT doc FROM vocabulary WHERE term = ?", (term.text,)).fetchone()
        frequency[term.text] = row[0] if row else 0
    weighed = weigh(terms, frequency, size)
    expression = match_expression(weighed)
    if not expression:
        return ()
    return rank(weighed, _candidates(connection, expression, allowed), size, language=language)


def _candidates(connection: sqlite3.Connection, expression: str, allowed: Sequence[str]) -> dict[int, FieldText]:
    """Return the token text of the passages that FTS5 ranks first among those the caller may see."""
    rows = connection.execute(
        "SELECT found.number, terms.title, terms.body, passages.article, articles.length, articles.locale FROM"
        " (SELECT rowid AS number FROM terms WHERE terms MATCH ? AND rowid NOT IN"
        "   (SELECT passages.number FROM articles JOIN passages ON passages.article = articles.number"
        "     WHERE articles.is_restricted AND NOT EXISTS (SELECT 1 FROM grants, json_each(?) AS group_name"
        "       WHERE grants.article = articles.number AND grants.member_group = group_name.value))"
        "   ORDER BY rank LIMIT ?) AS found"
        " JOIN terms ON terms.rowid = found.number JOIN passages ON passages.number = found.number"
        " JOIN articles ON articles.number = passages.article",
        (expression, json.dumps(list(allowed)), _CANDIDATES),
    )
    return {
        number: FieldText(title, body, article, length, _article_language(locale, f"{title} {body}"))
        for number, title, body, article, length, locale in rows
    }


def _hit(connection: sqlite3.Connection, scored: Scored) -> Hit:
    article_id, title, url, heading, start, end, text = connection.execute(
        'SELECT id, passages.title, url, heading, start, "end", substr(body, start + 1, "end" - start)'
        " FROM passages JOIN articles ON articles.number = passages.article WHERE passages.number = ?",
        (scored.passage,),
    ).fetchone()
    return Hit(Passage(article_id, title, heading, text, start, end), scored.score, url, scored.match)
