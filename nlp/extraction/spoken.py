"""Write digits that were spoken as digits: "幺三八零零" -> 13800, "nine four double eight" -> 9488, "9 4 8 5" -> 9485.

In: folded text. Out: folded text again, whose spans still map to the source. It reads digit strings only: amounts and
counts ("二十三", "twenty three") are numbers, and belong to nlp/dates and nlp/fields.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from nlp.text import Folded, fold

MIN_ZH_DIGITS = 5
"""Shorter Chinese runs are years (二零二四), clock times or "两三天"; identifiers worth reading have five digits."""
MIN_EN_DIGITS = 4
"""Four: a word like "one" alone is common, four digit words in a row are only ever a code."""

# Spoken on the telephone, 幺 is one, 洞 zero, 拐 seven and 勾 nine; recognisers write 两 for 二 at times.
_ZH_DIGITS = dict(zip("零洞一幺二两三四五六七拐八九勾", "001122345677899", strict=True))
_EN_DIGITS = {
    "zero": "0", "oh": "0", "o": "0", "nought": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
    "six": "6", "seven": "7", "eight": "8", "nine": "9",
}  # fmt: skip
_REPEATS = {"double": 2, "triple": 3}

_ZH_RUN = re.compile(r"[零洞一幺二两三四五六七拐八九勾0-9](?:[ ,]?[零洞一幺二两三四五六七拐八九勾0-9]|[ ]?[杠-]){4,60}")
_EN_TOKEN = re.compile(
    r"(?<![A-Za-z0-9'])(?:(?P<repeat>double|triple) )?"
    r"(?:(?P<digit>zero|oh|nought|one|two|three|four|five|six|seven|eight|nine|\d)"
    r"|(?P<dash>dash|hyphen)|(?P<letter>[A-Za-z]))"
    r"(?![A-Za-z0-9'])",
    re.IGNORECASE,
)
_GAP = re.compile(r"[ ,-]{1,2}")


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    written: str
    is_digit: bool


@lru_cache(maxsize=16)
def read_spoken(text: str) -> Folded:
    """Fold `text` and write its spoken digit strings as digits.

    >>> read_spoken("订单号幺二三四五六").text, read_spoken("it's nine four double eight, ok").text
    ('订单号123456', "it's 9488, ok")
    """
    return _rewrite(_rewrite(fold(text), _zh_runs), _en_runs)


def _zh_runs(text: str) -> Iterator[Sequence[_Token]]:
    for match in _ZH_RUN.finditer(text):
        run = [
            _Token(at, at + 1, "-" if text[at] in "杠-" else _ZH_DIGITS.get(text[at], text[at]), text[at] not in "杠-")
            for at in range(match.start(), match.end())
            if text[at] not in " ,"
        ]
        spoken = sum(text[token.start] in _ZH_DIGITS for token in run)
        if spoken >= MIN_ZH_DIGITS - 2 and sum(token.is_digit for token in run) >= MIN_ZH_DIGITS:
            yield run


def _en_runs(text: str) -> Iterator[Sequence[_Token]]:
    run: list[_Token] = []
    for match in _EN_TOKEN.finditer(text):
        if run and not _GAP.fullmatch(text, run[-1].end, match.start()):
            yield from _worth_reading(run)
            run = []
        run.append(_token_of(match))
    yield from _worth_reading(run)


def _token_of(match: re.Match[str]) -> _Token:
    times = _REPEATS.get((match["repeat"] or "").lower(), 1)
    if match["dash"]:
        return _Token(match.start(), match.end(), "-", False)
    if match["letter"] and match["letter"].lower() != "o":
        return _Token(match.start(), match.end(), match["letter"].upper() * times, False)
    said = (match["digit"] or "o").lower()
    return _Token(match.start(), match.end(), _EN_DIGITS.get(said, said) * times, True)


def _worth_reading(run: list[_Token]) -> Iterator[Sequence[_Token]]:
    while len(run) > 1 and run[0].written in {"A", "I", "-"} and not run[1].written.isalpha():
        run = run[1:]  # "I 9 4 8 5": the word, not the letter
    while len(run) > 1 and run[-1].written in {"A", "I", "-"} and not run[-2].written.isalpha():
        run = run[:-1]
    digits = sum(len(token.written) for token in run if token.is_digit)
    letters = sum(token.written.isalpha() for token in run)
    if (digits >= MIN_EN_DIGITS and len(run) >= MIN_EN_DIGITS - 1) or (
        digits >= 2 and letters >= 3
    ):  # "K F R three five"
        yield run


def _rewrite(view: Folded, runs_of: Callable[[str], Iterator[Sequence[_Token]]]) -> Folded:
    runs = list(runs_of(view.text))
    if not runs:
        return view
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for run in runs:
        pieces.append(view.text[at : run[0].start])
        starts.extend(view.starts[at : run[0].start])
        ends.extend(view.ends[at : run[0].start])
        for token in run:
            start, end = view.span(token.start, token.end)
            pieces.append(token.written)
            starts.extend([start] * len(token.written))
            ends.extend([end] * len(token.written))
        at = run[-1].end
    pieces.append(view.text[at:])
    return Folded("".join(pieces), (*starts, *view.starts[at:]), (*ends, *view.ends[at:]))
