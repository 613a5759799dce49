"""Read what a recogniser wrote as words of the catalogue: "宏米诺特幺二破五鸡" is redmi note 12 pro 5g.

In: a text as a recogniser wrote it, the catalogue's lexicon. Out: the cheapest row of words, and its cost a word. Each
character or English word may be itself, a part of a number, the name of a letter, a homophone, or with its neighbours a
word of the catalogue by sound; which words follow one another in the catalogue's names decides. What is none of these
stays as it was written and costs. It does not know which names exist.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.cardinals import EN_ONES, EN_TENS
from nlp.extraction.catalogue_lexicon import Lexicon, Said, fuzzy
from nlp.extraction.catalogue_sounds import HEARD_LETTERS, letter_named, sounds_of_words, syllables_of
from nlp.extraction.catalogue_spelling import LETTER_BY_SYLLABLES, LONGEST_LETTER
from nlp.extraction.catalogue_words import read_numeral, words_of
from nlp.text import fold

MAX_ATOMS = 40
MAX_HAN_IN_WORD, MAX_LATIN_IN_WORD = 5, 3
"""盖拉克西 writes galaxy in four syllables, longer words take five; recognisers split a word in three at most."""
A_WORD, UNKNOWN, LETTER, OTHER_LETTER, NUMBER_WORD, STRANGE_NUMBER = 1.0, 2.6, 0.4, 1.0, 0.4, 1.2
FOLLOWS, UNSAID_POINT = 0.9, 0.2
MAX_LETTER_NAME = 3
MAX_DIGITS_IN_NUMBER = 6
BEAM = 8
_ATOM = re.compile(r"[a-z]+|[0-9]|[\u3400-\u9fff]|\+|(?<=[0-9])\.(?=[0-9])")
_HAN_NUMBER = re.compile(r"(?:[一二三四五六七八九]百零?)?[一二三四五六七八九]?十?[一二三四五六七八九]?")
MAX_HAN_IN_NUMBER = 5
_PHONE_DIGITS = str.maketrans("幺洞拐勾两", "10792")
_HAN_DIGIT = {character: str(digit) for digit, character in enumerate("零一二三四五六七八九")}
_DIGIT_WORDS = {"o": "0"} | {word: digit for word, digit in HEARD_LETTERS.items() if digit.isdigit()}
_SAME_NAME = {"i": "a", "a": "i", "1": "e", "e": "1", "r": "a"}
_TENS_HUNDREDS = frozenset("十百")
_POINTS = frozenset([".", "点", "point"])
_GENERATIONS = frozenset("2345")


_Named = tuple[int, str, float]  # where it ends, what is written, its cost


@dataclass(frozen=True, slots=True)
class Heard:
    words: tuple[str, ...]
    cost: float  # a word


@dataclass(slots=True)
class _Lattice:
    """Edges from each atom: where they end, the words, the cost."""

    edges: list[list[tuple[int, tuple[str, ...], float]]]

    def put(self, start: int, end: int, words: tuple[str, ...], cost: float) -> None:
        self.edges[start].append((end, words, cost))


def read_heard(text: str, lexicon: Lexicon) -> Heard:
    """Return the cheapest words."""
    atoms = _ATOM.findall(fold(text).text.lower().translate(_PHONE_DIGITS))[:MAX_ATOMS]
    if not atoms:
        return Heard((), 0.0)
    lattice = _Lattice([[] for _ in atoms])
    syllables = [fuzzy(syllables_of(atom)[0]) if atom > "\u3400" else "" for atom in atoms]
    for at, atom in enumerate(atoms):
        lattice.put(at, at + 1, (atom,), UNKNOWN)
        if syllables[at]:
            _put_han(lattice, atoms, syllables, at, lexicon)
        elif atom.isalpha():
            _put_latin(lattice, atoms, at, lexicon)
        elif atom == "+":
            lattice.put(at, at + 1, ("plus",), 0.0)
    letters = [list(_letters_at(atoms, at)) for at in range(len(atoms))]
    for at in range(len(atoms)):
        _put_letters(lattice, letters, at, lexicon)
    _put_numbers(lattice, atoms, letters, lexicon)
    return _cheapest(lattice, lexicon)


def _put_han(lattice: _Lattice, atoms: list[str], syllables: list[str], at: int, lexicon: Lexicon) -> None:
    for words, cost in lexicon.characters(atoms[at], syllables[at]):
        lattice.put(at, at + 1, words, cost)
    end = at
    while end < len(atoms) and syllables[end] and end - at < MAX_HAN_IN_WORD:
        end += 1
        phrase = lexicon.phrase(tuple(syllables[at:end]))
        if phrase is not None:
            lattice.put(at, end, phrase, 0.1)
        for words, cost in lexicon.by_sound(sounds_of_words(tuple(atoms[at:end]))):
            lattice.put(at, end, words, cost)


def _put_latin(lattice: _Lattice, atoms: list[str], at: int, lexicon: Lexicon) -> None:
    atom = atoms[at]
    for words in {words_of(atom), (atom,)}:
        if all(word in lexicon for word in words):
            lattice.put(at, at + 1, words, 0.0)
    if atom not in lexicon:
        for middle in range(1, len(atom)):
            if atom[:middle] in lexicon and atom[middle:] in lexicon and max(middle, len(atom) - middle) > 2:
                lattice.put(at, at + 1, (atom[:middle], atom[middle:]), 0.4)
    end = at
    while end < len(atoms) and atoms[end].isascii() and atoms[end].isalpha() and end - at < MAX_LATIN_IN_WORD:
        end += 1
        for words, cost in _sounding(atoms[at:end], lexicon):
            lattice.put(at, end, words, cost)


def _sounding(words: list[str], lexicon: Lexicon) -> Iterator[Said]:
    joined = "".join(words)
    if joined in lexicon and len(words) > 1:
        yield (joined,), 0.1
    if len(joined) > 1:
        yield from lexicon.by_sound(sounds_of_words(tuple(words)))


def _letters_at(atoms: list[str], at: int) -> Iterator[tuple[int, str, float]]:
    """Yield the letters that may be named here, and where the name ends."""
    atom = atoms[at]
    if atom > "\u3400":
        syllables = syllables_of("".join(atoms[at : at + LONGEST_LETTER]))
        for length in range(1, len(syllables) + 1):
            letter = LETTER_BY_SYLLABLES.get(syllables[:length], "").lower()
            if letter:
                yield at + length, letter, LETTER
                if letter in _SAME_NAME:
                    yield at + length, _SAME_NAME[letter], OTHER_LETTER
    elif atom == "double" and atoms[at + 1 : at + 2] in (["you"], ["u"]):
        yield at + 2, "w", LETTER
    elif len(atom) == 1 and atom.isalpha():
        yield at + 1, atom, 0.0
        if atom in _SAME_NAME:
            yield at + 1, _SAME_NAME[atom], OTHER_LETTER
    elif atom in HEARD_LETTERS:
        yield at + 1, HEARD_LETTERS[atom], LETTER
    elif len(atom) <= MAX_LETTER_NAME and (letter := letter_named(sounds_of_words((atom,)))):
        yield at + 1, letter, LETTER


def _put_letters(lattice: _Lattice, letters: list[list[_Named]], at: int, lexicon: Lexicon) -> None:
    """Put single letters, and the short words that are said letter by letter."""
    open_ways = [("", at, 0.0)]
    while open_ways:
        written, here, cost = open_ways.pop()
        if written in lexicon.spelt:
            lattice.put(at, here, (lexicon.spelt[written],), cost)
        if here < len(letters):
            for end, letter, more in letters[here]:
                if written + letter in lexicon.openings:
                    open_ways.append((written + letter, end, cost + more))


def _digits_at(atoms: list[str], at: int) -> Iterator[tuple[int, str, float]]:
    """Yield the numbers that may begin here, read one way."""
    atom = atoms[at]
    if atom.isdigit() and atom.isascii():
        yield at + 1, atom, 0.0
    elif atom > "\u3400":
        if atom in _HAN_DIGIT:
            yield at + 1, _HAN_DIGIT[atom], 0.0
        run = "".join(atoms[at : at + MAX_HAN_IN_NUMBER])
        for end in range(1, len(run) + 1):
            if set(run[:end]) & _TENS_HUNDREDS and _HAN_NUMBER.fullmatch(run[:end]):
                yield at + end, read_numeral(run[:end]), 0.0
    elif atom in EN_ONES:
        yield at + 1, str(EN_ONES[atom]), 0.0
    elif atom in EN_TENS:
        yield at + 1, str(EN_TENS[atom]), 0.0
        ones = EN_ONES.get(atoms[at + 1], 0) if at + 1 < len(atoms) else 0
        if 0 < ones < 10:
            yield at + 2, str(EN_TENS[atom] + ones), 0.0
    elif atom in _DIGIT_WORDS:
        yield at + 1, _DIGIT_WORDS[atom], NUMBER_WORD


def _put_numbers(lattice: _Lattice, atoms: list[str], letters: list[list[_Named]], lexicon: Lexicon) -> None:
    """Put what neighbouring numbers make together: 二零二五 is 2025, "five gee" is 5g."""
    readings = [list(_digits_at(atoms, at)) for at in range(len(atoms))]
    for at in range(len(atoms)):
        open_ways, met = [("", at, 0.0)], {("", at)}
        while open_ways:
            written, here, cost = open_ways.pop()
            if written:
                lattice.put(at, here, (written,), cost + (0.0 if written in lexicon else STRANGE_NUMBER))
            if written in _GENERATIONS and here < len(atoms):
                for end, letter, more in letters[here]:
                    if letter == "g":
                        lattice.put(at, end, (f"{written}g",), cost + more / 2)
            for longer, end, more in _longer(written, here, atoms, readings, lexicon):
                if (longer, end) not in met:
                    met.add((longer, end))
                    open_ways.append((longer, end, cost + more))


def _longer(
    written: str, here: int, atoms: list[str], readings: list[list[_Named]], lexicon: Lexicon
) -> Iterator[tuple[str, int, float]]:
    """Yield the number with what follows it; the point of a decimal may be left unsaid where the catalogue has it."""
    is_point = here < len(atoms) and atoms[here] in _POINTS
    if here + is_point >= len(atoms) or len(written) >= MAX_DIGITS_IN_NUMBER:
        return
    for end, digits, more in readings[here + is_point]:
        if not is_point:
            yield written + digits, end, more
        if written and "." not in written and f"{written}.{digits}" in lexicon:
            yield f"{written}.{digits}", end, more + (0.0 if is_point else UNSAID_POINT)


def _cheapest(lattice: _Lattice, lexicon: Lexicon) -> Heard:
    size = len(lattice.edges)
    best: list[dict[str, tuple[float, tuple[str, ...]]]] = [defaultdict() for _ in range(size + 1)]
    best[0][""] = (0.0, ())
    for at in range(size):
        arrived = sorted(best[at].items(), key=lambda one: one[1][0])[:BEAM]
        for end, words, price in lattice.edges[at]:
            for last, (cost, before) in arrived:
                total, previous = cost + price, last
                for word in words:
                    total += A_WORD - (FOLLOWS if (previous, word) in lexicon.pairs else 0.0)
                    previous = word
                known = best[end].get(previous)
                if known is None or total < known[0]:
                    best[end][previous] = (total, before + words)
    cost, words = min(best[size].values(), key=lambda one: one[0])
    return Heard(words, cost / max(len(words), 1))
