"""Read numbers written in figures, as mathematics and either language write them.

In: the figures, from their sign to their multiplier. Out: the value. It does not know number words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.number_span import NumberSpan

MAX_POWER = 300
"""Beyond it a double overflows."""
_MULTIPLIERS = {"k": 10**3, "mil": 10**6, "m": 10**6, "g": 10**9, "b": 10**9, "bn": 10**9, "t": 10**12}
# 1,234,567 or 12,34,567 (India), then the plain ones
ARABIC = (
    r"(?:\d{1,3}(?:,\d{3}){1,6}(?!\d|,\d)|\d{1,2}(?:,\d{2}){1,4},\d{3}(?!\d|,\d)|\d{1,18}(?!\d|,\d{3}(?!\d)))"
    r"(?:\.\d{1,18}(?!\d)|(?!\.\d))"
)
_START = r"(?<![A-Za-z\d])(?<!\d\.)"
_FRACTION = r"(?<!\d-)(?<!\d/)(?:\d{1,9} )?\d{1,9}[/\u2044]\d{1,9}(?![/\d])"
_POWER = r"\d{1,18}(?:\.\d{1,12})?(?:e[+-]?\d{1,2}|\s?[x\u00d7*]\s?10\^[+-]?\d{1,2}|\^[+-]{0,2}\d{1,2})(?![\d.])"
_SIGN = r"-?"
_EUROPEAN = r"\d{1,3}(?:\.\d{3}){1,4},\d{1,2}(?![\d.])"
_SPACED = r"\d{1,3}(?:[ \u202f]\d{3}){1,4}(?![ \u202f]?\d)(?:\.\d{1,12}(?!\d))?"
# A bare 5G or 128 G is a network or a storage size; a billion is written with a decimal (1,674.5 G).
_BIG = r"(?:\d{1,3}(?:,\d{3}){0,4})?\.\d{1,12}\s?(?-i:[GTB])(?![A-Za-z\d])"
DOTTED = r"(?P<dotted>(?<![A-Za-z\d])(?<!\d\.)\d{1,9}(?:\.\d{1,9}){2,20}(?![A-Za-z\d]))"
"""An address or a version: its whole numbers stand alone."""
FIGURE = (
    rf"{_START}{_SIGN}(?:(?:{_FRACTION}|{_POWER}|{_EUROPEAN}|{_BIG}|{_SPACED})(?![A-Za-z\d])"
    rf"|(?:{ARABIC}|(?<!\.)\.\d{{1,18}}(?!\d))(?:\s?(?:k|mil)(?![a-z\d])|\s?(?-i:M)(?![A-Za-z\d])|(?![A-Za-z\d])))"
)
_TAIL = re.compile(r"\s?(?P<multiplier>k|mil|m|g|b|t)$", re.IGNORECASE)
_WHOLE = re.compile(r"\d+")


def whole_figures(dotted: str, start: int) -> Iterator[NumberSpan]:
    """Yield the whole numbers of "192.168.1.2"."""
    for match in _WHOLE.finditer(dotted):
        yield NumberSpan(start + match.start(), start + match.end(), float(match.group()), match.group())


def figure_value(written: str) -> float | None:
    """Read figures; None where they divide by nothing or are past what a double holds.

    >>> figure_value("1 4/5"), figure_value("1.3e6"), figure_value("-2.5^-1"), figure_value(".5"), figure_value("2.3k")
    (1.8, 1300000.0, -0.4, 0.5, 2300.0)
    >>> figure_value("12,34,567.89"), figure_value("1.111,11"), figure_value("6.23x10^-4"), figure_value("1 234 567")
    (1234567.89, 1111.11, 0.000623, 1234567.0)
    """
    sign, plain = (-1.0, written[1:].lstrip()) if written.startswith("-") else (1.0, written)
    plain = plain.lower().replace("\u2044", "/").replace("\u00d7", "x").replace("*", "x")
    if "/" in plain:
        whole, _, fraction = plain.rpartition(" ")
        above, _, below = fraction.partition("/")
        return sign * (int(whole or 0) + int(above) / int(below)) if int(below) else None
    if "x" in plain:
        base, _, power = plain.partition("x")
        return sign * float(f"{base.strip()}e{power.strip().removeprefix('10^')}")
    if "^" in plain:
        return _power(sign, plain)
    if "e" in plain:
        return sign * float(plain)
    tail = _TAIL.search(plain)
    times = _MULTIPLIERS[tail["multiplier"]] if tail else 1
    plain = plain[: tail.start()] if tail else plain
    if re.fullmatch(r"\d{1,3}(?:\.\d{3})+,\d{1,2}", plain):
        plain = plain.replace(".", "").replace(",", ".")
    return sign * times * float(re.sub(r"[, \u202f]", "", plain))


def _power(sign: float, plain: str) -> float | None:
    base, _, power = plain.partition("^")
    exponent = float(power.lstrip("+-")) * (-1 if power.count("-") == 1 else 1)
    if float(base) == 0 or len(base) * abs(exponent) >= MAX_POWER:
        return None
    return sign * float(float(base) ** exponent)
