"""A word of one language in, what the other calls it out: a dictionary of stems, Chinese to English and back.

It is what a question goes by whose own words stand nowhere in a knowledge base. The table is made from CC-CEDICT by
training.make_gloss_table, in the order of its words, and is read when it is first needed (10 MB). It knows single
words, not phrases, and not which of a word's senses is meant.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Container, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

TABLE = Path(__file__).with_name("glosses.txt")
LONGEST_WORD = 4
MOST_GLOSSES = 3
"""English stems of a Chinese word; five rank alike, and cost a fifth more lookups (2026-11-23)."""
MOST_WORDS = 6
"""Chinese words of an English stem, which has more senses than a Chinese word has."""
_HAN = re.compile(r"[\u3400-\u9fff]+")


@dataclass(frozen=True, slots=True)
class Rendering:
    """A token of the other language, and how likely it is what is meant, beside the word's likeliest: 0..1."""

    token: str
    share: float


def chinese_words(folded: str) -> Iterator[str]:
    """Yield the words of folded text that the dictionary has, the longest at each place.

    >>> list(chinese_words("无法创建数据集成"))
    ['无法', '创建', '数据', '集成']
    """
    yield from longest_words(folded, _Known())


def longest_words(folded: str, known: Container[str]) -> Iterator[str]:
    """Yield the words of folded text that are known, the longest at each place."""
    for run in _HAN.findall(folded):
        at = 0
        while at < len(run):
            size = next((size for size in range(LONGEST_WORD, 0, -1) if run[at : at + size] in known), 0)
            if size:
                yield run[at : at + size]
            at += size or 1


class _Known:
    """The words of the table."""

    def __contains__(self, word: object) -> bool:
        return bool(_line(str(word)))


def renderings(word: str) -> tuple[Rendering, ...]:
    """Return what a Chinese word, or an English stem, is in the other language; empty where the dictionary has none.

    >>> [one.token for one in renderings("退款")], "退款" in [one.token for one in renderings("refund")]
    (['refund'], True)
    """
    _, *found = _line(word).split(" ")
    return tuple(
        Rendering(token, share) for place, other in enumerate(found) for token, share in _indexed(other, _share(place))
    )


def _line(word: str) -> str:
    """Return the line of a word, "" where there is none."""
    table = _table()
    at = bisect_left(table, f"{word} ")
    return table[at] if at < len(table) and table[at].startswith(f"{word} ") else ""


@lru_cache(maxsize=1)
def _table() -> list[str]:
    return TABLE.read_text(encoding="utf-8").splitlines()


def _share(place: int) -> float:
    return 1 / (1 + place / 2)


def _indexed(word: str, share: float) -> Iterator[tuple[str, float]]:
    """Yield the tokens under which a word is indexed: a Chinese one's are its pairs."""
    if not _HAN.match(word):
        yield word, share
    for first, second in pairwise(word) if _HAN.match(word) else ():
        yield first + second, share / (len(word) - 1)
