"""Find codes and numbers read out in English: "nine four double eight", "A as in apple", "K F R dash three five".

In: folded text. Out: runs of tokens that stand together and are worth writing; e-mail addresses said in words. Counts
("twenty three") are left to the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from nlp.cardinals import EN_ONES, EN_TENS
from nlp.extraction.said import Said, count_of
from nlp.text import lowered

MIN_DIGITS = 4
"""Four: a word like "one" alone is common, four digit words in a row are only ever a code."""
MIN_LETTERS = 3
MIN_BESIDE_LETTERS = 2
MAX_TOKENS = 64

_DIGITS = {word: str(value) for word, value in EN_ONES.items() if value < 10} | {"oh": "0", "o": "0", "nought": "0"}
_GROUPS = {word: str(value) for word, value in {**EN_ONES, **EN_TENS}.items() if value >= 10}
_TENS = frozenset(str(value) for value in EN_TENS.values())
_REPEATS = {"double": 2, "triple": 3, "treble": 3, "quadruple": 4}
_MARKS = {"dash": "-", "hyphen": "-", "minus": "-", "slash": "/", "forward slash": "/", "underscore": "_", "hash": "#"}
_NATO = (
    *("alpha", "alfa", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliet", "juliett"),
    *("kilo", "lima", "mike", "november", "oscar", "papa", "quebec", "romeo", "sierra", "tango", "uniform", "victor"),
    *("whiskey", "whisky", "x-ray", "xray", "yankee", "zulu"),
)
_TOKEN = re.compile(
    r"(?<![a-z0-9'])(?:(?P<repeat>double|triple|treble|quadruple) )?"
    rf"(?:(?P<digit>{'|'.join(word for word in _DIGITS if len(word) > 1)}|\d)"
    rf"|(?P<mark>{'|'.join(sorted(_MARKS, key=len, reverse=True))})"
    rf"|(?P<nato>{'|'.join(_NATO)})|(?P<group>{'|'.join(sorted(_GROUPS, key=len, reverse=True))})"
    r"|(?P<named>(?:the )?(?:capital |upper ?case |lower ?case |small )?letter |capital |upper ?case |lower ?case )?"
    r"(?:(?P<letter>[a-z])(?P<as>,? (?:as in|for|like|as) (?P=letter)[a-z]{1,12})?|(?P<zed>zee|zed)))"
    r"(?![a-z0-9'])",
)
"""Of a text in lower case."""
_NAMES = frozenset(
    ("mike", "hotel", "november", "oscar", "victor", "charlie", "india", "romeo", "juliet", "papa", "golf")
)
"""Alone before digits these are a man or a place: "Mike 1 3 8 0", "hotel one two"."""
_GAP = re.compile(r"[ ,-]{1,2}")
_WORD = r"[A-Za-z0-9_+-]{1,30}"
_LAST = r"(?:com|net|org|edu|gov|info|io|co|cn|hk|tw|uk|de|fr|jp|sg|au|ca|us)"
_ADDRESS = re.compile(
    rf"(?<![A-Za-z0-9.@])(?P<local>{_WORD}(?: (?:dot|underscore|dash) {_WORD}){{0,3}}) at "
    rf"(?P<domain>{_WORD}(?: dot {_WORD}){{0,2}}"
    rf" dot {_LAST}(?: dot {_LAST})?)(?![A-Za-z0-9@])",
    re.IGNORECASE,
)
_ADDRESS_WORD = re.compile(r"[^ ]+")
_ADDRESS_MARKS = {"dot": ".", "underscore": "_", "dash": "-", "at": "@"}


def en_runs(text: str) -> Iterator[Sequence[Said]]:
    """Yield the runs, left to right."""
    run: list[Said] = []
    for match in _TOKEN.finditer(lowered(text)):
        if run and (len(run) >= MAX_TOKENS or not _GAP.fullmatch(text, run[-1].end, match.start())):
            yield from _worth_reading(run)
            run = []
        run.append(_said(match))
    yield from _worth_reading(run)


def en_addresses(text: str) -> Iterator[Sequence[Said]]:
    """Yield the e-mail addresses said in words."""
    if " dot " not in text.lower():
        return
    for match in _ADDRESS.finditer(text):
        words = _ADDRESS_WORD.finditer(text, match.start(), match.end())
        yield [
            Said(word.start(), word.end(), _ADDRESS_MARKS.get(word.group().lower(), word.group()), "letter")
            for word in words
        ]


def _said(match: re.Match[str]) -> Said:
    start, end = match.span()
    times = _REPEATS.get((match["repeat"] or "").lower(), 1)
    if match["mark"]:
        return Said(start, end, _MARKS[match["mark"].lower()] * times, "mark")
    if match["nato"]:
        is_name = match["nato"].lower() in _NAMES
        return Said(start, end, match["nato"][0].upper() * times, "letter", is_spelled=True, is_name=is_name)
    if match["group"]:
        return Said(start, end, _GROUPS[match["group"].lower()] * times, "digit")
    letter = "Z" if match["zed"] else match["letter"]
    is_named = bool(match["as"] or match["named"])
    if letter and (letter.lower() != "o" or is_named):
        is_small = "lower" in (match["named"] or "").lower()
        return Said(start, end, (letter.lower() if is_small else letter.upper()) * times, "letter", is_spelled=is_named)
    said = (match["digit"] or "o").lower()
    return Said(start, end, _DIGITS.get(said, said) * times, "digit", is_spoken=not said.isdigit())


def _worth_reading(run: Sequence[Said]) -> Iterator[Sequence[Said]]:
    first, last = 0, len(run)
    if run and run[0].is_name and sum(said.kind == "letter" for said in run) == 1:
        first = 1
    while last - first > 1 and _is_loose(run[first]) and run[first + 1].kind != "letter":
        first += 1  # "I 9 4 8 5": the word, not the letter
    while last - first > 1 and _is_loose(run[last - 1]) and run[last - 2].kind != "letter":
        last -= 1
    kept = _groups_joined(run[first:last])
    if not kept:
        return
    digits, letters = count_of(kept, "digit"), count_of(kept, "letter")
    singles = sum(said.kind == "digit" and len(set(said.written)) == 1 for said in kept)
    is_number = digits >= MIN_DIGITS and singles >= MIN_DIGITS - 1 and len(kept) >= MIN_DIGITS - 1
    is_number = is_number or (digits >= MIN_DIGITS and len(kept) >= MIN_DIGITS - 1 and singles == len(kept) - letters)
    is_code = digits >= MIN_BESIDE_LETTERS and letters >= MIN_LETTERS
    is_spelled = (
        any(said.is_spelled for said in kept) and (letters >= 2 or digits >= 1) and digits + letters >= MIN_LETTERS
    )
    if is_number or is_code or is_spelled or _is_error_code(kept):
        yield kept


def _is_loose(said: Said) -> bool:
    return said.kind == "mark" or (said.written in {"A", "I"} and not said.is_spelled)


def _is_error_code(run: Sequence[Said]) -> bool:
    """Say whether one letter and two spoken digits make a code: "E zero five", "F dash zero one"."""
    kinds = [said.kind for said in run]
    if kinds.count("letter") != 1 or kinds[0] != "letter" or kinds.count("digit") < MIN_BESIDE_LETTERS:
        return False
    return all(said.is_spoken for said in run if said.kind == "digit")


def _groups_joined(run: Sequence[Said]) -> list[Said]:
    """Make one group of "thirty five"."""
    joined: list[Said] = []
    for said in run:
        before = joined[-1] if joined else None
        is_ten = (
            before is not None and len(before.written) == 2 and before.written[1] == "0" and before.written in _TENS
        )
        if before is not None and is_ten and said.kind == "digit" and said.written in "123456789":
            joined[-1] = Said(before.start, said.end, before.written[0] + said.written, "digit")
        else:
            joined.append(said)
    return joined
