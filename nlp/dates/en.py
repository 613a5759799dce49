"""The English grammar of time: what each expression reads.

In: folded text. Out: atoms. Durations and clocks are in en_words.py; how atoms join ("tomorrow" + "at 5") is in
combine.py.
"""

# ruff: noqa: E501 - one rule of the grammar is one line: a table that is read down, not across
from __future__ import annotations

import re
from datetime import datetime, timedelta

from nlp.dates import almanac
from nlp.dates.combine import Joints
from nlp.dates.en_words import (
    BARE_HOURS,
    CLOCK,
    CLOCK_WORDS,
    DAY_NUMBER,
    LENGTH,
    MONTH,
    MONTH_NUMBERS,
    PARTS,
    PAST_HOUR,
    WEEKDAY,
    WEEKDAY_NUMBERS,
    YEAR,
    bare_hours,
    clock,
    clock_word,
    day_number,
    length_of,
    past_hour,
    year_number,
)
from nlp.dates.numerals import EN_ONES_WORDS
from nlp.dates.readings import Day, Moment, Reading, Repeat, Span
from nlp.dates.rules import Match, Rule, rule

_TURNS = {"this": 0, "the": 0, "current": 0, "same": 0, "that": 0, "next": 1, "coming": 1, "upcoming": 1, "following": 1,
          "last": -1, "previous": -1, "past": -1, "prior": -1}  # fmt: skip
_DAYS = {"today": 0, "tonight": 0, "tomorrow": 1, "tmr": 1, "tmrw": 1, "yesterday": -1, "the day after tomorrow": 2,
         "the day before yesterday": -2, "day after tomorrow": 2, "day before yesterday": -2, "the day": 0,
         "current date": 0, "to": 0, "this": 0, "last": -1}  # fmt: skip
_HOLIDAYS = {"christmas": (12, 25), "christmas day": (12, 25), "christmas eve": (12, 24), "new year's day": (1, 1),
             "new year's eve": (12, 31), "new year": (1, 1), "halloween": (10, 31), "valentine's day": (2, 14),
             "independence day": (7, 4), "veterans day": (11, 11), "april fools": (4, 1), "boxing day": (12, 26)}  # fmt: skip
_REPEATS = {"daily": "P1D", "everyday": "P1D", "weekly": "P1W", "biweekly": "P2W", "monthly": "P1M", "quarterly": "P3M",
            "yearly": "P1Y", "annually": "P1Y", "annual": "P1Y"}  # fmt: skip
_UNITS = {"day": "P{}D", "week": "P{}W", "month": "P{}M", "year": "P{}Y", "hour": "PT{}H", "minute": "PT{}M",
          "quarter": "P3M", "morning": "TMO", "afternoon": "TAF", "evening": "TEV", "night": "TNI"}  # fmt: skip


def _date(match: Match, reference: datetime) -> Day | None:
    month, number = MONTH_NUMBERS[match["month"].lower()[:3]], day_number(match["day"])
    if match.groupdict().get("year"):
        return almanac.full_day(year_number(match["year"]), month, number)
    return almanac.yearless_day(month, number, reference)


def _days_of_month(match: Match, reference: datetime) -> Span | None:
    first, number = _date(match, reference), day_number(match["last"])
    if first is None:
        return None
    ends = [almanac.day(start.year, start.month, number) for start in first.options]
    options = tuple((start, end) for start, end in zip(first.options, ends, strict=True) if end and end > start)
    if not options:
        return None
    days = (options[0][1] - options[0][0]).days
    return Span(f"({first.timex},{first.timex[:-2]}{number:02},P{days}D)", options)


def _numeric(match: Match, reference: datetime) -> Day | None:
    first, second = int(match["a"]), int(match["b"])
    month, number = (second, first) if first > 12 or match["cut"] == "." else (first, second)
    if match.groupdict().get("year"):
        return almanac.full_day(almanac.full_year(int(match["year"])), month, number)
    return almanac.yearless_day(month, number, reference)


def _iso(match: Match, reference: datetime) -> Day | None:
    return almanac.full_day(int(match["year"]), int(match["month"]), int(match["day"]))


def _said_day(match: Match, reference: datetime) -> Day:
    at = reference.date() + timedelta(days=_DAYS[match["said"].lower()])
    return Day(at.isoformat(), (at,))


