"""Which English pieces a Chinese piece stands for, learned from pairs of texts: IBM's first model, by EM.

In: pairs of rows of numbers. Out: for each Chinese piece, English pieces and how likely each is. It knows no order of
words; an English piece that nothing in a sentence explains ("the") is left to a word that is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

NOBODY = 0
"""The Chinese piece that is in every sentence and in none: it takes the blame for what nothing explains."""
ROUNDS = 6
"""Brown et al. 1993 stop after about five: later rounds sharpen on rare words."""

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Link:
    """A Chinese piece says an English one with this chance; `seen` is how often it was met, in expectation."""

    chinese: Ints  # (k,)
    english: Ints  # (k,)
    chance: Floats  # (k,)
    seen: Floats  # (k,)


def align(pairs: Sequence[tuple[Sequence[int], Sequence[int]]], *, rounds: int = ROUNDS) -> Link:
    """Learn the chances; piece numbers of Chinese start at 1.

    >>> link = align([([1, 2], [7, 8]), ([1], [7]), ([2, 3], [8, 9])])
    >>> best = {int(zh): int(en) for zh, en, chance in zip(link.chinese, link.english, link.chance) if chance > 0.5}
    >>> best[1], best[2]
    (7, 8)
    """
    slots, chinese, english = _flat(pairs)
    base = int(english.max()) + 1
    codes, kind = np.unique(chinese * base + english, return_inverse=True)
    of_chinese: Ints = codes // base
    chance: Floats = np.ones(len(codes), np.float64)
    expected: Floats = np.zeros(len(codes), np.float64)
    for _ in range(rounds):
        weight = chance[kind]
        share = weight / np.bincount(slots, weight)[slots]  # who of the sentence said this English piece
        expected = np.bincount(kind, share, len(codes)).astype(np.float64)
        chance = expected / np.bincount(of_chinese, expected).astype(np.float64)[of_chinese]
    return Link(of_chinese, codes % base, chance, expected)


def _flat(pairs: Sequence[tuple[Sequence[int], Sequence[int]]]) -> tuple[Ints, Ints, Ints]:
    """Return, for every English piece of every pair and every Chinese one beside it, (slot, chinese, english)."""
    slots, chinese, english = [], [], []
    first = 0
    for left, right in pairs:
        said = np.array([NOBODY, *left], np.int64)
        heard = np.array(right, np.int64)
        slots.append(np.repeat(np.arange(first, first + len(heard)), len(said)))
        english.append(np.repeat(heard, len(said)))
        chinese.append(np.tile(said, len(heard)))
        first += len(heard)
    return np.concatenate(slots), np.concatenate(chinese), np.concatenate(english)
