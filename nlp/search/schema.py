"""The tables of a knowledge base file: articles, who may see them, their passages, the inverted index, the vectors.

One file, so that an article and everything found by it change in one transaction. It knows no ranking.
"""

from __future__ import annotations

import hashlib
import sqlite3

from nlp.records import NlpError

VERSION = 2

# Tokens are made by nlp.search.tokens and kept separated by spaces. `ascii` takes letters and digits as part
# of a token, here also the joints of codes, and every character from 128 on.
_LEXICAL = """
CREATE TABLE articles (
    number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, body TEXT NOT NULL, locale TEXT NOT NULL,
    tags TEXT NOT NULL, allowed TEXT NOT NULL, url TEXT NOT NULL, source TEXT NOT NULL, digest TEXT NOT NULL,
    length INTEGER NOT NULL, is_restricted INTEGER NOT NULL
) STRICT;
CREATE INDEX articles_by_source ON articles(source);
CREATE INDEX restricted_articles ON articles(number) WHERE is_restricted;
CREATE TABLE grants (
    article INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE, member_group TEXT NOT NULL,
    PRIMARY KEY (article, member_group)
) STRICT, WITHOUT ROWID;
CREATE TABLE totals (articles INTEGER NOT NULL, passages INTEGER NOT NULL, tokens INTEGER NOT NULL) STRICT;
INSERT INTO totals VALUES (0, 0, 0);
CREATE TRIGGER article_added AFTER INSERT ON articles BEGIN UPDATE totals SET articles = articles + 1; END;
CREATE TRIGGER article_deleted AFTER DELETE ON articles BEGIN UPDATE totals SET articles = articles - 1; END;
CREATE VIRTUAL TABLE terms USING fts5(title, body, tokenize = "ascii tokenchars '-_.+:'");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(terms, row);
"""
# Numbers of passages are never given twice: an index in memory, here or in another process, knows a passage by it.
_PASSAGES = """
CREATE TABLE passages (
    number INTEGER PRIMARY KEY AUTOINCREMENT, article INTEGER NOT NULL REFERENCES articles, title TEXT NOT NULL,
    heading TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, length INTEGER NOT NULL, digest BLOB NOT NULL
) STRICT;
CREATE INDEX passages_by_article ON passages(article);
CREATE INDEX passages_by_digest ON passages(digest);
CREATE TRIGGER passage_added AFTER INSERT ON passages BEGIN
    UPDATE totals SET passages = passages + 1, tokens = tokens + new.length;
END;
"""
# `vectors` and `removed` grow by numbers that only rise: who has seen up to one of each follows by reading on.
_DENSE = """
CREATE TABLE encoders (number INTEGER PRIMARY KEY, engine TEXT NOT NULL UNIQUE, width INTEGER NOT NULL) STRICT;
CREATE TABLE vectors (
    number INTEGER PRIMARY KEY AUTOINCREMENT, encoder INTEGER NOT NULL REFERENCES encoders, passage INTEGER NOT NULL,
    row BLOB NOT NULL
) STRICT;
CREATE UNIQUE INDEX vectors_by_passage ON vectors(passage, encoder);
CREATE TABLE removed (number INTEGER PRIMARY KEY AUTOINCREMENT, passage INTEGER NOT NULL) STRICT;
CREATE TABLE rankers (engine TEXT PRIMARY KEY, ranker TEXT NOT NULL) STRICT;
CREATE TRIGGER passage_deleted AFTER DELETE ON passages BEGIN
    DELETE FROM terms WHERE rowid = old.number;
    UPDATE totals SET passages = passages - 1, tokens = tokens - old.length;
    INSERT INTO removed(passage) SELECT passage FROM vectors WHERE passage = old.number LIMIT 1;
    DELETE FROM vectors WHERE passage = old.number;
END;
"""
_FROM_VERSION_1 = """
DROP TRIGGER passage_added;
DROP TRIGGER passage_deleted;
DROP INDEX passages_by_article;
ALTER TABLE passages RENAME TO passages_1;
"""


class KnowledgeBaseUnreadable(NlpError):
    """The file is no knowledge base, or one of a later version."""


def passage_digest(title: str, heading: str, text: str) -> bytes:
    """Return what stays the same while the text that is embedded does."""
    return hashlib.sha256("\0".join((title, heading, text)).encode()).digest()[:16]


def prepare(connection: sqlite3.Connection, name: str) -> None:
    """Create the tables in an empty file, bring those of an earlier version up to this one, or refuse the file."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version == VERSION:
        return
    if version == 1:
        _upgrade(connection)
    elif tables:
        message = f"{name} holds schema version {version}, this program reads {VERSION}: index into a new file"
        raise KnowledgeBaseUnreadable(message)
    else:
        _run(connection, _LEXICAL + _PASSAGES + _DENSE)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _upgrade(connection: sqlite3.Connection) -> None:
    """Keep every passage and its number, so that the inverted index stays as it is; add the digests and the vectors."""
    totals = connection.execute("SELECT articles, passages, tokens FROM totals").fetchone()
    _run(connection, _FROM_VERSION_1 + _PASSAGES + _DENSE)
    connection.create_function("passage_digest", 3, passage_digest, deterministic=True)
    connection.execute(
        'INSERT INTO passages SELECT p.number, article, p.title, heading, start, "end", p.length,'
        ' passage_digest(p.title, heading, substr(body, start + 1, "end" - start))'
        " FROM passages_1 AS p JOIN articles ON articles.number = p.article"
    )
    connection.execute("DROP TABLE passages_1")
    connection.execute("UPDATE totals SET articles = ?, passages = ?, tokens = ?", totals)


def _run(connection: sqlite3.Connection, script: str) -> None:
    """Run a script statement by statement: executescript() would commit the caller's transaction."""
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            connection.execute(pending.strip())
            pending = ""
