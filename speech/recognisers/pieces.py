"""Pieces that a recogniser spells with become words: sentence pieces ("▁he", "llo"), joined ones ("leak@@", "ing") and
Chinese characters, which are words of their own.

In: pieces with the second at which each begins. Out: words in time order within their stretch, as sure as their least
sure piece. The recognisers that spell so tell no ends: an end is where the next word begins, or a syllable later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from math import inf

from speech.records import Segment, Stretch, Word

SYLLABLE_S = 0.4
"""No piece lasts longer: speech has two and a half syllables a second where it is slowest."""
UNTOLD = 0.5
"""Confidence of every word where the recogniser tells none: neither trusted nor doubted."""
JOINS = "@@"
STARTS = ("▁", " ")
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
TAG = re.compile(r"<\|?[^<>|]{1,40}\|?>")  # <|zh|>, <unk>


@dataclass(frozen=True, slots=True)
class Piece:
    at_s: float
    text: str
    confidence: float = UNTOLD


@dataclass(slots=True)
class _Open:
    """A word that may still grow."""

    pieces: list[Piece] = field(default_factory=list)
    text: str = ""
    is_joined: bool = False


def words_of(pieces: Sequence[Piece], stretch: Stretch) -> tuple[Word, ...]:
    """Return the words of one stretch; times are of the recording.

    Examples
    --------
    >>> pieces = [Piece(0.0, "▁he"), Piece(0.2, "llo"), Piece(0.5, "空"), Piece(0.7, "调")]
    >>> [(word.text, word.start_s, word.end_s) for word in words_of(pieces, Stretch(0.0, 1.0))]
    [('hello', 0.0, 0.5), ('空', 0.5, 0.7), ('调', 0.7, 1.0)]
    """
    grown = list(_grown(pieces))
    following_s = [*(one.pieces[0].at_s for one in grown[1:]), *([inf] if grown else [])]
    return tuple(
        Word(
            start_s=_within(one.pieces[0].at_s, stretch),
            end_s=_within(min(next_s, one.pieces[-1].at_s + SYLLABLE_S), stretch),
            text=one.text,
            confidence=min(piece.confidence for piece in one.pieces),
        )
        for one, next_s in zip(grown, following_s, strict=True)
    )


def spoken_text(words: Sequence[Word]) -> str:
    """Write words down: a space between two that are not Chinese.

    Examples
    --------
    >>> spoken_text([Word(0, 1, text, 0.5) for text in ("the", "leak", "空", "调", "e", "5")])
    'the leak空调e 5'
    """
    text = ""
    for word in words:
        needs_space = text and not HAN.match(text[-1]) and not HAN.match(word.text)
        text += f" {word.text}" if needs_space else word.text
    return text


def segment_of(words: Sequence[Word]) -> Segment:
    """Return the segment of words said in one go, at least one, as sure as they are on average."""
    confidence = sum(word.confidence for word in words) / len(words)
    return Segment(words[0].start_s, words[-1].end_s, spoken_text(words), confidence, tuple(words))


def _grown(pieces: Sequence[Piece]) -> Iterator[_Open]:
    """Yield whole words. Where pieces are joined by their ends ("leak@@"), one that is not joined is whole."""
    is_by_ends = any(piece.text.endswith(JOINS) for piece in pieces)
    word = _Open()
    for piece in pieces:
        if TAG.fullmatch(piece.text.strip()):
            continue
        said = piece.text.strip("▁ ").removesuffix(JOINS)
        is_new = piece.text.startswith(STARTS) or bool(HAN.match(said) or HAN.match(word.text))
        if word.text and (is_new or (is_by_ends and not word.is_joined)):
            yield word
            word = _Open()
        word.pieces.append(piece)
        word.text += said
        word.is_joined = piece.text.endswith(JOINS)
    if word.text:
        yield word


def _within(at_s: float, stretch: Stretch) -> float:
    return min(max(at_s, stretch.start_s), stretch.end_s)
