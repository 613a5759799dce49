"""The Chinese grammar of time: regular expressions and what each reads.

In: folded simplified text. Out: atoms. How atoms join ("明天" + "下午五点") is in combine.py.
"""

# ruff: noqa: E501 - one rule of the grammar is one line: a table that is read down, not across
from __future__ import annotations

import re
from datetime import date, datetime

from nlp.dates import almanac
from nlp.dates.combine import Joints
from nlp.dates.holidays import LAST, moving_day, nth_weekday, weekday_of
from nlp.dates.numerals import ZH_NUMBER, zh_number
from nlp.dates.readings import Clock, Day, DayPart, Length, Moment, Reading, Repeat, Span
from nlp.dates.rules import Match, Rules, rule

N = ZH_NUMBER
_YEAR = r"(?P<year>\d{4}|\d{2}|[两二]千(?:零[一二三四五六七八九]|零?[一二三四五六七八九]?十[一二三四五六七八九]?)?|[零一二三四五六七八九]{4}|[零一二三四五六七八九]{2})\s?年"
_MONTH = r"(?P<month>1[0-2]|0?[1-9]|十[一二]|[一二三四五六七八九十]|正|腊)\s?月(?:份)?"
_DAY_NUMBER = r"(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二十[一二三四五六七八九]?|廿[一二三四五六七八九]|十[一二三四五六七八九]?|初?[一二三四五六七八九十])"
_SAID_YEAR = r"(?P<said_year>今年|去年|明年|前年|后年|大前年|本年|上年|来年|下一?年|这一年|今年度|本年度|去年度)"
_YEARS = {"今年": 0, "本年": 0, "今年度": 0, "本年度": 0, "去年": -1, "上年": -1, "去年度": -1, "明年": 1, "来年": 1, "下年": 1, "下一年": 1, "这一年": 0, "前年": -2,
          "后年": 2, "大前年": -3}  # fmt: skip
_DAYS = {"大前": -3, "前": -2, "昨": -1, "今": 0, "当": 0, "明": 1, "后": 2, "大后": 3}
_WEEKDAYS = (
    {character: at for at, character in enumerate("一二三四五六日", 1)} | {"天": 7} | {str(n): n for n in range(1, 8)}
)
_TURNS = {"上上": -2, "上": -1, "本": 0, "这": 0, "当": 0, "下": 1, "下下": 2, "前": -1, "": 0}
_UNITS = {"年": "Y", "个月": "M", "月": "M", "周": "W", "星期": "W", "个星期": "W", "个礼拜": "W", "礼拜": "W", "天": "D", "日": "D",
          "小时": "H", "个小时": "H", "钟头": "H", "个钟头": "H", "分钟": "MIN", "分": "MIN", "秒": "S", "秒钟": "S", "个周": "W"}  # fmt: skip

