"""Text in, index tokens out: what an article and a question must share to find each other.

Chinese runs become single characters and pairs, traditional folded to simplified; English words are stemmed,
and two neighbours make a phrase; model and error codes stay whole, also without their joints and in parts
("KFR-35GW" -> kfr-35gw, kfr35gw, kfr, 35gw), so that "E4" finds E4 and never E14. Case and full width are
folded. It knows no synonyms, no word meaning and no offsets.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import snowballstemmer  # type: ignore[import-untyped]
from opencc import OpenCC  # type: ignore[import-untyped]

Kind = Literal["code", "word", "phrase", "char", "pair"]

# Han with its extensions, kana and hangul: scripts written without spaces between words, or agglutinating.
_HAN = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
# One alternative per script, each a plain run: linear in the text.
_RUN = re.compile(rf"([{_HAN}]+)|([a-z0-9]+(?:[-_./+:][a-z0-9]+)*)|([^\W_]+)")
_JOINTS = re.compile(r"[-_.+:]")
_DIGIT = re.compile(r"\d")

# Longer runs are base64, hashes or noise: nobody asks for them, and they would bloat the index.
MAX_TOKEN_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    kind: Kind


def fold(text: str) -> str:
    """Fold full width, case and traditional characters.

    >>> fold("ＫＦＲ－３５ 空調漏水")
    'kfr-35 空调漏水'
    """
    return unicodedata.normalize("NFKC", text).lower().translate(_folding())


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a text in order, repeated as often as they occur.

    >>> [token.text for token in tokens("空調 E4 blinking")]
    ['空', '调', '空调', 'e4', 'blink', 'e4_blink']
    """
    folded = fold(text)
    before, before_end = "", -1  # the Latin word that ended there
    for match in _RUN.finditer(folded):
        han, latin, other = match.groups()
        if han:
            yield from _characters(han)
        elif latin:
            words = tuple(_latin(latin))
            yield from words
            if before and words and folded[before_end : match.start()] == " ":
                yield Token(f"{before}_{words[0].text}"[:MAX_TOKEN_LENGTH], "phrase")
            before, before_end = (words[-1].text if words else ""), match.end()
        elif len(other) <= MAX_TOKEN_LENGTH:
            yield Token(other, "word")


def _characters(run: str) -> Iterator[Token]:
    if len(run) == 1:  # stands alone, so it is a word: "泵", "灯"
        yield Token(run, "word")
        return
    for character in run:
        yield Token(character, "char")
    for first, second in pairwise(run):
        yield Token(first + second, "pair")


def _latin(run: str) -> Iterator[Token]:
    for piece in run.split("/"):
        parts = _JOINTS.split(piece)
        if len(piece) > MAX_TOKEN_LENGTH:
            continue
        if len(parts) == 1:
            yield _word(piece)
            continue
        yield Token(piece, "code")
        yield Token("".join(parts), "code")
        for part in parts:
            yield _word(part)


def _word(run: str) -> Token:
    if _DIGIT.search(run):
        return Token(run, "code")
    return Token(_stem(run), "word")


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    # A fresh stemmer per call: its object keeps the word it works on, and searches run in several threads.
    return str(snowballstemmer.stemmer("english").stemWord(word))


@lru_cache(maxsize=1)
def _folding() -> dict[int, str | None]:
    """Map every traditional character to its simplified form by OpenCC's table; dashes to one, invisible ones away."""
    characters = [chr(code) for code in (*range(0x3400, 0x4DC0), *range(0x4E00, 0xA000))]
    converted = str(OpenCC("t2s").convert("\n".join(characters))).split("\n")
    folding: dict[int, str | None] = {
        ord(before): after for before, after in zip(characters, converted, strict=True) if before != after
    }
    folding.update({ord(dash): "-" for dash in "\u2010\u2011\u2012\u2013\u2014\u2212"})
    folding.update({ord(invisible): None for invisible in "\u00ad\u200b\u200c\u200d\u2060\ufeff"})
    return folding
