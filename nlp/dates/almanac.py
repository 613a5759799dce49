"""Calendar arithmetic: which day, week or month is meant, seen from a reference time.

In: numbers and a reference. Out: readings. A date without a year is the last such date and the next one.
It knows no language.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta

from nlp.dates.readings import Day, Length, Moment, Span, Stretch, amount_text, iso

FIRST_YEAR, LAST_YEAR = 1, 9998


def day(year: int, month: int, day_of_month: int) -> date | None:
    """Return the date, or None where the calendar has no such day."""
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        return None
    return date(year, month, day_of_month) if 1 <= day_of_month <= monthrange(year, month)[1] else None


def full_day(year: int, month: int, day_of_month: int) -> Day | None:
    """Return the reading of a complete date; 29 February 2019 has a TIMEX but no date."""
    at = day(year, month, day_of_month)
    if at is None and not (1 <= month <= 12 and 1 <= day_of_month <= 31 and FIRST_YEAR <= year <= LAST_YEAR):
        return None
    return Day(f"{year:04}-{month:02}-{day_of_month:02}", (at,) if at else ())


def around(candidates: list[date], reference: datetime) -> tuple[date, ...]:
    past = [at for at in candidates if datetime(at.year, at.month, at.day) < reference]
    future = [at for at in candidates if datetime(at.year, at.month, at.day) >= reference]
    return (*past[-1:], *future[:1])


def yearless_day(month: int, day_of_month: int, reference: datetime) -> Day | None:
    """Return the last and the next such day; 30 February has a TIMEX but no date."""
    if not (1 <= month <= 12 and 1 <= day_of_month <= 31):
        return None
    years = range(reference.year - 8, reference.year + 9)  # leap years are at most eight apart
    found = [at for year in years if (at := day(year, month, day_of_month))]
    return Day(f"XXXX-{month:02}-{day_of_month:02}", around(found, reference))


def monthless_day(day_of_month: int, reference: datetime) -> Day | None:
    """Return the last and the next day of that number."""
    if not 1 <= day_of_month <= 31:
        return None
    months = [shift_month(reference.date().replace(day=1), n) for n in range(-3, 4)]
    found = [at for first in months if (at := day(first.year, first.month, day_of_month))]
    return Day(f"XXXX-XX-{day_of_month:02}", around(found, reference))


def weekday(number: int, reference: datetime, *, weeks: int | None = None) -> Day:
    """Return weekday 1..7 of the week `weeks` from now; without weeks, the last one and the next one."""
    monday = reference.date() - timedelta(days=reference.weekday())
    at = monday + timedelta(days=number - 1)
    if weeks is not None:
        at += timedelta(weeks=weeks)
        return Day(at.isoformat(), (at,))
    return Day(f"XXXX-WXX-{number}", around([at + timedelta(weeks=n) for n in (-1, 0, 1)], reference))


def shift_month(first: date, months: int) -> date:
    """Move by months; the day is cut to the month's length."""
    index = first.year * 12 + first.month - 1 + months
    year, month = divmod(index, 12)
    year = min(max(year, FIRST_YEAR), LAST_YEAR)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def week(reference: datetime, weeks: int) -> Span:
    monday = reference.date() - timedelta(days=reference.weekday()) + timedelta(weeks=weeks)
    year, number, _ = monday.isocalendar()
    return Span(f"{year}-W{number:02}", ((monday, monday + timedelta(weeks=1)),))


def weekend(reference: datetime, weeks: int) -> Span:
    monday = reference.date() - timedelta(days=reference.weekday()) + timedelta(weeks=weeks)
    year, number, _ = monday.isocalendar()
    saturday = monday + timedelta(days=5)
    return Span(f"{year}-W{number:02}-WE", ((saturday, saturday + timedelta(days=2)),))


def weekend_of(on: date) -> Span:
    """Return the weekend a day makes: from Thursday or Friday where it is one, to Monday where it is one."""
    monday = on - timedelta(days=on.weekday())
    start = min(on, monday + timedelta(days=5)) if on.weekday() >= 3 else monday + timedelta(days=5)
    end = monday + timedelta(weeks=1)
    if on.weekday() == 0:
        start, end = on - timedelta(days=2), on + timedelta(days=1)
    year, number, _ = start.isocalendar()
    return Span(f"{year}-W{number:02}-WE", ((start, end),))


def month(year: int, number: int) -> Span | None:
    if not (1 <= number <= 12 and FIRST_YEAR <= year < LAST_YEAR):
        return None
    first = date(year, number, 1)
    return Span(f"{year:04}-{number:02}", ((first, shift_month(first, 1)),))


def month_from(reference: datetime, months: int) -> Span:
    first = shift_month(reference.date().replace(day=1), months)
    return Span(f"{first.year:04}-{first.month:02}", ((first, shift_month(first, 1)),))


def yearless_month(number: int, reference: datetime) -> Span | None:
    if not 1 <= number <= 12:
        return None
    firsts = [date(reference.year + n, number, 1) for n in (-1, 0, 1)]
    options = tuple((first, shift_month(first, 1)) for first in around(firsts, reference))
    return Span(f"XXXX-{number:02}", options)


def year(number: int) -> Span | None:
    if not FIRST_YEAR <= number < LAST_YEAR:
        return None
    return Span(f"{number:04}", ((date(number, 1, 1), date(number + 1, 1, 1)),), is_year=True)


