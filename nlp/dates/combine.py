"""Join atoms of time into one reading: day and clock, from and to, before and after.

In: a text's atoms and the joints of its language. Out: fewer atoms. It knows no words: the joints are arguments.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial

from nlp.dates.almanac import day, days_from, shift_month
from nlp.dates.readings import (
    Atom,
    Clock,
    ClockSpan,
    Day,
    DayPart,
    Length,
    Mod,
    Moment,
    Reading,
    Repeat,
    Span,
    Stretch,
    length_timex,
)

Join = Callable[[Reading, Reading], Reading | None]


@dataclass(frozen=True, slots=True)
class Joints:
    """What may stand between, before and behind atoms of one language; all match the whole gap."""

    beside: re.Pattern[str]  # day and clock, part and clock
    behind: re.Pattern[str]  # clock and the day it belongs to
    later_than: re.Pattern[str]  # "2 weeks" and "from 15 January"
    earlier_than: re.Pattern[str]
    to: re.Pattern[str]
    opening: re.Pattern[str]  # "from", "between": belongs to the range
    both: re.Pattern[str]  # "and", where an opening or a closing says that it is a range
    closing: re.Pattern[str]  # behind such a range
    prefixes: tuple[tuple[Mod, re.Pattern[str]], ...]
    suffixes: tuple[tuple[Mod, re.Pattern[str]], ...]


def combine(text: str, atoms: list[Atom], joints: Joints, reference: datetime) -> list[Atom]:
    """Join what belongs together, the tightest first."""
    atoms = _pairs(text, atoms, joints.beside, _part_and_clock)
    atoms = _pairs(text, atoms, joints.behind, _clock_and_part)
    atoms = _ranges(text, atoms, joints, _clock_range)
    atoms = _pairs(text, atoms, joints.beside, _day_and_time)
    atoms = _pairs(text, atoms, joints.behind, _time_and_day)
    atoms = _pairs(text, atoms, joints.later_than, partial(_length_and_day, sign=1))
    atoms = _pairs(text, atoms, joints.earlier_than, partial(_length_and_day, sign=-1))
    atoms = _ranges(text, atoms, joints, partial(_day_range, reference=reference))
    before, behind = [0, *(atom.end for atom in atoms)], [*(atom.start for atom in atoms[1:]), len(text)]
    atoms = [
        _with_mod(text, atom, joints, free_from=free_from, free_to=free_to)
        for atom, free_from, free_to in zip(atoms, before, behind, strict=False)
    ]
    return _days_before_mods(text, atoms, joints)


def _days_before_mods(text: str, atoms: list[Atom], joints: Joints) -> list[Atom]:
    """Join "1 January" and "after 2:00"."""
    joined: list[Atom] = []
    for atom in atoms:
        reading = None
        is_modified = bool(joined and atom.mod and not joined[-1].mod and isinstance(atom.reading, Clock))
        if is_modified and joints.beside.fullmatch(text, joined[-1].end, atom.start):
            reading = _day_and_time(joined[-1].reading, atom.reading)
        if reading is None:
            joined.append(atom)
        else:
            joined[-1] = Atom(joined[-1].start, atom.end, reading, atom.mod)
    return joined


def _pairs(text: str, atoms: list[Atom], gap: re.Pattern[str], join: Join) -> list[Atom]:
    joined: list[Atom] = []
    for atom in atoms:
        reading = None
        if joined and gap.fullmatch(text, joined[-1].end, atom.start):
            reading = join(joined[-1].reading, atom.reading)
        if reading is None:
            joined.append(atom)
        else:
            joined[-1] = Atom(joined[-1].start, atom.end, reading)
    return joined


def _ranges(text: str, atoms: list[Atom], joints: Joints, join: Join) -> list[Atom]:
    joined: list[Atom] = []
    for atom in atoms:
        span = _range_span(text, joined[-1], atom, joints) if joined else None
        reading = join(joined[-1].reading, atom.reading) if span else None
        if reading is None or span is None:
            joined.append(atom)
        else:
            joined[-1] = Atom(span[0], span[1], reading)
    return joined


def _range_span(text: str, first: Atom, last: Atom, joints: Joints) -> tuple[int, int] | None:
    """Return where a range begins and ends, or None where the two do not make one."""
    opening = _before(text, first.start, joints.opening)
    start = opening.start() if opening else first.start
    closing = joints.closing.match(text, last.end)
    if joints.to.fullmatch(text, first.end, last.start):
        return start, last.end
    if (opening or closing) and joints.both.fullmatch(text, first.end, last.start):
        return start, closing.end() if closing else last.end
    return None


PREFIX_CHARS = 24
"""The longest prefix in the grammars is "no later than on the " and its spaces."""


def _before(text: str, at: int, expression: re.Pattern[str]) -> re.Match[str] | None:
    """Match an expression that ends with $ right before `at`."""
    return expression.search(text, max(0, at - PREFIX_CHARS), at)


# --- a clock and its part of the day


def _part_and_clock(part: Reading, clock: Reading) -> Reading | None:
    if isinstance(part, DayPart) and isinstance(clock, Clock):
        return in_part(clock, part)
    return None


def _clock_and_part(clock: Reading, part: Reading) -> Reading | None:
    return _part_and_clock(part, clock)


def in_part(clock: Clock, part: DayPart) -> Clock:
    """Read 8 in the evening as 20, 12 at night as 0."""
    hour = clock.hour
    if not clock.is_half_day:
        return clock
    if part.is_late and (hour < 12) and not (part.code == "MI" and hour >= 10):
        hour += 12
    elif hour == 12 and part.code in ("DA", "NI", "EV"):
        hour = 0
    return replace(clock, hour=hour, is_half_day=False)


def _clock_range(first: Reading, last: Reading) -> Reading | None:
    return clock_range(first, last) if isinstance(first, Clock) and isinstance(last, Clock) else None


def clock_range(first: Clock, last: Clock) -> ClockSpan:
    """Return the range between two times of day; a half said once counts for both."""
    pairs = _clock_pairs(first, last)
    return ClockSpan(
        tuple(f"({a.timex},{b.timex},{length_timex(_gap(a.time, b.time))})" for a, b in pairs),
        tuple((a.time, b.time) for a, b in pairs),
    )


def _clock_pairs(first: Clock, last: Clock) -> list[tuple[Clock, Clock]]:
    """Pair the halves of the day so that the range is forward and short."""
    if first.is_half_day and last.is_half_day:
        starts = first.both()
        return [(a, min(last.both(), key=lambda b: _gap(a.time, b.time))) for a in starts]
    options = [(a, b) for a in first.both() for b in last.both()]
    return [min(options, key=lambda pair: _gap(pair[0].time, pair[1].time))]


def _gap(start: time, end: time) -> timedelta:
    first, last = datetime.combine(date(2000, 1, 1), start), datetime.combine(date(2000, 1, 1), end)
    return last - first if last > first else last - first + timedelta(days=1)


# --- a day and its time


def _day_and_time(at: Reading, when: Reading) -> Reading | None:
    if isinstance(at, Repeat) and isinstance(when, Clock):
        return Repeat(when.timex if at.timex == "P1D" else at.timex + when.timex)
    if isinstance(at, Stretch) and at.day and at.part:  # "Monday morning" + "from 10 to 12"
        when = _within(when, at.part)
        at = at.day
    if not isinstance(at, Day) or not at.options:
        return None
    if isinstance(when, Clock):
        found = [(f"{at.timex}{c.timex}", _at(d, c)) for c in when.both() for d in at.options]
        return Moment(tuple(timex for timex, _ in found), tuple(moment for _, moment in found))
    if isinstance(when, DayPart):
        options = tuple(_hours(d, when) for d in at.options)
        return Stretch((f"{at.timex}T{when.code}",), options, day=at, part=when)
    if isinstance(when, ClockSpan):
        return _day_and_clocks(at, when)
    return None


def _within(when: Reading, part: DayPart) -> Reading:
    """Read a clock, or a range of clocks, inside a part of the day."""
    if isinstance(when, Clock):
        return in_part(when, part)
    if isinstance(when, ClockSpan) and len(when.options) > 1:
        at = max(range(len(when.options)), key=lambda n: when.options[n][0].hour * (1 if part.is_late else -1))
        return ClockSpan((when.timexes[at],), (when.options[at],))
    return when


def _day_and_clocks(at: Day, when: ClockSpan) -> Stretch:
    timexes: list[str] = []
    options: list[tuple[datetime, datetime]] = []
    for timex, (start, end) in zip(when.timexes, when.options, strict=True):
        first, last, length = timex.strip("()").split(",")
        for option in at.options:
            opened = datetime.combine(option, start)
            timexes.append(f"({at.timex}{first},{at.timex}{last},{length})")
            options.append((opened, opened + _gap(start, end)))
    return Stretch(tuple(timexes), tuple(options))


def _time_and_day(when: Reading, at: Reading) -> Reading | None:
    return _day_and_time(at, when)


def _at(on: date, clock: Clock) -> datetime:
    moment = datetime.combine(on, clock.time)
    return moment + timedelta(days=1) if clock.hour == 24 else moment


def _hours(on: date, part: DayPart) -> tuple[datetime, datetime]:
    midnight = datetime.combine(on, time())
    end = midnight + timedelta(hours=part.end_h)
    return midnight + timedelta(hours=part.start_h), end - timedelta(seconds=part.end_h == 24)


def _length_and_day(by: Reading, on: Reading, *, sign: int) -> Reading | None:
    return days_from(on, by, sign) if isinstance(by, Length) and isinstance(on, Day) and on.options else None


# --- from one to another


def _day_range(first: Reading, last: Reading, *, reference: datetime) -> Reading | None:
    if isinstance(first, Day) and isinstance(last, Day):
        if not first.options:
            return Span(f"({first.timex},{_with_year(last.timex, first.timex)},PXD)", (), is_resolved=False)
        return _span(first.timex, last.timex, [(option, option) for option in first.options], last.options, "D")
    if isinstance(first, Span) and isinstance(last, Span) and first.options and last.options:
        unit = "Y" if first.is_year and last.is_year else "M"
        starts = [option[0] for option in first.options]
        ends = tuple(option[0] for option in last.options)
        span = _span(_first_day(first.timex), _first_day(last.timex), [(s, s) for s in starts], ends, unit)
        return _current(span, reference.date()) if span and unit == "M" else span
    if isinstance(first, Moment) and isinstance(last, Moment):
        return _moments(first, last)
    if isinstance(first, Moment) and isinstance(last, Clock):
        return _moment_to_clock(first, last)
    return None


def _current(span: Span, today: date) -> Span:
    """Keep only the range of months that today lies in, where it lies in one."""
    now = tuple(option for option in span.options if option[0] <= today < shift_month(option[1], 1))
    return replace(span, options=now, timexes=()) if now and len(span.options) > 1 else span


def _with_year(timex: str, other: str) -> str:
    return other[:4] + timex[4:] if timex.startswith("XXXX") else timex


def _first_day(timex: str) -> str:
    if timex.startswith("("):
        return timex[1:].partition(",")[0]
    return {4: f"{timex}-01-01", 7: f"{timex}-01"}.get(len(timex), timex)


def _span(first: str, last: str, starts: list[tuple[date, date]], ends: tuple[date, ...], unit: str) -> Span | None:
    options: list[tuple[date, date]] = []
    for start, _ in starts:
        end = _end_after(start, last, ends)
        if end is not None and end >= start:
            options.append((start, end))
    if not options:
        return None
    if last.startswith("XXXX-XX"):  # "from the 10th to the 12th": the month is the first one's
        last = first[:8] + last[8:]
    elif last.startswith("XXXX") and not first.startswith("XXXX"):
        last = options[0][1].isoformat()
    timexes = tuple(f"({first},{last},{_count(option, unit)})" for option in options)
    return Span(timexes[0], tuple(options), timexes=timexes)


def _end_after(start: date, timex: str, ends: tuple[date, ...]) -> date | None:
    """Return the first end that is not before the start; a day without a year takes the start's."""
    if not timex.startswith("XXXX"):
        return ends[0] if ends else None
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
        clock = min(last.both(), key=lambda c: _gap(start.time(), c.time))
        gap = _gap(start.time(), clock.time)
        options.append((start, start + gap))
        timexes.append(_written(_nth(first, at), _nth(first, at).partition("T")[0] + clock.timex, gap))
    return Stretch(tuple(timexes), tuple(options))


