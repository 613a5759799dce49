"""A stretch of an article in, what can be cited from it out: sentences, list items, table rows, code, in their order.

Each unit knows which list or paragraph it stands in, what introduces it and its own number. Spans are exact and leave
list signs out. A step keeps all its sentences, so that "if it still shows E4 ..." stays with what to do then. Steps
inside one paragraph ("1. ... 2. ...", "①...②...") are told apart where their numbers count up from one. It knows
Markdown's lists, tables, fences and headings, plain text in both languages, and no meaning.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from nlp.search.passages import Span, split_sentences, trimmed

UnitKind = Literal["sentence", "step", "item", "row", "code", "heading"]

MAX_TEXT = 20_000
"""Code points that are looked at: ten passages; an answer stands in one or two."""
MAX_UNITS = 400

_FENCE = re.compile(r"[ ]{0,3}(?:```+|~~~+)")
_HEADING = re.compile(r"[ ]{0,3}#{1,6}[ \t]+")
_RULE = re.compile(r"[\s|:+=-]{3,}\Z")
# Longest first. A number needs a sign behind it, and no digit after the sign: "2.4 GHz" is no second step.
_COUNT = r"([一二三四五六七八九十]{1,3}|\d{1,2})"
_NUMBERED = re.compile(
    rf"(?:第\s?{_COUNT}\s?步|步骤\s?{_COUNT}|(?i:step)\s?(\d{{1,2}}))[ \t]?[:：.、,，)）]?[ \t]*"
    r"|[(（](\d{1,2})[)）][ \t]*|(\d{1,2})(?:[.．](?!\d)|[、)）])[ \t]*|([①-⑳])[ \t]*"
    r"|([一二三四五六七八九十]{1,3})、[ \t]*"
)
_BULLET = re.compile(r"[-*+•·▪■●○◆→][ \t]+|[•·▪■●○◆→]")
_INLINE = re.compile(
    r"(?<=[\s。；;！？!?：:，,.])(?:[(（](\d{1,2})[)）]|(\d{1,2})(?:[.．](?![\d])|[、)）]))[ \t]*(?=\S)"
    r"|([①-⑳])[ \t]*(?=\S)"
)
_HAN_NUMBERS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Unit:
    start: int
    end: int
    kind: UnitKind
    block: int  # units of one list, table or paragraph share it
    number: int = 0  # of a step, as the article counts; 0 where it does not
    depth: int = 0  # of a list item: how far it is indented
    lead: int | None = None  # index of the unit that introduces this one
    header: int | None = None  # of a table's row: index of its header row


@dataclass(frozen=True, slots=True)
class _Line:
    start: int
    end: int
    kind: Literal["blank", "heading", "fence", "table", "step", "item", "text"]
    content: int  # where the text begins, behind signs
    number: int = 0
    depth: int = 0


def split_units(text: str, *, start: int = 0, end: int | None = None) -> tuple[Unit, ...]:
    """Return the units of text[start:end].

    >>> text = "清洗：\\n1. 断电。\\n2. 取出滤网。若破损，请更换。"
    >>> [(text[unit.start:unit.end], unit.kind, unit.lead) for unit in split_units(text)]
    [('清洗：', 'sentence', None), ('断电。', 'step', 0), ('取出滤网。若破损，请更换。', 'step', 0)]
    """
    end = min(len(text) if end is None else end, start + MAX_TEXT)
    units: list[Unit] = []
    for block, lines in enumerate(_blocks(text, start, end)):
        if len(units) >= MAX_UNITS:
            break
        units += _units_of(text, lines, block, units)
    return tuple(units)


def _blocks(text: str, start: int, end: int) -> Iterator[list[_Line]]:
    """Yield runs of lines that belong together: a paragraph, a list, a table, a fence with its code, a heading."""
    block: list[_Line] = []
    is_fenced = False
    for line in _lines(text, start, end):
        if is_fenced or line.kind == "fence":
            if line.kind == "fence" and not is_fenced and block:
                yield block
                block = []
            is_fenced = is_fenced != (line.kind == "fence")
            block.append(line)
            if not is_fenced:
                yield block
                block = []
            continue
        if block and not _joins(block, line):
            yield block
            block = []
        if line.kind != "blank" or (block and block[0].kind in ("step", "item")):
            block.append(line)
    if block:
        yield block


def _joins(block: Sequence[_Line], line: _Line) -> bool:
    """Say whether a line goes on with a block. A list goes on over blank lines while signs or indents follow."""
    first = block[0].kind
    if first in ("step", "item"):
        if line.kind in ("step", "item"):
            return line.kind == first or line.depth > block[0].depth or block[0].depth > line.depth
        return line.kind == "blank" or (line.kind == "text" and (block[-1].kind != "blank" or line.depth > 0))
    return first == line.kind and first in ("text", "table")


def _lines(text: str, start: int, end: int) -> Iterator[_Line]:
    at = start
    while at < end:
        stop = text.find("\n", at, end)
        stop = end if stop < 0 else stop
        yield _line(text, at, stop)
        at = stop + 1


def _line(text: str, start: int, end: int) -> _Line:
    line = text[start:end]
    content = start + len(line) - len(line.lstrip())
    depth = content - start
    if content >= end:
        return _Line(start, end, "blank", content)
    if _FENCE.match(line):
        return _Line(start, end, "fence", content)
    if mark := _HEADING.match(line):
        return _Line(start, end, "heading", start + mark.end())
    if text[content] == "|":
        return _Line(start, end, "table", content)
    if mark := _NUMBERED.match(text, content, end):
        if mark.end() < end:
            return _Line(start, end, "step", mark.end(), _number(mark), depth)
    elif (mark := _BULLET.match(text, content, end)) and mark.end() < end:
        return _Line(start, end, "item", mark.end(), 0, depth)
    return _Line(start, end, "text", content, 0, depth)


def _number(mark: re.Match[str]) -> int:
    said = next((group for group in mark.groups() if group), "0")
    if said.isdecimal():
        return int(said)
    if "①" <= said <= "⑳":
        return ord(said) - ord("①") + 1
    tens, _, ones = said.rpartition("十") if "十" in said else ("", "", said)
    ten = 10 * (_HAN_NUMBERS.index(tens) + 1 if tens else 1) if "十" in said else 0
    return ten + (_HAN_NUMBERS.index(ones) + 1 if ones else 0)


def _units_of(text: str, lines: Sequence[_Line], block: int, before: Sequence[Unit]) -> list[Unit]:
    lead = _lead(text, before)
    first, start, end = lines[0], lines[0].start, lines[-1].end
    if first.kind == "heading":
        return [Unit(first.content, _content_end(text, first), "heading", block)]
    if first.kind == "fence":
        span = trimmed(text, Span(start, end))
        return [Unit(span.start, span.end, "code", block, lead=lead)]
    if first.kind == "table":
        return list(_rows(text, lines, block, lead=lead, at=len(before)))
    if first.kind in ("step", "item"):
        return list(_items(text, lines, block, lead=lead))
    return list(_sentences(text, start, end, block, lead=lead, at=len(before)))


def _content_end(text: str, line: _Line) -> int:
    return line.content + len(text[line.content : line.end].rstrip().rstrip("#").rstrip())


def _lead(text: str, before: Sequence[Unit]) -> int | None:
    """Return the unit before, where it introduces what follows: a heading, or a sentence that ends with a colon."""
    if not before:
        return None
    last = before[-1]
    introduces = last.kind == "heading" or text[last.start : last.end].rstrip("*_ ").endswith((":", "："))
    return len(before) - 1 if introduces else None


def _rows(text: str, lines: Sequence[_Line], block: int, *, lead: int | None, at: int) -> Iterator[Unit]:
    rows = [trimmed(text, Span(line.start, line.end)) for line in lines if not _RULE.match(text[line.start : line.end])]
    for number, row in enumerate(rows):
        yield Unit(row.start, row.end, "row", block, lead=lead, header=at if number else None)


def _items(text: str, lines: Sequence[_Line], block: int, *, lead: int | None) -> Iterator[Unit]:
    """Yield each item with its following lines; a nested list's items stand for themselves."""
    heads = [at for at, line in enumerate(lines) if line.kind in ("step", "item")]
    for at, following in pairwise([*heads, len(lines)]):
        head, last = lines[at], lines[following - 1]
        kind: UnitKind = "step" if head.kind == "step" else "item"
        marks = _counted(text, head.content, last.end, after=head.number) if kind == "step" else []
        ends = [mark.start() for mark in marks] + [last.end]
        for number, (begin, end) in enumerate(zip([head.content, *(mark.end() for mark in marks)], ends, strict=True)):
            span = trimmed(text, Span(begin, end))
            if span.start < span.end:
                yield Unit(span.start, span.end, kind, block, head.number + number, head.depth, lead)


def _sentences(text: str, start: int, end: int, block: int, *, lead: int | None, at: int) -> Iterator[Unit]:
    """Yield the sentences of a paragraph; where it counts steps, each step whole."""
    marks = _counted(text, start, end)
    stop = marks[0].start() if marks else end
    sentences = [Unit(span.start, span.end, "sentence", block, lead=lead)
                 for span in split_sentences(text, start=start, end=stop)]  # fmt: skip
    yield from sentences
    introduces = at + len(sentences) - 1 if sentences else lead
    for mark, following in pairwise([*marks, None]):
        assert mark is not None
        span = trimmed(text, Span(mark.end(), end if following is None else following.start()))
        if span.start < span.end:
            yield Unit(span.start, span.end, "step", block, _number(mark), lead=introduces)


def _counted(text: str, start: int, end: int, *, after: int = 0) -> list[re.Match[str]]:
    """Return the marks of steps inside a paragraph: numbers that count up, from one at least to two; or the marks that
    go on after the number that a line begins with."""
    marks: list[re.Match[str]] = []
    for mark in _INLINE.finditer(text, start, end):
        if _number(mark) == len(marks) + after + 1:
            marks.append(mark)
    return marks if after or len(marks) >= 2 else []
