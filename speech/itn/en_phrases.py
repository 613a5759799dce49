"""English amounts: money, percent, measures, ordinals, ranges, then whatever number is left.

In: folded text. Out: edits. AP style: figures for money, percent, measures and from 10 on; cardinals and ordinals below
ten stay words ("three of them", "the second time"). No thousands separators: a written number is compared as digits.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from speech.itn.edits import COUNTED_FROM, Edit, Kind
from speech.itn.en_numerals import BEGINS, ENDS, NUMBER, ONES, ORDINAL, SMALL, TEENS, TENS, ordinal, ordinal_value
from speech.itn.wetext_numbers import amount_of, en_figures

_IDIOMS = re.compile(
    rf"{BEGINS}(?:fifty fifty|one on one|ten to one|nine to five|one hundred and ten percent|at sixes and sevens"
    r"|(?:a|one) million (?:thanks|times)|twenty questions|ten out of ten|forty winks|catch twenty two|zero tolerance"
    rf"|back to square one){ENDS}"
)
_ALL_DAY = re.compile(rf"{BEGINS}twenty four seven{ENDS}")
_MONEY = re.compile(
    rf"{BEGINS}(?P<number>{NUMBER}) "
    rf"(?P<unit>(?:us )?dollars?|euros?|pounds?(?= (?:sterling|and {SMALL} pence))|yuan|rmb)"
    rf"(?: sterling)?(?:(?: and)? (?P<cents>{SMALL}) (?:cents?|pence))?{ENDS}"
)
_CENTS = re.compile(rf"{BEGINS}(?P<number>{NUMBER}) (?P<unit>cents?|pence)(?! worth){ENDS}")
_PRICE = re.compile(
    rf"\b(?P<cue>costs?|paid|price(?: is| was| of)?|charged(?: me)?|refund of|total(?: is| was| of)?|for only) "
    rf"(?P<whole>{SMALL}) (?P<cents>(?:{TENS})(?:[ -](?:{ONES}))?|{TEENS}){ENDS}"
    r"(?! (?:dollars|percent|days|times|hundred|thousand))"
)
_SIGNS = {"dollar": "$", "euro": "€", "pound": "£"}
_PERCENT = re.compile(rf"{BEGINS}(?P<sign>minus |negative )?(?P<number>{NUMBER}) ?(?:percent|per cent){ENDS}")
_UNITS = (
    "kilograms?|kilos?|kgs?|grams?|milligrams?|pounds|ounces|tons?|tonnes?|kilomet(?:er|re)s?|met(?:er|re)s?|centimet(?:er|re)s?"
    "|millimet(?:er|re)s?|inch(?:es)?|feet|foot|miles|lit(?:er|re)s?|millilit(?:er|re)s?|gallons?|volts?|kilovolts?|watts?"
    "|kilowatts?|kilowatt hours|amps?|amperes|milliamps?|hertz|megahertz|gigahertz|kilohertz|degrees?|gigabytes?|gigs?"
    "|megabytes?|megs?|terabytes?|kilobytes?|megabits?|megapixels?|pixels|bar|psi|p s i|decibels?|rpm|r p m|horsepower"
    "|square (?:feet|meters|metres)|cubic (?:feet|meters|metres)|ohms?|lumens?|mah|btus?|g b|m b"
)
_MEASURE = re.compile(
    rf"{BEGINS}(?P<sign>minus |negative )?"
    rf"(?P<number>{NUMBER}|(?P<oddly>{ONES}) (?P<tail>(?:{TENS})(?:[ -](?:{ONES}))?|{TEENS}))"
    rf"[ -](?P<unit>{_UNITS}){ENDS}"
)
_LETTERED = {"p s i": "psi", "r p m": "rpm", "g b": "GB", "m b": "MB"}
_A_LOT = frozenset(("a hundred", "a thousand", "a million", "a billion"))
_RANGE = re.compile(
    rf"{BEGINS}(?P<one>{NUMBER}) (?P<to>to|or|and) (?P<other>{NUMBER}){ENDS}(?! (?:hundred|thousand|million))"
)
_VERSION = re.compile(rf"{BEGINS}(?P<parts>{SMALL}(?: point {SMALL}){{2,3}}){ENDS}")
_DECIMAL = re.compile(rf"{BEGINS}(?P<sign>minus |negative )?(?P<number>{NUMBER}){ENDS}")
_ORDINAL = re.compile(rf"{BEGINS}(?P<ordinal>{ORDINAL}){ENDS}(?! (?:timer|delay|of a second))")
_HUNDREDTH = re.compile(rf"{BEGINS}(?P<number>(?:{ONES}) hundred)(?: and)? (?P<ordinal>{ORDINAL}){ENDS}")


def find_en_idioms(text: str) -> Iterator[Edit]:
    """Yield what holds numbers and is none."""
    for match in _IDIOMS.finditer(text):
        yield Edit(match.start(), match.end(), match.group(), "as_heard")
    for match in _ALL_DAY.finditer(text):
        yield Edit(match.start(), match.end(), "24/7", "time")


def find_en_prices(text: str) -> Iterator[Edit]:
    """Yield prices said without their currency, before they are taken for years: "I paid nineteen ninety nine"."""
    for match in _PRICE.finditer(text):
        figures = f"{en_figures(match['whole'])}.{int(en_figures(match['cents']) or 0):02}"
        yield Edit(match.start("whole"), match.end(), figures, "money")


def find_en_phrases(text: str) -> Iterator[Edit]:
    """Yield money, percent, measures and ranges."""
    for match in _MONEY.finditer(text):
        yield from _money(match)
    for match in _CENTS.finditer(text):
        yield from _edit(match, f" {match['unit']}", "money")
    for match in _PERCENT.finditer(text):
        yield from _edit(match, "%", "percent")
    for match in _MEASURE.finditer(text):
        unit = _LETTERED.get(match["unit"], match["unit"])
        if match["oddly"]:
            figures = f"{en_figures(match['oddly'])}{en_figures(match['tail'])}"
            yield Edit(match.start(), match.end(), f"{'-' if match['sign'] else ''}{figures} {unit}", "unit")
        else:
            yield from _edit(match, f" {unit}", "unit")
    for match in _RANGE.finditer(text):
        one, other = en_figures(match["one"]), en_figures(match["other"])
        if one and other and match["to"] != "and" and max(amount_of(one), amount_of(other)) >= COUNTED_FROM:
            yield Edit(match.start(), match.end(), f"{one} {match['to']} {other}", "number")
    for match in _VERSION.finditer(text):
        parts = [en_figures(part) or "" for part in match["parts"].split(" point ")]
        yield Edit(match.start(), match.end(), ".".join(parts), "code")
    for match in _DECIMAL.finditer(text):
        if "point " in match["number"]:
            yield from _edit(match, "", "number")


def find_en_counts(text: str) -> Iterator[Edit]:
    """Yield ordinals and numbers that nothing else has claimed, from ten on."""
    for match in _HUNDREDTH.finditer(text):
        value = int(en_figures(match["number"]) or 0) + ordinal_value(match["ordinal"])
        yield Edit(match.start(), match.end(), ordinal(value), "ordinal")
    for match in _ORDINAL.finditer(text):
        said, value = match["ordinal"], ordinal_value(match["ordinal"])
        if value >= COUNTED_FROM and not re.search(r"[ -]second$", said):
            yield Edit(match.start(), match.end(), ordinal(value), "ordinal")
    for match in _DECIMAL.finditer(text):
        figures = None if match["number"] in _A_LOT else _figures(match["number"])
        if figures and (amount_of(figures) >= COUNTED_FROM or "." in figures):
            yield from _edit(match, "", "number")


def _figures(said: str) -> str | None:
    """Return a number's figures; "point oh five" and "point fifteen" are read as they are meant."""
    whole, point, decimals = said.rpartition("point ")
    if not point or said[0].isdigit():
        return en_figures(said.replace(",", ""))
    large = next((word for word in ("million", "billion") if decimals.endswith(f" {word}")), "")
    words = decimals.removesuffix(large).strip()
    digits = "".join("0" if word == "oh" else en_figures(word) or "" for word in re.split("[ -]", words))
    if re.match(rf"(?:{TENS})[ -]", words):
        digits = en_figures(words) or digits
    head = en_figures(whole.strip()) if whole.strip() else "0"
    return f"{head}.{digits}{' ' + large if large else ''}" if head and digits else None


def _edit(match: re.Match[str], unit: str, kind: Kind) -> Iterator[Edit]:
    figures = _figures(match["number"])
    if figures:
        sign = "-" if match.groupdict().get("sign") else ""
        yield Edit(match.start(), match.end(), f"{sign}{figures}{unit}", kind)


def _money(match: re.Match[str]) -> Iterator[Edit]:
    figures = _figures(match["number"])
    if not figures:
        return
    cents = f".{int(en_figures(match['cents']) or 0):02}" if match["cents"] else ""
    unit = match["unit"].removeprefix("us ")
    sign = _SIGNS.get(unit.rstrip("s"), "")
    written = f"{sign}{figures}{cents}" if sign else f"{figures}{cents} {unit}"
    yield Edit(match.start(), match.end(), written, "money")
