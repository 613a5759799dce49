"""From one time to another: two readings become a range, or a reading and a length do.

In: two readings. Out: a range, or None where the two make none. It knows no words: that the two belong together is seen
in combine.py.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

from nlp.dates.almanac import day, moved, shift_month
from nlp.dates.readings import (
    Clock,
    ClockSpan,
    Day,
    Length,
    Moment,
    Reading,
    Span,
    Stretch,
    length_timex,
)

PRESENT = "PRESENT_REF"


def clock_range_of(first: Reading, last: Reading) -> Reading | None:
    return clock_range(first, last) if isinstance(first, Clock) and isinstance(last, Clock) else None


def clock_range(first: Clock, last: Clock) -> ClockSpan:
    """Return the range between two times of day; a half said once counts for both."""
    pairs = _clock_pairs(first, last)
    return ClockSpan(
        tuple(f"({a.timex},{b.timex},{length_timex(gap(a.time, b.time))})" for a, b in pairs),
        tuple((a.time, b.time) for a, b in pairs),
    )


def _clock_pairs(first: Clock, last: Clock) -> list[tuple[Clock, Clock]]:
    """Pair the halves of the day so that the range is forward and short."""
    if first.is_half_day and last.is_half_day:
        starts = first.both()
        return [(a, min(last.both(), key=lambda b: gap(a.time, b.time))) for a in starts]
    options = [(a, b) for a in first.both() for b in last.both()]
    return [min(options, key=lambda pair: gap(pair[0].time, pair[1].time))]


def gap(start: time, end: time) -> timedelta:
    """Return how long it is from one time of day to the next time it is the other."""
    first, last = datetime.combine(date(2000, 1, 1), start), datetime.combine(date(2000, 1, 1), end)
    return last - first if last > first else last - first + timedelta(days=1)


def range_of(first: Reading, last: Reading, *, reference: datetime) -> Reading | None:
    """Return the range between two days, spans or moments; "now" counts as today beside days."""
    if isinstance(first, Clock) and isinstance(last, Moment) and last.timexes[0] != PRESENT:
        first = _on_day(first, reference.date())
    first, last = _as_day(first, last, reference), _as_day(last, first, reference)
    if isinstance(first, Day | Span) and isinstance(last, Day | Span):
        return _days(first, last, reference.date())
    if isinstance(first, Moment) and isinstance(last, Moment):
        return _moments(first, last)
    if isinstance(first, Moment) and isinstance(last, Clock):
        return _moment_to_clock(first, last)
    return None


def _as_day(reading: Reading, other: Reading, reference: datetime) -> Reading:
    is_now = isinstance(reading, Moment) and reading.timexes[0] == PRESENT
    if is_now and isinstance(other, Day | Span):
        return Day(reference.date().isoformat(), (reference.date(),), is_relative=True)
    return reading


def _on_day(clock: Clock, at: date) -> Moment:
    found = clock.both()
    moments = tuple(datetime.combine(at, one.time) for one in found)
    return Moment(tuple(f"{at.isoformat()}{one.timex}" for one in found), moments)


def _days(first: Day | Span, last: Day | Span, today: date) -> Span | None:
    first = _in_year_of(first, last)
    if isinstance(first, Day) and isinstance(last, Day) and not first.options:
        return Span(f"({first.timex},{_with_year(last.timex, first.timex)},PXD)", (), is_resolved=False)
    starts, ends = _bounds(first, is_end=False), _bounds(last, is_end=True)
    if not starts or not ends:
        return None
    unit = _unit(first, last)
    span = _span(first, last, starts, ends, unit)
    is_whole = isinstance(first, Span) and isinstance(last, Span)
    return _current(span, today, is_whole=is_whole) if span and unit != "Y" else span


def _bounds(reading: Day | Span, *, is_end: bool) -> tuple[date, ...]:
    if isinstance(reading, Day):
        return reading.options
    return reading.edges or tuple(option[0] for option in reading.options)


def _unit(first: Day | Span, last: Day | Span) -> str:
    if isinstance(first, Day) or isinstance(last, Day):
        return "D"
    is_years = first.is_year and last.is_year and not first.phase and not last.phase
    return "Y" if is_years else "M"


def _boundary(span: Day | Span) -> str:
    """Write where a span bounds a range: its first day, or the edge of the phase that was said."""
    if isinstance(span, Day):
        return span.timex
    if span.phase and span.edges:
        edge = span.edges[-1].isoformat()
        return f"XXXX{edge[4:]}" if span.timex.startswith("XXXX-") else edge
    if span.timex.startswith("("):
        return span.timex[1:].partition(",")[0]
    return {4: f"{span.timex}-01-01", 7: f"{span.timex}-01"}.get(len(span.timex), span.timex)


def _in_year_of(first: Day | Span, last: Day | Span) -> Day | Span:
    """Give "May" of "May to October 2020" the year that was said behind it, or the year before where it must be."""
    if not first.timex.startswith("XXXX-") or first.timex[5:6] in "WX" or last.timex.startswith(("XXXX", "(")):
        return first
    end = _bounds(last, is_end=True)
    if not end or not last.timex[:4].isdigit() or _is_today(last, first):
        return first
    month, number = int(first.timex[5:7]), int(first.timex[8:10] or 1)
    for year in (end[-1].year, end[-1].year - 1):
        at = day(year, month, number)
        if isinstance(first, Day) and at is None:
            return Day(f"{year:04}{first.timex[4:]}", ())
        if at is not None and at <= end[-1]:
            timex = f"{year:04}{first.timex[4:]}"
            return Day(timex, (at,)) if isinstance(first, Day) else Span(timex, ((at, shift_month(at, 1)),))
    return first


def _is_today(last: Day | Span, first: Day | Span) -> bool:
    """Say whether the end is a day told from now ("today"): then the start keeps its open year."""
    return isinstance(last, Day) and isinstance(first, Day) and last.is_relative


def _current(span: Span, today: date, *, is_whole: bool) -> Span:
    """Keep only the range that today lies in, where it lies in one; a month's end is the end of the month."""
    now = tuple(
        option for option in span.options if option[0] <= today < (shift_month(option[1], 1) if is_whole else option[1])
    )
    if not now or len(span.options) < 2 or span.timex.startswith("(XXXX-XX"):
        return span
    at = span.options.index(now[0])
    return replace(span, options=now, timexes=span.timexes[at : at + 1] if span.timexes else ())


