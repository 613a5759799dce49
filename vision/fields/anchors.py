"""Labels and typed values on a page, by geometry: lines and label spellings in, the value of each label out, boxed.

A value stands behind its label in the same line, in the line to its right, or in the line below, and counts only where
the field's own reader understands it; so a label next to a label takes nothing. A page seen from the side has
rows that lean apart; see leaning. A label may be spread over lines ("品 | 牌"), double ("型号
Model") or followed by a remark ("Voltage (V)").

What this does not know: which fields exist; a caller hands in labels and readers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, sin

from vision.lines.layout import height_of, part_of
from vision.lines.leaning import Leaning, leaning_of
from vision.records import Box, Line, Point

Read = Callable[[str], str]
"""Takes what stands behind a label, returns the value in it, or "" where there is none of that type."""
SEPARATORS = ":：.。#=-—|;；·"
OPENING, CLOSING = "(（[【", ")）]】"
ALIKE = str.maketrans(
    "01i|號頻電額壓產製編碼廠類凈淨別單訂時間實際運遞優貨總價數絕緣規機設備輸劑稱賣買鋪標識輪級輕",
    "olll号频电额压产制编码厂类净净别单订时间实际运递优货总价数绝缘规机设备输剂称卖买铺标识轮级轻",
)
"""Labels are words: "Mode1", "0rder" and "Seria1" are misread ones."""
IDENTIFIER = re.compile(r"[(（][0-9l]{0,2}[a-z][)）]")
"""A data identifier before a label, folded: "(1P) Product No.", "(S) Serial"."""
MAX_REMARK = 24
LEVEL, MOST_LEVEL = 0.6, 1.1
"""Heights by which the middle of a value may lie above or below its label's."""
BESIDE = 50.0
BELOW = 2.6
"""Heights between a label's middle and the middle of what stands under it: half a line of either and a wide space."""
COUNTERS = "件项"
"""What counts goods ends a remark, not a word: "共2件实付：¥45.90"."""
MAX_SPREAD = 4
"""Characters of a label that are set apart, each a line of its own."""
SPREAD_GAP = 8.0
SPLIT_GAP = 1.5
FAR = 8.0
CLEAR = 0.6
"""Heights by which the next row's value must lie further off than the label's own, where they stand far from it."""


@dataclass(frozen=True, slots=True)
class Anchored:
    """A value and where it stands. `place` is inside, split (over two lines), beside, between (two rows) or below;
    `label` is the box of the line of its label."""

    field: str
    value: str
    box: Box
    confidence: float
    place: str
    label: Box
    line: Line


@dataclass(frozen=True, slots=True)
class _Hit:
    """A label in a line; two fields may share a spelling ("Rated input" is volts or watts)."""

    fields: tuple[str, ...]
    start: int
    end: int


_Spellings = Sequence[tuple[str, tuple[str, ...]]]


def anchored_values(
    lines: Sequence[Line], labels: Mapping[str, Sequence[str]], *, readers: Mapping[str, Read]
) -> list[Anchored]:
    """Find the value of every label, in reading order; labels of the field "" end other values and have none."""
    spellings = _spellings(tuple((field, tuple(each)) for field, each in labels.items()))
    pieces = _gathered(lines, spellings)
    leaning = leaning_of(pieces)
    hits = [_hits(piece.text, spellings) for piece in pieces]
    found: list[Anchored] = []
    for piece, own in zip(pieces, hits, strict=True):
        for place, hit in enumerate(own):
            stop = own[place + 1].start if place + 1 < len(own) else len(piece.text)
            is_bare = place + 1 == len(own) and _is_bare(piece.text[hit.end :])
            for field in hit.fields:
                anchored = _inside(piece, hit, stop, field, readers[field])
                if anchored is None and is_bare:
                    anchored = _near(_frame(piece, hit, leaning), field, pieces, hits, readers[field])
                if anchored is None and place + 1 == len(own):
                    anchored = _split(piece, hit, field, pieces, readers[field])
                if anchored is not None:
                    found.append(anchored)
                    break
    return found


