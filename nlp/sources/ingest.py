"""A source in, the knowledge base brought up to date with it: what is gone there is deleted here, and nothing else.

A file whose content is as it was is not read again. A process that is killed goes on where it stopped when it is run
again. A file that cannot be wholly read deletes nothing: what it gave before stays until it can be read. What the pages
of one website repeat is left out of each (nlp.sources.site_boilerplate).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nlp.records import Article, ArticleRejected, IndexReport
from nlp.search.article_table import check
from nlp.search.knowledge_base import KnowledgeBase
from nlp.search.ledger import Ended, Given, KnownFile, Ledger
from nlp.sources.article_file import unreadable
from nlp.sources.site_boilerplate import NONE, Boilerplate, find_boilerplate, without_lines
from nlp.sources.source import Source, SourceFile
from nlp.sources.sources import given_twice, load_file

READERS = "3"
"""Which loaders read the files; another text asks for every file to be read again."""
BATCH = 200
"""Articles written at once: a search waits for none, another writer a second at most."""
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class SourceReport:
    """`read` and `skipped` count files; `rejected` what could not be taken, each told to `on_rejected`."""

    index: IndexReport
    read: int
    skipped: int
    rejected: int


@dataclass(slots=True)
class _Run:
    """One run over a source: what is not written yet, and what was counted."""

    base: KnowledgeBase
    ledger: Ledger
    leaving: frozenset[int]
    tell: Callable[[ArticleRejected], None]
    boilerplate: Boilerplate = NONE
    given: list[Given] = field(default_factory=list)
    ended: list[_Read] = field(default_factory=list)
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    deleted: int = 0
    passages: int = 0
    rejected: int = 0

    def reject(self, problem: ArticleRejected) -> None:
        self.rejected += 1
        self.tell(problem)

    def take(self, file: int, article: Article) -> None:
        self.given.append(Given(file, article))
        if len(self.given) >= BATCH:
            self.flush()

    def flush(self) -> None:
        """Write what was gathered: claims first, then articles, then what files let go, then that they were read."""
        steps = self.ledger.claim(self.given, leaving=self.leaving)
        self.unchanged += steps.unchanged
        self._put(steps.put)
        self.given.clear()
        self.ledger.end([self._settled(read) for read in self.ended])
        self.ended.clear()

    def _settled(self, read: _Read) -> Ended:
        surplus = self.ledger.surplus(read.entry.file, frozenset(read.ids))
        if not read.entry.problems:
            self.drop(read.entry.file, surplus)
            return read.entry
        if not surplus:
            return read.entry
        kept = _kept(read.shown, len(surplus))
        self.reject(kept)
        return replace(read.entry, problems=(kept, *read.entry.problems))

    def drop(self, file: int, articles: tuple[str, ...]) -> None:
        """Take articles from a file that no longer holds them."""
        steps = self.ledger.successors(file, articles)
        self._put(steps.put)
        self.deleted += sum(self.base.delete(article) for article in steps.delete)
        self.ledger.let_go(file, articles)

    def _put(self, articles: tuple[Article, ...]) -> None:
        if articles:
            report = self.base.put_many(articles)
            self.ledger.confirm([article.id for article in articles])
            self.added += report.added
            self.updated += report.updated
            self.unchanged += report.unchanged
            self.passages += report.passages


@dataclass(frozen=True, slots=True)
class _Read:
    entry: Ended
    ids: list[str]
    shown: str


def bring_up_to_date(
    base: KnowledgeBase,
    source: Source,
    *,
    on_rejected: Callable[[ArticleRejected], None],
    on_file: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> SourceReport:
    """Make the base hold what the source holds; `on_file` is told how many of the files are behind us."""
    ledger = Ledger(base.connections)
    number = ledger.source(source.name)
    known = ledger.files(number)
    listed = {file.name for file in source.files}
    gone = {name: file for name, file in known.items() if name not in listed and not source.may_hold(name)}
    numbers = ledger.enter(number, (file.name for file in source.files if file.name not in known))
    boilerplate = find_boilerplate(source.files, _bodies)
    run = _Run(base, ledger, frozenset(file.number for file in gone.values()), on_rejected, boilerplate)
    for problem in source.problems:
        run.reject(problem)
    skipped = sum(
        _read(file, numbers[file.name], known.get(file.name), run, on_file, index, len(source.files))
        for index, file in enumerate(source.files)
    )
    run.flush()
    _forget(run, gone)
    if not source.unlisted:
        run.deleted += sum(base.delete(article) for article in ledger.unclaimed(source.name))
    for rival in ledger.rivals(number):
        run.reject(given_twice(rival.article, rival.giver, source=rival.giver_source))
    index = IndexReport(run.added, run.updated, run.unchanged, run.deleted, run.passages)
    return SourceReport(index, len(source.files) - skipped, skipped, run.rejected)


def forget_source(base: KnowledgeBase, name: str) -> int | None:
    """Delete what only this source gives; return how many articles that were, None where there is no such source."""
    ledger = Ledger(base.connections)
    if name not in {known.name for known in ledger.sources()}:
        return None
    number = ledger.source(name)
    known = ledger.files(number)
    run = _Run(base, ledger, frozenset(file.number for file in known.values()), lambda problem: None)
    _forget(run, known)
    ledger.forget_source(number)
    return run.deleted


def _forget(run: _Run, files: Mapping[str, KnownFile]) -> None:
    for file in files.values():
        run.drop(file.number, run.ledger.surplus(file.number, frozenset()))
    run.ledger.forget_files(file.number for file in files.values())


def _read(
    file: SourceFile,
    number: int,
    known: KnownFile | None,
    run: _Run,
    on_file: Callable[[int, int, str], None],
    index: int,
    total: int,
) -> bool:
    """Read a file unless it is as it was; say whether it was skipped."""
    on_file(index, total, file.name)
    try:
        digest = file_digest(file, left_out=run.boilerplate.digest_of(file))
    except OSError as error:
        digest = ""
        run.reject(unreadable(file.path, error))
        return False
    if known is not None and known.digest == digest:
        run.unchanged += known.articles
        for problem in known.problems:
            run.reject(problem)
        return True
    ids: dict[str, None] = {}
    problems: list[ArticleRejected] = []
    repeated = run.boilerplate.lines_of(file)
    for found in load_file(file):
        if isinstance(found, Article):
            found = replace(found, body=without_lines(found, repeated)) if repeated else found
            found = _refusal(found, file, ids) or found
        if isinstance(found, ArticleRejected):
            problems.append(found)
            run.reject(found)
        else:
            ids[found.id] = None
            run.take(number, found)
    run.ended.append(_Read(Ended(number, digest, tuple(problems)), list(ids), file.shown))
    if len(run.ended) >= BATCH:
        run.flush()
    return False


def _refusal(article: Article, file: SourceFile, ids: Mapping[str, None]) -> ArticleRejected | None:
    """Return why the base does not take an article; None where it does."""
    if article.id in ids:
        return given_twice(article.id, file.shown)
    try:
        check(article)
    except ArticleRejected as rejected:
        return ArticleRejected(f"{file.shown}: {rejected}", zh=f"{file.shown}：{rejected.zh}", where=file.shown)
    return None


def _bodies(file: SourceFile) -> Iterator[str]:
    """Yield the texts of a file; one that cannot be read has none, and is told of when its turn comes."""
    try:
        found = tuple(load_file(file))
    except OSError:
        return
    yield from (one.body for one in found if isinstance(one, Article))


def file_digest(file: SourceFile, *, left_out: str = "") -> str:
    """Return what stays the same while a file's articles do: its content, its name, its address, who reads it, and what
    is left out of it."""
    named = "\0".join((READERS, file.name, file.url, left_out))
    digest = hashlib.sha256(named.encode("utf-8", "surrogatepass"))
    with Path(file.path).open("rb") as content:
        while chunk := content.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _kept(shown: str, count: int) -> ArticleRejected:
    return ArticleRejected(
        f"{shown}: {count} articles that it gave before are kept as they were; mend the file, or delete it and them",
        zh=f"{shown}：之前由它提供的 {count} 篇文章保持原样；请修复该文件，或删除文件以一并删除这些文章",
        where=shown,
    )
