"""The step after recognition: what was heard becomes what is written, known terms first, then numbers and codes.

In: a segment, and the terms worth looking for. Out: the segment with its written text, `heard` beside it where they
differ, and words that keep their seconds: a written word begins with the first heard word it was made of, ends with the
last, and is as sure as the least sure of them. It hears nothing, and writes nothing where nothing was heard.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from speech.hotwords import Found, Hotwords, compile_hotwords
from speech.itn import Edit, write_spoken
from speech.itn.write import apply
from speech.records import Replacement, Segment, Word
from speech.sounding.windows import Span

MAX_TERMS = 5_000
"""A large catalogue's models; so many were measured at less than 5 ms an utterance (training.eval_written)."""


@dataclass(frozen=True, slots=True)
class WrittenWord:
    """What is written for the heard words [first, last)."""

    text: str
    first: int
    last: int


def write_segments(segments: Sequence[Segment], *, terms: Sequence[str] = ()) -> tuple[Segment, ...]:
    """Write segments; `terms` beyond the first MAX_TERMS are not looked for."""
    hotwords = compiled(tuple(terms[:MAX_TERMS]))
    return tuple(write_segment(segment, hotwords=hotwords) for segment in segments)


@lru_cache(maxsize=8)
def compiled(terms: tuple[str, ...]) -> Hotwords:
    """Compile terms once for as long as the same are asked for."""
    return compile_hotwords(terms)


def write_segment(segment: Segment, *, hotwords: Hotwords) -> Segment:
    """Write one segment.

    >>> said = [Word(0, 1, "order", 0.9), Word(1, 2, "four", 0.8), Word(2, 3, "oh", 0.5), Word(3, 4, "four", 0.9)]
    >>> written = write_segment(Segment(0, 4, "order four oh four", 0.8, tuple(said)), hotwords=compiled(()))
    >>> written.text, written.heard, [(word.text, word.start_s, word.confidence) for word in written.words]
    ('order 404', 'order four oh four', [('order', 0, 0.9), ('404', 1, 0.5)])
    """
    text, spans = _laid_out(segment)
    found = hotwords.find(text, sure=_sure_spans(segment, spans))
    written = write_spoken(text, settled=[one.edit for one in found])
    if not written.edits:
        return segment
    return replace(
        segment,
        text=written.text,
        words=tuple(_timed(word, segment.words) for word in written_words(text, spans, written.edits)),
        heard=segment.text,
        replaced=tuple(_replacement(one, text, spans, segment) for one in found),
    )


def written_words(heard: str, spans: Sequence[Span], edits: Sequence[Edit]) -> Iterator[WrittenWord]:
    """Yield the written words: heard words that share an edit become one.

    >>> edits = [Edit(0, 7, "20", "number")]
    >>> [(word.text, word.first, word.last) for word in written_words("two ten ok", [(0, 3), (4, 7), (8, 10)], edits)]
    [('20', 0, 2), ('ok', 2, 3)]
    """
    pending = list(edits)
    first = 0
    while first < len(spans):
        start, end = spans[first]
        last, inside = first + 1, []
        while pending and pending[0].start < end:
            edit = pending.pop(0)
            if edit.end <= start:
                continue
            inside.append(edit)
            start, end = min(start, edit.start), max(end, edit.end)
            while last < len(spans) and spans[last][0] < end:
                end = max(end, spans[last][1])
                last += 1
        moved = [replace(edit, start=edit.start - start, end=edit.end - start) for edit in inside]
        yield WrittenWord(apply(heard[start:end], moved).strip(), first, last)
        first = last


def _laid_out(segment: Segment) -> tuple[str, list[Span]]:
    """Return a segment's text and where its words stand in it; words that are not the text's are set out anew."""
    spans: list[Span] = []
    at = 0
    for word in segment.words:
        text = word.text.strip()
        start = segment.text.find(text, at)
        if start < 0:
            return _joined(segment.words)
        at = start + len(text)
        spans.append((start, at))
    return segment.text, spans


def _joined(words: Sequence[Word]) -> tuple[str, list[Span]]:
    text, spans = "", []
    for word in words:
        said = word.text.strip()
        text += " " if text and said and text[-1] < "\u2e80" and said[0] < "\u2e80" else ""
        spans.append((len(text), len(text) + len(said)))
        text += said
    return text, spans


SURE = 0.9
"""A word that the recogniser is so sure of is not replaced by one that only sounds alike; Whisper's right words are
mostly above, pocketsphinx's probabilities never are."""


def _sure_spans(segment: Segment, spans: Sequence[Span]) -> list[Span]:
    return [span for word, span in zip(segment.words, spans, strict=True) if word.confidence >= SURE]


def _timed(word: WrittenWord, words: Sequence[Word]) -> Word:
    part = words[word.first : word.last]
    return Word(part[0].start_s, part[-1].end_s, word.text, min(one.confidence for one in part))


def _replacement(found: Found, text: str, spans: Sequence[Span], segment: Segment) -> Replacement:
    edit = found.edit
    inside = [
        word for word, (start, end) in zip(segment.words, spans, strict=True) if start < edit.end and end > edit.start
    ]
    return Replacement(
        heard=text[edit.start : edit.end],
        written=edit.written,
        score=found.score,
        start_s=inside[0].start_s if inside else segment.start_s,
        end_s=inside[-1].end_s if inside else segment.end_s,
    )
