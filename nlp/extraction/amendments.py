"""Amendments: a value put right by naming what is new in it ("sorry, 8872", "尾号是8872不是8871", "*8872").

In: a Document and the Mentions found so far. Out: Mentions whose value is the earlier one with its part replaced; each
stands on the new part and rests on the earlier mention (`base`), so its evidence quotes both. It takes no number for a
correction unless words say so, and it leaves values of a catalogue alone: half a model number is no model.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rapidfuzz.distance import DamerauLevenshtein

from nlp.extraction.field import FieldSpec
from nlp.extraction.registry import ticket_fields
from nlp.extraction.spoken import read_spoken
from nlp.extraction.triggers import Trigger, has_digit, trigger_of
from nlp.extraction.turns import utterances
from nlp.records import Document, Mention
from nlp.text import lowered

MIN_PART_CHARS = 3
"""Two characters after "sorry" are a number of days or pieces as often as the end of an order number."""
GUESS = 0.8  # a score above it says what the value is (see belief.py)
MAX_SHARE_CHANGED = 0.5
"""A slip changes a digit or two of four; a part that shares less with what it would replace is another number."""

_CODE = r"(?=[A-Z-]{0,6}\d)[A-Z0-9](?:[A-Z0-9-]{0,28}[A-Z0-9])?"
_SPOKEN_CODE = rf"(?:{_CODE}|[零一二三四五六七八九幺洞拐勾]{{2,8}})"
_END = r"(?![A-Z0-9-])(?=[\s,.;:!?。、)\"'*~]|$|[哈啊呢哦才的而不改换])"
_NEW = rf"(?P<new>{_SPOKEN_CODE}){_END}"
_IS = (
    r"[\s,:.!。\"'*]{0,4}"
    r"(?:(?:而?是|应该?是|应为|改为|改成|it's|it is|its|it should be|should be|is|are|to)[\s,:\"']{0,3})?"
)
_OLD = rf"(?P<old>{_CODE}){_END}"
_NOT = r"(?:而?不是|(?<![a-z])not(?![a-z]))"
_TAIL = (
    r"(?:(?:尾号|(?:最?后|末)(?:面?的?)?[二两三四五六1-9]位(?:数字|数)?)|(?:the |my )?(?:last|final) "
    r"(?:two|three|four|five|six|[2-9])(?: digits| numbers)?|ending(?: in)?|ends (?:in|with))"
)
_CUE = (
    r"(?:(?:(?:[打写说弄搞看输记填念]错|发错了)(?:了|啦)?|不好意思|抱歉|更正(?:一下)?|纠正(?:一下)?|错了|不对)"
    r"|(?<![a-z])(?:sorry|i meant?|i mean to say|correction|typo|oops|my mistake|my bad"
    r"|actually|wait|no|make that|rather|scratch that|mistyped(?: it)?|wrong)(?![a-z]))"
)
_CUE_WORDS = (
    r"(?:[\s,.:!。~-]|刚才|那个|这个|了|是|订单号?|号码|单号|电话"
    r"|that|i|meant|mean|no|it|was|wrong|the|order|number){0,8}"
)
_ITS = r"(?:(?<![是不])是|(?<![a-z])(?:it's|it is|its))"
_GAP = r"[\s,.\"']{0,3}"
_BOTH_NAMED = (
    rf"{_TAIL}{_IS}{_NEW}{_GAP}{_NOT}{_GAP}{_OLD}",
    rf"{_NOT}{_GAP}{_OLD}{_GAP}(?:but\s)?{_IS}{_NEW}",
    rf"{_ITS}{_GAP}{_NEW}{_GAP}{_NOT}{_GAP}{_OLD}",
    rf"(?:把|change|replace)\s?{_OLD}\s?(?:改成|改为|换成|to|with)\s?{_NEW}",
)
_PLACE_NAMED = (rf"{_CUE}{_CUE_WORDS}{_TAIL}{_IS}{_NEW}", rf"{_TAIL}\s?(?:应该?是|应为|should be|改成){_IS}{_NEW}")
_ONLY_NEW = (
    rf"{_CUE}{_CUE_WORDS}{_IS}{_NEW}",
    rf"{_TAIL}{_IS}{_NEW}",
    rf"^\s?\*\s?{_NEW}\s?$",
    rf"^\s?{_NEW}\s?\*\s?$",
)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A rule, and what an utterance must hold before it is run."""

    regex: re.Pattern[str]
    trigger: Trigger


