"""How a text sounds, unit by unit: a Chinese character by its pinyin, an English word by its spelling, a letter and a
digit as themselves.

In: heard text or a term. Out: units with their place and their sounds: capitals for single letters, figures for digits
("eighty" is 80, 十四 is 14), small letters for sounds. Sounds that are mixed up often are one: zh and z, n and l,
ang and an; s and z, t and d. It hears no tones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from speech.itn.edits import plain
from speech.itn.en_numerals import DIGITS, ONES, TEENS, TENS
from speech.itn.wetext_numbers import en_figures, zh_figures
from speech.itn.zh_numerals import FIGURE, figures_one_by_one

UnitKind = Literal["han", "word", "letter", "digit", "mark"]


@dataclass(frozen=True, slots=True)
class Unit:
    """Characters [start, end) and their sounds; a mark has none."""

    start: int
    end: int
    sounds: str
    kind: UnitKind


_DIGIT_WORDS = DIGITS | {"oh": "0"}
_TOKEN = re.compile(
    r"(?P<zh_number>[零一二两三四五六七八九十百]{2,}(?=[^千万亿]|$))|(?P<zh_digit>[零一二两三四五六七八九十幺洞拐])"
    r"|(?P<mark>[ -]?(?:斜杠|斜线|横杠|杠|-|/|(?<![a-z])(?:dash|hyphen|slash)(?![a-z]))[ ]?)"
    r"|(?P<han>[\u4e00-\u9fff])|(?P<figure>\d)"
    rf"|(?<![a-z])(?P<group>(?:{ONES}) (?:hundred|thousand)|(?:{TENS})(?:[ -](?:{ONES}))?|{TEENS})(?![a-z])"
    rf"|(?<![a-z])(?:(?P<times>double|triple) )?(?P<digit>{'|'.join(_DIGIT_WORDS)})(?![a-z])"
    r"|(?<![a-z])(?P<letter>double u|[a-z])(?![a-z])|(?P<word>[a-z]+(?:'[a-z]+)?)"
)
_INITIALS = re.compile(r"zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]")
_MIXED_INITIALS = {"zh": "z", "ch": "c", "sh": "s", "n": "l"}
_MIXED_FINALS = {
    "ang": "an", "eng": "en", "ing": "in", "iang": "ian", "uang": "uan", "ong": "on", "iong": "ion", "un": "un",
}  # fmt: skip
# English spellings, longest first; a capital would be a letter, so every sound is small.
_SPELLINGS: Mapping[str, str] = {
    "eigh": "e", "ough": "o", "tion": "sn", "sion": "sn", "igh": "y", "tch": "c", "sch": "s", "dge": "j", "que": "k",
    "ph": "f", "ch": "c", "sh": "s", "th": "t", "ck": "k", "qu": "kw", "wh": "w", "wr": "r", "kn": "n", "gh": "g",
    "ee": "i", "ea": "i", "ie": "i", "oo": "u", "ou": "o", "ow": "o", "ai": "e", "ay": "e", "ei": "e", "ey": "i",
    "oa": "o", "oi": "oi", "oy": "oi", "au": "o", "aw": "o", "ew": "u", "ue": "u", "ce": "se", "ci": "si", "cy": "sy",
    "x": "ks", "q": "k", "c": "k", "z": "s", "d": "t", "v": "f", "y": "y",
}  # fmt: skip
_SPELLING = re.compile("|".join(sorted(_SPELLINGS, key=len, reverse=True)) + "|[a-z]")
_LONG_VOWEL = re.compile(r"([aiou])([bcdfgklmnprstvz])e$")
_LONG = {"a": "e", "i": "y", "o": "o", "u": "u"}
_DOUBLED = re.compile(r"(.)\1+")
_FINAL_Y = re.compile(r"(?<=[bcdfghklmnprstvz])y$")


def units_of(text: str) -> tuple[Unit, ...]:
    """Return a text's units, in order.

    >>> [unit.sounds for unit in units_of("w f one eighty")], [unit.sounds for unit in units_of("小米十四")]
    (['W', 'F', '1', '80'], ['xiao', 'mi', '14'])
    >>> "".join(unit.sounds for unit in units_of("robo rock")) == "".join(unit.sounds for unit in units_of("roborock"))
    True
    """
    return tuple(_units(plain(text)))


def _units(text: str) -> Iterator[Unit]:
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        said = match.group()
        if match["han"]:
            yield Unit(start, end, syllable(said), "han")
        elif match["zh_number"]:
            is_count = not {"十", "百"}.isdisjoint(said)
            sounds = (zh_figures(said) if is_count else None) or figures_one_by_one(said.replace("十", "10"))
            yield Unit(start, end, sounds, "digit")
        elif match["zh_digit"] or match["figure"]:
            yield Unit(start, end, "10" if said == "十" else FIGURE.get(said, said), "digit")
        elif match["digit"]:
            times = {"double": 2, "triple": 3}.get(match["times"] or "", 1)
            yield Unit(start, end, _DIGIT_WORDS[match["digit"]] * times, "digit")
        elif match["group"]:
            yield Unit(start, end, en_figures(said) or "", "digit")
        elif match["letter"]:
            yield Unit(start, end, "W" if said.startswith("double") else said.upper(), "letter")
        elif match["word"]:
            yield Unit(start, end, word_sounds(said), "word")
        else:
            yield Unit(start, end, "", "mark")


@cache
def _readings() -> dict[str, str]:
    readings: dict[str, str] = {}
    for line in files("speech.sounding").joinpath("pinyin.txt").read_text(encoding="utf-8").splitlines():
        pinyin, _, characters = line.partition(" ")
        initial = match.group() if (match := _INITIALS.match(pinyin)) else ""
        final = pinyin.removeprefix(initial)
        sounds = _MIXED_INITIALS.get(initial, initial) + _MIXED_FINALS.get(final, final)
        readings |= dict.fromkeys(characters, sounds)
    return readings


def syllable(character: str) -> str:
    """Return a character's sounds; a rare one stands for itself.

    >>> syllable("张") == syllable("占"), syllable("力")
    (True, 'li')
    """
    return _readings().get(character, character)


@lru_cache(maxsize=20_000)
def word_sounds(word: str) -> str:
    """Return how an English word sounds, roughly, by its spelling.

    >>> word_sounds("dyson"), word_sounds("dice") + word_sounds("on"), word_sounds("philips"), word_sounds("fillips")
    ('tyson', 'tyson', 'filips', 'filips')
    """
    word = _FINAL_Y.sub("i", word.replace("'", ""))
    word = _LONG_VOWEL.sub(lambda match: _LONG[match[1]] + match[2].replace("c", "s"), word)
    sounds = _SPELLING.sub(lambda match: _SPELLINGS.get(match.group(), match.group()), word)
    sounds = _DOUBLED.sub(r"\1", sounds)
    return sounds[:-1] if len(sounds) > 3 and sounds.endswith("e") else sounds
