"""The catalogue: which codes exist, what people call them, and which one a noisy reading meant.

In: rows of code, names and brand; a text that was typed, said or read from a picture. Out: the code it means, how sure
that is, and the rivals; or an honest none. It does not know where the text stood (see nlp/fields/device_model.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import Levenshtein

from nlp.extraction.spoken import read_spoken
from nlp.records import Candidate, CatalogueInvalid

TextSource = Literal["ocr", "speech", "text"]
MatchStatus = Literal["auto", "suggest", "none"]

MAX_QUERY_CHARS = 200
"""Longer than any product name in use; beyond it a query is a text, not a name."""
MAX_CANDIDATES = 5
MIN_SIMILARITY = 0.6
"""Two random codes of eight characters share about a third of their letters; below .6 a resemblance says nothing."""
AUTO_CONFIDENCE = 0.98
SUGGEST_CONFIDENCE = 0.5

EDIT_COST = 2.2
"""Log-odds of one more edit. Chosen so that a code one edit away beats one two edits away by 9 : 1;
what that does on noisy codes is measured by training/eval_prefill.py."""
NONE_COST = 0.55
"""Log-odds against "none of these" for each character of the query: an eight-character code may differ by two."""

# Characters that readers and people take for one another, folded to one each.
_CONFUSABLE = str.maketrans("ODQILSBGZMN", "000115862HH")


@dataclass(frozen=True, slots=True)
class Product:
    code: str
    names: tuple[str, ...] = ()
    brand: str = ""  # several spellings are separated by "|"


@dataclass(frozen=True, slots=True)
class CatalogueMatch:
    """`code` is None where nothing in the catalogue is meant."""

    code: str | None
    status: MatchStatus
    confidence: float
    candidates: tuple[Candidate, ...] = ()


NO_MATCH = CatalogueMatch(None, "none", 0.0)


@dataclass(frozen=True, slots=True)
class Found:
    """A product named in a text: [start, end) in code points."""

    code: str
    start: int
    end: int
    score: float
    why: str


def key_of(text: str) -> str:
    """Keep letters, digits and Han characters, in capitals: what is left when spaces and dashes are a matter of taste.

    >>> key_of("Kfr-35 GW/n8")
    'KFR35GWN8'
    """
    return "".join(character for character in read_spoken(text).text.upper() if character.isalnum())


def skeleton_of(key: str) -> str:
    """Fold the characters that look alike.

    >>> skeleton_of("KFR35GWO") == skeleton_of("KFR3SGW0")
    True
    """
    return key.translate(_CONFUSABLE)


class Catalogue:
    """Products, indexed for exact, look-alike and near matches. Immutable after construction; threads may share it."""

    def __init__(self, products: Iterable[Product]) -> None:
        self.products: dict[str, Product] = {product.code: product for product in products if product.code}
        self._codes_by_key: dict[str, list[str]] = defaultdict(list)
        for product in self.products.values():
            self._put(key_of(product.code), product.code)
            for name in product.names:
                self._put_name(product, name)
        self._codes_by_skeleton: dict[str, set[str]] = defaultdict(set)
        for key, codes in self._codes_by_key.items():
            self._codes_by_skeleton[skeleton_of(key)].update(codes)
        self._skeletons = list(self._codes_by_skeleton)
        self._lengths_by_prefix: dict[str, set[int]] = defaultdict(set)
        for key in self._codes_by_key:
            if is_findable(key):
                self._lengths_by_prefix[key[:2]].add(len(key))
        self._lengths = {prefix: sorted(lengths, reverse=True) for prefix, lengths in self._lengths_by_prefix.items()}

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, str | Sequence[str]]]) -> Catalogue:
        """Read rows of {code, names, brand}; names are a list or separated by "|".

        Raises CatalogueInvalid where a row has no code, or there are no rows.
        """
        products: list[Product] = []
        for number, row in enumerate(rows, start=1):
            code = str(row.get("code") or "").strip()
            if not code:
                raise CatalogueInvalid(f"row {number} has no code; the columns are code, names, brand")
            names = [name for column in ("names", "name", "aliases") for name in _listed(row.get(column))]
            products.append(Product(code, tuple(dict.fromkeys(names)), str(row.get("brand") or "").strip()))
        if not products:
            raise CatalogueInvalid("the catalogue has no rows; give csv or jsonl with the columns code, names, brand")
        return cls(products)

    def __len__(self) -> int:
        return len(self.products)

    def __contains__(self, code: object) -> bool:
        return code in self.products

    def match(self, text: str, *, source: TextSource = "text") -> CatalogueMatch:
        """Say which product a name or code means."""
        key = key_of(text[:MAX_QUERY_CHARS])
        if not key:
            return NO_MATCH
        exact = self._codes_by_key.get(key)
        if exact:
            return _decided([Candidate(code, 0.995 if len(exact) == 1 else 1 / len(exact)) for code in exact])
        return _decided(self._near(key, source=source))

    def find_in(self, text: str) -> tuple[Found, ...]:
        """Find codes and names as they stand in a text, longest first at each place."""
        view = read_spoken(text)
        at = [index for index, character in enumerate(view.text) if character.isalnum()]
        squeezed = "".join(view.text[index].upper()[:1] for index in at)
        found: list[Found] = []
        position = 0
        while position < len(squeezed):
            length = self._length_at(squeezed, position, at, view.text)
            if length:
                codes = self._codes_by_key[squeezed[position : position + length]]
                start, end = view.span(at[position], at[position + length - 1] + 1)
                found.extend(Found(code, start, end, 0.93 / len(codes), "catalogue") for code in codes)
            position += length or 1
        return tuple(found)

    def _length_at(self, squeezed: str, position: int, at: Sequence[int], text: str) -> int:
        if position and not _is_boundary(text, at[position]):
            return 0
        for length in self._lengths.get(squeezed[position : position + 2], ()):
            stop = position + length
            if stop > len(squeezed) or squeezed[position:stop] not in self._codes_by_key:
                continue
            is_tight = at[stop - 1] - at[position] < 2 * length  # a sentence is not a code with very wide gaps
            if is_tight and _is_boundary(text, at[stop - 1] + 1):
                return length
        return 0

    def _put(self, key: str, code: str) -> None:
        if key and code not in self._codes_by_key[key]:
            self._codes_by_key[key].append(code)

    def _put_name(self, product: Product, name: str) -> None:
        self._put(key_of(name), product.code)
        for brand in _listed(product.brand):
            if not key_of(name).startswith(key_of(brand)):
                self._put(key_of(brand + name), product.code)

    def _near(self, key: str, *, source: TextSource) -> list[Candidate]:
        skeleton = skeleton_of(key)
        twins = self._codes_by_skeleton.get(skeleton, set())
        if len(twins) == 1:
            # Reading errors are swaps of look-alikes; typing them is rarer, so typed text is suggested only.
            return [Candidate(next(iter(twins)), 0.985 if source == "ocr" else 0.9)]
        cutoff = int(len(skeleton) * (1 - MIN_SIMILARITY))
        distances = process.cdist(
            [skeleton], self._skeletons, scorer=Levenshtein.distance, score_cutoff=cutoff, dtype=np.uint8, workers=1
        )[0]
        best = np.argsort(distances, kind="stable")[: 4 * MAX_CANDIDATES]
        near = [(self._skeletons[i], int(distances[i])) for i in best if distances[i] <= cutoff]
        return self._ranked(key, near)

    def _ranked(self, key: str, near: list[tuple[str, int]]) -> list[Candidate]:
        """Order look-alike neighbours by what was really written, and share the belief out by distance."""
        costs: dict[str, float] = {}
        for skeleton, distance in near:
            for code in self._codes_by_skeleton[skeleton]:
                raw = Levenshtein.distance(key, key_of(code))
                costs[code] = min(costs.get(code, np.inf), distance + 0.1 * min(raw, 9))
        ranked = sorted(costs.items(), key=lambda pair: (pair[1], pair[0]))[:MAX_CANDIDATES]
        weights = [np.exp(-EDIT_COST * cost) for _, cost in ranked]
        nothing = np.exp(-NONE_COST * max(len(key), 1))
        total = sum(weights) + nothing
        return [Candidate(code, round(float(w / total), 4)) for (code, _), w in zip(ranked, weights, strict=True)]


def is_findable(key: str) -> bool:
    """Say whether a key is long enough to be looked for inside running text: two Han characters, or a short code."""
    if not key.isascii():
        return len(key) >= 2
    return len(key) >= 4 or (len(key) == 3 and any(c.isdigit() for c in key) and any(c.isalpha() for c in key))


def _is_boundary(text: str, at: int) -> bool:
    """Say whether a Latin word or number does not run on across `at`."""
    if at <= 0 or at >= len(text):
        return True
    before, behind = text[at - 1], text[at]
    return not (before.isascii() and behind.isascii() and before.isalnum() and behind.isalnum())


def _listed(names: str | Sequence[str] | None) -> list[str]:
    pieces = names.split("|") if isinstance(names, str) else [str(name) for name in names or ()]
    return [piece.strip() for piece in pieces if piece.strip()]


def _decided(candidates: list[Candidate]) -> CatalogueMatch:
    if not candidates:
        return NO_MATCH
    best = candidates[0]
    if best.confidence >= AUTO_CONFIDENCE:
        return CatalogueMatch(best.value, "auto", best.confidence, tuple(candidates))
    if best.confidence >= SUGGEST_CONFIDENCE:
        return CatalogueMatch(best.value, "suggest", best.confidence, tuple(candidates))
    return CatalogueMatch(None, "none", round(1 - sum(c.confidence for c in candidates), 4), tuple(candidates))
