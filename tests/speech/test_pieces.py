"""Pieces of words grow together as their spellings say."""

from __future__ import annotations

import pytest

from speech.recognisers.pieces import Piece, spoken_text, words_of
from speech.records import Stretch


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        pytest.param("▁the ▁fri dge ▁leak s", "the fridge leaks", id="sentence pieces"),
        pytest.param("leak@@ ing two", "leaking two", id="joined ones"),
        pytest.param("a@@ b@@ c d", "abc d", id="joined twice"),
        pytest.param("空 调 不 冷", "空调不冷", id="characters"),
        pytest.param("型 号 ▁k f r ▁冷", "型号kfr冷", id="mixed"),
        pytest.param("<|zh|> 空 <unk> 调 </s>", "空调", id="tags are no words"),
        pytest.param("▁hello ▁ 空", "hello空", id="a lone start"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_pieces_become_words(pieces: str, text: str) -> None:
    spelt = [Piece(0.1 * at, piece) for at, piece in enumerate(pieces.split())]
    assert spoken_text(words_of(spelt, Stretch(0.0, 9.0))) == text


def test_word_ends_where_the_next_begins_or_a_syllable_later() -> None:
    pieces = [Piece(1.0, "▁he"), Piece(1.2, "llo"), Piece(3.0, "空"), Piece(3.2, "调")]
    words = words_of(pieces, Stretch(1.0, 3.3))
    assert [(word.start_s, round(word.end_s, 3)) for word in words] == [(1.0, 1.6), (3.0, 3.2), (3.2, 3.3)]


def test_words_stay_within_their_stretch() -> None:
    (word,) = words_of([Piece(0.9, "空")], Stretch(1.0, 1.1))
    assert (word.start_s, word.end_s, word.confidence) == (1.0, 1.1, 0.5)
