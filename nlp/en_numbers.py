"""Find English numbers: figures, words, and both ("4 thousand 3 hundred", "one hundred and three and two thirds").

In: folded text. Out: spans and values. Words are joined only where they make one number: "twenty five" is 25, "five
twenty" is two numbers. It reads a fraction as Recognizers-Text does: "one hundred thirty fifths" is 100/35.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlp.cardinals import EN_ORDINALS
from nlp.en_fractions import scale_of, word_fraction
from nlp.en_number_tokens import HALVES, HUNDRED, THOUSAND, Read, Run, Token, tokens_of
from nlp.figures import whole_figures
from nlp.number_span import NumberSpan

MAX_DECIMALS = 12
_POINTED_AT = re.compile(
    r"(?<![a-z])(?:this|that|the|which|no|any|some|each|every|next|last|other|another|new|old|right|wrong|same)\s$",
    re.IGNORECASE,
)
"""Before "one" these make a pronoun of it."""
_OF_TIME = re.compile(r"\s?-?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|[ap]\.?m)\b", re.IGNORECASE)
_MONEY = re.compile(r"[$£€¥]\s?$")


def find_en_numbers(text: str) -> Iterator[NumberSpan]:
    """Yield every number, left to right."""
    tokens = tokens_of(text)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind == "dotted":
            yield from whole_figures(token.word, token.start)
            at += 1
            continue
        read = _number(tokens, at, text)
        if read is None or _is_pronoun(tokens[at : read.after], text):
            at += 1
            continue
        yield NumberSpan(token.start, tokens[read.after - 1].end, read.value, _exact(tokens[at : read.after]))
        at = read.after


def en_value(words: str) -> float | None:
    """Read one English number.

    >>> en_value("two hundred and five"), en_value("2.5 million"), en_value("3k"), en_value("nine point four")
    (205.0, 2500000.0, 3000.0, 9.4)
    """
    found = list(find_en_numbers(words))
    return found[0].value if len(found) == 1 else None


def _exact(tokens: Sequence[Token]) -> str:
    return tokens[0].word if len(tokens) == 1 and tokens[0].word.isdigit() else ""


def _is_pronoun(tokens: Sequence[Token], text: str) -> bool:
    first = tokens[0]
    return (
        len(tokens) == 1
        and first.word == "one"
        and bool(_POINTED_AT.search(text, max(0, first.start - 9), first.start))
    )


def _number(tokens: Sequence[Token], at: int, text: str) -> Read | None:
    if tokens[at].kind in ("and", "point", "over", "of", "scale"):
        return None
    run = Run(tokens, at)
    if tokens[at].kind == "sign":
        inner = _unsigned(run, at + 1, text) if run.kind(at + 1) not in ("", "article") else None
        return Read(inner.after, -inner.value) if inner else None
    return _unsigned(run, at, text)


def _unsigned(run: Run, at: int, text: str) -> Read | None:
    alone = _share_of_scale(run, at) or word_fraction(run, at)
    if alone is not None:
        return alone
    whole = _article(run, at) or _cardinal(run, at)
    if whole is None:
        return None
    if _is_ordinal(run, whole.after):
        return None
    whole = _with_share(run, whole)
    return _division(run, at, whole, text) or whole


def _is_ordinal(run: Run, after: int) -> bool:
    """Say whether the number goes on to "twenty-first", which counts nothing."""
    return run.word(after) in EN_ORDINALS and (run.kind(after - 1) == "ten" or run.word(after - 1) == "hundred")


def _cardinal(run: Run, at: int) -> Read | None:
    """Read a whole number or a decimal; None where the token starts none."""
    if run.kind(at) not in ("unit", "ten", "figure"):
        return None
    total = section = 0.0
    room = last_scale = float("inf")
    here = at
    after = at
    while here < run.end:
        kind, value = run.kind(here), run.value(here)
        if kind == "and":
            if run.kind(here - 1) != "scale":
                break
            here += 1
            continue
        if kind in ("unit", "ten") or (kind == "figure" and _may_follow(run, here, at)):
            if here > at and not (0 < value < min(room, last_scale) and _fits(run, here, section)):
                break
            section += value
            room = {"unit": 0.0, "ten": 10.0, "figure": 0.0}[kind] if value else 0.0
        elif kind == "scale" and value == HUNDRED and section and (section < HUNDRED or run.kind(here - 1) == "figure"):
            section, room = section * HUNDRED, 100.0
        elif kind == "scale" and value != HUNDRED and section and value < last_scale:
            total, section, last_scale, room = total + section * value, 0.0, value, float("inf")
        elif kind == "scale" and not section and total and value > last_scale >= THOUSAND:
            total, last_scale = total * value, value  # two thousand million
        elif kind == "point" and not total:
            return _decimals(run, here, section)
        else:
            break
        here += 1
        after = here
    return Read(after, total + section)


def _may_follow(run: Run, here: int, at: int) -> bool:
    """Say whether figures may stand here: first, behind "hundred", before a smaller scale ("4 thousand 3 hundred")."""
    if here == at:
        return True
    if not run.word(here).isdigit():
        return False
    behind = run.word(here - 1) if run.kind(here - 1) != "and" else run.word(here - 2)
    return (behind == "hundred" and len(run.word(here)) < 3) or run.kind(here + 1) == "scale"


def _fits(run: Run, here: int, section: float) -> bool:
    """Refuse what the scale behind it would not let in: the 2 of "3 hundred and 2 hundred"."""
    following = here + 2 if run.kind(here) == "ten" and run.kind(here + 1) == "unit" else here + 1
    return not (section >= HUNDRED and run.kind(following) == "scale" and run.value(following) == HUNDRED)


def _decimals(run: Run, point: int, whole: float) -> Read:
    digits = ""
    here = point + 1
    while here < run.end and len(digits) < MAX_DECIMALS:
        kind, word = run.kind(here), run.word(here)
        if kind == "ten" and run.kind(here + 1) == "unit" and 0 < run.value(here + 1) < 10:
            digits += str(int(run.value(here) + run.value(here + 1)))
            here += 2
        elif kind in ("unit", "ten") or (kind == "figure" and word.isdigit()):
            digits += word if kind == "figure" else str(int(run.value(here)))
            here += 1
        else:
            break
    if not digits:
        return Read(point, whole)
    value = float(f"{whole:.0f}.{digits}")
    if run.kind(here) == "scale":
        return Read(here + 1, value * run.value(here))
    return Read(here, value)


def _article(run: Run, at: int) -> Read | None:
    """Read "a hundred", "a dozen", "half a million", "a quarter"."""
    if run.word(at) == "half" and run.kind(at + 1) == "article" and run.kind(at + 2) == "scale":
        return Read(at + 3, run.value(at + 2) / 2)
    if run.kind(at) != "article":
        return None
    if run.kind(at + 1) == "scale":
        return _scales(run, at + 1)
    return None


def _scales(run: Run, at: int) -> Read:
    """Read scales behind "a": "a hundred", "a hundred thousand", "a hundred and six"."""
    value = run.value(at)
    after = at + 1
    while run.kind(after) == "scale" and run.value(after) >= THOUSAND:
        value, after = value * run.value(after), after + 1
    behind = after + 1 if run.kind(after) == "and" else after
    rest = _cardinal(run, behind) if run.kind(behind) in ("unit", "ten") else None
    if rest is not None and 0 < rest.value < run.value(after - 1) and run.value(after - 1) >= HUNDRED:
        return Read(rest.after, value + rest.value)
    return Read(after, value)


def _share_of_scale(run: Run, at: int) -> Read | None:
    """Read "quarter million", "a quarter million", "three quarters billion", "half million"."""
    here = at + 1 if run.kind(at) == "article" else at
    share = 0.0
    if run.word(here) in HALVES and run.kind(here + 1) == "scale":
        share, here = 1 / HALVES[run.word(here)], here + 1
    elif run.kind(here) == "unit" and run.word(here + 1) == "quarters" and run.kind(here + 2) == "scale":
        share, here = run.value(here) / 4, here + 2
    if not share or run.value(here) < HUNDRED:
        return None
    return Read(here + 1, share * run.value(here))


def _with_share(run: Run, whole: Read) -> Read:
    """Add "and a half", "and a quarter", "and a quarter million" to a whole number."""
    at = whole.after
    if run.kind(at) != "and" or run.kind(at + 1) != "article" or run.kind(at + 2) != "part":
        return whole
    share = 1 / run.value(at + 2)
    if run.kind(at + 3) == "scale" and run.value(at + 3) < whole.value:
        return Read(at + 4, whole.value + share * run.value(at + 3))
    return Read(at + 3, whole.value + share * scale_of(run.tokens[at - 1]))


def _division(run: Run, at: int, above: Read, text: str) -> Read | None:
    """Read "1 over 3" and, where it can be a share, "1 in twenty-one" and "two out of five hundred"."""
    link = run.kind(above.after)
    if link not in ("over", "of") or run.kind(above.after + 1) not in ("unit", "ten", "figure"):
        return None
    below = _cardinal(run, above.after + 1)
    is_share = below is not None and above.value % 1 == 0 and below.value > 0 and below.value % 1 == 0
    if below is None or not is_share or _MONEY.search(text, max(0, run.tokens[at].start - 2), run.tokens[at].start):
        return None
    if _OF_TIME.match(text, run.tokens[below.after - 1].end) or (link == "of" and above.value >= below.value):
        return None
    return Read(below.after, above.value / below.value)
