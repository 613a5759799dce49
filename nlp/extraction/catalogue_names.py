"""Names as people say them: "华为7i", "苹果13pm", "s22 ultra" find the product whose name shares what matters.

In: names with their codes and brands, then a query. Out: families (names apart from version and region) with how well
they cover the query, best first. It does not know sounds, nor how sure one must be.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from nlp.extraction.catalogue_lexicon import Lexicon
from nlp.extraction.catalogue_words import WEAK_WORDS, core_of, words_of

NUMBER_WEIGHT = 1.6
"""A number tells generations apart: of two names that share as much, the one with the right number is meant."""
WEAK_WEIGHT = 0.1
PAIR_WEIGHT = 0.35
MISSING_COST = 0.3
"""What a name says beyond the query costs a third of what the query says beyond the name: people shorten."""
MIN_FUZZY_CHARS = 4
_SHORT: dict[str, tuple[str, ...]] = {
    "u": ("ultra",),
    "p": ("pro",),
    "s": ("series",),
    "ed": ("edition",),
    "y": ("youth",),
}


@dataclass(frozen=True, slots=True)
class Family:
    """Codes that share a name: `cover` 0..1 of query and name together; `is_exact` where they are the same words."""

    codes: tuple[str, ...]
    cover: float
    is_exact: bool


@dataclass(slots=True)
class _Query:
    words: list[str]
    features: dict[str, float]
    asked: float


class NameIndex:
    """Names by their words. Immutable after construction; threads may share it."""

    def __init__(self, names: Iterable[tuple[str, str, Sequence[str]]]) -> None:
        codes: dict[tuple[str, ...], dict[str, None]] = {}
        brands: dict[tuple[str, ...], set[str]] = defaultdict(set)
        full: dict[tuple[str, ...], None] = {}
        for code, name, brand_names in names:
            for part in name.split(" / ") if " / " in name else [name]:
                words = words_of(part)
                core = core_of(words)
                full[words] = None
                if not core:
                    continue
                codes.setdefault(core, {})[code] = None
                brands[core].update(word for brand in brand_names for word in words_of(brand))
        self._codes = [tuple(found) for found in codes.values()]
        self._cores = {core: row for row, core in enumerate(codes)}
        self._count = len(codes)
        given = {(word,): None for found in brands.values() for word in found}
        self.lexicon = Lexicon((*full, *given))
        self._index(list(codes), brands)

    def _index(self, cores: list[tuple[str, ...]], brands: dict[tuple[str, ...], set[str]]) -> None:
        rows: dict[str, list[int]] = defaultdict(list)
        for row, core in enumerate(cores):
            for feature in {*_features(core), *brands[core]}:
                rows[feature].append(row)
        self._rows = {feature: np.array(found, dtype=np.int32) for feature, found in rows.items()}
        self._vocabulary = [word for word in rows if word.isascii() and word.isalpha() and len(word) >= MIN_FUZZY_CHARS]
        self._wanted = np.zeros(len(cores), dtype=np.float32)
        for row, core in enumerate(cores):
            self._wanted[row] = sum(
                self._weight(feature) for feature in dict.fromkeys(_features(core)) if feature not in brands[core]
            )
        self._optional = [frozenset(brands[core] & set(core)) for core in cores]

    def families(self) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Yield each name's words with the codes that bear it."""
        for core, row in self._cores.items():
            yield core, self._codes[row]

    def exact(self, text: str) -> Family | None:
        """Return the family whose words these are, in their order."""
        row = self._cores.get(core_of(words_of(text)))
        return None if row is None else Family(self._codes[row], 1.0, True)

    def near(self, text: str, *, limit: int = 8) -> list[Family]:
        """Return the families that cover the query best."""
        return self._nearest(self._query([known for word in words_of(text) for known in self._known(word)]), limit)

    def near_words(self, words: Sequence[str], *, limit: int = 8) -> list[Family]:
        """Return the families that cover words of the catalogue best."""
        return self._nearest(self._query(list(words)), limit)

    def _nearest(self, query: _Query, limit: int) -> list[Family]:
        if not query.features:
            return []
        shared = np.zeros(self._count, dtype=np.float32)
        for feature, weight in query.features.items():
            rows = self._rows.get(feature)
            best = np.zeros(self._count, dtype=np.float32) if rows is None or feature in _SHORT else None
            if rows is not None and best is None:
                shared[rows] += weight
                continue
            assert best is not None
            if rows is not None:
                best[rows] = weight
            for spelt_out in _SHORT.get(feature, ()):
                if (others := self._rows.get(spelt_out)) is not None:
                    np.maximum.at(best, others, 0.8 * weight)
            shared += best
        return self._best(query, shared, limit)

    def _best(self, query: _Query, shared: NDArray[np.float32], limit: int) -> list[Family]:
        lacking = np.maximum(query.asked - shared, 0)
        extra = np.maximum(self._wanted - shared, 0)
        cover = shared / np.maximum(shared + lacking + MISSING_COST * extra, 1e-6)
        rows = np.argpartition(-cover, min(limit, self._count - 1))[:limit]
        ordered = sorted((int(row) for row in rows if cover[row] > 0), key=lambda row: (-cover[row], row))
        return [Family(self._codes[row], float(cover[row]), False) for row in ordered]

    def _query(self, words: list[str]) -> _Query:
        core = [word for word in words if word not in WEAK_WORDS] or words
        weights = {feature: self._weight(feature) for feature in _features(core)}
        asked = sum(weight for feature, weight in weights.items() if " " not in feature or feature in self._rows)
        return _Query(core, weights, asked)

    def _known(self, word: str) -> list[str]:
        """Split what is written together, and mend one slip in a long word."""
        if word in self._rows or word in WEAK_WORDS or not word.isascii() or not word.isalpha() or word in _SHORT:
            return [word]
        for at in range(len(word) - 1, 0, -1):
            if (
                word[:at] in self._rows
                and (word[at:] in self._rows or word[at:] in _SHORT)
                and max(at, len(word) - at) > 2
            ):
                return [word[:at], word[at:]]
        if len(word) < MIN_FUZZY_CHARS:
            return [word]
        found = process.extractOne(
            word, self._vocabulary, scorer=Levenshtein.distance, score_cutoff=1 if len(word) < 8 else 2
        )
        return [word] if found is None else [found[0]]

    def _weight(self, feature: str) -> float:
        rows = self._rows.get(feature)
        rarity = math.log(1 + self._count / (1 + (0 if rows is None else len(rows))))
        if " " in feature:
            return PAIR_WEIGHT * rarity
        if feature in WEAK_WORDS:
            return WEAK_WEIGHT * rarity
        return max(rarity, 1.0) * (NUMBER_WEIGHT if feature[0].isdigit() else 1.0)


def _features(words: Sequence[str]) -> list[str]:
    """Return the words, and neighbours together."""
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    return list(Counter([*words, *pairs]))