def _weekday(match: Match, reference: datetime) -> Day:
    number = WEEKDAY_NUMBERS[match["weekday"].lower()[:3]]
    turn = (match["turn"] or "").lower()
    if turn == "past":
        at = almanac.weekday(number, reference).options[0]
        return Day(at.isoformat(), (at,))
    return almanac.weekday(number, reference, weeks=_TURNS[turn] if turn else None)


def _weekday_the(match: Match, reference: datetime) -> Day | None:
    return almanac.full_day(reference.year, reference.month, day_number(match["day"]))


def _weekday_of_week(match: Match, reference: datetime) -> Day:
    number = WEEKDAY_NUMBERS[match["weekday"].lower()[:3]]
    return almanac.weekday(number, reference, weeks=_TURNS[match["turn"].lower()])


def _month(match: Match, reference: datetime) -> Span | None:
    number = MONTH_NUMBERS[match["month"].lower()[:3]]
    groups = match.groupdict()
    if groups.get("year"):
        return almanac.month(year_number(match["year"]), number)
    if groups.get("turn"):
        return almanac.month(reference.year + _TURNS[groups["turn"].lower()], number)
    return almanac.yearless_month(number, reference)


def _month_digits(match: Match, reference: datetime) -> Span | None:
    return almanac.month(int(match["year"]), int(match["month"]))


def _year(match: Match, reference: datetime) -> Span | None:
    return almanac.year(year_number(match["year"]))


def _said_span(match: Match, reference: datetime) -> Reading | None:
    turn, unit = match["turn"].lower(), match["unit"].lower()
    n = _TURNS[turn]
    is_vague = turn in ("same", "that")
    if unit == "week":
        span: Span | None = almanac.week(reference, n)
    elif unit == "weekend":
        span = almanac.weekend(reference, n)
    elif unit == "month":
        span = almanac.month_from(reference, n)
    elif unit == "quarter":
        first = reference.date().replace(month=reference.month - (reference.month - 1) % 3, day=1)
        span = almanac.months_span(almanac.shift_month(first, 3 * n), 3)
    else:
        span = almanac.year(reference.year + n)
    if span is None or not is_vague:
        return span
    vague = {"week": "XXXX-WXX", "weekend": "XXXX-WXX-WE", "month": "XXXX-XX", "year": "XXXX"}.get(unit, span.timex)
    return Span(vague, span.options)


def _quarter(match: Match, reference: datetime) -> Span | None:
    words = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
    number = int(match["digit"]) if match["digit"] else words[match["word"].lower()]
    written = match["year"] or match.groupdict().get("year_before")
    return almanac.months_of_year(year_number(written) if written else None, 3 * number - 2, 3, reference)


def _half_year(match: Match, reference: datetime) -> Span | None:
    written = match["year"] or match["year_before"]
    first = 1 if match["half"] == "1" else 7
    return almanac.months_of_year(year_number(written) if written else None, first, 6, reference)


def _week_number(match: Match, reference: datetime) -> Span | None:
    number = int(match["number"])
    fourth = almanac.day(reference.year, 1, 4)  # ISO 8601: 4 January lies in week 1
    if not 1 <= number <= 53 or fourth is None:
        return None
    first = datetime(fourth.year, fourth.month, fourth.day) + timedelta(weeks=number - 1)
    return almanac.week(first, 0)


def _season(match: Match, reference: datetime) -> Span:
    code = {"spring": "SP", "summer": "SU", "autumn": "FA", "fall": "FA", "winter": "WI"}[match["season"].lower()]
    if match["year"]:
        code = f"{year_number(match['year'])}-{code}"
    elif match["turn"]:
        code = f"{reference.year + _TURNS[match['turn'].lower()]}-{code}"
    return Span(code, (), is_resolved=False)


def _away(match: Match, reference: datetime) -> Reading | None:
    by = length_of(match["length"])
    groups = {name: (text or "").lower() for name, text in match.groupdict().items()}
    if by is None:
        return None
    sign = -1 if groups.get("way") in ("ago", "earlier", "before now", "before today", "before yesterday") else 1
    anchor = groups.get("way", "").rpartition(" ")[2]
    start = reference + timedelta(days=_DAYS.get(anchor, 0))
    return almanac.from_now(by, sign, start)