_PARTS = {
    "凌晨": DayPart("DA", 0, 8, False), "清晨": DayPart("DA", 4, 8, False), "早上": DayPart("MO", 8, 12, False),
    "早晨": DayPart("MO", 8, 12, False), "早间": DayPart("MO", 8, 12, False), "上午": DayPart("MO", 8, 12, False),
    "早": DayPart("MO", 8, 12, False), "晨": DayPart("MO", 8, 12, False), "中午": DayPart("MI", 11, 13, True),
    "正午": DayPart("MI", 11, 13, True), "下午": DayPart("AF", 12, 16, True), "午后": DayPart("AF", 12, 16, True),
    "傍晚": DayPart("EV", 16, 20, True), "晚上": DayPart("EV", 16, 20, True), "晚间": DayPart("EV", 16, 20, True),
    "晚": DayPart("EV", 16, 20, True), "夜里": DayPart("NI", 20, 24, True), "夜晚": DayPart("EV", 16, 20, True),
    "深夜": DayPart("NI", 20, 24, True), "半夜": DayPart("NI", 20, 24, False), "夜间": DayPart("NI", 20, 24, True),
    "夜": DayPart("NI", 20, 24, True), "白天": DayPart("DT", 8, 18, False), "午夜": DayPart("NI", 20, 24, False),
}  # fmt: skip
_LONG_PARTS = "|".join(sorted((name for name in _PARTS if len(name) > 1), key=len, reverse=True))
_HOLIDAYS = {"元旦": (1, 1), "情人节": (2, 14), "妇女节": (3, 8), "植树节": (3, 12), "愚人节": (4, 1), "五一": (5, 1), "劳动节": (5, 1),
             "青年节": (5, 4), "儿童节": (6, 1), "六一": (6, 1), "建党节": (7, 1), "建军节": (8, 1), "教师节": (9, 10), "国庆节": (10, 1),
             "国庆": (10, 1), "十一黄金周": (10, 1), "双十一": (11, 11), "平安夜": (12, 24), "圣诞节": (12, 25),
             "圣诞": (12, 25), "新年": (1, 1), "女生节": (3, 7), "三八节": (3, 8), "清明节": (4, 4), "清明": (4, 4), "五四": (5, 4), "光棍节": (11, 11),
             "双11": (11, 11), "双十二": (12, 12), "双12": (12, 12), "万圣节": (10, 31), "元旦节": (1, 1), "五一劳动节": (5, 1), "十一国庆": (10, 1)}  # fmt: skip


_MOVING = {"母亲节": (5, 7, 2), "父亲节": (6, 7, 3), "感恩节": (11, 4, 4)}
_LUNAR = {"春节": "01-01", "大年初一": "01-01", "元宵节": "01-15", "元宵": "01-15", "端午节": "05-05", "端午": "05-05", "七夕": "07-07",
          "七夕节": "07-07", "中元节": "07-15", "中秋节": "08-15", "中秋": "08-15", "重阳节": "09-09", "重阳": "09-09", "腊八节": "12-08",
          "除夕": "12-30", "大年三十": "12-30"}  # fmt: skip
"""Feasts of the moon: their TIMEX is the lunar date, and no day is given for it, because none is computed here."""


def _int(words: str) -> int:
    words = {"正": "一", "腊": "十二"}.get(words, words.removeprefix("初"))
    if words.startswith("廿"):
        words = words.replace("廿", "二十", 1)
    return int(zh_number(words) or 0)


def _year_in(match: Match, reference: datetime) -> int | None:
    groups = match.groupdict()
    if groups.get("said_year"):
        return reference.year + _YEARS[groups["said_year"]]
    return almanac.full_year(_int(groups["year"])) if groups.get("year") else None


def _date(match: Match, reference: datetime) -> Day | None:
    year, month, number = _year_in(match, reference), _int(match["month"]), _int(match["day"])
    return almanac.yearless_day(month, number, reference) if year is None else almanac.full_day(year, month, number)


def _written(match: Match, reference: datetime) -> Day | None:
    return almanac.full_day(almanac.full_year(int(match["year"])), int(match["month"]), int(match["day"]))


def _said_day(match: Match, reference: datetime) -> Day | None:
    return _days_away(_DAYS[match["which"]], reference)


def _days_away(days: int, reference: datetime) -> Day | None:
    by = almanac.length({"D": float(abs(days))})
    found = almanac.from_now(by, 1 if days >= 0 else -1, reference)
    return found if isinstance(found, Day) else None


def _weekday(match: Match, reference: datetime) -> Day:
    number = _WEEKDAYS[match["weekday"]]
    return almanac.weekday(number, reference, weeks=_TURNS[match["turn"]] if match["turn"] else None)


