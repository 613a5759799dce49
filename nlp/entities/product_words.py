"""Words for things, their parts and their makers, and where they stand in a text.

In: folded text. Out: ProductWords in order, the longest at each place. The list is closed and ships with the code (see
the head of product_words.txt); a thing it does not list is found only behind a label (fields/product_name.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

Group = Literal["things", "parts", "brands"]
_GROUPS: Mapping[str, Group] = {"things": "things", "parts": "parts", "brands": "brands"}
_NEEDS_ARTICLE = "needs_article"
MAX_ZH_CHARS = 8
MAX_EN_WORDS = 4
_LATIN = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)*")
# One-character words are things only where they stand alone between marks or behind a measure word ("一台", "这张").
_SHORT_BEFORE = re.compile(r"(?:[一两三几这那][台个张件双只把条盏本顶]|的|^|[^\u3400-\u9fff])$")


@dataclass(frozen=True, slots=True)
class ProductWord:
    """text[start:end] is a word for `kind` (in English, "" for a brand); words of one `sense` name the same thing."""

    start: int
    end: int
    group: Group
    kind: str
    sense: str


@dataclass(frozen=True, slots=True)
class _Entry:
    group: Group
    kind: str
    sense: str


@dataclass(frozen=True, slots=True)
class _Row:
    kind: str  # "" where all words of the row name one thing
    chinese: tuple[str, ...]
    english: tuple[str, ...]


def needs_article(word: str) -> bool:
    """Say whether an English word is a verb or another thing too: "press", "case", "book".

    >>> needs_article("Press"), needs_article("dishwasher")
    (True, False)
    """
    return word.lower() in _also_other()


def product_words_in(text: str) -> tuple[ProductWord, ...]:
    """Find the words of a text, none inside another.

    >>> [(word.group, word.kind) for word in product_words_in("美的空调不制冷, the washing machines too")]
    [('brands', ''), ('things', 'air conditioner'), ('things', 'washing machine')]
    """
    found = [*_chinese(text), *_latin(text)]
    return tuple(sorted(found, key=lambda word: word.start))


def _chinese(text: str) -> Iterator[ProductWord]:
    if text.isascii():
        return
    words, heads = _words(), _heads()
    at = 0
    while at < len(text):
        if text[at] in heads:
            for length in range(min(MAX_ZH_CHARS, len(text) - at), 0, -1):
                entry = words.get(text[at : at + length].lower())
                if entry and not text[at : at + length].isascii() and _stands_free(text, at, length):
                    yield ProductWord(at, at + length, entry.group, entry.kind, entry.sense)
                    at += length - 1
                    break
        at += 1


def _stands_free(text: str, at: int, length: int) -> bool:
    if length > 1:
        return True
    behind = text[at + 1 : at + 2]
    return bool(_SHORT_BEFORE.search(text[max(0, at - 2) : at])) and not "\u3400" <= behind <= "\u9fff"


def _latin(text: str) -> Iterator[ProductWord]:
    words = _words()
    tokens = list(_LATIN.finditer(text))
    at = 0
    while at < len(tokens):
        step = 1
        for count in range(min(MAX_EN_WORDS, len(tokens) - at), 0, -1):
            last = tokens[at + count - 1]
            if last.end() - tokens[at].start() > 40:
                continue
            entry = _entry_of(text[tokens[at].start() : last.end()].lower(), words)
            if entry is not None:
                yield ProductWord(tokens[at].start(), last.end(), entry.group, entry.kind, entry.sense)
                step = count
                break
        at += step


def _entry_of(phrase: str, words: Mapping[str, _Entry]) -> _Entry | None:
    """Look a phrase up, in the plural too; a Latin word inside Chinese text has no neighbours to mislead."""
    if phrase in words:
        return words[phrase]
    if phrase.endswith("s") and phrase[:-1] in words and words[phrase[:-1]].group != "brands":
        return words[phrase[:-1]]
    return None


@lru_cache(maxsize=1)
def _heads() -> frozenset[str]:
    return frozenset(letter for word in _words() if not word.isascii() for letter in (word[0], word[0].upper()))


@lru_cache(maxsize=1)
def _words() -> Mapping[str, _Entry]:
    words: dict[str, _Entry] = {}
    for section, group in _GROUPS.items():
        for row in _sections()[section]:
            kind = "" if group == "brands" else row.kind or row.english[0]
            for word in (*row.chinese, *row.english):
                words.setdefault(word.lower(), _Entry(group, kind, word if row.kind else kind))
    return words


@lru_cache(maxsize=1)
def _also_other() -> frozenset[str]:
    return frozenset(word for row in _sections()[_NEEDS_ARTICLE] for word in row.english)


@lru_cache(maxsize=1)
def _sections() -> Mapping[str, Sequence[_Row]]:
    sections: dict[str, list[_Row]] = {}
    section = ""
    text = files("nlp.entities").joinpath("product_words.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            chinese, _, english = line.partition("|")
            kind, _, chinese = chinese.rpartition(":")
            row = _Row(kind, tuple(chinese.split()), tuple(name.strip() for name in english.split(",")))
            sections.setdefault(section, []).append(row)
    return sections