_RULES = tuple(
    _Rule(re.compile(rule, re.IGNORECASE), trigger_of(rule)) for rule in (*_BOTH_NAMED, *_PLACE_NAMED, *_ONLY_NEW)
)
_FREE_RULES = len(_BOTH_NAMED) + len(_PLACE_NAMED)
"""The first rules name the old part or its place; where only the new part is named it must look like a slip's end."""
_DIGITS = str.maketrans("零一二三四五六七八九幺洞拐勾", "01234567891079")


@dataclass(frozen=True, slots=True)
class _Part:
    """A part put right: what is new, where it stands in the document, and what it replaces where that was said."""

    new: str
    start: int
    end: int
    old: str
    must_be_alike: bool


def amended(mentions: Sequence[Mention], document: Document) -> list[Mention]:
    """Return the earlier values with their parts put right."""
    parts = list(_parts(document))
    if not parts:
        return []
    fields = ticket_fields()
    values = [m for m in mentions if isinstance(fields.get(m.field), FieldSpec) and fields[m.field].is_identifier]
    found: list[Mention] = []
    for part in parts:
        if any(_is_said_whole(mention, part) for mention in values):
            continue
        base = _base([*values, *found], part)
        if base is not None:
            found.append(_with_part(base, part))
    return found


def _parts(document: Document) -> Iterator[_Part]:
    for utterance in utterances(document):
        if utterance.is_agents:
            continue
        view = read_spoken(document.text[utterance.start : utterance.end])
        low, is_with_digit = lowered(view.text), has_digit(view.text)
        taken: list[tuple[int, int]] = []
        for number, rule in enumerate(_RULES):
            if not rule.trigger.is_in(low, has_digit=is_with_digit):
                continue
            for match in rule.regex.finditer(view.text):
                start, end = match.span("new")
                if any(first < end and start < last for first, last in taken):
                    continue
                taken.append(match.span())
                first, last = view.span(start, end)
                old = match.groupdict().get("old") or ""
                at, until = utterance.start + first, utterance.start + last
                yield _Part(_as_code(match["new"]), at, until, _as_code(old), number >= _FREE_RULES)


def _as_code(text: str) -> str:
    return text.translate(_DIGITS).upper()


def _is_said_whole(mention: Mention, part: _Part) -> bool:
    """Say whether the part is a labelled value of its own: then it corrects by itself."""
    return mention.is_labelled and mention.start < part.end and part.start < mention.end


def _base(mentions: Sequence[Mention], part: _Part) -> Mention | None:
    """Return the last value said before that the part can belong to; one said with its label before a guess."""
    fitting = [m for m in mentions if m.end <= part.start and _fits(m.value, part)]
    if not fitting:  # "it's 8872, not 20231105-8871": the old value may stand behind the new part
        fitting = [m for m in mentions if part.old and m.start >= part.end and _fits(m.value, part)]
    return max(fitting, key=lambda m: (m.is_labelled, m.score > GUESS, m.end), default=None)


def _fits(value: str, part: _Part) -> bool:
    replaced = _replaced(value, part)
    if not replaced or replaced == part.new or value.upper() == part.new:
        return False
    if part.old:
        return True
    if not part.must_be_alike:
        return len(part.new) < len(value)
    limit = int(len(part.new) * MAX_SHARE_CHANGED)
    distance = DamerauLevenshtein.distance(replaced.upper(), part.new)
    return len(part.new) >= MIN_PART_CHARS and distance <= limit and _shape(replaced) == _shape(part.new)


def _shape(code: str) -> tuple[bool, bool]:
    """Say whether a code holds digits and whether it holds letters."""
    return any(c.isdigit() for c in code), any(c.isalpha() for c in code)


def _replaced(value: str, part: _Part) -> str:
    """Return the part of the value that goes: the old part where it was named, else as much of its end; "" for none."""
    if part.old:
        at = value.upper().rfind(part.old)
        return value[at : at + len(part.old)] if at >= 0 else ""
    return value[-len(part.new) :] if len(part.new) <= len(value) else ""


def _with_part(base: Mention, part: _Part) -> Mention:
    old = _replaced(base.value, part)
    at = base.value.rfind(old)
    value = base.value[:at] + part.new + base.value[at + len(old) :]
    field = ticket_fields()[base.field]
    checks = field.validate(value) if isinstance(field, FieldSpec) else ()
    why = f"puts {old} of {base.value} right"
    return replace(
        base,
        value=value,
        start=part.start,
        end=part.end,
        why=why,
        checks=checks,
        resolution={"value": value},
        base=base,
    )
