"""Codes that were spelt aloud: "艾斯艾姆杠吉九九幺零" and "ess em dash gee nine nine one oh" are SMG9910.

In: a text as a recogniser wrote it. Out: the key it spells, or nothing where it is not spelling. Several letters share
a name (A and I, E and 1): the near search settles which was meant. It does not know which codes exist.
"""

from __future__ import annotations

from functools import lru_cache

from nlp.cardinals import ZH_DIGITS
from nlp.extraction.catalogue_keys import squeezed
from nlp.extraction.catalogue_sounds import spelt, syllables_of
from nlp.extraction.catalogue_words import words_of
from nlp.text import fold

MAX_UNREAD_SHARE = 0.2
"""Of the pieces of a spelt code, at most one in five may be noise; more is a sentence."""
MAX_SPELT_WORD = 4
_PHONE_DIGITS = {"幺": "1", "洞": "0", "拐": "7", "勾": "9", "两": "2"} | {han: str(d) for han, d in ZH_DIGITS.items()}
# How Chinese speakers name the letters, as syllables; recognisers write any characters of these sounds.
_NAMES = {
    "A": "ei", "B": "bi", "C": "xi sei sai se", "D": "di", "E": "yi", "F": "ai-fu ai-fo e-fu ei-fu", "G": "ji",
    "H": "ai-qu ai-qi ei-qi ai-chi ai-qiu ai-che", "I": "ai", "J": "jie zhei zhe", "K": "kai kei",
    "L": "ai-le ai-lu ai-ou ei-le ai-luo ai-er e-er", "M": "ai-mu ai-mo e-mu ai-mou", "N": "en", "O": "ou o", "P": "pi",
    "Q": "qiu kou", "R": "a-er a", "S": "ai-si e-si ei-si", "T": "ti", "U": "you", "V": "wei",
    "W": "da-bu-liu da-bu-you da-bu-lu", "X": "ai-ke-si cha ei-ke-si", "Y": "wai", "Z": "zei zi",
}  # fmt: skip
LETTER_BY_SYLLABLES = {tuple(name.split("-")): letter for letter, names in _NAMES.items() for name in names.split()}
LONGEST_LETTER = max(map(len, LETTER_BY_SYLLABLES))
_SILENT = frozenset(["dash", "hyphen", "slash", "space", "minus", "dot", "point", "stroke"])
_DASHES = frozenset("杠横")


@lru_cache(maxsize=256)
def spelt_key(text: str) -> str:
    """Return the key that was spelt; empty where the text is not spelling.

    >>> spelt_key("艾斯艾姆杠吉九九幺零"), spelt_key("ess em dash gee nine nine one oh"), spelt_key("我的手机坏了")
    ('SMG9910', 'SMG9910', '')
    """
    written = spelt(fold(text).text)
    pieces: list[str] = []
    unread = at = 0
    while at < len(written):
        if written[at] < "\u3400":
            end = next((near for near in range(at, len(written)) if written[near] >= "\u3400"), len(written))
            pieces.append(_latin_key(written[at:end]))
            unread += _words_in(written[at:end])
            at = end
            continue
        letter, length = _letter_at(written, at)
        unread += not letter and written[at] not in _DASHES
        pieces.append(letter)
        at += length
    key = "".join(pieces)
    is_spelling = len(key) >= 3 and unread <= MAX_UNREAD_SHARE * (len(key) + unread)
    return key if is_spelling else ""


def _words_in(text: str) -> int:
    """Count the letters of words that spell nothing: a name is not a code."""
    words = (word for word in text.split() if word.isalpha() and len(word) > MAX_SPELT_WORD)
    return sum(len(word) for word in words if word not in _SILENT and not _in_digits(word).isdigit())


def _latin_key(text: str) -> str:
    return squeezed("".join(_in_digits(word) for word in text.split()))


def _in_digits(word: str) -> str:
    if word in _SILENT:
        return ""
    read = words_of(word)
    return read[0] if len(read) == 1 and read[0].isdigit() else word


def _letter_at(text: str, at: int) -> tuple[str, int]:
    digit = _PHONE_DIGITS.get(text[at])
    if digit is not None:
        return digit, 1
    syllables = syllables_of(text[at : at + LONGEST_LETTER])
    for length in range(len(syllables), 0, -1):
        letter = LETTER_BY_SYLLABLES.get(syllables[:length])
        if letter is not None:
            return letter, length
    return "", 1
