"""Cut Chinese text into the words of a table: the cut whose words are together the likeliest.

In: a text and a WordTable (word, log probability, tag). Out: Words in order; what no word covers is cut by character.
It knows no words of its own: the table comes with a tagger's model (see training/fit_tagger.py).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

MAX_WORD_CHARS = 8
UNKNOWN_TAG = "x"


@dataclass(frozen=True, slots=True)
class Word:
    """text[start:end] is a word; `tag` is its part of speech in the table."""

    start: int
    end: int
    tag: str


@dataclass(frozen=True, slots=True)
class WordEntry:
    log_probability: float
    tag: str


@dataclass(frozen=True, slots=True)
class WordTable:
    entries: Mapping[str, WordEntry]
    unknown: float  # log probability of a character that no word covers

    def cut(self, text: str) -> tuple[Word, ...]:
        """Return the likeliest cut.

        >>> WordTable.of([("空调", 50, "n"), ("空", 9, "a")]).cut("空调机")
        (Word(start=0, end=2, tag='n'), Word(start=2, end=3, tag='x'))
        """
        best = [0.0] * (len(text) + 1)
        ends = [0] * (len(text) + 1)
        tags = [UNKNOWN_TAG] * (len(text) + 1)
        for start in range(len(text) - 1, -1, -1):
            best[start], ends[start] = self.unknown + best[start + 1], start + 1
            for end in range(start + 1, min(len(text), start + MAX_WORD_CHARS) + 1):
                entry = self.entries.get(text[start:end])
                if entry is not None and entry.log_probability + best[end] > best[start]:
                    best[start], ends[start], tags[start] = entry.log_probability + best[end], end, entry.tag
        words: list[Word] = []
        at = 0
        while at < len(text):
            words.append(Word(at, ends[at], tags[at]))
            at = ends[at]
        return tuple(words)

    @staticmethod
    def of(rows: Iterable[tuple[str, int, str]]) -> WordTable:
        """Make a table of words with their counts and tags."""
        kept = [(word, max(count, 1), tag) for word, count, tag in rows if len(word) <= MAX_WORD_CHARS]
        total = math.log(sum(count for _, count, _ in kept) or 1)
        return WordTable({word: WordEntry(math.log(count) - total, tag) for word, count, tag in kept}, -total)


NO_WORDS = WordTable({}, 0.0)
