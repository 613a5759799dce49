"""Articles as rows: an article in, its rows, passages and index tokens written; deleted as exactly. SQL, no ranking.

What is written is prepared before, outside the write lock: checked, cut into passages, its vectors at hand.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from nlp.records import Article, ArticleRejected, Passage
from nlp.search.passages import split_passages
from nlp.search.schema import passage_digest
from nlp.search.tokens import tokens

Change = Literal["added", "updated", "unchanged"]

# Ten times the longest page of the manuals we measure on; a book belongs in the base by chapters.
MAX_BODY = 2_000_000  # code points
MAX_TITLE = 1_000
MAX_ID = 500


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article ready to be written."""

    article: Article
    source: str
    columns: tuple[str, ...]
    digest: str
    passages: tuple[Passage, ...]
    passage_digests: tuple[bytes, ...]


def prepare(article: Article, source: str) -> Prepared:
    """Check an article and cut it. Raises ArticleRejected."""
    check(article)
    tags, allowed = json.dumps(article.tags), json.dumps(sorted(set(article.allowed)))
    columns = (article.title, article.body, article.locale, tags, allowed, article.url, source)
    digest = hashlib.sha256(json.dumps(columns).encode()).hexdigest()
    passages = split_passages(article)
    digests = tuple(passage_digest(one.title, one.heading, one.text) for one in passages)
    return Prepared(article, source, columns, digest, passages, digests)


def is_unchanged(connection: sqlite3.Connection, prepared: Prepared) -> bool:
    """Say whether the very same article is there."""
    row = connection.execute("SELECT digest FROM articles WHERE id = ?", (prepared.article.id,)).fetchone()
    return bool(row) and row[0] == prepared.digest


@dataclass(frozen=True, slots=True)
class Written:
    """What put() did, and the passages it wrote by number, with their digests."""

    change: Change
    passages: Mapping[int, bytes]


def put(connection: sqlite3.Connection, prepared: Prepared) -> Written:
    """Write an article, in place of the one of its id."""
    if is_unchanged(connection, prepared):
        return Written("unchanged", {})
    article = prepared.article
    was_there = delete(connection, article.id)
    connection.execute(
        "INSERT INTO articles(id, title, body, locale, tags, allowed, url, source, digest, length, is_restricted)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?)",
        (article.id, *prepared.columns, prepared.digest, bool(article.allowed)),
    )
    (number,) = connection.execute("SELECT last_insert_rowid()").fetchone()
    grants = [(number, group) for group in sorted(set(article.allowed))]
    connection.executemany("INSERT INTO grants VALUES (?, ?)", grants)
    length = 0
    written: dict[int, bytes] = {}
    for passage, digest in zip(prepared.passages, prepared.passage_digests, strict=True):
        row = _index(connection, number, passage, digest)
        written[row.number] = digest
        length += row.length
    connection.execute("UPDATE articles SET length = ? WHERE number = ?", (length, number))
    return Written("updated" if was_there else "added", written)


@dataclass(frozen=True, slots=True)
class _PassageRow:
    number: int
    length: int


def _index(connection: sqlite3.Connection, article: int, passage: Passage, digest: bytes) -> _PassageRow:
    title = [token.text for token in tokens(f"{passage.title}\n{passage.heading}")]
    body = [token.text for token in tokens(passage.text)]
    length = len(title) + len(body)
    cursor = connection.execute(
        'INSERT INTO passages(article, title, heading, start, "end", length, digest) VALUES (?, ?, ?, ?, ?, ?, ?)',
        (article, passage.title, passage.heading, passage.start, passage.end, length, digest),
    )
    number = int(cursor.lastrowid or 0)
    connection.execute(
        "INSERT INTO terms(rowid, title, body) VALUES (?, ?, ?)", (number, " ".join(title), " ".join(body))
    )
    return _PassageRow(number, length)


def delete(connection: sqlite3.Connection, article_id: str) -> bool:
    """Delete an article with its passages, tokens and vectors; say whether there was one."""
    row = connection.execute("SELECT number FROM articles WHERE id = ?", (article_id,)).fetchone()
    if not row:
        return False
    connection.execute("DELETE FROM passages WHERE article = ?", row)
    connection.execute("DELETE FROM articles WHERE number = ?", row)
    return True


def get(connection: sqlite3.Connection, article_id: str) -> Article | None:
    """Return the article of an id."""
    row = connection.execute(
        "SELECT id, title, body, locale, tags, allowed, url FROM articles WHERE id = ?", (article_id,)
    ).fetchone()
    if row is None:
        return None
    found_id, title, body, locale, tags, allowed, url = row
    return Article(found_id, title, body, locale, tuple(json.loads(tags)), tuple(json.loads(allowed)), url)


def check(article: Article) -> None:
    """Raise ArticleRejected for what the base does not take."""
    name = f"article {article.id[:80]!r}"
    name_zh = f"文章 {article.id[:80]!r}"
    limits = (("id", article.id, MAX_ID), ("title", article.title, MAX_TITLE), ("body", article.body, MAX_BODY))
    for part, text, limit in limits:
        if len(text) > limit:
            raise ArticleRejected(
                f"{name}: its {part} has {len(text)} characters, the limit is {limit}: split it",
                zh=f"{name_zh}：{part} 有 {len(text)} 个字符，上限是 {limit}，请拆分",
                where=article.id[:80],
            )
    for part, text in (("id", article.id), ("body", article.body)):
        if not text.strip():
            raise ArticleRejected(
                f"{name}: its {part} is empty; write one", zh=f"{name_zh}：{part} 为空，请补上", where=article.id[:80]
            )
    everything = "".join((article.id, article.title, article.body, article.locale, article.url, *article.tags))
    if "\0" in everything or any("\ud800" <= character <= "\udfff" for character in everything):
        raise ArticleRejected(
            f"{name}: it holds NUL characters or broken Unicode; save it as UTF-8 text",
            zh=f"{name_zh}：含有空字符或损坏的 Unicode，请另存为 UTF-8 文本",
            where=article.id[:80],
        )
