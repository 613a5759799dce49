"""Where a recogniser heard digits one after the other: the places worth a second listening.

In: the words of a segment. Out: `Run`s of at least four words that name a digit, in English or Chinese, or are digits.
It takes no word's meaning further: what the digits are is heard again (see second_pass).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from speech.records import Word

FEWEST = 4
"""Digits of a run: the shortest order numbers; years and prices have as many, and are heard again for nothing."""
ENGLISH = {
    **{
        word: str(digit)
        for digit, word in enumerate(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"])
    },
    "oh": "0",
    "o": "0",
    "to": "2",
    "too": "2",
    "for": "4",
    "fore": "4",
    "won": "1",
    "ate": "8",
    "tree": "3",
}
"""With what a recogniser writes for a digit that sounds alike; such words open and close no run."""
ALIKE = frozenset(("o", "to", "too", "for", "fore", "won", "ate", "tree"))
CHINESE = {**{word: str(digit) for digit, word in enumerate("零一二三四五六七八九")}, "〇": "0", "幺": "1", "两": "2"}


@dataclass(frozen=True, slots=True)
class Run:
    """Words [first, last) of a segment, and the digits that they name."""

    first: int
    last: int
    digits: str


def runs_of(words: Sequence[Word]) -> tuple[Run, ...]:
    """Return the runs of a segment's words, in order.

    Examples
    --------
    >>> said = "order two oh to five please wait for one"
    >>> runs_of([Word(at, at + 1.0, text, 1.0) for at, text in enumerate(said.split())])
    (Run(first=1, last=5, digits='2025'),)
    """
    runs: list[Run] = []
    first = 0
    while first < len(words):
        last = first
        while last < len(words) and digits_of(words[last].text):
            last += 1
        runs += _run(words, first, last)
        first = max(last, first + 1)
    return tuple(runs)


def digits_of(text: str) -> str:
    """Return the digits that a word names; nothing where it names none or more than digits.

    Examples
    --------
    >>> digits_of(" Seven,"), digits_of("一二零"), digits_of("2934"), digits_of("mp3")
    ('7', '120', '2934', '')
    """
    bare = text.strip(" ,.，。、-").lower()
    if bare in ENGLISH:
        return ENGLISH[bare]
    named = [CHINESE.get(character, character if character in "0123456789" else "") for character in bare]
    return "".join(named) if all(named) else ""


def _run(words: Sequence[Word], first: int, last: int) -> list[Run]:
    while first < last and words[first].text.lower() in ALIKE:
        first += 1
    while first < last and words[last - 1].text.lower() in ALIKE:
        last -= 1
    digits = "".join(digits_of(word.text) for word in words[first:last])
    return [Run(first, last, digits)] if len(digits) >= FEWEST else []
