"""Score what pages name against their truth: right, wrong, missing, and what would have been filled in unasked.

In: truth and found fields by name. Out: one Outcome a field. A value is right when it says the same as the truth:
width, case, spaces and the punctuation of ratings aside. What this does not know: which pages there are.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from vision import PageField

NUMBER = re.compile(r"\d+(?:\.\d+)?")
LATIN_NAME = re.compile(r"[a-z]{2,20}")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one field of one page; `expected` is "" where the page does not show what was found."""

    page: str
    language: str
    layout: str
    wear: tuple[str, ...]
    field: str
    expected: str
    found: str
    confidence: float
    is_verified: bool = False

    @property
    def is_right(self) -> bool:
        return bool(self.expected) and bool(self.found) and is_same(self.field, self.found, self.expected)


@dataclass(frozen=True, slots=True)
class Tally:
    """Shares over outcomes. `wrong_autos` counts values wrong and at or above the threshold."""

    expected: int
    right: int
    missing: int
    wrong: int
    autos: int
    wrong_autos: int

    @property
    def share_right(self) -> float:
        return self.right / max(1, self.expected)

    @property
    def share_wrong_auto(self) -> float:
        return self.wrong_autos / max(1, self.autos)


def outcomes_of(
    truth: Mapping[str, str], found: Mapping[str, PageField], *, page: str, language: str, layout: str,
    wear: tuple[str, ...], scored: Sequence[str],
) -> Iterator[Outcome]:  # fmt: skip
    """Yield an outcome for each field that the page shows or that was found; of the latter those in `scored` only."""
    for name in dict.fromkeys((*truth, *found)):
        base = name.rstrip("0123456789") if name.startswith("item_") and name[5:].isdigit() else name
        if name not in truth and not any(base.startswith(one) for one in scored):
            continue
        value = found.get(name)
        yield Outcome(
            page,
            language,
            layout,
            wear,
            name,
            truth.get(name, ""),
            value.value if value else "",
            value.confidence if value else 0.0,
            value is not None and value.code_box is not None,
        )


def tally(outcomes: Iterable[Outcome], *, threshold: float) -> Tally:
    listed = list(outcomes)
    return Tally(
        expected=sum(bool(one.expected) for one in listed),
        right=sum(one.is_right for one in listed),
        missing=sum(bool(one.expected) and not one.found for one in listed),
        wrong=sum(bool(one.found) and not one.is_right for one in listed),
        autos=sum(one.confidence >= threshold for one in listed),
        wrong_autos=sum(one.confidence >= threshold and not one.is_right for one in listed),
    )


def is_same(field: str, found: str, expected: str) -> bool:
    """Say whether two spellings of a field's value say the same.

    >>> is_same("voltage", "220 V ~", "220V~"), is_same("voltage", "220V~ 50Hz", "220V~"), is_same("model", "A8", "AB")
    (True, False, False)
    """
    if field == "voltage":
        return NUMBER.findall(_folded(found)) == NUMBER.findall(_folded(expected))
    if field == "manufacture_date":
        return _date(found) == _date(expected)
    if field == "amount" or field.endswith("_price"):
        return NUMBER.findall(found.replace(",", "")) == NUMBER.findall(expected.replace(",", ""))
    if field == "brand":
        rest = _folded(found).removeprefix(_folded(expected))
        return rest == "" or (_folded(found).startswith(_folded(expected)) and bool(LATIN_NAME.fullmatch(rest)))
    return _folded(found) == _folded(expected)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).lower().replace("#", "").replace(",", "")
    return "".join(plain.split())


def _date(text: str) -> str:
    """Numbers of a date without leading zeros; a date without separators is split first."""
    plain = re.sub(r"\b(\d{4})(\d\d)(\d\d)\b", r"\1 \2 \3", unicodedata.normalize("NFKC", text).lower())
    return " ".join([*re.findall(r"[a-z]{3}", plain), *(str(int(number)) for number in re.findall(r"\d+", plain))])
