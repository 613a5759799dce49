"""What one side's words do to the other's values: an answer fills, "yes" confirms, "no" denies, a choice picks.

In: a Document and the Mentions found so far. Out: more Mentions, each standing on the customer's own words and, but
for an answer, resting on the agent's (`base`). It reads the customer's next words only; what an agent merely asks is
never taken for said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from nlp.extraction.field import LABELLED_SCORE, FieldSpec
from nlp.extraction.registry import ticket_fields
from nlp.extraction.spoken import read_spoken
from nlp.extraction.turns import Utterance, utterances
from nlp.records import Check, Document, Mention
from nlp.text import Folded, fold

DENIED = Check("not_negated", False, "the customer says it is not this one", "客户说不是这个")
MAX_REPLY_CHARS = 200
"""A yes or no stands at the head of a reply; the first two hundred characters hold it."""
MAX_BLOCK_CHARS = 1_000
"""What an agent sends in one go; only its end is being answered."""

_OPENING = r"^(?:[\s,.!。、~]|嗯|恩|哦|噢|啊|呃|uh|um|well|oh){0,8}"
_YES = re.compile(
    rf"{_OPENING}(?P<word>对(?![不了方面于比])(?:的|呀|啊)?|是(?:的|呀|啊|滴|这个)"
    r"|是(?=[\s,.!。]|$)|没错|正确|就是(?:这个|它)|(?:yes|yep|yeah|yup|correct|exactly|affirmative)(?![a-z])"
    r"|(?:that's|that is|it's|it is|you're)?\s?right(?![a-z])"
    r"|that's (?:it|the one)|it is(?=[\s,.!]|$))",
    re.IGNORECASE,
)
_HUMMED = re.compile(r"[\s,.!。~]{0,4}[嗯恩]{1,3}[\s,.!。~]{0,4}")
_NO = re.compile(
    rf"{_OPENING}(?P<word>不对|不是|错了|错的|不(?=[\s,.!。]|$)|(?:no|nope|nah)(?![a-z]|\s(?:problem|worries))"
    r"|(?:that's|that is|it's|it is|this is)?\s?"
    r"(?:wrong|incorrect|not (?:right|correct|it|mine|that one|the one))(?![a-z]))",
    re.IGNORECASE,
)
_ASKS_BEHIND = re.compile(
    r"[?\uff1f吗么]|对吧|是吧|对不对|是不是|(?<![a-z])(?:right|correct|confirm)(?![a-z])", re.IGNORECASE
)
_READS_BACK = re.compile(
    r"核对|确认|复述|重复一[遍下]|您说的是|您(?:提供|报)的|是不是|(?<![a-z])(?:confirm|verify|repeat"
    r"|read (?:it|that) back|you said|did you say|do you mean|so (?:it's|it is|that's|your)|is it|is your)(?![a-z])",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"^[\s,.!。]{0,4}(?:(?:是|选择?|就|要|it's|its|option|number|no\.?|choice|the){1,2}\s?)?"
    r"(?:第?\s?(?P<number>[1-9一二三四五])\s?(?:个|号|项|单|台|[).、])?(?=[\s,.!。吧]|$)"
    r"|(?P<first>前者|前面(?:那个|的)|(?:first|former)(?![a-z]))|(?P<second>后者|后面(?:那个|的)|(?:second|latter)(?![a-z]))"
    r"|(?P<third>third(?![a-z])))",
    re.IGNORECASE,
)
_PIECE = re.compile(r"(?<![A-Z0-9])[A-Z0-9]{2,20}(?![A-Z0-9])", re.IGNORECASE)
_NUMERALS = "一二三四五"
_REQUEST = re.compile(
    r"[?吗]|多少|请提供|提供一?下|请问|发一?下|告诉|报一?下|什么|(?<![a-z])(?:what|which|provide|tell|give|send"
    r"|may i have|can i have|could i have|could you|can you|please)(?![a-z])",
    re.IGNORECASE,
)
_LEAD_IN = (
    r"[\s,.:!。\"'*#]{0,4}"
    r"(?:好的?|嗯|哦|稍等|有的|是|在这里?|sure|ok|okay|yes|it's|it is|its|here|here it is|the number is)?"
    r"[\s,.:!。\"'*#]{0,4}"
)


@dataclass(frozen=True, slots=True)
class _Exchange:
    """What an agent said in one go, and the customer's next words, folded."""

    asked: tuple[Utterance, ...]
    reply: Utterance
    question: str  # the end of what the agent said
    view: Folded  # of the head of the reply

    @property
    def text(self) -> str:
        return self.view.text

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return the document's span of [start, end) of the reply's text."""
        first, last = self.view.span(start, end)
        return self.reply.start + first, self.reply.start + last


def follow(mentions: Sequence[Mention], document: Document) -> list[Mention]:
    """Return what the customer's replies say of the agent's values, and the bare answers to an agent's question."""
    fields = ticket_fields()
    found: list[Mention] = []
    for exchange in _exchanges(document):
        first, last = exchange.asked[0].start, exchange.asked[-1].end
        asked = [m for m in mentions if first <= m.start and m.end <= last and _is_asked(document, m, last)]
        asked = [m for m in asked if m.field in fields and fields[m.field].is_single]
        found += _picked(exchange, asked) or _judged(exchange, asked) or _answers(exchange, document)
    return found


