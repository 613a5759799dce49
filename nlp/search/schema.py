"""The tables of a knowledge base file: articles, who may see them, their passages, the inverted index over these.

One file, so that an article and everything found by it change in one transaction. It knows no ranking.
"""

from __future__ import annotations

import sqlite3

from nlp.records import NlpError

VERSION = 1

# Tokens are made by nlp.search.tokens and kept separated by spaces. `ascii` takes letters and digits as part
# of a token, here also the joints of codes, and every character from 128 on.
_TABLES = """
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
CREATE TABLE passages (
    number INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES articles, title TEXT NOT NULL,
    heading TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL, length INTEGER NOT NULL
) STRICT;
CREATE INDEX passages_by_article ON passages(article);
CREATE TABLE totals (articles INTEGER NOT NULL, passages INTEGER NOT NULL, tokens INTEGER NOT NULL) STRICT;
INSERT INTO totals VALUES (0, 0, 0);
CREATE TRIGGER article_added AFTER INSERT ON articles BEGIN UPDATE totals SET articles = articles + 1; END;
CREATE TRIGGER article_deleted AFTER DELETE ON articles BEGIN UPDATE totals SET articles = articles - 1; END;
CREATE TRIGGER passage_added AFTER INSERT ON passages BEGIN
    UPDATE totals SET passages = passages + 1, tokens = tokens + new.length;
END;
CREATE TRIGGER passage_deleted AFTER DELETE ON passages BEGIN
    DELETE FROM terms WHERE rowid = old.number;
    UPDATE totals SET passages = passages - 1, tokens = tokens - old.length;
END;
CREATE VIRTUAL TABLE terms USING fts5(title, body, tokenize = "ascii tokenchars '-_.+:'");
CREATE VIRTUAL TABLE vocabulary USING fts5vocab(terms, row);
"""


class KnowledgeBaseUnreadable(NlpError):
    """The file is no knowledge base, or one of another version."""


def prepare(connection: sqlite3.Connection, name: str) -> None:
    """Create the tables in an empty file, or check that they are of this version."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    if version == VERSION:
        return
    if tables:
        message = f"{name} holds schema version {version}, this program reads {VERSION}: index into a new file"
        raise KnowledgeBaseUnreadable(message)
    for statement in _statements():
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {VERSION}")


def _statements() -> list[str]:
    """Cut the script into statements: executescript() would commit the caller's transaction."""
    statements, pending = [], ""
    for line in _TABLES.splitlines(keepends=True):
        pending += line
        if sqlite3.complete_statement(pending):
            statements.append(pending.strip())
            pending = ""
    return statements
