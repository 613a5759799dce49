"""Find codes and numbers read out in Chinese: "幺三八零零", "三个八", "英文字母A", "KFR杠三五".

In: folded text. Out: runs of tokens that stand together and are worth writing. Counts ("二十三") are numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlp.extraction.said import Said, count_of

MIN_DIGITS = 5
"""Shorter Chinese runs are years (二零二四), clock times or "两三天"; identifiers worth reading have five digits."""
MIN_SPOKEN = 3
MIN_BESIDE_LETTERS = 2
MAX_TOKENS = 64

# Spoken on the telephone, 幺 is one, 洞 zero, 拐 seven and 勾 nine; recognisers write 两 for 二 at times.
_DIGITS = dict(zip("零洞一幺二两三四五六七拐八九勾", "001122345677899", strict=True))
_MARKS = {"斜杠": "/", "斜线": "/", "下划线": "_", "井号": "#", "艾特": "@", "点": "."}
_DIGIT = "零洞一幺二两三四五六七拐八九勾"
_TOKEN = re.compile(
    rf"(?P<times>[两二三四五六])个[ ]?(?P<repeated>[{_DIGIT}0-9])(?![\d个月天年十百千万号点])"
    r"|(?:英文)?(?:大写|小写)?的?(?:英文)?字母[ ]?(?P<named>[A-Za-z])(?![A-Za-z])"
    r"|(?:大写|小写)的?[ ]?(?P<cased>[A-Za-z])(?![A-Za-z])"
    r"|(?P<mark>斜[杠线]|下划线|井号|艾特|短横线?|中?横[杠线]|减号|连字符|杠|-|点(?=com|cn|net|org|edu|gov))"
    rf"|(?P<digit>[{_DIGIT}])|(?P<figure>\d)|(?P<latin>[A-Za-z]{{1,24}})",
    re.IGNORECASE,
)
_GAP = re.compile(r"[ ,]?")
_TELLING = re.compile(f"[{_DIGIT}]|杠|字母|大写|小写|斜线|横线|下划线|艾特|井号|减号|连字符")
"""Without one of these nothing was read out."""


def zh_runs(text: str) -> Iterator[Sequence[Said]]:
    """Yield the runs, left to right."""
    if not _TELLING.search(text):
        return
    run: list[Said] = []
    for match in _TOKEN.finditer(text):
        token = _said(match)
        if run and (len(run) >= MAX_TOKENS or not _joins(text, run[-1], token)):
            yield from _worth_reading(run)
            run = []
        run.append(token)
    yield from _worth_reading(run)


def _joins(text: str, one: Said, other: Said) -> bool:
    gap = text[one.end : other.start]
    if not gap:
        return True
    is_word = any(
        said.kind == "letter" and len(said.written) > 1 and not said.written.isupper() for said in (one, other)
    )
    is_read_out = one.is_spoken or other.is_spoken or one.kind == other.kind == "digit"
    return _GAP.fullmatch(gap) is not None and is_read_out and not is_word


def _said(match: re.Match[str]) -> Said:
    start, end = match.span()
    if match["times"]:
        repeated = match["repeated"]
        return Said(start, end, _DIGITS.get(repeated, repeated) * int(_DIGITS[match["times"]]), "digit")
    letter = match["named"] or match["cased"]
    if letter:
        return Said(
            start, end, letter.lower() if "小写" in match.group() else letter.upper(), "letter", is_spelled=True
        )
    if match["mark"]:
        mark = match["mark"]
        return Said(start, end, _MARKS.get(mark, "-"), "mark", is_spoken=mark != "-")
    if match["latin"]:
        return Said(start, end, match["latin"], "letter", is_spoken=False)
    written = match["digit"] or match["figure"]
    return Said(start, end, _DIGITS.get(written, written), "digit", is_spoken=bool(match["digit"]))


def _worth_reading(run: list[Said]) -> Iterator[Sequence[Said]]:
    first, last = 0, len(run)
    while first < last and run[first].kind == "mark":
        first += 1
    while last > first and run[last - 1].kind == "mark":
        last -= 1
    kept = run[first:last]
    if len(kept) < 2 or not any(said.is_spoken for said in kept):
        return
    digits = [said for said in kept if said.kind == "digit"]
    spoken = count_of((said for said in digits if said.is_spoken), "digit")
    is_long = count_of(kept, "digit") >= MIN_DIGITS and spoken >= MIN_SPOKEN
    has_mark = any(said.kind == "mark" and said.is_spoken for said in kept)
    is_spelled = any(said.is_spelled for said in kept)
    has_latin = any(said.kind == "letter" for said in kept)
    if is_long or has_mark or is_spelled or (has_latin and _is_code(digits)):
        yield kept


def _is_code(digits: Sequence[Said]) -> bool:
    """Say whether digits behind letters are read one by one ("E零五"): two of them, and a zero or a telephone one."""
    spoken = [said for said in digits if said.is_spoken]
    return len(spoken) >= MIN_BESIDE_LETTERS and any(said.written[0] in "01" for said in spoken)
