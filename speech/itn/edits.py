"""An edit of heard text: which characters, what is written for them, and as what.

In: heard text. Out: the same text folded character for character, so that spans found in it hold in what was heard.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "date", "time", "money", "percent", "unit", "number", "ordinal", "code", "letters", "address", "term", "as_heard"
]
"""`as_heard` keeps a stretch from being edited: "十分感谢", "one of them"."""

COUNTED_FROM = 10
"""Counts below ten stay words, in both languages: GB/T 15835 leaves the choice, AP style asks for it."""

_PLAIN = str.maketrans(
    string.ascii_uppercase + "０１２３４５６７８９兩點號萬億塊錢個鐘負槓〇劃線橫",
    string.ascii_lowercase + "0123456789两点号万亿块钱个钟负杠零划线横",
)


@dataclass(frozen=True, slots=True)
class Edit:
    """Characters [start, end) of the heard text are written so."""

    start: int
    end: int
    written: str
    kind: Kind


Finder = Callable[[str], Iterator[Edit]]
"""Finds edits in folded text, left to right."""


def plain(text: str) -> str:
    """Fold ASCII capitals, full-width digits and traditional numerals; no character moves.

    >>> plain("訂單號 ＫFR 兩點")
    '訂單号 Ｋfr 两点'
    """
    return text.translate(_PLAIN)
