"""What came from where: sources, their files by content, and which file gives which article. Tables and rules only.

A claim says that a file holds an article. Where several hold the same id, the first of them gives it (sources in the
order they were first indexed, files in name order); what the others hold is kept beside, so that the next takes over
when the first lets go. Claims are written before their articles are: a process that dies in between leaves no article
that nobody claims. It lives in the knowledge base's own file and is deleted with it.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from nlp.records import Article, ArticleRejected
from nlp.search import article_table
from nlp.search.connections import Connections

_TABLES = (
    "CREATE TABLE IF NOT EXISTS ledger_sources (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT",
    "CREATE TABLE IF NOT EXISTS ledger_files (number INTEGER PRIMARY KEY,"
    " source INTEGER NOT NULL REFERENCES ledger_sources ON DELETE CASCADE, name TEXT NOT NULL,"
    " digest TEXT NOT NULL, problems TEXT NOT NULL, UNIQUE (source, name)) STRICT",
    "CREATE TABLE IF NOT EXISTS ledger_claims (article TEXT NOT NULL,"
    " file INTEGER NOT NULL REFERENCES ledger_files ON DELETE CASCADE, content TEXT NOT NULL, held TEXT NOT NULL,"
    " stored TEXT NOT NULL, PRIMARY KEY (article, file)) STRICT, WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS ledger_claims_by_file ON ledger_claims(file)",
)
_CLAIMS = (
    "SELECT ledger_claims.file, ledger_files.source, name, content, held, stored, articles.digest FROM ledger_claims"
    " JOIN ledger_files ON ledger_files.number = ledger_claims.file LEFT JOIN articles ON articles.id = article"
    " WHERE article = ?"
)
KEPT_PROBLEMS = 100
"""Of one file: who reads the hundredth mends the file as a whole."""


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was read last; a digest of "" asks for it to be read again."""

    number: int
    digest: str
    problems: tuple[ArticleRejected, ...]
    articles: int


@dataclass(frozen=True, slots=True)
class KnownSource:
    name: str
    files: int
    articles: int
    problems: int  # files that are bad


@dataclass(frozen=True, slots=True)
class Given:
    """A file and an article that it holds."""

    file: int
    article: Article


@dataclass(frozen=True, slots=True)
class Steps:
    """What the knowledge base is to be told."""

    put: tuple[Article, ...]
    delete: tuple[str, ...] = ()
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """A file that was read to its end."""

    file: int
    digest: str
    problems: tuple[ArticleRejected, ...]


@dataclass(frozen=True, slots=True)
class Rival:
    """An article that two files hold differently."""

    article: str
    file: str  # that does not give it
    giver: str
    giver_source: str  # "" where it is the same


@dataclass(frozen=True, slots=True)
class _Claim:
    file: int
    order: tuple[int, list[str]]
    content: str
    held: str
    is_stored: bool


