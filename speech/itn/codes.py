"""Identifiers read out sign by sign: "幺三八零零", "nine four double eight", "KFR杠三五", "w f one eight zero".

In: folded text. Out: edits, one for each run of signs that stand together and are worth writing. Where they stand near
a word that asks for an identifier ("订单号", "extension") fewer signs are enough. Counts ("二十三") are numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import groupby

from speech.itn.code_signs import SIGN, Sign, sign_of
from speech.itn.edits import Edit, Kind

MAX_SIGNS = 64
"""The longest identifier read out in one go has 34 (an IBAN); longer runs are cut."""
ZH_SURE, EN_SURE = 5, 4
"""From so many digits on a row is an identifier anywhere: "二零二四" may be a year, "one two three" a count."""
CUE_CHARS = 14
"""How far before a run a cue may end: "型号应该是那个", "order number is"."""

_OUTER = "+*#"
"""Marks that identifiers begin or end with: +86, *68#."""
HEAD_CHARS, LONGEST_HEAD = 4, 6
"""A longer word in Latin letters is a word, and a digit after it a count: "bigbang三巡"."""
_GAP = re.compile(r"[ ,，、-]{0,2}")
_ZH_CUE = re.compile(
    "(?:号码|单号|编号|型号|号是|代码|密码|验证码|尾号|后[三四五六]位|前[三四五六]位|分机|故障码?|错误码?|报错|序列号|房间|房号|门牌|工号|卡号|邮编"
    "|区号|转|拨打?|显示|版本|热线|电话|座机|手机|机身码|条码|批号|楼号|尾数)[^，。,.;；]{0,6}$"
)
_EN_CUE = re.compile(
    r"\b(?:number|order|code|model|serial|ticket|reference|account|extension|zip|pin|room|flight|case|error|dial|call|phone"
    r"|version|unit|apartment|apt|suite|invoice|tracking|digits?"
    r"|ending(?: in)?|id|part|batch|press|option|channel|gate)"
    r"(?: (?:number|code|is|was|it's|its|in|says?|are|reads|no|called|of|shows?))*[ :,]*$"
)
_ONE_IS_ENOUGH = re.compile(
    r"(?:extension|room|version|flight|error|code|gate|channel|apartment|suite)(?: (?:number|code|is))* $"
)
"""After these one digit is an identifier: "error five", "extension nine"."""
_WEAK_CUE = re.compile(r"\b(?:press|option|number|of|call|are|order|unit|part|in|digits?) $")
_NEVER_AFTER = re.compile("[十百千万亿点第几多]$")
_NEVER_BEFORE = re.compile("[十百千万亿]|分之")
_COUNTED = re.compile("[个次台天年月件位下些种楼层块元岁遍条张只点样直起般定会边半部把家瓶箱份回]")
_OWNED = re.compile(r"\b(?:an|the|my|your|our|this|that) $")
"""After one of these "a" is no article: "the a p i"."""
_ABBREVIATIONS = frozenset(("HDMI", "WIFI", "API", "MIDI", "SCSI"))
"""They end in what else is a pronoun: "h d m i cable", but "k f r i think"."""
_ENDS = re.compile(r"\s*(?:$|[,.;!?，。])")
_ADDRESS = re.compile(
    r"(?<![a-z0-9.@])(?P<local>[a-z0-9_+-]{1,30}(?: (?:dot|underscore|dash) [a-z0-9_+-]{1,30}){0,3}) at "
    r"(?P<domain>[a-z0-9-]{1,30}(?: dot [a-z0-9-]{1,30}){0,2} dot "
    r"(?:com|net|org|edu|gov|info|io|co|cn|uk|de|fr|jp|us)(?: dot (?:cn|uk|jp|au))?)(?![a-z0-9@])"
)
_SITE = re.compile(
    r"(?<![a-z0-9.@])(?:(?P<web>w w w|www|triple w) (?:dot|点) ?)?"
    r"(?P<name>[a-z0-9-]{1,30}(?: dot [a-z0-9-]{1,30})?) dot "
    r"(?P<last>com|net|org|edu|gov|io|cn)(?P<path> slash [a-z0-9-]{1,30}){0,1}(?![a-z0-9@])"
)
_ADDRESS_MARKS = {"dot": ".", "underscore": "_", "dash": "-", "slash": "/"}


def find_addresses(text: str) -> Iterator[Edit]:
    """Yield e-mail and web addresses said in English words."""
    if " dot " not in text:
        return
    for match in _ADDRESS.finditer(text):
        written = f"{_address(match['local'])}@{_address(match['domain'])}"
        yield Edit(match.start(), match.end(), written, "address")
    for match in _SITE.finditer(text):
        web = "www." if match["web"] else ""
        written = f"{web}{_address(match['name'])}.{match['last']}{_address(match['path'] or '')}"
        yield Edit(match.start(), match.end(), written, "address")


