"""How sure a value read from a page is: an anchored value and the page's lines in, the field with its confidence out.

A line's confidence says how often such a line is right to the last character, on pages rendered here. A value that
was found by its label and has the form of its type is wrong less often: part of the line's doubt falls on the rest of
the line, and most slips break the form. What this does not know: codes; see verified.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from vision.fields.anchors import Anchored
from vision.records import Line, PageField

COUNTED, FORMED, CODE = 0.1, 0.2, 0.6
"""The share of a line's doubt that stays with a small number, a value of strict form, and a code or name. On 280 plates
and order pages rendered here (train seeds 0-139, 2026-11-23) all 1,800 labelled values were right, down to lines of
.55; that is rendered print, so more doubt is kept than it asks for. `python -m training.eval_pages` shows how it
holds."""
SHARES: Mapping[str, float] = {
    "voltage": FORMED,
    "frequency": FORMED,
    "power": FORMED,
    "current": FORMED,
    "manufacture_date": FORMED,
    "refrigerant": FORMED,
    "amount": FORMED,
    "order_time": FORMED,
    "price": FORMED,
    "quantity": COUNTED,
}
PLACES: Mapping[str, float] = {
    "inside": 0.995,
    "beside": 0.995,
    "below": 0.992,
    "alone": 0.99,
    "between": 0.9,
    "split": 0.95,
}
"""That the value belongs to its label; "alone" has none and is known by its form."""
CONFUSED = re.compile(r"(?=.*\d)(?=.*[OIQ])|(?<![0-9])[01](?=[A-Z])|(?<=[A-Z])[01](?![0-9])", re.I)
CONFUSED_AT_MOST = 0.97
"""Makers avoid O, I and Q beside digits; where one was read, or a single 0 or 1 among letters, it may be the other."""
BARE = re.compile(r"[\d.,/~ -]+")
RATINGS = ("voltage", "frequency", "power", "current")
CODES = ("serial_number", "model", "order_number", "tracking_number", "error_code")
AGREED = 0.995
"""Two prints of one number, as beside a label and under a bar code; but one reader takes O for 0 in both."""
MIN_AGREED = 6


def trusted(name: str, anchored: Anchored, lines: Sequence[Line]) -> PageField:
    """Give a value its confidence."""
    confidence = sureness(name, anchored.confidence, place=anchored.place)
    if name in CODES:
        if _is_printed_twice(anchored, lines):
            confidence = max(confidence, AGREED)
        if CONFUSED.search(anchored.value):
            confidence = min(confidence, CONFUSED_AT_MOST)
    if name in RATINGS and BARE.fullmatch(anchored.value):
        confidence = min(confidence, CONFUSED_AT_MOST)  # the unit was not read: it may have been kilowatts
    return PageField(anchored.value, round(confidence, 4), anchored.box)


def sureness(name: str, line_confidence: float, *, place: str) -> float:
    """Turn a line's confidence into that of a value in it.

    >>> round(sureness("voltage", 0.95, place="beside"), 3), round(sureness("model", 0.95, place="beside"), 3)
    (0.985, 0.965)
    """
    doubt = SHARES.get(name, CODE) * (1 - line_confidence)
    # Below a half the line's own doubt tells nothing: what was read may not be there at all.
    return (1 - doubt) * PLACES[place] if line_confidence >= 0.5 else line_confidence


def _is_printed_twice(anchored: Anchored, lines: Sequence[Line]) -> bool:
    wanted = _plain(anchored.value)
    return len(wanted) >= MIN_AGREED and any(
        line is not anchored.line and line.box != anchored.line.box and wanted == _plain(line.text) for line in lines
    )


def _plain(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())