def _towards(match: Match, reference: datetime) -> Reading | None:
    words = match["length"]
    by = length_of(words if words[0].isdigit() or not words[0].isspace() else words.strip())
    if by is None:
        return None
    way = match["way"].lower().split()[-1]
    return almanac.stretch_from(by, -1 if way in ("last", "past", "previous", "prior") else 1, reference)


def _counted_towards(match: Match, reference: datetime) -> Reading | None:
    """Read "the 5 past years"; coming days begin tomorrow."""
    by = length_of(f"{match['count']} {match['unit']}")
    if by is None:
        return None
    is_past = match["way"].lower() in ("past", "previous", "last")
    start = reference if is_past or by.seconds else reference + timedelta(days=1)
    return almanac.stretch_from(by, -1 if is_past else 1, start)


def _said_length(match: Match, reference: datetime) -> Reading | None:
    by = length_of("1 " + match["unit"])
    return almanac.stretch_from(by, _TURNS[match["turn"].lower()], reference) if by else None


def _length(match: Match, reference: datetime) -> Reading | None:
    return length_of(match["length"])


def _repeat(match: Match, reference: datetime) -> Repeat:
    if match["word"]:
        return Repeat(_REPEATS[match["word"].lower()])
    step = "2" if match["other"] else "1"
    if match["weekday"]:
        return Repeat(f"XXXX-WXX-{WEEKDAY_NUMBERS[match['weekday'].lower()[:3]]}")
    return Repeat(_UNITS[match["unit"].lower()].format(step))


def _now(match: Match, reference: datetime) -> Moment:
    is_soon = "possible" in match.group().lower() or match.group().lower() == "asap"
    return Moment(("FUTURE_REF" if is_soon else "PRESENT_REF",), (reference,))


def _holiday(match: Match, reference: datetime) -> Day | None:
    month, number = _HOLIDAYS[match["holiday"].lower()]
    if match["year"]:
        return almanac.full_day(year_number(match["year"]), month, number)
    return almanac.yearless_day(month, number, reference)


_B, _E = r"(?<![a-z0-9])", r"(?![a-z0-9])"
_TURN = r"(?P<turn>this|next|last|previous|past|coming|upcoming|following|current|prior)"
_CERTAIN_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|apr(?:il)?|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
_LED_MONTH = r"(?:(?<=in |of |to |by )|(?<=from )|(?<=since )|(?<=until |after )|(?<=before )|(?<=between ))(?P<month>may|march|mar)"
_RANGED_MONTH = (
    r"(?P<month>may|march|mar)(?=\s?(?:to|until|through|-)\s?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))"
)
_PAREN_WEEKDAY = rf"(?:{WEEKDAY}[,.]?\s(?:the\s)?)?"