def _nth_weekday(match: Match, reference: datetime) -> Day | None:
    """Read 十月的第一个星期一 and 下个月最后一个周五."""
    number, nth = (
        _WEEKDAYS[match["weekday"]],
        LAST if match["nth"] == "最后一" else _int(match["nth"].removeprefix("第")),
    )
    if match["turn"]:
        first = almanac.month_from(reference, _TURNS[match["turn"]]).options[0][0]
        at = nth_weekday(first.year, first.month, number, nth)
        return Day(at.isoformat(), (at,)) if at else None
    year, month = _year_in(match, reference), _int(match["month"])
    written = f"-{month:02}-WXX-{number}-#{5 if nth == LAST else nth}"
    return moving_day(weekday_of(month, number, nth), written, year, reference) if 1 <= month <= 12 else None


def _clock(match: Match, reference: datetime) -> Clock | None:
    hour = _int(match["hour"])
    minute, second = _minute(match), _int(match["second"]) if match["second"] else None
    if hour > 24 or (minute or 0) > 59 or (second or 0) > 59:
        return None
    return Clock(hour, minute, second, is_half_day=1 <= hour <= 12)


def _minute(match: Match) -> int | None:
    said = match.groupdict().get("minute") or ""
    if said == "半":
        return 30
    if said.endswith("刻"):
        return 15 * _int(said[:-1])
    return _int(said.rstrip("分")) if said else None


def _written_clock(match: Match, reference: datetime) -> Clock | None:
    clock = _clock(match, reference)
    half = match["half"]
    if clock is None or not half:
        return clock
    hour = clock.hour % 12 + (12 if half.lower().startswith("p") else 0) if clock.hour <= 12 else clock.hour
    return Clock(hour, clock.minute, clock.second)


def _year(match: Match, reference: datetime) -> Span | None:
    number = _year_in(match, reference)
    whole = almanac.year(number) if number is not None else None
    if whole and match.groupdict().get("said_year") == "今年":  # the specification's "this year" ends today
        return Span(whole.timex, ((whole.options[0][0], reference.date()),), is_year=True)
    return whole


def _part_of_year(match: Match, reference: datetime) -> Span | None:
    number, by = _year_in(match, reference), length_of(match["length"])
    whole = almanac.year(number) if number is not None else None
    return almanac.part_of(whole, by, is_last=match["end"] == "最后") if whole and by else None


def _month(match: Match, reference: datetime) -> Span | None:
    year, number = _year_in(match, reference), _int(match["month"])
    return almanac.yearless_month(number, reference) if year is None else almanac.month(year, number)


def _said_month(match: Match, reference: datetime) -> Span:
    return almanac.month_from(reference, _TURNS[match["turn"]])


def _said_week(match: Match, reference: datetime) -> Span:
    weeks = _TURNS[match["turn"]]
    return almanac.weekend(reference, weeks) if match["end"] else almanac.week(reference, weeks)


def _half_year(match: Match, reference: datetime) -> Span | None:
    year = _year_in(match, reference)
    first = almanac.day(reference.year if year is None else year, 1 if match["half"][0] in "上前" else 7, 1)
    return almanac.months_span(first, 6) if first else None


def _quarter(match: Match, reference: datetime) -> Span | None:
    year = _year_in(match, reference)
    number = 4 if match["quarter"] == "末" else _int(match["quarter"])
    first = almanac.day(reference.year if year is None else year, 3 * number - 2, 1) if 1 <= number <= 4 else None
    return almanac.months_span(first, 3) if first else None


def _decade(match: Match, reference: datetime) -> Span | None:
    """Read 80年代 and 20世纪80年代; without a century it is the last one and the next one."""
    tens = _int(match["tens"])
    if match["century"]:
        first = 100 * (_int(match["century"]) - 1) + tens
        start, end = almanac.day(first, 1, 1), almanac.day(first + 10, 1, 1)
        return Span(f"({first:04}-01-01,{first + 10:04}-01-01,P10Y)", ((start, end),)) if start and end else None
    options = tuple((date(century + tens, 1, 1), date(century + tens + 10, 1, 1)) for century in (1900, 2000))
    return Span(f"(XX{tens:02}-01-01,XX{(tens + 10) % 100:02}-01-01,P10Y)", options)