def _exchanges(document: Document) -> Iterator[_Exchange]:
    said = utterances(document)
    for at in range(1, len(said)):
        if said[at].role != "customer" or not said[at - 1].is_agents:
            continue
        first = at - 1
        while first > 0 and said[first - 1].is_agents:
            first -= 1
        reply, asked = said[at], said[first:at]
        question = document.text[max(asked[0].start, asked[-1].end - MAX_BLOCK_CHARS) : asked[-1].end]
        head = document.text[reply.start : min(reply.end, reply.start + MAX_REPLY_CHARS)]
        yield _Exchange(asked, reply, fold(question).text, read_spoken(head))


def _is_asked(document: Document, mention: Mention, end: int) -> bool:
    """Say whether the agent asks about the value or reads it back, rather than telling it."""
    line_start = document.text.rfind("\n", 0, mention.start) + 1
    before = document.text[max(line_start, mention.start - 60) : mention.start]
    return bool(
        _ASKS_BEHIND.search(document.text, mention.end, min(end, mention.end + 60)) or _READS_BACK.search(before)
    )


def _judged(exchange: _Exchange, asked: Sequence[Mention]) -> list[Mention]:
    """Let "yes" make the agent's value the customer's own, and "no" deny it."""
    text = exchange.text
    no = _NO.match(text)
    if no:
        return [_of_reply(exchange, mention, no.span("word"), is_denied=True) for mention in asked]
    yes = _YES.match(text)
    span = yes.span("word") if yes else _HUMMED.fullmatch(text) and (0, len(text))
    if not span:
        return []
    values = {field: {m.value for m in asked if m.field == field} for field in {m.field for m in asked}}
    # "Yes" to "this one or that one?" says nothing.
    return [_of_reply(exchange, mention, span, is_denied=False) for mention in asked if len(values[mention.field]) == 1]


def _picked(exchange: _Exchange, asked: Sequence[Mention]) -> list[Mention]:
    """Read "the second one" and "the one ending in 8872" as the choice they make."""
    for field in dict.fromkeys(mention.field for mention in asked):
        offered = list({m.value: m for m in asked if m.field == field}.values())
        pick = _pick(exchange.text, [mention.value for mention in offered]) if len(offered) > 1 else None
        if pick is not None:
            return [
                _of_reply(exchange, mention, pick.span, is_denied=number != pick.number)
                for number, mention in enumerate(offered)
            ]
    return []


@dataclass(frozen=True, slots=True)
class _Pick:
    number: int
    span: tuple[int, int]  # in the reply's text


def _pick(text: str, values: Sequence[str]) -> _Pick | None:
    place = _PLACE.match(text)
    if place:
        named = next((at for at, name in enumerate(("first", "second", "third")) if place[name]), None)
        numeral = place["number"] or "1"
        number = named if named is not None else (_NUMERALS.find(numeral) if numeral in _NUMERALS else int(numeral) - 1)
        if number < len(values):
            return _Pick(number, place.span())
    keys = ["".join(c for c in value.upper() if c.isalnum()) for value in values]
    for piece in _PIECE.finditer(text):
        ends = [at for at, key in enumerate(keys) if key.endswith(piece.group().upper())]
        if len(ends) == 1 and any(character.isdigit() for character in piece.group()):
            return _Pick(ends[0], piece.span())
    return None


def _of_reply(exchange: _Exchange, base: Mention, span: tuple[int, int], *, is_denied: bool) -> Mention:
    start, end = exchange.span(*span)
    why = "the customer denies it" if is_denied else "the customer confirms it"
    checks = tuple(check for check in base.checks if check.name != DENIED.name)
    return replace(
        base,
        start=start,
        end=end,
        score=round(1 - (1 - base.score) / 2, 4),  # agreeing takes half the doubt away, as a context word does
        why=why,
        base=base,
        checks=(*checks, DENIED) if is_denied else checks,
    )


def _answers(exchange: _Exchange, document: Document) -> list[Mention]:
    """Read a bare value as what the agent asked for, where exactly one of the asked fields can be it."""
    question = exchange.question
    if not _REQUEST.search(question):
        return []
    found: list[Mention] = []
    for field in ticket_fields().values():
        if isinstance(field, FieldSpec) and field.labels and _label_regex(field).search(question):
            match = _answer_regex(field).match(exchange.text)
            value = field.normalise(match["value"], document) if match else None
            if match and value is not None:
                start, end = exchange.span(*match.span("value"))
                checks = field.validate(value)
                score = LABELLED_SCORE if all(check.passed for check in checks) else LABELLED_SCORE / 2
                why = "answers the agent's question"
                found.append(Mention(field.name, value, start, end, score, why, checks, {"value": value}, True))
    return found if len(found) == 1 else []


@lru_cache(maxsize=64)
def _label_regex(field: FieldSpec) -> re.Pattern[str]:
    return re.compile("|".join(field.labels), re.IGNORECASE)


@lru_cache(maxsize=64)
def _answer_regex(field: FieldSpec) -> re.Pattern[str]:
    return re.compile(rf"{_LEAD_IN}(?P<value>{field.labelled_shape})(?=[\s,.;:!。~]|$|的)", re.IGNORECASE)