RULES: tuple[Rule, ...] = (
    rule(rf"{_B}(?P<year>\d{{4}})(?P<cut>[-/. ])(?P<month>1[0-2]|0?[1-9])(?P=cut)(?P<day>3[01]|[12]\d|0?[1-9])(?!\d|[./]\d)", _iso),
    rule(r"(?<![\d.])(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?![\d-])", _iso),
    rule(rf"{_B}(?<![.,/])(?P<a>\d{{1,2}})(?P<cut>[/.-])(?P<b>\d{{1,2}})(?P=cut)(?P<year>\d{{4}}|\d{{2}})(?![\d/]|\.\d)", _numeric),
    rule(rf"{_PAREN_WEEKDAY}(?<![\d.:/a-z])(?P<a>\d{{1,2}})(?P<cut>/)(?P<b>\d{{1,2}})(?![\d/%]|[.]\d)", _numeric),
    rule(rf"{_B}{_PAREN_WEEKDAY}{MONTH}\.?\s?[ /-]?\s?(?:the\s)?{DAY_NUMBER}(?:(?:,\s?|\s)(?:of\s)?{YEAR})?{_E}(?!:\d)", _date),
    rule(rf"{_B}{_PAREN_WEEKDAY}(?:the\s)?{DAY_NUMBER}\s?(?:of\s)?[ /-]?{MONTH}\.?(?:,?[\s-](?:of\s)?{YEAR})?{_E}", _date),
    rule(rf"{_B}{MONTH}[ -]{DAY_NUMBER}-{YEAR}{_E}", _date),
    rule(rf"{_B}(?:from\s|between\s)?{MONTH}\.?\s{DAY_NUMBER}\s?(?:to|-|through|until|till|and)\s?(?:the\s)?{DAY_NUMBER.replace('day>', 'last>')}(?:,?\s{YEAR})?{_E}", _days_of_month),
    rule(rf"{_B}(?:from\s|between\s)?(?:the\s)?{DAY_NUMBER}\s?(?:to|-|through|until|till|and)\s?(?:the\s)?{DAY_NUMBER.replace('day>', 'last>')}\s(?:of\s)?{MONTH}(?:,?\s{YEAR})?{_E}", _days_of_month),
    rule(rf"{_B}(?:the\s)?(?:end\sof\s(?:the\s)?day|eod){_E}", lambda m, r: almanac.end_of_day(r)),
    rule(rf"{_B}{MONTH}/(?P<day>\d{{1,2}}){_E}", _date),
    rule(rf"{_B}(?P<said>the day after tomorrow|the day before yesterday|day after tomorrow|day before yesterday|today|tomorrow|tmrw?|yesterday|the day(?!\s(?:after|before|of))|current date){_E}", _said_day),
    rule(rf"{_B}(?P<said>to)(?=night{_E})", _said_day),
    rule(rf"{_B}(?P<said>this|last)(?=\s(?:morning|afternoon|evening|night){_E})", _said_day),
    rule(rf"{_B}(?:{_TURN}\s)?{WEEKDAY}{_E}", _weekday),
    rule(rf"{_B}{_TURN}\sweek(?:\son)?,?\s{WEEKDAY}{_E}", _weekday_of_week),
    rule(rf"{_B}{WEEKDAY},?\s(?:of\s)?{_TURN}\sweek{_E}", _weekday_of_week),
    rule(rf"{_B}{WEEKDAY},?\sthe\s{DAY_NUMBER}{_E}", _weekday_the),
    rule(rf"{_B}the\s{DAY_NUMBER}(?<=[a-z]){_E}(?!\s(?:of|one|day|week|month|year|quarter|time|half|floor|call|party))", lambda m, r: almanac.monthless_day(day_number(m["day"]), r)),
    rule(rf"{_B}{MONTH}\.?,?\s(?:of\s)?{YEAR}{_E}", _month),
    rule(rf"{_B}(?!this\smay|the\s){_TURN}\s{MONTH}{_E}", _month),
    rule(rf"{_B}{_CERTAIN_MONTH}{_E}", _month),
    rule(rf"{_LED_MONTH}{_E}", _month),
    rule(rf"{_B}{_RANGED_MONTH}", _month),
    rule(rf"{_B}{MONTH}[-/](?P<year>(?:19|20)\d{{2}}){_E}", _month),
    rule(rf"{_B}(?P<year>(?:19|20)\d{{2}})[-/](?P<month>1[0-2]|0?[1-9])(?![\d/-])", _month_digits),
    rule(r"(?<![\d$€£¥.,:/#a-z-])(?:year\s)?(?P<year>(?:19|20)\d{2})(?![\d%:/a-z]|[.,-]\d)", _year),
    rule(rf"{_B}(?P<turn>this|next|last|previous|past|coming|upcoming|following|current|same|that|the|prior)\s(?P<unit>week|weekend|month|quarter|year){_E}", _said_span),
    rule(rf"{_B}(?P<year_before>(?:19|20)\d{{2}})[\s-]?q(?P<digit>[1-4])(?P<word>)(?P<year>){_E}", _quarter),
    rule(rf"{_B}(?:(?P<year_before>(?:19|20)\d{{2}})[\s-]?)?h(?P<half>[12])(?:[\s-](?:of\s)?(?P<year>(?:19|20)\d{{2}}))?{_E}", _half_year),
    rule(rf"{_B}q(?P<digit>[1-4])(?P<word>)-(?P<year>(?:19|20)\d{{2}}){_E}", _quarter),
    rule(rf"{_B}(?:q(?P<digit>[1-4])|(?:the\s)?(?P<word>first|1st|second|2nd|third|3rd|fourth|4th)\squarter)(?:,?\s(?:of\s)?{YEAR})?{_E}", _quarter),
    rule(rf"{_B}week\s(?P<number>\d{{1,2}}){_E}", _week_number),
    rule(rf"{_B}(?:{_TURN}\s)?(?P<season>spring|summer|autumn|winter)(?:,?\s(?:of\s)?{YEAR})?{_E}", _season),
    rule(CLOCK, clock),
    rule(CLOCK_WORDS, clock_word),
    rule(PAST_HOUR, past_hour),
    rule(BARE_HOURS, bare_hours),
    rule(rf"{_B}(?<!good )(?:in\sthe\s|in\s|at\s|during\sthe\s)?(?P<part>{'|'.join(sorted(PARTS, key=len, reverse=True))}){_E}", lambda m, r: PARTS[m["part"].lower()]),
    rule(rf"(?<=to)(?P<part>night){_E}", lambda m, r: PARTS["night"]),
    rule(rf"{_B}in\s{LENGTH}{_E}", _away),
    rule(rf"{_B}{LENGTH}\s(?P<way>ago|earlier|later|from now|from today|from tomorrow|from tmrw?|from yesterday|after tomorrow|before yesterday|before today|hence){_E}", _away),
    rule(rf"{_B}(?P<way>within|within the next|within the|(?:next|last|past|previous|following|coming|prior))\s{LENGTH}{_E}", _towards),
    rule(rf"{_B}(?P<count>\d{{1,3}}|{EN_ONES_WORDS})\s(?P<way>upcoming|coming|next|following|past|previous|last)\s(?P<unit>years?|months?|weeks?|days?|hours?|minutes?){_E}", _counted_towards),
    rule(rf"{_B}(?P<turn>next|last|past|previous)\s(?P<unit>hour|minute|second){_E}", _said_length),
    rule(rf"{_B}{LENGTH}{_E}", _length),
    rule(rf"{_B}(?:(?P<word>{'|'.join(_REPEATS)})|(?:every|each)\s(?P<other>other\s)?(?:{WEEKDAY}s?|(?P<unit>{'|'.join(_UNITS)}))){_E}", _repeat),
    rule(rf"{_B}(?P<weekday>(?:mon|tues|wednes|thurs|fri|satur|sun)day)s(?P<word>)(?P<other>)(?P<unit>){_E}", _repeat),
    rule(rf"{_B}(?:right\snow|now|at\sthe\smoment|at\spresent|at\sthe\spresent\stime|as\ssoon\sas\spossible|asap){_E}", _now),
    rule(rf"{_B}(?P<holiday>{'|'.join(sorted(_HOLIDAYS, key=len, reverse=True))})(?:,?\s(?:of\s)?{YEAR})?{_E}", _holiday),
)  # fmt: skip

