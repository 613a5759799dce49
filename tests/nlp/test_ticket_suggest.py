"""A ticket's text is put as the questions it may be asking; what frames it neither hides the answer nor finds one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest

from nlp import KnowledgeBase, suggest, suggest_for_ticket
from nlp.answers.ticket_questions import MAX_QUESTIONS, ticket_questions
from nlp.answers.ticket_suggest import Asked, AskedTicket, ask_ticket, features
from nlp.records import Article, Hit, Passage
from nlp.search.lexical import QuestionTooLong

ARTICLES = (
    Article(
        "drain-zh", "空调内机滴水", "空调内机往下滴水，显示E8：排水管弯折或堵住。捋直排水管，用温水冲通。", "zh-CN"
    ),
    Article("return-zh", "退货与运费", "七天内可以退货。没拆封的，运费由我们出；拆封的，运费由买家出。", "zh-CN"),
    Article("router-zh", "路由器首次设置", "接上电源，等指示灯变绿，用手机连接无线网络，按页面提示设置密码。", "zh-CN"),
    Article(
        "door-en", "The washer door stays locked", "The washer door stays locked and shows E3 until it cools.", "en"
    ),
    Article("water-en", "The dishwasher takes no water", "The dishwasher hums but takes no water: open the tap.", "en"),
    Article("coffee-en", "Descale the coffee maker", "Run the coffee maker with vinegar once a month.", "en"),
)
FRAMED = [
    pytest.param(
        "您好，我姓陈，订单号 ，空调内机一直往下滴水，显示E8，昨天刚买的，麻烦尽快处理，谢谢！", "drain-zh", id="zh"
    ),
    pytest.param(
        "在吗？型号是YX-W3，买来还没拆封，想退货，运费谁出，电话13800138000\nYX-W3", "return-zh", id="zh, model"
    ),
    pytest.param(
        "Hello, my name is Anna Smith. The washer door stays locked and it says E3, it is a HB-W814."
        " I have called twice. My order number is . Please help, urgent! Thanks, Anna\nE3 HB-W814",
        "door-en",
        id="en",
    ),
]


@pytest.fixture
def base() -> Iterator[KnowledgeBase]:
    with KnowledgeBase(":memory:") as base:
        base.put_many(ARTICLES)
        yield base


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        (
            "您好，我姓陈，空调不制冷，面板显示E4。麻烦尽快处理，谢谢！",
            ("空调不制冷，面板显示E4", "空调不制冷", "面板显示E4"),
        ),
        ("你好，我是王女士，订单号20240518936，怎么退货？", ("怎么退货",)),
        (
            "Dear support team,\nthe dishwasher takes no water.\nKind regards\nAnna Smith",
            ("the dishwasher takes no water",),
        ),
        ("Order 20240518936. How do I descale it? Please reply as soon as possible.", ("How do I descale it",)),
        ("谢谢", ("谢谢",)),
        ("Hi", ("Hi",)),
        ("", ("",)),
    ],
)
def test_what_frames_a_ticket_is_no_question(text: str, questions: tuple[str, ...]) -> None:
    assert ticket_questions(text) == questions


@pytest.mark.parametrize(("text", "article_id"), FRAMED)
def test_a_framed_ticket_is_offered_its_article(base: KnowledgeBase, text: str, article_id: str) -> None:
    found = suggest_for_ticket(text, retriever=base)
    as_one_question = suggest(text, retriever=base).suggestions[0].confidence
    assert found.suggestions[0].confidence > as_one_question
    assert (found.is_abstained, found.suggestions[0].article_id) == (False, article_id)
    assert found.suggestions[0].citations


@pytest.mark.parametrize(("text", "article_id"), FRAMED)
def test_a_ticket_without_an_article_is_offered_nothing(base: KnowledgeBase, text: str, article_id: str) -> None:
    base.delete(article_id)
    found = suggest_for_ticket(text, retriever=base)
    assert found.is_abstained
    assert article_id not in {one.article_id for one in found.suggestions}


@pytest.mark.parametrize(
    "text",
    [
        "您好，订单号20240518936，请尽快联系我，谢谢！",
        "Hello, order 20240518936, please call me back asap. Thanks, Anna",
    ],
    ids=["zh", "en"],
)
def test_a_ticket_that_says_nothing_is_offered_nothing(base: KnowledgeBase, text: str) -> None:
    assert suggest_for_ticket(text, retriever=base).is_abstained


def test_confidences_never_rise_down_the_ranking_above_the_first(base: KnowledgeBase) -> None:
    found = suggest_for_ticket("空调内机往下滴水，显示E8，运费谁出", retriever=base).suggestions
    assert all(one.confidence <= found[0].confidence for one in found)


def test_the_rest_of_a_ticket_speaks_for_or_against_what_was_found(base: KnowledgeBase) -> None:
    one = features(ask_ticket("空调内机往下滴水，显示E8", retriever=base))
    two = features(ask_ticket("空调内机往下滴水，显示E8。没拆封的，运费谁出", retriever=base))
    assert one[1] == 0.0
    assert two[1] > 0.3


@pytest.mark.parametrize(
    ("rival", "found", "counted"),
    [
        ("it shows E3", ("codes-en", "door-en"), 0.0),
        ("it shows E3", ("codes-en", "coffee-en"), 0.6),
        ("Is it under warranty", ("codes-en", "door-en"), 0.6),
        ("显示E3", ("codes-zh", "door-en"), 0.0),
        ("显示E3", ("codes-zh", "coffee-en"), 0.6),
        ("还在保修期吗", ("codes-zh", "door-en"), 0.6),
    ],
)
def test_a_part_that_finds_the_same_article_second_is_no_rival(
    rival: str, found: tuple[str, ...], counted: float
) -> None:
    sure = asked("The washer stopped, it shows E3; 洗衣机停了，显示E3", 0.9, "door-en")
    assert features(AskedTicket((sure, asked(rival, 0.6, *found)), sure))[1] == pytest.approx(counted)


def asked(question: str, confidence: float, *article_ids: str) -> Asked:
    """Return a question with what it found; a hit without a match is as sure as its score."""
    return Asked(question, tuple(Hit(Passage(one, "", "", "text", 0, 4), confidence) for one in article_ids))


def test_groups_see_only_what_they_may(base: KnowledgeBase) -> None:
    base.put(Article("secret", "空调内机滴水", "空调内机往下滴水，显示E8：内部维修手册。", allowed=("staff",)))
    found = suggest_for_ticket("您好，空调内机往下滴水，显示E8", retriever=base, allowed=())
    assert "secret" not in {one.article_id for one in found.suggestions}


class Counting:
    """A retriever that keeps what it was asked."""

    def __init__(self, base: KnowledgeBase) -> None:
        self._base = base
        self.asked: list[str] = []

    def search(self, question: str, *, top_k: int, allowed: Sequence[str], locale: str = "") -> Sequence[Hit]:
        self.asked.append(question)
        return self._base.search(question, top_k=top_k, allowed=allowed, locale=locale)


@pytest.mark.parametrize(
    "text",
    [
        *(case.values[0] for case in FRAMED),
        "您好，订单号20240518936，请尽快联系我，谢谢！",
        "coffee maker vinegar",
        "空调内机往下滴水，显示E8。没拆封的，运费谁出",
    ],
)
def test_every_question_is_put_once(base: KnowledgeBase, text: str) -> None:
    counting = Counting(base)
    suggest_for_ticket(text, retriever=counting)
    assert sorted(counting.asked) == sorted({text, *ticket_questions(text)})


@pytest.mark.parametrize("top_k", [1, 2, 5])
@pytest.mark.parametrize(("text", "article_id"), [case.values for case in FRAMED], ids=[case.id for case in FRAMED])
def test_what_is_suggested_is_what_its_question_finds(
    base: KnowledgeBase, text: str, article_id: str, top_k: int
) -> None:
    best = ask_ticket(text, retriever=base, top_k=top_k).surest.question
    alone = suggest(best, retriever=base, top_k=top_k).suggestions
    found = suggest_for_ticket(text, retriever=base, top_k=top_k).suggestions
    assert [(one.article_id, one.citations) for one in found] == [(one.article_id, one.citations) for one in alone]
    assert features(ask_ticket(text, retriever=base, top_k=top_k)) == features(ask_ticket(text, retriever=base))


def test_a_text_too_long_is_refused_and_the_questions_are_bounded(base: KnowledgeBase) -> None:
    with pytest.raises(QuestionTooLong):
        suggest_for_ticket("漏水，" * 5_000, retriever=base)
    assert len(ticket_questions("，".join(f"第{number}处漏水" for number in range(500)))) <= MAX_QUESTIONS


@pytest.mark.parametrize("piece", ["我是", "A ", "订单号", "7 ", "Anna Smith ", "，", "E4-", "the "])
def test_cutting_takes_time_in_proportion(piece: str) -> None:
    def took(count: int) -> float:
        begun = time.perf_counter()
        for _ in range(5):
            ticket_questions(piece * count)
        return time.perf_counter() - begun

    took(10)
    short, long = took(2_000 // len(piece) // 4), took(2_000 // len(piece))
    assert long < 40 * short + 0.05
