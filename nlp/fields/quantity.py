"""How many of a thing: "两台", "共5件", "3 faulty units", "a dozen", "手机壳 x2"; resolved to {value, unit}.

It counts what can be counted on a shelf: not days, not money, not persons. What the thing is, it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.dates.writing import language_in
from nlp.extraction.field import LABELLED_SCORE, Example, FieldTexts, Localised, context_word, moved
from nlp.number_span import NumberSpan, number_text
from nlp.number_words import find_numbers_by_line
from nlp.records import Document, Mention
from nlp.text import Folded, fold

SCORE = 0.8
SCORE_LOOSE = 0.6
"""个 and 条 count problems, too ("两个问题", "三条消息")."""
SCORE_ARTICLE = 0.3
"""一个 is "a" more often than it is "one"."""
MOST = 1_000_000
"""More of one thing than a ticket is about; longer numbers are codes."""
_TEXTS = FieldTexts(
    label=Localised("数量", "Quantity"), question=Localised("请问一共有多少件？", "How many are there?")
)
_CONTEXT = (
    "数量", "件数", "共", "总共", "合计", "各", "少发", "漏发", "缺少", "购买", "订购", "下单", "采购", "退货", "换货",
    "quantity", "qty", "total", "ordered", "bought", "received", "missing", "short", "return", "returning", "replace",
)  # fmt: skip
_STRICT_ZH = (
    "台|件|套|箱|盒|瓶|袋|支|辆|副|批|卷|桶|罐|捆|包(?![含括装裹])|双|枚|颗|粒|架|扇|盏"
    "|株|匹|部(?![分门])|组(?![装织])|台套"
)
_LOOSE_ZH = (
    "个(?!月|半|小时|钟|星期|礼拜|季度|工作日|自然日|人|百分|世纪|学期|问题|事|情况|电话|号码|意思|地方|方面|原因|说法|办法|建议|疑问|地址|字|数)"
    "|只(?![有要能是会好得不])|条(?!消息|短信|件|码|形|款)|张(?!先生|女士|小姐|经理|师傅|工|总)|片(?!面)|根(?!据|本)|把(?![\u4e00-\u9fff]{1,4}[坏弄给])"
    "|份(?!额)|本(?![月周日次人来身地])|块(?=[一-龥])(?!钱)"
)
_UNITS_EN = (
    "units?|pcs?|pieces?|items?|sets?|pairs?|box(?:es)?|cartons?|packs?|packages?|parcels?|bottles?|bags?|cases?|rolls?|devices?"
    "|machines?|copies|kits?|tubes?|cans?|crates?|pallets?|sheets?|cables?|batteries|chargers?|phones?|laptops?|tablets?|printers?"
    "|screens?|monitors?|filters?|bulbs?|lamps?|chairs?|tables?|shirts?|shoes?|cups?|plates?|parts?|spares?|ea"
)
_BEHIND_ZH = re.compile(rf"[ ]?[多来余]?(?:(?P<strict>{_STRICT_ZH})|(?P<loose>{_LOOSE_ZH}))")
_BEHIND_EN = re.compile(
    r"[ -]{0,2}(?:of[ ](?:the[ ])?"
    r"|(?!second|minute|hour|day|week|month|year|time|percent|other|more|and|or|of)[a-z]{3,14}[ ])?"
    rf"(?P<strict>{_UNITS_EN})(?![a-z])",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"(?:数量|件数|台数|个数|(?<![a-z])(?:qty|quantity)(?![a-z]))[ ]?(?:是|为|of|is)?[ ]?[:=]?[ ]?$", re.IGNORECASE
)
_LABEL_CHARS = 16
_TIMES = re.compile(
    r"(?:(?<![A-Za-z\d.])|(?<=[一-龥)\]]))(?:x|[\u00d7*][ ]?)(?P<count>\d{1,5})(?![\dA-Za-z.%\u00d7*]|[ ]?[x\u00d7*])",
    re.IGNORECASE,
)
_DOZEN = re.compile(r"(?:dozens?|打)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Quantity:
    """The field; a text may count several things."""

    name: str = "quantity"
    texts: FieldTexts = _TEXTS
    examples: tuple[Example, ...] = (
        Example("两台都不制冷", "2"),
        Example("共5件,少发了1件", "5"),
        Example("数量：12", "12"),
        Example("手机壳 x2", "2"),
        Example("3 faulty units", "3"),
        Example("we ordered a dozen", "12"),
        Example("qty: 40", "40"),
    )
    counter_examples: tuple[str, ...] = ("三个月没响应", "付了三块钱", "订单号20240518936", "30x20 cm", "in two days")
    is_identifier: bool = False
    is_single: bool = False
    effort: float = 1.0

    def extract(self, document: Document) -> Sequence[Mention]:
        """Find every count of things."""
        view = fold(document.text)
        mentions: list[Mention] = []
        taken = 0
        for found in sorted(_counts(view.text, language_in(document) == "zh"), key=lambda count: count.start):
            if found.start >= taken:
                mentions.append(_mention(self.name, view, found))
                taken = found.end
        return mentions


@dataclass(frozen=True, slots=True)
class _Count:
    start: int
    end: int
    number: str
    unit: str
    score: float
    why: str
    is_labelled: bool = False


def _mention(field: str, view: Folded, found: _Count) -> Mention:
    start, end = view.span(found.start, found.end)
    score = found.score
    if not found.is_labelled:
        score = moved(score, context_word(view.text, found.start, found.end, _CONTEXT))
    resolution = {"value": found.number, "unit": found.unit} if found.unit else {"value": found.number}
    return Mention(
        field,
        found.number,
        start,
        end,
        round(score, 4),
        found.why,
        resolution=resolution,
        is_labelled=found.is_labelled,
    )


def _counts(text: str, is_chinese: bool) -> Iterator[_Count]:
    for number in find_numbers_by_line(text, is_chinese=is_chinese):
        if 0 < number.value < MOST:
            count = _labelled(text, number) or _counted(text, number)
            if count is not None:
                yield count
    for match in _TIMES.finditer(text):
        yield _Count(match.start(), match.end(), str(int(match["count"])), "", SCORE, "times")


def _labelled(text: str, number: NumberSpan) -> _Count | None:
    if number.value % 1 or not _LABEL.search(text, max(0, number.start - _LABEL_CHARS), number.start):
        return None
    unit = _BEHIND_ZH.match(text, number.end) or _BEHIND_EN.match(text, number.end)
    end = unit.end() if unit else number.end
    named = unit[unit.lastgroup or 0] if unit else ""
    return _Count(number.start, end, number.written, named, LABELLED_SCORE, "label", is_labelled=True)


def _counted(text: str, number: NumberSpan) -> _Count | None:
    written = text[number.start : number.end]
    unit = _BEHIND_ZH.match(text, number.end) or _BEHIND_EN.match(text, number.end)
    if unit is None:
        is_dozen = _DOZEN.search(written) is not None
        return _Count(number.start, number.end, number.written, "", SCORE_LOOSE, "dozen") if is_dozen else None
    named = unit[unit.lastgroup or 0]
    if number.value % 0.5 or not _agrees(named, number.value) or (number.value == 1 and " of " in unit.group()):
        return None
    score = SCORE if unit.lastgroup == "strict" else SCORE_LOOSE
    if written in ("一", "one", "a"):
        score = SCORE_LOOSE if unit.lastgroup == "strict" else SCORE_ARTICLE
    return _Count(number.start, unit.end(), number_text(number.value), named, score, "counted")


def _agrees(unit: str, value: float) -> bool:
    """Say whether the noun is in the plural where it must be: "15 case" is an iPhone's case, no fifteen of them."""
    return not unit.isascii() or value == 1 or unit.lower().endswith("s") or unit.lower() in ("pc", "ea")


FIELD = Quantity()
