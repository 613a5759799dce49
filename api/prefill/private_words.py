"""Find in what was said the numbers that a recording must not give away: payment cards, identity numbers, passports.

A transcript in; out the stretches of sound in which they are said, and the transcript without them. Numbers may be
written or read out digit by digit, across pauses, in Chinese or English; each side is read on its own, so an "uh-huh"
in between parts nothing. Recall goes before precision: so many digits in a row are covered whatever they are, because
one misheard digit hides a card from its check digit. Names, addresses and telephone numbers are left as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from api.prefill.parts import joiner
from api.schemas.prefill import TranscriptBody
from nlp.extraction.spoken import read_spoken
from nlp.personal import MOST_CHARS, PersonalKind, personal_spans
from speech.records import Segment, Stretch, Transcript, Word

KINDS: tuple[PersonalKind, ...] = ("bank_card", "resident_id", "passport")
LONG_NUMBER = re.compile(r"\d(?:[\s,.，、-]{0,3}\d){12,}")
"""Thirteen digits: the shortest payment card. Order numbers of eleven and telephone numbers stay."""
MARGIN_S = 0.3
"""Whisper's word times are off by some tenths of a second; a consonant before them is told by its sound."""
GONE = "***"


@dataclass(frozen=True, slots=True)
class _Spoken:
    """A word's place in its side's text."""

    start: int
    end: int
    word: Word


def private_stretches(transcript: Transcript) -> tuple[Stretch, ...]:
    """Return what to cover, in order, none overlapping."""
    found: list[Stretch] = []
    for channel in sorted({segment.channel for segment in transcript.segments}):
        for words in _private_runs(transcript.segments, channel):
            end_s = min(transcript.duration_s, words[-1].word.end_s + MARGIN_S)
            found.append(Stretch(max(0.0, words[0].word.start_s - MARGIN_S), end_s))
    return _joined(sorted(found, key=lambda one: one.start_s))


def without_private(transcript: Transcript) -> Transcript:
    """Return the transcript with *** in place of each word of such a number."""
    gone = {
        (channel, spoken.word.start_s, spoken.word.end_s)
        for channel in {segment.channel for segment in transcript.segments}
        for words in _private_runs(transcript.segments, channel)
        for spoken in words
    }
    return replace(transcript, segments=tuple(_masked(segment, gone) for segment in transcript.segments))


def spoken_of(body: TranscriptBody) -> Transcript:
    """Return a transcript as it was, from the shape it is kept in."""
    segments = tuple(
        Segment(
            segment.start_s,
            segment.end_s,
            segment.text,
            segment.confidence,
            tuple(Word(word.start_s, word.end_s, word.text, word.confidence) for word in segment.words),
            channel=segment.channel,
            speaker=segment.speaker,
        )
        for segment in body.segments
    )
    return Transcript(body.language, body.engine, body.duration_s, segments, tuple(body.warnings))


def _private_runs(segments: Sequence[Segment], channel: int) -> Iterator[list[_Spoken]]:
    """Yield the words of each number that a side says."""
    text, words = _said(segments, channel)
    for start, end in _spans(text):
        run = [spoken for spoken in words if spoken.start < end and spoken.end > start]
        if run:
            yield run


def _said(segments: Sequence[Segment], channel: int) -> tuple[str, list[_Spoken]]:
    text, words = "", list[_Spoken]()
    for segment in segments:
        if segment.channel != channel:
            continue
        for word in segment.words or (Word(segment.start_s, segment.end_s, segment.text, segment.confidence),):
            said = word.text.strip()
            if said:
                text += joiner(text, said) if text else ""
                words.append(_Spoken(len(text), len(text) + len(said), word))
                text += said
    return text, words


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for at in range(0, len(text), MOST_CHARS):
        part = text[at : at + MOST_CHARS]
        for span in personal_spans(part, kinds=KINDS):
            yield at + span.start, at + span.end
        view = read_spoken(part)
        for match in LONG_NUMBER.finditer(view.text):
            start, end = view.span(*match.span())
            yield at + start, at + end


def _joined(stretches: Sequence[Stretch]) -> tuple[Stretch, ...]:
    joined: list[Stretch] = []
    for stretch in stretches:
        if joined and stretch.start_s <= joined[-1].end_s:
            last = joined.pop()
            stretch = Stretch(last.start_s, max(last.end_s, stretch.end_s))
        joined.append(stretch)
    return tuple(joined)


def _masked(segment: Segment, gone: set[tuple[int, float, float]]) -> Segment:
    def is_gone(start_s: float, end_s: float) -> bool:
        return (segment.channel, start_s, end_s) in gone

    if not segment.words:
        return replace(segment, text=GONE) if is_gone(segment.start_s, segment.end_s) else segment
    if not any(is_gone(word.start_s, word.end_s) for word in segment.words):
        return segment
    words = tuple(replace(word, text=GONE) if is_gone(word.start_s, word.end_s) else word for word in segment.words)
    text = ""
    for word in words:
        text += (joiner(text, word.text.strip()) if text else "") + word.text.strip()
    return replace(segment, text=text, words=words)