def _machine_clock(match: Match, reference: datetime) -> Clock:
    return Clock(int(match["hour"]), int(match["minute"]), int(match["second"]) if match["second"] else None)


def _season(match: Match, reference: datetime) -> Span:
    year = _year_in(match, reference)
    code = {"春": "SP", "夏": "SU", "秋": "FA", "冬": "WI"}[match["season"]]
    return Span(code if year is None else f"{year}-{code}", (), is_resolved=False)


_LENGTH_PIECE = rf"(?:{N}|半)(?:个?半)?\s?(?:年半|年|个月|个?星期|个?礼拜|周(?!岁)|天半|天|日|个?小时|个?半小时|个?钟头|分钟|分|秒钟|秒)半?"
_LENGTH = rf"(?P<length>{_LENGTH_PIECE}(?:[又零余多、和加]?{_LENGTH_PIECE}){{0,5}})"
_PIECE = re.compile(
    rf"(?P<n>{N}|半)(?P<and_half>个半)?\s?"
    r"(?P<unit>年|个月|个?星期|个?礼拜|周|天|日|个?小时|半小时|个?半?钟头|分钟|分|秒钟|秒|时)(?P<half>半?)"
)


def length_of(words: str) -> Length | None:
    """Read a duration of one or several pieces: 一年又三个月, 两个半小时, 8天20时."""
    amounts: dict[str, float] = {}
    for match in _PIECE.finditer(words):
        number = 0.5 if match["n"] == "半" else zh_number(match["n"])
        unit = {"时": "H", "半小时": "H"}.get(match["unit"]) or _UNITS.get(match["unit"])
        if number is None or unit is None or unit in amounts:
            return None
        if unit == "Y" and (number >= 1000 or match["n"].startswith("0")):  # 2018年, 07年: a year, not years
            return None
        amounts[unit] = number + (0.5 if match["half"] or match["and_half"] else 0.0)
    return almanac.length(amounts) if amounts else None


def _length(match: Match, reference: datetime) -> Length | None:
    return length_of(match["length"])


def _away(match: Match, reference: datetime) -> Reading | None:
    by = length_of(match["length"])
    if by is None:
        return None
    at = almanac.from_now(by, -1 if match["way"].lstrip("之以")[:1] == "前" else 1, reference)
    if isinstance(at, Moment):  # the specification writes only the date into such a TIMEX
        return Moment((at.options[0].date().isoformat(),), at.options)
    return at


def _towards(match: Match, reference: datetime) -> Reading | None:
    by = length_of(match["length"])
    if by is None:
        return None
    is_past = match["way"] in ("前", "上", "过去", "最近", "近", "之前", "过去的", "近来", "过往")
    return almanac.stretch_from(by, -1 if is_past else 1, reference)


def _repeat(match: Match, reference: datetime) -> Repeat | None:
    unit = {
        "日": "D",
        "天": "D",
        "周": "W",
        "星期": "W",
        "礼拜": "W",
        "月": "M",
        "年": "Y",
        "小时": "H",
        "分钟": "MIN",
    }[match["unit"]]
    if match["weekday"]:
        return Repeat(f"XXXX-WXX-{_WEEKDAYS[match['weekday']]}")
    return Repeat({"H": "PT1H", "MIN": "PT1M"}.get(unit, f"P1{unit}"))


def _now(match: Match, reference: datetime) -> Moment:
    word = match.group()
    soon, past = ("马上", "立刻", "立即", "尽快", "很快"), ("刚才", "刚刚", "最近")
    return Moment(("FUTURE_REF" if word in soon else "PAST_REF" if word in past else "PRESENT_REF",), (reference,))


def _holiday(match: Match, reference: datetime) -> Day | None:
    year = _year_in(match, reference)
    name = match["holiday"]
    if name in _LUNAR:
        return Day(f"{'XXXX' if year is None else f'{year:04}'}-{_LUNAR[name]}", ())
    if name in _MOVING:
        number, day_of_week, nth = _MOVING[name]
        on = weekday_of(number, day_of_week, nth)
        return moving_day(on, f"-{number:02}-WXX-{day_of_week}-{nth}", year, reference)
    month, number = _HOLIDAYS[name]
    return almanac.yearless_day(month, number, reference) if year is None else almanac.full_day(year, month, number)