class Ledger:
    """The ledger of one knowledge base."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        with connections.writing() as connection:
            for statement in _TABLES:
                connection.execute(statement)

    def source(self, name: str) -> int:
        """Return the number of a source; it is entered where it is new."""
        with self._connections.writing() as connection:
            connection.execute("INSERT OR IGNORE INTO ledger_sources(name) VALUES (?)", (name,))
            (number,) = connection.execute("SELECT number FROM ledger_sources WHERE name = ?", (name,)).fetchone()
        return int(number)

    def sources(self) -> tuple[KnownSource, ...]:
        """Return all sources, oldest first."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT ledger_sources.name, count(DISTINCT ledger_files.number), count(DISTINCT article),"
                " count(DISTINCT CASE WHEN problems <> '[]' THEN ledger_files.number END)"
                " FROM ledger_sources LEFT JOIN ledger_files ON ledger_files.source = ledger_sources.number"
                " LEFT JOIN ledger_claims ON file = ledger_files.number"
                " GROUP BY ledger_sources.number HAVING count(ledger_files.number) ORDER BY ledger_sources.number"
            ).fetchall()
        return tuple(KnownSource(*row) for row in rows)

    def files(self, source: int) -> Mapping[str, KnownFile]:
        """Return what is known of a source's files. One whose article is no longer as it was put has no digest."""
        with self._connections.reading() as connection:
            altered = {
                number
                for (number,) in connection.execute(
                    "SELECT DISTINCT file FROM ledger_claims JOIN ledger_files ON ledger_files.number = file"
                    " LEFT JOIN articles ON articles.id = article"
                    " WHERE ledger_files.source = ? AND held = '' AND articles.digest IS NOT stored",
                    (source,),
                )
            }
            rows = connection.execute(
                "SELECT ledger_files.number, name, digest, problems, count(article) FROM ledger_files"
                " LEFT JOIN ledger_claims ON file = ledger_files.number WHERE source = ? GROUP BY ledger_files.number",
                (source,),
            ).fetchall()
        return {
            name: KnownFile(number, "" if number in altered else digest, _problems(problems), articles)
            for number, name, digest, problems, articles in rows
        }

    def enter(self, source: int, names: Iterable[str]) -> Mapping[str, int]:
        """Return the numbers of a source's files by name; new ones are entered as not read yet."""
        with self._connections.writing() as connection:
            connection.executemany(
                "INSERT OR IGNORE INTO ledger_files(source, name, digest, problems) VALUES (?, ?, '', '[]')",
                ((source, name) for name in names),
            )
            rows = connection.execute("SELECT name, number FROM ledger_files WHERE source = ?", (source,)).fetchall()
        return {name: int(number) for name, number in rows}

    def claim(self, given: Sequence[Given], *, leaving: frozenset[int]) -> Steps:
        """Enter that files hold articles, and say which of these the base must take: those that are new or changed and
        that no earlier file gives. Files that are `leaving` (they are gone) give way."""
        put: dict[str, Article] = {}
        unchanged = 0
        with self._connections.writing() as connection:
            files = sorted({entry.file for entry in given})
            connection.executemany("UPDATE ledger_files SET digest = '' WHERE number = ?", ((file,) for file in files))
            for entry in given:
                claims = _claims(connection, entry.article.id)
                order = _order(connection, entry.file)
                own = next((claim for claim in claims if claim.file == entry.file), None)
                content = content_digest(entry.article)
                if own is not None and own.content == content and own.is_stored:
                    unchanged += 1
                    continue
                others = [claim for claim in claims if claim.file != entry.file]
                gives = all(order < claim.order for claim in others if claim.file not in leaving)
                if gives:
                    _hold_back(connection, entry.article.id, others)
                    put[entry.article.id] = entry.article
                connection.execute(
                    "INSERT INTO ledger_claims VALUES (?, ?, ?, ?, '') ON CONFLICT(article, file) DO UPDATE"
                    " SET content = excluded.content, held = excluded.held, stored = ''",
                    (entry.article.id, entry.file, content, "" if gives else _packed(entry.article)),
                )
        return Steps(tuple(put.values()), unchanged=unchanged)

    def confirm(self, articles: Iterable[str]) -> None:
        """Enter that the base holds these as their files give them."""
        with self._connections.writing() as connection:
            connection.executemany(
                "UPDATE ledger_claims SET stored = coalesce((SELECT digest FROM articles WHERE id = article), '')"
                " WHERE article = ? AND held = ''",
                ((article,) for article in articles),
            )

    def surplus(self, file: int, holds: frozenset[str]) -> tuple[str, ...]:
        """Return the articles that a file gave before and does not hold any more."""
        with self._connections.reading() as connection:
            rows = connection.execute("SELECT article FROM ledger_claims WHERE file = ?", (file,)).fetchall()
        return tuple(article for (article,) in rows if article not in holds)

    def successors(self, file: int, articles: Sequence[str]) -> Steps:
        """Say what becomes of articles that a file lets go: another file's, or deleted."""
        put: list[Article] = []
        delete: list[str] = []
        with self._connections.reading() as connection:
            for article in articles:
                claims = _claims(connection, article)
                others = [claim for claim in claims if claim.file != file]
                if not others:
                    delete.append(article)
                elif others[0].held and not any(claim.held == "" for claim in others):
                    put.append(_unpacked(others[0].held))
        return Steps(tuple(put), tuple(delete))

    def let_go(self, file: int, articles: Sequence[str]) -> None:
        """Drop a file's claims, after the base has done what successors() said."""
        with self._connections.writing() as connection:
            for article in articles:
                connection.execute("DELETE FROM ledger_claims WHERE file = ? AND article = ?", (file, article))
                claims = _claims(connection, article)
                if claims and not any(claim.held == "" for claim in claims):
                    connection.execute(
                        "UPDATE ledger_claims SET held = '', stored = coalesce((SELECT digest FROM articles"
                        " WHERE id = article), '') WHERE article = ? AND file = ?",
                        (article, claims[0].file),
                    )

    def end(self, ended: Iterable[Ended]) -> None:
        """Enter that files were read to their end."""
        with self._connections.writing() as connection:
            connection.executemany(
                "UPDATE ledger_files SET digest = ?, problems = ? WHERE number = ?",
                ((entry.digest, _packed_problems(entry.problems), entry.file) for entry in ended),
            )

    def forget_files(self, files: Iterable[int]) -> None:
        """Drop files, which have no claims any more."""
        with self._connections.writing() as connection:
            connection.executemany("DELETE FROM ledger_files WHERE number = ?", ((file,) for file in files))

    def forget_source(self, source: int) -> None:
        """Drop a source, which has no files any more."""
        with self._connections.writing() as connection:
            connection.execute("DELETE FROM ledger_sources WHERE number = ?", (source,))

    def rivals(self, source: int) -> tuple[Rival, ...]:
        """Return the articles of a source that an earlier file gives otherwise."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT mine.article, own.name, giving.name,"
                " CASE WHEN giving.source = own.source THEN '' ELSE ledger_sources.name END FROM ledger_claims AS mine"
                " JOIN ledger_files AS own ON own.number = mine.file"
                " JOIN ledger_claims AS first ON first.article = mine.article AND first.held = ''"
                " JOIN ledger_files AS giving ON giving.number = first.file"
                " JOIN ledger_sources ON ledger_sources.number = giving.source"
                " WHERE own.source = ? AND mine.held <> '' AND mine.content <> first.content"
                " ORDER BY own.name, mine.article",
                (source,),
            ).fetchall()
        return tuple(Rival(*row) for row in rows)

    def unclaimed(self, source: str) -> tuple[str, ...]:
        """Return the articles of a source that were indexed before there was a ledger and are in no file now."""
        with self._connections.reading() as connection:
            rows = connection.execute(
                "SELECT id FROM articles WHERE source = ? AND id NOT IN (SELECT article FROM ledger_claims)", (source,)
            ).fetchall()
        return tuple(article for (article,) in rows)


def content_digest(article: Article) -> str:
    """Return what stays the same while the article does."""
    return hashlib.sha256(_packed(article).encode("utf-8", "surrogatepass")).hexdigest()


def _order(connection: sqlite3.Connection, file: int) -> tuple[int, list[str]]:
    source, name = connection.execute("SELECT source, name FROM ledger_files WHERE number = ?", (file,)).fetchone()
    return int(source), str(name).split("/")


def _claims(connection: sqlite3.Connection, article: str) -> list[_Claim]:
    """Return who holds an article, the first first."""
    rows = connection.execute(_CLAIMS, (article,)).fetchall()
    claims = [
        _Claim(file, (source, name.split("/")), content, held, bool(stored) and stored == digest)
        for file, source, name, content, held, stored, digest in rows
    ]
    return sorted(claims, key=lambda claim: claim.order)


def _hold_back(connection: sqlite3.Connection, article: str, others: Sequence[_Claim]) -> None:
    """Keep beside what another file gave until now."""
    for claim in others:
        if claim.held == "":
            now = article_table.get(connection, article)
            connection.execute(
                "UPDATE ledger_claims SET held = ?, stored = '' WHERE article = ? AND file = ?",
                (_packed(now) if now is not None else "{}", article, claim.file),
            )


def _packed(article: Article) -> str:
    return json.dumps(asdict(article), ensure_ascii=False, sort_keys=True)


def _unpacked(text: str) -> Article:
    row = json.loads(text)
    return Article(
        id=row["id"],
        title=row["title"],
        body=row["body"],
        locale=row["locale"],
        tags=tuple(row["tags"]),
        allowed=tuple(row["allowed"]),
        url=row["url"],
    )


def _packed_problems(problems: Sequence[ArticleRejected]) -> str:
    kept = problems[:KEPT_PROBLEMS]
    return json.dumps([{"en": str(one), "zh": one.zh, "where": one.where} for one in kept], ensure_ascii=False)


def _problems(text: str) -> tuple[ArticleRejected, ...]:
    return tuple(ArticleRejected(row["en"], zh=row["zh"], where=row["where"]) for row in json.loads(text))
