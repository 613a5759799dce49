"""Messages, transcripts and pages in, the Parts of one nlp Document out.
Knows where each came from, not what it means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from api.prefill.spoken_numbers import number_variants, with_spoken_numbers
from api.schemas.prefill import Message
from nlp.records import Part, Role, Variant
from speech.records import Segment, Transcript
from vision.records import Line, Page

ELEMENT_KINDS = ("iso15434", "data_identifiers", "wifi")
"""Codes whose values stand in no text that a field's labels would find."""
_FIELDS = {"model": "device_model"}
MIN_SHARE = 0.01
"""Of what was read; a smaller one would say that nothing was."""
_ROLES = ("customer", "agent")


def message_parts(messages: Iterable[Message]) -> Iterator[Part]:
    """Yield a part a message; a message without id is m1, m2, ... by its place."""
    for number, message in enumerate(messages, start=1):
        yield Part(text=message.text, source=message.id or f"m{number}", kind="text", role=message.role)


def transcript_parts(transcript: Transcript, *, source: str) -> Iterator[Part]:
    """Yield a part a word, so that evidence points to the second; a segment without words is one part."""
    for segment in transcript.segments:
        yield from _segment_parts(segment, source)


def _segment_parts(segment: Segment, source: str) -> Iterator[Part]:
    role = cast(Role, segment.speaker if segment.speaker in _ROLES else "unknown")
    if not segment.words:
        (number,) = segment.numbers if len(segment.numbers) == 1 else (None,)
        yield Part(
            text=segment.text,
            source=source,
            kind="audio",
            role=role,
            start_s=segment.start_s,
            end_s=segment.end_s,
            confidence=segment.confidence,
            variants=() if number is None else number_variants(segment.text, segment.confidence, number),
        )
        return
    before = ""
    for said in with_spoken_numbers(segment):
        text = said.text.strip()
        if not text:
            continue
        yield Part(
            text=text,
            source=source,
            kind="audio",
            role=role,
            joiner=joiner(before, text),
            start_s=said.start_s,
            end_s=said.end_s,
            confidence=said.confidence,
            variants=said.variants,
        )
        before = text


def joiner(before: str, text: str) -> str:
    """Return a line break before the first word of a segment, nothing beside a Chinese character, a space else."""
    if not before:
        return "\n"
    return " " if before[-1] < "\u2e80" and text[0] < "\u2e80" else ""


def _variants(line: Line) -> Iterator[Variant]:
    for doubt in line.doubts:
        for rival in doubt.rivals:
            yield Variant(doubt.start, doubt.end, rival.text, rival.share / max(doubt.share, MIN_SHARE))


def page_parts(page: Page) -> Iterator[Part]:
    """Yield a part a line, then a part a code; of a code made of named elements a part each value, named by its GS1
    application identifier or by the field it is. A Wi-Fi card's secret is none of them."""
    for line in page.lines:
        yield Part(
            text=line.text,
            source=page.name,
            kind="image",
            page=page.page,
            box=line.box,
            confidence=line.confidence,
            variants=tuple(_variants(line)),
        )
    for code in page.codes:
        elements = code.gs1 or (code.values if code.kind in ELEMENT_KINDS else {})
        named = {f"{code.symbology}:{_FIELDS.get(name, name)}": value for name, value in elements.items()}
        for symbology, text in (named or {code.symbology: code.text}).items():
            yield Part(text=text, source=page.name, kind="image", page=page.page, box=code.box, symbology=symbology)
