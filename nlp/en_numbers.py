"""Find English numbers: figures, words, and both together ("4 thousand 3 hundred", "one hundred and three and two thirds").

In: folded text. Out: spans and values. Words are joined only where they make one number: "twenty five" is 25, "five
twenty" is two numbers. It reads a fraction as Recognizers-Text does: "one hundred thirty fifths" is 100/35.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nlp.cardinals import EN_ONES, EN_ORDINALS, EN_SCALES, EN_TENS
from nlp.figures import DOTTED, FIGURE, figure_value, whole_figures
from nlp.number_span import NumberSpan

Kind = Literal["figure", "dotted", "unit", "ten", "scale", "part", "and", "article", "point", "over", "of", "sign"]
MAX_TOKENS = 24
"""The longest number anyone says in words: three words in each of five groups, "and" between them, and a fraction."""
MAX_DECIMALS = 12
_HUNDRED = 100
_THOUSAND = 1_000

_UNITS = {**EN_ONES, "nought": 0, "naught": 0}
_SCALES = {**EN_SCALES, **{f"{word}s": value for word, value in EN_SCALES.items() if word in ("lakh", "crore")}}
_SCALES |= {"dozen": 12, "dozens": 12}
_ARTICLES = ("a", "an")
_HALVES = {"half": 2, "quarter": 4}
_PARTS = {**EN_ORDINALS, **_HALVES}
_PLURAL_PARTS = {f"{word}s": value for word, value in _PARTS.items() if word != "half"} | {"halves": 2}
_LINKS: dict[str, Kind] = {"and": "and", "point": "point", "over": "over", "in": "of", "out of": "of"}
_SIGNS = ("minus", "negative")
_WORDS: dict[str, tuple[Kind, int]] = {
    **{word: ("unit", value) for word, value in _UNITS.items()},
    **{word: ("ten", value) for word, value in EN_TENS.items()},
    **{word: ("scale", value) for word, value in _SCALES.items()},
    **{word: ("part", value) for word, value in (_PARTS | _PLURAL_PARTS).items()},
    **{word: (kind, 0) for word, kind in _LINKS.items()},
    **dict.fromkeys(_ARTICLES, ("article", 1)),
    **dict.fromkeys(_SIGNS, ("sign", -1)),
}
_TOKEN = re.compile(
    rf"{DOTTED}|{FIGURE}|(?<![A-Za-z\d'])(?P<word>{'|'.join(sorted(_WORDS, key=len, reverse=True))})(?![A-Za-z\d'])",
    re.IGNORECASE,
)
_GAP = re.compile(r"[ \t]{1,2}|[ ]?-[ ]?")
_POINTED_AT = re.compile(
    r"(?<![a-z])(?:this|that|the|which|no|any|some|each|every|next|last|other|another|new|old|right|wrong|same)\s$",
    re.IGNORECASE,
)
"""Before "one" these make a pronoun of it."""
_OF_TIME = re.compile(r"\s?-?(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|[ap]\.?m)\b", re.IGNORECASE)
_MONEY = re.compile(r"[$£€¥]\s?$")


@dataclass(frozen=True, slots=True)
class _Token:
    start: int
    end: int
    kind: Kind
    value: float
    word: str
    is_joined: bool  # nothing but a gap lies between it and the token before
    is_hyphened: bool = False  # and the gap is a hyphen


@dataclass(frozen=True, slots=True)
class _Read:
    """The tokens [., after) read as one value."""

    after: int
    value: float


def find_en_numbers(text: str) -> Iterator[NumberSpan]:
    """Yield every number, left to right."""
    tokens = _tokens(text)
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


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    end = -1
    for match in _TOKEN.finditer(text):
        word = match["word"]
        is_joined = end >= 0 and _GAP.fullmatch(text, end, match.start()) is not None
        kind: Kind
        if word:
            kind, value = _WORDS[word.lower()]
            is_hyphened = is_joined and "-" in text[end : match.start()]
            tokens.append(_Token(match.start(), match.end(), kind, value, word.lower(), is_joined, is_hyphened))
        elif match["dotted"]:
            tokens.append(_Token(match.start(), match.end(), "dotted", 0, match.group(), False))
        else:
            read = figure_value(match.group())
            if read is None:
                continue
            tokens.append(_Token(match.start(), match.end(), "figure", read, match.group(), is_joined))
        end = match.end()
    return tokens


def _exact(tokens: Sequence[_Token]) -> str:
    return tokens[0].word if len(tokens) == 1 and tokens[0].word.isdigit() else ""


def _is_pronoun(tokens: Sequence[_Token], text: str) -> bool:
    first = tokens[0]
    return (
        len(tokens) == 1
        and first.word == "one"
        and bool(_POINTED_AT.search(text, max(0, first.start - 9), first.start))
    )


class _Run:
    """The tokens from one on that stand together, with what was read of them. One per attempt, thrown away after."""

    def __init__(self, tokens: Sequence[_Token], at: int) -> None:
        end = at + 1
        while end < len(tokens) and end - at < MAX_TOKENS and tokens[end].is_joined:
            end += 1
        self.tokens = tokens
        self.end = end

    def kind(self, at: int) -> str:
        return self.tokens[at].kind if at < self.end else ""

    def word(self, at: int) -> str:
        return self.tokens[at].word if at < self.end else ""

    def value(self, at: int) -> float:
        return self.tokens[at].value


def _number(tokens: Sequence[_Token], at: int, text: str) -> _Read | None:
    if tokens[at].kind in ("and", "point", "over", "of", "scale"):
        return None
    run = _Run(tokens, at)
    if tokens[at].kind == "sign":
        inner = _unsigned(run, at + 1, text) if run.kind(at + 1) not in ("", "article") else None
        return _Read(inner.after, -inner.value) if inner else None
    return _unsigned(run, at, text)


def _unsigned(run: _Run, at: int, text: str) -> _Read | None:
    alone = _share_of_scale(run, at) or _word_fraction(run, at)
    if alone is not None:
        return alone
    whole = _article(run, at) or _cardinal(run, at)
    if whole is None:
        return None
    if _is_ordinal(run, whole.after):
        return None
    whole = _with_share(run, whole)
    return _division(run, at, whole, text) or whole


def _is_ordinal(run: _Run, after: int) -> bool:
    """Say whether the number goes on to "twenty-first", which counts nothing."""
    return run.word(after) in EN_ORDINALS and (run.kind(after - 1) == "ten" or run.word(after - 1) == "hundred")


def _cardinal(run: _Run, at: int) -> _Read | None:
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
        elif (
            kind == "scale" and value == _HUNDRED and section and (section < _HUNDRED or run.kind(here - 1) == "figure")
        ):
            section, room = section * _HUNDRED, 100.0
        elif kind == "scale" and value != _HUNDRED and section and value < last_scale:
            total, section, last_scale, room = total + section * value, 0.0, value, float("inf")
        elif kind == "scale" and not section and total and value > last_scale >= _THOUSAND:
            total, last_scale = total * value, value  # two thousand million
        elif kind == "point" and not total:
            return _decimals(run, here, section)
        else:
            break
        here += 1
        after = here
    return _Read(after, total + section)


def _may_follow(run: _Run, here: int, at: int) -> bool:
    """Say whether figures may stand here: first, behind "hundred", or before a smaller scale ("4 thousand 3 hundred")."""
    if here == at:
        return True
    if not run.word(here).isdigit():
        return False
    behind = run.word(here - 1) if run.kind(here - 1) != "and" else run.word(here - 2)
    return (behind == "hundred" and len(run.word(here)) < 3) or run.kind(here + 1) == "scale"


def _fits(run: _Run, here: int, section: float) -> bool:
    """Refuse what the scale behind it would not let in: the 2 of "3 hundred and 2 hundred"."""
    following = here + 2 if run.kind(here) == "ten" and run.kind(here + 1) == "unit" else here + 1
    return not (section >= _HUNDRED and run.kind(following) == "scale" and run.value(following) == _HUNDRED)


def _decimals(run: _Run, point: int, whole: float) -> _Read:
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
        return _Read(point, whole)
    value = float(f"{whole:.0f}.{digits}")
    if run.kind(here) == "scale":
        return _Read(here + 1, value * run.value(here))
    return _Read(here, value)


def _article(run: _Run, at: int) -> _Read | None:
    """Read "a hundred", "a dozen", "half a million", "a quarter"."""
    if run.word(at) == "half" and run.kind(at + 1) == "article" and run.kind(at + 2) == "scale":
        return _Read(at + 3, run.value(at + 2) / 2)
    if run.kind(at) != "article":
        return None
    if run.kind(at + 1) == "scale":
        return _scales(run, at + 1)
    return None


def _scales(run: _Run, at: int) -> _Read:
    """Read scales behind "a": "a hundred", "a hundred thousand", "a hundred and six"."""
    value = run.value(at)
    after = at + 1
    while run.kind(after) == "scale" and run.value(after) >= _THOUSAND:
        value, after = value * run.value(after), after + 1
    behind = after + 1 if run.kind(after) == "and" else after
    rest = _cardinal(run, behind) if run.kind(behind) in ("unit", "ten") else None
    if rest is not None and 0 < rest.value < run.value(after - 1) and run.value(after - 1) >= _HUNDRED:
        return _Read(rest.after, value + rest.value)
    return _Read(after, value)


def _share_of_scale(run: _Run, at: int) -> _Read | None:
    """Read "quarter million", "a quarter million", "three quarters billion", "half million"."""
    here = at + 1 if run.kind(at) == "article" else at
    share = 0.0
    if run.word(here) in _HALVES and run.kind(here + 1) == "scale":
        share, here = 1 / _HALVES[run.word(here)], here + 1
    elif run.kind(here) == "unit" and run.word(here + 1) == "quarters" and run.kind(here + 2) == "scale":
        share, here = run.value(here) / 4, here + 2
    if not share or run.value(here) < _HUNDRED:
        return None
    return _Read(here + 1, share * run.value(here))


def _with_share(run: _Run, whole: _Read) -> _Read:
    """Add "and a half", "and a quarter", "and a quarter million" to a whole number."""
    at = whole.after
    if run.kind(at) != "and" or run.kind(at + 1) != "article" or run.kind(at + 2) != "part":
        return whole
    share = 1 / run.value(at + 2)
    if run.kind(at + 3) == "scale" and run.value(at + 3) < whole.value:
        return _Read(at + 4, whole.value + share * run.value(at + 3))
    return _Read(at + 3, whole.value + share * _scale_of(run.tokens[at - 1]))


def _scale_of(last: _Token) -> float:
    """Return what a fraction behind a whole number is a part of: a million and a half, but a hundred and a half."""
    return last.value if last.kind == "scale" and last.value >= _THOUSAND else 1.0


def _hyphens_closed(words: Sequence[_Token]) -> list[_Token]:
    """Make one word of "ninety-five"."""
    closed: list[_Token] = []
    for word in words:
        if closed and word.is_hyphened and word.kind == "unit" and closed[-1].kind == "ten":
            closed[-1] = replace(word, start=closed[-1].start, value=closed[-1].value + word.value)
        else:
            closed.append(word)
    return closed


def _division(run: _Run, at: int, above: _Read, text: str) -> _Read | None:
    """Read "1 over 3" and, where it can be a share, "1 in twenty-one" and "two out of five hundred"."""
    link = run.kind(above.after)
    if link not in ("over", "of") or run.kind(above.after + 1) not in ("unit", "ten", "figure"):
        return None
    below = _cardinal(run, above.after + 1)
    is_share = below is not None and above.value % 1 == 0 and 0 < below.value and below.value % 1 == 0
    if below is None or not is_share or _MONEY.search(text, max(0, run.tokens[at].start - 2), run.tokens[at].start):
        return None
    if _OF_TIME.match(text, run.tokens[below.after - 1].end) or (link == "of" and above.value >= below.value):
        return None
    return _Read(below.after, above.value / below.value)


def _word_fraction(run: _Run, at: int) -> _Read | None:
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
    is_plural = words[-1].word in _PLURAL_PARTS
    if not is_plural and (numerator[-1].word not in ("one", "a", "an") or words[split].word in ("first", "second")):
        return None
    if numerator[0].kind == "article" and len(numerator) == 1 and words[-1].word not in _HALVES:
        return None  # a third party, a fifth attempt
    below = _value_of(words[split:-1]) + words[-1].value if len(words) - split > 1 else words[-1].value
    if words[-1].value >= _HUNDRED and len(words) - split > 1:
        below = _value_of(words[split:-1]) * words[-1].value
    value = _mixed(numerator, below)
    return None if value is None else _Read(end + 1, value)


def _mixed(numerator: Sequence[_Token], below: float) -> float | None:
    ands = [index for index, word in enumerate(numerator) if word.kind == "and"]
    if ands:
        whole, above = numerator[: ands[-1]], numerator[ands[-1] + 1 :]
        if not whole or not above:
            return None
        if _value_of(above) < below:
            return _value_of(whole) + _scale_of(whole[-1]) * _value_of(above) / below
    return _value_of(numerator) / below


def _denominator_at(words: Sequence[_Token]) -> int:
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
        is_closed = previous >= _HUNDRED and previous > current
        if not (is_closed or (previous < _HUNDRED and _composes(current, previous))):
            return at + 1
        if previous < _HUNDRED:
            if current < largest:
                return at + 1
            largest = current
        if at == 0:
            return _split_of_one_number(words)
    return at + 1


def _split_of_one_number(words: Sequence[_Token]) -> int:
    for at in range(1, len(words) - 1):
        behind = words[at + 1]
        if words[at].value >= _HUNDRED and behind.kind != "and" and behind.value < _HUNDRED:
            return at + 1
    return len(words) - 1


def _composes(large: float, small: float) -> bool:
    base = 100 if small > 10 else 10
    return large >= base and large % base == 0


def _value_of(words: Sequence[_Token]) -> float:
    kept = [word for word in words if word.kind != "article"]
    if not kept:
        return 1.0
    total = section = 0.0
    for word in kept:
        if word.kind == "scale":
            section = (section or 1.0) * word.value
            if word.value >= _THOUSAND:
                total, section = total + section, 0.0
        else:
            section += word.value
    return total + section
