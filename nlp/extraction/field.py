"""FieldSpec: a ticket field as frozen rows that find themselves in a text.

In: a Document. Out: Mentions, each with the pattern that found it, the context that raised it and the checks it passed.
A pattern gives a score, context words raise it, a failed check lowers it, and `why` keeps the explanation.
It does not know other fields (see extract.py) nor the business's records (see resolve.py).
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol, runtime_checkable

from nlp.document import origins_of
from nlp.extraction.spoken import read_spoken
from nlp.extraction.triggers import Trigger, has_digit, trigger_of
from nlp.records import Check, Document, Mention, Part
from nlp.text import Folded, lowered

CONTEXT_BEFORE_CHARS = 40
CONTEXT_AFTER_CHARS = 16
"""A label rarely stands further off: "我的订单号码之前客服已经问过了,是..." is 20 characters, an English clause 40."""
CONTEXT_GAIN = 0.5
"""A context word halves the doubt that the pattern leaves (Presidio raises by a fixed 0.35; halving cannot pass 1)."""
FAILED_CHECK_FACTOR = 0.5
LABEL = "label"
LABELLED_SCORE = 0.92
"""A value right behind its own label; the rest is what a later correction or another person's number takes away."""
MIN_SCORE = 0.3
"""Below this a mention is noise: it is not reported."""


@dataclass(frozen=True, slots=True)
class Localised:
    """One message in both languages."""

    zh: str
    en: str

    def in_locale(self, locale: str) -> str:
        return self.zh if locale.lower().startswith("zh") else self.en


def check_in(check: Check, locale: str) -> Check:
    """Return a check with its detail in one language.

    >>> check_in(Check("valid_phone_number", False, "no region knows it", "没有地区使用它"), "zh-CN").detail
    '没有地区使用它'
    """
    if not check.detail_zh:
        return check
    return Check(check.name, check.passed, Localised(check.detail_zh, check.detail).in_locale(locale))


@dataclass(frozen=True, slots=True)
class Example:
    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """A linear regular expression; its group "value" (or the whole match) is the value."""

    name: str
    expression: str
    score: float  # 0..1, high is sure
    needs_context: bool = False
    is_code_only: bool = False  # only in what a barcode said


@dataclass(frozen=True, slots=True)
class FieldTexts:
    """How people call the field and how they are asked for it."""

    label: Localised
    question: Localised


Normalise = Callable[[str, Document], str | None]
Validate = Callable[[str], tuple[Check, ...]]


def no_checks(value: str) -> tuple[Check, ...]:
    """Check nothing: the field's form is all there is to see."""
    return ()


@runtime_checkable
class TicketField(Protocol):
    """What a file in nlp/fields exports as FIELD."""

    @property
    def name(self) -> str: ...
    @property
    def texts(self) -> FieldTexts: ...
    @property
    def examples(self) -> tuple[Example, ...]: ...
    @property
    def counter_examples(self) -> tuple[str, ...]: ...
    @property
    def is_identifier(self) -> bool: ...
    @property
    def is_single(self) -> bool: ...
    @property
    def effort(self) -> float: ...

    def extract(self, document: Document) -> Sequence[Mention]: ...


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field found by patterns, labels and context words."""

    name: str
    texts: FieldTexts
    normalise: Normalise  # the matched text -> the value; None where it is not this field after all
    examples: tuple[Example, ...]
    counter_examples: tuple[str, ...]
    patterns: tuple[Pattern, ...] = ()
    labels: tuple[str, ...] = ()  # regular expressions of what stands right before a value
    labelled_shape: str = ""  # what may stand behind a label: looser than the patterns
    context: tuple[str, ...] = ()  # words near a value that raise its score
    counter_context: tuple[str, ...] = ()  # words that name another thing; the nearer kind of word wins
    validate: Validate = no_checks
    is_identifier: bool = True  # a stretch of text is one identifier only
    is_single: bool = True  # two different values contradict each other
    printed_factor: float = (
        1.0  # how much less a value on a page counts: a shop prints its own phone, not the customer's
    )
    gs1: tuple[str, ...] = ()  # GS1 application identifiers that carry this field; other elements of a code are not it
    effort: float = 1.0  # what it costs a customer to answer, in look-ups of something at hand

    def extract(self, document: Document) -> Sequence[Mention]:
        """Find every mention, best reading of each stretch, in order."""
        view = read_spoken(document.text)
        low, is_with_digit = lowered(view.text), has_digit(view.text)
        has_code = any(origin.part.symbology for origin in document.origins)
        found = [
            mention
            for reading in _readings(self)
            if (has_code or not reading.pattern.is_code_only) and reading.trigger.is_in(low, has_digit=is_with_digit)
            for mention in self._mentions(document, view, reading)
        ]
        return without_overlaps(found)

    def _mentions(self, document: Document, view: Folded, reading: _Reading) -> list[Mention]:
        mentions: list[Mention] = []
        pattern = reading.pattern
        for match in reading.regex.finditer(view.text):
            start, end = match.span(reading.group)
            context = context_word(view.text, start, end, self.context, self.counter_context)
            if start == end or (pattern.needs_context and context.gain <= 0):
                continue
            value = self.normalise(view.text[start:end], document)
            if value is None:
                continue
            source_start, source_end = view.span(start, end)
            parts = [origin.part for origin in origins_of(document, source_start, source_end)]
            if not self._may_stand_in(parts, pattern):
                continue
            checks = self.validate(value)
            score = moved(pattern.score, context) * FAILED_CHECK_FACTOR ** sum(not check.passed for check in checks)
            score *= self.printed_factor if any(part.kind == "image" for part in parts) else 1.0
            if is_negated(view.text, start):
                checks = (*checks, Check("not_negated", False, "the text says it is not this one", "文中说不是这个"))
            if score >= MIN_SCORE:
                why = f"{pattern.name} near {context.word!r}" if context.word else pattern.name
                found = Mention(self.name, value, source_start, source_end, round(score, 4), why, checks)
                is_labelled = pattern.name == LABEL
                mentions.append(replace(found, resolution={"value": value}, is_labelled=is_labelled))
        return mentions

    def _may_stand_in(self, parts: Sequence[Part], pattern: Pattern) -> bool:
        """Say whether such a value can come from these parts: codes only, and no element of another meaning."""
        if pattern.is_code_only and not all(part.symbology for part in parts):
            return False
        identifiers = {part.symbology.partition(":")[2] for part in parts} - {""}
        return identifiers <= {*self.gs1, self.name}


# Between a label and its value stand punctuation, a copula, a word for "number", or a filler.
_BETWEEN = (
    r"(?:[\s:=#.,()\[\]'\"|/-]|是|为|叫|码|号|就|应该|呢|嗯|呃|那个"
    r"|(?<![a-z])(?:is|was|number|numbers|no|num|code|should|be|uh|um|the|it's|its|reads|says|shows)(?![a-z])){0,10}"
)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A pattern, compiled, and what a text must hold before it is run."""

    pattern: Pattern
    regex: re.Pattern[str]
    group: str | int
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A field's readings; holds the field, so that its id stays its own."""

    spec: FieldSpec
    readings: tuple[_Reading, ...]


