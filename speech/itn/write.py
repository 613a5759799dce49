"""Heard text in; text as people write it out, and which characters each written stretch was heard as.

Layers go over the text one after another; what one has claimed is closed to the next. Linear in the text's length.
It knows no sound: times are for `speech.writing`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from speech.itn.codes import find_addresses, find_codes
from speech.itn.edits import Edit, Finder, plain
from speech.itn.en_dates import find_en_dates, find_en_times
from speech.itn.en_numerals import ONES, ORDINAL, TEENS, TENS
from speech.itn.en_phrases import find_en_counts, find_en_idioms, find_en_phrases, find_en_prices
from speech.itn.zh_dates import find_zh_dates, find_zh_times
from speech.itn.zh_numerals import DIGIT
from speech.itn.zh_phrases import find_zh_counts, find_zh_idioms, find_zh_phrases

_PHRASES: tuple[Finder, ...] = (
    find_addresses,
    find_zh_idioms,
    find_en_idioms,
    find_zh_dates,
    find_zh_times,
    find_en_prices,
    find_en_dates,
    find_en_times,
    find_zh_phrases,
    find_en_phrases,
)
"""Each sees the whole text: a time needs the date before it."""
_LEFT: tuple[Finder, ...] = (find_codes, find_zh_counts, find_en_counts)
"""Each sees only what nothing else has claimed."""
_SPOKEN = re.compile(
    rf"[{DIGIT}十百千万亿半刻幺洞拐勾廿]|\b(?:{ONES}|{TEENS}|{TENS}|{ORDINAL}|zero|oh"
    r"|hundred|thousand|million|percent|per cent"
    r"|half|quarter|double|triple|treble)\b"
)
"""Words of numbers. A stretch with figures and without these was written already, and stays as it is."""
_TELLING = re.compile(
    rf"[{DIGIT}十百半幺洞拐字杠]|大写|小写|艾特|\b(?:{ONES}|{TEENS}|{TENS}|{ORDINAL}|zero|hundred|thousand"
    r"|million|percent|per cent|double"
    r"|triple|treble|half|quarter|dot|dash|slash|as in|[a-z])\b|(?<![a-z])[a-z](?![a-z])"
    r"|bravo|charlie|delta|echo|foxtrot|kilo|oscar|papa|sierra|tango|victor|x-?ray|zulu|alpha"
)
"""Without one of these nothing was read out: half of what is said needs no more than this look."""
_CLAIMED = "\0"
_TRADITIONAL = {
    "號": "号",
    "萬": "万",
    "億": "亿",
    "塊": "块",
    "錢": "钱",
    "個": "个",
    "鐘": "钟",
    "點": "点",
    "時": "时",
}


@dataclass(frozen=True, slots=True)
class Written:
    """What was heard, written; edits in the order they stand, none touching the same character."""

    text: str
    edits: tuple[Edit, ...]


def write_spoken(heard: str, *, settled: Sequence[Edit] = ()) -> Written:
    """Write the numbers, codes, dates, times and amounts that were said in words.

    Parameters
    ----------
    settled
        Edits made before, by hotwords; they are kept, and closed to what is found here.

    Examples
    --------
    >>> write_spoken("订单号幺二三四五六 五月十八号下午三点半").text
    '订单号123456 5月18号下午3:30'
    >>> write_spoken("my w f one eight zero broke on may third").text
    'my WF180 broke on May 3'
    >>> write_spoken("one of them 十分 kind").edits
    ()
    """
    text = plain(heard)
    if not settled and not _TELLING.search(text):
        return Written(heard, ())
    taken = bytearray(len(text))
    kept: list[Edit] = []
    for edit in settled:
        _take(edit, taken, kept)
    for find in _PHRASES:
        for edit in find(text):
            _take(edit, taken, kept)
    for find in _LEFT:
        left = "".join(_CLAIMED if is_taken else sign for sign, is_taken in zip(text, taken, strict=True))
        for edit in find(left):
            _take(edit, taken, kept)
    changing = sorted((edit for edit in kept if _changes(edit, heard, text)), key=lambda edit: edit.start)
    edits = [_in_script(edit, heard) for edit in changing]
    return Written(apply(heard, edits), tuple(edits))


def apply(heard: str, edits: Iterable[Edit]) -> str:
    """Return the text with its edits made.

    >>> apply("a b c", [Edit(2, 3, "B", "letters")])
    'a B c'
    """
    parts, at = [], 0
    for edit in edits:
        parts += [heard[at : edit.start], edit.written]
        at = edit.end
    return "".join([*parts, heard[at:]])


def _take(edit: Edit, taken: bytearray, kept: list[Edit]) -> None:
    if not any(taken[edit.start : edit.end]):
        taken[edit.start : edit.end] = b"\x01" * (edit.end - edit.start)
        kept.append(edit)


def _changes(edit: Edit, heard: str, text: str) -> bool:
    said = text[edit.start : edit.end]
    is_written = any(sign in "0123456789" for sign in said) and not _SPOKEN.search(said)
    is_ours = edit.kind in ("code", "letters", "address", "term")
    return edit.kind != "as_heard" and edit.written != heard[edit.start : edit.end] and (is_ours or not is_written)


def _in_script(edit: Edit, heard: str) -> Edit:
    """Keep the traditional characters that were heard: folding is for finding."""
    written = edit.written
    for traditional in set(heard[edit.start : edit.end]) & _TRADITIONAL.keys():
        written = written.replace(_TRADITIONAL[traditional], traditional)
    return replace(edit, written=written)
