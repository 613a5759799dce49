"""The catalogue: which codes exist, what people call them, and which one a noisy reading meant.

In: rows of code, names and brand; a text that was typed, said or read from a picture. Out: the code it means, how sure
that is, and the rivals; or an honest none. It does not know where the text stood (see nlp/fields/device_model.py).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import add

from nlp.extraction.catalogue_channel import (
    Channel,
    look_alikes,
    reader_channel,
    speller_channel,
    typist_channel,
)
from nlp.extraction.catalogue_decision import (
    EXACT_CONFIDENCE,
    MAX_CANDIDATES,
    NO_MATCH,
    SOUND_CONFIDENCE,
    SUGGEST_CONFIDENCE,
    CatalogueMatch,
    Reading,
    TextSource,
    belief_of_cover,
    beliefs_of,
    decided,
)
from nlp.extraction.catalogue_heard import read_heard
from nlp.extraction.catalogue_keys import (
    MAX_QUERY_CHARS,
    is_findable,
    key_of,
    keys_within,
    skeleton_of,
    spoken_skeleton_of,
)
from nlp.extraction.catalogue_names import Family, NameIndex
from nlp.extraction.catalogue_near import NearIndex
from nlp.extraction.catalogue_spelling import spelt_key
from nlp.extraction.spoken import read_spoken
from nlp.records import CatalogueInvalid

PIECE_CONFIDENCE = 0.99
"""A listed code that stands whole among other words of a line; the words may yet speak of another product."""


_CHANNELS: Mapping[TextSource, Callable[[], Channel]] = {
    "ocr": reader_channel,
    "text": typist_channel,
    "speech": speller_channel,
}


WORN_READING = 3
"""A reader that lost case or dashes of a code bent other characters three times as often: one sister is then enough to
suggest rather than fill, as two are in a clean reading."""
SPELT_CONFIDENCE = 0.97
"""A listed code that was spelt to the letter; letters share names, so it is offered rather than filled."""
MAX_PRODUCTS = 200_000
"""Twenty times what a large maker sells; a search then takes 20 ms, and the index half a gigabyte."""
MAX_CODE_CHARS = 100
MAX_NAMES = 50
Row = Mapping[str, str | Sequence[str]]
CALLED_BELOW = 0.9
"""A code that is this sure needs no look at the names."""


@dataclass(frozen=True, slots=True)
class Product:
    code: str
    names: tuple[str, ...] = ()
    brand: str = ""  # several spellings are separated by "|"


@dataclass(frozen=True, slots=True)
class RowRejected:
    """A row of a catalogue's file that no product could be made of; rows count from 1, the header not among them."""

    row: int
    reason: str


@dataclass(frozen=True, slots=True)
class Found:
    """A product named in a text: [start, end) in code points."""

    code: str
    start: int
    end: int
    score: float
    why: str


