"""Two values of one field in, whether people would call them the same out: spelling, country codes, product names and
the words of a choice aside.

A value typed by a person is seldom spelt as ours. Where one value is a time without its hour, the day decides. It does
not know synonyms beyond the catalogue's names and the template's choices.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from nlp import Catalogue, TemplateField, fold
from nlp.extraction.belief import canonical
from nlp.phone import e164_of

TIME_FIELDS = ("date_time", "fault_time", "received_at", "appointment_time", "purchase_date")
_DATE = re.compile(r"(\d{4})\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})(?:日|号)?(?:[T\s]*(\d{1,2})[:：点时](\d{1,2})?)?")


@dataclass(frozen=True, slots=True)
class Sameness:
    """What decides: the region of phone numbers, and the products' names where there is a catalogue."""

    region: str = "CN"
    catalogue: Catalogue | None = None

    def is_same(self, field: TemplateField, one: str, other: str) -> bool:
        """Say whether two values of a field are one.

        >>> phone = TemplateField("phone", field="phone_number", label=None, question=None)
        >>> Sameness().is_same(phone, "+8613800138000", "138 0013 8000")
        True
        """
        one, other = fold(one).text, fold(other).text
        if canonical(one) == canonical(other):
            return bool(canonical(one)) or one == other
        if field.choices:
            return _choice(field, one) == _choice(field, other)
        if field.field == "phone_number":
            return e164_of(one, self.region) == e164_of(other, self.region) is not None
        if field.field in TIME_FIELDS:
            return _is_same_time(one, other)
        if field.field == "device_model" and self.catalogue is not None:
            codes = {self.catalogue.match(value).code for value in (one, other)}
            return len(codes) == 1 and None not in codes
        return False


def _choice(field: TemplateField, value: str) -> str:
    folded = canonical(value)
    return next(
        (
            choice.value
            for choice in field.choices
            if folded in {canonical(choice.value), *map(canonical, choice.words)}
        ),
        value,
    )


def _is_same_time(one: str, other: str) -> bool:
    """Compare as far as both tell: a day with a day, an hour and minute where both have them.

    >>> _is_same_time("2016-06-06T15:10:00", "2016/6/6 15:10"), _is_same_time("2016-06-06", "2016年6月6日 15:10")
    (True, True)
    >>> _is_same_time("2016-06-06T15:10:00", "2016-06-06 16:10")
    False
    """
    found = _DATE.search(one), _DATE.search(other)
    if found[0] is None or found[1] is None:
        return False
    parts = [[int(part) if part else None for part in match.groups()] for match in found if match]
    return all(left == right or left is None or right is None for left, right in zip(*parts, strict=True))
