"""English stretches of days: weeks, months, quarters, years, decades, seasons, and parts of them.

In: matches. Out: readings of spans. The expressions are in en.py.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from nlp.dates import almanac
from nlp.dates.en_days import date_of
from nlp.dates.en_words import MONTH_NUMBERS, day_number, length_of, nth_of, turn_of, year_number
from nlp.dates.numerals import en_number
from nlp.dates.phases import phase_of
from nlp.dates.readings import Day, Length, Reading, Span, Stretch
from nlp.dates.rules import Match


def days_of_month(match: Match, reference: datetime) -> Span | None:
    """Read "May 4 to 7" and "the 4th through the 7th of May"."""
    first, number = date_of(match, reference), day_number(match["last"])
    if first is None:
        return None
    ends = [almanac.day(start.year, start.month, number) for start in first.options]
    options = tuple((start, end) for start, end in zip(first.options, ends, strict=True) if end and end > start)
    if not options:
        return None
    days = (options[0][1] - options[0][0]).days
    return Span(f"({first.timex},{first.timex[:-2]}{number:02},P{days}D)", options)


def days_of_said_month(match: Match, reference: datetime) -> Span | None:
    """Read "4 to 23 of next month"."""
    first = almanac.shift_month(reference.date().replace(day=1), turn_of(match["turn"]))
    start, end = (almanac.day(first.year, first.month, day_number(match[name])) for name in ("day", "last"))
    if start is None or end is None or end <= start:
        return None
    return Span(f"({start.isoformat()},{end.isoformat()},P{(end - start).days}D)", ((start, end),))


def after_next(match: Match, reference: datetime) -> Span | None:
    return span_away(match["unit"].lower(), 2, reference)


def week_of_year(match: Match, reference: datetime) -> Span | None:
    """Read "the third week of 2027": ISO weeks; the last one is the one of 28 December."""
    at, nth = _year_of(match, reference), nth_of(match["nth"])
    if at is None or not almanac.FIRST_YEAR < at < almanac.LAST_YEAR or nth > 53:
        return None
    if nth < 0:
        return almanac.week(datetime(at, 12, 28), 0)
    return almanac.week(datetime(at, 1, 4) + timedelta(weeks=nth - 1), 0)


def month(match: Match, reference: datetime) -> Span | None:
    number = MONTH_NUMBERS[match["month"].lower()[:3]]
    groups = match.groupdict()
    if groups.get("year"):
        return almanac.month(year_number(match["year"]), number)
    turn = groups.get("turn") or groups.get("of_turn")
    if turn:
        return almanac.month(reference.year + turn_of(turn), number)
    return almanac.yearless_month(number, reference)


def month_digits(match: Match, reference: datetime) -> Span | None:
    return almanac.month(int(match["year"]), int(match["month"]))


def nth_month(match: Match, reference: datetime) -> Span | None:
    """Read "the third month of 2021"."""
    year, nth = _year_of(match, reference), nth_of(match["nth"])
    return almanac.month(year, nth if nth > 0 else 12) if year else None


def _year_of(match: Match, reference: datetime) -> int | None:
    groups = match.groupdict()
    if groups.get("year"):
        return year_number(groups["year"])
    if groups.get("year_before"):
        return year_number(groups["year_before"])
    turn = groups.get("turn") or groups.get("of_turn") or "the"
    return None if turn.lower() == "the" else reference.year + turn_of(turn)


def year(match: Match, reference: datetime) -> Span | None:
    return almanac.year(year_number(match["year"]))


def named_year(match: Match, reference: datetime) -> Span:
    """Read a fiscal or school year: nobody says when it begins."""
    code = "SY" if match["kind"].lower().startswith(("s", "a")) else "FY"
    number = _year_of(match, reference)
    return Span(f"{code}{number if number is not None else reference.year:04}", (), is_resolved=False)


def decade(match: Match, reference: datetime) -> Span | None:
    """Read the 1990s and the nineties: one of a century that was not said is the last one and the next one."""
    words = (match["tens"] or "").lower()
    said = match["digits"] or ""
    if len(said) == 4:
        return _years(int(said), 10, f"({said}-01-01,{int(said) + 10:04}-01-01,P10Y)")
    number = int(said) if said else int(en_number(words.replace("ies", "y")) or 0)
    options = [almanac.day(century + number, 1, 1) for century in (1900, 2000)]
    found = tuple((at, date(at.year + 10, 1, 1)) for at in options if at)
    return Span(f"(XX{number:02}-01-01,XX{(number + 10) % 100:02}-01-01,P10Y)", found)


def century(match: Match, reference: datetime) -> Span | None:
    first = (nth_of(match["nth"]) - 1) * 100
    if first < 100:
        return None
    return _years(first, 100, f"({first:04}-01-01,{first + 100:04}-01-01,P100Y)")


def _years(first: int, years: int, timex: str) -> Span | None:
    start, end = almanac.day(first, 1, 1), almanac.day(first + years, 1, 1)
    return Span(timex, ((start, end),)) if start and end else None


def said_span(match: Match, reference: datetime) -> Reading | None:
    """Read this week, next month, last quarter, the coming year."""
    turn, unit = (match["turn"] or "this").lower(), match["unit"].lower().replace(" ", "")
    span = span_away(unit, turn_of(turn), reference)
    if span is None or turn.split()[-1] not in ("same", "that"):
        return span
    vague = {"week": "XXXX-WXX", "weekend": "XXXX-WXX-WE", "month": "XXXX-XX", "year": "XXXX"}.get(unit, span.timex)
    return Span(vague, span.options)


def span_away(unit: str, n: int, reference: datetime) -> Span | None:
    """Return the week, month, ... that lies n from now."""
    if unit == "week":
        return almanac.week(reference, n)
    if unit in ("workweek", "workingweek"):
        whole = almanac.week(reference, n)
        monday = whole.options[0][0]
        return Span(whole.timex, ((monday, monday + timedelta(days=5)),))
    if unit == "weekend":
        return almanac.weekend(reference, n)
    if unit == "month":
        return almanac.month_from(reference, n)
    if unit == "quarter":
        return almanac.months_span(almanac.shift_month(_quarter_start(reference), 3 * n), 3)
    if unit == "decade":
        return _years(first := reference.year // 10 * 10 + 10 * n, 10, f"({first}-01-01,{first + 10}-01-01,P10Y)")
    return almanac.year(reference.year + n)


def _quarter_start(reference: datetime) -> date:
    return reference.date().replace(month=reference.month - (reference.month - 1) % 3, day=1)


def end_of_span(match: Match, reference: datetime) -> Reading | None:
    """Read "end of month" and EOY."""
    unit = {"w": "week", "m": "month", "y": "year"}[(match["unit"] or match["short"])[0].lower()]
    span = span_away(unit, 0, reference)
    return phase_of(span, "end", reference, is_numbered=False) if span else None


def to_date(match: Match, reference: datetime) -> Span | None:
    """Read "year to date": from its first day to today."""
    span = span_away({"w": "week", "m": "month", "y": "year", "q": "quarter"}[match["unit"][0].lower()], 0, reference)
    return Span(span.timex, ((span.options[0][0], reference.date()),)) if span else None


def rest_of(match: Match, reference: datetime) -> Span | None:
    """Read "the rest of the week": from today to its last day."""
    unit = match["unit"].lower()
    span = span_away(unit, 0, reference)
    if span is None:
        return None
    start, end = reference.date(), span.options[0][1] - timedelta(days=1)
    days = (end - start).days + (unit != "week")  # the specification counts both ends of a month
    return Span(f"({start.isoformat()},{end.isoformat()},P{days}D)", ((start, end),))


def rest_of_day(match: Match, reference: datetime) -> Stretch:
    end = reference.replace(hour=23, minute=59, second=59, microsecond=0)
    start = reference.replace(microsecond=0)
    written = "%Y-%m-%dT%H:%M:%S"
    timex = f"({start.strftime(written)},{end.strftime(written)},PT{int((end - start).total_seconds())}S)"
    return Stretch((timex,), ((start, end),))


def part_of(match: Match, reference: datetime) -> Span | None:
    """Read "the last 3 weeks of this year" and "the first 5 days of May 2020"."""
    by = length_of(match["length"])
    groups = match.groupdict()
    if groups.get("month"):
        whole = month(match, reference)
    elif groups.get("unit"):
        whole = span_away(groups["unit"].lower(), turn_of(groups["turn"]), reference)
    else:
        whole = almanac.year(year_number(match["year_before"]))
    return almanac.part_of(whole, by, is_last=match["end"].lower() == "last") if whole and by else None


def quarter(match: Match, reference: datetime) -> Span | None:
    number = int(match["digit"]) if match["digit"] else nth_of(match["word"])
    return almanac.months_of_year(_year_of(match, reference), 3 * number - 2, 3, reference)


def half_year(match: Match, reference: datetime) -> Span | None:
    groups = match.groupdict()
    is_first = groups["half"] == "1" if groups.get("half") else nth_of(match["word"]) == 1
    return almanac.months_of_year(_year_of(match, reference), 1 if is_first else 7, 6, reference)


def week_number(match: Match, reference: datetime) -> Span | None:
    number = int(match["number"])
    at = _year_of(match, reference)
    fourth = almanac.day(reference.year if at is None else at, 1, 4)  # ISO 8601: 4 January lies in week 1
    if not 1 <= number <= 53 or fourth is None:
        return None
    return almanac.week(datetime(fourth.year, fourth.month, fourth.day) + timedelta(weeks=number - 1), 0)


def week_of_month(match: Match, reference: datetime) -> Span | None:
    """Read "the 3rd week of January": week 1 is the one whose Thursday is the month's first."""
    whole = month(match, reference) if match.groupdict().get("month") else None
    if match.groupdict().get("unit"):
        whole = span_away("month", turn_of(match["turn"]), reference)
    nth = nth_of(match["nth"])
    if whole is None:
        return None
    found = [_nth_week(start, nth) for start, _ in whole.options]
    number = nth if nth > 0 else (found[0][1] - date(found[0][1].year, found[0][1].month, 1)).days // 7 + 1
    return Span(f"{whole.timex}-W{number:02}", tuple(found))


