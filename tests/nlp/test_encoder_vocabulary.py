"""How texts are cut for our own encoder: words, both spellings, strange characters; what is taken from a dictionary."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tokenizers import Tokenizer

from training.encoder_vocabulary import (
    SPECIAL,
    Vocabulary,
    choose_vocabulary,
    count_pieces,
    first_vectors,
    tokenizer_file,
)
from training.parallel_texts import DictionaryEntry, clean_sense
from training.word_alignment import align

ENTRIES = (
    DictionaryEntry("電腦", "电脑", ("computer",)),
    DictionaryEntry("壞", "坏", ("bad", "broken")),
    DictionaryEntry("了", "了", ("completed action",)),
    DictionaryEntry("昨天", "昨天", ("yesterday",)),
)
TEACHER = {one: at for at, one in enumerate([*SPECIAL, "[unused1]", "bad", "computer", "b", "##b", "か", ",", "."])}
COUNTS = {"电": 9, "脑": 9, "坏": 9, "了": 9, "昨": 5, "天": 5, "电脑": 4, "昨天": 1}


@pytest.fixture
def vocabulary() -> Vocabulary:
    return choose_vocabulary(TEACHER, ENTRIES, COUNTS, words=2, characters=6)


@pytest.fixture
def tokenizer(vocabulary: Vocabulary) -> Tokenizer:
    return Tokenizer.from_str(json.dumps(tokenizer_file(vocabulary)))


def test_english_pieces_stay_and_other_scripts_leave(vocabulary: Vocabulary) -> None:
    assert {"bad", "computer", "##b"} <= set(vocabulary.english)
    assert not {"か", "[unused1]"} & set(vocabulary.english)
    assert [TEACHER[one] for one in vocabulary.english] == list(vocabulary.kept)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("电脑坏了。", ["电脑", "坏", "了", "."], id="words before characters"),
        pytest.param("電腦壞了", ["电脑", "坏", "了"], id="traditional"),
        pytest.param("坏电脑", ["坏", "电脑"], id="inside a run as at its start"),
        pytest.param("电脑鱻坏", ["电脑", "[UNK]", "坏"], id="a strange character alone is unknown"),
        pytest.param("Bad computer,坏了", ["bad", "computer", ",", "坏", "了"], id="mixed"),
        pytest.param("ＢＡＤ，坏", ["bad", ",", "坏"], id="full width"),
    ],
)
def test_a_text_is_cut_into_known_pieces(
    vocabulary: Vocabulary, tokenizer: Tokenizer, text: str, pieces: list[str]
) -> None:
    named = (*vocabulary.english, *vocabulary.chinese)
    assert [named[at] for at in tokenizer.encode(text, add_special_tokens=False).ids] == pieces


def test_a_text_without_end_is_cut_in_linear_time(tokenizer: Tokenizer) -> None:
    assert len(tokenizer.encode("电脑坏" * 5_000, add_special_tokens=False).ids) >= 10_000


def test_words_are_counted_longest_first() -> None:
    counts = count_pieces(["电脑坏了坏了"], ENTRIES)
    assert (counts["坏"], counts["电脑"], counts["了坏"]) == (2, 1, 0)


def test_a_new_word_lies_where_its_senses_lie(vocabulary: Vocabulary) -> None:
    table = np.random.default_rng(0).normal(size=(len(TEACHER), 16)).astype(np.float32)
    rows = first_vectors(vocabulary, ENTRIES, table, _Words(), link=align([([1], [7])]), seed=0)
    row = rows[vocabulary.chinese.index("电脑")]
    wanted = table[TEACHER["computer"]]
    assert float(row @ wanted / np.linalg.norm(row) / np.linalg.norm(wanted)) == pytest.approx(1.0, abs=1e-5)
    assert np.isfinite(rows).all()


@pytest.mark.parametrize(
    ("gloss", "sense"),
    [
        ("to transfer (money to a bank account)", "transfer"),
        ("CL:臺|台[tai2]", ""),
        ("variant of 台", ""),
        ("to help sb do sth", "help somebody do something"),
        ("refrigeration", "refrigeration"),
        ("surname Wang", ""),
    ],
)
def test_a_gloss_is_said_as_somebody_would(gloss: str, sense: str) -> None:
    assert clean_sense(gloss) == sense


class _Words:
    """Stands for the teacher's tokenizer: one number a known word."""

    def encode(self, text: str, *, add_special_tokens: bool) -> _Row:
        return _Row([TEACHER[word] for word in text.split() if word in TEACHER])


class _Row:
    def __init__(self, ids: list[int]) -> None:
        self.ids = ids
