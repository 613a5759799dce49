"""English dates and clock times: "may eighteenth twenty twenty four" is May 18, 2024, "three thirty p m" 3:30 p.m.

In: folded text. Out: edits. AP style: figures for days and clock times, "a.m." with points, months in full. May and
March are months only before a day or a year: "you may", "march on".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from speech.itn.edits import Edit
from speech.itn.en_numerals import BEGINS, ENDS, ONES, ORDINAL, TEENS, TENS, ordinal, ordinal_value
from speech.itn.wetext_numbers import en_figures

_MONTHS = "january|february|march|april|may|june|july|august|september|october|november|december"
_WORDY = ("may", "march")
_TWO = rf"(?:{TEENS}|(?:{TENS})(?:[ -](?:{ONES}))?)"
_YEAR = (
    rf"(?:two thousand(?: and)? (?:{_TWO}|{ONES})|(?:eighteen|nineteen|twenty) (?:{_TWO}|(?:oh|o) (?:{ONES}))"
    r"|two thousand|(?:19|20)\d\d)"
)
_DAY = rf"(?:{ORDINAL}|\d{{1,2}}(?:st|nd|rd|th)?)"
_MONTH_DAY = re.compile(
    rf"{BEGINS}(?P<month>{_MONTHS}) (?:the )?(?:(?P<ordinal>{_DAY})"
    rf"|(?P<day>(?:thirty(?:[ -]one)?|twenty(?:[ -](?:{ONES}))?|{TEENS}|{ONES})))"
    rf"(?:,? (?P<year>{_YEAR}))?{ENDS}"
)
_MONTH_YEAR = re.compile(rf"{BEGINS}(?P<month>{_MONTHS})(?P<of> of)? (?P<year>{_YEAR}){ENDS}")
_DAY_OF_MONTH = re.compile(rf"{BEGINS}(?P<ordinal>{ORDINAL}) of (?P<month>{_MONTHS})(?:,? (?P<year>{_YEAR}))?{ENDS}")
_DAY_MONTH_YEAR = re.compile(rf"{BEGINS}(?P<ordinal>{ORDINAL}) (?P<month>{_MONTHS})(?:,? (?P<year>{_YEAR}))?{ENDS}")
_ON_THE = re.compile(
    rf"{BEGINS}(?:(?<=on the )|(?<=until the )|(?<=by the )|(?<=since the ))(?P<ordinal>{ORDINAL})"
    rf"(?=$|[,.!?]| (?:and|at|i|but|of this|of last|of next|in the|from|to|please)\b)"
)
_YEAR_ALONE = re.compile(
    rf"{BEGINS}(?:nineteen|twenty) (?:{_TWO}|(?:oh|o) (?:{ONES})){ENDS}(?! (?:dollars|euros|pounds))"
)

_HOUR = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|1[0-2]|[1-9])"
_MINUTE = rf"(?:(?:oh|o|zero) (?:{ONES})|(?:twenty|thirty|forty|fifty)(?:[ -](?:{ONES}))?|{TEENS}|[0-5]\d)"
_HALF_DAY = r"(?P<half>[ap])\.? ?m\b\.?"
_CLOCK = re.compile(rf"{BEGINS}(?P<hour>{_HOUR})(?: (?P<minute>{_MINUTE})| o'?clock)? (?:in the morning )?{_HALF_DAY}")
_CUES = (
    "at",
    "by",
    "around",
    "about",
    "until",
    "till",
    "before",
    "after",
    "from",
    "since",
    "between",
    "alarm for",
    "set for",
)
_AT = re.compile(
    rf"\b(?:{'|'.join(_CUES)}) (?P<hour>{_HOUR}) (?P<minute>{_MINUTE}){ENDS}"
    r"(?! (?:dollars|percent|volts|watts|euros|pounds|units|hundred|thousand|years|days|minutes|seconds|hours|\w+ ?%))"
)
_IN_THE = re.compile(
    rf"{BEGINS}(?P<hour>{_HOUR}) (?P<minute>{_MINUTE})"
    r"(?= (?:in the (?:morning|afternoon|evening)|tonight|today|tomorrow|this (?:morning|afternoon|evening)))"
)
_O_CLOCK = re.compile(rf"{BEGINS}(?P<hour>{_HOUR})(?: (?P<minute>{_MINUTE}))? (?P<sharp>o'clock|oclock|o clock)")
_PAST = re.compile(rf"{BEGINS}(?P<part>half|(?:a )?quarter|ten|twenty|five) past (?P<hour>{_HOUR}){ENDS}")
_QUARTER_TO = re.compile(rf"{BEGINS}(?:a )?quarter to (?P<hour>{_HOUR}){ENDS}")
_HOURS_OF_PARTS = {"half": 30, "quarter": 15, "a quarter": 15, "ten": 10, "twenty": 20, "five": 5}


def find_en_dates(text: str) -> Iterator[Edit]:
    """Yield dates and years."""
    for match in _DAY_OF_MONTH.finditer(text):
        day = ordinal(ordinal_value(match["ordinal"]))
        yield Edit(match.start(), match.end(), f"{day} of {_month(match)}{_after(match)}", "date")
    for match in _DAY_MONTH_YEAR.finditer(text):
        if match["month"] not in _WORDY or match["year"]:
            number = ordinal_value(match["ordinal"])
            yield Edit(match.start(), match.end(), f"{number} {_month(match)}{_after(match, comma='')}", "date")
    for match in _MONTH_YEAR.finditer(text):
        of = match["of"] or ""
        yield Edit(match.start(), match.end(), f"{_month(match)}{of} {_year(match['year'])}", "date")
    for match in _MONTH_DAY.finditer(text):
        number = _day(match)
        if number and not (match["month"] in _WORDY and match["ordinal"] is None and not match["year"]):
            yield Edit(match.start(), match.end(), f"{_month(match)} {number}{_after(match)}", "date")
    for match in _ON_THE.finditer(text):
        yield Edit(match.start(), match.end(), ordinal(ordinal_value(match["ordinal"])), "date")
    for match in _YEAR_ALONE.finditer(text):
        yield Edit(match.start(), match.end(), _year(match.group()), "date")


def find_en_times(text: str) -> Iterator[Edit]:
    """Yield clock times."""
    for match in _CLOCK.finditer(text):
        yield Edit(match.start(), match.end(), f"{_clock(match)} {match['half']}.m.", "time")
    for match in _O_CLOCK.finditer(text):
        yield Edit(match.start(), match.end(), f"{_clock(match)} o'clock", "time")
    for match in _IN_THE.finditer(text):
        yield Edit(match.start(), match.end(), _clock(match), "time")
    for match in _PAST.finditer(text):
        minute = _HOURS_OF_PARTS[match["part"]]
        yield Edit(match.start(), match.end(), f"{en_figures(match['hour'])}:{minute:02}", "time")
    for match in _QUARTER_TO.finditer(text):
        hour = int(en_figures(match["hour"]) or 0)
        yield Edit(match.start(), match.end(), f"{hour - 1 or 12}:45", "time")
    for match in _AT.finditer(text):
        yield Edit(match.start("hour"), match.end("minute"), _clock(match), "time")


def _clock(match: re.Match[str]) -> str:
    hour = en_figures(match["hour"])
    if not match["minute"]:
        return f"{hour}"
    last = match["minute"].split(" ")
    said = last[-1] if last[0] in ("oh", "o", "zero") else match["minute"]
    return f"{hour}:{int(en_figures(said) or 0):02}"


def _month(match: re.Match[str]) -> str:
    return str(match["month"]).capitalize()


def _day(match: re.Match[str]) -> int:
    said = match["ordinal"] or match["day"]
    if said[0].isdigit():
        day = int(re.sub(r"\D", "", said))
    else:
        day = ordinal_value(said) if match["ordinal"] else int(en_figures(said) or 0)
    return day if day <= 31 else 0


def _after(match: re.Match[str], *, comma: str = ",") -> str:
    return f"{comma} {_year(match['year'])}" if match["year"] else ""


def _year(said: str) -> str:
    if said[0].isdigit():
        return said
    if said.startswith("two thousand"):
        return en_figures(said) or said
    century, _, rest = said.partition(" ")
    words = rest.split(" ")
    years = words[-1] if words[0] in ("oh", "o") else rest
    return f"{en_figures(century)}{int(en_figures(years) or 0):02}"