class Catalogue:
    """Products, indexed for exact, look-alike and near matches. Immutable after construction; threads may share it."""

    def __init__(self, products: Iterable[Product], *, rejected: Sequence[RowRejected] = ()) -> None:
        self.rejected = tuple(rejected)
        self.products: dict[str, Product] = {product.code: product for product in products if product.code}
        self._codes_by_key: dict[str, list[str]] = defaultdict(list)
        for product in self.products.values():
            self._put(key_of(product.code), product.code)
            for name in product.names:
                self._put_name(product, name)
        self._codes = list(dict.fromkeys(key_of(code) for code in self.products))
        self._near_codes = NearIndex(self._codes, fold=skeleton_of)
        self._names = NameIndex(
            (product.code, name, _listed(product.brand)) for product in self.products.values() for name in product.names
        )
        self._near_spelt = NearIndex(self._codes, fold=spoken_skeleton_of)
        self._lengths_by_prefix: dict[str, set[int]] = defaultdict(set)
        for key in self._codes_by_key:
            if is_findable(key):
                self._lengths_by_prefix[key[:2]].add(len(key))
        self._lengths = {prefix: sorted(lengths, reverse=True) for prefix, lengths in self._lengths_by_prefix.items()}

    @classmethod
    def from_rows(cls, rows: Iterable[Row | RowRejected]) -> Catalogue:
        """Read rows of {code, names, brand}; names are a list or separated by "|". A code met again adds names.

        Rows without a code are left out and kept in `rejected`. Raises CatalogueInvalid where no row is left.
        """
        products: dict[str, Product] = {}
        rejected: list[RowRejected] = []
        for number, row in enumerate(rows, start=1):
            found = row if isinstance(row, RowRejected) else _product_of(row, number)
            if isinstance(found, RowRejected):
                rejected.append(found)
                continue
            known = products.get(found.code, found)
            names = tuple(dict.fromkeys((*known.names, *found.names)))[:MAX_NAMES]
            products[found.code] = Product(found.code, names, known.brand or found.brand)
            if len(products) > MAX_PRODUCTS:
                raise CatalogueInvalid(f"the catalogue has more than {MAX_PRODUCTS:,} products; split it")
        if not products:
            first = f" ({rejected[0].reason})" if rejected else ""
            raise CatalogueInvalid(
                f"the catalogue has no rows{first}; give csv or jsonl with the columns code, names, brand"
            )
        return cls(products.values(), rejected=tuple(rejected))

    def __len__(self) -> int:
        return len(self.products)

    def __contains__(self, code: object) -> bool:
        return code in self.products

    def listed(self, text: str) -> tuple[str, ...]:
        """Return the codes that a text is to the letter, dashes and capitals aside."""
        return tuple(self._codes_by_key.get(key_of(text[:MAX_QUERY_CHARS]), ()))

    def match(self, text: str, *, source: TextSource = "text") -> CatalogueMatch:
        """Say which product a name or code means."""
        text = text[:MAX_QUERY_CHARS]
        key = key_of(text)
        if not key:
            return NO_MATCH
        codes = self._codes_by_key.get(key)
        if codes:
            sure = self._sure_of(key, text) if source == "ocr" else EXACT_CONFIDENCE
            return decided([Reading(tuple(codes), sure)], may_fill=True)
        named = self._names.exact(text)
        if named is not None:
            return decided([Reading(named.codes, EXACT_CONFIDENCE)], may_fill=True)
        searches = {"ocr": self._as_read, "speech": self._as_heard, "text": self._as_typed}
        readings = list(searches[source](text))
        if source != "speech" and (not readings or readings[0].confidence < CALLED_BELOW):
            readings.extend(self._as_called(text))
        return decided(_first_of_each(readings), may_fill=source != "text")

    def _as_read(self, text: str) -> Iterator[Reading]:
        """Read a label's line: a listed code in it, or the piece that is nearest to one."""
        keys = keys_within(text)
        whole = next((key for key in keys[1:] if len(key) >= 5 and self._codes_by_key.get(key)), "")
        if whole:
            yield Reading(tuple(self._codes_by_key[whole]), min(PIECE_CONFIDENCE, self._sure_of(whole, text)))
            return
        found = [self._near_key(key, source="ocr") for key in keys[:4]]
        yield from max(found, key=lambda readings: readings[0].confidence if readings else 0, default=[])

    def _sure_of(self, key: str, text: str) -> float:
        """Return how sure a listed code is that was read: less where it may be a look-alike sister, misread."""
        rivals = sum(
            math.exp(-cost)
            for at, character in enumerate(key)
            for other, cost in look_alikes(character)
            if f"{key[:at]}{other}{key[at + 1 :]}" in self._codes_by_key
        )
        is_clean = any(code in text for code in self._codes_by_key[key])
        return EXACT_CONFIDENCE / (1 + (1 if is_clean else WORN_READING) * rivals)

    def _as_typed(self, text: str) -> Iterator[Reading]:
        yield from self._near_key(key_of(text), source="text")

    def _as_heard(self, text: str) -> Iterator[Reading]:
        spelt = spelt_key(text)
        if spelt in self._codes_by_key:
            yield Reading(tuple(self._codes_by_key[spelt]), SPELT_CONFIDENCE)
            return
        if spelt:
            readings = self._near_key(spelt, source="speech")
            yield from readings
            if readings and readings[0].confidence >= SUGGEST_CONFIDENCE:
                return
        said = read_heard(text, self._names.lexicon)
        yield from self._covering(self._names.near_words(said.words), strain=said.cost, at_most=SOUND_CONFIDENCE)

    def _near_key(self, key: str, *, source: TextSource) -> list[Reading]:
        index = self._near_spelt if source == "speech" else self._near_codes
        near = index.near(key, _CHANNELS[source]())
        beliefs = beliefs_of(near, listed=len(self._codes), source=source)
        return [
            Reading(tuple(self._codes_by_key[self._codes[number]]), belief)
            for number, belief in zip(near.keys, beliefs, strict=True)
        ]

    def _as_called(self, text: str) -> Iterator[Reading]:
        """Find the name that people shorten so."""
        yield from self._covering(self._names.near(text))

    def _covering(self, families: Sequence[Family], *, strain: float = 0.0, at_most: float = 1.0) -> Iterator[Reading]:
        rival = families[1].cover if len(families) > 1 else 0.0
        for family in families[:MAX_CANDIDATES]:
            yield Reading(family.codes, at_most * belief_of_cover(family.cover, rival, strain=strain))
            rival = families[0].cover

    def find_in(self, text: str) -> tuple[Found, ...]:
        """Find codes and names as they stand in a text, longest first at each place."""
        view = read_spoken(text)
        at = [index for index, character in enumerate(view.text) if character.isalnum()]
        squeezed = "".join([view.text[index].upper()[:1] for index in at])
        found: list[Found] = []
        free_from = 0
        for position, prefix in enumerate(map(add, squeezed, squeezed[1:])):  # few are the beginning of a key
            if prefix not in self._lengths or position < free_from:
                continue
            length = self._length_at(squeezed, position, at, view.text)
            if length:
                codes = self._codes_by_key[squeezed[position : position + length]]
                start, end = view.span(at[position], at[position + length - 1] + 1)
                found.extend(Found(code, start, end, 0.93 / len(codes), "catalogue") for code in codes)
                free_from = position + length
        return tuple(found)

    def _length_at(self, squeezed: str, position: int, at: Sequence[int], text: str) -> int:
        if position and not _is_boundary(text, at[position]):
            return 0
        for length in self._lengths[squeezed[position : position + 2]]:
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


