"""Is a word ordinary? Then it was most likely said, and is not replaced by a name that only sounds like it.

In: text. Out: answers from a table of common words (ordinary_words.txt), read when first asked.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

LONGEST = 3
"""Characters of the table's longest Chinese words."""
_FUNCTION = frozenset(
    "的了是不在有个这那我你他她它们就也都和跟没得还行把被给到去来说要会能很太吗呢吧啊一二三四五六七八九十"
)
"""They join any neighbour: 我的, 买了, 没得."""


@cache
def ordinary_words() -> frozenset[str]:
    """Return the table."""
    table = files("speech.sounding").joinpath("ordinary_words.txt")
    return frozenset(table.read_text(encoding="utf-8").split())


def is_ordinary(word: str) -> bool:
    """Say whether one English or Chinese word is common.

    >>> is_ordinary("higher"), is_ordinary("隔离"), is_ordinary("各力")
    (True, True, False)
    """
    return word.lower() in ordinary_words()


def is_within_ordinary(text: str, start: int, end: int) -> bool:
    """Say whether an ordinary Chinese word lies in [start, end) or reaches into it, or a character there joins all.

    >>> is_within_ordinary("这个力度", 1, 3), is_within_ordinary("买各力空调", 1, 3)
    (True, False)
    """
    if not _FUNCTION.isdisjoint(text[start:end]):
        return True
    words = ordinary_words()
    return any(
        text[first : first + length] in words
        for length in range(2, LONGEST + 1)
        for first in range(max(0, start - length + 1), end)
    )


def is_tiled(text: str, start: int, end: int) -> bool:
    """Say whether ordinary words fill [start, end) exactly.

    >>> is_tiled("隔离空间", 0, 4), is_tiled("小天额", 0, 3)
    (True, False)
    """
    words = ordinary_words()
    reached = {start}
    for at in range(start, end):
        if at in reached:
            reached |= {at + length for length in (2, LONGEST) if text[at : at + length] in words}
    return end in reached
