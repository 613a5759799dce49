"""What is kept whole, what is folded, what never meets."""

from __future__ import annotations

import pytest

from nlp.search.question_words import without_question_words
from nlp.search.tokens import tokens


def texts(text: str) -> list[str]:
    return [token.text for token in tokens(text)]


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        pytest.param("空调", "空調漏水", id="zh-traditional"),
        pytest.param("E4", "顯示Ｅ４故障", id="zh-full-width-code"),
        pytest.param("e4", "It shows E4.", id="en-case"),
        pytest.param("KFR35GW", "型号 KFR-35GW/BP3", id="zh-code-without-joint"),
        pytest.param("KFR-35GW", "model KFR–35GW", id="en-code-with-dash"),
        pytest.param("blinks", "blinking light", id="en-stem"),
    ],
)
def test_spellings_of_one_thing_share_their_tokens(asked: str, written: str) -> None:
    assert set(texts(asked)) <= set(texts(written))


@pytest.mark.parametrize(
    ("asked", "written"), [("E4", "E14"), ("E4", "E40 报警"), ("KFR-35GW", "KFR-36GW"), ("漏水", "水漏")]
)
def test_other_codes_and_words_are_not_covered(asked: str, written: str) -> None:
    assert not set(texts(asked)) <= set(texts(written))


def test_lone_character_is_a_word() -> None:
    assert [(token.text, token.kind) for token in tokens("泵 leaks")] == [("泵", "word"), ("leak", "word")]


def test_endless_runs_are_left_out() -> None:
    assert texts("x" * 5000 + " ok") == ["ok"]


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("空調為什麼不製冷", "空調\n不製冷"),
        ("E4 是什么意思", "E4 是\n"),
        ("了解目的", "了解目的"),
        ("Why does the CAN bus fail?", "\n \n \n CAN bus fail?"),
        ("how to", "how to"),
        ("如何", "如何"),
    ],
)
def test_question_words_are_left_out_unless_nothing_is_left(question: str, left: str) -> None:
    assert without_question_words(question) == left