def _nth_week(first: date, nth: int) -> tuple[date, date]:
    if nth < 0:
        thursday = almanac.shift_month(first, 1) - timedelta(days=1)
        thursday -= timedelta(days=(thursday.isoweekday() - 4) % 7)
    else:
        thursday = first + timedelta(days=(4 - first.isoweekday()) % 7 + 7 * (nth - 1))
    return thursday - timedelta(days=3), thursday + timedelta(days=4)


def season(match: Match, reference: datetime) -> Span:
    code = {"spring": "SP", "summer": "SU", "autumn": "FA", "fall": "FA", "winter": "WI"}[match["season"].lower()]
    number = _year_of(match, reference)
    return Span(code if number is None else f"{number}-{code}", (), is_resolved=False)


def towards(match: Match, reference: datetime) -> Reading | None:
    """Read "the last 3 weeks", "within 2 hours"; quarters are whole ones."""
    by = length_of(match["length"].strip())
    if by is None:
        return None
    is_past = match["way"].lower().split()[-1] in ("last", "past", "previous", "prior", "trailing")
    if "quarter" in match["length"].lower() and not by.days:
        start = _quarter_start(reference)
        return almanac.months_span(almanac.shift_month(start, -by.months if is_past else 3), by.months)
    return almanac.stretch_from(by, -1 if is_past else 1, reference)


def counted_towards(match: Match, reference: datetime) -> Reading | None:
    """Read "the 5 past years"; coming days begin tomorrow."""
    by = length_of(f"{match['count']} {match['unit']}")
    if by is None or (by.total_s and not match["unit"].endswith("s") and match["count"].lower() not in ("1", "one")):
        return None
    is_past = match["way"].lower() in ("past", "previous", "last")
    start = reference if is_past or by.seconds else reference + timedelta(days=1)
    return almanac.stretch_from(by, -1 if is_past else 1, start)


def said_length(match: Match, reference: datetime) -> Reading | None:
    by = length_of("1 " + match["unit"])
    return almanac.stretch_from(by, turn_of(match["turn"]), reference) if by else None


def length(match: Match, reference: datetime) -> Length | None:
    return length_of(match["length"])


def day_pair(match: Match, reference: datetime) -> Day | None:
    """Read the 18 of "18 and 19 June": its month stands behind the other."""
    return date_of(match, reference)
