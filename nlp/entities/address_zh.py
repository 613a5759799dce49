"""The parts of a Chinese address, from province to room, read from left to right.

In: folded text and where an address may begin. Out: AddressParts in order, as far as the address goes. Divisions come
from a table, everything smaller from how its name ends ("路", "镇", "小区", "单元"). Whether the stretch is an address
at all, and whose, it does not know (see addresses.py).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nlp.entities.divisions import Division, NamedDivision, division_at, is_municipality

PartKind = Literal[
    "country", "province", "city", "district", "zone", "town", "village", "road", "number",
    "place", "building", "unit", "floor", "room", "near", "postcode",
]  # fmt: skip
MAX_PARTS = 24
"""An address of all ranks with the divisions written twice; bounds the walk."""
MAX_NAME_CHARS = 14
"""The longest common proper name before its ending, e.g. a company's in an industrial park."""

_ORDER: dict[str, int] = {
    "country": 0, "province": 1, "city": 2, "district": 3, "zone": 4, "town": 5, "village": 6, "road": 7, "number": 8,
    "place": 9, "building": 10, "unit": 11, "floor": 12, "room": 13, "postcode": 14, "near": 0,
}  # fmt: skip
_GAP = re.compile(r"[ ,、_;/|.·-]{0,3}(?:市辖区[ ,_/|-]{0,2})?")
_NUMERAL = r"(?:\d{1,4}|[一二三四五六七八九十]{1,3})"
_ROAD_BEHIND = r"(?![东南西北中]{0,2}[一二三四五六七八九十]?(?:路|街|大道|大街|巷|公路|弄))"
_NO_PLACE_BEHIND = r"(?!花园|新苑|小区|公寓|大厦|小学|中学|北苑|南苑|东苑|西苑)"
# The ending of a name and what it makes of it; of endings that begin at one place the first listed wins.
_ENDINGS: tuple[tuple[PartKind, str], ...] = (
    ("town", r"街道办事处|街道(?!口)|(?:镇|乡)(?![东南西北中]?(?:路|街|村|大道))|苏木"),
    ("zone", rf"(?:开发|高新|保税|示范|工业|经济|技术)区{_ROAD_BEHIND}"),
    (
        "village",
        rf"(?:社区|居委会|村委会|自然村|行政村|(?<![新中])村(?!委"
        rf"|民){_NO_PLACE_BEHIND}|嘎查)(?:居委会|村委会)?{_ROAD_BEHIND}",
    ),
    ("road", r"(?:大道|大街|公路|国道|省道|环路|马路|路|街(?!道|区)|胡同|巷"
    "|弄堂|(?<=[一二三四五六七八九十])道)(?:[东南西北中]段|[一二三四五六]段)?"),
    (
        "place",
        rf"(?:小区|花园|花苑|公寓|大厦|大楼|写字楼|商厦|广场|中心|新村"
        rf"|家园|名苑|嘉苑|佳苑|庄园|山庄|别墅|公馆|华庭|豪庭|雅苑"
        rf"|工业园区|工业园|产业园|科技园|创业园|软件园|物流园|园区|医院"
        rf"|学校|大学|学院|中学|小学|幼儿园|市场|商场|超市|酒店|宾馆"
        rf"|公司|工厂|银行|车站|火车站|地铁站|机场|商城|车城|国际城|新城"
        rf"|翡翠城|世纪城|城(?!镇|乡|关|街)|苑|园(?!区|林)|府(?!前)|厂(?!区)|里(?=\d|[ABC]区))"
        rf"(?:[一二三四五六七八九]期|[东南西北ABCDEF]区)?{_ROAD_BEHIND}",
    ),
)  # fmt: skip
_ENDING = re.compile("|".join(f"(?P<{kind}>{expression})" for kind, expression in _ENDINGS))
_NOT_IN_NAME = re.compile(r"[^\u3400-\u9fffA-Za-z0-9()·&-]|\d{5}|[xX*]{2}|^[(]")
_NUMBERED: tuple[tuple[PartKind, re.Pattern[str]], ...] = (
    ("unit", re.compile(rf"(?:{_NUMERAL}|[东西甲乙丙丁A-Da-d])单元")),
    (
        "building",
        re.compile(rf"第?[A-Za-z]?-?{_NUMERAL}[A-Za-z]?(?:号楼|#楼|幢|栋|座|号厂房|号院)|[A-Za-z]\d?(?:座|栋|幢|楼)"),
    ),
    ("floor", re.compile(rf"(?:{_NUMERAL}|[B负]\d)(?:层|楼|F(?![A-Za-z]))")),
    ("room", re.compile(r"[A-Za-z]?\d{1,5}(?:-\d{1,4})?[A-Za-z]?(?:室|房间|房|号房|号铺|铺|户)")),
)
_NUMBER = re.compile(
    r"(?:附|甲|乙)?(?:\d{1,5}"
    r"|[一二三四五六七八九十百]{1,4})(?:[-—/、,之]\d{1,5}){0,3}(?:号院|号|弄|巷|组|社|队)"
)
_BARE = re.compile(r"[A-Za-z]?\d{1,5}[A-Za-z]?(?![\dA-Za-z])")
_DASHED = re.compile(
    r"(?P<a>[A-Za-z]?\d{1,4}(?:号楼|幢|栋)?)-{1,2}(?P<b>\d{1,4}(?:单元)?)(?:-{1,2}(?P<c>\d{1,5}))?(?![\d-])室?"
)
_LETTERED = re.compile(r"[A-Za-z]{1,2}-?\d{2,5}(?:-\d{1,4})?(?:号|室|铺)?(?![A-Za-z\d])")
_BARE_ROOM = re.compile(r"-?\d{2,5}(?!\d)")
_ROAD_ENDING = re.compile(
    r"[东南西北中]{0,2}[一二三四五六七八九十]?(?:路|街|大道|大街|巷|公路|号|小区|花园|大厦|广场|镇|乡|街道|村|社区|新城|新村|工业|开发区|国际|大酒店)"
)
# A name with no ending of its own, told by the house that follows it: "滨湖春晓12幢".
_BEFORE_HOUSE = re.compile(
    r"(?:(?![的了我你您他她要在到请把买退寄个台和与于至])[\u3400-\u9fff]){2,9}?"
    r"(?=[A-Za-z]?\d{1,4}(?:号|幢|栋|座|单元|#|-{1,2}\d{1,4}(?:-|号|室|$|[^\d-]))"
    r"|[一二三四五六七八九十]{1,3}(?:幢|栋|号楼|单元|号)|[A-Z](?:座|栋|幢))"
)
_QUARTER = re.compile(
    r"(?:[一二三四五六七八九十]|[A-Za-z]|\d{1,2}|[东南西北])(?:区|期)(?![\u3400-\u9fff]?[路街])|[东南西北正后前][大]?门"
)
_NEAR = re.compile(
    r"(?:[东南西北]{1,2}[侧边面]?)?(?:交叉路?口|交汇处|交界处?"
    r"|路口|旁边|旁|门口|附近|对面|楼下|隔壁|斜对面|后面|前面|内)"
    r"|[与和](?=[\u3400-\u9fff]{1,6}(?:路|街|大道))"
)
_NEVER_FIRST = frozenset("我你您他她它贵本该那这的了")
_COUNTRY = re.compile(r"中国|中华人民共和国")
_POSTCODE = re.compile(r"\(?(?:邮编:?)?\d{6}\)?(?!\d)")


