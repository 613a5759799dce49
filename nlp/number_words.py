"""Find numbers in text, in digits and in Chinese or English words.

In: folded text. Out: spans and values. It knows whole numbers, decimals and scales ("36.57亿", "2.5 million"); units
belong to the fields, and codes spoken digit by digit to extraction/spoken.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.cardinals import EN_ONES, EN_TENS, ZH_DIGITS

_ZH_DIGITS = {**ZH_DIGITS} | {character: value for value, character in enumerate("壹贰叁肆伍陆柒捌玖", 1)}
_ZH_DIGITS |= {"两": 2, "貳": 2, "〇": 0}
_ZH_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000, "万": 10**4, "亿": 10**8, "兆": 10**12}
_EN_VALUES = {**EN_ONES, "nought": 0, "naught": 0, **EN_TENS}
_EN_SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "mil": 10**6, "billion": 10**9, "trillion": 10**12,
              "k": 10**3, "m": 10**6, "dozen": 12, "dozens": 12}  # fmt: skip

_ARABIC = r"(?:\d{1,3}(?:,\d{3})+(?!\d|,\d)|\d{1,18})(?:\.\d{1,12})?"
_WRITTEN = (  # as mathematics writes them, in either language
    r"(?<![A-Za-z\d.,/])-?(?:(?:\d{1,9} )?\d{1,9}[/\u2044]\d{1,9}(?![/\d])"
    r"|\d{1,18}(?:\.\d{1,12})?(?:e[+-]?\d{1,2}|\^[+-]?-?\d{1,2})(?![\d.])"
    r"|\.\d{1,12}(?![\d.]))(?![A-Za-z])"
)
_MAX_POWER = 300  # beyond it a double overflows
_ZH_WORD = "零一二三四五六七八九壹贰叁肆伍陆柒捌玖两十拾百佰千仟万亿兆"
_ZH_RUN = (
    rf"(?:{_ARABIC}|[{_ZH_WORD}])(?:\s?(?:[{_ZH_WORD}]|[多几余](?=\s?[十百千万亿])"
    rf"|(?<=[十百千万亿零])\s?\d{{1,4}}(?!\d))){{0,24}}"
)
_NOT_A_NUMBER = (
    r"(?!一[切看些样般直定起下]|四川|十[足分]"
    r"|[壹贰叁肆伍陆柒捌玖拾](?!\s?[零一二三四五六七八九壹贰叁肆伍陆柒捌玖十百千拾佰仟万亿点分打多]))"
)
"""Everyday words that begin with a numeral, and a capital numeral alone (大陆, 收拾): those are written in strings."""
_ZH = re.compile(
    rf"(?P<written>{_WRITTEN})"
    rf"|(?<![A-Za-z\d.])(?:负\s?|(?<!\d)-)?{_NOT_A_NUMBER}{_ZH_RUN}(?:\s?点\s?[{_ZH_WORD}]{{1,12}})?"
    rf"(?:\s?又\s?{_ZH_RUN}\s{{0,2}}分\s{{0,2}}之\s?{_ZH_RUN}|\s?分\s{{0,2}}之\s?{_ZH_RUN})?(?:打(?![开电印折破字车的]))?(?![A-Za-z])",
    re.IGNORECASE,
)
_ONE = rf"(?:{'|'.join(sorted(_EN_VALUES, key=len, reverse=True))})"
_SCALE = r"(?:hundred|thousand|million|billion|trillion|dozens?)"
_ORDINAL_PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourths": 4, "fifth": 5, "fifths": 5,
    "sixths": 6, "sevenths": 7, "eighth": 8, "eighths": 8, "ninths": 9, "tenth": 10, "tenths": 10,
}  # fmt: skip
_PART = "|".join(sorted(_ORDINAL_PARTS, key=len, reverse=True))
_EN = re.compile(
    rf"(?P<written>{_WRITTEN})"
    rf"|(?<![A-Za-z\d.,])(?<!that )(?<!this )(?:(?:minus|negative)\s|-(?=[\d.]))?(?:\d{{1,9}}/\d{{1,9}}(?![/\d])"
    rf"|\d{{1,3}}(?:[ \u202f]\d{{3}}){{1,4}}(?![ \u202f]?\d)|(?:{_ARABIC}(?!\.\d)|\d{{1,9}}(?=\.\d)|\.\d{{1,12}})"
    rf"(?:\s?(?:k|mil)(?![a-z])|(?-i:M)(?![A-Za-z])|\s{{1,2}}{_SCALE}(?![a-z]))?"
    rf"|(?:half\s)?a\s{{1,2}}{_SCALE}(?![a-z])|{_ONE})"
    rf"(?:(?:\s{{1,2}}|-|\s{{1,2}}and\s{{1,2}})(?:{_ONE}|{_SCALE}"
    rf"|(?:(?<=hundred\s)|(?<=hundred\sand\s))[1-9]\d?(?!\.\d|\s{_SCALE}))(?![a-z\d])){{0,12}}"
    rf"(?:\spoint(?:[\s-](?:{_ONE})){{1,10}})?(?:(?:[\s-]|\sand\sa\s)(?:{_PART})(?![a-z]))?"
    rf"(?:\sover\s(?:\d{{1,9}}|{_ONE}(?:[\s-](?:{_ONE}|{_SCALE})){{0,4}}))?(?![A-Za-z\d])",
    re.IGNORECASE,
)
_MIXED = re.compile(rf"(?P<whole>\S.*?)\sand\s(?P<count>a|{_ONE})\s(?P<part>{_PART})")
_MIN_SCALE_WITH_PARTS = 1_000
_ZH_PIECE = re.compile(rf"{_ARABIC}|.")


@dataclass(frozen=True, slots=True)
class NumberSpan:
    start: int
    end: int
    value: float

    @property
    def written(self) -> str:
        """Return the value without a needless fraction."""
        return number_text(self.value)


def number_text(value: float) -> str:
    """Write a number as the specification does: at most 15 digits, no needless fraction.

    >>> number_text(5.0), number_text(5.3), number_text(3657000000.0)
    ('5', '5.3', '3657000000')
    """
    return str(int(value)) if value == int(value) and abs(value) < 10**18 else f"{value:.15g}"


def find_numbers(text: str, *, is_chinese: bool) -> Iterator[NumberSpan]:
    """Yield every number, left to right."""
    expression, read = (_ZH, zh_value) if is_chinese else (_EN, en_value)
    for match in expression.finditer(text):
        words = match.group().rstrip()
        value = written_value(words) if match["written"] else read(words)
        if value is not None:
            yield NumberSpan(match.start(), match.start() + len(words), value)


def written_value(figures: str) -> float | None:
    """Read a fraction, a mixed fraction, an exponent or a power.

    >>> written_value("1 4/5"), written_value("1.3e6"), written_value("-2.5^-1"), written_value(".5")
    (1.8, 1300000.0, -0.4, 0.5)
    """
    sign, plain = (-1.0, figures[1:]) if figures.startswith("-") else (1.0, figures)
    plain = plain.lower().replace("\u2044", "/")
    if "/" in plain:
        whole, _, fraction = plain.rpartition(" ")
        above, _, below = fraction.partition("/")
        return sign * (int(whole or 0) + int(above) / int(below)) if int(below) else None
    if "^" in plain:
        base, _, power = plain.partition("^")
        return sign * float(base) ** float(power.lstrip("+")) if _is_small_power(base, power) else None
    return sign * float(plain)


def _is_small_power(base: str, power: str) -> bool:
    return "--" not in power and float(base) != 0 and len(base) * abs(float(power.lstrip("+"))) < _MAX_POWER


def zh_value(words: str) -> float | None:
    """Read a Chinese number.

    >>> zh_value("5亿1万4千6百"), zh_value("36.57亿"), zh_value("一千零五"), zh_value("千三"), zh_value("一点五")
    (500014600.0, 3657000000.0, 1005.0, 1300.0, 1.5)
    """
    squeezed = re.sub(r"[\s多几余]", "", words)
    if squeezed.endswith("打"):
        dozens = zh_value(squeezed[:-1])
        return None if dozens is None else 12 * dozens
    if "又" in squeezed:
        units, fraction = (zh_value(side) for side in squeezed.split("又", 1))
        if units is None or fraction is None:
            return None
        return units - fraction if units < 0 else units + fraction
    if "分之" in squeezed:
        below, above = (zh_value(side) for side in squeezed.split("分之", 1))
        return above / below if above is not None and below else None
    sign = -1.0 if squeezed[:1] in ("负", "-") else 1.0
    whole, _, decimals = squeezed.lstrip("负-").partition("点")
    if not whole or (len(whole) == 1 and whole in _ZH_UNITS and whole not in "十拾"):
        return None
    value = _zh_whole(whole)
    if value is None:
        return None
    places = "".join(str(_ZH_DIGITS[character]) for character in decimals if character in _ZH_DIGITS)
    return sign * (value + (float(f"0.{places}") if places else 0.0))


def _zh_whole(words: str) -> float | None:
    if len(words) > 1 and all(character in _ZH_DIGITS for character in words):
        return float("".join(str(_ZH_DIGITS[character]) for character in words))
    total = section = digit = 0.0
    last_unit, is_after_zero = 1, False
    for piece in _ZH_PIECE.findall(words):
        if piece in _ZH_UNITS:
            unit = _ZH_UNITS[piece]
            if unit >= 10**4:
                lower = total % unit if total >= unit else total
                total = total - lower + (lower + section + digit or 1) * unit
                section = 0.0
            else:
                section += (digit or 1) * unit
            digit, last_unit, is_after_zero = 0.0, unit, False
        elif piece == "零":
            is_after_zero = True
        else:
            digit = float(_ZH_DIGITS[piece]) if piece in _ZH_DIGITS else float(piece.replace(",", ""))
    if digit and last_unit >= 100 and not is_after_zero and digit < 10:
        digit *= last_unit / 10  # 千三 is 1,300
    return total + section + digit


def en_value(words: str) -> float | None:
    """Read an English number.

    >>> en_value("two hundred and five"), en_value("2.5 million"), en_value("3k"), en_value("nine point four")
    (205.0, 2500000.0, 3000.0, 9.4)
    """
    lowered = words.lower().strip()
    sign = -1.0 if lowered.startswith(("minus", "negative", "-")) else 1.0
    lowered = re.sub(r"^(?:minus|negative|-)\s?", "", lowered)
    lowered = re.sub(r"(?<=\d)[ \u202f](?=\d{3}(?!\d))", "", lowered)  # 1 234 567
    if "/" in lowered:
        above, _, below = lowered.partition("/")
        return sign * int(above) / int(below) if int(below) else None
    if " over " in lowered:
        top, bottom = (en_value(side) for side in lowered.split(" over ", 1))
        return sign * top / bottom if top is not None and bottom else None
    mixed = _MIXED.fullmatch(lowered)
    if mixed:
        units, count = en_value(mixed["whole"]), en_value(mixed["count"]) if mixed["count"] != "a" else 1.0
        scale = max(_EN_SCALES.get(mixed["whole"].split()[-1], 1), 1)
        per = scale if scale >= _MIN_SCALE_WITH_PARTS else 1  # a million and a half, but a hundred and two thirds
        return None if units is None or count is None else sign * (units + per * count / _ORDINAL_PARTS[mixed["part"]])
    part = _ORDINAL_PARTS.get(re.split(r"[\s-]", lowered)[-1])
    if part:
        count = en_value(re.split(r"[\s-]\w+$", lowered)[0])
        return sign * count / part if count is not None else None
    lowered = lowered.replace("half a ", "0.5 ")
    whole, _, decimals = lowered.partition(" point ")
    total = section = 0.0
    for piece in re.findall(r"[\d.,]+|[a-z]+", whole):
        if piece in ("and", "a"):
            section = section or (1.0 if piece == "a" else section)
        elif piece in _EN_SCALES:
            section = (section or 1.0) * _EN_SCALES[piece]
            if _EN_SCALES[piece] >= 1000:
                total, section = total + section, 0.0
        elif piece in _EN_VALUES:
            section += _EN_VALUES[piece]
        else:
            section += float(piece.replace(",", "").rstrip(".") or 0)
    fraction = "".join(str(_EN_VALUES[word]) for word in re.split(r"[\s-]", decimals) if word in _EN_VALUES)
    return sign * (total + section + (float(f"0.{fraction}") if fraction else 0.0))
