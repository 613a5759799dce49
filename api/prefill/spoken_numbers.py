"""Numbers that were heard twice, on their way into the ticket's text.

In: a segment, its words and the `SpokenNumber`s heard in it. Out: its words, those of such a number made one, whose
text stays the recogniser's and whose variants are what the second hearing took it for: the door by which a record
decides between doubtful readings of pictures, too (`nlp.extraction.recorded_readings`). It does not know fields.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from nlp.records import Variant
from speech.records import Segment, SpokenNumber, Word
from speech.spoken_digits.number_words import Run, digits_of, runs_of

MIN_CONFIDENCE = 0.01


@dataclass(frozen=True, slots=True)
class Said:
    """A word, or a whole number."""

    text: str
    start_s: float
    end_s: float
    confidence: float
    variants: tuple[Variant, ...] = ()


def with_spoken_numbers(segment: Segment) -> Iterator[Said]:
    """Yield the words of a segment, each number that was heard twice as one."""
    numbers = {run: number for run in runs_of(segment.words) if (number := _number_of(run, segment)) is not None}
    at = 0
    for run, number in numbers.items():
        yield from map(_word, segment.words[at : run.first])
        yield _said(segment.words[run.first : run.last], run, number)
        at = run.last
    yield from map(_word, segment.words[at:])


def number_variants(text: str, confidence: float, number: SpokenNumber) -> tuple[Variant, ...]:
    """Return what a number may be instead of the text that was chosen for it."""
    readings = ((number.digits, number.confidence), *number.alternatives)
    base = max(confidence, MIN_CONFIDENCE)
    return tuple(Variant(0, len(text), digits, min(1.0, share / base)) for digits, share in readings if digits != text)


def _number_of(run: Run, segment: Segment) -> SpokenNumber | None:
    """Return the number that lies within the run's words."""
    start_s, end_s = segment.words[run.first].start_s, segment.words[run.last - 1].end_s
    for number in segment.numbers:
        middle_s = (number.start_s + number.end_s) / 2
        if start_s <= middle_s < end_s:
            return number
    return None


def _said(words: tuple[Word, ...], run: Run, number: SpokenNumber) -> Said:
    """Return a number as the recogniser wrote it, so that evidence quotes it, with the other hearing's readings."""
    likely = 1.0
    for word in words:  # each digit has to be right; a written word is as sure as the least sure heard one
        likely *= word.confidence ** max(1, len(digits_of(word.text)))
    texts = [word.text.strip() for word in words]
    text = ("" if any(character >= "\u2e80" for character in "".join(texts)) else " ").join(texts)
    readings = ((number.digits, number.confidence), *number.alternatives)
    base = max(likely, MIN_CONFIDENCE)
    variants = tuple(
        Variant(0, len(text), digits, min(1.0, share / base)) for digits, share in readings if digits != run.digits
    )
    confidence = sum(word.confidence for word in words) / len(words)
    return Said(text, words[0].start_s, words[-1].end_s, confidence, variants)


def _word(word: Word) -> Said:
    return Said(word.text, word.start_s, word.end_s, word.confidence)
