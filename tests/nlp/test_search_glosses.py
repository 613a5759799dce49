"""A question finds an article in the other language by the dictionary's words, and only where its own are not there."""

from __future__ import annotations

import pytest

from nlp.records import Article
from nlp.search.glosses import TABLE, renderings
from nlp.search.knowledge_base import KnowledgeBase

ENGLISH = (
    Article("refund", "Refunds", "A refund is paid to the card within five days."),
    Article("leak", "Water leaks", "If water leaks from the door, check the filter."),
    Article("e4", "Error E4", "E4: the pump is blocked. Clean it."),
)
CHINESE = (
    Article("退款", "退款", "退款会在五天内退回银行卡。"),
    Article("漏水", "漏水", "门边漏水时请检查过滤网。"),
    Article("e4", "故障 E4", "E4 表示水泵堵塞，请清洗。"),
)


def first(articles: tuple[Article, ...], question: str) -> str:
    base = KnowledgeBase(":memory:")
    base.put_many(articles)
    hits = base.search(question, top_k=1, allowed=())
    return hits[0].passage.article_id if hits else ""


@pytest.mark.parametrize(
    ("articles", "question", "found"),
    [
        (ENGLISH, "什么时候退款", "refund"),
        (ENGLISH, "什麼時候退款", "refund"),
        (ENGLISH, "门漏水了怎么办", "leak"),
        (ENGLISH, "水泵 E4", "e4"),
        (CHINESE, "when do I get a refund", "退款"),
        (CHINESE, "The pump is blocked", "e4"),
        (CHINESE, "clean the pump, E9", "e4"),
        (ENGLISH, "发票抬头", ""),
        (CHINESE, "invoice header", ""),
    ],
)
def test_word_that_stands_nowhere_goes_by_its_renderings(
    articles: tuple[Article, ...], question: str, found: str
) -> None:
    assert first(articles, question) == found


def test_word_that_stands_there_is_not_rendered() -> None:
    base = KnowledgeBase(":memory:")
    base.put_many((Article("zh", "", "退款需要五天。"), Article("en", "", "A refund takes five days.")))
    assert [hit.passage.article_id for hit in base.search("退款", top_k=5, allowed=())] == ["zh"]


def test_renderings_count_as_one_word() -> None:
    base = KnowledgeBase(":memory:")
    base.put_many(ENGLISH)
    [hit] = base.search("退款", top_k=1, allowed=())
    assert hit.match is not None
    assert (hit.match.coverage, hit.match.known) == (1.0, 1.0)


def test_table_is_in_order_and_each_line_is_a_word_with_others() -> None:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    assert lines == sorted(lines)
    assert all(len(line.split(" ")) > 1 for line in lines)
    assert renderings("none-such") == ()