JOINTS = Joints(
    beside=re.compile(r"[\s,]{0,2}(?:(?:at|@|on|in the|by the|the)\s)?", re.IGNORECASE),
    behind=re.compile(r"[\s,]{0,2}(?:(?:on|of|in)\s)?(?:the\s)?", re.IGNORECASE),
    later_than=re.compile(r"\s(?:from|after|since)\s(?:the\s)?", re.IGNORECASE),
    earlier_than=re.compile(r"\s(?:before|prior to)\s(?:the\s)?", re.IGNORECASE),
    to=re.compile(r"\s{0,2}(?:-|to|until|till|til|through|thru)\s{0,2}", re.IGNORECASE),
    opening=re.compile(r"(?<![a-z])(?:from|between)\s$", re.IGNORECASE),
    both=re.compile(r"\s(?:and)\s", re.IGNORECASE),
    closing=re.compile(r"(?!)"),
    prefixes=(
        ("until", re.compile(r"(?<![a-z])(?:on or before|until|till|til|up to|through)\s(?:the\s)?$", re.IGNORECASE)),
        (
            "since",
            re.compile(
                r"(?<![a-z])(?:on or after|since|starting from|starting on|starting|beginning)\s(?:the\s)?$",
                re.IGNORECASE,
            ),
        ),
        (
            "before",
            re.compile(
                r"(?<![a-z])(?:before|prior to|by|no later than|earlier than|not later than)\s(?:the\s)?$",
                re.IGNORECASE,
            ),
        ),
        ("after", re.compile(r"(?<![a-z])(?:after|later than|greater than|following)\s(?:the\s)?$", re.IGNORECASE)),
    ),
    suffixes=(
        ("until", re.compile(r"\s(?:or|and)\s(?:before|earlier)(?![a-z]|\s\d)", re.IGNORECASE)),
        ("since", re.compile(r"\s(?:or|and)\s(?:after|later)(?![a-z]|\s\d)", re.IGNORECASE)),
    ),
)
