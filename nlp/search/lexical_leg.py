"""The lexical leg of a knowledge base file: a question's terms in, the passages that share some out. FTS5 in SQLite.

What a caller may not see is filtered before the ranking. The scores are nlp.search.lexical's; this file only fetches.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence

from nlp.search.lexical import (
    CorpusSize,
    FieldText,
    Term,
    WeighedTerm,
    match_expression,
    rendered_terms,
    weigh,
    with_renderings,
)

# Candidates that FTS5 hands over to be scored exactly; 60, 150 and 400 rank alike on all eight sets (2026-11-22), with
# an encoder 20 to 60, too (2026-11-23).
CANDIDATES = 50
# Tokens whose frequency is remembered between two writes: some megabytes.
_REMEMBERED = 50_000
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"(?<![^ ])[a-z]{2}")  # the tokens of a passage are folded and stand between spaces

HIDDEN = (
    "SELECT passages.number FROM articles JOIN passages ON passages.article = articles.number"
    " WHERE articles.is_restricted AND NOT EXISTS (SELECT 1 FROM grants, json_each(:groups) AS group_name"
    "   WHERE grants.article = articles.number AND grants.member_group = group_name.value)"
)


def corpus_size(connection: sqlite3.Connection) -> CorpusSize:
    """Return how much the file holds."""
    articles, passages, token_count = connection.execute("SELECT articles, passages, tokens FROM totals").fetchone()
    return CorpusSize(passages=passages, articles=articles, tokens=token_count)


class TermFrequencies:
    """How many passages hold each token; looked up once between two writes. Threads share it."""

    def __init__(self) -> None:
        self._counted: tuple[tuple[int, int], dict[str, int]] = ((-1, -1), {})

    def of(self, connection: sqlite3.Connection, texts: Iterable[str]) -> dict[str, int]:
        """Return the frequency of each token as it stands at this connection's moment."""
        moment, counted = self._counted
        now = _moment(connection)
        if now != moment or len(counted) > _REMEMBERED:
            counted = {}
            self._counted = (now, counted)
        found: dict[str, int] = {}
        for text in texts:
            if text not in counted:
                row = connection.execute("SELECT doc FROM vocabulary WHERE term = ?", (text,)).fetchone()
                counted[text] = row[0] if row else 0
            found[text] = counted[text]
        return found


def _moment(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return what no two states of a file have in common: passages ever made, and passages left."""
    (made,) = connection.execute("SELECT max(seq) FROM sqlite_sequence WHERE name = 'passages'").fetchone()
    (left,) = connection.execute("SELECT passages FROM totals").fetchone()
    return (made or 0, left)


def weighed(
    connection: sqlite3.Connection,
    question: str,
    terms: Sequence[Term],
    size: CorpusSize,
    frequencies: TermFrequencies,
) -> tuple[WeighedTerm, ...]:
    """Weigh the terms of a question by how many passages hold each, and words that none holds by what else they are."""
    frequency = frequencies.of(connection, (term.text for term in terms))
    unknown = frozenset(text for text, found_in in frequency.items() if not found_in)
    rendered = rendered_terms(question, unknown) if unknown else ()
    if rendered:
        frequency |= frequencies.of(connection, {one.token for term in rendered for one in term.renderings})
        terms = with_renderings(terms, rendered, frequency)
    return weigh(terms, frequency, size)


def found_by_terms(
    connection: sqlite3.Connection, terms: Sequence[WeighedTerm], allowed: Sequence[str]
) -> tuple[int, ...]:
    """Return the passages that FTS5 ranks first among those the caller may see."""
    expression = match_expression(terms)
    if not expression:
        return ()
    rows = connection.execute(
        f"SELECT rowid FROM terms WHERE terms MATCH :expression AND rowid NOT IN ({HIDDEN}) ORDER BY rank LIMIT :most",
        {"expression": expression, "groups": json.dumps(list(allowed)), "most": CANDIDATES},
    )
    return tuple(number for (number,) in rows)


def field_texts(
    connection: sqlite3.Connection, passages: Iterable[int], allowed: Sequence[str]
) -> dict[int, FieldText]:
    """Return the token text of those passages that are there and that the caller may see."""
    rows = connection.execute(
        "SELECT wanted.value, terms.title, terms.body, passages.article, articles.length, articles.locale"
        " FROM json_each(:passages) AS wanted JOIN passages ON passages.number = wanted.value"
        " JOIN terms ON terms.rowid = passages.number JOIN articles ON articles.number = passages.article"
        " WHERE NOT articles.is_restricted OR EXISTS (SELECT 1 FROM grants, json_each(:groups) AS group_name"
        "   WHERE grants.article = articles.number AND grants.member_group = group_name.value)",
        {"passages": json.dumps(list(passages)), "groups": json.dumps(list(allowed))},
    )
    return {
        number: FieldText(title, body, article, length, _article_language(locale, f"{title} {body}"))
        for number, title, body, article, length, locale in rows
    }


def subtag(locale: str) -> str:
    """Return the language of a locale.

    >>> subtag("zh-CN"), subtag("zh_TW")
    ('zh', 'zh')
    """
    return re.split("[-_]", locale.strip().lower(), maxsplit=1)[0]


def _article_language(locale: str, text: str) -> str:
    """Return the article's own; without one, Chinese where it has Han characters: its codes and commands are Latin."""
    if subtag(locale):
        return subtag(locale)
    return "zh" if not text.isascii() and _HAN.search(text) else "en" if _WORD.search(text) else "und"