_ANY_YEAR = rf"(?:{_YEAR}|{_SAID_YEAR})"
_WEEK = r"(?:周|星期|礼拜)"
_TURN = r"(?P<turn>上上|下下|上|下|本|这|当)"

_KINDS = {
    "year": ("年",), "month": ("月",), "day": ("天", "日", "号", "儿"), "week": ("周", "星期", "礼拜"), "clock": ("点", "时"),
    "half": ("半",), "quarter": ("季",), "season": ("天", "季"), "every": ("每",), "part": ("早", "晚", "晨", "夜", "午", "白天", "傍"),
    "unit": ("年", "月", "星期", "礼拜", "周", "天", "日", "时", "钟", "分", "秒"), "now": ("现", "目前", "此刻", "马上", "立", "刚"),
    "feast": ("节", "元", "五一", "六一", "国庆", "双", "诞", "平安", "新年", "清明", "端午", "七夕", "中秋", "重阳", "除夕", "大年", "五四", "十一"),
}  # fmt: skip

RULES = Rules((
    rule("digit", r"(?<=\d)t(?P<hour>[01]\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?:[.,]\d{1,9})?)?(?:z|[+-]\d\d:?\d\d)?(?![\d:])", _machine_clock),
    rule("digit", r"(?<![\d.])(?P<year>\d{4})(?P<cut>[-/. ])(?P<month>\d{1,2})(?P=cut)(?P<day>\d{1,2})(?!\d|[./]\d)", _written),
    rule("digit", r"(?<![\d.-])(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?![\d.-])", _written),
    rule("digit", r"(?<![\d.])(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})(?!\d)", _written),
    rule("digit", r"(?<![\d.-])(?P<year>\d{2})(?P<cut>[-/.])(?P<month>1[0-2]|0?[1-9])(?P=cut)(?P<day>3[01]|[12]\d|0?[1-9])(?![\d-])", _written),
    rule("digit", r"(?<![\d.-])(?P<day>3[01]|[12]\d|0?[1-9])(?P<cut>[-/])(?P<month>1[0-2]|0?[1-9])(?P=cut)(?P<year>\d{2})(?![\d/-])", _written),
    rule("year month", rf"(?:农历|阴历)?{_ANY_YEAR}\s?的?{_MONTH}\s?{_DAY_NUMBER}\s?[日号]?(?:[,(]?\s?(?:周|星期|礼拜)[一二三四五六日天]\)?)?", _date),
    rule("month numeral", rf"{_MONTH}\s?{_DAY_NUMBER}\s?[日号](?:[,(]?\s?(?:周|星期|礼拜)[一二三四五六日天]\)?)?", _date),
    rule("month numeral", rf"{_MONTH}\s?(?P<day>3[01]|[12]\d|0?[1-9]|三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]|初[一二三四五六七八九十])(?!\s?[点时:个])", _date),
    rule("digit", r"(?<![\d.:/])(?P<month>1[0-2]|0?[1-9])/(?P<day>3[01]|[12]\d|0?[1-9])(?![\d./])", _date),
    rule("month numeral", rf"(?P<turn>上个?|下个?|本|这个?|当)月的?{_DAY_NUMBER}\s?[日号]", lambda m, r: _said_month_day(m, r)),
    rule("day numeral", rf"(?<![\dA-Za-z月零一二三四五六七八九十第]){_DAY_NUMBER}号(?=$|[\s,.;!?)~-]|上[午门]|下午|早上|晚上|中午|凌晨|[到至之以前后起有可能方来去买坏修装换退报寄送签收发下])", lambda m, r: almanac.monthless_day(_int(m["day"]), r)),
    rule("day numeral", rf"(?<![\d月零一二三四五六七八九十]){_DAY_NUMBER}日", lambda m, r: almanac.monthless_day(_int(m["day"]), r)),
    rule("month week", rf"(?:(?:{_ANY_YEAR}\s?的?)?{_MONTH}|(?P<turn>上上|下下|上|下|本|这)个?月)\s?的?(?P<nth>第[一二三四五1-5]|最后一)个?{_WEEK}(?P<weekday>[一二三四五六日天])", _nth_weekday),
    rule("month week", rf"{_WEEK}[一二三四五六日天][,，]?\s?{_MONTH}\s?{_DAY_NUMBER}\s?[日号]", _date),
    rule("day", r"(?P<which>大前|大后|前|昨|今|当|明|后)(?:天|日)", _said_day),
    rule("day", r"(?P<which>昨|今|明)儿个?", _said_day),
    rule("part", r"(?P<which>昨|今|明|当)(?=晚|早|晨|夜)", _said_day),
    rule("week", rf"(?:{_TURN}个?|){_WEEK}(?P<weekday>一(?![直起般定样共些会])|[二三四五六日天])", lambda m, r: _weekday(m, r)),
    rule("digit", r"(?<![\d:.])(?P<hour>[01]?\d|2[0-4])\s?:\s?(?P<minute>[0-5]\d)(?:\s?:\s?(?P<second>[0-5]\d))?(?:\s?(?P<half>[ap]\.?m\.?)(?![a-z]))?(?!\d|:\d)", _written_clock),
    rule("clock numeral", r"(?P<hour>2[0-4]|[01]?\d|二十[一二三四]?|十[一二三四五六七八九]?|[零一二两三四五六七八九])\s?[点时](?!间|候|段|代|期|装|尚|常)"
         r"(?:钟|整)?(?P<minute>半|[一二三123]刻|[0-5]?\d分?|[二三四五]?十[一二三四五六七八九]?分?|零[一二三四五六七八九]分?|[一二三四五六七八九]分)?"
         r"(?:(?P<second>[0-5]?\d|[二三四五]?十?[一二三四五六七八九]?)秒)?", _clock),
    rule("part", rf"(?:大约|差不多)?(?P<part>{_LONG_PARTS})", lambda m, r: _PARTS[m["part"]]),
    rule("part", r"(?:(?<=[昨今明当号日])|(?<=[周期拜][一二三四五六天]))(?P<part>晚|早|晨|夜)(?:上|间|里)?(?![点到])", lambda m, r: _PARTS[m["part"]]),
    rule("part numeral", r"(?P<part>早|晚)(?=(?:[01]?\d|2[0-4]|[一二两三四五六七八九]|十[一二]?)\s?[点时:])", lambda m, r: _PARTS[m["part"]]),
    rule("year numeral", r"(?:(?P<century>\d{1,2}|二?十[一二三四五六七八九]?)世纪)?(?P<tens>[1-9]0|[二三四五六七八九]十)年代", _decade),
    rule("part", r"(?<=[昨今明当])(?P<part>晚|早|晨|夜)(?:上|间|里)?", lambda m, r: _PARTS[m["part"]]),
    rule("half year", rf"{_ANY_YEAR}\s?的?(?P<half>[上前下后])半年", _half_year),
    rule("half year", r"(?P<half>[上下前后])个?半年", _half_year),
    rule("quarter", rf"(?:{_ANY_YEAR}\s?的?)?第?(?P<quarter>[一二三四1-4])(?:季度|季(?!日))", _quarter),
    rule("season", rf"(?:{_ANY_YEAR}\s?的?)?(?P<season>[春夏秋冬])(?:天|季)", _season),
    rule("year month", rf"{_ANY_YEAR}\s?的?{_MONTH}", _month),
    rule("year month", rf"{_ANY_YEAR}\s?的?第(?P<month>1[0-2]|[1-9]|十[一二]|[一二三四五六七八九十])个月", _month),
    rule("month numeral", r"(?<![\d个])(?P<month>1[0-2]|0?[1-9]|十[一二]|[一二三四五六七八九十])月(?:份)?(?!\d)", _month),
    rule("year", rf"{_ANY_YEAR}\s?的?\s?(?P<end>最?前|最后|最初)\s?(?:的)?{_LENGTH}", _part_of_year),
    rule("half month", r"(?P<half>[上下])半个?月", lambda m, r: almanac.half_month(r, is_second=m["half"] == "下")),
    rule("year digit", r"(?<!\d)(?P<year>\d{4})(?=\s?(?:-|到|至|~)\s?\d{4}\s?年)", _year),
    rule("year", rf"{_ANY_YEAR}(?:度)?", _year),
    rule("month", r"(?P<turn>上上|下下|上|下|本|这|当)(?:个|一个)?月(?:份)?", _said_month),
    rule("week", rf"(?P<turn>上上|下下|上|下|本|这|当)[个一]?{_WEEK}(?P<end>末?)", _said_week),
    rule("week", r"(?P<turn>)周(?P<end>末)", _said_week),
    rule("unit numeral", rf"(?P<way>过去的?|最近|近|未来|接下来|今后|之后|之前|前|后|(?<!马)上|下)\s?(?:的)?{_LENGTH}", _towards),
    rule("unit numeral", rf"{_LENGTH}\s?(?P<way>之?前|以前|之?后|以后)", _away),
    rule("unit numeral", _LENGTH, _length),
    rule("unit numeral", rf"(?P<length>{N}\s?天[又零]?{N}\s?(?:个小时|小时|时))", _length),
    rule("every", r"每(?:个|一)?(?P<unit>天|日|周|星期|礼拜|月|年|小时|分钟)(?P<weekday>(?<=[周期拜])[一二三四五六日天])?", _repeat),
    rule("now", r"现在|目前|此刻|马上|立刻|立即|刚才|刚刚", _now),
    rule("feast", rf"(?:{_ANY_YEAR}\s?的?)?(?P<holiday>{'|'.join(sorted([*_HOLIDAYS, *_MOVING, *_LUNAR], key=len, reverse=True))})", _holiday),
), _KINDS, {"numeral": re.compile(r"[0-9零一二两三四五六七八九十百千半]")})  # fmt: skip


