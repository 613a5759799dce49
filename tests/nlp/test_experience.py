"""Past questions move the articles that answered them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from nlp import Experience, ExperiencedRetriever, KnowledgeBase
from nlp.records import Article

ARTICLES = (
    Article("reset-zh", "恢复出厂设置", "长按电源键十秒，面板闪烁后松开。"),
    Article("descale-zh", "清洗水垢", "倒入除垢剂，运行清洁程序。"),
    Article("reset-en", "Factory reset", "Hold the power button for ten seconds."),
    Article("descale-en", "Descaling", "Pour in the descaler and run the cleaning program."),
    Article("secret-en", "Override", "Enter the service menu.", allowed=("engineers",)),
)


@pytest.fixture
def base() -> Iterator[KnowledgeBase]:
    with KnowledgeBase(":memory:") as base:
        base.put_many(ARTICLES)
        yield base


@pytest.fixture
def experience() -> Iterator[Experience]:
    experience = Experience(":memory:")
    yield experience
    experience.close()


def first(retriever: ExperiencedRetriever, question: str, *allowed: str) -> str | None:
    hits = retriever.search(question, top_k=3, allowed=allowed)
    return hits[0].passage.article_id if hits else None


@pytest.mark.parametrize(
    ("past", "article_id", "question"),
    [
        ("滴得太慢有白渣", "descale-zh", "咖啡滴得太慢，有白渣"),
        ("it tastes funny and drips", "descale-en", "my machine drips and tastes funny"),
    ],
    ids=["zh", "en"],
)
def test_an_answer_that_was_used_is_found_in_the_askers_words(
    base: KnowledgeBase, experience: Experience, past: str, article_id: str, question: str
) -> None:
    retriever = ExperiencedRetriever(base, experience)
    assert first(retriever, question) != article_id
    experience.add("1", past, article_id=article_id, verdict="helped")
    assert first(retriever, question) == article_id


def test_an_answer_that_misled_moves_down(base: KnowledgeBase, experience: Experience) -> None:
    retriever = ExperiencedRetriever(base, experience)
    question = "power button program"
    leader = first(retriever, question)
    assert leader is not None
    experience.add("1", question, article_id=leader, verdict="misled")
    assert first(retriever, question) != leader


def test_experience_shows_nobody_what_they_may_not_see(base: KnowledgeBase, experience: Experience) -> None:
    experience.add("1", "how do I override the lock", article_id="secret-en", verdict="helped")
    retriever = ExperiencedRetriever(base, experience)
    assert first(retriever, "how do I override the lock", "engineers") == "secret-en"
    assert first(retriever, "how do I override the lock") != "secret-en"


def test_what_is_forgotten_moves_nothing(base: KnowledgeBase, experience: Experience) -> None:
    experience.add("1", "it tastes funny and drips", article_id="descale-en", verdict="helped")
    assert experience.forget(["1", "2"]) == 1
    assert first(ExperiencedRetriever(base, experience), "my machine drips and tastes funny") is None


def test_an_article_that_is_gone_is_not_shown(base: KnowledgeBase, experience: Experience) -> None:
    experience.add("1", "it tastes funny and drips", article_id="descale-en", verdict="helped")
    base.delete("descale-en")
    assert first(ExperiencedRetriever(base, experience), "my machine drips and tastes funny") is None
