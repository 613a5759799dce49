"""Near search: the keys that a bent one may have been, each with what the bending costs, and what "none of them" costs.

In: keys once, then a query. Out: key numbers with log-likelihoods, and the log-likelihood that the query is of the same
make but not among them. It does not know codes from names, nor what to do with the answer.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from nlp.extraction.catalogue_channel import PADDING, Channel, symbols_of

MAX_KEY_CHARS = 48
"""Longer than any model code (the longest of 8,947 public ones has 24); what lies beyond is not compared."""
MAX_ALIGNED = 96
"""Neighbours that are aligned symbol by symbol: 96 x 16 x 24 cells take about .3 ms."""
MIN_SIMILARITY = 0.45
"""Two random codes of eight characters share about a third of their letters; below .45 a resemblance says nothing."""
_WEIGHTS = (0.62, 0.24, 0.10)  # of three, two and one symbol's history; the rest is spread evenly over the alphabet
_ALPHABET = 40.0
HALF_TRUSTED = 3.0


@dataclass(frozen=True, slots=True)
class Near:
    """Keys by likelihood, best first: log P(query | key), and log P(query | a key that is not listed)."""

    keys: tuple[int, ...]
    likelihoods: tuple[float, ...]
    stranger: float
    bent: float = 0.0  # what the best key's bending costs beyond keeping every symbol


class NearIndex:
    """Immutable; threads may share it."""

    def __init__(self, keys: Sequence[str], *, fold: Callable[[str], str]) -> None:
        self._fold = fold
        self._keys = [key[:MAX_KEY_CHARS] for key in keys]
        self._folded = [fold(key) for key in self._keys]
        self._lengths = np.array([len(key) for key in self._keys], dtype=np.int16)
        width = int(self._lengths.max(initial=1))
        self._symbols = np.full((len(self._keys), width), PADDING, dtype=np.uint8)
        for row, key in enumerate(self._keys):
            self._symbols[row, : len(key)] = symbols_of(key)
        self._make = Make(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def near(self, key: str, channel: Channel, *, limit: int = 8) -> Near:
        """Return the nearest keys."""
        key = key[:MAX_KEY_CHARS]
        stranger = self._make.log_likelihood(key)
        rows = self._neighbours(self._fold(key))
        if not len(rows):
            return Near((), (), stranger)
        costs = aligned_costs(symbols_of(key), self._symbols[rows], self._lengths[rows], channel)
        best = np.argsort(costs, kind="stable")[:limit]
        bent = float(costs[best[0]]) - channel.kept * len(key)
        return Near(tuple(int(rows[at]) for at in best), tuple(-float(costs[at]) for at in best), stranger, bent)

    def _neighbours(self, folded: str) -> NDArray[np.intp]:
        if not self._folded or not folded:
            return np.empty(0, dtype=np.intp)
        cutoff = max(1, int(len(folded) * (1 - MIN_SIMILARITY)))
        distances = process.cdist(
            [folded], self._folded, scorer=Levenshtein.distance, score_cutoff=cutoff, dtype=np.uint8, workers=1
        )[0]
        within = np.flatnonzero(distances <= cutoff)
        if len(within) <= MAX_ALIGNED:
            return within
        nearest = np.argpartition(distances[within], MAX_ALIGNED)[:MAX_ALIGNED]
        return within[nearest]


def aligned_costs(
    query: NDArray[np.uint8],  # (m,)
    keys: NDArray[np.uint8],  # (k, n) padded
    lengths: NDArray[np.int16],  # (k,)
    channel: Channel,
) -> NDArray[np.float32]:
    """Return the cheapest way from each key to the query, all keys at once."""
    losses = channel.loss[keys]  # (k, n)
    paid = np.concatenate([np.zeros((len(keys), 1), np.float32), np.cumsum(losses, axis=1)], axis=1)  # (k, n + 1)
    costs = paid.copy()
    for symbol in query:
        following = costs + channel.gain[symbol]
        swapped = costs[:, :-1] + channel.swap[symbol][keys]
        np.minimum(following[:, 1:], swapped, out=following[:, 1:])
        following -= paid
        np.minimum.accumulate(following, axis=1, out=following)
        costs = following + paid
    found: NDArray[np.float32] = costs[np.arange(len(keys)), lengths]
    return found


class Make:
    """How keys of this catalogue are made: a model of three symbols' history, for codes that are not listed."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._counts: Counter[str] = Counter()
        for key in keys:
            text = f"^^{key}$"
            for at in range(2, len(text)):
                for back in range(3):
                    self._counts[text[at - back : at + 1]] += 1
                    self._counts[text[at - back : at] + "\0"] += 1

    def log_likelihood(self, key: str) -> float:
        """Return log P(key) for a key made like those listed."""
        text = f"^^{key}$"
        total = 0.0
        for at in range(2, len(text)):
            chance = (1 - sum(_WEIGHTS)) / _ALPHABET
            for weight, back in zip(_WEIGHTS, (2, 1, 0), strict=True):
                history = self._counts.get(text[at - back : at] + "\0", 0)
                seen = self._counts.get(text[at - back : at + 1], 0)
                if back:  # a history met three times is trusted half
                    weight *= history / (history + HALF_TRUSTED)
                chance += weight * seen / max(history, 1)
            total += math.log(chance)
        return total