def _with_year(timex: str, other: str) -> str:
    return other[:4] + timex[4:] if timex.startswith("XXXX") else timex


def _span(
    from_: Day | Span, to: Day | Span, starts: tuple[date, ...], ends: tuple[date, ...], unit: str
) -> Span | None:
    first, last = _boundary(from_), _boundary(to)
    options: list[tuple[date, date]] = []
    for start in starts:
        end = _end_after(start, last, ends)
        if end is not None and end >= start:
            options.append((start, end))
    if not options:
        return None
    if last.startswith("XXXX-XX"):  # "from the 10th to the 12th": the month is the first one's
        last = first[:8] + last[8:]
    elif (
        last.startswith("XXXX") and not first.startswith("XXXX") and not (isinstance(from_, Day) and from_.is_relative)
    ):
        last = options[0][1].isoformat()
    timexes = tuple(f"({first},{last},{_count(option, unit)})" for option in options)
    return Span(timexes[0], tuple(options), timexes=timexes)


def _end_after(start: date, timex: str, ends: tuple[date, ...]) -> date | None:
    """Return the first end that is not before the start; a day without a year takes the start's."""
    if not timex.startswith("XXXX"):
        return ends[0] if ends else None
    if len(ends) == 1 and ends[0] >= start:
        return ends[0]
    for offset in range(13):
        if timex.startswith("XXXX-XX"):
            first = shift_month(start.replace(day=1), offset)
            found = day(first.year, first.month, int(timex[8:10]))
        elif timex.startswith("XXXX-W"):
            found = next((start + timedelta(days=n) for n in range(1, 8) if (start + timedelta(days=n)) in ends), None)
            return found or next((end for end in ends if end > start), None)
        else:
            found = day(start.year + offset, int(timex[5:7]), int(timex[8:10]))
        if found and found >= start:
            return found
    return None


def _count(option: tuple[date, date], unit: str) -> str:
    start, end = option
    months = (end.year - start.year) * 12 + end.month - start.month
    return {"D": f"P{(end - start).days}D", "M": f"P{months}M", "Y": f"P{months // 12}Y"}[unit]


def _moments(first: Moment, last: Moment) -> Stretch | None:
    options: list[tuple[datetime, datetime]] = []
    timexes: list[str] = []
    for at, start in enumerate(first.options):
        found = next(((n, end) for n, end in enumerate(last.options) if end > start), None)
        if found:
            options.append((start, found[1]))
            timexes.append(_written(_nth(first, at), _nth(last, found[0]), found[1] - start))
    return Stretch(tuple(timexes), tuple(options)) if options else None


def _moment_to_clock(first: Moment, last: Clock) -> Stretch:
    options: list[tuple[datetime, datetime]] = []
    timexes: list[str] = []
    for at, start in enumerate(first.options):
        clock = min(last.both(), key=lambda c: gap(start.time(), c.time))
        length = gap(start.time(), clock.time)
        options.append((start, start + length))
        timexes.append(_written(_nth(first, at), _nth(first, at).partition("T")[0] + clock.timex, length))
    return Stretch(tuple(timexes), tuple(options))


def _nth(moment: Moment, at: int) -> str:
    return moment.timexes[at if len(moment.timexes) > 1 else 0]


def _written(first: str, last: str, length: timedelta) -> str:
    return f"({first},{last},{length_timex(length)})"


# --- a length and where it starts


def lasting(start: Reading, by: Length, *, reference: datetime) -> Reading | None:
    """Return "2 hours from 10 am" and "two weeks starting May 20"; a clock's half is the one that was written."""
    if isinstance(start, Clock) and by.seconds and not by.months and not by.days and by.total_s < 86_400:
        return _clock_lasting(start, by)
    if isinstance(start, Moment) and start.timexes[0] != PRESENT:
        at = start.options[-1]
        end = moved(at, by, 1)
        written = "%Y-%m-%dT%H:%M:%S"
        return Stretch((f"({at.strftime(written)},{end.strftime(written)},{by.timex})",), ((at, end),)) if end else None
    if isinstance(start, Day) and start.options and not by.seconds:
        on = next((option for option in start.options if option.year == reference.year), start.options[-1])
        last = moved(datetime.combine(on, time()), by, 1)
        if last is None:
            return None
        return Span(f"({on.isoformat()},{last.date().isoformat()},{by.timex})", ((on, last.date()),))
    return None


def _clock_lasting(start: Clock, by: Length) -> ClockSpan:
    end = (datetime.combine(date(2000, 1, 1), start.time) + timedelta(seconds=by.total_s)).time()
    length = length_timex(timedelta(seconds=by.total_s))
    return ClockSpan((f"({start.timex},T{end.strftime('%H:%M:%S')},{length})",), ((start.time, end),))
