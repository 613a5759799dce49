"""Questions that ask for the same stand together; articles that say otherwise are found."""

from __future__ import annotations

import pytest

from nlp.answers.contradictions import contradiction_of
from nlp.answers.draft_question import ModelAwareRetriever, TicketFacts, fit_of, with_facts
from nlp.records import Article, Hit, Passage
from nlp.search.question_groups import group_questions


@pytest.mark.parametrize(
    ("questions", "groups"),
    [
        (["耳机连不上手机", "how to reset the router", "蓝牙耳机连不上手机"], {frozenset({0, 2}), frozenset({1})}),
        (["reset the router", "运费谁出", "how do I reset my router?"], {frozenset({0, 2}), frozenset({1})}),
        (["only one"], {frozenset({0})}),
        ([], set()),
        (["？？？", "!!!"], {frozenset({0}), frozenset({1})}),
    ],
)
def test_questions_are_grouped(questions: list[str], groups: set[frozenset[int]]) -> None:
    assert {frozenset(group) for group in group_questions(questions)} == groups


@pytest.mark.parametrize(
    ("one", "other", "is_found"),
    [
        ("签收后七天内可以无理由退货。", "签收后三十天内可以无理由退货。", True),
        ("Parts are covered for 90 days.", "Parts are covered for 30 days.", True),
        ("安装的空调适用无理由退货。", "安装的空调不适用无理由退货。", True),
        ("E4 表示缺水，请加水。", "E5 表示缺水，请加水。", False),
        ("Parts are covered for 90 days.", "A visit costs 89 USD.", False),
        ("等五分钟再开机即可。", "等5分钟再开机即可。", False),
    ],
)
def test_contradictions_are_told(one: str, other: str, is_found: bool) -> None:
    assert (contradiction_of(one, other) is not None) == is_found


ARTICLES = {
    "mine": Article("mine", "E4", "x", tags=("KFR-35GW",)),
    "other": Article("other", "E4", "x", tags=("YX-W3",)),
    "any": Article("any", "E4", "x", tags=("空调", "E4")),
}


class Fixed:
    def __init__(self, *ids: str) -> None:
        self._ids = ids

    def search(self, question: str, *, top_k: int, allowed: object, locale: str = "") -> tuple[Hit, ...]:
        return tuple(Hit(Passage(one, "E4", "", "x", 0, 1), 1.0 - 0.1 * at) for at, one in enumerate(self._ids))


@pytest.mark.parametrize(
    ("found", "ranking"),
    [
        (("other", "any", "mine"), ["mine", "any", "other"]),
        (("other",), ["other"]),
        (("any", "other"), ["any", "other"]),
        ((), []),
    ],
    ids=["same rises", "the only answer stays", "any before other", "nothing"],
)
def test_articles_of_the_device_rise(found: tuple[str, ...], ranking: list[str]) -> None:
    retriever = ModelAwareRetriever(Fixed(*found), ["KFR-35GW/CL3A"], article_of=ARTICLES.get)
    assert [hit.passage.article_id for hit in retriever.search("E4", top_k=5, allowed=())] == ranking


def test_tags_that_are_no_models_hide_nothing() -> None:
    article = Article("a", "WiFi6", "", tags=("E4", "R32", "2.4G", "USB3"))
    assert fit_of(["KFR-35GW"], article) == "any"


@pytest.mark.parametrize(
    ("questions", "codes", "expected"),
    [
        (["不制冷"], ("E4",), ("不制冷", "不制冷 E4")),
        (["it shows E14"], ("E4",), ("it shows E14", "it shows E14 E4")),
        (["显示E4"], ("E4",), ("显示E4",)),
    ],
)
def test_a_code_that_the_draft_found_is_asked_for(
    questions: list[str], codes: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert with_facts(questions, TicketFacts(error_codes=codes)) == expected
