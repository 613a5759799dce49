"""A catalogue's own words by their sound: "普罗" is "pro" where the catalogue has one, "诺特" is "note".

In: the words of its names. Out: for a stretch of syllables or a sounded word, the words it may be, each with what the
difference costs. Costs are about -log of a chance, in the steps of one clear difference. It does not read sentences.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from rapidfuzz.distance import Levenshtein

from nlp.extraction.catalogue_sounds import coarse_of, sounds_of_words, syllables_of
from nlp.extraction.catalogue_words import BRANDS, SAID_EN, SAID_ZH, WEAK_WORDS

BY_SOUND = 0.5
CONSONANT, CLASS, VOWEL = 0.5, 1.2, 0.35
"""A consonant of the same class, one of another class or too many, a vowel."""
MAX_SOUND_COST = 3.2
RARE = 0.12
HOMOPHONE = 0.6
MAX_CANDIDATES_BY_SOUND = 4
MIN_LOOSE = 3  # a key of two consonant classes has none to spare, but for a liquid at its end
ALOUD = {"加": "plus"}
_ROMAN = {"ii": "2", "iii": "3", "iv": "4"}
_SYLLABLE = re.compile(r"[bcdfghjklmnpqrstvwxyz][aeiou]|[a-z]{3,}")
_LIQUIDS = "LN"
_CONSONANTS = re.compile(r"[^A-Z0-9]+")
_VOWELS = re.compile(r"[^a-z]+")
_VERSIONS = "全网通 移动 联通 电信 公开 国际 国行 海外 双卡 单卡 标准 普通 定制 双网通 版"
Said = tuple[tuple[str, ...], float]  # words, cost
_Entry = tuple[tuple[str, ...], str, str, str, float]  # words, classes, consonants, vowels, rarity


def fuzzy(syllable: str) -> str:
    """Fold what half of the speakers of Chinese do not tell apart.

    >>> fuzzy("zhang"), fuzzy("xing")
    ('zan', 'xin')
    """
    if syllable[1:2] == "h":
        syllable = syllable[0] + syllable[2:]
    return syllable.removesuffix("g") if syllable.endswith("ng") else syllable


class Lexicon:
    """Words by sound. Immutable after construction but for a store of what was looked up; threads may share it."""

    def __init__(self, names: Iterable[tuple[str, ...]]) -> None:
        self.counts: Counter[str] = Counter()
        self.pairs: set[tuple[str, str]] = set()
        for words in names:
            self.counts.update(words)
            self.pairs.update(pairwise(words))
        self._loudest = max(self.counts.values(), default=1)
        self._by_class: dict[str, list[_Entry]] = defaultdict(list)
        self._characters: dict[str, list[str]] = defaultdict(list)
        self._phrases: dict[tuple[str, ...], tuple[str, ...]] = {}
        for word in self.counts:
            if word.isascii() and word.isalpha() and len(word) > 1:
                self._put((word,), sounds_of_words((word,)))
        for written, meant in {**SAID_EN, **SAID_ZH, **BRANDS, **ALOUD}.items():
            self._put_alias(written, tuple(meant.split()))
        for phrase in _VERSIONS.split():
            self._phrases[tuple(map(fuzzy, syllables_of(phrase)))] = ()
        for character in {*self.counts, *WEAK_WORDS}:
            if len(character) == 1 and not character.isascii():
                self._characters[fuzzy(syllables_of(character)[0])].append(character)
        self.spelt = {word: word for word in self.counts if word.isascii() and word.isalpha() and len(word) <= 4}
        self.spelt.update({roman: digit for roman, digit in _ROMAN.items() if digit in self.counts})
        self.openings = frozenset(word[:end] for word in self.spelt for end in range(1, len(word) + 1))

    def __contains__(self, word: object) -> bool:
        return word in self.counts

    def _put_alias(self, written: str, meant: tuple[str, ...]) -> None:
        if any(word not in self.counts for word in meant):
            return
        if not written.isascii():
            self._phrases[tuple(map(fuzzy, syllables_of(written)))] = meant
        elif meant and meant[0] not in _ROMAN.values() and _SYLLABLE.fullmatch(written.replace(" ", "")):
            self._put(meant, sounds_of_words(tuple(written.split())))

    def _put(self, words: tuple[str, ...], sounds: str) -> None:
        coarse = coarse_of(sounds)
        rare = RARE * math.log(self._loudest / self.counts[words[0]])
        entry = (words, coarse, _CONSONANTS.sub("", sounds), _VOWELS.sub("", sounds), rare)
        for key in _with_one_less(coarse) if coarse else ():
            self._by_class[key].append(entry)
        if len(coarse) == MIN_LOOSE - 1 and coarse[-1] in _LIQUIDS:
            self._by_class[coarse[:-1]].append(entry)

    def phrase(self, syllables: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the words of a phrase that sounds so; empty for one that says nothing."""
        return self._phrases.get(syllables)

    def characters(self, written: str, syllable: str) -> Iterator[Said]:
        """Yield the catalogue's characters that sound so."""
        for character in self._characters.get(syllable, ()):
            yield (character,), 0.0 if character == written else HOMOPHONE

    def by_sound(self, sounds: str) -> list[Said]:
        """Return the words that sound nearly so, best first."""
        coarse, consonants, vowels = coarse_of(sounds), _CONSONANTS.sub("", sounds), _VOWELS.sub("", sounds)
        near = {entry for key in _with_one_less(coarse) for entry in self._by_class.get(key, ())}
        found: list[Said] = []
        for words, other, others, their_vowels, rare in near:
            classes = Levenshtein.distance(coarse, other)
            cost = BY_SOUND + CLASS * classes + VOWEL * Levenshtein.distance(vowels, their_vowels) + rare
            cost += CONSONANT * max(Levenshtein.distance(consonants, others) - classes, 0)
            if cost <= MAX_SOUND_COST:
                found.append((words, cost))
        found.sort(key=lambda one: one[1])
        return found[:MAX_CANDIDATES_BY_SOUND]


def _with_one_less(key: str) -> set[str]:
    """Return a key and, where it is long enough, the keys that lack one symbol of it."""
    if len(key) < MIN_LOOSE:
        return {key}
    return {key, *(key[:at] + key[at + 1 :] for at in range(len(key)))}