@dataclass(frozen=True, slots=True)
class AddressPart:
    """text[start:end] is the `kind` of the address; divisions are what the table knows under that name."""

    kind: PartKind
    start: int
    end: int
    divisions: tuple[Division, ...] = ()
    is_known: bool = True  # False: a bare number, told by its place alone
    is_consistent: bool = True  # False: no division of this name lies in those before it


def parts_at(text: str, start: int) -> tuple[AddressPart, ...]:
    """Read the parts of the address that begins at `start`; none where nothing there is a part of one.

    >>> [(part.kind, part.start) for part in parts_at("浙江省杭州市文一西路969号3幢", 0)]
    [('province', 0), ('city', 3), ('road', 6), ('number', 10), ('building', 14)]
    """
    parts: list[AddressPart] = []
    at = start
    while len(parts) < MAX_PARTS:
        gap = _GAP.match(text, at) if parts else None
        at = gap.end() if gap else at
        found = _next_parts(text, at, parts)
        if not found:
            break
        parts += found
        at = found[-1].end
    return tuple(parts)


def _next_parts(text: str, at: int, before: Sequence[AddressPart]) -> Sequence[AddressPart]:
    rank = max((_ORDER[part.kind] for part in before), default=-1)
    if not before and (match := _COUNTRY.match(text, at)):
        return [AddressPart("country", at, match.end())]
    named = _division(text, at, before)
    if named is not None:
        return [named]
    if rank >= _ORDER["village"] and (numbered := _numbered(text, at, before, rank)):
        return numbered
    if before and (near := _NEAR.match(text, at)) and rank >= _ORDER["village"]:
        return [AddressPart("near", at, near.end())]
    if rank >= _ORDER["place"] and (quarter := _QUARTER.match(text, at)):
        return [AddressPart("place", at, quarter.end())]
    name, unnamed = _name(text, at, rank), _before_house(text, at, rank)
    if unnamed is not None and (name is None or unnamed.end < name.end):
        return [unnamed]
    return [name] if name else []