def find_codes(text: str) -> Iterator[Edit]:
    """Yield the runs worth writing, left to right."""
    run: list[Sign] = []
    for match in SIGN.finditer(text):
        sign = sign_of(match)
        if run and (len(run) >= MAX_SIGNS or not _joins(text, run[-1], sign)):
            yield from _worth_writing(text, run)
            run = []
        run.append(sign)
    yield from _worth_writing(text, run)


def _address(said: str) -> str:
    return "".join(_ADDRESS_MARKS.get(word, word) for word in said.split())


def _joins(text: str, one: Sign, other: Sign) -> bool:
    gap = text[one.end : other.start]
    if other.written == "+":
        return False
    if gap and (one.kind == "word" or other.kind == "word"):
        is_headed = one.kind == "word" and len(one.written) <= HEAD_CHARS and other.kind in ("digit", "mark")
        return gap == " " and is_headed and other.is_spoken and not other.is_english
    if not gap.isspace() and gap not in ("", "-"):
        return (
            _GAP.fullmatch(gap) is not None and one.is_spoken and other.is_spoken and one.kind == other.kind == "digit"
        )
    return _GAP.fullmatch(gap) is not None


def _worth_writing(text: str, run: Sequence[Sign]) -> Iterator[Edit]:
    kept = _trimmed(text, run)
    if not kept or not _is_read_out(kept):
        return
    start, end = kept[0].start, kept[-1].end
    if _NEVER_AFTER.search(text[max(0, start - 1) : start]) or _NEVER_BEFORE.match(text, end):
        return
    before = text[max(0, start - CUE_CHARS * 2) : start]
    is_english = sum(sign.is_english for sign in kept) * 2 >= len(kept)
    is_worth = _is_en_code(kept, before) if is_english else _is_zh_code(kept, text, before)
    if is_worth:
        yield from _edits(kept)


def _is_read_out(run: Sequence[Sign]) -> bool:
    """Say whether a run was said sign by sign; beside figures one spoken digit is a count: "10073三天", "4G一年"."""
    said = [sign for sign in run if sign.is_spoken and sign.kind != "mark"]
    if all(sign.is_spoken or sign.kind == "word" for sign in run):
        return bool(said)
    marks = {sign.written for sign in run if sign.kind == "mark"}
    spelled = any(sign.is_spelled for sign in said)
    return (
        spelled or len([sign for sign in said if sign.kind == "digit"]) > 1 or (bool(marks & set("-/_")) and bool(said))
    )


def _edits(run: Sequence[Sign]) -> Iterator[Edit]:
    """Yield an edit for each stretch of signs between words; words stay as they were heard, gaps beside them close."""
    kind: Kind = "letters" if all(sign.kind == "letter" for sign in run) else "code"
    at = run[0].start
    for is_word, group in groupby(run, key=lambda sign: sign.kind == "word"):
        signs = list(group)
        if is_word:
            at = signs[-1].end
            continue
        following = next((sign.start for sign in run if sign.start >= signs[-1].end), signs[-1].end)
        yield Edit(at, following, "".join(sign.written for sign in signs), kind)


def _trimmed(text: str, run: Sequence[Sign]) -> Sequence[Sign]:
    """Cut off marks at either end, and words that only look like letters: "I", "a", "o"."""
    run = _letters_o(run)
    first, last = 0, len(run)
    while first < last and _is_loose_first(text, run[first:]):
        first += 1
    while last > first and _is_loose_last(text, run[first:last]):
        last -= 1
    kept = list(run[first:last])
    while kept and kept[-1].kind == "digit" and not kept[-1].is_english and kept[-1].is_spoken and len(kept) > 1:
        if kept[-1].said != "一" or text[kept[-1].end : kept[-1].end + 1] not in tuple("下个些直样起般定边会"):
            break
        kept.pop()
    return kept


def _is_loose_first(text: str, run: Sequence[Sign]) -> bool:
    """Say whether a run's first sign is none of it: a dash, an article, a pronoun."""
    sign, after = run[0], run[1:2]
    if sign.kind == "mark":
        return sign.written not in _OUTER or not after or after[0].kind != "digit"
    if not sign.is_wordlike or not after:
        return sign.is_wordlike
    if sign.said == "i":
        return after[0].kind != "letter"
    start = max(0, sign.start - 2 * CUE_CHARS)
    return not (_EN_CUE.search(text, start, sign.start) or _OWNED.search(text, start, sign.start))