def part_of(whole: Span, by: Length, *, is_last: bool) -> Span | None:
    """Return the first or last days, weeks or months of a longer span; weeks are whole ones."""
    start, end = whole.options[0]
    if by.timex.endswith("W"):
        monday = start + timedelta(days=-start.weekday() % 7)
        sunday = end - timedelta(days=end.weekday() + 1 if end.weekday() != 6 else 0)
        start, end = monday, sunday + timedelta(days=1)
    noon = datetime(end.year, end.month, end.day) if is_last else datetime(start.year, start.month, start.day)
    other = moved(noon, by, -1 if is_last else 1)
    if other is None or by.seconds:
        return None
    first, last = (other.date(), end) if is_last else (start, other.date())
    return Span(f"({first.isoformat()},{last.isoformat()},{by.timex})", ((first, last),))


def half_month(reference: datetime, *, is_second: bool) -> Span:
    """Return the first fifteen days of the reference's month, or the rest."""
    first = reference.date().replace(day=1)
    middle, last = first.replace(day=16), shift_month(first, 1)
    start, end = (middle, last) if is_second else (first, middle)
    return Span(f"({start.isoformat()},{end.isoformat()},P{(end - start).days}D)", ((start, end),))


def end_of_day(reference: datetime) -> Moment:
    at = datetime(reference.year, reference.month, reference.day, 23, 59, 59)
    return Moment((at.strftime("%Y-%m-%dT%H:%M:%S"),), (at,))


def days_from(on: Day, by: Length, sign: int) -> Day | None:
    """Return the day a duration before or after another day; the nearest option counts from."""
    start = on.options[-1]
    at = moved(datetime(start.year, start.month, start.day), by, sign)
    return Day(at.date().isoformat(), (at.date(),)) if at and not by.seconds else None


def months_of_year(number: int | None, first_month: int, months: int, reference: datetime) -> Span | None:
    """Return a quarter or half of a year; without the year, the last one and the next one."""
    if number is not None:
        first = day(number, first_month, 1)
        return months_span(first, months) if first else None
    firsts = around([date(reference.year + n, first_month, 1) for n in (-1, 0, 1)], reference)
    options = tuple((one, shift_month(one, months)) for one in firsts)
    last = f"XXXX-{(first_month + months - 1) % 12 + 1:02}-01"
    return Span(f"(XXXX-{first_month:02}-01,{last},P{months}M)", options)


def months_span(first: date, months: int) -> Span:
    last = shift_month(first, months)
    return Span(f"({first.isoformat()},{last.isoformat()},P{months}M)", ((first, last),))


def full_year(number: int) -> int:
    """Read a two-digit year: up to 30 it is this century's.

    >>> full_year(8), full_year(87), full_year(2019)
    (2008, 1987, 2019)
    """
    return number if number >= 100 else number + (2000 if number < 30 else 1900)


_SECONDS = {"Y": 31_536_000, "M": 2_592_000, "W": 604_800, "D": 86_400, "H": 3_600, "MIN": 60, "S": 1}
_ORDER = ("Y", "M", "W", "D", "H", "MIN", "S")


def length(amounts: dict[str, float]) -> Length:
    """Return a duration; months count as 30 days and years as 365, as in the specification."""
    ordered = [(unit, amounts[unit]) for unit in _ORDER if unit in amounts]
    dates = "".join(f"{amount_text(n)}{unit}" for unit, n in ordered if unit in "YMWD" and unit != "MIN")
    times = "".join(f"{amount_text(n)}{unit[0]}" for unit, n in ordered if unit in ("H", "MIN", "S"))
    timex = "P" + dates + (f"T{times}" if times else "")
    months = amounts.get("Y", 0) * 12 + amounts.get("M", 0)
    days = amounts.get("W", 0) * 7 + amounts.get("D", 0) + (months - int(months)) * 30
    seconds = sum(amounts.get(unit, 0) * _SECONDS[unit] for unit in ("H", "MIN", "S")) + (days - int(days)) * 86_400
    total_s = sum(n * _SECONDS[unit] for unit, n in ordered)
    return Length(timex, int(months), int(days), seconds, total_s)


def moved(at: datetime, by: Length, sign: int) -> datetime | None:
    """Move a moment by a duration; None where that leaves the calendar."""
    try:
        first = shift_month(at.date(), sign * by.months) + timedelta(days=sign * by.days)
        return datetime.combine(first, at.time()) + timedelta(seconds=sign * by.seconds)
    except (OverflowError, ValueError):
        return None


def from_now(by: Length, sign: int, reference: datetime) -> Day | Moment | None:
    """Return the day, or the moment where hours were said, that lies a duration away."""
    at = moved(reference, by, sign)
    if at is None:
        return None
    if by.seconds:
        return Moment((at.strftime("%Y-%m-%dT%H:%M:%S"),), (at,))
    return Day(at.date().isoformat(), (at.date(),))


def stretch_from(by: Length, sign: int, reference: datetime) -> Span | Stretch | None:
    """Return the stretch between now and a duration away, in its own direction."""
    at = moved(reference, by, sign)
    if at is None:
        return None
    if by.seconds:
        first, last = min(at, reference), max(at, reference)
        written = f"({iso(first).replace(' ', 'T')},{iso(last).replace(' ', 'T')},{by.timex})"
        return Stretch((written,), ((first, last),))
    start, end = min(at, reference).date(), max(at, reference).date()
    return Span(f"({start.isoformat()},{end.isoformat()},{by.timex})", ((start, end),))
