"""Known terms found in what was heard: device models, product names, codes of the customer's own orders.

In: up to 5,000 terms, compiled once; then heard text. Out: edits that write the term for words that sound like it, each
with its score. Precision first: a code must sound the same sign by sign and stand alone; a name must sound the same, or
nearly where it is long; ordinary words are what was said, unless several together only make sense as the name.
It does not know which term the customer means, only which was heard.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein

from speech.itn.edits import Edit
from speech.sounding.sounds import Unit, units_of
from speech.sounding.windows import GAPS, MIN_HAN, Span, Term, Utterance, Window

MAX_TERM_CHARS = 60
"""A longer term is a sentence, not a name."""
LONGEST_INITIALS = 4
"""HDMI; longer words in capitals are shouted, or words."""
_VOWELS = frozenset("aeiouy")
MAX_UNITS = 24
"""A model read out sign by sign has at most so many: KFR-72GW/NhAa1BAj has 16."""
MIN_CODE_SOUNDS = 3
MIN_NEAR_SOUNDS = 5
"""A shorter name's neighbours are other words: Oppo, hope, hop."""
MIN_NEAR_CONSONANTS_SOUNDS = 7
"""From so many sounds on a consonant may differ, too; below a vowel: "dison"."""
_SOUNDED_VOWELS = frozenset("aeiouy")


@dataclass(frozen=True, slots=True)
class Found:
    """An edit that writes a term, and how alike they sound: 1 where no sound differs."""

    edit: Edit
    score: float


@dataclass(frozen=True, slots=True)
class Hotwords:
    """Compiled terms."""

    by_sounds: Mapping[str, Term]
    near: Mapping[str, tuple[Term, ...]]  # by sounds less any one
    lengths: frozenset[int]

    def find(self, heard: str, *, sure: Sequence[Span] = ()) -> tuple[Found, ...]:
        """Return the terms that were heard, in their order, none touching another.

        Parameters
        ----------
        sure
            Characters that the recogniser is sure of: no name that only sounds alike is written there.

        Examples
        --------
        >>> hotwords = compile_hotwords(["WF180", "格力", "Roborock"])
        >>> [found.edit.written for found in hotwords.find("my w f one eighty and the robo rock")]
        ['WF180', 'Roborock']
        >>> [found.edit.written for found in hotwords.find("我家各力空调")], hotwords.find("这个力度")
        (['格力'], ())
        """
        if not self.by_sounds:
            return ()
        found = sorted(self._all(heard, sure), key=_rank)
        kept: list[Found] = []
        for one in found:
            if all(one.edit.end <= other.edit.start or one.edit.start >= other.edit.end for other in kept):
                kept.append(one)
        return tuple(sorted(kept, key=lambda one: one.edit.start))

    def _all(self, heard: str, sure: Sequence[Span]) -> Iterator[Found]:
        utterance = Utterance(heard, tuple(_spelled(heard)), tuple(sure))
        units, longest = utterance.units, max(self.lengths) + 1
        for first in range(len(units)):
            sounds = ""
            for last in range(first, min(first + MAX_UNITS, len(units))):
                if last > first and heard[units[last - 1].end : units[last].start] not in GAPS:
                    break
                sounds += units[last].sounds
                if len(sounds) > longest:
                    break
                if units[first].kind != "mark" and units[last].kind != "mark":
                    yield from self._heard_as(sounds, Window(utterance, first, last + 1))

    def _heard_as(self, sounds: str, window: Window) -> Iterator[Found]:
        term = self.by_sounds.get(sounds)
        if term is not None:
            if window.text != term.text and window.may_be(term):
                yield Found(Edit(window.start, window.end, term.text, "term"), 1.0)
            return
        if len(sounds) < MIN_NEAR_SOUNDS or not window.may_be_near():
            return
        for key in _less_one(sounds):
            for near in self.near.get(key, ()):
                score = _likeness(near.sounds, sounds)
                if score and window.may_be_near(near):
                    yield Found(Edit(window.start, window.end, near.text, "term"), score)


def compile_hotwords(terms: Iterable[str]) -> Hotwords:
    """Compile terms; those that are too short, too long or nothing but digits are left out, the first of a sound stays.

    >>> sorted(compile_hotwords(["KFR-35GW", "LG", "12345", "戴森"]).by_sounds)
    ['KFR35GW', 'daisen']
    """
    by_sounds: dict[str, Term] = {}
    near: dict[str, list[Term]] = defaultdict(list)
    for text in terms:
        term = _term(text.strip())
        if term is None or term.sounds in by_sounds:
            continue
        by_sounds[term.sounds] = term
        if len(term.sounds) >= MIN_NEAR_SOUNDS and not term.sounds.isupper():
            for key in _less_one(term.sounds):
                near[key].append(term)
    lengths = frozenset(map(len, by_sounds))
    return Hotwords(by_sounds, {key: tuple(members) for key, members in near.items()}, lengths)


def _term(text: str) -> Term | None:
    if not text or len(text) > MAX_TERM_CHARS:
        return None
    units = [unit for unit in _spelled(text) if unit.kind != "mark"]
    sounds = "".join(unit.sounds for unit in units)
    has_digit = any(unit.kind == "digit" for unit in units)
    is_code = has_digit or all(unit.kind == "letter" for unit in units)
    least = MIN_CODE_SOUNDS if is_code else MIN_HAN
    han = sum(unit.kind == "han" for unit in units)
    if len(sounds) < least or sounds.isdigit() or len(units) > MAX_UNITS or 0 < han == len(units) < MIN_HAN:
        return None
    return Term(text, sounds, is_code, han)


def _spelled(text: str) -> Iterator[Unit]:
    """Yield a text's units; capitals and words without a vowel are letters said one by one: KFR-35GW, "wf eighty"."""
    for unit in units_of(text):
        said = text[unit.start : unit.end]
        beside = text[max(0, unit.start - 1) : unit.start] + text[unit.end : unit.end + 1]
        is_short = said.isupper() and (len(said) <= LONGEST_INITIALS or any(map(str.isdigit, beside)))
        if unit.kind == "word" and (is_short or (len(said) <= LONGEST_INITIALS and _VOWELS.isdisjoint(said.lower()))):
            for at, letter in enumerate(said.upper(), start=unit.start):
                yield Unit(at, at + 1, letter, "letter")
        else:
            yield unit


def _less_one(sounds: str) -> set[str]:
    """Return the sounds, and the sounds less any one that is no digit and no letter."""
    return {sounds} | {sounds[:at] + sounds[at + 1 :] for at, sound in enumerate(sounds) if sound.islower()}


def _likeness(term: str, heard: str) -> float:
    """Return how alike two keys are, 0 where more than one sound differs or a digit or letter does."""
    edits = list(Levenshtein.editops(term, heard))
    if len(edits) != 1 or term[0] != heard[0] or term[-1] != heard[-1]:
        return 0.0
    edit = edits[0]
    changed = [term[edit.src_pos]] if edit.tag != "insert" else []
    changed += [heard[edit.dest_pos]] if edit.tag != "delete" else []
    may_change = str.islower if len(term) >= MIN_NEAR_CONSONANTS_SOUNDS else _SOUNDED_VOWELS.__contains__
    return 1 - 1 / len(term) if all(map(may_change, changed)) else 0.0


def _rank(found: Found) -> tuple[float, int, int]:
    return -found.score, found.edit.start - found.edit.end, found.edit.start