def _is_loose_last(text: str, run: Sequence[Sign]) -> bool:
    """Say whether a run's last sign is none of it: "one two three I think"."""
    sign, before = run[-1], run[-2:-1]
    if sign.kind == "mark":
        return sign.written not in "*#" or not before or before[0].kind != "digit"
    if not sign.is_wordlike or not before:
        return sign.is_wordlike
    if "".join(one.written for one in run) in _ABBREVIATIONS:
        return False
    return not _ENDS.match(text, sign.end) or (sign.said == "i" and before[0].kind != "letter")


def _letters_o(run: Sequence[Sign]) -> list[Sign]:
    """Make "o" the letter where letters stand beside it: "o l e d", "e o s"; before a digit it is a nought."""
    kinds = ["", *(sign.kind for sign in run), ""]
    return [
        replace(sign, written="O" * sign.times, kind="letter")
        if sign.said == "o" and (kinds[at + 2] == "letter" or (kinds[at] == "letter" and kinds[at + 2] != "digit"))
        else sign
        for at, sign in enumerate(run)
    ]


def _count(run: Sequence[Sign], kind: str) -> int:
    return sum(len(sign.written) for sign in run if sign.kind == kind)


def _is_zh_code(run: Sequence[Sign], text: str, before: str) -> bool:
    digits, letters = _count(run, "digit"), sum(sign.kind in ("letter", "word") for sign in run)
    spoken = sum(len(sign.written) for sign in run if sign.kind == "digit" and sign.is_spoken)
    if any(sign.is_spelled for sign in run) and digits + letters >= 2:
        return True
    has_mark = any(sign.kind == "mark" and sign.is_spoken for sign in run)
    if has_mark:
        return digits + letters >= 2
    is_cued = _ZH_CUE.search(before[-CUE_CHARS:]) is not None
    is_counted = _COUNTED.match(text, run[-1].end) is not None
    if digits and letters:
        is_headed = run[0].kind in ("letter", "word") and len(run[0].written) <= LONGEST_HEAD
        return spoken >= 1 and (spoken > 1 or is_headed) and not (is_counted and spoken == digits == 1)
    if not digits:
        return len(run) >= 2 and all(sign.kind == "letter" for sign in run)
    if digits >= ZH_SURE:
        return True
    said = {sign.said for sign in run}
    is_telephone = bool(said & set("零幺洞拐勾")) and digits >= 3
    is_place = text[run[-1].end : run[-1].end + 1] in ("号", "室", "房") and digits >= 2
    return is_telephone or is_place or (is_cued and digits >= 2 and not is_counted)


def _is_en_code(run: Sequence[Sign], before: str) -> bool:
    digits, letters = _count(run, "digit"), sum(sign.kind == "letter" for sign in run)
    tokens = [sign for sign in run if sign.kind == "digit"]
    singles = sum(len(set(sign.written)) == 1 for sign in tokens)
    is_cued = _EN_CUE.search(before) is not None
    if any(sign.is_spelled for sign in run) and digits + letters >= (2 if is_cued else 3):
        return True
    if letters == 1 and run[0].is_name and not is_cued:
        return False
    if digits and letters:
        return singles >= 1 or is_cued or letters >= 2
    if not digits:
        return _are_initials(run)
    marks = {sign.written for sign in run if sign.kind == "mark"}
    if any(sign.said == "minus" for sign in run) and not is_cued:
        return False
    if marks - {"+"}:
        return digits >= (2 if marks & set(_OUTER) else 3)
    if any(sign.is_round for sign in run):
        return singles >= EN_SURE
    if singles >= EN_SURE - 1 and digits >= EN_SURE:
        return True
    if is_cued and not (_WEAK_CUE.search(before) and len(tokens) == 1):
        return len(tokens) > 1 or _ONE_IS_ENOUGH.search(before) is not None
    has_zero = any(sign.said in ("oh", "zero", "o") for sign in tokens)
    is_row = len(tokens) >= 3 and (has_zero or singles == 0 or tokens[0].times > 1)
    return is_row or _is_number_in_two(tokens)


def _is_number_in_two(tokens: Sequence[Sign]) -> bool:
    """Say whether a digit and a ten are one number: "seven forty seven", "two twenty"."""
    if len(tokens) < 2 or len(tokens[0].written) != 1:
        return False
    return len(tokens[1].written) == 2 and tokens[1].written[0] in "23456789"


def _are_initials(run: Sequence[Sign]) -> bool:
    """Say whether single letters are an abbreviation: "u s b", "t v"; never "a", "i" alone beside another."""
    letters = [sign for sign in run if sign.kind == "letter"]
    if len(letters) != len(run):
        return False
    return len(letters) >= 3 or (len(letters) == 2 and not any(sign.is_wordlike for sign in letters))