def is_labelled(text: str, labels: Mapping[str, Sequence[str]]) -> bool:
    """Say whether a text, or the bracket it begins with, begins with a label."""
    hits = _hits(text, _spellings(tuple((field, tuple(each)) for field, each in labels.items())))
    return bool(hits) and not text[: hits[0].start].strip(" " + OPENING)


@lru_cache(maxsize=32)
def _spellings(labels: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Fold labels, long ones first, each with its fields."""
    fields: dict[str, tuple[str, ...]] = {}
    for field, each in labels:
        for text in each:
            label = "".join(_fold(text))
            fields[label] = (*fields.get(label, ()), *([field] if field else []))
    return tuple(sorted(fields.items(), key=lambda pair: -len(pair[0])))


def _fold(text: str) -> list[str]:
    """Fold width, case, traditional characters and what readers take for each other; one for one, spaces dropped."""
    folded = []
    for character in text:
        if not character.isspace():
            plain = unicodedata.normalize("NFKC", character).lower()
            folded.append((plain if len(plain) == 1 else character).translate(ALIKE))
    return folded


def _hits(text: str, spellings: _Spellings) -> list[_Hit]:
    """Find the labels of a line, none inside another; labels of one field side by side are one."""
    where = [index for index, character in enumerate(text) if not character.isspace()]
    folded = "".join(_fold(text))
    taken = [False] * len(folded)
    hits: list[_Hit] = []
    for label, fields in spellings:
        at = folded.find(label)
        while at >= 0:
            end = at + len(label)
            if not any(taken[at:end]) and _stands_alone(folded, at, end, where):
                taken[at:end] = [True] * len(label)
                hits.append(_Hit(fields, where[at], where[end - 1] + 1))
            at = folded.find(label, end)
    return _joined(sorted(hits, key=lambda hit: hit.start), text)


def _joined(hits: Sequence[_Hit], text: str) -> list[_Hit]:
    joined: list[_Hit] = []
    for hit in hits:
        if (
            joined
            and set(joined[-1].fields) & set(hit.fields)
            and not text[joined[-1].end : hit.start].strip(" /" + SEPARATORS)
        ):
            joined[-1] = _Hit(hit.fields, joined[-1].start, hit.end)
        else:
            joined.append(hit)
    return joined


def _stands_alone(text: str, at: int, end: int, where: Sequence[int]) -> bool:
    """Say whether text[at:end] is a label of its own, not part of a longer word or of a sentence."""
    is_ascii = text[end - 1].isascii()
    if at and where[at] - where[at - 1] == 1:
        before = text[at - 1]
        is_word = before.isalnum() and before.isascii() == text[at].isascii()
        if before in "/-_" or (is_word and before not in COUNTERS):
            return False
    has_space = end == len(text) or where[end] - where[end - 1] > 1
    if end < len(text) and text[end] in SEPARATORS + OPENING + "/" + CLOSING:
        return text[end] not in "-." or has_space or not is_ascii  # "SN-FJ965" is a model
    if not is_ascii:
        return has_space or text[end].isascii()
    # A Latin label without a colon counts only where a line or its bracket begins: "model" is also a word of sentences.
    is_first = at == 0 or not text[at - 1].isascii() or (at == 1 and text[0] in OPENING)
    is_first = is_first or bool(IDENTIFIER.fullmatch(text[:at]))
    return (has_space or not text[end].isascii()) and is_first


def _is_bare(rest: str) -> bool:
    """Say whether nothing but a colon or a remark in brackets follows a label in its line."""
    return len(_behind(rest, 0, len(rest))[0].strip()) < 2


def _behind(text: str, at: int, stop: int) -> tuple[str, int]:
    """Return what follows a label, past its separators and remark, and where that starts."""
    while at < stop and text[at].isspace():
        at += 1
    if at < stop and text[at] in OPENING:
        end = next((end for end in range(at + 1, min(stop, at + MAX_REMARK)) if text[end] in CLOSING), None)
        at = end + 1 if end is not None else at
    while at < stop and (text[at].isspace() or text[at] in SEPARATORS):
        if text[at] == "-" and at > 0 and text[at - 1] in " :：" and text[at + 1 : at + 2].isdigit():
            break  # a minus, not a dash
        at += 1
    return text[at:stop], at


def _inside(piece: Line, hit: _Hit, stop: int, field: str, read: Read) -> Anchored | None:
    text, start = _behind(piece.text, hit.end, stop)
    value = read(text) if text else ""
    if not value:
        return None
    box = part_of(piece.box, start, min(stop, start + len(text.rstrip())), len(piece.text))
    return Anchored(field, value, box, piece.confidence, "inside", piece.box, piece)


def _split(piece: Line, hit: _Hit, field: str, pieces: Sequence[Line], read: Read) -> Anchored | None:
    """Read a value whose end the reader put into a line of its own ("Ser.No SHS | 4359 7000")."""
    text, start = _behind(piece.text, hit.end, len(piece.text))
    follower = _follower(piece, pieces, within=SPLIT_GAP)
    if not text.strip() or follower is None:
        return None
    value = read(f"{text.strip()} {follower.text.strip()}")
    box = part_of(piece.box, start, len(piece.text), len(piece.text))
    joined = (box[0], follower.box[1], follower.box[2], box[3])
    sure = min(piece.confidence, follower.confidence)
    return Anchored(field, value, joined, sure, "split", piece.box, piece) if value else None


@dataclass(frozen=True, slots=True)
class _Frame:
    """A label's place: `left` and `right` are its ends, in the middle of its height."""

    box: Box
    left: Point
    right: Point
    height: float
    leaning: Leaning

    def place(self, point: Point, origin: Point) -> Point:
        """Return how far a point lies along and below an origin, in label heights."""
        # Rows lean more at one end of the page than at the other: halfway is what counts between two points.
        slope = self.leaning.at(((point[0] + origin[0]) / 2, (point[1] + origin[1]) / 2))
        x, y = point[0] - origin[0], point[1] - origin[1]
        return (x * cos(slope) + y * sin(slope)) / self.height, (y * cos(slope) - x * sin(slope)) / self.height


def _frame(piece: Line, hit: _Hit, leaning: Leaning) -> _Frame:
    box = part_of(piece.box, hit.start, hit.end, len(piece.text))
    return _Frame(piece.box, _left(box), _right(box), max(height_of(box), 1.0), leaning)


def _left(box: Box) -> Point:
    return (box[0][0] + box[3][0]) / 2, (box[0][1] + box[3][1]) / 2


def _right(box: Box) -> Point:
    return (box[1][0] + box[2][0]) / 2, (box[1][1] + box[2][1]) / 2


def _near(
    frame: _Frame, field: str, pieces: Sequence[Line], hits: Sequence[Sequence[_Hit]], read: Read
) -> Anchored | None:
    """Take the nearest line to the right, or else below, that is no label and holds a value."""
    for place, candidates in (("beside", _beside(frame, pieces)), ("below", _below(frame, pieces))):
        for index in candidates:
            line, own = pieces[index], hits[index]
            if own and not line.text[: own[0].start].strip():
                break  # the next label; what lies behind it is its own
            text = (line.text[: own[0].start] if own else line.text).strip(" " + SEPARATORS[:4])
            value = read(text)
            if value:
                is_far = place == "beside" and frame.place(_left(line.box), frame.right)[0] > FAR
                place = "between" if is_far and _is_between(frame, line, pieces) else place
                return Anchored(field, value, line.box, line.confidence, place, frame.box, line)
            if len(text) > 2:
                break  # what stands there is no value of this field, and what stands behind it is not this label's
    return None


def _beside(frame: _Frame, pieces: Sequence[Line]) -> list[int]:
    """List what stands level to the right, the nearest first; of lines above each other the most level one."""
    spots = []
    for index, line in enumerate(pieces):
        across, down = frame.place(_left(line.box), frame.right)
        # Far off, the page's slopes are too rough a guide: a line's error grows with the distance.
        if -0.8 < across < BESIDE and abs(down) < min(LEVEL + 0.02 * across, MOST_LEVEL):
            spots.append((abs(down), across, index))
    kept: list[tuple[float, int]] = []
    for _, across, index in sorted(spots):
        end = frame.place(_right(pieces[index].box), frame.right)[0]
        if all(end < other or across > frame.place(_right(pieces[one].box), frame.right)[0] for other, one in kept):
            kept.append((across, index))
    return [index for _, index in sorted(kept)]


def _is_between(frame: _Frame, chosen: Line, pieces: Sequence[Line]) -> bool:
    """Say whether a value far off lies hardly nearer to the label's row than the one above or below it."""
    across, down = frame.place(_left(chosen.box), frame.right)
    for line in pieces:
        other_across, other = frame.place(_left(line.box), frame.right)
        end = frame.place(_right(line.box), frame.right)[0]
        is_stacked = (
            line is not chosen and other_across < frame.place(_right(chosen.box), frame.right)[0] and end > across
        )
        if is_stacked and abs(other) - abs(down) < CLEAR:
            return True
    return False


def _below(frame: _Frame, pieces: Sequence[Line]) -> list[int]:
    spots = []
    wide = frame.place(frame.right, frame.left)[0]
    for index, line in enumerate(pieces):
        start, down = frame.place(_left(line.box), frame.left)
        end, _ = frame.place(_right(line.box), frame.left)
        if 0.6 < down < BELOW and min(end, wide) - max(start, 0.0) > 0.3 and start > -2.0:
            spots.append((down, abs(start), index))
    return [index for _, _, index in sorted(spots)]


def _gathered(lines: Sequence[Line], spellings: _Spellings) -> list[Line]:
    """Join the letters of labels that are set apart ("功 | 率："), where the whole is a label."""
    left = [line for line in lines if line.text.strip()]
    short = [line for line in left if _is_letter(line.text)]
    for first in short:
        if first not in left or _hits(first.text, spellings):
            continue
        chain, text = [first], first.text.strip()
        while len(chain) < MAX_SPREAD:
            follower = _follower(chain[-1], left)
            if follower is None:
                break
            chain.append(follower)
            text += follower.text.strip()
            if any(hit.start == 0 and hit.end > len(first.text.strip()) for hit in _hits(text, spellings)):
                left = [line for line in left if line not in chain]
                left.append(_chained(chain, text))
                break
            if not _is_letter(follower.text):
                break
    return left


def _is_letter(text: str) -> bool:
    plain = text.strip()
    return len(plain) <= 2 and all("\u4e00" <= character <= "\u9fff" for character in plain) and bool(plain)


def _follower(line: Line, lines: Sequence[Line], *, within: float = SPREAD_GAP) -> Line | None:
    near = [pair for pair in _near_right(line, lines) if pair[0] < within]
    return min(near, key=lambda pair: pair[0])[1] if near else None


def _near_right(line: Line, lines: Sequence[Line]) -> list[tuple[float, Line]]:
    height = max(height_of(line.box), 1.0)
    spots = []
    for other in lines:
        if other is line:
            continue
        across = (_left(other.box)[0] - _right(line.box)[0]) / height
        down = (_left(other.box)[1] - _right(line.box)[1]) / height
        if -0.6 < across < SPREAD_GAP and abs(down) < LEVEL:
            spots.append((across, other))
    return spots


def _chained(chain: Sequence[Line], text: str) -> Line:
    first, last = chain[0].box, chain[-1].box
    return Line(text, (first[0], last[1], last[2], first[3]), min(line.confidence for line in chain))
