"""Join atoms of time into one reading: day and clock, from and to, before and after.

In: a text's atoms and the joints of its language. Out: fewer atoms. It knows no words: the joints are arguments.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial

from nlp.dates.almanac import days_from, week, weekend_of
from nlp.dates.phases import Phase, phase_of
from nlp.dates.ranges import clock_range_of, gap, lasting, range_of
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
)

Join = Callable[[Reading, Reading], Reading | None]


NEVER = re.compile(r"(?!)")


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
    only_to: re.Pattern[str] = NEVER  # an opening that "and" does not close: "from 2015 and 2016"
    lasting: re.Pattern[str] = NEVER  # "2 hours" and "from 10 am"; the length's own opening is `lasting_opening`
    lasting_opening: re.Pattern[str] = NEVER
    lasts: re.Pattern[str] = NEVER  # "from 10 am" and "for 2 hours"
    week_of: re.Pattern[str] = NEVER  # before a day
    weekend_of: re.Pattern[str] = NEVER
    every: re.Pattern[str] = NEVER
    phases: tuple[tuple[Phase, re.Pattern[str]], ...] = ()
    compared: re.Pattern[str] = NEVER  # "more than", "less than"; group "less" where it is less
    away: re.Pattern[str] = NEVER  # the words of a day that was told by its distance


def combine(text: str, atoms: list[Atom], joints: Joints, reference: datetime) -> list[Atom]:
    """Join what belongs together, the tightest first."""
    if not atoms:
        return atoms
    atoms = _pairs(text, atoms, joints.beside, _part_and_clock)
    atoms = _pairs(text, atoms, joints.behind, _clock_and_part)
    atoms = _ranges(text, atoms, joints, clock_range_of)
    atoms = _lengths(text, atoms, joints, reference, starts=Clock)
    atoms = _pairs(text, atoms, joints.beside, _day_and_time)
    atoms = _pairs(text, atoms, joints.behind, _time_and_day)
    atoms = _pairs(text, atoms, joints.behind, _weekday_and_week)
    atoms = _without_swallowed([_with_phase(text, atom, joints, reference) for atom in atoms])
    atoms = _pairs(text, atoms, joints.later_than, partial(_length_and_day, sign=1))
    atoms = _pairs(text, atoms, joints.earlier_than, partial(_length_and_day, sign=-1))
    atoms = _lengths(text, atoms, joints, reference, starts=(Day, Moment))
    atoms = _ranges(text, atoms, joints, partial(range_of, reference=reference))
    before, behind = [0, *(atom.end for atom in atoms)], [*(atom.start for atom in atoms[1:]), len(text)]
    atoms = [
        _with_mod(text, _compared(text, atom, joints, reference), joints, free_from=free_from, free_to=free_to)
        for atom, free_from, free_to in zip(atoms, before, behind, strict=False)
    ]
    return _days_before_mods(text, atoms, joints)


def _days_before_mods(text: str, atoms: list[Atom], joints: Joints) -> list[Atom]:
    """Join "1 January" and "after 2:00"."""
    joined: list[Atom] = []
    for atom in atoms:
        reading = None
        last = joined[-1] if joined else atom
        if atom.mod and not last.mod and isinstance(atom.reading, Clock):
            reading = (
                _day_and_time(last.reading, atom.reading)
                if joints.beside.fullmatch(text, last.end, atom.start)
                else None
            )
        elif last.mod and not atom.mod and isinstance(last.reading, Clock):  # "3 pm or later" + "on Monday"
            reading = (
                _day_and_time(atom.reading, last.reading)
                if joints.behind.fullmatch(text, last.end, atom.start)
                else None
            )
        if reading is None:
            joined.append(atom)
        else:
            joined[-1] = Atom(last.start, atom.end, reading, atom.mod or last.mod)
    return joined


def _without_swallowed(atoms: list[Atom]) -> list[Atom]:
    """Drop "the week" where "the week of the 18th" has taken it in."""
    ends = [atom.start for atom in atoms[1:]]
    return [
        atom
        for atom, next_start in zip(atoms, [*ends, None], strict=True)
        if next_start is None or atom.end <= next_start
    ]


def _lengths(
    text: str, atoms: list[Atom], joints: Joints, reference: datetime, *, starts: type | tuple[type, ...]
) -> list[Atom]:
    """Join a length with where it starts: "2 hours from 10 am", "from 10 am for 2 hours"."""
    joined: list[Atom] = []
    for atom in atoms:
        last = joined[-1] if joined else atom
        reading = None
        start = last.start
        joint = joints.lasting.fullmatch(text, last.end, atom.start)
        if isinstance(last.reading, Length) and isinstance(atom.reading, starts) and joint:
            opening = _before(text, last.start, joints.lasting_opening) if joint["from"] else None
            if opening or not joint["from"]:  # "2 weeks from Monday" is a day, "for 2 weeks from Monday" is not
                reading = lasting(atom.reading, last.reading, reference=reference)
            start = opening.start() if opening else start
        elif (
            isinstance(atom.reading, Length)
            and isinstance(last.reading, starts)
            and joints.lasts.fullmatch(text, last.end, atom.start)
        ):
            reading = lasting(last.reading, atom.reading, reference=reference)
            opening = _before(text, last.start, joints.opening)
            start = opening.start() if opening and reading else start
        if reading is None or last is atom:
            joined.append(atom)
        else:
            joined[-1] = Atom(start, atom.end, reading)
    return joined


def _with_phase(text: str, atom: Atom, joints: Joints, reference: datetime) -> Atom:
    """Take "early", "the end of", "the week of" and "every" into the reading."""
    reading = atom.reading
    if isinstance(reading, Day) and reading.options:
        for expression, build in ((joints.week_of, _week_of), (joints.weekend_of, _weekend_of), (joints.every, _every)):
            found = _before(text, atom.start, expression)
            if found:
                return replace(atom, start=found.start(), reading=build(reading))
    if not isinstance(reading, Day | Span | Stretch):
        return atom
    for phase, expression in joints.phases:
        found = _before(text, atom.start, expression)
        is_numbered = text[atom.end - 1].isdigit()
        part = phase_of(reading, phase, reference, is_numbered=is_numbered) if found else None
        if found and part:
            start = found.start() if isinstance(part, Moment) else found.start("phase")
            return replace(atom, start=start, reading=part)
    return atom


def _week_of(on: Day) -> Span:
    weeks = [week(datetime.combine(option, time()), 0).options[0] for option in on.options]
    return Span(on.timex, tuple(weeks))


def _weekend_of(on: Day) -> Span:
    return weekend_of(on.options[-1])


def _every(on: Day) -> Repeat:
    return Repeat(on.timex if on.timex.startswith("XXXX") else f"XXXX{on.timex[4:]}")


def _compared(text: str, atom: Atom, joints: Joints, reference: datetime) -> Atom:
    """Take "more than" into "more than 2 weeks ago": the days before it; a length keeps its value."""
    found = _before(text, atom.start, joints.compared)
    if not found or atom.mod:
        return atom
    if isinstance(atom.reading, Length):
        return replace(atom, start=found.start())
    if not isinstance(atom.reading, Day | Moment) or not joints.away.search(text, atom.start, atom.end):
        return atom
    at = atom.reading.options[-1]
    is_past = (at if isinstance(at, datetime) else datetime.combine(at, time())) < reference
    is_less = bool(found.groupdict().get("less"))
    return replace(atom, start=found.start(), mod="before" if is_past is not is_less else "after")


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
    is_between = bool(opening) and not joints.only_to.match(opening.group() if opening else "")
    if (is_between or closing) and joints.both.fullmatch(text, first.end, last.start):
        return start, closing.end() if closing else last.end
    return None


PREFIX_CHARS = 32
"""The longest prefix in the grammars is "the week commencing on the " and its spaces."""


def _before(text: str, at: int, expression: re.Pattern[str]) -> re.Match[str] | None:
    """Match an expression that ends with $ right before `at`."""
    return expression.search(text, max(0, at - PREFIX_CHARS), at)


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
    if part.is_late and (hour < 12) and not (part.code in ("MI", "MEL") and hour >= 10):
        hour += 12
    elif hour == 12 and part.code in ("DA", "NI", "EV"):
        hour = 0
    return replace(clock, hour=hour, is_half_day=False)


# --- a day and its time


def _day_and_time(at: Reading, when: Reading) -> Reading | None:
    if isinstance(at, Repeat) and isinstance(when, Clock):
        is_daily = at.timex == "P1D" or at.timex.startswith("T")
        return Repeat(when.timex if is_daily else at.timex + when.timex)
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
            options.append((opened, opened + gap(start, end)))
    return Stretch(tuple(timexes), tuple(options))


def _weekday_and_week(at: Reading, span: Reading) -> Reading | None:
    """Read "Wednesday evening" + "next week", "Friday at 5" + "of next week"."""
    is_week = isinstance(span, Span) and len(span.options) == 1 and "-W" in span.timex and not span.timex.endswith("WE")
    timex = at.timexes[0] if isinstance(at, Moment | Stretch) else ""
    if not is_week or not isinstance(span, Span) or not timex.startswith("XXXX-WXX-") or timex[9:10] not in "1234567":
        return None
    on = span.options[0][0] + timedelta(days=int(timex[9]) - 1)
    if isinstance(at, Moment):
        kept = at.options[-1:] if len(at.timexes) == 1 else at.options[1::2]
        timexes = at.timexes if len(at.timexes) == 1 else at.timexes[1::2]
        moments = tuple(datetime.combine(on, option.time()) for option in kept)
        return Moment(tuple(f"{on.isoformat()}{one[10:]}" for one in timexes), moments)
    if not isinstance(at, Stretch) or at.part is None:
        return None
    return Stretch(
        (f"{on.isoformat()}{timex[10:]}",), (_hours(on, at.part),), day=Day(on.isoformat(), (on,)), part=at.part
    )


def _time_and_day(when: Reading, at: Reading) -> Reading | None:
    return None if isinstance(when, DayPart) and when.is_meal else _day_and_time(at, when)


def _at(on: date, clock: Clock) -> datetime:
    moment = datetime.combine(on, clock.time)
    return moment + timedelta(days=1) if clock.hour == 24 else moment


def _hours(on: date, part: DayPart) -> tuple[datetime, datetime]:
    midnight = datetime.combine(on, time())
    end = midnight + timedelta(hours=part.end_h)
    return midnight + timedelta(hours=part.start_h), end - timedelta(seconds=part.end_h == 24)


def _length_and_day(by: Reading, on: Reading, *, sign: int) -> Reading | None:
    return days_from(on, by, sign) if isinstance(by, Length) and isinstance(on, Day) and on.options else None


# --- before and after


def _is_range(reading: Reading) -> bool:
    if isinstance(reading, Span):
        return reading.timex.startswith("(")
    return isinstance(reading, Stretch | ClockSpan) and reading.timexes[0].startswith("(")


def _with_mod(text: str, atom: Atom, joints: Joints, *, free_from: int, free_to: int) -> Atom:
    """Take a preposition into the reading, unless another atom stands in it: the text is free between the two."""
    if atom.mod or not isinstance(atom.reading, Day | Span | Moment | Clock | DayPart | Stretch | ClockSpan):
        return atom
    opening = _before(text, atom.start, joints.opening)
    if opening and _is_range(atom.reading):
        return replace(atom, start=opening.start())
    for mod, expression in joints.suffixes:
        match = expression.match(text, atom.end, free_to)
        if match and not text[match.end() : free_to].isspace():  # "before 2010 or after 2018": it belongs to the next
            start = opening.start() if opening and mod == "since" else atom.start  # "从...开始" is one phrase
            return replace(atom, start=start, end=match.end(), mod=mod)
    for mod, expression in joints.prefixes:
        found = _before(text, atom.start, expression)
        if found and found.start() >= free_from:
            return replace(atom, start=found.start(), mod=mod)
    return atom
