"""How a name sounds, in one alphabet for Chinese and English: "红米诺特12普罗" is near "Redmi Note 12 Pro".

In: a text as a recogniser wrote it, or a name or code of the catalogue. Out: its sounds: a capital for a consonant, a
small letter for a vowel. Chinese characters sound by their pinyin, Latin words by English spelling rules, letters by
their names; a digit stands for itself, since a recogniser that hears one writes it.
It does not know which names exist, and hears neither tones nor stress.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files

from nlp.extraction.catalogue_words import BRANDS, words_of

_INITIALS = re.compile(r"zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]")
_FINALS = {
    "a": "a", "ia": "a", "ua": "wa", "ai": "ai", "uai": "ai", "an": "aN", "ian": "eN", "uan": "aN", "ang": "aN",
    "iang": "aN", "uang": "aN", "ao": "ao", "iao": "ao", "e": "e", "ei": "ei", "ui": "ei", "en": "eN", "un": "uN",
    "eng": "eN", "ong": "oN", "iong": "oN", "i": "i", "in": "iN", "ing": "iN", "ie": "e", "ve": "e", "ue": "e",
    "o": "o",
    "uo": "o", "ou": "ou", "iu": "iu", "u": "u", "v": "u", "er": "eR",
}  # fmt: skip
_SHARPENED = {"zh": "Z", "ch": "C", "sh": "S"}
_LETTER_NAMES = """ei Bi Si Di Yi eFu Ji eiQ ai Jei Kei eL eM eN ou Pi Kiu aR eS Ti You Wei DaBuLYou eKS Wai Zi"""
_LETTERS = dict(zip("abcdefghijklmnopqrstuvwxyz", _LETTER_NAMES.split(), strict=True))
# English spelling to sound, longest first.
_SPELLINGS: Mapping[str, str] = {
    "tch": "Q", "sch": "S", "igh": "ai", "eigh": "ei", "ough": "ao", "tion": "XN", "sion": "XN", "dge": "J", "que": "K",
    "ph": "F", "ch": "Q", "sh": "X", "th": "S", "ck": "K", "qu": "KW", "wh": "W", "wr": "R", "kn": "N", "gh": "G",
    "ng": "N", "ee": "i", "ea": "i", "ie": "i", "oo": "u", "ou": "ou", "ow": "ao", "ai": "ei", "ay": "ei", "ei": "ei",
    "ey": "i", "oa": "o", "oi": "oi", "oy": "oi", "au": "ao", "aw": "ao", "ew": "iu", "ue": "u", "x": "KS", "q": "K",
    "ce": "Se", "ci": "Si", "cy": "Sai", "ge": "Je", "gi": "Ji", "gy": "Ji", "c": "K", "j": "J", "y": "i", "z": "Z",
    "v": "V", "w": "W",
}  # fmt: skip
_SPELLING = re.compile("|".join(sorted(_SPELLINGS, key=len, reverse=True)) + "|[a-z]")
_LONG_VOWEL = re.compile(r"([aeiou])([bdfgklmnprstvz])e$")
_LONG = {"a": "ei", "e": "i", "i": "ai", "o": "ou", "u": "iu"}
_NATO = {
    "alpha": "a", "alfa": "a", "bravo": "b", "charlie": "c", "delta": "d", "echo": "e", "foxtrot": "f", "golf": "g",
    "hotel": "h", "india": "i", "juliet": "j", "juliett": "j", "kilo": "k", "lima": "l", "mike": "m", "november": "n",
    "oscar": "o", "papa": "p", "quebec": "q", "romeo": "r", "sierra": "s", "tango": "t", "uniform": "u", "victor": "v",
    "whiskey": "w", "whisky": "w", "xray": "x", "yankee": "y", "zulu": "z",
}  # fmt: skip
# What English recognisers write for letters and digits; read so only where the words around are of the same kind.
HEARD_LETTERS = {
    "bee": "b", "be": "b", "see": "c", "sea": "c", "dee": "d", "gee": "g", "jee": "g", "aitch": "h", "age": "h",
    "eye": "i",
    "jay": "j", "kay": "k", "okay": "k", "el": "l", "ell": "l", "hell": "l", "em": "m", "am": "m", "en": "n",
    "and": "n",
    "oh": "0", "owe": "o", "pea": "p", "pee": "p", "queue": "q", "cue": "q", "are": "r", "our": "r", "ar": "r",
    "ess": "s",
    "tea": "t", "tee": "t", "you": "u", "vee": "v", "we": "v", "ex": "x", "axe": "x", "why": "y", "zed": "z",
    "zee": "z",
    "eff": "f", "if": "f", "ef": "f", "hey": "a", "eh": "a", "for": "4", "fore": "4", "to": "2", "too": "2", "ate": "8",
    "won": "1", "tree": "3", "free": "3", "sex": "6", "sics": "6", "niner": "9", "nein": "9", "fife": "5",
    "nought": "0", "nil": "0",
}  # fmt: skip
_PINYIN_BRANDS = frozenset(["xiaomi", "huawei", "meizu", "hisense", "haier", "midea", "gree"])
_COARSE = str.maketrans("RBDGHJQXZCVWM", "LPTKKSSSSSFFN", "aeiou")
_DOUBLE_U = re.compile(r"\b(?:double|doubleyou|dubya|double-)[ -]?(?:you|u|yew)\b")
_AS_IN = re.compile(r"\b([a-z]) (?:for|as in|like) [a-z]{2,15}\b")
_REPEATED = re.compile(r"\b(double|triple) ([0-9a-z])\b")


def sounds_of_words(words: tuple[str, ...]) -> str:
    """Return how words sound one after another.

    >>> sounds_of_words(("小", "米")) == sounds_of_words(("xiaomi",)), sounds_of_words(("x", "6"))
    (True, 'eKS6')
    """
    return "".join(_sounds(words))


def spelt(text: str) -> str:
    """Write letters and digits that were spoken by name as themselves, where they stand in company.

    >>> spelt("kay eff are three five gee"), spelt("a for apple nine")
    ('k f r three five g', 'a nine')
    """
    text = _AS_IN.sub(r"\1", _DOUBLE_U.sub("w", text.lower()))
    text = _REPEATED.sub(lambda match: " ".join([match[2]] * (2 if match[1] == "double" else 3)), text)
    words = text.split(" ")
    written = [_NATO.get(word, HEARD_LETTERS.get(word, word)) for word in words]
    lonely = [not _has_company(written, words, at) for at in range(len(words))]
    return " ".join(word if alone else new for word, new, alone in zip(words, written, lonely, strict=True))


def _has_company(written: list[str], words: list[str], at: int) -> bool:
    if words[at] in _NATO or len(words[at]) == 1:
        return True
    beside = [written[near] for near in (at - 1, at + 1) if 0 <= near < len(written)]
    return any(len(word) == 1 or word.isdigit() or words_of(word) != (word,) for word in beside)


def _sounds(words: tuple[str, ...]) -> Iterator[str]:
    for word in words:
        if word[0].isdigit():
            yield word.replace(".", "")
        elif not word.isascii():
            yield _han_sound(word)
        elif len(word) == 1:
            yield _LETTERS[word]
        else:
            yield _latin_sound(word)


def syllables_of(text: str) -> tuple[str, ...]:
    """Return the pinyin of each character, without tones; empty where it has none.

    >>> syllables_of("艾斯")
    ('ai', 'si')
    """
    return tuple(_syllables().get(character, "") for character in text)


def letter_named(sounds: str) -> str:
    """Return the letter whose name sounds so, or nothing.

    >>> letter_named(sounds_of_words(("ay",))), letter_named(sounds_of_words(("ee",)))
    ('a', 'e')
    """
    return _letters_by_sound().get(sounds, "")


@cache
def _letters_by_sound() -> dict[str, str]:
    """Sound letters by name; the glide before a vowel is not always written."""
    return {sound: letter for letter, name in _LETTERS.items() for sound in (name, name.removeprefix("Y"))}


def coarse_of(sounds: str) -> str:
    """Keep the classes of consonants alone: what survives most recognisers.

    >>> coarse_of(sounds_of_words(("诺", "特"))) == coarse_of(sounds_of_words(("note",)))
    True
    """
    return sounds.translate(_COARSE)


@lru_cache(maxsize=16_384)
def _latin_sound(word: str) -> str:
    if word in _brand_sounds():
        return _brand_sounds()[word]
    vowels = sum(letter in "aeiouy" for letter in word)
    if not vowels or (len(word) <= 3 and vowels == 0):
        return "".join(_LETTERS[letter] for letter in word)
    word = re.sub(r"([bcdfgklmnprstvz])\1", r"\1", word)
    word = _LONG_VOWEL.sub(lambda match: f"{match[1].upper()}{match[2]}", word)
    pieces = _SPELLING.findall(word.lower()) if word.islower() else _long_pieces(word)
    sounds = "".join(piece if piece[0].isupper() or piece in _LONG.values() else _sound_of(piece) for piece in pieces)
    return sounds if sounds else word.upper()


def _long_pieces(word: str) -> list[str]:
    """Split before the long vowel that a silent e behind the consonant makes."""
    head, vowel, tail = word[:-2], word[-2].lower(), word[-1]
    return [*_SPELLING.findall(head), _LONG[vowel], tail]


def _sound_of(piece: str) -> str:
    sound = _SPELLINGS.get(piece)
    if sound is not None:
        return sound
    return piece if piece in "aeiou" else piece.upper()


def _han_sound(word: str) -> str:
    return "".join(_pinyin_sound(_syllables().get(character, "")) for character in word)


@cache
def _pinyin_sound(syllable: str) -> str:
    initial = _INITIALS.match(syllable)
    head = initial.group() if initial else ""
    final = _FINALS.get(syllable[len(head) :], syllable[len(head) :])
    return _SHARPENED.get(head, head.upper()) + final


@cache
def _syllables() -> dict[str, str]:
    table = (files("nlp") / "extraction" / "pinyin.txt").read_text(encoding="utf-8")
    rows = (line.split(" ") for line in table.splitlines())
    return {character: syllable for syllable, characters in rows for character in characters}


@cache
def _brand_sounds() -> dict[str, str]:
    """Sound the brands that are Chinese words by their Chinese: Xiaomi does not begin like an x."""
    return {brand: _han_sound(written) for written, brand in BRANDS.items() if brand in _PINYIN_BRANDS}
