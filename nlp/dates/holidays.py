"""Days that move: the nth weekday of a month, Easter, and what is counted from them.

In: a year, or a reference time. Out: readings. A day without a year is the last such day and the next one. It knows the
Gregorian calendar only: feasts of the moon are not computed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from nlp.dates import almanac
from nlp.dates.readings import Day

DayOfYear = Callable[[int], date | None]
LAST = -1


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    """Return the nth weekday 1..7 of a month, or its last; None where it has fewer.

    >>> nth_weekday(2026, 11, 4, 4), nth_weekday(2026, 5, 1, LAST)
    (datetime.date(2026, 11, 26), datetime.date(2026, 5, 25))
    """
    first = almanac.day(year, month, 1)
    if first is None:
        return None
    if nth == LAST:
        last = almanac.shift_month(first, 1) - timedelta(days=1)
        return last - timedelta(days=(last.isoweekday() - weekday) % 7)
    at = first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (nth - 1))
    return at if at.month == month else None


def easter(year: int) -> date:
    """Return Easter Sunday (the anonymous Gregorian algorithm, Nature 1876).

    >>> easter(2019), easter(2026)
    (datetime.date(2019, 4, 21), datetime.date(2026, 4, 5))
    """
    golden, (century, rest) = year % 19, divmod(year, 100)
    leap_centuries, leap_rest = divmod(century, 4)
    moon = (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + century - leap_centuries - moon + 15) % 30
    leaps, over = divmod(rest, 4)
    to_sunday = (32 + 2 * leap_rest + 2 * leaps - epact - over) % 7
    late = (golden + 11 * epact + 22 * to_sunday) // 451
    month, day = divmod(epact + to_sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def from_easter(days: int) -> DayOfYear:
    return lambda year: easter(year) + timedelta(days=days)


def weekday_of(month: int, weekday: int, nth: int, *, days: int = 0) -> DayOfYear:
    def at(year: int) -> date | None:
        found = nth_weekday(year, month, weekday, nth)
        return found + timedelta(days=days) if found else None

    return at


def moving_day(on: DayOfYear, timex: str, year: int | None, reference: datetime) -> Day | None:
    """Return the day in a year, or the last and the next one; `timex` is "-11-WXX-4-4", or "" for the date itself."""
    if year is not None:
        at = on(year) if almanac.FIRST_YEAR <= year <= almanac.LAST_YEAR else None
        return Day(f"{year:04}{timex}" if timex else at.isoformat(), (at,)) if at else None
    found = [at for n in (-2, -1, 0, 1, 2) if (at := on(reference.year + n))]
    this_year = on(reference.year)
    written = timex or (this_year.isoformat()[4:] if this_year else "")
    return Day(f"XXXX{written}", almanac.around(found, reference))
