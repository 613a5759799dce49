"""An amount of money: a number with its currency before or behind it; resolved to {value, unit}.

Units are named as Recognizers-Text names them. It does not convert, and knows no rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.dates.writing import language_in
from nlp.extraction.field import Example, FieldTexts, Localised
from nlp.money import find_money
from nlp.number_span import number_text
from nlp.records import Document, Mention
from nlp.text import fold

SCORE = 0.85
TEXTS = FieldTexts(label=Localised("金额", "Amount"), question=Localised("请问金额是多少？", "What is the amount?"))

SCORE_ALONE = 0.01
"""A currency that stands alone tells which, not how much: it is reported, and never fills a field."""


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
        """Find every number that has a currency beside it, and every currency alone."""
        view = fold(document.text)
        mentions: list[Mention] = []
        for money in find_money(view.text, is_chinese=language_in(document) == "zh"):
            start, end = view.span(money.start, money.end)
            unit = money.currency.unit
            value = None if money.value is None else number_text(money.value)
            written = f"{value} {money.currency.written}" if value else money.currency.written
            score = SCORE if value else SCORE_ALONE
            resolution = {"value": value, "unit": unit}
            mentions.append(Mention(self.name, written, start, end, score, unit, resolution=resolution))
        return mentions


FIELD = Amount()
