"""Turn atoms into what a mention carries: one line of text, and the language that decides a bare 12/1.

In: values and documents. Out: texts. It reads nothing itself.
"""

from __future__ import annotations

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


def text_of(value: Value) -> str:
    """Return one alternative as a line of text: the moment, or start/end as ISO 8601 writes intervals."""
    if "value" in value:
        is_moment = value["type"] not in ("duration", "set") and value["value"] != UNRESOLVED
        return value["timex"] if not is_moment else value["value"].replace(" ", "T")
    if "end" not in value:  # "since Friday": the moment it began is what a ticket holds
        return value["start"].replace(" ", "T")
    return "/".join(value.get(key, "..").replace(" ", "T") for key in ("start", "end"))
