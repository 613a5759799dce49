"""Addresses in running text, Chinese and English, with their parts and how sure the form makes them.

In: folded text. Out: Address spans with their parts by kind. A place name alone is no address: a road with a number,
a house in a named place, or three ranks one below the other are. It does not know whose address it is beyond the
words around it (see fields/address.py).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nlp.entities.address_en import english_addresses
from nlp.entities.address_zh import AddressPart, parts_at
from nlp.entities.divisions import Division, division_at, is_municipality, parents_of, starts_division

FORM_SCORE = 0.7
"""Two ranks that fit together; each further rank adds to it."""
RANK_GAIN = 0.05
MAX_FORM_SCORE = 0.9
LABELLED_SCORE = 0.92
VAGUE_SCORE = 0.5
"""A labelled stretch that names a town or a place and no house."""

_LABEL = re.compile(
    r"(?:(?:收货|收件|寄件|送货|配送|发货|上门|安装|维修|家庭|居住"
    r"|联系|详细|通讯|邮寄|取件|服务|用户|客户|我的?|新|现在的?)?"
    r"(?:地址|住址|所在地)|家住|住在|寄到|寄往|送到|发到|发往|搬到|改到|改寄|位于|收货地|上门到)"
    r"(?:[\s:,是在为到至改成换]|就){0,6}"
)
_EN_LABEL = re.compile(
    r"(?<![a-z])(?:address|(?:ship|shipped|deliver|delivered|sent|send"
    r"|come|post|mail|move|moved)(?: (?:it|them|this|one|over))? to"
    r"|(?:live|living|located|stay|staying|home) (?:at|is)|location)(?: is| was| to| should be)?[\s:,-]{1,3}$",
    re.IGNORECASE,
)
_EN_LABEL_CHARS = 32
_HOUSE = re.compile(
    r"(?:路|街|大道|巷|弄|胡同|道|村|段)(?:[东西南北中]段)?[ ]?(?:\d{1,5}"
    r"|[一二三四五六七八九十百]{1,4})(?:-\d{1,4})?(?:号|弄)"
    r"|(?:小区|花园|公寓|新村|家园|大厦|苑|广场|园|里|城|府)[东西南北A-Z区一二三四期]{0,3}[ ]?"
    r"(?:\d{1,4}|[一二三四五六七八九十]{1,3}|[A-Z])(?:号楼|幢|栋|座|号)"
    r"|(?:\d{1,3}|[一二三四五六七八九十])(?:号楼|幢|栋|座)(?:\d{1,2}|[一二三四五六七八九])单元"
)
# What stands before a name in a sentence and is no part of it: the name begins behind the last of these.
_BEFORE_NAME = re.compile(
    r"[^\u3400-\u9fffA-Za-z0-9()]|在|到|至|是|于|去|往|住|寄|送|来"
    r"|的|为|成|址|给|我家|我们?|你们?|他们?|从|就|发|叫|这里|那边|家里|,"
)
_MAX_BACK_CHARS = 16
_TAIL_END = re.compile(r"[,。;!?\n]|收件|收货|联系|电话|手机|姓名|邮编|谢|麻烦|请|$")
MAX_TAIL_CHARS = 14


@dataclass(frozen=True, slots=True)
class Address:
    """text[start:end] is an address; `parts` by kind, as written, the divisions above filled in from the table."""

    start: int
    end: int
    score: float
    parts: Mapping[str, str]
    is_labelled: bool = False
    is_consistent: bool = True
    spans: Sequence[AddressPart] = field(default=())


def addresses_in(text: str) -> tuple[Address, ...]:
    """Find the addresses of a text, in order, none inside another.

    >>> [text.parts["road"] for text in addresses_in("请寄到杭州市文一西路969号3幢,谢谢")]
    ['文一西路']
    """
    found = [*_chinese(text), *_english(text)]
    return tuple(sorted(found, key=lambda address: address.start))


def _chinese(text: str) -> Iterator[Address]:
    if text.isascii():
        return
    labels = {match.end(): match for match in _LABEL.finditer(text)}
    starts = {start: False for start in _division_starts(text)}
    starts |= {_name_start(text, match.start()): False for match in _HOUSE.finditer(text)}
    starts |= dict.fromkeys(labels, True)
    at = 0
    for start in sorted(starts):
        if start < at:
            continue
        spans = parts_at(text, start)
        address = _address_of(text, start, spans, is_labelled=starts[start])
        if address is not None:
            at = address.end
            yield address
        elif spans:  # what begins further in has the same end, and lacks a house too
            at = spans[-1].start + 1


def _division_starts(text: str) -> Iterator[int]:
    for at in starts_division(text):
        named = division_at(text, at)
        if named is not None and (not named.is_short or named.divisions[0].level != "district"):
            yield at


def _name_start(text: str, at: int) -> int:
    """Walk back from a road's or a place's ending to where its name begins."""
    first = max(0, at - _MAX_BACK_CHARS)
    ends = [match.end() for match in _BEFORE_NAME.finditer(text, first, at)]
    return ends[-1] if ends else first


def _address_of(text: str, start: int, spans: Sequence[AddressPart], *, is_labelled: bool) -> Address | None:
    score = _score_of(spans, is_labelled=is_labelled) if spans else None
    if score is None:
        return None
    end = _with_tail(text, start, spans[-1].end) if is_labelled else spans[-1].end
    is_consistent = all(part.is_consistent for part in spans)
    is_stated = is_labelled and score > VAGUE_SCORE
    return Address(start, end, score, _named_parts(text, spans, end), is_stated, is_consistent, spans)


def _score_of(spans: Sequence[AddressPart], *, is_labelled: bool) -> float | None:
    kinds = {part.kind for part in spans}
    # A name with no ending of its own and "29号" may be a firm and a date; with "29幢" it is a house.
    has_place = bool(kinds & {"road", "village", "town", "zone"}) or any(
        part.kind == "place" and part.is_known for part in spans
    )
    has_house = (has_place and bool(kinds & {"number", "building", "unit", "room"})) or (
        "place" in kinds and bool(kinds & {"building", "unit"})
    )
    has_ranks = len(kinds) >= 3 and has_place
    if is_labelled:
        return LABELLED_SCORE if has_house or has_ranks else VAGUE_SCORE
    if not has_house and not has_ranks:
        return None
    return round(min(MAX_FORM_SCORE, FORM_SCORE + RANK_GAIN * (len(kinds) - 2)), 4)


def _with_tail(text: str, start: int, end: int) -> int:
    """Go on to the end of the labelled line where only a name of a shop or a firm is left."""
    if ":" not in text[max(0, start - 2) : start]:
        return end
    stop = _TAIL_END.search(text, end)
    is_name = stop is not None and stop.start() - end <= MAX_TAIL_CHARS and stop.group() in ("", "\n")
    return len(text[: stop.start()].rstrip()) if stop is not None and is_name else end


def _named_parts(text: str, spans: Sequence[AddressPart], end: int) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in spans:
        written = text[part.start : part.end].strip(" ,")
        kind = part.kind if part.kind not in parts or part.divisions else _second(part.kind)
        parts.setdefault(kind, written)
    if end > spans[-1].end:
        parts.setdefault("recipient_place", text[spans[-1].end : end].strip())
    for part in reversed(spans):
        if part.divisions:
            _fill_divisions(parts, part.divisions)
            break
    return parts


def _second(kind: str) -> str:
    return f"sub_{kind}"


def _fill_divisions(parts: dict[str, str], divisions: Sequence[Division]) -> None:
    """Write full names, and the divisions above where only one is possible."""
    if len(divisions) != 1:
        return
    chain = [*parents_of(divisions[0]), divisions[0]]
    for division in chain:
        parts["city" if is_municipality(division) else division.level] = division.name
    parts["division_code"] = divisions[0].code


def _english(text: str) -> Iterator[Address]:
    for found in english_addresses(text):
        ranks = len(found.parts)
        is_labelled = bool(_EN_LABEL.search(text[max(0, found.start - _EN_LABEL_CHARS) : found.start]))
        form = min(MAX_FORM_SCORE, FORM_SCORE - RANK_GAIN + RANK_GAIN * (ranks - 2))
        yield Address(
            found.start, found.end, LABELLED_SCORE if is_labelled else round(form, 4), found.parts, is_labelled
        )
