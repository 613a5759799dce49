"""Administrative divisions of China: provinces, cities and counties by name and by the name people say for short.

In: folded text and a place in it. Out: the Division that is named there. Names are of the year of the table (see the
head of divisions.txt); towns and streets it does not know.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Literal

Level = Literal["province", "city", "district"]
MAX_NAME_CHARS = 15
"""双江拉祜族佤族布朗族傣族自治县 has fifteen characters and is the longest."""
_MIN_SHORT_CHARS = 2
_ENDINGS = ("特别行政区", "自治区", "自治州", "自治县", "自治旗", "地区", "省", "市", "区", "县", "盟", "旗")
# Autonomous areas bear the names of peoples, which short names leave out: 延边朝鲜族自治州 is 延边.
_PEOPLES_TEXT = (
    "土家族 苗族 藏族 彝族 壮族 回族 羌族 傣族 景颇族 傈僳族 白族 哈尼族 布依族 侗族 水族 瑶族 朝鲜族 蒙古族 蒙古 "
    "哈萨克族 哈萨克 柯尔克孜 维吾尔 满族 黎族 畲族 仡佬族 毛南族 仫佬族 东乡族 保安族 撒拉族 土族 裕固族 纳西族 "
    "独龙族 怒族 普米族 拉祜族 佤族 布朗族 塔吉克 锡伯 达斡尔族 鄂温克族 鄂伦春 各族"
)
_PEOPLES = tuple(_PEOPLES_TEXT.split())
_MUNICIPALITIES = ("11", "12", "31", "50")  # 北京 天津 上海 重庆: a province and a city at once


@dataclass(frozen=True, slots=True)
class Division:
    code: str  # GB/T 2260, six digits
    name: str
    level: Level

    def is_within(self, other: Division) -> bool:
        """Say whether this division lies in the other: its code continues the other's."""
        stem = other.code.rstrip("0") if other.level != "province" else other.code[:2]
        stem = other.code[:4] if other.level == "city" else stem
        return self.code.startswith(stem)


@dataclass(frozen=True, slots=True)
class NamedDivision:
    """Divisions that share the name that stands at text[start:end]; `is_short` where the ending is left out."""

    start: int
    end: int
    divisions: tuple[Division, ...]
    is_short: bool


@dataclass(frozen=True, slots=True)
class _Names:
    full: dict[str, tuple[Division, ...]]
    short: dict[str, tuple[Division, ...]]
    by_code: dict[str, Division]


def division_at(text: str, start: int) -> NamedDivision | None:
    """Return the longest name that stands at `start`; a full name before a short one of the same length.

    >>> named = division_at("杭州市余杭区", 0)
    >>> named.divisions[0].code, named.end
    ('330100', 3)
    """
    names = _names()
    for length in range(min(MAX_NAME_CHARS, len(text) - start), 1, -1):
        piece = text[start : start + length]
        for table, is_short in ((names.full, False), (names.short, True)):
            if piece in table:
                return NamedDivision(start, start + length, table[piece], is_short)
    return None


def parents_of(division: Division) -> Sequence[Division]:
    """Return the province and city above a division, the province first."""
    codes = [division.code[:2] + "0000"]
    if division.level == "district":
        codes.append(division.code[:4] + "00")
    by_code = _names().by_code
    return tuple(by_code[code] for code in codes if code in by_code and code != division.code)


def _level_of(code: str) -> Level:
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "district"


def _short_of(name: str) -> str:
    short = next((name.removesuffix(ending) for ending in _ENDINGS if name.endswith(ending)), name)
    is_cut = True
    while is_cut and short not in _PEOPLES:
        cut = next((short.removesuffix(people) for people in _PEOPLES if short.endswith(people)), short)
        is_cut = cut != short and len(cut) >= _MIN_SHORT_CHARS
        short = cut if is_cut else short
    return short


@lru_cache(maxsize=1)
def _names() -> _Names:
    text = files("nlp.entities").joinpath("divisions.txt").read_text(encoding="utf-8")
    rows = [line.split(" ") for line in text.splitlines() if line and not line.startswith("#")]
    full: dict[str, tuple[Division, ...]] = {}
    short: dict[str, tuple[Division, ...]] = {}
    by_code: dict[str, Division] = {}
    for code, name in rows:
        division = Division(code, name, _level_of(code))
        by_code[code] = division
        full[name] = (*full.get(name, ()), division)
        said = _short_of(name)
        if len(said) >= _MIN_SHORT_CHARS and said != name:
            short[said] = (*short.get(said, ()), division)
    return _Names(full, short, by_code)


def is_municipality(division: Division) -> bool:
    """Say whether a province is a city at once."""
    return division.level == "province" and division.code[:2] in _MUNICIPALITIES


def starts_division(text: str) -> list[int]:
    """Return where the first two characters of some division's name stand: the places worth a look."""
    heads = _heads()
    return [at for at in range(len(text) - 1) if text[at : at + 2] in heads]


@lru_cache(maxsize=1)
def _heads() -> frozenset[str]:
    names = _names()
    return frozenset(name[:2] for table in (names.full, names.short) for name in table)
