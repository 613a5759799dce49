"""English repeats: daily, every other Friday, twice a week, on Mondays.

In: matches. Out: readings of sets. The expressions are in en.py.
"""

# ruff: noqa: E501 - the tables are read down, not across
from __future__ import annotations

from datetime import datetime

from nlp.dates.en_words import PARTS, WEEKDAY_NUMBERS, day_number, length_of
from nlp.dates.readings import Repeat
from nlp.dates.rules import Match

WORDS = {"hourly": "PT1H", "daily": "P1D", "everyday": "P1D", "nightly": "TNI", "weekly": "P1W", "biweekly": "P2W", "bi-weekly": "P2W",
         "fortnightly": "P2W", "monthly": "P1M", "bimonthly": "P2M", "quarterly": "P3M", "semiannual": "P0.5Y", "semi-annual": "P0.5Y",
         "semiannually": "P0.5Y", "semi-annually": "P0.5Y", "biannual": "P0.5Y", "biannually": "P0.5Y", "half-yearly": "P0.5Y", "yearly": "P1Y",
         "annually": "P1Y", "annual": "P1Y", "weekday": "XXXX-WXX-WD"}  # fmt: skip
UNITS = {"day": "P{}D", "week": "P{}W", "month": "P{}M", "year": "P{}Y", "hour": "PT{}H", "minute": "PT{}M", "second": "PT{}S",
         "quarter": "P3M", "weekend": "XXXX-WXX-WE", "morning": "TMO", "afternoon": "TAF", "evening": "TEV", "night": "TNI",
         "weekday": "XXXX-WXX-WD", "fortnight": "P2W", "decade": "P10Y"}  # fmt: skip


def repeat_word(match: Match, reference: datetime) -> Repeat:
    return Repeat(WORDS[match["word"].lower()])


def repeat(match: Match, reference: datetime) -> Repeat:
    """Read "every day", "every other week", "each Friday"."""
    if match["weekday"]:
        return Repeat(f"XXXX-WXX-{WEEKDAY_NUMBERS[match['weekday'].lower()[:3]]}")
    return Repeat(UNITS[match["unit"].lower()].format(2 if match["other"] else 1))


def repeat_weekdays(match: Match, reference: datetime) -> Repeat:
    return Repeat(f"XXXX-WXX-{WEEKDAY_NUMBERS[match['weekday'].lower()[:3]]}")


def repeat_parts(match: Match, reference: datetime) -> Repeat:
    word = match["part"].lower().removesuffix("s")
    return Repeat("XXXX-WXX-WE" if word == "weekend" else f"T{PARTS[word].code}")


def repeat_length(match: Match, reference: datetime) -> Repeat | None:
    """Read "every two weeks"; weekends are counted by themselves."""
    if match["weekends"]:
        return Repeat(f"P{day_number(match['weekends'])}WE")
    by = length_of(match["length"])
    return Repeat(by.timex) if by else None


def times_per(match: Match, reference: datetime) -> Repeat:
    return Repeat(UNITS[match["unit"].lower()].format(1))


def day_of_every_month(match: Match, reference: datetime) -> Repeat:
    return Repeat(f"XXXX-XX-{day_number(match['day']):02}")
