"""The shapes of Chinese numbers, as pieces of regular expressions."""

from __future__ import annotations

DIGIT = "零一二两三四五六七八九"
COUNT = rf"(?:(?:[{DIGIT}十][{DIGIT}十百千万亿]{{0,24}})|\d+)"
"""A whole number: it starts with a digit or ten, so that 千万 and 百分 are none."""
NUMBER = rf"(?:{COUNT}(?:[点.](?:[{DIGIT}]{{1,8}}|\d{{1,8}})万?)?)"
NOT_AFTER = rf"(?<![{DIGIT}十百千万亿点第几多\d.])"
"""What stands before a number that begins here."""
MONTH = r"(?:十[一二]|[一二两三四五六七八九十]|1[0-2]|[1-9])"
DAY = r"(?:三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九]|[12]\d|3[01]|[1-9])"
HOUR = r"(?:二十[一二三四]?|十[一二三四五六七八九]?|[零一二两三四五六七八九]|1\d|2[0-4]|\d)"
MINUTE = r"(?:[二三四五]?十[一二三四五六七八九]?|零[一二三四五六七八九]|[0-5]\d)"
FIGURE = dict(zip("零一二两三四五六七八九幺洞拐勾", "012234567891079", strict=True))


def figures_one_by_one(said: str) -> str:
    """Return digits read out one by one.

    >>> figures_one_by_one("二零二四"), figures_one_by_one("2024")
    ('2024', '2024')
    """
    return "".join(FIGURE.get(sign, sign) for sign in said)
