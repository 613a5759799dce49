"""What a small recogniser must know to hear the names of a catalogue: their words' sounds, and which follows which.

In: names, the dictionary of the recogniser. Out: a dictionary file and a bigram model in ARPA format, for pocketsphinx.
Words that the dictionary lacks sound by the matcher's own spelling rules. It hears nothing itself.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from nlp.extraction.catalogue_sounds import sounds_of_words, syllables_of

DISCOUNT = 0.4
"""Taken from every count of a pair for pairs that were not met: half way between trust and doubt, not tuned."""
MAX_SAID = 6  # ways to say the numbers of one name that are counted
_PIECE = re.compile(r"[a-z]+|[0-9]+|\+|[\u4e00-\u9fff]")
_PHONES = re.compile(r"ai|ei|ou|ao|oi|iu|[A-Za-z]")
_ARPABET = {
    "ai": "AY", "ei": "EY", "ou": "OW", "ao": "AW", "oi": "OY", "iu": "Y UW", "a": "AE", "e": "EH", "i": "IY",
    "o": "OW", "u": "UW", "B": "B", "C": "CH", "D": "D", "F": "F", "G": "G", "H": "HH", "J": "JH", "K": "K", "L": "L",
    "M": "M", "N": "N", "P": "P", "Q": "CH", "R": "R", "S": "S", "T": "T", "V": "V", "W": "W", "X": "SH", "Y": "Y",
    "Z": "Z", "w": "W",
}  # fmt: skip
_ONES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_TEENS = ["ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_HAN_DIGITS = "零一二三四五六七八九"
_VERBATIM_LETTERS = 3
# Mandarin: a consonant that no vowel follows takes the vowel that Chinese writes it with.
_HELPED = {
    "B": "b u", "C": "ch ib", "D": "d e", "F": "f u", "G": "g e", "H": "h e", "J": "zh ib", "K": "k e", "L": "l e",
    "M": "m u", "P": "p u", "Q": "q i", "R": "r", "S": "s if", "T": "t e", "V": "w u", "X": "sh ib", "Z": "z if",
    "W": "w u", "Y": "y i",
}  # fmt: skip
_INITIAL = {"C": "ch", "J": "j", "Q": "q", "V": "w", "X": "x", "R": "l"}
_FINAL = {"a": "a", "e": "ei", "i": "i", "o": "uo", "u": "u", "ai": "ai", "ei": "ei", "ou": "ou", "ao": "ao",
          "oi": "uo", "iu": "iu", "w": "u"}  # fmt: skip
_ALONE = {"a": "as a", "e": "es ei", "i": "y i", "o": "os ou", "u": "w u", "ai": "as ai", "ei": "es ei", "ou": "os ou",
          "ao": "as ao", "oi": "os ou", "iu": "y iu", "w": "w u"}  # fmt: skip


def said_ways(name: str, *, language: str) -> Iterator[tuple[str, ...]]:
    """Yield the ways a name may be said, in words."""
    ways: list[tuple[str, ...]] = [()]
    for piece in _PIECE.findall(name.lower()):
        said = _piece_ways(piece, language=language)
        ways = [(*way, *words) for way in ways for words in said][:MAX_SAID]
    yield from ways


def _piece_ways(piece: str, *, language: str) -> list[tuple[str, ...]]:
    if piece == "+":
        return [("plus",)]
    if piece.isdigit():
        return _number_ways_zh(piece) if language == "zh" else _number_ways_en(piece)
    is_letters = piece.isascii() and (len(piece) == 1 or not set(piece) & set("aeiouy"))
    if is_letters or (piece.isascii() and len(piece) <= _VERBATIM_LETTERS and piece in {"se", "fe", "lte", "eu", "us"}):
        return [tuple(piece)]
    return [(piece,)]


def _number_ways_en(digits: str) -> list[tuple[str, ...]]:
    ways = [tuple(_ONES[int(digit)] for digit in digits)]
    if len(digits) == 2 and digits[0] != "0":
        ways.insert(0, _two_digits_en(digits))
    if len(digits) == 3 and digits[0] != "0":
        rest = digits[1:]
        tail = () if rest == "00" else (_two_digits_en(rest) if rest[0] != "0" else (_ONES[int(rest[1])],))
        ways.insert(0, (_ONES[int(digits[0])], "hundred", *tail))
    if len(digits) == 4 and digits[0] != "0":
        if digits[1:3] == "00":
            ways.insert(0, (_ONES[int(digits[0])], "thousand", _ONES[int(digits[3])]))
        ways.insert(0, (*_two_digits_en(digits[:2]), *_two_digits_en(digits[2:])))
    return ways


def _two_digits_en(digits: str) -> tuple[str, ...]:
    tens, ones = int(digits[0]), int(digits[1])
    if tens == 1:
        return (_TEENS[ones],)
    return (_TENS[tens], _ONES[ones]) if ones else (_TENS[tens],)


def _number_ways_zh(digits: str) -> list[tuple[str, ...]]:
    ways = [tuple(_HAN_DIGITS[int(digit)] for digit in digits)]
    if len(digits) == 2 and digits[0] != "0":
        tens, ones = _HAN_DIGITS[int(digits[0])], _HAN_DIGITS[int(digits[1])]
        ways.insert(0, tuple(f"{'' if tens == '一' else tens}十{'' if ones == '零' else ones}"))
    return ways


def english_phones(word: str) -> str:
    """Sound a word that no dictionary lists.

    >>> english_phones("xiaomi")
    'SH AW M IY'
    """
    return " ".join(_ARPABET[sound] for sound in _PHONES.findall(sounds_of_words((word,))) if sound in _ARPABET)


def mandarin_phones(word: str) -> str:
    """Sound a Latin word as a speaker of Mandarin does.

    >>> mandarin_phones("note"), mandarin_phones("pro")
    ('n ou t e', 'p u l uo')
    """
    sounds = _PHONES.findall(sounds_of_words((word,)))
    phones: list[str] = []
    at = 0
    while at < len(sounds):
        sound, following = sounds[at], sounds[at + 1] if at + 1 < len(sounds) else ""
        if sound[0].islower():
            phones.append(_ALONE[sound])
        elif following and following[0].islower():
            phones.append(f"{_INITIAL.get(sound, sound.lower())} {_FINAL[following]}")
            at += 1
        elif sound == "N":
            phones.append("en" if phones else "n en")
        else:
            phones.append(_HELPED.get(sound, ""))
        at += 1
    return " ".join(phone for phone in phones if phone)


def read_dictionary(path: Path) -> dict[str, list[str]]:
    """Read word and phones, alternatives marked "(2)"."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phones = line.split()
        found[word.partition("(")[0]].append(" ".join(phones))
    return found


