"""Occasion: which of a text's times is the one a ticket asks for, by the words around it.

In: a Document, words that speak of the occasion ("stopped", 坏了) and words that speak of others ("bought", 上门). Out:
the times said of it; never a time of something else, one of which nothing says what it is of, "now", or one of the
wrong side of now (`moment_of` says which: a fault lies behind, a visit ahead).
It reads words, not stories: what it finds is suggested, not filled in.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from nlp.document import origins_of
from nlp.extraction.field import Example, FieldTexts
from nlp.fields.date_time import FIELD as DATE_TIME
from nlp.fields.date_time import NOT_A_TIME_SCORE
from nlp.records import Document, Mention
from nlp.text import language_of, lowered

SCORE = 0.5
"""Of 32 times found in 300 Chinese public helpdesk dialogues about half were the fault's, read by eye on 2026-11-22:
those customers speak of bills and plans, so the figure is a low one."""
MAX_SPAN = timedelta(days=31)
"""A year is no moment a technician can use."""
MAX_CLAUSE_CHARS = 80
"""Speech comes without commas; further than this a word belongs to another thought."""
NEIGHBOUR_CHARS = 16
"""A short clause beside the time's own still speaks of it ("空调坏了,昨晚"); a further one does not."""
_BREAK = re.compile(r"[,;!?\uff0c\uff1b\uff01\uff1f\u3002\u3001\n]|\.(?=\s|$)")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NOT_A_MOMENT = re.compile(
    r"现在|目前|如今|马上|立刻|立即|尽快|一点|两点|[一二三]时|now|right now|asap|as soon as possible"
    r"|at the moment|currently|the first|the second|the month"
)
"""The present, haste, "a bit", "two points" and ordinals: read as times where a time is asked for, but not here."""
_CLOCK = re.compile(r"(\d{2}):(\d{2}):(\d{2})")


MomentOf = Callable[[Mention, datetime | None], str | None]
"""Choose the alternative of a time that the occasion can have had; None where it has none."""


def past_of(mention: Mention, reference: datetime | None) -> str | None:
    return past_moment(mention.value, reference)


@dataclass(frozen=True, slots=True)
class Occasion:
    """A field whose value is a time; two times of a text do not contradict each other."""

    name: str
    texts: FieldTexts
    about: tuple[str, ...]
    not_about: tuple[str, ...]
    examples: tuple[Example, ...]
    counter_examples: tuple[str, ...]
    is_identifier: bool = False
    is_single: bool = False
    effort: float = 1.0
    moment_of: MomentOf = past_of

    def extract(self, document: Document) -> Sequence[Mention]:
        """Find the times that are said of the occasion, and weakly those that may be."""
        times = [mention for mention in DATE_TIME.extract(document) if mention.score > NOT_A_TIME_SCORE]
        return tuple(found for mention in times if (found := self._read(mention, document)))

    def _read(self, mention: Mention, document: Document) -> Mention | None:
        origins = origins_of(document, mention.start, mention.end)
        is_on_page = any(origin.part.kind == "image" for origin in origins)
        said = self._said(document.text, mention, is_on_page=is_on_page)
        value = self.moment_of(mention, document.reference_time)
        own = document.text[mention.start : mention.end].strip().lower()
        if value is None or said.is_against or not said.word or _NOT_A_MOMENT.fullmatch(own):
            return None
        return replace(mention, field=self.name, value=value, score=SCORE, why=f"{mention.why} near {said.word!r}")

    def _said(self, text: str, mention: Mention, *, is_on_page: bool) -> _Said:
        """Look in the clause, then in the time's own words, then beside the clause, then in what was asked before."""
        line_start = max(text.rfind("\n", 0, mention.start) + 1, mention.start - MAX_CLAUSE_CHARS)
        line_end = _end(text.find("\n", mention.end), mention.end + MAX_CLAUSE_CHARS, len(text))
        start = max((m.end() for m in _BREAK.finditer(text, line_start, mention.start)), default=line_start)
        stop = _BREAK.search(text, mention.end, line_end)
        end = stop.start() if stop else line_end
        asked = max(text.rfind("\n", 0, max(line_start - 1, 0)) + 1, line_start - MAX_CLAUSE_CHARS)
        own = text[mention.start : mention.end]
        regions = [(text[start : mention.start], text[mention.end : end]), ("", own)]
        near_start, near_end = max(line_start, start - NEIGHBOUR_CHARS), min(line_end, end + NEIGHBOUR_CHARS)
        regions += [(text[near_start : mention.start], text[mention.end : near_end])]
        question = text[asked:line_start].strip()
        regions += [(question, "")] if question.endswith(("?", "\uff1f")) and not is_on_page else []
        return next((said for before, behind in regions if (said := self._nearest(before, behind)).word), _Said())

    def _nearest(self, before: str, behind: str) -> _Said:
        """Return the nearest word: Chinese says it behind the time (昨晚坏的), English before (broke last night)."""
        words = _regex(self.about, self.not_about)
        last = max(words.finditer(lowered(before)), key=lambda match: match.end(), default=None)
        first = words.search(lowered(behind))
        found = (first or last) if language_of(before + behind) == "zh" else (last or first)
        if found is None:
            return _Said()
        word = (behind if found is first else before)[found.start() : found.end()]
        return _Said(word, found.lastgroup == "against")


@dataclass(frozen=True, slots=True)
class _Said:
    """The word that says what a time is of; "" where none does."""

    word: str = ""
    is_against: bool = False


def _end(newline: int, *ends: int) -> int:
    return min(end for end in (newline, *ends) if end >= 0)


@lru_cache(maxsize=16)
def _regex(about: tuple[str, ...], against: tuple[str, ...]) -> re.Pattern[str]:
    """Compile the words for a text in lower case."""

    def one_of(words: tuple[str, ...]) -> str:
        ordered = sorted(words, key=len, reverse=True)
        return "|".join(rf"(?<![a-z]){re.escape(w)}(?![a-z])" if w.isascii() else re.escape(w) for w in ordered)

    return re.compile(rf"(?P<against>{one_of(against)})|(?P<about>{one_of(about)})")


def past_moment(value: str, reference: datetime | None) -> str | None:
    """Return the value where it is no time to come; a time of day alone is the last time it was that late.

    >>> at = datetime.fromisoformat("2026-11-22T10:00:00+08:00")
    >>> past_moment("2026-11-21", at), past_moment("2026-11-23", at), past_moment("22:30:00", at)
    ('2026-11-21', None, '2026-11-21T22:30:00+08:00')
    """
    if _DAY.match(value):
        return value if _is_past(value, reference) else None
    clock = _CLOCK.match(value)
    if clock is None or reference is None:
        return None
    hour, minute, second = (int(part) for part in clock.groups())
    moment = reference.replace(hour=hour, minute=minute, second=second, microsecond=0)
    moment -= timedelta(days=moment > reference)
    return moment.date().isoformat() if "/" in value else moment.isoformat()


def _is_past(value: str, reference: datetime | None) -> bool:
    first, _, last = value.partition("/")
    is_short = not _DAY.match(last) or date.fromisoformat(last[:10]) - date.fromisoformat(first[:10]) <= MAX_SPAN
    if reference is None or "T" not in first or reference.tzinfo is None:
        return is_short and (reference is None or date.fromisoformat(first[:10]) <= reference.date())
    return is_short and datetime.fromisoformat(first) <= reference and not (last and first == reference.isoformat())
