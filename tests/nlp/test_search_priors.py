"""What changed of late and what helped before passes a rival that is a little better, and no more than that."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from nlp import Experience, KnowledgeBase
from nlp.encoders.embed import Embedder, build_embedder
from nlp.records import Article, Hit
from nlp.search.article_dates import HALF_LIFE_S, watch_dates
from nlp.search.experience import UsedRetriever, Verdict

ARTICLES = (
    Article("zh-better", "洗衣机不排水", "洗衣机不排水时，请先清洗排水泵的过滤网，然后重新启动。"),
    Article("zh-used", "洗衣机不排水的处理", "洗衣机不排水时，请检查排水管是否弯折，再清洗过滤网。"),
    Article("zh-far", "空调不制冷", "空调不制冷时，请清洗滤网并检查室外机。"),
    Article("en-better", "The washer does not drain", "Clean the filter when the washer does not drain."),
    Article("en-used", "My washer does not drain any more", "Clean the hose when the washer does not drain."),
    Article("en-far", "The air conditioner does not cool", "When it does not cool, clean the filter of the unit."),
)
QUESTIONS = {"zh": "洗衣机不排水怎么办", "en": "my washer does not drain"}


@pytest.fixture(params=[None, "hashed"], ids=["words", "meaning"])
def embedder(request: pytest.FixtureRequest) -> Embedder | None:
    return build_embedder(request.param) if request.param else None


@pytest.fixture
def base(tmp_path: Path, embedder: Embedder | None) -> Iterator[KnowledgeBase]:
    with KnowledgeBase(tmp_path / "kb.sqlite3", embedder=embedder) as base:
        base.put_many(ARTICLES)
        yield base


@pytest.fixture
def used(base: KnowledgeBase) -> Iterator[Callable[..., UsedRetriever]]:
    """Return a base of which articles were used, or called wrong, so often, for questions of another kind."""
    opened = []

    def build(article_id: str, *, helped: int = 0, misled: int = 0) -> UsedRetriever:
        experience = Experience(":memory:")
        opened.append(experience)
        for number in range(helped + misled):
            verdict: Verdict = "helped" if number < helped else "misled"
            experience.add(str(number), f"unrelated {number}", article_id=article_id, verdict=verdict)
        return UsedRetriever(base, experience)

    yield build
    for experience in opened:
        experience.close()


def ids(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.passage.article_id for hit in hits]


def date(base_path: Path, moments: dict[str, int]) -> None:
    """Write when articles changed, as the file itself would have."""
    watch_dates(base_path)
    with closing(sqlite3.connect(base_path)) as connection, connection:
        connection.executemany("INSERT OR REPLACE INTO article_dates VALUES (?, ?)", moments.items())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_used_article_passes_a_rival_that_is_a_little_better(
    base: KnowledgeBase, used: Callable[..., UsedRetriever], language: str
) -> None:
    question = QUESTIONS[language]
    before = base.search(question, top_k=3, allowed=())
    assert ids(before)[:2] == [f"{language}-better", f"{language}-used"]
    after = used(f"{language}-used", helped=40).search(question, top_k=3, allowed=())
    assert ids(after)[:2] == [f"{language}-used", f"{language}-better"]
    # No surer for being popular.
    assert [hit.score for hit in after] == pytest.approx([hit.score for hit in before])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_use_lifts_an_article_that_does_not_fit(
    base: KnowledgeBase, used: Callable[..., UsedRetriever], language: str
) -> None:
    after = used(f"{language}-far", helped=1_000).search(QUESTIONS[language], top_k=3, allowed=())
    assert ids(after)[0] == f"{language}-better"


def test_an_article_that_misled_as_often_gains_nothing(base: KnowledgeBase, used: Callable[..., UsedRetriever]) -> None:
    after = used("zh-used", helped=5, misled=5).search(QUESTIONS["zh"], top_k=3, allowed=())
    assert after == base.search(QUESTIONS["zh"], top_k=3, allowed=())


@pytest.mark.parametrize("moments", [{}, dict.fromkeys((article.id for article in ARTICLES), 1_700_000_000)])
def test_without_dates_or_with_one_date_for_all_nothing_moves(
    base: KnowledgeBase, tmp_path: Path, moments: dict[str, int]
) -> None:
    before = base.search(QUESTIONS["zh"], top_k=3, allowed=())
    date(tmp_path / "kb.sqlite3", moments)
    assert base.search(QUESTIONS["zh"], top_k=3, allowed=()) == before


@pytest.mark.parametrize(
    ("body", "question"), [("清洗过滤网，再按重启键。", "清洗过滤网"), ("Clean the filter.", "clean filter")]
)
def test_of_equal_articles_the_one_that_changed_last_is_first(
    base: KnowledgeBase, tmp_path: Path, body: str, question: str
) -> None:
    base.put_many([Article("a-old", "F", body), Article("b-new", "F", body)])
    date(tmp_path / "kb.sqlite3", {"a-old": 1_700_000_000 - HALF_LIFE_S, "b-new": 1_700_000_000})
    hits = base.search(question, top_k=2, allowed=())
    assert ids(hits) == ["b-new", "a-old"]
    assert [hit.signals.recency for hit in hits if hit.signals] == [1.0, 0.5]
