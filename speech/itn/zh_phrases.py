"""Chinese amounts: money, percent, measures, fractions, ordinals, addresses, ranges, then whatever number is left.

In: folded text. Out: edits. After GB/T 15835-2011: figures for measures, money, percent, dates and identifiers;
characters for idioms, for approximate numbers ("三五天", "五六百", "十几") and for counts below ten ("三个人").
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from speech.itn.edits import COUNTED_FROM, Edit, Kind
from speech.itn.wetext_numbers import amount_of, zh_figures
from speech.itn.zh_numerals import COUNT, DIGIT, NOT_AFTER, NUMBER, figures_one_by_one

_IDIOMS = re.compile(
    rf"(?<![{DIGIT}点])十分(?!钟|之|贝)"
    "|百分(?!之|百)|十全十美|十有八九|一五一十|五花八门|七上八下|三番五次|乱七八糟|八九不离十|七嘴八舌|三心二意"
    "|接二连三|不管三七二十一|丢三落四|朝三暮四|独一无二|说一不二|一清二楚|一干二净|一来二去|三长两短|三言两语|四面八方|五颜六色"
    "|五湖四海|横七竖八|七零八落|千千万万|九牛一毛|百里挑一|万无一失|一心一意|十一(?=假期|长假|期间|放假|黄金周)"
    "|(?:国庆|双)十[一二]|双十二"
    rf"|[{DIGIT}](?=[点])点[半个]?点|二百五(?=的人)|十之八九|一点一点|一一(?=核对|确认|说明|解释)|十来[个天年块]"
    r"|一[万百千]个不|十拿九稳|百忙|三三两两|一百一(?=十全)"
)
_APPROXIMATE = re.compile(
    rf"[一二两三四五六七八九](?P<next>[二两三四五六七八九])[十百千万亿][{DIGIT}十百千万亿]{{0,12}}"
    rf"|[{DIGIT}十百千万亿]{{0,12}}[十百千万][几](?:[百千万])?"
)
_PERCENT = re.compile(rf"(?P<sign>负)?(?P<whole>[百千万])分之(?P<number>{NUMBER}|百)|百分百")
_PARTS = {"百": "%", "千": "‰", "万": "‱"}
_FRACTION = re.compile(rf"{NOT_AFTER}(?:(?P<whole>{COUNT})又)?(?P<below>{COUNT})分之(?P<above>{COUNT})")
_JIAO = rf"[{DIGIT}]"
_MONEY = re.compile(
    rf"{NOT_AFTER}(?P<yuan>{NUMBER})(?P<unit>块|元)(?:(?P<jiao>{_JIAO})(?:[毛角](?:(?P<fen>{_JIAO})分?)?)?(?![{DIGIT}十百千个月天年点\d])"
    r"|(?P<money>钱|整|人民币))?"
    rf"|{NOT_AFTER}(?P<small>{COUNT})(?P<coin>[毛角])(?P<rest>(?P<cents>{_JIAO})分?)?(?=钱|$|[，。,.！？\s]|的)"
)
_FOREIGN = r"美元|美金|欧元|英镑|日元|港币|港元|韩元|人民币"
_DISCOUNT = re.compile(
    rf"{NOT_AFTER}(?P<tenth>[一二三四五六七八九])(?P<hundredth>[一二三四五六七八九])?折(?!叠|页|腾|扣)"
)
_LATIN_UNIT = "gb|tb|mb|kb|mah|ghz|mhz|khz|hz|kwh|kw|kg|km|cm|mm|nm|ml|kpa|mpa|pa|db|bit|fps|rpm|[gtmkvwa]"
_UNIT = (
    "公斤|千克|毫克|克(?!服|制|隆)|吨|斤|公里|千米|厘米|毫米|分米|微米|纳米|米(?!饭|粉|线)|英寸|英尺|寸|毫升|升(?!级|降|起|高|温)|立方米|立方"
    "|平方米|平方|平米|千瓦时|千瓦|瓦|摄氏度|华氏度|度(?!过|假)|千伏|伏特|伏|毫安时|毫安|安培|赫兹|兆赫|千赫|千兆|兆帕|千帕|兆"
    "|匹|转|分贝|大卡|千卡|像素|帧|流明|欧姆|牛米|海里"
)
_MEASURE = re.compile(
    rf"(?P<sign>负)?{NOT_AFTER}(?P<number>{NUMBER})(?P<unit>(?:{_LATIN_UNIT})(?![a-z\d])|{_UNIT}|{_FOREIGN})"
    rf"(?P<rest>(?<=[米斤尺寸])[一二三四五六七八九](?![{DIGIT}十百千个次台天年月点]))?"
)
_ONCE = frozenset(("度", "转", "平方", "寸", "匹"))
"""With 一 these may be words: 一度 is "once", 一转 "a turn"."""
_PLACE = re.compile(
    rf"{NOT_AFTER}(?P<number>{COUNT})(?P<unit>号[楼线店机]|栋|幢|单元|楼(?!梯|道|下|上)|层(?!次|面|层)|室(?!内)|号(?!召)"
    "|代(?!替|表|理|码|价|言)|版(?!本)|频道|级能效|级(?=能效))"
)
_RANGE = re.compile(rf"{NOT_AFTER}(?P<one>{COUNT})(?P<to>[到至])(?P<other>{COUNT})(?![{DIGIT}点分])")
_VERSION = re.compile(rf"{NOT_AFTER}(?P<parts>[{DIGIT}十]{{1,3}}(?:点[{DIGIT}十]{{1,3}}){{2,3}})(?![{DIGIT}十分])")
_DECIMAL = re.compile(rf"(?P<sign>负)?{NOT_AFTER}(?P<number>{COUNT}点[{DIGIT}]{{1,8}}(?:[百千]?[万亿])?)(?![十百千点])")
_ORDINAL = re.compile(rf"第(?P<number>{COUNT})")
_LEFT = re.compile(rf"(?P<sign>负)?{NOT_AFTER}(?P<number>{COUNT})(?!几)")


def find_zh_idioms(text: str) -> Iterator[Edit]:
    """Yield what holds numerals and is no number, or no exact one."""
    for match in _IDIOMS.finditer(text):
        yield _as_heard(match)
    for match in _APPROXIMATE.finditer(text):
        if match["next"] is None or text[match.start() : match.start() + 1] != match["next"]:
            yield _as_heard(match)


def find_zh_phrases(text: str) -> Iterator[Edit]:
    """Yield percents, fractions, money, measures, places, ordinals, ranges and decimals."""
    yield from _percents(text)
    yield from _fractions(text)
    yield from _money(text)
    for match in _DISCOUNT.finditer(text):
        parts = [figures_one_by_one(part) for part in match.groups() if part]
        yield Edit(match.start(), match.end(), f"{'.'.join(parts)}折", "percent")
    yield from _measures(text)
    for match in _PLACE.finditer(text):
        if not (match["number"] == "一" and match["unit"] in ("层", "级", "代", "版")):
            yield from _edit(match, zh_figures(match["number"]), match["unit"], "number")
    yield from _ranges(text)
    for match in _VERSION.finditer(text):
        parts = [zh_figures(part) or figures_one_by_one(part) for part in match["parts"].split("点")]
        yield Edit(match.start(), match.end(), ".".join(parts), "code")
    for match in _DECIMAL.finditer(text):
        yield from _edit(match, zh_figures(match["number"]), "", "number")


def find_zh_counts(text: str) -> Iterator[Edit]:
    """Yield ordinals and the numbers that nothing else has claimed, from ten on."""
    for match in _ORDINAL.finditer(text):
        figures = zh_figures(match["number"])
        if figures and amount_of(figures) >= COUNTED_FROM:
            yield Edit(match.start(), match.end(), f"第{figures}", "ordinal")
    for match in _LEFT.finditer(text):
        figures = None if _is_said_one_by_one(match["number"]) else zh_figures(match["number"])
        if figures and amount_of(figures) >= COUNTED_FROM:
            yield from _edit(match, figures, "", "number")


def _is_said_one_by_one(number: str) -> bool:
    """Say whether digits stand in a row without 十, 百, 千: an identifier or an approximate number."""
    return len(number) > 1 and not any(sign in "十百千万亿" for sign in number)


def _as_heard(match: re.Match[str]) -> Edit:
    return Edit(match.start(), match.end(), match.group(), "as_heard")


def _edit(match: re.Match[str], figures: str | None, unit: str, kind: Kind) -> Iterator[Edit]:
    if figures:
        sign = "-" if match.groupdict().get("sign") else ""
        yield Edit(match.start(), match.end(), f"{sign}{figures}{unit}", kind)


def _percents(text: str) -> Iterator[Edit]:
    for match in _PERCENT.finditer(text):
        if match["number"] in (None, "百"):
            yield Edit(match.start(), match.end(), "100%", "percent")
        else:
            yield from _edit(match, zh_figures(match["number"]), _PARTS[match["whole"]], "percent")


def _fractions(text: str) -> Iterator[Edit]:
    for match in _FRACTION.finditer(text):
        whole = f"{zh_figures(match['whole'])}又" if match["whole"] else ""
        above, below = zh_figures(match["above"]), zh_figures(match["below"])
        if above and below:
            yield Edit(match.start(), match.end(), f"{whole}{above}/{below}", "number")


def _money(text: str) -> Iterator[Edit]:
    for match in _MONEY.finditer(text):
        if match["small"]:
            rest = figures_one_by_one(match["rest"] or "")
            yield Edit(match.start(), match.end(), f"{zh_figures(match['small'])}{match['coin']}{rest}", "money")
            continue
        figures = zh_figures(match["yuan"])
        if not figures or (_is_said_one_by_one(match["yuan"]) and "点" not in match["yuan"] and match["unit"] == "块"):
            continue
        if match["jiao"] and figures.isdigit():
            cents = figures_one_by_one(f"{match['jiao']}{match['fen'] or ''}")
            yield Edit(match.start(), match.end(), f"{figures}.{cents}元", "money")
        elif match["money"] or match["unit"] == "元" or amount_of(figures) >= COUNTED_FROM:
            yield Edit(match.start(), match.end(), f"{figures}{match['unit']}{match['money'] or ''}", "money")


def _measures(text: str) -> Iterator[Edit]:
    for match in _MEASURE.finditer(text):
        number, unit = match["number"], match["unit"]
        if number == "一" and unit in _ONCE and text[match.end() : match.end() + 1] != "电":
            continue
        if _is_said_one_by_one(number) and "点" not in number and not number.isdigit():
            continue
        rest = figures_one_by_one(match["rest"] or "")
        unit = unit.upper() if unit in ("gb", "tb", "mb", "g", "t", "m", "k", "v", "w", "a") else unit
        yield from _edit(match, zh_figures(number), f"{unit}{rest}", "unit")


def _ranges(text: str) -> Iterator[Edit]:
    for match in _RANGE.finditer(text):
        one, other = zh_figures(match["one"]), zh_figures(match["other"])
        if one and other and max(amount_of(one), amount_of(other)) >= COUNTED_FROM:
            yield Edit(match.start(), match.end(), f"{one}{match['to']}{other}", "number")
