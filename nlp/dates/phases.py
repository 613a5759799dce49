"""The beginning, the middle and the end of a time: early March, mid 1989, the end of the week, later today.

In: a reading and the phase said of it. Out: the narrower reading, or None where the time has no such part. Where a
phase lies is Recognizers-Text's convention; "earlier" and "later" also stop at now.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Literal

from nlp.dates.almanac import shift_month
from nlp.dates.readings import Day, Moment, Reading, Span, Stretch

Phase = Literal["start", "mid", "end", "earlier", "later"]
_PLACE: dict[Phase, int] = {"start": 0, "earlier": 0, "mid": 1, "end": 2, "later": 2}


def phase_of(reading: Reading, phase: Phase, reference: datetime, *, is_numbered: bool) -> Reading | None:
    """Return a phase of a span, a day or a part of a day; `is_numbered` for "1989" as against "this year"."""
    if isinstance(reading, Span) and reading.options and not reading.phase:
        return _of_span(reading, phase, reference, is_numbered=is_numbered)
    if isinstance(reading, Stretch) and reading.part and phase != "mid":
        return replace(reading, options=tuple(_half(option, phase) for option in reading.options), part=None)
    if isinstance(reading, Day) and reading.options:
        return _of_day(reading, phase)
    return None


def _half(option: tuple[datetime, datetime], phase: Phase) -> tuple[datetime, datetime]:
    """Return the first or last two hours or more: half of a part of a day."""
    start, end = option
    whole_end = end + timedelta(seconds=end.second and 1)
    middle = start + (whole_end - start) / 2
    return (middle, end) if _PLACE[phase] else (start, middle)


def _of_day(on: Day, phase: Phase) -> Reading | None:
    if phase == "end":
        moments = tuple(datetime.combine(option, time(23, 59, 59)) for option in on.options)
        return Moment((f"{on.timex}T23:59:59",), moments)
    if phase in ("later", "earlier"):
        noons = [datetime.combine(option, time(12)) for option in on.options]
        halves = [(n, n + timedelta(hours=12)) if phase == "later" else (n - timedelta(hours=12), n) for n in noons]
        return Stretch((on.timex,), tuple(halves))
    return None


def _of_span(whole: Span, phase: Phase, reference: datetime, *, is_numbered: bool) -> Span | None:
    options: list[tuple[date, date]] = []
    edges: list[date] = []
    for start, end in whole.options:
        part = _part(start, end, _PLACE[phase], is_numbered=is_numbered)
        if part is None:
            return None
        options.append(_until_now(part, phase, (start, end), reference.date()))
        edges.append((start, start + (end - start) / 2, end)[_PLACE[phase]])
    return replace(whole, options=tuple(options), phase=phase, edges=tuple(edges))


def _part(start: date, end: date, place: int, *, is_numbered: bool) -> tuple[date, date] | None:
    days = (end - start).days
    if days == 7:
        bounds = ((0, 3), (1, 4), (3, 7))[place]
        return start + timedelta(days=bounds[0]), start + timedelta(days=bounds[1])
    if 28 <= days <= 31:
        first, last = ((1, 16), (10, 21), (16, 0))[place]
        return start.replace(day=first), start.replace(day=last) if last else end
    if days in (365, 366):
        months = (((0, 4), (4, 8), (8, 12)) if is_numbered else ((0, 6), (3, 9), (6, 12)))[place]
        return shift_month(start, months[0]), shift_month(start, months[1])
    return None


def _until_now(part: tuple[date, date], phase: Phase, whole: tuple[date, date], today: date) -> tuple[date, date]:
    start, end = part
    if not whole[0] <= today < whole[1]:
        return part
    if phase == "earlier":
        return start, max(start, min(end, today))
    if phase == "later":
        return min(end, max(start, today)), end
    return part
