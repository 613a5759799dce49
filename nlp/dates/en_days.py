"""English days: what a matched date, weekday or holiday reads as.

In: matches. Out: readings of days. The expressions are in en.py.
"""

# ruff: noqa: E501 - the tables of holidays are read down, not across
from __future__ import annotations

from datetime import date, datetime, timedelta

from nlp.dates import almanac
from nlp.dates.en_words import (
    MONTH_NUMBERS,
    PARTS,
    WEEKDAY_NUMBERS,
    day_number,
    length_of,
    nth_of,
    turn_of,
    year_number,
)
from nlp.dates.holidays import LAST, DayOfYear, from_easter, moving_day, nth_weekday, weekday_of
from nlp.dates.readings import Day, Moment, Reading, Span, Stretch
from nlp.dates.rules import Match

DAYS = {"today": 0, "tonight": 0, "tonite": 0, "tomorrow": 1, "tmr": 1, "tmrw": 1, "tomorow": 1, "yesterday": -1, "the day after tomorrow": 2,
        "the day before yesterday": -2, "day after tomorrow": 2, "day before yesterday": -2, "the day": 0,
        "current date": 0, "the day after tmrw": 2, "the day after tmr": 2, "day after tmrw": 2, "day after tmr": 2, "to": 0, "this": 0, "last": -1, "next": 1, "following": 1, "the day after": 1, "the next day": 1,
        "the following day": 1, "next day": 1, "the day before": -1, "the previous day": -1, "the last day": -1}  # fmt: skip
FIXED = {"christmas": (12, 25), "christmas day": (12, 25), "xmas": (12, 25), "christmas eve": (12, 24), "xmas eve": (12, 24),
         "new year's day": (1, 1), "new years day": (1, 1), "new year's eve": (12, 31), "new years eve": (12, 31),
         "new year eve": (12, 31), "new year": (1, 1), "new years": (1, 1), "nye": (12, 31), "halloween": (10, 31), "halloween day": (10, 31),
         "valentine's day": (2, 14), "valentines day": (2, 14), "valentine day": (2, 14), "independence day": (7, 4), "july 4th holiday": (7, 4),
         "veterans day": (11, 11), "april fools": (4, 1), "april fool's day": (4, 1), "boxing day": (12, 26), "earth day": (4, 22),
         "groundhog day": (2, 2), "cinco de mayo": (5, 5), "juneteenth": (6, 19), "st patrick's day": (3, 17), "st. patrick's day": (3, 17),
         "saint patrick's day": (3, 17), "women's day": (3, 8), "international women's day": (3, 8), "white lover's day": (3, 14), "arbor day": (4, 28),
         "labour day": (5, 1), "may day": (5, 1), "all saints' day": (11, 1), "all souls' day": (11, 2), "guy fawkes day": (11, 5),
         "inauguration day": (1, 20), "bastille day": (7, 14), "teacher's day": (9, 10), "singles day": (11, 11),
         "epiphany": (1, 6), "double 11": (11, 11), "girls' day": (3, 3), "children's day": (6, 1), "national day": (10, 1), "youth day": (5, 4)}  # fmt: skip


def _nth(month: int, weekday: int, nth: int) -> tuple[DayOfYear, str]:
    return weekday_of(month, weekday, nth), f"-{month:02}-WXX-{weekday}-{nth}"


MOVING: dict[str, tuple[DayOfYear, str]] = {
    "thanksgiving": _nth(11, 4, 4), "thanksgiving day": _nth(11, 4, 4), "thanks giving": _nth(11, 4, 4), "thanks giving day": _nth(11, 4, 4),
    "father's day": _nth(6, 7, 3), "fathers day": _nth(6, 7, 3), "mother's day": _nth(5, 7, 2), "mothers day": _nth(5, 7, 2),
    "martin luther king day": _nth(1, 1, 3), "martin luther king jr day": _nth(1, 1, 3), "mlk day": _nth(1, 1, 3), "labor day": _nth(9, 1, 1),
    "presidents day": _nth(2, 1, 3), "presidents' day": _nth(2, 1, 3), "president's day": _nth(2, 1, 3), "washington's birthday": _nth(2, 1, 3),
    "columbus day": _nth(10, 1, 2), "canberra day": _nth(3, 1, 2),
    "memorial day": (weekday_of(5, 1, LAST), "-05-WXX-1-4"), "black friday": (weekday_of(11, 4, 4, days=1), ""),
    "cyber monday": (weekday_of(11, 4, 4, days=4), ""), "easter": (from_easter(0), ""), "easter day": (from_easter(0), ""),
    "easter sunday": (from_easter(0), ""), "easter monday": (from_easter(1), ""), "good friday": (from_easter(-2), ""),
    "holy thursday": (from_easter(-3), ""), "maundy thursday": (from_easter(-3), ""), "palm sunday": (from_easter(-7), ""),
    "ash wednesday": (from_easter(-46), ""), "pentecost": (from_easter(49), ""), "whit sunday": (from_easter(49), ""),
    "whit monday": (from_easter(50), ""), "ascension day": (from_easter(39), ""), "corpus christi": (from_easter(60), ""),
}  # fmt: skip


