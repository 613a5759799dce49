"""What a question asks about is kept; the words around it are not, unless there is nothing else."""

from __future__ import annotations

import pytest

from nlp.search.question_words import telling_words, without_question_words


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("空调的滤网多久洗一次，怎么洗", "空调 滤网 洗 ， 洗"),
        ("空調的濾網多久洗一次", "空調 濾網 洗"),
        ("吸气压力一直在下降，是不是漏冷媒了", "吸气压力 下降， 漏冷媒"),
        ("运费谁出", "运费 出"),
        ("联想电脑想退", "联想电脑 退"),
        ("要求和主要功能", "要求和主要功能"),
        ("还原后还漏水", "还原后 漏水"),
        ("有效期", "有效期"),
        ("My washer still doesn't drain", "washer drain"),
        ("I’ve got no idea why it won't need E4", "idea E4"),
        ("what is KEEP mode", "KEEP mode"),
        ("keep-alive", "keep-alive"),
        ("现在怎么办", "现在"),  # nothing else is in it
    ],
)
def test_telling_words_are_what_an_answer_must_hold(question: str, told: str) -> None:
    assert telling_words(question).split() == told.split()


def test_filling_words_are_still_searched_for() -> None:
    assert without_question_words("多久洗一次").strip() == "多久洗一次"
