"""Chinese dates and clock times: "二零二四年五月十八号" is 2024年5月18号, "下午三点半" 下午3:30.

In: folded text. Out: edits. The words stay as they were said (号 and 日, 下午, 钟): nothing becomes slashes, and a date
never runs into a time. Days of the week stay words. A bare "三点" is a time only beside what makes it one: it may be
three points, and "一点" a little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from speech.itn.edits import Edit
from speech.itn.wetext_numbers import zh_figures
from speech.itn.zh_numerals import DAY, DIGIT, HOUR, MINUTE, MONTH, NOT_AFTER, figures_one_by_one

_YEAR = rf"(?P<year>[{DIGIT}]{{4}}|两千零?[{DIGIT}十]{{1,3}}|[{DIGIT}]{{2}})年"
_DATE = re.compile(rf"{NOT_AFTER}(?:{_YEAR}(?:的)?)?(?P<month>{MONTH})月(?:份|(?P<day>{DAY})(?P<mark>[号日]))?(?!球)")
_YEAR_ALONE = re.compile(rf"{NOT_AFTER}{_YEAR}(?!级)")
_DAY_ALONE = re.compile(rf"{NOT_AFTER}(?P<day>{DAY})号")
_PART = "凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|今早|今晚|明早|明晚|昨晚"
_BEFORE = re.compile(
    rf"(?:{_PART}|[今明昨后前]天|[号日]|周[一二三四五六日天]|星期[一二三四五六日天]|礼拜[一二三四五六日天]|大概|大约"
    r"|预约|约了?在?|[到从至在])的?\s?$"
)
_TIME = re.compile(
    rf"{NOT_AFTER}(?P<hour>{HOUR})点(?:(?P<half>半)|(?P<quarter>[一三])刻|(?P<minute>{MINUTE})(?P<minutes>分(?!之))?"
    rf"|(?P<sharp>[钟整]))?(?![{DIGIT}十百千万])"
)
_AFTER = re.compile(rf"\s?(?:左右|[之以]?[前后](?!面)|多|[到至]{HOUR}点)")


def find_zh_dates(text: str) -> Iterator[Edit]:
    """Yield dates, years and days of the month."""
    for match in _DATE.finditer(text):
        year = f"{_year(match['year'])}年" if match["year"] else ""
        if match["year"] and text[match.end("year") + 1] == "的":
            year += "的"
        rest = f"{zh_figures(match['day'])}{match['mark']}" if match["day"] else ""
        rest = rest or ("份" if match.group().endswith("份") else "")
        yield Edit(match.start(), match.end(), f"{year}{zh_figures(match['month'])}月{rest}", "date")
    for match in _YEAR_ALONE.finditer(text):
        said = match["year"]
        is_length = len(said) == 2 and (_is_approximate(said) or said[0] in "两")
        if not is_length and not (len(said) == 2 and text[match.end() : match.end() + 1] in ("内", "前", "后", "多")):
            yield Edit(match.start(), match.end(), f"{_year(said)}年", "date")
    for match in _DAY_ALONE.finditer(text):
        yield Edit(match.start(), match.end(), f"{zh_figures(match['day'])}号", "date")


def find_zh_times(text: str) -> Iterator[Edit]:
    """Yield clock times."""
    last_end = -1
    for match in _TIME.finditer(text):
        is_marked = any(match[name] for name in ("half", "quarter", "sharp")) or (
            match["minute"] is not None and (match["minutes"] is not None or len(match["minute"]) > 1)
        )
        if not is_marked and match["minute"] is None:
            before = text[max(0, match.start() - 6) : match.start()]
            cued = _BEFORE.search(before) or _AFTER.match(text, match.end()) or match.start() - last_end <= 1
            is_a_little = match["hour"] == "一" and before.endswith(("到", "在"))
            if not cued or is_a_little:
                continue
        last_end = match.end()
        yield Edit(match.start(), match.end(), _clock(match), "time")


def _clock(match: re.Match[str]) -> str:
    hour = zh_figures(match["hour"])
    if match["half"]:
        return f"{hour}:30"
    if match["quarter"]:
        return f"{hour}:{'15' if match['quarter'] == '一' else '45'}"
    if match["minute"]:
        said = match["minute"].removeprefix("零")
        return f"{hour}:{int(zh_figures(said) or 0):02}"
    return f"{hour}点{match['sharp'] or ''}"


def _year(said: str) -> str:
    return (zh_figures(said) or said) if "千" in said else figures_one_by_one(said)


def _is_approximate(said: str) -> bool:
    """Say whether two digits in a row mean "three or four": 三四年."""
    one, other = (int(figures_one_by_one(sign)) for sign in said)
    return other == one + 1 or (one, other) == (3, 5)