def date_of(match: Match, reference: datetime) -> Day | None:
    """Read 18 May, May 18th, 2024 and "this 5/12"."""
    month, number = MONTH_NUMBERS[match["month"].lower()[:3]], day_number(match["day"])
    if match.groupdict().get("year"):
        return almanac.full_day(year_number(match["year"]), month, number)
    return _yearless(match, month, number, reference)


def _yearless(match: Match, month: int, number: int, reference: datetime) -> Day | None:
    """Return a day without a year; "this Friday, 15 June" is this year's."""
    at = almanac.day(reference.year, month, number) if match.groupdict().get("weekday_turn") else None
    return Day(f"XXXX-{month:02}-{number:02}", (at,)) if at else almanac.yearless_day(month, number, reference)


def numeric(match: Match, reference: datetime) -> Day | None:
    """Read 5/18/2024: the month first, unless it cannot be one or dots say otherwise."""
    first, second = int(match["a"]), int(match["b"])
    groups = match.groupdict()
    is_day_first = first > 12 or (match["cut"] == "." and bool(groups.get("year")))
    month, number = (second, first) if is_day_first and second <= 12 else (first, second)
    if groups.get("year"):
        return almanac.full_day(almanac.full_year(int(match["year"])), month, number)
    turn = (groups.get("turn") or "").lower()
    if turn:
        at = almanac.day(reference.year + turn_of(turn), month, number)
        return Day(f"XXXX-{month:02}-{number:02}", (at,)) if at else None
    return _yearless(match, month, number, reference)


def iso_day(match: Match, reference: datetime) -> Day | None:
    return almanac.full_day(int(match["year"]), int(match["month"]), int(match["day"]))


def said_day(match: Match, reference: datetime) -> Day:
    at = reference.date() + timedelta(days=DAYS[" ".join(match["said"].lower().split())])
    return Day(at.isoformat(), (at,), is_relative=True)


def weekday(match: Match, reference: datetime) -> Day:
    """Read Friday, next Friday, Friday of next week, Friday two weeks from now."""
    number = WEEKDAY_NUMBERS[match["weekday"].lower()[:3]]
    groups = match.groupdict()
    turn = (groups.get("turn") or "").lower()
    if turn == "past":
        at = almanac.weekday(number, reference).options[0]
        return Day(at.isoformat(), (at,))
    return almanac.weekday(number, reference, weeks=turn_of(turn) if turn else None)