def _said_month_day(match: Match, reference: datetime) -> Day | None:
    first = almanac.month_from(reference, _TURNS[match["turn"].rstrip("个")]).options[0][0]
    return almanac.full_day(first.year, first.month, _int(match["day"]))


JOINTS = Joints(
    beside=re.compile(r"[\s,的]{0,3}(?:大约|大概|差不多|约)?"),
    behind=re.compile(r"(?!)"),
    later_than=re.compile(r"(?!)"),
    earlier_than=re.compile(r"(?!)"),
    to=re.compile(r"\s{0,2}(?:到|至|-|~|直到)\s{0,2}"),
    opening=re.compile(r"(?:从|由|自)\s?$"),
    both=re.compile(r"\s?(?:和|与|到|至|-)\s?"),
    closing=re.compile(r"\s?(?:之间|期间|间|中间)"),
    prefixes=(
        ("since", re.compile(r"自从\s?$")),
        ("before", re.compile(r"(?:截止到|截止|截至|直到)\s?$")),
    ),
    suffixes=(
        ("until", re.compile(r"\s?(?:或|及|和|与)(?:者)?(?:之|以)前")),
        ("since", re.compile(r"\s?(?:或|及|和|与)(?:者)?(?:之|以)后")),
        ("before", re.compile(r"\s?(?:之前|以前|前(?!半|\d|[一二三四五六七八九十几]))")),
        ("after", re.compile(r"\s?(?:之后|以后|过后|后(?!半|\d|[一二三四五六七八九十几面]))")),
        ("since", re.compile(r"\s?(?:起(?!床|来)|开始|以来|至今)")),
    ),
)
