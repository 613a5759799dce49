"""Find numbers in text, in figures and in Chinese or English words.

In: folded text. Out: spans and values. It knows whole numbers, decimals, fractions and scales ("36.57亿", "2.5
million"); units belong to the fields, and codes spoken digit by digit to extraction/spoken.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from nlp.en_numbers import find_en_numbers
from nlp.number_span import NumberSpan, number_text
from nlp.text import language_of
from nlp.zh_numbers import find_zh_numbers

__all__ = ["Block", "NumberSpan", "blocks", "find_numbers", "find_numbers_by_line", "number_text"]


@dataclass(frozen=True, slots=True)
class Block:
    """Lines [start, end) of a text, in one language."""

    start: int
    end: int
    is_chinese: bool


_MINUS_ALONE = re.compile(r"^[ ]{0,3}-[ ]", re.MULTILINE)
"""A minus that stands off opens a line; before more than the number it is a bullet."""


@lru_cache(maxsize=64)  # number, amount and quantity read the same lines of one document
def find_numbers(text: str, *, is_chinese: bool) -> tuple[NumberSpan, ...]:
    """Return every number, left to right."""
    found = find_zh_numbers(text) if is_chinese else find_en_numbers(text)
    return tuple(_with_minus(text, number) for number in found)


def blocks(text: str, *, is_chinese: bool) -> Iterator[Block]:
    """Cut a text into neighbouring lines of one language; `is_chinese` decides a line without words."""
    start = at = 0
    current: bool | None = None
    for line in text.splitlines(keepends=True):
        language = language_of(line)
        spoken = current if language == "und" else language == "zh"
        if current is not None and spoken != current:  # "und" goes with the line before
            yield Block(start, at, current)
            start = at
        current = spoken
        at += len(line)
    if at > start:
        yield Block(start, at, is_chinese if current is None else current)


def find_numbers_by_line(text: str, *, is_chinese: bool) -> Iterator[NumberSpan]:
    """Yield every number, each line read in its own language."""
    for block in blocks(text, is_chinese=is_chinese):
        for found in find_numbers(text[block.start : block.end], is_chinese=block.is_chinese):
            yield replace(found, start=found.start + block.start, end=found.end + block.start)


def _with_minus(text: str, found: NumberSpan) -> NumberSpan:
    if text[max(0, found.start - 2) : found.start] != "- " or text[found.end : found.end + 1] not in ("", "\n"):
        return found
    line = text.rfind("\n", max(0, found.start - 6), found.start) + 1
    minus = _MINUS_ALONE.match(text, line) if found.start - line <= 5 else None
    if minus is None or minus.end() != found.start:
        return found
    return NumberSpan(minus.end() - 2, found.end, -found.value)
