"""Suggestions cite what the article says; where nothing fits they say so and still show the ranking."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from nlp.records import Article, Hit, Match, Passage
from nlp.search.abstain import RULE, AbstainRule, confidence
from nlp.search.knowledge_base import KnowledgeBase
from nlp.search.suggest import suggest

ARTICLES = (
    Article(
        "e4-zh",
        "空调显示 E4",
        "E4 表示管温传感器故障。断电五分钟后重新开机。仍显示 E4 时请更换传感器。",
        locale="zh-CN",
    ),
    Article(
        "drain-en", "Washer does not drain", "The pump filter is clogged. Turn the cap and remove lint.", locale="en"
    ),
    Article("faq-zh", "", "路由器怎么恢复出厂设置？\n按住小孔十秒。", locale="zh-CN"),
    Article("secret", "保修价格表", "上门费 50 元。内部使用。", allowed=("staff",)),
)


@pytest.fixture
def base() -> KnowledgeBase:
    base = KnowledgeBase(":memory:")
    base.put_many(ARTICLES)
    return base


@pytest.mark.parametrize(
    ("question", "article_id"),
    [
        ("空調顯示E4怎麼辦", "e4-zh"),
        ("E4", "e4-zh"),
        ("Why does my washer not drain?", "drain-en"),
        ("路由器如何恢复出厂设置", "faq-zh"),
    ],
)
def test_question_of_an_article_is_answered(base: KnowledgeBase, question: str, article_id: str) -> None:
    found = suggest(question, retriever=base)
    assert not found.is_abstained
    assert found.suggestions[0].article_id == article_id


@pytest.mark.parametrize(
    "question",
    [
        "",
        "你好",
        "thanks!",
        "asdf qwer",
        "？？？",
        "今天股票怎么样",
        "Who won the chess game?",
        "E14 报警",
        "上门费多少",
    ],
)
def test_question_of_no_visible_article_is_abstained_from(base: KnowledgeBase, question: str) -> None:
    assert suggest(question, retriever=base).is_abstained


@pytest.mark.parametrize(
    ("question", "article_id"),
    [
        ("E4 的传感器一直坏，现在应该更换吗", "e4-zh"),
        ("I really need to know how I get the lint out of the pump filter", "drain-en"),
        ("我的路由器突然想恢复出厂设置，要多久", "faq-zh"),
    ],
)
def test_words_around_the_matter_do_not_cost_the_answer(base: KnowledgeBase, question: str, article_id: str) -> None:
    found = suggest(question, retriever=base)
    assert not found.is_abstained
    assert found.suggestions[0].article_id == article_id


def test_confidence_falls_where_the_base_does_not_know_the_words() -> None:
    known, unknown = (confidence([hit("a", 2.0, Match(0.6, share, 4.0))]) for share in (1.0, 0.5))
    assert unknown < known


def test_ranking_is_kept_when_abstained(base: KnowledgeBase) -> None:
    found = suggest("空调漏水", retriever=base)
    assert found.is_abstained
    assert [suggestion.article_id for suggestion in found.suggestions] == ["e4-zh"]


def test_citations_are_spans_of_the_body(base: KnowledgeBase) -> None:
    for question in ("E4 传感器", "pump filter", "恢复出厂设置"):
        for suggestion in suggest(question, retriever=base).suggestions:
            body = next(article.body for article in ARTICLES if article.id == suggestion.article_id)
            assert suggestion.citations
            assert all(body[one.start : one.end] == one.quote for one in suggestion.citations)


def test_citation_after_a_question_is_its_answer(base: KnowledgeBase) -> None:
    citations = suggest("恢复出厂设置", retriever=base).suggestions[0].citations
    assert [citation.quote for citation in citations] == ["路由器怎么恢复出厂设置？", "按住小孔十秒。"]


def test_groups_reach_the_retriever(base: KnowledgeBase) -> None:
    found = suggest("保修价格表 上门费", retriever=base, allowed=("staff",))
    assert found.suggestions[0].article_id == "secret"


def test_locale_reaches_the_retriever() -> None:
    retriever = FixedRetriever()
    suggest("E4", retriever=retriever, locale="zh-CN")
    assert retriever.locale == "zh-CN"


def test_top_k_bounds_the_ranking(base: KnowledgeBase) -> None:
    assert len(suggest("E4 filter 路由器", retriever=base, top_k=2).suggestions) == 2


class FixedRetriever:
    """Returns the hits it was given and remembers the language it was asked for."""

    def __init__(self, *hits: Hit) -> None:
        self._hits = hits
        self.locale = "not asked"

    def search(self, question: str, *, top_k: int, allowed: Sequence[str], locale: str = "") -> Sequence[Hit]:
        self.locale = locale
        return self._hits[:top_k]


def hit(article_id: str, score: float, match: Match | None) -> Hit:
    return Hit(Passage(article_id, "t", "", "text", 0, 4), score, "", match)


def test_one_suggestion_per_article() -> None:
    retriever = FixedRetriever(hit("a", 2.0, None), hit("a", 1.5, None), hit("b", 1.0, None))
    assert [one.article_id for one in suggest("text", retriever=retriever).suggestions] == ["a", "b"]


def test_lower_suggestion_is_never_the_surer() -> None:
    retriever = FixedRetriever(hit("a", 2.0, Match(0.3, 0.5, 4.0)), hit("b", 1.9, Match(1.0, 1.0, 9.0)))
    first, second = suggest("text", retriever=retriever).suggestions
    assert 0 < second.confidence == first.confidence < confidence([hit("b", 1.9, Match(1.0, 1.0, 9.0))] * 2)


def test_hits_without_a_match_are_shown_but_not_promised() -> None:
    found = suggest("text", retriever=FixedRetriever(hit("a", 2.0, None)))
    assert (found.is_abstained, found.suggestions[0].confidence) == (True, 0.0)


def test_confidence_rises_with_coverage_and_with_the_lead() -> None:
    def sure(coverage: float, second: float) -> float:
        return confidence([hit("a", 2.0, Match(coverage, 1.0, 4.0)), hit("b", second, None)])

    steps = [sure(coverage / 10, 1.0) for coverage in range(1, 11)]
    assert steps == sorted(steps)
    assert sure(0.8, 1.9) < sure(0.8, 0.5)


def test_threshold_is_an_argument(base: KnowledgeBase) -> None:
    never = AbstainRule(RULE.intercept, RULE.weights, threshold=1.1)
    assert suggest("E4", retriever=base, rule=never).is_abstained
