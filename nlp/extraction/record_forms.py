"""How one value stands in different records: dashes, spaces, capitals, country codes.

In: a field and a value as it was said; values that stand in a column. Out: the keys that the value may have, folded,
and the ways it may be written in such a column, so that an index finds it. It asks nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from nlp.extraction.belief import canonical
from nlp.phone import e164_of

PHONE_FIELDS = frozenset(("phone_number", "phone", "mobile"))
MAX_LAYOUTS = 8
"""Ways to set separators, of values of one length: a column that has more has no way of its own."""
MAX_FORMS = 32
"""Ways to write one value: as many look-ups in an index, about 5 microseconds each in SQLite."""

Layout = tuple[tuple[int, str], ...]  # (letters and digits before it, separators) in order


def keys_of(field: str, value: str, *, region: str = "CN") -> tuple[str, ...]:
    """Return the keys that a field's value may have in records: a phone number is kept with its country or without.

    >>> keys_of("phone_number", "+86 138-0013-8000")
    ('8613800138000', '13800138000', '013800138000', '008613800138000')
    >>> keys_of("order_number", "dd-2023 1105")
    ('DD20231105',)
    """
    key = canonical(value)
    if not key:
        return ()
    return _phone_keys(value, region) or (key,) if field in PHONE_FIELDS else (key,)


def value_of(field: str, written: str, *, region: str = "CN") -> str:
    """Return a record's value as fields write it: phone numbers in E.164 where they are known.

    >>> value_of("phone_number", "138 0013 8000"), value_of("order_number", "A-1")
    ('+8613800138000', 'A-1')
    """
    return (e164_of(written, region) or written) if field in PHONE_FIELDS else written


@lru_cache(maxsize=4096)
def _phone_keys(value: str, region: str) -> tuple[str, ...]:
    e164 = e164_of(value, region)
    if e164 is None:
        return ()
    import phonenumbers  # loaded by e164_of already

    number = phonenumbers.parse(e164)
    national = phonenumbers.national_significant_number(number)
    whole = f"{number.country_code}{national}"
    return (whole, national, f"0{national}", f"00{whole}")


@dataclass(frozen=True, slots=True)
class Writing:
    """How a column writes its values: by the number of letters and digits, where separators stand."""

    layouts: Mapping[int, tuple[Layout, ...]] = field(default_factory=dict)
    has_lower: bool = False
    has_plus: bool = False

    def forms(self, field: str, value: str, *, region: str = "CN") -> tuple[str, ...]:
        """Return the ways in which a value may stand in the column, the likeliest first."""
        found = {value: None, value.upper(): None}
        for key in keys_of(field, value, region=region):
            found[key] = None
            for layout in self.layouts.get(len(key), ()):
                found[_written(key, layout)] = None
            if self.has_plus:
                found[f"+{key}"] = None
        if self.has_lower:
            found.update(dict.fromkeys([form.lower() for form in found]))
        return tuple(found)[:MAX_FORMS]


def writing_of(values: Iterable[str]) -> Writing:
    """Learn how a column writes from some of its values.

    >>> writing = writing_of(["DD-20231105-8871", "DD-20231106-0042"])
    >>> "DD-20240518-9360" in writing.forms("order_number", "dd202405189360")
    True
    """
    counted: dict[int, Counter[Layout]] = {}
    has_lower = has_plus = False
    for value in values:
        has_lower = has_lower or (value != value.upper())
        has_plus = has_plus or value.startswith("+")
        key = canonical(value)
        layout = _layout_of(value.strip())
        if key and layout:
            counted.setdefault(len(key), Counter())[layout] += 1
    layouts = {
        length: tuple(layout for layout, _ in counts.most_common(MAX_LAYOUTS)) for length, counts in counted.items()
    }
    return Writing(layouts, has_lower, has_plus)


def _layout_of(value: str) -> Layout:
    layout: list[tuple[int, str]] = []
    alnum = 0
    for character in value:
        if character.isalnum():
            alnum += 1
        elif layout and layout[-1][0] == alnum:
            layout[-1] = (alnum, layout[-1][1] + character)
        else:
            layout.append((alnum, character))
    return tuple(layout)


def _written(key: str, layout: Layout) -> str:
    pieces: list[str] = []
    at = 0
    for position, separators in layout:
        pieces += (key[at:position], separators)
        at = position
    return "".join((*pieces, key[at:]))
