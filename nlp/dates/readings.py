"""What a piece of text about time can mean, and how it is written down.

Readings are values: each knows its TIMEX and its alternatives ("Friday" is the last one or the next one). `values_of`
writes them in the shape of Recognizers-Text. Times here are without a zone: they are the writer's own clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

Mod = Literal["", "before", "after", "since", "until"]
Value = dict[str, str]

UNRESOLVED = "not resolved"


@dataclass(frozen=True, slots=True)
class Day:
    timex: str
    options: tuple[date, ...]  # last one, next one; one where it is certain; none where there is no such day
    is_relative: bool = False  # told from now: "today"


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day; `is_half_day` where morning or afternoon was not said."""

    hour: int
    minute: int | None = None
    second: int | None = None
    is_half_day: bool = False

    @property
    def timex(self) -> str:
        minute = "" if self.minute is None else f":{self.minute:02}"
        second = "" if self.second is None else f":{self.second:02}"
        return f"T{self.hour:02}{minute}{second}"

    @property
    def time(self) -> time:
        return time(self.hour % 24, self.minute or 0, self.second or 0)

    def both(self) -> tuple[Clock, ...]:
        """Return the morning's and the afternoon's reading."""
        if not self.is_half_day:
            return (self,)
        other = (self.hour + 12) % 24
        return tuple(Clock(hour, self.minute, self.second) for hour in (self.hour, other))


@dataclass(frozen=True, slots=True)
class DayPart:
    """Morning, evening, ...: [start_h, end_h); `is_late` where an hour said with it belongs to the afternoon."""

    code: str
    start_h: int
    end_h: int
    is_late: bool

    @property
    def is_meal(self) -> bool:
        return self.code.startswith("ME")


@dataclass(frozen=True, slots=True)
class Span:
    """Whole days [start, end)."""

    timex: str
    options: tuple[tuple[date, date], ...]
    is_resolved: bool = True
    is_year: bool = False
    timexes: tuple[str, ...] = ()  # one for each option, where they differ
    phase: str = ""  # "end" of "the end of March": the options are the phase's
    edges: tuple[date, ...] = ()  # where the phase bounds a range, one for each option


@dataclass(frozen=True, slots=True)
class Moment:
    timexes: tuple[str, ...]  # one for each option, or one for all
    options: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one moment to another, [start, end)."""

    timexes: tuple[str, ...]
    options: tuple[tuple[datetime, datetime], ...]
    day: Day | None = None  # where the stretch is a part of a day: "Monday morning"
    part: DayPart | None = None


@dataclass(frozen=True, slots=True)
class ClockSpan:
    """From one time of day to another."""

    timexes: tuple[str, ...]
    options: tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class Length:
    """A duration; the calendar's parts are kept apart because months differ."""

    timex: str
    months: int
    days: int
    seconds: float
    total_s: float


@dataclass(frozen=True, slots=True)
class Repeat:
    timex: str


Reading = Day | Clock | DayPart | Span | Moment | Stretch | ClockSpan | Length | Repeat


@dataclass(frozen=True, slots=True)
class Atom:
    """A reading and the [start, end) it was read from."""

    start: int
    end: int
    reading: Reading
    mod: Mod = ""


def iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def clock_text(at: time) -> str:
    return at.strftime("%H:%M:%S")


def amount_text(number: float) -> str:
    """Write a number without a needless fraction.

    >>> amount_text(3.0), amount_text(3.5)
    ('3', '3.5')
    """
    return str(int(number)) if number == int(number) else f"{number:g}"


def length_timex(delta: timedelta) -> str:
    """Write hours, minutes and seconds as a TIMEX duration.

    >>> length_timex(timedelta(minutes=37, seconds=39))
    'PT37M39S'
    """
    total_s = int(delta.total_seconds())
    hours, minutes, seconds = total_s // 3600, total_s % 3600 // 60, total_s % 60
    written = "".join(f"{n}{unit}" for n, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if n)
    return f"PT{written or '0S'}"


def type_of(atom: Atom) -> str:
    """Name the reading's type in Recognizers' words."""
    reading = atom.reading
    if atom.mod:
        return {
            Day: "daterange",
            Span: "daterange",
            Clock: "timerange",
            DayPart: "timerange",
            ClockSpan: "timerange",
        }.get(type(reading), "datetimerange")
    return _TYPES[type(reading)]


_TYPES: dict[type, str] = {
    Day: "date",
    Clock: "time",
    DayPart: "timerange",
    Span: "daterange",
    Moment: "datetime",
    Stretch: "datetimerange",
    ClockSpan: "timerange",
    Length: "duration",
    Repeat: "set",
}


def values_of(atom: Atom) -> tuple[Value, ...]:
    """Write a reading down: one value for each alternative, without repeats."""
    pairs = _bounds(atom.reading)
    kind = type_of(atom)
    if not pairs:
        return ({"timex": _timex(atom.reading), "type": kind, "value": UNRESOLVED},)
    values: list[Value] = []
    for timex, start, end in pairs:
        value: Value = {"timex": timex, "type": kind}
        if atom.mod:
            value["Mod"] = atom.mod
            value |= _modified(atom, start, end)
        elif end is None:
            value["value"] = start
        else:
            value |= {"start": start, "end": end}
        if value not in values:
            values.append(value)
    return tuple(values)


def _modified(atom: Atom, start: str, end: str | None) -> Value:
    phase = atom.reading.phase if isinstance(atom.reading, Span) else ""
    if atom.mod == "before" and end is not None and phase == "end":
        return {"end": end}
    if atom.mod == "after" and end is not None and phase != "start":
        return {"start": end}
    return {"end": start} if atom.mod in ("before", "until") else {"start": start}


def _timex(reading: Reading) -> str:
    return reading.timexes[0] if isinstance(reading, Moment | Stretch | ClockSpan) else _single_timex(reading)


def _single_timex(reading: Day | Clock | DayPart | Span | Length | Repeat) -> str:
    return f"T{reading.code}" if isinstance(reading, DayPart) else reading.timex


def _bounds(reading: Reading) -> list[tuple[str, str, str | None]]:
    """Return (timex, start or value, end) for each alternative."""
    if isinstance(reading, Day):
        return [(reading.timex, option.isoformat(), None) for option in reading.options]
    if isinstance(reading, Clock):
        return [(clock.timex, clock_text(clock.time), None) for clock in reading.both()]
    if isinstance(reading, DayPart):
        end = "23:59:59" if reading.end_h == 24 else f"{reading.end_h:02}:00:00"
        return [(f"T{reading.code}", f"{reading.start_h:02}:00:00", end)]
    if isinstance(reading, Span):
        timexes = reading.timexes or (reading.timex,) * len(reading.options)
        found = [(t, a.isoformat(), b.isoformat()) for t, (a, b) in zip(timexes, reading.options, strict=True)]
        return [(timex, start, end) for timex, start, end in found if reading.is_resolved]
    if isinstance(reading, Length):
        return [(reading.timex, amount_text(reading.total_s), None)]
    if isinstance(reading, Repeat):
        return []
    timexes = reading.timexes * len(reading.options) if len(reading.timexes) == 1 else reading.timexes
    if isinstance(reading, Moment):
        return [(timex, iso(at), None) for timex, at in zip(timexes, reading.options, strict=True)]
    if isinstance(reading, Stretch):
        return [(timex, iso(a), iso(b)) for timex, (a, b) in zip(timexes, reading.options, strict=True)]
    return [(t, clock_text(a), clock_text(b)) for t, (a, b) in zip(timexes, reading.options, strict=True)]
