"""English words of time: months, weekdays, clocks, parts of the day and durations.

In: matches. Out: numbers and readings that need no calendar.
"""

# ruff: noqa: E501 - tables and expressions are read down, not across
from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from nlp.dates import almanac
from nlp.dates.combine import in_part
from nlp.dates.numerals import EN_ONES_WORDS, EN_ORDINAL_WORDS, EN_TENS_WORDS, en_number
from nlp.dates.ranges import clock_range
from nlp.dates.readings import Clock, ClockSpan, DayPart, Length
from nlp.dates.rules import Match

MONTH_NUMBERS = {
    name: at
    for at, name in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
WEEKDAY_NUMBERS = {name: at for at, name in enumerate(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 1)}

MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
WEEKDAY = (
    r"(?P<weekday>mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:r(?:s(?:day)?)?)?"
    r"|fri(?:day)?|sat(?:urday)?|sun(?:day)?)"
)
_TENS = rf"(?:{EN_TENS_WORDS})"
_ONES = rf"(?:{EN_ONES_WORDS})"
DAY_NUMBER = (
    rf"(?P<day>(?:3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?|(?:twenty|thirty)[ -](?:{EN_ORDINAL_WORDS}|{EN_ONES_WORDS})"
    rf"|{EN_ORDINAL_WORDS})"
)
YEAR = (
    rf"(?P<year>(?:19|20)\d{{2}}|\d{{2}}(?![\d:/.]|\s?(?:am|pm|to|-))|nineteen\s{_TENS}(?:[ -]{_ONES})?"
    rf"|two\sthousand(?:\sand)?(?:\s{_ONES}|\s{_TENS}(?:[ -]{_ONES})?)?|twenty\s(?:{_TENS}(?:[ -]{_ONES})?))"
)

TURNS = {
    **dict.fromkeys(("this", "the", "current", "same", "that", "this same", "this current"), 0),
    **dict.fromkeys(("next", "coming", "upcoming", "following", "this coming", "this upcoming"), 1),
    **dict.fromkeys(("last", "previous", "past", "prior", "preceding", "this past", "this last"), -1),
}  # fmt: skip
TURN_WORDS = "|".join(sorted(TURNS, key=len, reverse=True)).replace(" ", r"\s")
NTH = rf"(?P<nth>last|(?:3[01]|[12]?\d)(?:st|nd|rd|th)|(?:twenty|thirty)[ -](?:{EN_ORDINAL_WORDS})|{EN_ORDINAL_WORDS})"


def turn_of(words: str) -> int:
    """Return how many periods from now "next", "last" and "this" are.

    >>> turn_of("next"), turn_of("Previous"), turn_of("this")
    (1, -1, 0)
    """
    return TURNS[" ".join(words.lower().split())]


def nth_of(words: str) -> int:
    """Return the number of "third" and 3rd; -1 for "last"."""
    return -1 if words.lower() == "last" else day_number(words)


PARTS = {
    "morning": DayPart("MO", 8, 12, False), "afternoon": DayPart("AF", 12, 16, True),
    "evening": DayPart("EV", 16, 20, True),
    "night": DayPart("NI", 20, 24, True), "daytime": DayPart("DT", 8, 18, False),
    "lunchtime": DayPart("MEL", 11, 13, True),
    "dinnertime": DayPart("MED", 16, 20, True),
    "night-time": DayPart("NT", 0, 8, True), "nighttime": DayPart("NT", 0, 8, True),
    "breakfast": DayPart("MEB", 8, 12, False), "brunch": DayPart("MER", 8, 12, False), "lunch": DayPart("MEL", 11, 13, True),
    "dinner": DayPart("MED", 16, 20, True), "supper": DayPart("MED", 16, 20, True),
    "business hours": DayPart("BH", 8, 18, False), "business hour": DayPart("BH", 8, 18, False),
}  # fmt: skip

_HALF = r"(?P<half>a\.?m\.?|p\.?m\.?|[ap]\sm|[ap]\.\sm\.?|[ap])(?![a-z0-9])"
_HOUR_WORDS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_MINUTE_WORDS = rf"\d{{1,2}}|{_TENS}(?:[ -]{_ONES})?|{_ONES}|(?:a\s)?quarter|half"
_OF_PART = r"(?:\s(?:in\sthe\s|at\s)?(?P<of_part>morning|afternoon|evening|night))?"

CLOCK = (
    r"(?<![a-z\d:.,/$#-])(?:(?P<hour>2[0-4]|[01]?\d)(?::|\.(?=[0-5]\d\s?[ap]\.?m))"
    r"(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d))?(?:\s?" + _HALF + r")?"
    r"|(?P<hour2>1[0-2]|0?[1-9])\s?"
    + _HALF.replace("half", "half2")
    + r"|(?:(?<=at\s)(?P<hour3>1[0-2]|[1-9])(?![\d:/%a-z-]|\.\d|\s\w)"
    r"|(?<=from\s)(?P<hour4>1[0-2]|[1-9])(?=\sfor\s\d)))"
    r"(?![\d:])"
)
CLOCK_WORDS = (
    rf"(?<![a-z])(?:(?P<hour>{_HOUR_WORDS}|1[0-2]|[1-9])"
    r"\s?(?:(?P<clock>o'?clock(?!\s?[ap]\.?m)|(?=\sin\sthe\s(?:morning|afternoon|evening)))|(?:o'?clock\s?)?(?P<half>a\.?m\.?|p\.?m\.?|[ap]\sm)(?![a-z0-9]))"
    rf"|(?P<noon>(?:12\s)?noon(?:ish)?|midday|mid-?\s?day)|(?P<midnight>(?:12\s)?mid-?\s?night)|(?P<mid>mid[\s-]?(?:morning|afternoon)))(?![a-z])"
)
_NO_HOUR_BEFORE = "".join(rf"(?<!{word}\s)" for word in _HOUR_WORDS.split("|"))
PAST_HOUR = (
    rf"(?<![a-z0-9]){_NO_HOUR_BEFORE}(?P<minute>{_MINUTE_WORDS})\s?(?:min(?:ute)?s?\s)?(?P<way>past|to|after|before)\s"
    rf"(?P<hour>{_HOUR_WORDS}|1[0-2]|[1-9])(?:\s?o'?clock|\s?(?P<half>[ap]\.?m\.?))?(?![a-z0-9:])"
)
WORD_CLOCK = (
    rf"(?<![a-z])(?:(?P<led>(?<=at\s)|(?<=from\s)|(?<=to\s)|(?<=till\s)|(?<=until\s)|(?<=between\s)|(?<=and\s)|(?<=th\s)|(?<=day\s)|(?<=for\s)))?"
    rf"(?P<hour>{_HOUR_WORDS})[\s-](?P<minute>(?:oh|o)\s(?:{_ONES})|ten|fifteen|five|(?:twenty|thirty|forty|fifty)(?:[\s-]five)?)"
    r"(?![a-z])(?:\s?(?P<half>a\.?m\.?|p\.?m\.?|[ap]\sm)(?![a-z]))?(?!\s(?:hundred|thousand|%|[a-z]{2,12}s(?![a-z])))"
)
JOINED_CLOCK = (
    r"(?<![a-z\d:.,/$#-])(?:(?P<hour>1[0-2]|0?[1-9])(?P<minute>[0-5]\d)\s?(?P<half>a\.?m\.?|p\.?m\.?)(?![a-z0-9])"
    r"|(?P<hour_h>2[0-3]|[01]?\d)h(?P<minute_h>[0-5]\d)(?![a-z0-9]))"
)
LED_HOUR = (
    rf"(?<=at\s)(?P<hour>{_HOUR_WORDS})"
    r"(?=[.,;!?]|$|\s(?:on|in|at|today|tomorrow|tonight|this|next|and|or|to|until|till|for|please|sharp)(?![a-z]))"
)
ISO_CLOCK = r"(?<=\d)t(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?(?:z|[+-]\d\d:?\d\d)?(?![\d:])"
BARE_HOURS = (
    rf"(?<![a-z0-9:/.-])(?:(?P<opening>from|between)\s)?(?P<first>{_HOUR_WORDS}|1[0-2]|[1-9])"
    rf"(?:[:.](?P<first_minute>[0-5]\d))?"
    rf"(?:\s?(?P<first_half>[ap]\.?m\.?))?\s?(?:-|to|and|until|till?)\s?(?P<last>{_HOUR_WORDS}|1[0-2]|[1-9])"
    rf"(?:[:.](?P<last_minute>[0-5]\d))?(?:\s?(?P<last_half>[ap]\.?m\.?)(?![a-z]))?{_OF_PART}(?![a-z0-9:/%]|-\d|\.\d)"
)


_DAY_BEFORE = re.compile(rf"(?:{WEEKDAY}|today|tomorrow|yesterday)\s$", re.IGNORECASE)
_DAY_BEHIND = re.compile(rf"\s(?:(?:next|this|last)\s)?(?:{WEEKDAY}|today|tomorrow|yesterday)(?![a-z])", re.IGNORECASE)


def day_number(words: str) -> int:
    return int(en_number(words) or 0)


def year_number(words: str) -> int:
    """Read 1986, 87 and "nineteen eighty six".

    >>> year_number("nineteen eighty six"), year_number("two thousand and five"), year_number("87")
    (1986, 2005, 1987)
    """
    lowered = words.lower()
    for century, value in (("nineteen ", 1900), ("twenty ", 2000)):
        if lowered.startswith(century):
            return value + day_number(lowered.removeprefix(century))
    return almanac.full_year(day_number(lowered))


def halved(hour: int, half: str | None) -> int:
    """Return the hour of the day of "3 pm"; 12 am is midnight."""
    if not half or hour > 12:
        return hour
    return hour % 12 + (12 if half.lower().startswith("p") else 0)


def clock(match: Match, reference: datetime) -> Clock:
    """Read 8:00, 8:00am, 8pm, and the 8 of "at 8"."""
    hour = int(match["hour"] or match["hour2"] or match["hour3"] or match["hour4"])
    half = match["half"] or match["half2"]
    minute = int(match["minute"]) if match["minute"] else None
    second = int(match["second"]) if match["second"] else None
    return Clock(halved(hour, half), minute, second, is_half_day=not half and 1 <= hour <= 12)


def joined_clock(match: Match, reference: datetime) -> Clock:
    """Read 340pm and 7h01."""
    if match["hour_h"]:
        return Clock(int(match["hour_h"]), int(match["minute_h"]))
    return Clock(halved(int(match["hour"]), match["half"]), int(match["minute"]))


def led_hour(match: Match, reference: datetime) -> Clock:
    """Read the seven of "at seven"."""
    return Clock(day_number(match["hour"]), is_half_day=True)


def iso_clock(match: Match, reference: datetime) -> Clock:
    """Read the T12:23:59 of a machine's time; what follows the second is dropped."""
    return Clock(int(match["hour"]), int(match["minute"]), int(match["second"]) if match["second"] else None)


def clock_word(match: Match, reference: datetime) -> Clock:
    """Read noon, midnight, mid-morning, seven o'clock and eleven pm."""
    if match["noon"]:
        return Clock(12)
    if match["midnight"]:
        return Clock(0)
    if match["mid"]:
        return Clock(10 if match["mid"].lower().endswith("morning") else 14)
    return Clock(halved(day_number(match["hour"]), match["half"]), is_half_day=not match["half"])


def word_clock(match: Match, reference: datetime) -> Clock | None:
    """Read "nine thirty" where a preposition, a date or a half of the day says that it is a time."""
    if match["led"] is None and not match["half"]:
        return None
    minute = day_number(match["minute"].lower().replace("oh ", "").replace("o ", ""))
    return Clock(halved(day_number(match["hour"]), match["half"]), minute, is_half_day=not match["half"])


def part_of_day(match: Match, reference: datetime) -> DayPart:
    """Read "in the afternoon", "late afternoon", "at lunch"; early and late are halves."""
    part = PARTS[match["part"].lower()]
    phase = (match.groupdict().get("phase") or "").lower()
    middle = (part.start_h + part.end_h) // 2
    if phase.startswith("earl"):
        return replace(part, end_h=middle)
    return replace(part, start_h=middle) if phase else part


def past_hour(match: Match, reference: datetime) -> Clock | None:
    """Read half past seven and twenty to eight."""
    said = match["minute"].lower().removeprefix("a ")
    minute = {"quarter": 15, "half": 30}.get(said) or day_number(said)
    is_to = match["way"].lower() in ("to", "before")
    has_word = not said.isdigit() or "min" in match.group().lower()
    is_counted = "min" in match.group().lower()
    if (
        minute > 59
        or (is_to and not has_word)
        or (is_to and not is_counted and said in _HOUR_WORDS.split("|") and minute % 5)
    ):
        return None
    hour = day_number(match["hour"])
    if is_to:
        hour, minute = (hour - 1) or 12, 60 - minute
    return Clock(halved(hour, match["half"]), minute, is_half_day=not match["half"])


def bare_hours(match: Match, reference: datetime) -> ClockSpan | None:
    """Read "from 5 to 6pm" and "8-9am"; without an opening, a half or a part of the day it is a score."""
    part = PARTS.get((match["of_part"] or "").lower())
    before, behind = (
        match.string[max(0, match.start() - 12) : match.start()],
        match.string[match.end() : match.end() + 14],
    )
    is_beside_day = "and" not in match.group() and (_DAY_BEFORE.search(before) or _DAY_BEHIND.match(behind))
    if not (is_beside_day or match["opening"] or match["first_half"] or match["last_half"] or part):
        return None
    first, last = (_bare(match, side) for side in ("first", "last"))
    if part:
        first, last = in_part(first, part), in_part(last, part)
    return clock_range(first, last)


def _bare(match: Match, side: str) -> Clock:
    minute = match[f"{side}_minute"]
    half = match[f"{side}_half"]
    hour = halved(day_number(match[side]), half)
    return Clock(hour, int(minute) if minute else None, is_half_day=not half)


_UNIT = (
    r"years?|yrs?|months?|mos?(?=\s|$)|weeks?|wks?|fortnights?|days?|hours?|hrs?|minutes?|mins?|seconds?|secs?"
    r"|quarters?|decades?"
)
_COUNT = (
    rf"(?:\d{{0,3}}\s?1\u2044[24]|[13]/[24]|\d{{1,6}}(?:,\d{{3}})?(?:\.\d{{1,3}})?|(?:a\s)?half(?:\s(?:an|a))?|full|whole|an?\s(?:few|couple(?:\sof)?)"
    rf"|(?:few|some|several|couple\sof|couple|all|another)"
    rf"|{_TENS}(?:[ -]{_ONES})?|{_ONES}(?:\shundred)?|an?(?!\ssecond))"
)
_AND_HALF = r"\sand\s(?:a\s)?(?:half|quarter(?=\s(?:year|hour))|quarter(?!\s?[a-z]))"
_PIECE = rf"(?:{_COUNT}(?:{_AND_HALF})?[\s-]?(?:{_UNIT})(?:\sand\s(?:a\s)?half(?![a-z-]|\san?\s))?|(?<!-)\d{{1,4}}(?:[hdwmy]|\sh)(?![a-z0-9]))"
LENGTH = rf"(?P<length>{_PIECE}(?:(?:,\s|\sand\s|,\sand\s|\s){_PIECE}){{0,5}})"
_PIECES = re.compile(
    rf"(?<![a-z])(?P<count>{_COUNT})(?P<early>{_AND_HALF})?[\s-]?"
    rf"(?P<unit>{_UNIT}|(?:(?<=\d)[hdwmy]|(?<=\d\s)h)(?![a-z]))(?P<late>\sand\s(?:a\s)?half(?![a-z-]|\san?\s))?",
    re.IGNORECASE,
)
_VAGUE = {
    "few": 3,
    "some": 3,
    "several": 3,
    "couple": 2,
    "couple of": 2,
    "all": 1,
    "another": 1,
    "half an": 0.5,
    "half a": 0.5,
    "half": 0.5,
    "full": 1,
    "whole": 1,
}
_UNIT_CODES = {"y": "Y", "mo": "M", "w": "W", "d": "D", "h": "H", "mi": "MIN", "m": "MIN", "s": "S"}


def length_of(words: str) -> Length | None:
    """Read a duration of one or several pieces.

    >>> length_of("2 years 1 month and 21 days").timex, length_of("an hour and a half").timex
    ('P2Y1M21D', 'PT1.5H')
    """
    amounts: dict[str, float] = {}
    for match in _PIECES.finditer(words):
        said = match["count"].lower()
        count = _VAGUE.get(said.removeprefix("a ")) if said not in ("half a",) else 0.5
        number = _fraction(said) if "\u2044" in said or "/" in said else en_number(said) if count is None else count
        code, times = _unit_code(match["unit"].lower())
        if number is None or code in amounts:
            return None
        amounts[code] = times * (number + _added(match["early"] or match["late"] or ""))
    return almanac.length(amounts) if amounts else None


def _fraction(words: str) -> float:
    """Read 1/2, and the one-character halves and quarters as they are folded: "21\u20442" is two and a half."""
    if "/" in words:
        above, _, below = words.partition("/")
        return int(above) / int(below)
    whole, _, below = words.partition("1\u2044")
    return int(whole.strip() or 0) + 1 / int(below)


def _added(words: str) -> float:
    return 0.25 if "quarter" in words.lower() else 0.5 if words else 0.0


def _unit_code(unit: str) -> tuple[str, int]:
    if unit.startswith("fortnight"):
        return "W", 2
    if unit.startswith("quarter"):
        return "M", 3
    if unit.startswith("decade"):
        return "Y", 10
    return _UNIT_CODES.get(unit[:2]) or _UNIT_CODES[unit[:1]], 1
