"""Known terms are written for what sounds like them, and ordinary words stay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from speech.hotwords import Hotwords, compile_hotwords
from speech.itn import write_spoken

TABLES = Path(__file__).parent


@pytest.fixture(scope="module")
def hotwords() -> Hotwords:
    return compile_hotwords((TABLES / "hotword_terms.txt").read_text(encoding="utf-8").splitlines())


def _written(heard: str, hotwords: Hotwords) -> str:
    return write_spoken(heard, settled=[found.edit for found in hotwords.find(heard)]).text


def test_misheard_terms_are_written(hotwords: Hotwords) -> None:
    rows = [json.loads(line) for line in (TABLES / "hotwords.jsonl").read_text(encoding="utf-8").splitlines()]
    wrong = [(row["heard"], _written(row["heard"], hotwords)) for row in rows]
    assert [pair for pair, row in zip(wrong, rows, strict=True) if pair[1] != row["written"]] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_ordinary_sentences_stay(language: str, hotwords: Hotwords) -> None:
    lines = (TABLES / f"written_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    sentences = [row["heard"] for row in map(json.loads, lines) if row["kind"] not in ("model", "mixed")]
    assert len(sentences) >= 200
    assert [sentence for sentence in sentences if hotwords.find(sentence)] == []


@pytest.mark.parametrize(
    "text",
    [
        "这个力度不行",
        "都没得选",
        "手指还行",
        "隔离在家",
        "还没领到券",
        "例如手机或网络",
        "what does on mean",
        "the higher one",
        "my w f one eight zero five",
        "W F 一八零三",
        "Xiaomu is a person",
        "",
    ],
)
def test_what_only_sounds_alike_stays(text: str, hotwords: Hotwords) -> None:
    assert hotwords.find(text) == ()


def test_word_that_the_recogniser_is_sure_of_stays() -> None:
    hotwords = compile_hotwords(["Philips"])
    assert [found.edit.written for found in hotwords.find("my fillips")] == ["Philips"]
    assert hotwords.find("my fillips", sure=[(3, 10)]) == ()


@pytest.mark.parametrize("term", ["", "12345", "V8", "LG", "x" * 61, "-", "力"])
def test_terms_too_short_too_long_or_all_digits_are_not_looked_for(term: str) -> None:
    assert not compile_hotwords([term]).by_sounds


def test_no_terms_find_nothing() -> None:
    assert compile_hotwords([]).find("w f one eighty") == ()
