"""Label and value pairs: rows of a page in, the values that stand after known labels out, each with its box.

A label may be split over lines and spaces ("序 列 号"), end in a colon or in nothing, and have its value to its right
or, where nothing stands there, below. What this does not know: which fields exist; a caller hands in names and labels.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vision.lines.layout import Row, enclosing, height_of, part_of
from vision.records import Box, Line

GAP = 1.2
"""Line heights of empty space that part two columns; a wide space between two words of one value is below 1."""
SEPARATORS = ":：.。#=-—|"
MAX_LABEL = 24


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value and the label it belongs to. `row` is the index of the label's row."""

    field: str
    value: str
    box: Box
    confidence: float
    row: int


@dataclass(frozen=True, slots=True)
class _Glyph:
    """A character on a row; `line` is None for a gap between columns."""

    character: str
    line: Line | None
    index: int


@dataclass(frozen=True, slots=True)
class _Hit:
    field: str
    start: int  # of the label, in glyphs
    end: int


def labelled_values(rows: Sequence[Row], labels: Mapping[str, Sequence[str]]) -> list[Labelled]:
    """Find every value that stands after one of `labels` (field name to spellings), top to bottom."""
    spellings = sorted(
        ((_folded(label), field) for field, all_labels in labels.items() for label in all_labels),
        key=lambda pair: -len(pair[0]),
    )
    glyph_rows = [_glyphs(row) for row in rows]
    hit_rows = [_hits(glyphs, spellings) for glyphs in glyph_rows]
    found: list[Labelled] = []
    for number, (glyphs, hits) in enumerate(zip(glyph_rows, hit_rows, strict=True)):
        for position, hit in enumerate(hits):
            stop = hits[position + 1].start if position + 1 < len(hits) else len(glyphs)
            value = _beside(glyphs, hit, stop)
            if not value and number + 1 < len(rows) and not hit_rows[number + 1]:
                value = _below(glyphs[hit.start : hit.end], glyph_rows[number + 1])
            if value:
                found.append(_labelled(hit.field, value, number))
    return found


def _glyphs(row: Row) -> list[_Glyph]:
    glyphs: list[_Glyph] = []
    for before, line in zip((None, *row.lines), row.lines, strict=False):
        if before is not None:
            space = line.box[0][0] - before.box[1][0]
            is_gap = space > GAP * max(height_of(line.box), height_of(before.box))
            glyphs.append(_Glyph("\t" if is_gap else " ", None, 0))
        glyphs.extend(_Glyph(character, line, index) for index, character in enumerate(line.text))
    return glyphs


def _folded(text: str) -> str:
    return "".join(_fold(character) for character in text if not character.isspace())


def _fold(character: str) -> str:
    """Fold width and case of one character, one for one."""
    folded = unicodedata.normalize("NFKC", character).lower()
    return folded if len(folded) == 1 else character


def _hits(glyphs: Sequence[_Glyph], spellings: Sequence[tuple[str, str]]) -> list[_Hit]:
    """Find labels, long spellings first, none inside another."""
    where = [index for index, glyph in enumerate(glyphs) if not glyph.character.isspace()]
    text = "".join(_fold(glyphs[index].character) for index in where)
    taken = [False] * len(text)
    hits: list[_Hit] = []
    for label, field in spellings:
        at = text.find(label)
        while at >= 0:
            end = at + len(label)
            if not any(taken[at:end]) and _is_label(text, at, end, glyphs, where):
                taken[at:end] = [True] * len(label)
                hits.append(_Hit(field, where[at], where[end - 1] + 1))
            at = text.find(label, end)
    return sorted(hits, key=lambda hit: hit.start)


def _is_label(text: str, at: int, end: int, glyphs: Sequence[_Glyph], where: Sequence[int]) -> bool:
    """Say whether text[at:end] stands as a word of its own, not inside a longer one or a sentence."""
    before_gap = at == 0 or where[at] - where[at - 1] > 1
    if not before_gap and (text[at - 1].isalnum() or text[at - 1] in "/-_"):
        return False
    if end == len(text) or text[end] in SEPARATORS or text[end] in "(（/":
        return True
    after_gap = where[end] - where[end - 1] > 1
    if not text[end - 1].isascii():
        return after_gap or text[end].isascii()
    # A Latin label without a colon counts only where a line begins: "model" is also a word of sentences.
    return after_gap and glyphs[where[at]].index == 0


def _beside(glyphs: Sequence[_Glyph], hit: _Hit, stop: int) -> list[_Glyph]:
    """Take what stands to the right of a label, up to the next label or column."""
    at = _after_brackets(glyphs, hit.end, stop)
    while at < stop and (glyphs[at].character.isspace() or glyphs[at].character in SEPARATORS):
        at += 1
    value: list[_Glyph] = []
    for glyph in glyphs[at:stop]:
        if glyph.character == "\t":
            break
        value.append(glyph)
    return _trimmed(value)


def _after_brackets(glyphs: Sequence[_Glyph], at: int, stop: int) -> int:
    """Step over a remark on the label, e.g. "Voltage (V)"."""
    while at < stop and glyphs[at].character == " ":
        at += 1
    if at < stop and glyphs[at].character in "(（":
        for end in range(at + 1, min(stop, at + MAX_LABEL)):
            if glyphs[end].character in ")）":
                return end + 1
    return at


def _below(label: Sequence[_Glyph], glyphs: Sequence[_Glyph]) -> list[_Glyph]:
    """Take the column of the next row that stands under a label."""
    boxes = [glyph.line.box for glyph in label if glyph.line is not None]
    area = enclosing(boxes)
    lines = {id(glyph.line): glyph.line for glyph in glyphs if glyph.line is not None}
    for line in lines.values():
        if min(area[1][0], line.box[1][0]) - max(area[0][0], line.box[0][0]) > 0:
            return [_Glyph(character, line, index) for index, character in enumerate(line.text)]
    return []


def _trimmed(value: list[_Glyph]) -> list[_Glyph]:
    start, end = 0, len(value)
    while start < end and (value[start].character.isspace() or value[start].character in SEPARATORS[:4]):
        start += 1
    while end > start and value[end - 1].character.isspace():
        end -= 1
    return value[start:end]


def _labelled(field: str, value: Sequence[_Glyph], row: int) -> Labelled:
    text = " ".join("".join(glyph.character for glyph in value).split())
    return Labelled(field, text, glyph_box(value), _confidence(value), row)


def glyph_box(value: Sequence[_Glyph]) -> Box:
    spans: dict[int, tuple[Line, list[int]]] = {}
    for glyph in value:
        if glyph.line is not None:
            spans.setdefault(id(glyph.line), (glyph.line, []))[1].append(glyph.index)
    return enclosing(
        part_of(line.box, min(indices), max(indices) + 1, len(line.text)) for line, indices in spans.values()
    )


def _confidence(value: Sequence[_Glyph]) -> float:
    return min(glyph.line.confidence for glyph in value if glyph.line is not None)
