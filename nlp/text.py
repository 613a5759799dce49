"""Fold text to one spelling and remember where every character came from.

In: any text. Out: Folded, whose spans map back to code points of what came in; the language of a text and of a stretch.
It does not know what the text means: spoken digits are read in extraction/spoken.py.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

Language = Literal["zh", "en", "und"]

# Unicode "default ignorable" characters met in chat exports: zero-width space and joiners, direction marks, BOM,
# soft hyphen, variation selectors. They carry no meaning for a value and would split one.
_INVISIBLE = frozenset(
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
) | {chr(code) for code in range(0xFE00, 0xFE10)}
# NFKC leaves these apart although people type them for one another.
_ALIKE = {
    "，": ",", "。": "。", "、": "、", "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "～": "~", "〜": "~", "’": "'", "‘": "'", "“": '"', "”": '"', "〇": "零", "\u3000": " ", "\xa0": " ", "…": "...",
}  # fmt: skip

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002ffff]")
_LATIN = re.compile(r"[A-Za-z]+")
_STRETCH = re.compile(r"[\u3400-\u9fff\U00020000-\U0002ffff]+|[A-Za-z]+")

LATIN_WORDS_PER_HAN = 1.0
"""One Han character counts like one Latin word: a Chinese ticket carries codes and brand names ("我的 iPhone 坏了"), an
English one at most a name, and a Chinese statement has more characters than the Latin words inside it."""


@dataclass(frozen=True, slots=True)
class Folded:
    """`text[i]` was made from `[starts[i], ends[i])` of the source."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the source's span of [start, end) of the folded text; start < end."""
        return self.starts[start], self.ends[end - 1]


@dataclass(frozen=True, slots=True)
class LanguageStretch:
    """A run of text in one language; [start, end) in code points."""

    start: int
    end: int
    language: Language


@lru_cache(maxsize=1)
def _simplified_by_traditional() -> dict[int, str]:
    """Read OpenCC's character table: one simplified character for each traditional one, so lengths never change."""
    table = files("opencc").joinpath("dictionary/TSCharacters.txt").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {ord(old): new.split(" ")[0] for old, new in rows if len(old) == 1 and len(new.split(" ")[0]) == 1}


@lru_cache(maxsize=65_536)
def _fold_character(character: str) -> str:
    if character in _INVISIBLE:
        return ""
    if character in _ALIKE:
        return _ALIKE[character]
    folded = unicodedata.normalize("NFKC", character)
    return "".join(_ALIKE.get(piece, piece) for piece in folded)


def _clusters(text: str) -> list[tuple[int, int]]:
    """Split before every character that does not combine with the one before it, so that e + ◌́ folds to é."""
    spans: list[tuple[int, int]] = []
    for at, character in enumerate(text):
        if spans and unicodedata.combining(character) and character not in _INVISIBLE:
            spans[-1] = (spans[-1][0], at + 1)
        else:
            spans.append((at, at + 1))
    return spans


@lru_cache(maxsize=16)
def fold(text: str) -> Folded:
    """Fold width, compatibility forms, dashes, quotes and traditional characters; drop what cannot be seen.

    >>> folded = fold("訂單號：２０２４\u200b０５")
    >>> folded.text
    '订单号:202405'
    >>> folded.span(8, 10)
    (9, 11)
    """
    one_by_one = text if text.isascii() else text.translate(_ONE_BY_ONE)
    if _NOT_ONE not in one_by_one:
        return Folded(one_by_one, range(len(text)), range(1, len(text) + 1))
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        is_single = end - start == 1
        piece = _fold_character(text[start]) if is_single else unicodedata.normalize("NFKC", text[start:end])
        pieces.append(piece)
        starts.extend([start] * len(piece))
        ends.extend([end] * len(piece))
    return Folded("".join(pieces).translate(_simplified_by_traditional()), tuple(starts), tuple(ends))


_NOT_ONE = "\uf8ff"
"""Stands for a character that does not become exactly one; of the private use area, and itself taken for such."""


class _OneByOne(dict[int, str]):
    """What each character becomes where that is one character: nearly all of a usual text, in one pass through C."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = _fold_character(character).translate(_simplified_by_traditional())
        is_one = len(folded) == 1 and not unicodedata.combining(character)
        self[code] = folded if is_one else _NOT_ONE
        return self[code]


_ONE_BY_ONE = _OneByOne()


def lowered(text: str) -> str:
    """Return a text in lower case, as long as before, as re.IGNORECASE takes it: a dotless i is an i.

    A search through it without that flag takes a fifth of the time.
    """
    return text.lower() if text.isascii() else text.replace("İ", "i").lower().replace("ı", "i").replace("ſ", "s")


def language_of(text: str) -> Language:
    """Name the language most of the text is in; "und" where it has neither Han characters nor Latin words.

    >>> language_of("我的 iPhone 坏了"), language_of("order 张三 not here"), language_of("20240518")
    ('zh', 'en', 'und')
    """
    han = len(_HAN.findall(text))
    latin = sum(len(word) > 1 for word in _LATIN.findall(text))
    if not han and not latin:
        return "und"
    return "zh" if han >= latin * LATIN_WORDS_PER_HAN else "en"


def stretches_of(text: str) -> tuple[LanguageStretch, ...]:
    """Split a text where its script changes; neighbours of one language are joined."""
    found: list[LanguageStretch] = []
    for match in _STRETCH.finditer(text):
        language: Language = "zh" if _HAN.match(match.group()) else "en"
        if found and found[-1].language == language:
            found[-1] = LanguageStretch(found[-1].start, match.end(), language)
        else:
            found.append(LanguageStretch(match.start(), match.end(), language))
    return tuple(found)
