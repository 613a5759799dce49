"""One sign of an identifier that is read out, Chinese or English: a digit, a letter, a mark, a word.

In: a match of SIGN in folded text. Out: what is written for it. "double eight" is one sign with two eights, "b for
bravo" one letter, "三个八" three eights.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from speech.itn.en_numerals import DIGITS, ONES, TEENS, TENS
from speech.itn.wetext_numbers import en_figures
from speech.itn.zh_numerals import FIGURE

_ZH_DIGIT = "零洞一幺二两三四五六七拐八九勾"
_EN_DIGITS = DIGITS | {"oh": "0", "o": "0", "nought": "0", "niner": "9"}
_EN_DIGIT_WORDS = "|".join(word for word in _EN_DIGITS if len(word) > 1)
_REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_MARKS = {
    "dash": "-", "hyphen": "-", "minus": "-", "slash": "/", "forward slash": "/", "underscore": "_", "hash": "#",
    "plus": "+", "star": "*",
    "斜杠": "/", "斜线": "/", "下划线": "_", "井号": "#", "艾特": "@", "点": ".", "加号": "+", "星号": "*",
}  # fmt: skip
_NATO = (
    *("alpha", "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "juliett"),
    *("kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor"),
    *("whiskey", "whisky", "x-ray", "xray", "yankee", "zulu"),
)
_NAMES = frozenset(
    ("mike", "hotel", "november", "oscar", "victor", "charlie", "india", "romeo", "juliet", "papa", "golf")
)
_NAMED = {"double u": "w", "double you": "w", "zee": "z", "zed": "z", "aitch": "h"}
_CASE = r"(?:英文)?(?P<case>大写|小写)?的?(?:英文)?(?:字母)?"
SIGN = re.compile(
    rf"(?P<times>[两二三四五六])个[ ]?(?P<repeated>[{_ZH_DIGIT}0-9])(?![\d个月天年十百千万号点多人])"
    r"|(?:英文)?(?:大写|小写)?的?(?:英文)?字母[ ]?(?P<zh_named>[a-z])(?![a-z])"
    r"|(?:大写|小写)的?[ ]?(?P<cased>[a-z])(?![a-z])"
    r"|(?P<zh_mark>斜[杠线]|下划线|井号|星号|艾特|加号|短横线?|中?横[杠线]|减号|连字符|杠|点(?=com|cn|net|org|edu|gov|qq))"
    rf"|(?P<zh_digit>[{_ZH_DIGIT}])|(?P<figure>\d)"
    r"|(?<![a-z0-9'])(?:"
    rf"(?P<hundred>(?:{ONES}) (?:hundred|thousand))"
    rf"|(?:(?P<repeat>double|triple|treble|quadruple) )?(?P<digit>{_EN_DIGIT_WORDS})"
    rf"|(?P<group>(?:{TENS})(?:[ -](?:{ONES}))?|{TEENS})"
    r"|(?P<mark>dash|hyphen|minus|forward slash|slash|underscore|hash|plus|star)"
    r"|(?P<letter_w>double (?:u|you)|zee|zed|aitch)"
    rf"|(?P<nato>{'|'.join(_NATO)})"
    r"|(?P<named>(?:the )?(?:capital |upper ?case |lower ?case |small )?letter |capital |upper ?case |lower ?case )?"
    r"(?:(?P<letter_repeat>double|triple) )?(?P<letter>[a-z])(?P<as>,? (?:as in|for|like|as) (?P=letter)[a-z]{1,12})?"
    r")(?![a-z0-9'])"
    r"|(?P<word>[a-z]+)"
)
"""The words of identifiers come last: a word in Latin letters joins only what stands right beside it."""

SignKind = Literal["digit", "letter", "mark", "word"]


@dataclass(frozen=True, slots=True)
class Sign:
    """Characters [start, end) of the text, and what is written for them."""

    start: int
    end: int
    written: str
    kind: SignKind
    said: str = ""
    is_spoken: bool = True  # False: it was written already
    is_spelled: bool = False  # named as a letter
    is_english: bool = False
    is_wordlike: bool = False  # "a", "i", "o": mostly no letters
    is_name: bool = False  # alone before digits a person or a place: "Mike", "hotel"
    is_round: bool = False  # "eight hundred"
    times: int = 1


def sign_of(match: re.Match[str]) -> Sign:
    """Return the sign of a match."""
    start, end = match.span()
    if match["word"]:
        return Sign(start, end, match["word"].upper(), "word", is_spoken=False)
    if match["figure"]:
        return Sign(start, end, match["figure"], "digit", is_spoken=False)
    return _zh_sign(match) or _en_sign(match)


def _zh_sign(match: re.Match[str]) -> Sign | None:
    start, end = match.span()
    if match["times"]:
        repeated = match["repeated"]
        times = int(FIGURE[match["times"]])
        return Sign(start, end, FIGURE.get(repeated, repeated) * times, "digit", said=match.group(), times=times)
    named = match["zh_named"] or match["cased"]
    if named:
        written = named if "小写" in match.group() else named.upper()
        return Sign(start, end, written, "letter", is_spelled=True)
    if match["zh_mark"]:
        return Sign(start, end, _MARKS.get(match["zh_mark"], "-"), "mark", said=match["zh_mark"])
    if match["zh_digit"]:
        return Sign(start, end, FIGURE[match["zh_digit"]], "digit", said=match["zh_digit"])
    return None


def _en_sign(match: re.Match[str]) -> Sign:
    start, end = match.span()
    if match["mark"]:
        return Sign(start, end, _MARKS[match["mark"]], "mark", said=match["mark"], is_english=True)
    if match["digit"]:
        times = _REPEATS.get(match["repeat"] or "", 1)
        digit = _EN_DIGITS[match["digit"]]
        return Sign(start, end, digit * times, "digit", said=match["digit"], is_english=True, times=times)
    if match["hundred"] or match["group"]:
        figures = en_figures(match.group()) or ""
        is_round = match["hundred"] is not None
        return Sign(start, end, figures, "digit", said=match.group(), is_english=True, is_round=is_round)
    if match["nato"] or match["letter_w"]:
        letter = _NAMED.get(match["letter_w"] or "") or match["nato"][0]
        said, is_name = match.group(), match["nato"] in _NAMES
        is_spelled = match["nato"] is not None
        return Sign(
            start, end, letter.upper(), "letter", said=said, is_spelled=is_spelled, is_english=True, is_name=is_name
        )
    letter = match["letter"]
    is_named = bool(match["as"] or match["named"])
    times = _REPEATS.get(match["letter_repeat"] or "", 1)
    if letter == "o" and not is_named:
        return Sign(start, end, "0" * times, "digit", said="o", is_english=True, is_wordlike=True, times=times)
    written = letter if "lower" in (match["named"] or "") or "small" in (match["named"] or "") else letter.upper()
    is_wordlike = letter in "ai" and not is_named
    return Sign(
        start,
        end,
        written * times,
        "letter",
        said=letter,
        is_spelled=is_named,
        is_english=True,
        is_wordlike=is_wordlike,
    )