_compiled: dict[int, _Compiled] = {}
"""By id: hashing a field's rows takes longer than running a pattern over a short text."""


def _readings(spec: FieldSpec) -> tuple[_Reading, ...]:
    known = _compiled.get(id(spec))
    if known is None:
        known = _compiled[id(spec)] = _Compiled(spec, tuple(_reading(pattern) for pattern in _patterns(spec)))
    return known.readings


def _patterns(spec: FieldSpec) -> tuple[Pattern, ...]:
    if not spec.labels:
        return spec.patterns
    labels = "|".join(spec.labels)
    labelled = rf"(?:{labels}){_BETWEEN}(?<![A-Za-z0-9])(?P<value>{spec.labelled_shape})"
    return (Pattern(LABEL, labelled, LABELLED_SCORE), *spec.patterns)


def _reading(pattern: Pattern) -> _Reading:
    regex = re.compile(pattern.expression, re.IGNORECASE)
    return _Reading(pattern, regex, "value" if "value" in regex.groupindex else 0, trigger_of(pattern.expression))


@lru_cache(maxsize=128)
def _context_regex(words: tuple[str, ...]) -> re.Pattern[str]:
    latin = "|".join(re.escape(word) for word in words if word.isascii())
    other = "|".join(re.escape(word) for word in words if not word.isascii())
    parts = [part for part in (rf"(?<![a-z])(?:{latin})(?![a-z])" if latin else "", other) if part]
    return re.compile("|".join(parts) or r"(?!)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ContextWord:
    """The word that speaks for (gain 1) or against (gain -1) a value; gain 0 where there is none."""

    word: str = ""
    gain: int = 0


def context_word(text: str, start: int, end: int, words: tuple[str, ...], against: tuple[str, ...] = ()) -> ContextWord:
    """Return the context word nearest before [start, end), else one just after it."""
    first = max(0, start - CONTEXT_BEFORE_CHARS)
    before = [(match.end(), match.group(), 1) for match in _context_regex(words).finditer(text, first, start)]
    before += [(match.end(), match.group(), -1) for match in _context_regex(against).finditer(text, first, start)]
    if before:
        _, word, gain = max(before)
        return ContextWord(word, gain)
    behind = _context_regex(words).search(text, end, end + CONTEXT_AFTER_CHARS)
    return ContextWord(behind.group(), 1) if behind else ContextWord()


def moved(score: float, context: ContextWord) -> float:
    """Halve the doubt where a context word speaks for the value, halve the score where one speaks against it."""
    if context.gain > 0:
        return 1 - (1 - score) * (1 - CONTEXT_GAIN)
    return score * (1 - CONTEXT_GAIN) if context.gain < 0 else score


_NEGATION = re.compile(
    r"(?:不是|并非|不对是|别用|不要用|(?<![a-z])(?:is\s?n[o']?t|not|isn't|wasn't))[\s:,'\"]*(?:the|this|order|model|serial|number|no|订单号?|型号|序列号|这个|那个|:|\s){0,6}$",
    re.IGNORECASE,
)
_NEGATION_CHARS = 24


def is_negated(text: str, start: int) -> bool:
    """Say whether "不是", "not" and the like stand right before a value.

    >>> is_negated("不是8871,是8872", 2), is_negated("不是8871,是8872", 8)
    (True, False)
    """
    return bool(_NEGATION.search(text[max(0, start - _NEGATION_CHARS) : start]))


def without_overlaps(mentions: Sequence[Mention]) -> tuple[Mention, ...]:
    """Keep the best mention of each stretch: highest score, then longest, then first."""
    kept: list[Mention] = []  # sorted by start
    for mention in sorted(mentions, key=lambda m: (-m.score, m.start - m.end, m.start)):
        at = bisect_left(kept, mention.start, key=lambda other: other.start)
        is_free_before = at == 0 or kept[at - 1].end <= mention.start
        is_free_behind = at == len(kept) or mention.end <= kept[at].start
        if is_free_before and is_free_behind:
            kept.insert(at, mention)
    return tuple(kept)
