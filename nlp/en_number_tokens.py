"""Cut English text into what numbers are made of: figures, number words, and the little words between them.

In: folded text. Out: tokens, and the Run of those that stand together. It reads no number.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nlp.cardinals import EN_ONES, EN_ORDINALS, EN_SCALES, EN_TENS
from nlp.figures import DOTTED, FIGURE, figure_value
from nlp.text import lowered

Kind = Literal["figure", "dotted", "unit", "ten", "scale", "part", "and", "article", "point", "over", "of", "sign"]
MAX_TOKENS = 24
"""The longest number anyone says in words: three words in each of five groups, "and" between them, and a fraction."""
HUNDRED = 100
THOUSAND = 1_000

_UNITS = {**EN_ONES, "nought": 0, "naught": 0}
_SCALES = {**EN_SCALES, **{f"{word}s": value for word, value in EN_SCALES.items() if word in ("lakh", "crore")}}
_SCALES |= {"dozen": 12, "dozens": 12}
_ARTICLES = ("a", "an")
HALVES = {"half": 2, "quarter": 4}
_PARTS = {**EN_ORDINALS, **HALVES}
PLURAL_PARTS = {f"{word}s": value for word, value in _PARTS.items() if word != "half"} | {"halves": 2}
_LINKS: dict[str, Kind] = {"and": "and", "point": "point", "over": "over", "in": "of", "out of": "of"}
_SIGNS = ("minus", "negative")
_WORDS: dict[str, tuple[Kind, int]] = {
    **{word: ("unit", value) for word, value in _UNITS.items()},
    **{word: ("ten", value) for word, value in EN_TENS.items()},
    **{word: ("scale", value) for word, value in _SCALES.items()},
    **{word: ("part", value) for word, value in (_PARTS | PLURAL_PARTS).items()},
    **{word: (kind, 0) for word, kind in _LINKS.items()},
    **dict.fromkeys(_ARTICLES, ("article", 1)),
    **dict.fromkeys(_SIGNS, ("sign", -1)),
}
_FIGURES = re.compile(rf"{DOTTED}|{FIGURE}", re.IGNORECASE)
_WORD = re.compile(rf"(?<![a-z\d'])(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})(?![a-z\d'])")
"""Of a text in lower case. No figure holds one of these words, so the two never overlap."""
_GAP = re.compile(r"[ \t]{1,2}|[ ]?-[ ]?")


@dataclass(frozen=True, slots=True)
class Token:
    start: int
    end: int
    kind: Kind
    value: float
    word: str
    is_joined: bool  # nothing but a gap lies between it and the token before
    is_hyphened: bool = False  # and the gap is a hyphen


@dataclass(frozen=True, slots=True)
class Read:
    """The tokens [., after) read as one value."""

    after: int
    value: float


def tokens_of(text: str) -> list[Token]:
    tokens: list[Token] = []
    end = -1
    for match in sorted([*_FIGURES.finditer(text), *_WORD.finditer(lowered(text))], key=re.Match.start):
        is_joined = end >= 0 and _GAP.fullmatch(text, end, match.start()) is not None
        start, written = match.start(), match.group()
        if match.re is _WORD:
            kind, value = _WORDS[written]
            is_hyphened = is_joined and "-" in text[end:start]
            tokens.append(Token(start, match.end(), kind, value, written, is_joined, is_hyphened))
        elif match["dotted"]:
            tokens.append(Token(start, match.end(), "dotted", 0, written, False))
        else:
            read = figure_value(written)
            if read is None:
                continue
            tokens.append(Token(start, match.end(), "figure", read, written, is_joined))
        end = match.end()
    return tokens


class Run:
    """The tokens from one on that stand together, with what was read of them. One per attempt, thrown away after."""

    def __init__(self, tokens: Sequence[Token], at: int) -> None:
        end = at + 1
        while end < len(tokens) and end - at < MAX_TOKENS and tokens[end].is_joined:
            end += 1
        self.tokens = tokens
        self.end = end

    def kind(self, at: int) -> str:
        return self.tokens[at].kind if at < self.end else ""

    def word(self, at: int) -> str:
        return self.tokens[at].word if at < self.end else ""

    def value(self, at: int) -> float:
        return self.tokens[at].value
