"""Doubts that the rest of the line settles: a line with what its doubtful characters may be in, the line mended out.

Three rules of how people write, each held to what the reader itself named as likely: a sign of arithmetic has something
on both sides of it, a digit stands before the point of cents, and an amount alone on its line has such a point.
What this does not know: words, and serial numbers, in which anything may follow anything.
"""

from __future__ import annotations

import re
from dataclasses import replace

from vision.records import Doubt, Line, Rival

COMPARING, MULTIPLYING = "≤≥", "×÷"
OPERAND_SIGNS = "+-.(（"
CENTS = re.compile(r"\.\d\d(?!\d)")
CURRENCY = re.compile(r"(?:^|[^A-Za-z0-9])(?:[A-Za-z]{1,3} ?)?$")
WHOLE, LAST_TWO = re.compile(r"[^\w.,]{0,2}\d{1,6}"), re.compile(r"\d\d")
MIN_POINT_SHARE = 0.05
"""Of a point that just missed being written two digits before an amount's end: right 4 times of 4 on SROIE's 40
receipts, and once more below it (2026-11-23)."""
MIN_DIGIT_SHARE = 0.1
"""Of a digit read as the letter that looks like it, before ".65": right twice of twice there."""


def settled(line: Line) -> Line:
    """Mend what a rule settles; a doubt that was settled is none any more.

    >>> corners = ((0, 0), (9, 0), (9, 1), (0, 1))
    >>> doubt = Doubt(2, 3, 0.43, (Rival("0", 0.29),))
    >>> settled(Line("RMO.65", corners, 1.0, (doubt,))).text
    'RM0.65'
    """
    for number in reversed(range(len(line.doubts))):
        doubt = line.doubts[number]
        rival = _settling(line.text, doubt)
        if rival is not None:
            longer = len(rival.text) - (doubt.end - doubt.start)
            later = (
                replace(each, start=each.start + longer, end=each.end + longer) for each in line.doubts[number + 1 :]
            )
            text = line.text[: doubt.start] + rival.text + line.text[doubt.end :]
            line = replace(line, text=text, doubts=(*line.doubts[:number], *later))
    return line


def _settling(text: str, doubt: Doubt) -> Rival | None:
    """Return the rival that a rule prefers to what was read, if any."""
    before, read, after = text[: doubt.start], text[doubt.start : doubt.end], text[doubt.end :]
    for rival in doubt.rivals:
        if (
            _is_letter_for_sign(before, read, after, rival)
            or _is_digit_before_cents(before, read, after, rival)
            or _is_point_of_amount(before, read, after, rival)
        ):
            return rival
    return None


def _is_letter_for_sign(before: str, read: str, after: str, rival: Rival) -> bool:
    if not read or not rival.text.isascii() or not rival.text.isalpha():
        return False
    has_right = _begins_operand(after.lstrip())
    return (read in COMPARING and not has_right) or (read in MULTIPLYING and not (has_right and _ends_operand(before)))


def _begins_operand(text: str) -> bool:
    return bool(text) and (text[0].isalnum() or text[0] in OPERAND_SIGNS)


def _ends_operand(text: str) -> bool:
    """Say whether a number, a single letter or a Chinese word stands last: "400mm", "W"; not the "Ta" of "Tax"."""
    words = text.split()
    last = words[-1] if words else ""
    return bool(last) and (len(last) == 1 or not last.isascii() or any(character.isdigit() for character in last))


def _is_digit_before_cents(before: str, read: str, after: str, rival: Rival) -> bool:
    is_digit = read.isalpha() and rival.text.isascii() and rival.text.isdigit() and rival.share >= MIN_DIGIT_SHARE
    return is_digit and CENTS.match(after) is not None and CURRENCY.search(before[-6:]) is not None


def _is_point_of_amount(before: str, read: str, after: str, rival: Rival) -> bool:
    is_point = not read and rival.text == "." and rival.share >= MIN_POINT_SHARE
    return is_point and WHOLE.fullmatch(before) is not None and LAST_TWO.fullmatch(after) is not None