def _product_of(row: Row, number: int) -> Product | RowRejected:
    code = str(row.get("code") or "").strip()
    if not code:
        return RowRejected(number, f"row {number} has no code")
    if len(code) > MAX_CODE_CHARS:
        return RowRejected(number, f"row {number}: the code is longer than {MAX_CODE_CHARS} characters")
    names = [name for column in ("names", "name", "aliases") for name in _listed(row.get(column))]
    too_long = next((name for name in names if len(name) > MAX_QUERY_CHARS), None)
    if too_long is not None or len(names) > MAX_NAMES:
        return RowRejected(number, f"row {number}: at most {MAX_NAMES} names of {MAX_QUERY_CHARS} characters")
    return Product(code, tuple(dict.fromkeys(names)), str(row.get("brand") or "").strip()[:MAX_QUERY_CHARS])


def _is_boundary(text: str, at: int) -> bool:
    """Say whether a Latin word or number does not run on across `at`."""
    if at <= 0 or at >= len(text):
        return True
    before, behind = text[at - 1], text[at]
    return not (before.isascii() and behind.isascii() and before.isalnum() and behind.isalnum())


def _listed(names: str | Sequence[str] | None) -> list[str]:
    pieces = names.split("|") if isinstance(names, str) else [str(name) for name in names or ()]
    return [piece.strip() for piece in pieces if piece.strip()]


def _first_of_each(readings: Iterable[Reading]) -> list[Reading]:
    """Keep the surest reading for each set of codes."""
    best: dict[tuple[str, ...], Reading] = {}
    for reading in readings:
        known = best.get(reading.codes)
        if known is None or known.confidence < reading.confidence:
            best[reading.codes] = reading
    return list(best.values())
