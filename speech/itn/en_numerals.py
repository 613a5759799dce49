"""The shapes of English numbers in words, as pieces of regular expressions over lower case."""

from __future__ import annotations

DIGITS = dict(
    zip(["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"], "0123456789", strict=True)
)
ONES = "one|two|three|four|five|six|seven|eight|nine"
TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
SMALL = rf"(?:(?:{TENS})(?:[ -](?:{ONES}))?|{TEENS}|{ONES}|zero)"
_BELOW_THOUSAND = rf"(?:(?:(?:{SMALL})|a) hundred(?:(?: and)? {SMALL})?|{SMALL})"
_WHOLE = (
    rf"(?:(?:{_BELOW_THOUSAND}|a) (?:million|billion)(?:(?: and)? {_BELOW_THOUSAND} thousand)?"
    rf"(?:(?: and)? {_BELOW_THOUSAND})?"
    rf"|(?:{_BELOW_THOUSAND}|a) thousand(?:(?: and)? {_BELOW_THOUSAND})?|{_BELOW_THOUSAND})"
)
DECIMALS = rf" point (?:(?:zero|oh|{ONES})(?: (?:zero|oh|{ONES})){{0,5}}|{TEENS}|(?:{TENS})(?:[ -](?:{ONES}))?)"
_FIGURES = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
NUMBER = rf"(?:{_WHOLE}(?:{DECIMALS}(?: million| billion)?)?|point(?: (?:zero|{ONES})){{1,4}}|{_FIGURES})"
BEGINS = r"(?<![a-z0-9'.-])(?<!point )"
ENDS = r"(?![a-z0-9'-])"

ORDINALS = {
    word: number
    for number, word in enumerate(
        (
            *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"),
            *("eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth"),
            *("eighteenth", "nineteenth"),
        ),
        start=1,
    )
} | {"twentieth": 20, "thirtieth": 30, "fortieth": 40, "fiftieth": 50}
"""Ordinals of one word."""
_UNITS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
ORDINAL = rf"(?:(?:{TENS})[ -](?:{_UNITS})|{'|'.join(sorted(ORDINALS, key=len, reverse=True))})"
_TENS_VALUES = {word: 10 * number for number, word in enumerate(TENS.split("|"), start=2)}


def ordinal_value(said: str) -> int:
    """Return what an ordinal counts.

    >>> ordinal_value("twenty first"), ordinal_value("twelfth")
    (21, 12)
    """
    first, _, last = said.replace("-", " ").partition(" ")
    return _TENS_VALUES[first] + ORDINALS[last] if last else ORDINALS[first]


def ordinal(value: int) -> str:
    """Write an ordinal in figures.

    >>> [ordinal(value) for value in (1, 12, 22, 113)]
    ['1st', '12th', '22nd', '113th']
    """
    ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"