def write_model(names: Iterable[str], known: Mapping[str, Sequence[str]], folder: Path, *, language: str) -> None:
    """Write words.dict and words.lm for these names."""
    said = [way for name in names for way in said_ways(name, language=language) if way]
    words = sorted({word for way in said for word in way})
    by_syllable: dict[str, str] = {}
    if language == "zh":
        for word in known:
            if len(word) == 1:
                by_syllable.setdefault(syllables_of(word)[0], word)
    lines = []
    for word in words:
        phones = [*known.get(word, known.get(f"{word.upper()}.", ()))]
        if not phones and not word.isascii():
            phones = list(known.get(by_syllable.get(syllables_of(word)[0], ""), ()))
        if not phones and word.isascii():
            phones = [mandarin_phones(word) if language == "zh" else english_phones(word)]
        for number, sound in enumerate(dict.fromkeys(phones), start=1):
            lines.append(f"{word}{'' if number == 1 else f'({number})'} {sound}")
    (folder / "words.dict").write_text("\n".join(lines) + "\n", encoding="utf-8")
    spoken = {line.split(" ")[0].partition("(")[0] for line in lines}
    (folder / "words.lm").write_text(_arpa([[w for w in way if w in spoken] for way in said]), encoding="utf-8")


def _arpa(said: Sequence[Sequence[str]]) -> str:
    singles: Counter[str] = Counter()
    pairs: dict[str, Counter[str]] = defaultdict(Counter)
    for way in said:
        marked = ["<s>", *way, "</s>"]
        singles.update(marked[1:])
        for one, other in pairwise(marked):
            pairs[one][other] += 1
    total = sum(singles.values())
    lines = ["\\data\\", f"ngram 1={len(singles) + 1}", f"ngram 2={sum(map(len, pairs.values()))}", "", "\\1-grams:"]
    for word in ["<s>", *sorted(singles)]:
        after = pairs.get(word)
        kept = DISCOUNT * len(after) / sum(after.values()) if after else 1.0
        chance = -99.0 if word == "<s>" else math.log10(singles[word] / total)
        lines.append(f"{chance:.4f} {word} {math.log10(kept):.4f}")
    lines += ["", "\\2-grams:"]
    for one in sorted(pairs):
        count = sum(pairs[one].values())
        lines += [f"{math.log10((n - DISCOUNT) / count):.4f} {one} {two}" for two, n in sorted(pairs[one].items())]
    return "\n".join([*lines, "", "\\end\\", ""])
