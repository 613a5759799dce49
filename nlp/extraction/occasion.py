"""Occasion: which of a text's times is the one a ticket asks for, by the words around it.

In: a Document, words that speak of the occasion ("stopped", 坏了) and words that speak of others ("bought", 上门). Out:
the times said of it; times of which nothing says what they are of, at a low score; never a time of something else, a
time to come, or a bare date on a page. It reads words, not stories.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from nlp.document import origins_of
from nlp.extraction.field import Example, FieldTexts
from nlp.fields.date_time import FIELD as DATE_TIME
from nlp.fields.date_time import NOT_A_TIME_SCORE
from nlp.records import Document, Mention

UNSAID_FACTOR = 0.35
"""A time with no word about it: in a conversation about a fault still more often an appointment or a purchase."""
MAX_CLAUSE_CHARS = 80
"""Speech comes without commas; further than this a word belongs to another thought."""
_BREAK = re.compile(r"[,;!?,;!?。、\n]|\.(?=\s|$)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"(\d{2}):(\d{2}):(\d{2})")


@dataclass(frozen=True, slots=True)
class Occasion:
    """A field whose value is a time in the past; two times of a text do not contradict each other."""

    name: str
    texts: FieldTexts
    about: tuple[str, ...]
    not_about: tuple[str, ...]
    examples: tuple[Example, ...]
    counter_examples: tuple[str, ...]
    is_identifier: bool = False
    is_single: bool = False
    effort: float = 1.0

    def extract(self, document: Document) -> Sequence[Mention]:
        """Find the times that are said of the occasion, and weakly those that may be."""
        times = [mention for mention in DATE_TIME.extract(document) if mention.score > NOT_A_TIME_SCORE]
        return tuple(found for mention in times if (found := self._read(mention, document)))

    def _read(self, mention: Mention, document: Document) -> Mention | None:
        origins = origins_of(document, mention.start, mention.end)
        is_on_page = any(origin.part.kind == "image" for origin in origins)
        said = self._said(document.text, mention, is_on_page=is_on_page)
        value = past_moment(mention.value, document.reference_time)
        if value is None or said.is_against or (is_on_page and not said.word):
            return None
        if not said.word:
            return replace(mention, field=self.name, value=value, score=round(mention.score * UNSAID_FACTOR, 4))
        return replace(mention, field=self.name, value=value, why=f"{mention.why} near {said.word!r}")

    def _said(self, text: str, mention: Mention, *, is_on_page: bool) -> _Said:
        """Look in the clause, then in the time's own words, then in its line, then in what was asked before it."""
        line_start = max(text.rfind("\n", 0, mention.start) + 1, mention.start - MAX_CLAUSE_CHARS)
        line_end = _end(text.find("\n", mention.end), mention.end + MAX_CLAUSE_CHARS, len(text))
        start = max((m.end() for m in _BREAK.finditer(text, line_start, mention.start)), default=line_start)
        stop = _BREAK.search(text, mention.end, line_end)
        end = stop.start() if stop else line_end
        asked = max(text.rfind("\n", 0, max(line_start - 1, 0)) + 1, line_start - MAX_CLAUSE_CHARS)
        own = text[mention.start : mention.end]
        regions = [(text[start : mention.start], text[mention.end : end]), ("", own)]
        regions += [(text[line_start : mention.start], text[mention.end : line_end])]
        regions += [] if is_on_page else [(text[asked:line_start], "")]
        return next((said for before, behind in regions if (said := self._nearest(before, behind)).word), _Said())

    def _nearest(self, before: str, behind: str) -> _Said:
        """Return the nearest word: Chinese says it behind the time (昨晚坏的), English before (broke last night)."""
        words = _regex(self.about, self.not_about)
        last = None
        for last in words.finditer(before):
            pass
        first = words.search(behind)
        is_chinese = any("\u4e00" <= character <= "\u9fff" for character in before + behind)
        found = (first or last) if is_chinese else (last or first)
        return _Said(found.group(), found.lastgroup == "against") if found else _Said()


@dataclass(frozen=True, slots=True)
class _Said:
    """The word that says what a time is of; "" where none does."""

    word: str = ""
    is_against: bool = False


def _end(newline: int, *ends: int) -> int:
    return min(end for end in (newline, *ends) if end >= 0)


@lru_cache(maxsize=16)
def _regex(about: tuple[str, ...], against: tuple[str, ...]) -> re.Pattern[str]:
    def one_of(words: tuple[str, ...]) -> str:
        ordered = sorted(words, key=len, reverse=True)
        return "|".join(rf"(?<![a-z]){re.escape(w)}(?![a-z])" if w.isascii() else re.escape(w) for w in ordered)

    return re.compile(rf"(?P<against>{one_of(against)})|(?P<about>{one_of(about)})", re.IGNORECASE)


def past_moment(value: str, reference: datetime | None) -> str | None:
    """Return the value where it is no time to come; a time of day alone is the last time it was that late.

    >>> at = datetime.fromisoformat("2026-11-22T10:00:00+08:00")
    >>> past_moment("2026-11-21", at), past_moment("2026-11-23", at), past_moment("22:30:00", at)
    ('2026-11-21', None, '2026-11-21T22:30:00+08:00')
    """
    if _DAY.match(value):
        return value if reference is None or _began(value) <= reference.date() else None
    clock = _CLOCK.match(value)
    if clock is None or reference is None:
        return None
    hour, minute, second = (int(part) for part in clock.groups())
    moment = reference.replace(hour=hour, minute=minute, second=second, microsecond=0)
    moment -= timedelta(days=moment > reference)
    return moment.date().isoformat() if "/" in value else moment.isoformat()


def _began(value: str) -> date:
    return date.fromisoformat(value[:10])
