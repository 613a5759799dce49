"""Find Chinese numbers: figures, numerals small and capital, and both together ("3万4000", "5亿1万4千6百").

In: folded text. Out: spans and values. It leaves out everyday words that begin with a numeral (一切, 十分, 四川) and
shares in percent, which are no counts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.cardinals import ZH_DIGITS
from nlp.figures import ARABIC, DOTTED, FIGURE, figure_value, whole_figures
from nlp.number_span import NumberSpan

_CAPITALS = "壹贰叁肆伍陆柒捌玖"
_DIGITS = {**ZH_DIGITS} | {character: value for value, character in enumerate(_CAPITALS, 1)}
_DIGITS |= {"两": 2, "貳": 2, "俩": 2, "〇": 0, "参": 3}
_TENS = {"廿": 20, "卅": 30, "卌": 40}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1_000, "仟": 1_000, "万": 10**4, "亿": 10**8, "兆": 10**12}
_MYRIAD = 10**4

_SMALL = "零一二三四五六七八九"
_WORD = f"{_SMALL}{_CAPITALS}两廿卅卌十拾百佰千仟万亿兆"
_NEXT = (  # 五十千 is no number; 参 is three only among capitals; 俩 only before a unit
    rf"(?:[{_SMALL}{_CAPITALS}两廿卅卌十拾万亿兆]|(?<![十拾百佰千仟])(?<![十拾百佰千仟] )[百佰千仟]"
    r"|(?<=[拾佰仟万亿零])参|[多几余](?=[ ]?[十百千万亿])|(?<=[十百千万亿零])[ ]?\d{1,4}(?!\d))"
)
_RUN = rf"(?:{ARABIC}|俩(?=[百佰千仟万亿])|参(?=[拾佰仟万亿])|[{_WORD}])(?:[ ]?{_NEXT}){{0,24}}"
_POINT = rf"(?:[ ]?点[ ]?(?:[{_SMALL}{_CAPITALS}]{{1,12}}|\d{{1,12}})(?![两十百千]|刻))?"
_SIGN = r"(?:负[ ]?|(?<!\d)-)?"
_WORDS = (
    r"(?!一[切看些样般直定起下共旦律向再边致键体]|四川|三星|三亚|九[江龙]|百度|一加(?!\d)|二手|二维码|五金"
    r"|十足|十分(?![钟之钱])|千万(?=[别不要记得小])"
    rf"|[{_CAPITALS}拾](?![ ]?[{_SMALL}{_CAPITALS}十百千拾佰仟万亿点分打多]))(?<!第)"
)
"""Everyday words that begin with a numeral, and a capital numeral alone (大陆, 收拾): those are written in strings."""
_FRACTION = rf"(?:[ ]?又[ ]?{_RUN}[ ]{{0,2}}分[ ]{{0,2}}之[ ]?{_RUN}|[ ]?分[ ]{{0,2}}之[ ]?{_SIGN}{_RUN}{_POINT})?"
_ZH = re.compile(
    rf"{DOTTED}|(?P<figure>{FIGURE})(?![ ]?[{_WORD}又]|[ ]{{0,2}}分[ ]{{0,2}}之|[多几余][十百千万亿]|打)"
    rf"|(?<![A-Za-z\d])(?<!\d[./]){_SIGN}(?:一半|半(?=个)|{_WORDS}{_RUN}{_POINT}{_FRACTION}"
    r"(?:打(?![开电印折破字车的]))?)(?![A-Za-z])",
    re.IGNORECASE,
)
_PIECE = re.compile(rf"{ARABIC}|.")
_ABOUT = re.compile(rf"[{_SMALL[1:]}两][{_SMALL[1:]}](?=[十百千万亿])|两[{_SMALL[1:]}]$")
"""二三十, 七八百, 两三: about so many."""
_PERCENT = re.compile(r"[ ]?[%‰]")


def find_zh_numbers(text: str) -> Iterator[NumberSpan]:
    """Yield every number, left to right."""
    for match in _ZH.finditer(text):
        if match["dotted"]:
            yield from whole_figures(match.group(), match.start())
            continue
        words = match.group().rstrip()
        end = match.start() + len(words)
        value = figure_value(words) if match["figure"] else zh_value(words)
        if value is not None and not _PERCENT.match(text, end):
            yield NumberSpan(match.start(), end, value, words if words.isdigit() else "")


def zh_value(words: str) -> float | None:
    """Read a Chinese number.

    >>> zh_value("5亿1万4千6百"), zh_value("36.57亿"), zh_value("一千零五"), zh_value("千三"), zh_value("一点五")
    (500014600.0, 3657000000.0, 1005.0, 1300.0, 1.5)
    >>> zh_value("10万万"), zh_value("五百卅四"), zh_value("负3分之负一百五十六"), zh_value("万")
    (1000000000.0, 534.0, 52.0, None)
    """
    squeezed = re.sub(r"[\s多几余]", "", words)
    if squeezed in ("半", "一半"):
        return 0.5
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
    if not whole or _ABOUT.search(whole) or all(character in _UNITS and character not in "十拾" for character in whole):
        return None
    value = _whole(whole)
    places = "".join(str(_DIGITS.get(character, character)) for character in decimals)
    return sign * (value + (float(f"0.{places}") if places else 0.0))


def _whole(words: str) -> float:
    if len(words) > 1 and all(character in _DIGITS for character in words):
        return float("".join(str(_DIGITS[character]) for character in words))
    total = section = digit = 0.0
    last_unit, is_after_zero = 1, False
    for piece in _PIECE.findall(words):
        if piece in _UNITS:
            unit = _UNITS[piece]
            if digit < 10 and last_unit >= 100 and unit > last_unit and not is_after_zero:
                digit *= last_unit / 10  # 百二万 is 1,200,000
            if unit >= _MYRIAD:
                below = total % unit if total >= unit else total
                if last_unit == unit:  # 10万万
                    below = total
                total = total - below + (below + section + digit or 1) * unit
                section = 0.0
            else:
                section += (digit or 1) * unit
            digit, last_unit, is_after_zero = 0.0, unit, False
        elif piece in _TENS:
            section, digit, last_unit = section + _TENS[piece], 0.0, 10
        elif piece == "零":
            is_after_zero = True
        else:
            digit = float(_DIGITS[piece]) if piece in _DIGITS else float(piece.replace(",", ""))
    if digit and last_unit >= 100 and not is_after_zero and digit < 10:
        digit *= last_unit / 10  # 千三 is 1,300
    return total + section + digit
