"""Any number, in digits or in words, Chinese or English; resolved to {value}.

It does not know what is counted; amounts of money are in amount.py.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.dates.writing import language_in
from nlp.extraction.field import Example, FieldTexts, Localised
from nlp.number_words import find_numbers_by_line
from nlp.records import Document, Mention
from nlp.text import fold

SCORE = 0.8
TEXTS = FieldTexts(label=Localised("数字", "Number"), question=Localised("请问数量是多少？", "How many is it?"))

_ONE_OF_MONEY = re.compile(r"[一两]美[元刀金]")
"""The specification leaves these to the amount: 一 and 两 alone are too common to be told from words."""


@dataclass(frozen=True, slots=True)
class Number:
    """The field; numbers of one text do not contradict each other."""

    name: str = "number"
    texts: FieldTexts = TEXTS
    examples: tuple[Example, ...] = (
        Example("一共三百二十个", "320"),
        Example("约36.57亿", "3657000000"),
        Example("two hundred and five of them", "205"),
        Example("about 2.5 million", "2500000"),
    )
    counter_examples: tuple[str, ...] = ("好的,谢谢", "none of them", "型号KFRGW")
    is_identifier: bool = False
    is_single: bool = False
    effort: float = 1.0

    def extract(self, document: Document) -> Sequence[Mention]:
        """Find every number."""
        view = fold(document.text)
        mentions: list[Mention] = []
        for found in find_numbers_by_line(view.text, is_chinese=language_in(document) == "zh"):
            if _ONE_OF_MONEY.match(view.text, found.start):
                continue
            start, end = view.span(found.start, found.end)
            resolution = {"value": found.written}
            mentions.append(Mention(self.name, found.written, start, end, SCORE, "number", resolution=resolution))
        return mentions


FIELD = Number()