def _nth(moment: Moment, at: int) -> str:
    return moment.timexes[at if len(moment.timexes) > 1 else 0]


def _written(first: str, last: str, length: timedelta) -> str:
    return f"({first},{last},{length_timex(length)})"


# --- before and after


def _is_range(reading: Reading) -> bool:
    if isinstance(reading, Span):
        return reading.timex.startswith("(")
    return isinstance(reading, Stretch | ClockSpan) and reading.timexes[0].startswith("(")


def _with_mod(text: str, atom: Atom, joints: Joints, *, free_from: int, free_to: int) -> Atom:
    """Take a preposition into the reading, unless another atom stands in it: the text is free between the two."""
    if not isinstance(atom.reading, Day | Span | Moment | Clock | DayPart | Stretch | ClockSpan):
        return atom
    opening = _before(text, atom.start, joints.opening)
    if opening and _is_range(atom.reading):
        return replace(atom, start=opening.start())
    for mod, expression in joints.suffixes:
        match = expression.match(text, atom.end, free_to)
        if match:
            start = opening.start() if opening and mod == "since" else atom.start  # "从...开始" is one phrase
            return replace(atom, start=start, end=match.end(), mod=mod)
    for mod, expression in joints.prefixes:
        found = _before(text, atom.start, expression)
        if found and found.start() >= free_from:
            return replace(atom, start=found.start(), mod=mod)
    return atom
