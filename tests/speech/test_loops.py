"""Loops are said once; what people say again stays."""

from __future__ import annotations

import pytest

from speech.recognisers.loops import without_loops
from speech.records import Word


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        pytest.param("thank you " * 5, "thank you", id="a phrase five times"),
        pytest.param("thank you " * 4, "thank you " * 4, id="four times are said by people"),
        pytest.param("it leaks " + "thank you " * 6 + "bye", "it leaks thank you bye", id="between sound words"),
        pytest.param("Thank you, " * 5, "Thank you,", id="marks and capitals aside"),
        pytest.param("谢 谢 观 看 " * 7, "谢 谢 观 看", id="Chinese"),
        pytest.param("请 订 阅 我 的 频 道 " * 5, "请 订 阅 我 的 频 道", id="a long Chinese phrase"),
        pytest.param("对 " * 9, "对 " * 9, id="one sound again and again"),
        pytest.param("no " * 8, "no " * 8, id="one word again and again"),
        pytest.param("1 2 " * 6, "1 2 " * 6, id="digits"),
        pytest.param("一 二 " * 6, "一 二 " * 6, id="Chinese digits"),
        pytest.param("a b " * 5 + "a", "a b a", id="broken off within a round"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_loop_is_said_once(said: str, kept: str) -> None:
    words = [Word(float(at), at + 0.5, text, 0.9) for at, text in enumerate(said.split())]
    assert " ".join(word.text for word in without_loops(words)) == kept.strip()


def test_kept_words_keep_their_times() -> None:
    words = [Word(float(at), at + 0.5, text, 0.9) for at, text in enumerate(("good", "bye") * 6)]
    assert [word.start_s for word in without_loops(words)] == [0.0, 1.0]


def test_long_text_costs_little_more_than_short() -> None:
    words = [Word(0.0, 0.0, f"w{at}", 0.9) for at in range(20_000)]
    assert len(without_loops(words)) == 20_000