def weekday_away(match: Match, reference: datetime) -> Day | None:
    by = length_of(match["length"])
    if by is None or by.days % 7 or by.months or by.seconds:
        return None
    number = WEEKDAY_NUMBERS[match["weekday"].lower()[:3]]
    return almanac.weekday(number, reference, weeks=by.days // 7 * (-1 if match["way"].lower() == "ago" else 1))


def weekday_the(match: Match, reference: datetime) -> Day | None:
    return almanac.full_day(reference.year, reference.month, day_number(match["day"]))


def weekday_counted(match: Match, reference: datetime) -> Day | None:
    """Read "second Sunday": this month's, where no month was said."""
    at = nth_weekday(
        reference.year, reference.month, WEEKDAY_NUMBERS[match["weekday"].lower()[:3]], nth_of(match["nth"])
    )
    return Day(at.isoformat(), (at,)) if at else None


def weekday_numbered(match: Match, reference: datetime) -> Day | None:
    """Read "Mon 13th": the last and the next 13th that are Mondays."""
    number, on = WEEKDAY_NUMBERS[match["weekday"].lower()[:3]], day_number(match["day"])
    first = reference.date().replace(day=1)
    months = [almanac.shift_month(first, n) for n in range(-14, 15)]  # every weekday meets every day within 14 months
    days = [at for one in months if (at := almanac.day(one.year, one.month, on)) and at.isoweekday() == number]
    return Day(f"XXXX-WXX-{number}", almanac.around(days, reference)) if days else None


def nth_weekday_of(match: Match, reference: datetime) -> Reading | None:
    """Read "the first Monday (evening) of next month" and "the last Friday in March"."""
    number, nth = WEEKDAY_NUMBERS[match["weekday"].lower()[:3]], nth_of(match["nth"])
    groups = match.groupdict()
    months, month = _months(match, reference)
    days = [at for one in months if (at := nth_weekday(one.year, one.month, number, nth))]
    if not days:
        return None
    is_open = not groups.get("year") and not groups.get("turn")
    options = almanac.around(days, reference) if is_open else tuple(days[:1])
    written = f"{months[0].year:04}" if groups.get("year") else "XXXX"
    on = Day(f"{written}-{month:02}-WXX-{number}-#{5 if nth == LAST else nth}", options)
    return on


def _months(match: Match, reference: datetime) -> tuple[list[date], int]:
    """Return the first days of the months a match can mean, and the month's number."""
    groups = match.groupdict()
    if groups.get("turn"):
        first = almanac.shift_month(reference.date().replace(day=1), turn_of(groups["turn"]))
        return [first], first.month
    month = MONTH_NUMBERS[match["month"].lower()[:3]]
    if groups.get("year"):
        year = min(max(year_number(match["year"]), almanac.FIRST_YEAR), almanac.LAST_YEAR)
        return [date(year, month, 1)], month
    return [date(reference.year + n, month, 1) for n in (-1, 0, 1)], month


def day_of_month(match: Match, reference: datetime) -> Day | None:
    """Read "the 15th day of next month" and "the 23rd of this month"."""
    first = almanac.shift_month(reference.date().replace(day=1), turn_of(match["turn"]))
    return almanac.full_day(first.year, first.month, day_number(match["day"]))


def last_day(match: Match, reference: datetime) -> Day | None:
    """Read "the last day of October"."""
    months, month = _months(match, reference)
    days = [almanac.shift_month(one, 1) - timedelta(days=1) for one in months]
    if len(days) == 1:
        return Day(days[0].isoformat(), (days[0],))
    return Day(f"XXXX-{month:02}-{days[-1].day:02}", almanac.around(days, reference))


def month_day_only(match: Match, reference: datetime) -> Day | None:
    return almanac.monthless_day(day_number(match["day"]), reference)


def holiday(match: Match, reference: datetime) -> Day | None:
    """Read a holiday, of a year, of "last year", or "last Easter"."""
    name = " ".join(match["holiday"].lower().split())
    groups = match.groupdict()
    year = year_number(groups["year"]) if groups.get("year") else None
    if groups.get("of_turn"):
        year = reference.year + turn_of(groups["of_turn"])
    if name in MOVING:
        on, timex = MOVING[name]
        found = moving_day(on, timex, year, reference)
    elif year is not None:
        found = almanac.full_day(year, *FIXED[name])
    else:
        found = almanac.yearless_day(*FIXED[name], reference)
    turn = (groups.get("turn") or "").lower()
    if found and turn:
        at = found.options[0 if turn_of(turn) < 0 else -1]
        return Day(at.isoformat(), (at,))
    return found


def holiday_weekend(match: Match, reference: datetime) -> Span | None:
    found = holiday(match, reference)
    return almanac.weekend_of(found.options[-1]) if found and found.options else None


def away(match: Match, reference: datetime) -> Reading | None:
    """Read "in 3 days", "two hours ago", "3 days after tomorrow"."""
    by = length_of(match["length"])
    groups = {name: (text or "").lower() for name, text in match.groupdict().items()}
    if by is None:
        return None
    way = groups.get("way", "")
    sign = -1 if way in ("ago", "earlier", "back", "before now") or way.startswith("before") else 1
    start = reference + timedelta(days=DAYS.get(way.rpartition(" ")[2], 0))
    return almanac.from_now(by, sign, start)


def stamp(match: Match, reference: datetime) -> Moment | None:
    """Read what C's asctime writes: Wed Oct 26 15:50:06 2016."""
    on = date_of(match, reference)
    if on is None or not on.options:
        return None
    clock = f"{match['hour']}:{match['minute']}:{match['second']}"
    return Moment((f"{on.timex}T{clock}",), (datetime.fromisoformat(f"{on.options[0].isoformat()}T{clock}"),))


def now(match: Match, reference: datetime) -> Moment:
    word = match.group().lower()
    is_soon = "possible" in word or word == "asap"
    is_past = word in ("recently", "previously")
    return Moment(("FUTURE_REF" if is_soon else "PAST_REF" if is_past else "PRESENT_REF",), (reference,))


def nth_weekday_part(match: Match, reference: datetime) -> Reading | None:
    """Read "the first Monday evening of next month"."""
    on = nth_weekday_of(match, reference)
    part = PARTS[match["part"].lower()]
    if not isinstance(on, Day):
        return None
    midnights = [datetime(option.year, option.month, option.day) for option in on.options]
    hours = [(at + timedelta(hours=part.start_h), at + timedelta(hours=part.end_h)) for at in midnights]
    return Stretch((f"{on.timex}T{part.code}",), tuple(hours), day=on, part=part)
