"""Read English fractions in words as Recognizers-Text does: "one hundred thirty fifths" is 100/35.

In: the Run of tokens and where it begins. Out: the value, or None where no fraction stands there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from nlp.en_number_tokens import HALVES, HUNDRED, PLURAL_PARTS, THOUSAND, Read, Run, Token


def word_fraction(run: Run, at: int) -> Read | None:
    """Read a fraction in words alone: what stands before the last part's own denominator is divided by it."""
    end = at
    if run.kind(at) == "article":
        end += 1
    while run.kind(end) in ("unit", "ten", "scale") or (run.kind(end) == "and" and end > at):
        end += 1
    if end == at or run.kind(end) != "part":
        return None
    words = _hyphens_closed([run.tokens[index] for index in range(at, end + 1)])
    split = _denominator_at(words)
    if split == 0:
        return None
    numerator = words[:split]
    is_plural = words[-1].word in PLURAL_PARTS
    if not is_plural and (numerator[-1].word not in ("one", "a", "an") or words[split].word in ("first", "second")):
        return None
    if numerator[0].kind == "article" and len(numerator) == 1 and words[-1].word not in HALVES:
        return None  # a third party, a fifth attempt
    below = _value_of(words[split:-1]) + words[-1].value if len(words) - split > 1 else words[-1].value
    if words[-1].value >= HUNDRED and len(words) - split > 1:
        below = _value_of(words[split:-1]) * words[-1].value
    value = _mixed(numerator, below)
    return None if value is None else Read(end + 1, value)


def _mixed(numerator: Sequence[Token], below: float) -> float | None:
    ands = [index for index, word in enumerate(numerator) if word.kind == "and"]
    if ands:
        whole, above = numerator[: ands[-1]], numerator[ands[-1] + 1 :]
        if not whole or not above:
            return None
        if _value_of(above) < below:
            return _value_of(whole) + scale_of(whole[-1]) * _value_of(above) / below
    return _value_of(numerator) / below


def _denominator_at(words: Sequence[Token]) -> int:
    """Find where the denominator begins: at the longest number that the ordinal at the end can close.

    "one one hundred fifth" is 1/105, "twenty twenty fifths" 20/25, "one hundred thirty two fifths" 132/5, and what
    could be one number as a whole splits behind its last hundred: "one hundred thirty fifths" is 100/35.
    """
    at = len(words) - 1
    current, largest = words[at].value, 1.0
    while at > 0:
        at -= 1
        if words[at].kind == "and":
            continue
        previous, current = current, words[at].value
        is_closed = previous >= HUNDRED and previous > current
        if not (is_closed or (previous < HUNDRED and _composes(current, previous))):
            return at + 1
        if previous < HUNDRED:
            if current < largest:
                return at + 1
            largest = current
        if at == 0:
            return _split_of_one_number(words)
    return at + 1


def _split_of_one_number(words: Sequence[Token]) -> int:
    for at in range(1, len(words) - 1):
        behind = words[at + 1]
        if words[at].value >= HUNDRED and behind.kind != "and" and behind.value < HUNDRED:
            return at + 1
    return len(words) - 1


def _composes(large: float, small: float) -> bool:
    base = 100 if small > 10 else 10
    return large >= base and large % base == 0


def _value_of(words: Sequence[Token]) -> float:
    kept = [word for word in words if word.kind != "article"]
    if not kept:
        return 1.0
    total = section = 0.0
    for word in kept:
        if word.kind == "scale":
            section = (section or 1.0) * word.value
            if word.value >= THOUSAND:
                total, section = total + section, 0.0
        else:
            section += word.value
    return total + section


def scale_of(last: Token) -> float:
    """Return what a fraction behind a whole number is a part of: a million and a half, but a hundred and a half."""
    return last.value if last.kind == "scale" and last.value >= THOUSAND else 1.0


def _hyphens_closed(words: Sequence[Token]) -> list[Token]:
    """Make one word of "ninety-five"."""
    closed: list[Token] = []
    for word in words:
        if closed and word.is_hyphened and word.kind == "unit" and closed[-1].kind == "ten":
            closed[-1] = replace(word, start=closed[-1].start, value=closed[-1].value + word.value)
        else:
            closed.append(word)
    return closed
