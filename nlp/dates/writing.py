"""Turn atoms into what a mention carries: one line of text, and the language that decides a bare 12/1.

In: values and documents. Out: texts. It reads nothing itself. A text is as precise as what was said: 昨晚 is a day,
"2026-11-21"; 昨晚8点 is a moment on the writer's own clock, "2026-11-21T20:00:00+08:00", with the offset where known.
"""

from __future__ import annotations

import re
from datetime import datetime, tzinfo

from nlp.dates.readings import UNRESOLVED, Value
from nlp.records import Document
from nlp.text import Language, language_of

CHINESE_REGIONS = ("CN", "TW", "HK", "MO", "SG")


def language_in(document: Document) -> Language:
    """Return the language of lines that have no words of their own."""
    locale = document.locale.lower()
    if locale.startswith(("zh", "en")):
        return "zh" if locale.startswith("zh") else "en"
    found = language_of(document.text)
    return found if found != "und" else ("zh" if document.region in CHINESE_REGIONS else "en")


_PART_OF_DAY = re.compile(r"T(?:MO|MI|AF|EV|NI|DT)$")


def text_of(value: Value, zone: tzinfo | None = None) -> str:
    """Return one alternative as a line of text: the day, the moment, or start/end as ISO 8601 writes intervals.

    >>> text_of({"timex": "2026-11-21TEV", "type": "datetimerange",
    ...          "start": "2026-11-21 16:00:00", "end": "2026-11-21 20:00:00"})
    '2026-11-21'
    """
    if "value" in value:
        is_moment = value["type"] not in ("duration", "set") and value["value"] != UNRESOLVED
        return _moment(value["value"], zone) if is_moment else value["timex"]
    if _PART_OF_DAY.search(value["timex"]) and "datetime" in value["type"]:
        return value.get("start", value.get("end", ""))[:10]
    if "end" not in value:  # "since Friday": the moment it began is what a ticket holds
        return _moment(value["start"], zone)
    return "/".join(_moment(value[key], zone) if key in value else ".." for key in ("start", "end"))


def _moment(written: str, zone: tzinfo | None) -> str:
    """Write a date and time of day as ISO 8601 does; a date or a time of day alone stays as it is."""
    if " " not in written:
        return written
    return datetime.fromisoformat(written).replace(tzinfo=zone).isoformat()
