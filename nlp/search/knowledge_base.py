"""Articles in; passages that match a question out. One SQLite file holds the text, its index and its vectors.

A write is one transaction and the next search sees it; what a caller may not see is filtered before ranking. It is safe
to share between threads, and between processes that open the same file. With an encoder, passages are also found by
meaning; without one the words alone find them, and dense_state() says so. It does not judge whether a hit answers.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from nlp.encoders.embed import Embedder, Vectors
from nlp.records import Article, Hit, IndexReport, Passage, Signals
from nlp.search import article_table, ranker_table, schema, vector_table
from nlp.search.article_table import MAX_BODY, MAX_ID, MAX_TITLE, Change, Prepared
from nlp.search.connections import Connections
from nlp.search.dense import NEAREST, DenseLeg, DenseState
from nlp.search.fit_fusion import Learnt, learn_fusion
from nlp.search.fuse import Candidate, Fusion, compared, fuse
from nlp.search.lexical import Term, question_terms, rank
from nlp.search.lexical_leg import TermFrequencies, corpus_size, field_texts, found_by_terms, subtag, weighed
from nlp.search.priors import Usefulness, with_priors
from nlp.search.rerank import Reranker, rerank
from nlp.text import language_of

__all__ = ["MAX_BODY", "MAX_ID", "MAX_TITLE", "Change", "Counts", "KnowledgeBase"]

# Articles per transaction of put_many: another writer waits a second at most.
_BATCH = 200
# Articles whose best passage a cross-encoder reads with the question, one run of it each.
_READ_TOGETHER = 20
# The fusion is learned anew when a file has grown by this factor since, and not from fewer passages than this.
_OUTGROWN = 2.0
_LEAST_PASSAGES = 50
# Passages embedded between two transactions of embed_missing: what a kill loses.
_EMBEDDED_AT_ONCE = 256


@dataclass(frozen=True, slots=True)
class Counts:
    articles: int
    passages: int


class KnowledgeBase:
    """A Retriever over one file; close it when done. Raises KnowledgeBaseUnreadable for a file of something else."""

    def __init__(
        self,
        path: Path | Literal[":memory:"],
        *,
        embedder: Embedder | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self._name = str(path)
        self._connections = Connections(path)
        self._frequencies = TermFrequencies()
        self._dense = None if embedder is None else DenseLeg(embedder, path)
        self._reranker = reranker
        try:
            self._prepare()
        except sqlite3.DatabaseError as error:
            message = f"{path} cannot be opened as a knowledge base ({error}); name another file, or delete this one"
            raise schema.KnowledgeBaseUnreadable(message) from error

    @property
    def connections(self) -> Connections:
        """Return the file's connections, for what is kept beside the articles (nlp.search.ledger)."""
        return self._connections

    def close(self) -> None:
        """Release the file."""
        self._connections.close()

    def __enter__(self) -> KnowledgeBase:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def put(self, article: Article, *, source: str = "") -> Change:
        """Add an article or replace the one of its id. Raises ArticleRejected."""
        report = self._write([article], source)
        return "added" if report.added else "updated" if report.updated else "unchanged"

    def put_many(self, articles: Iterable[Article], *, source: str = "") -> IndexReport:
        """Put all; with a source, also delete what came from it before and is not among them now."""
        reports: list[IndexReport] = []
        seen: set[str] = set()
        for batch in _batches(articles):
            reports.append(self._write(batch, source))
            seen.update(article.id for article in batch)
        deleted = self._prune(source, seen) if source else 0
        self._learn_if_outgrown()
        return IndexReport(
            added=sum(report.added for report in reports),
            updated=sum(report.updated for report in reports),
            unchanged=sum(report.unchanged for report in reports),
            deleted=deleted,
            passages=sum(report.passages for report in reports),
        )

    def get(self, article_id: str) -> Article | None:
        """Return the article, or None where there is none of that id."""
        with self._connections.reading() as connection:
            return article_table.get(connection, article_id)

    def delete(self, article_id: str) -> bool:
        """Delete an article; say whether there was one."""
        with self._connections.writing() as connection:
            return article_table.delete(connection, article_id)

    def compact(self) -> None:
        """Leave no byte of deleted articles in the file; costs as much as writing it anew."""
        with self._connections.writing() as connection:
            connection.execute("INSERT INTO terms(terms) VALUES ('optimize')")  # drops the words of deleted passages
            vector_table.trim_removed(connection)
        self._connections.compact()
        if self._dense is not None:
            self._dense.forget()

    def article_ids(self) -> tuple[str, ...]:
        """Return all ids in order."""
        with self._connections.reading() as connection:
            return tuple(row[0] for row in connection.execute("SELECT id FROM articles ORDER BY id"))

    def counts(self) -> Counts:
        """Count what is held."""
        with self._connections.reading() as connection:
            size = corpus_size(connection)
        return Counts(size.articles, size.passages)

    def dense_state(self) -> DenseState:
        """Say which encoder finds by meaning, and how many of the passages it has seen."""
        engine = self._dense.embedder.engine if self._dense else ""
        with self._connections.reading() as connection:
            return DenseState(engine, vector_table.count(connection, engine), corpus_size(connection).passages)

    def embed_missing(self, *, on_progress: Callable[[int, int], None] = lambda embedded, passages: None) -> int:
        """Embed the passages that the encoder has not seen, as after a change of the encoder; return how many.

        It goes on where it was cut off; searches and writes go on meanwhile. `on_progress` is told how many of how many
        passages have a vector.
        """
        if self._dense is None:
            return 0
        engine, after, embedded = self._dense.embedder.engine, 0, 0
        while True:
            with self._connections.reading() as connection:
                batch = vector_table.pending(connection, engine, after=after, limit=_EMBEDDED_AT_ONCE)
                held, passages = vector_table.count(connection, engine), corpus_size(connection).passages
            on_progress(held, passages)
            if not batch:
                break
            rows = self._dense.embed([one.text for one in batch])
            with self._connections.writing() as connection:
                self._dense.write(connection, {one.passage: row for one, row in zip(batch, rows, strict=True)})
            after, embedded = batch[-1].passage, embedded + len(batch)
        with self._connections.writing() as connection:
            vector_table.forget_others(connection, engine)
        self._learn_if_outgrown()
        return embedded

    def learn_fusion(self) -> Learnt | None:
        """Learn from the passages themselves how much meaning counts beside words; None without an encoder.

        put_many and embed_missing do so when the file has doubled; it takes some seconds of encoding.
        """
        if self._dense is None:
            return None
        with self._connections.reading() as connection:
            learnt = learn_fusion(connection, self._dense)
            kept = ranker_table.Kept(learnt.fusion, corpus_size(connection).passages)
        with self._connections.writing() as connection:
            ranker_table.keep(connection, self._dense.embedder.engine, kept)
        return learnt

    def search(
        self,
        question: str,
        *,
        top_k: int,
        allowed: Sequence[str],
        locale: str = "",
        usefulness: Usefulness | None = None,
    ) -> tuple[Hit, ...]:
        """Return the best passage of each of the top_k articles that a member of the `allowed` groups may see.

        Near ties go to articles in the language of `locale`, by default the question's own, to what was changed of late
        and to what was of use before.
        """
        best: dict[int, Candidate] = {}
        with self._asking(question, allowed, locale) as (connection, candidates):
            for candidate in rerank(with_priors(connection, candidates, usefulness)):
                best.setdefault(candidate.scored.article, candidate)
            wanted = max(top_k, 0) if self._reranker is None else max(top_k, _READ_TOGETHER)
            hits = tuple(_hit(connection, candidate) for candidate in islice(best.values(), wanted))
        if self._reranker is not None:
            hits = (*self._reranker.rerank(question, hits[:_READ_TOGETHER]), *hits[_READ_TOGETHER:])
        return hits[: max(top_k, 0)]

    def candidates(self, question: str, *, allowed: Sequence[str], locale: str = "") -> tuple[Hit, ...]:
        """Return every passage that either leg proposed, best first."""
        with self._asking(question, allowed, locale) as (connection, candidates):
            return tuple(_hit(connection, candidate) for candidate in rerank(candidates))

    def fused(self, question: str, *, allowed: Sequence[str], locale: str = "") -> tuple[Candidate, ...]:
        """Return them as they are before the ranker: what rankers are fitted and legs are measured on."""
        with self._asking(question, allowed, locale) as (_, candidates):
            return candidates

    @property
    def dense_weight(self) -> float:
        """Return how much meaning counts beside words, 0 without an encoder."""
        if self._dense is None:
            return 0.0
        with self._connections.reading() as connection:
            return ranker_table.load(connection, self._dense.embedder.engine).fusion.dense_weight

    @contextmanager
    def _asking(
        self, question: str, allowed: Sequence[str], locale: str
    ) -> Iterator[tuple[sqlite3.Connection, tuple[Candidate, ...]]]:
        """Yield what either leg finds, judged by both, best first, and the moment at which it stands there."""
        terms = question_terms(question)
        row = self._dense.question(question) if self._dense and terms else None
        language = subtag(locale) or language_of(question)
        with self._connections.reading() as connection:
            yield connection, self._found(connection, question, terms, row, allowed, language) if terms else ()

    def _found(
        self,
        connection: sqlite3.Connection,
        question: str,
        terms: Sequence[Term],
        row: Vectors | None,
        allowed: Sequence[str],
        language: str,
    ) -> tuple[Candidate, ...]:
        size = corpus_size(connection)
        weights = weighed(connection, question, terms, size, self._frequencies)
        passages = dict.fromkeys(found_by_terms(connection, weights, allowed))
        if self._dense is not None and row is not None:
            passages |= dict.fromkeys(self._dense.nearest(connection, row, top_k=NEAREST, allowed=allowed))
        ranking = rank(weights, field_texts(connection, passages, allowed), size, language=language)
        if self._dense is None or row is None:
            return fuse(ranking, {}, Fusion())
        fusion = ranker_table.load(connection, self._dense.embedder.engine).fusion
        rows = self._dense.rows(connection, [scored.passage for scored in ranking])
        return fuse(ranking, compared(row, rows, fusion.centre), fusion)

    def _learn_if_outgrown(self) -> None:
        if self._dense is None:
            return
        with self._connections.reading() as connection:
            passages = corpus_size(connection).passages
            learned_from = ranker_table.load(connection, self._dense.embedder.engine).passages
        if passages >= max(_LEAST_PASSAGES, _OUTGROWN * learned_from):
            self.learn_fusion()

    def _write(self, articles: Sequence[Article], source: str) -> IndexReport:
        """Write a batch in one transaction; what takes long, cutting and embedding, is done before it begins."""
        prepared = [article_table.prepare(article, source) for article in articles]
        vectors = self._vectors(prepared)
        changes: dict[Change, int] = {"added": 0, "updated": 0, "unchanged": 0}
        passages = 0
        with self._connections.writing() as connection:
            for one in prepared:
                written = article_table.put(connection, one)
                changes[written.change] += 1
                passages += len(written.passages)
                if self._dense is not None:
                    rows = {number: vectors[digest] for number, digest in written.passages.items() if digest in vectors}
                    self._dense.write(connection, rows)
        return IndexReport(changes["added"], changes["updated"], changes["unchanged"], 0, passages)

    def _vectors(self, prepared: Sequence[Prepared]) -> dict[bytes, bytes]:
        """Return the vectors of changed articles' passages by digest: those at hand, and those made now."""
        if self._dense is None:
            return {}
        with self._connections.reading() as connection:
            changed = [one for one in prepared if not article_table.is_unchanged(connection, one)]
            texts = {
                digest: vector_table.embedded_text(passage.title, passage.heading, passage.text)
                for one in changed
                for digest, passage in zip(one.passage_digests, one.passages, strict=True)
            }
            vectors = self._dense.stored(connection, texts)
        missing = [digest for digest in texts if digest not in vectors]
        return vectors | dict(zip(missing, self._dense.embed([texts[digest] for digest in missing]), strict=True))

    def _prepare(self) -> None:
        with self._connections.writing() as connection:
            schema.prepare(connection, self._name)

    def _prune(self, source: str, seen: set[str]) -> int:
        with self._connections.writing() as connection:
            rows = connection.execute("SELECT id FROM articles WHERE source = ?", (source,)).fetchall()
            return sum(article_table.delete(connection, article_id) for (article_id,) in rows if article_id not in seen)


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    remaining = iter(articles)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def _hit(connection: sqlite3.Connection, candidate: Candidate) -> Hit:
    scored = candidate.scored
    article_id, title, url, heading, start, end, text = connection.execute(
        'SELECT id, passages.title, url, heading, start, "end", substr(body, start + 1, "end" - start)'
        " FROM passages JOIN articles ON articles.number = passages.article WHERE passages.number = ?",
        (scored.passage,),
    ).fetchone()
    passage = Passage(article_id, title, heading, text, start, end)
    signals = Signals(
        lexical=candidate.lexical,
        dense=candidate.cosine,
        dense_share=candidate.dense,
        nearness=candidate.nearness,
        title=scored.title,
        code=scored.code,
        recency=candidate.recency,
        usefulness=candidate.usefulness,
    )
    return Hit(passage, candidate.score, url, scored.match, signals)
