"""The dense leg finds what is there now, for those who may see it, whoever wrote it; vectors are made once."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp.encoders.embed import EncoderInput, Role, Vectors, build_embedder
from nlp.encoders.hashed_embedder import HashedEmbedder
from nlp.records import Article
from nlp.search.faiss_vector_index import FaissVectorIndex, Layout, build_index, exact_nearest, layout_for
from nlp.search.knowledge_base import KnowledgeBase
from nlp.search.passages import split_passages
from nlp.search.vector_table import embedded_text

WIDTH = 16
GROUPS = ("staff", "tech", "长官")
WORDS = ("漏水", "空调", "E4", "E14", "滤网", "不制冷", "filter", "motor", "KFR-35GW", "reset", "blinking", "压缩机")
HASHED = HashedEmbedder(width=64, max_tokens=512)


class CountingEmbedder:
    """A hashed encoder that notes what it was asked to embed as a passage."""

    engine = "counting"
    width = 64

    def __init__(self, engine: str = "counting") -> None:
        self.engine = engine
        self.passages: list[str] = []

    def prepare(self, text: str, *, role: Role | None = None) -> EncoderInput:
        return HASHED.prepare(text, role=role)

    def embed_prepared(self, inputs: Sequence[EncoderInput]) -> Vectors:
        return HASHED.embed_prepared(inputs)

    def embed(self, texts: Sequence[str], *, role: Role | None = None) -> Vectors:
        self.passages += texts if role == "passage" else []
        return HASHED.embed(texts, role=role)


def found(base: KnowledgeBase, question: str, *groups: str) -> list[str]:
    return [hit.passage.article_id for hit in base.search(question, top_k=50, allowed=groups)]


@pytest.mark.parametrize("question", ["compressors are humming", "压缩机嗡嗡响"])
def test_passage_that_shares_no_word_is_found(question: str) -> None:
    with KnowledgeBase(":memory:", embedder=build_embedder("hashed")) as base:
        base.put(Article("1", "", "The compressor hums."))
        base.put(Article("2", "", "压缩机有异响。"))
        assert set(found(base, question)) == {"1", "2"}


def test_without_an_encoder_the_words_alone_find_and_the_state_says_so() -> None:
    with KnowledgeBase(":memory:") as base:
        base.put(Article("1", "", "The compressor hums."))
        assert (base.dense_state().engine, base.dense_state().embedded, base.dense_state().passages) == ("", 0, 1)
        hit = base.search("compressor", top_k=1, allowed=())[0]
        assert hit.signals is not None
        assert hit.signals.dense is None


def test_unchanged_text_is_not_embedded_again() -> None:
    embedder = CountingEmbedder()
    body = "# One\n\nThe compressor hums.\n\n# Two\n\n压缩机有异响。\n"
    with KnowledgeBase(":memory:", embedder=embedder) as base:
        base.put(Article("1", "Noises", body))
        base.put(Article("1", "Noises", body))
        base.put(Article("1", "Noises", body, allowed=("staff",)))  # who may see it is not its text
        base.put(Article("1", "Noises", body.replace("hums", "buzzes")))
    assert embedder.passages == [
        "Noises\nTwo\n压缩机有异响。",
        "Noises\nOne\nThe compressor hums.",
        "Noises\nOne\nThe compressor buzzes.",
    ]


def test_rejected_batch_leaves_no_vector(tmp_path: Path) -> None:
    with KnowledgeBase(tmp_path / "kb.db", embedder=HASHED) as base:
        with pytest.raises(ValueError, match="no text"):
            base.put_many(_breaking())
        assert (base.counts().passages, base.dense_state().embedded) == (0, 0)


def _breaking() -> Iterator[Article]:
    yield Article("1", "", "The compressor hums.")
    raise ValueError("no text")


def test_article_and_vectors_go_together(tmp_path: Path) -> None:
    with KnowledgeBase(tmp_path / "kb.db", embedder=HASHED) as base:
        base.put(Article("1", "", "The compressor hums."))
        base.put(Article("2", "", "压缩机有异响。"))
        base.delete("1")
    with closing(sqlite3.connect(tmp_path / "kb.db")) as connection:
        counts = connection.execute("SELECT (SELECT count(*) FROM passages), (SELECT count(*) FROM vectors)").fetchone()
    assert counts == (1, 1)


def test_new_encoder_embeds_what_is_there_and_forgets_the_old(tmp_path: Path) -> None:
    path = tmp_path / "kb.db"
    with KnowledgeBase(path) as base:
        base.put_many(Article(str(number), "", f"机器 {number} hums") for number in range(5))
    seen: list[tuple[int, int]] = []
    with KnowledgeBase(path, embedder=CountingEmbedder("first")) as base:
        assert base.embed_missing() == 5
    with KnowledgeBase(path, embedder=CountingEmbedder("second")) as base:
        assert base.dense_state().embedded == 0
        assert base.embed_missing(on_progress=lambda done, of: seen.append((done, of))) == 5
        assert base.embed_missing() == 0
        assert found(base, "humming")
    assert seen == [(0, 5), (5, 5)]
    with KnowledgeBase(path, embedder=CountingEmbedder("first")) as base:
        assert base.dense_state().embedded == 0


def test_file_of_the_first_version_is_brought_up(tmp_path: Path) -> None:
    path = tmp_path / "kb.db"
    with KnowledgeBase(path) as base:
        base.put(Article("1", "E4", "The compressor hums."))
        base.put(Article("2", "", "压缩机有异响。", allowed=("staff",)))
    _make_version_1(path)
    with KnowledgeBase(path, embedder=HASHED) as base:
        assert base.embed_missing() == 2
        assert found(base, "压缩机", "staff")[0] == "2"
        assert found(base, "压缩机") == ["1"]
        assert base.delete("1")
        assert base.counts().passages == 1


def _make_version_1(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(
            "DROP TRIGGER passage_added; DROP TRIGGER passage_deleted; DROP TABLE vectors; DROP TABLE removed;"
            "DROP TABLE encoders; DROP TABLE rankers; ALTER TABLE passages RENAME TO newer;"
            "CREATE TABLE passages (number INTEGER PRIMARY KEY, article INTEGER NOT NULL REFERENCES articles, title"
            ' TEXT NOT NULL, heading TEXT NOT NULL, start INTEGER NOT NULL, "end" INTEGER NOT NULL,'
            " length INTEGER NOT NULL)"
            " STRICT;"
            'INSERT INTO passages SELECT number, article, title, heading, start, "end", length FROM newer;'
            "DROP TABLE newer; CREATE INDEX passages_by_article ON passages(article);"
            "CREATE TRIGGER passage_added AFTER INSERT ON passages BEGIN"
            " UPDATE totals SET passages = passages + 1, tokens = tokens + new.length; END;"
            "CREATE TRIGGER passage_deleted AFTER DELETE ON passages BEGIN DELETE FROM terms WHERE rowid = old.number;"
            " UPDATE totals SET passages = passages - 1, tokens = tokens - old.length; END; PRAGMA user_version = 1;"
        )


# --- the index itself, in each layout


def rows_of(count: int, seed: int) -> Vectors:
    rows = np.random.default_rng(seed).standard_normal((count, WIDTH), np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("layout", ["flat", "sq8", "ivf"])
def test_index_adds_removes_and_hides(layout: Layout) -> None:
    rows, numbers = rows_of(600, 1), np.arange(1000, 1600)
    index = build_index(WIDTH, 600, lambda: [(numbers[:500], rows[:500])], layout=layout)
    index.add(numbers[500:], rows[500:])
    index.remove(np.array([1003, 1550, 9999]))
    hidden = np.array([1007, 1510])
    assert index.count == 598
    for gone in (1003, 1550, 1007, 1510):
        near = index.search(rows[gone - 1000], top_k=598, hidden=hidden)
        assert gone not in {one.number for one in near}
    assert [index.search(rows[at], top_k=1, hidden=hidden)[0].number for at in (5, 599)] == [1005, 1599]


def test_ivf_looks_into_enough_lists(tmp_path: Path) -> None:
    rows, numbers = rows_of(3000, 2), np.arange(3000)
    index = build_index(WIDTH, 3000, lambda: [(numbers, rows)], layout="ivf")
    questions = rows_of(40, 3)
    truth = exact_nearest(questions, lambda: [(numbers, rows)])
    shares = [
        len({near.number for near in index.search(row, top_k=10, hidden=np.array([], np.int64))} & right) / 10
        for row, right in zip(questions, truth, strict=True)
    ]
    assert float(np.mean(shares)) >= 0.95
    index.save(tmp_path / "index")


def test_almost_all_hidden_still_finds_the_rest() -> None:
    rows, numbers = rows_of(2000, 4), np.arange(2000)
    index = build_index(WIDTH, 2000, lambda: [(numbers, rows)], layout="ivf")
    near = index.search(rows[0], top_k=10, hidden=numbers[5:])
    assert {one.number for one in near} == {0, 1, 2, 3, 4}


@pytest.mark.parametrize(("count", "layout"), [(0, "flat"), (9_999, "flat"), (10_000, "sq8"), (200_000, "ivf")])
def test_layout_grows_with_the_count(count: int, layout: Layout) -> None:
    assert layout_for(count) == layout
    assert isinstance(build_index(4, 0, list), FaissVectorIndex)


# --- random writes by two openers of one file, against a brute-force oracle of both legs


class Oracle:
    """Every article as it is now; what a question must find, by looking at all of them."""

    def __init__(self) -> None:
        self.articles: dict[str, Article] = {}

    def visible(self, groups: Sequence[str]) -> list[Article]:
        return [one for one in self.articles.values() if not one.allowed or set(one.allowed) & set(groups)]

    def best_cosine(self, question: str, groups: Sequence[str]) -> float:
        row = HASHED.embed([question])[0]
        passages = [one for article in self.visible(groups) for one in split_passages(article)]
        if not passages:
            return 0.0
        return float((HASHED.embed([embedded_text(one.title, one.heading, one.text) for one in passages]) @ row).max())


def write_at_random(chance: random.Random, base: KnowledgeBase, oracle: Oracle) -> None:
    article_id = str(chance.randrange(120))
    known = oracle.articles.get(article_id)
    what = chance.random()
    if known and what < 0.25:
        assert base.delete(article_id)
        del oracle.articles[article_id]
        return
    allowed = tuple(sorted(chance.sample(GROUPS, chance.randrange(3))))
    if known and what < 0.5:
        article = replace(known, allowed=allowed)
    else:
        title = chance.choice(("", "空调", "E4"))
        article = Article(article_id, title, " , ".join(chance.choices(WORDS, k=chance.randint(1, 8))), allowed=allowed)
    base.put(article)
    oracle.articles[article_id] = article


def check_search(chance: random.Random, base: KnowledgeBase, oracle: Oracle) -> None:
    question = " ".join(chance.sample(WORDS, 2))
    groups = tuple(chance.sample(GROUPS, chance.randrange(4)))
    hits = base.candidates(question, allowed=groups)
    visible = {article.id: article for article in oracle.visible(groups)}
    for hit in hits:
        article = visible[hit.passage.article_id]  # a KeyError is a leak
        assert article.body[hit.passage.start : hit.passage.end] == hit.passage.text
        assert hit.passage.title == article.title or not article.title
    cosines = [hit.signals.dense for hit in hits if hit.signals and hit.signals.dense is not None]
    assert len(cosines) == len(hits)
    assert max(cosines, default=0.0) == pytest.approx(oracle.best_cosine(question, groups), abs=2e-3)
    code = chance.choice(("E4", "E14", "KFR-35GW"))
    holding = {one.id for one in visible.values() if code in f"{one.title} , {one.body}".split(" , ")}
    named = {
        hit.passage.article_id for hit in base.candidates(code, allowed=groups) if hit.match and hit.match.coverage
    }
    assert named <= holding
    assert len(named) >= min(len(holding), 50)


@pytest.mark.parametrize(
    "operations", [120, pytest.param(10_000, marks=pytest.mark.systems)], ids=["short", "ten thousand"]
)
def test_random_writes_leave_nothing_stale_and_leak_nothing(tmp_path: Path, operations: int) -> None:
    chance, oracle = random.Random(5), Oracle()
    with (
        KnowledgeBase(tmp_path / "kb.db", embedder=HASHED) as one,
        KnowledgeBase(tmp_path / "kb.db", embedder=HASHED) as other,
    ):
        for at in range(operations):
            write_at_random(chance, chance.choice((one, other)), oracle)
            if at % 3 == 0:
                check_search(chance, chance.choice((one, other)), oracle)
        assert set(one.article_ids()) == set(oracle.articles)
        assert one.dense_state().embedded == other.counts().passages