def _division(text: str, at: int, before: Sequence[AddressPart]) -> AddressPart | None:
    named = division_at(text, at)
    if named is None or _ORDER["district"] < max((_ORDER[part.kind] for part in before), default=-1):
        return None
    if named.is_short and not _may_be_short(text, named, before):
        return None
    above = [division for part in before for division in part.divisions]
    fitting = tuple(one for one in named.divisions if all(one.is_within(other) for other in above if other != one))
    if above and named.is_short and not fitting:
        return None
    divisions = fitting or named.divisions
    kind: PartKind = "city" if is_municipality(divisions[0]) else divisions[0].level
    return AddressPart(kind, at, named.end, divisions, is_consistent=bool(fitting))


def _may_be_short(text: str, named: NamedDivision, before: Sequence[AddressPart]) -> bool:
    """Take a short name for a division where its parent stands before it or, for cities, where no road is named so."""
    if _ROAD_ENDING.match(text, named.end):
        return False
    levels = {division.level for division in named.divisions}
    is_large = bool(levels & {"province", "city"})
    return is_large or bool(before and before[-1].divisions)


def _numbered(text: str, at: int, before: Sequence[AddressPart], rank: int) -> Sequence[AddressPart]:
    is_after_road = bool(before) and before[-1].kind in {"road", "village"}
    if not is_after_road and (match := _DASHED.match(text, at)) and rank < _ORDER["unit"]:
        return _dashed(match)
    for kind, pattern in _NUMBERED:
        if match := pattern.match(text, at):
            return [AddressPart(kind, at, match.end())]
    if match := _NUMBER.match(text, at):
        is_first = (rank <= _ORDER["number"] and "number" not in {part.kind for part in before[-1:]}) or (
            bool(before) and not before[-1].is_known
        )
        rank_kind: PartKind = "number" if is_first else "building" if rank < _ORDER["building"] else "unit"
        return [AddressPart(rank_kind, at, match.end())]
    if not is_after_road and rank < _ORDER["room"] and (match := _LETTERED.match(text, at)):
        return [AddressPart("room", at, match.end())]
    if is_after_road and (match := _BARE.match(text, at)):
        return [AddressPart("number", at, match.end(), is_known=False)]
    if (match := _BARE_ROOM.match(text, at)) and _ORDER["number"] <= rank < _ORDER["room"]:
        skipped = match.group().startswith("-")
        return [AddressPart("room", at + skipped, match.end(), is_known=False)]
    return []


def _dashed(match: re.Match[str]) -> Sequence[AddressPart]:
    """Read "12-3-1001" as building, unit and room, "12-1001" as building and room."""
    kinds: tuple[PartKind, ...] = ("building", "unit", "room") if match["c"] else ("building", "room")
    groups = ("a", "b", "c") if match["c"] else ("a", "b")
    return [
        AddressPart(kind, match.start(group), match.end() if group == groups[-1] else match.end(group))
        for kind, group in zip(kinds, groups, strict=True)
    ]


def _before_house(text: str, at: int, rank: int) -> AddressPart | None:
    """Read a name that only the house number behind it tells: behind a district or anything smaller."""
    match = _BEFORE_HOUSE.match(text, at) if rank < _ORDER["unit"] and rank != 0 else None
    return AddressPart("place", at, match.end(), is_known=False) if match else None


def _name(text: str, at: int, rank: int) -> AddressPart | None:
    """Read a name up to its ending; the earliest ending that does not go back up the ranks too far."""
    limit = min(len(text), at + MAX_NAME_CHARS + 4)
    if text[at : at + 1] in _NEVER_FIRST:
        return None
    wall = _NOT_IN_NAME.search(text, at, limit)
    limit = wall.start() if wall else limit
    for match in _ENDING.finditer(text, at + 1, limit):
        kind: PartKind = match.lastgroup  # type: ignore[assignment]
        if match.end() - at >= 2 and (_ORDER[kind] >= rank or kind in {"road", "place"}):
            return AddressPart(kind, at, match.end())
    return None
