"""Numbers of cards and identity cards are found in what was said, with the seconds in which they are said."""

from __future__ import annotations

import pytest

from api.prefill.private_words import private_stretches, without_private
from speech.records import Segment, Stretch, Transcript, Word

CARD_EN = "four one one one one one one one one one one one one one one one"
SAID = [
    pytest.param("en", f"my card number is {CARD_EN} thanks", (4, 20), id="card in words, en"),
    pytest.param("en", "it is 4111 1111 1111 1111 ok", (2, 6), id="card in digits, en"),
    pytest.param("en", "four double one one one one one one one one one one one one one one", (0, 16), id="double"),
    pytest.param("en", f"card {CARD_EN.replace('four', 'five')}", (1, 17), id="one digit misheard"),
    pytest.param("zh", "卡 号 是 六 二 二 二 零 二 幺 二 三 四 五 六 七 八 九 零 二 三 好", (3, 21), id="card, zh"),
    pytest.param("zh", "身份证 11010119900307123X 谢谢", (1, 2), id="identity card, zh"),
    pytest.param(
        "zh", "身 份 证 号 幺 幺 零 幺 零 幺 幺 九 九 零 零 三 零 七 幺 二 三 四", (4, 22), id="identity, spoken"
    ),
    pytest.param("en", "the order number is 20240518936 please", None, id="order number stays"),
    pytest.param("zh", "电 话 幺 三 八 零 零 幺 三 八 零 零 零", None, id="telephone stays"),
    pytest.param("en", "nothing private here", None, id="nothing"),
    pytest.param("en", "", None, id="nothing said"),
]


def _words(text: str, *, at_s: float = 0.0) -> tuple[Word, ...]:
    return tuple(Word(at_s + n, at_s + n + 0.8, word, 0.9) for n, word in enumerate(text.split()))


def _transcript(*segments: Segment, language: str = "en") -> Transcript:
    return Transcript(language, "scripted:script", 60.0, segments)


def _segment(text: str, *, at_s: float = 0.0, channel: int = 0) -> Segment:
    words = _words(text, at_s=at_s)
    return Segment(at_s, words[-1].end_s if words else at_s, text, 0.9, words, channel=channel)


@pytest.mark.parametrize(("language", "text", "place"), SAID)
def test_private_number_is_covered_with_a_margin(language: str, text: str, place: tuple[int, int] | None) -> None:
    found = private_stretches(_transcript(_segment(text), language=language))
    if place is None:
        assert found == ()
        return
    (stretch,) = found
    first, end = place
    assert (stretch.start_s, stretch.end_s) == pytest.approx((max(0.0, first - 0.3), end - 1 + 0.8 + 0.3))


@pytest.mark.parametrize(("language", "text", "place"), SAID)
def test_private_number_leaves_the_text(language: str, text: str, place: tuple[int, int] | None) -> None:
    said = without_private(_transcript(_segment(text), language=language))
    first, end = place or (0, 0)
    words = text.split()
    wanted = [*words[:first], *["***"] * (end - first), *words[end:]]
    assert [word.text for segment in said.segments for word in segment.words] == wanted
    assert "one one one one" not in said.text
    assert place is None or "***" in said.text


def test_number_is_whole_across_pauses_and_the_other_sides_words() -> None:
    said = (
        _segment("my card is four one one one one one one", channel=1),
        _segment("uh-huh", at_s=9.5, channel=0),
        _segment("one one one one one one one one one", at_s=10.0, channel=1),
    )
    assert private_stretches(_transcript(*said)) == (Stretch(2.7, pytest.approx(19.1)),)


def test_segment_without_words_is_covered_whole() -> None:
    said = _transcript(Segment(3.0, 9.0, "4111 1111 1111 1111", 0.9))
    assert private_stretches(said) == (Stretch(2.7, 9.3),)
    assert without_private(said).text == "***"
