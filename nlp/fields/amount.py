"""An amount of money: a number with its currency before or behind it; resolved to {value, unit}.

Units are named as Recognizers-Text names them. It does not convert, and knows no rates.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.dates.writing import language_in
from nlp.extraction.field import Example, FieldTexts, Localised
from nlp.number_words import NumberSpan, find_numbers, number_text
from nlp.records import Document, Mention
from nlp.text import fold

SCORE = 0.85
TEXTS = FieldTexts(label=Localised("金额", "Amount"), question=Localised("请问金额是多少？", "What is the amount?"))

_UNITS = {
    "Chinese yuan": "人民币|元人民币|元|块钱|块|rmb|cny|chinese yuan|yuan",
    "United States dollar": r"美元|美金|美刀|us\s?dollars?|u\.?s\.?\s?\$|usd(?:\s?\$)?",
    "Hong Kong dollar": "港元|港币|hkd|hong kong dollars?",
    "Euro": "欧元|euros?|eur|€",
    "Japanese yen": "日元|日圆|yen|jpy",
    "British pound": "英镑|gbp|british pounds?",
    "Swiss franc": "瑞士法郎|chf|swiss francs?",
    "Australian dollar": r"澳元|aud(?:\s?\$)?|australian dollars?",
    "Canadian dollar": r"加元|cad|canadian dollars?|c\s?\$",
    "Bitcoin": "比特币|bitcoins?|btc",
    "Dollar": r"\$|dollars?|bucks?",
    "Pound": "£|pounds?",
    "Cent": "cents?|¢",
    "Pence": "pence",
    "Rupee": "rupees?",
    "Franc": "francs?",
    "Peseta": "pesetas?",
    "Penny": "penny",
    "Finnish markka": "finnish markkas?",
    "Turkish lira": "turkish liras?",
    "Mexican peso": r"mxn(?:\s?\$)?|mexican pesos?",
}
_CODES = {"Chinese yuan": "CNY", "United States dollar": "USD", "Hong Kong dollar": "HKD", "Euro": "EUR",
          "Japanese yen": "JPY", "British pound": "GBP", "Swiss franc": "CHF", "Australian dollar": "AUD",
          "Canadian dollar": "CAD"}  # fmt: skip
_ALL = "|".join(words for words in _UNITS.values())
_BEHIND = re.compile(rf"\s{{0,2}}(?P<unit>{_ALL})(?![a-z])", re.IGNORECASE)
_BEFORE = re.compile(rf"(?<![a-z])(?P<unit>¥|￥|{_ALL})\s{{0,2}}$", re.IGNORECASE)
_SMALL = re.compile(
    r"\s(?:and\s)?(?P<cents>\d{1,2})\scents?(?![a-z])|(?:(?P<jiao>\d|[一二三四五六七八九])\s?[角毛])?(?:(?P<fen>\d|[一二三四五六七八九])\s?分)?"
)
_DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")}
PREFIX_CHARS = 20


def unit_of(written: str) -> str:
    """Name the currency of a word or sign."""
    if written in ("¥", "￥"):
        return "Chinese yuan"
    return next(unit for unit, words in _UNITS.items() if re.fullmatch(words, written.strip(), re.IGNORECASE))


@dataclass(frozen=True, slots=True)
class Amount:
    """The field; amounts of one text do not contradict each other."""

    name: str = "amount"
    texts: FieldTexts = TEXTS
    examples: tuple[Example, ...] = (
        Example("这个手机壳五元三毛", "5.3 CNY"),
        Example("一共付了￥3,299.00", "3299 CNY"),
        Example("I paid $48.2 million", "48200000 Dollar"),
        Example("it was 350 euros", "350 EUR"),
    )
    counter_examples: tuple[str, ...] = ("订单号20240518936", "five units are broken", "三个月")
    is_identifier: bool = False
    is_single: bool = False
    effort: float = 1.0

    def extract(self, document: Document) -> Sequence[Mention]:
        """Find every number that has a currency beside it."""
        view = fold(document.text)
        mentions: list[Mention] = []
        taken = 0
        for found in find_numbers(view.text, is_chinese=language_in(document) == "zh"):
            money = _money(view.text, found, taken)
            if money is None:
                continue
            start, end, unit, value = money
            taken = end
            source_start, source_end = view.span(start, end)
            resolution = {"value": number_text(value), "unit": unit}
            written = f"{number_text(value)} {_CODES.get(unit, unit)}"
            mentions.append(Mention(self.name, written, source_start, source_end, SCORE, unit, resolution=resolution))
        return mentions


def _money(text: str, found: NumberSpan, free_from: int) -> tuple[int, int, str, float] | None:
    before = _BEFORE.search(text, max(free_from, found.start - PREFIX_CHARS), found.start)
    behind = _BEHIND.match(text, found.end)
    if found.start < free_from or not (before or behind):
        return None
    start, end, value = found.start, found.end, found.value
    unit = unit_of((behind or before)["unit"])  # type: ignore[index]
    if before:
        start, unit = before.start(), unit_of(before["unit"])
    if behind:
        small = _SMALL.match(text, behind.end())
        end = small.end() if small else behind.end()
        value += _small_change(small) if small else 0.0
    return start, end, unit, value


def _small_change(match: re.Match[str]) -> float:
    jiao, fen, cents = match["jiao"], match["fen"], match["cents"]
    digits = {**_DIGITS, **{str(n): n for n in range(10)}}
    return round(
        (digits[jiao] / 10 if jiao else 0) + (digits[fen] / 100 if fen else 0) + (int(cents) / 100 if cents else 0), 2
    )


FIELD = Amount()
