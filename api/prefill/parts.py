"""Messages, transcripts and pages in, the Parts of one nlp Document out.
Knows where each came from, not what it means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast

from api.schemas.prefill import Message
from nlp.records import Part, Role
from speech.records import Segment, Transcript
from vision.records import Page

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
        yield Part(
            text=segment.text,
            source=source,
            kind="audio",
            role=role,
            start_s=segment.start_s,
            end_s=segment.end_s,
            confidence=segment.confidence,
        )
        return
    before = ""
    for word in segment.words:
        text = word.text.strip()
        if not text:
            continue
        yield Part(
            text=text,
            source=source,
            kind="audio",
            role=role,
            joiner=_joiner(before, text),
            start_s=word.start_s,
            end_s=word.end_s,
            confidence=word.confidence,
        )
        before = text


def _joiner(before: str, text: str) -> str:
    """Return a line break before the first word of a segment, nothing beside a Chinese character, a space else."""
    if not before:
        return "\n"
    return " " if before[-1] < "\u2e80" and text[0] < "\u2e80" else ""


def page_parts(page: Page) -> Iterator[Part]:
    """Yield a part a line, then a part a code; of a GS1 code a part each value, named by its application identifier."""
    for line in page.lines:
        yield Part(
            text=line.text, source=page.name, kind="image", page=page.page, box=line.box, confidence=line.confidence
        )
    for code in page.codes:
        named = {f"{code.symbology}:{identifier}": value for identifier, value in code.gs1.items()}
        for symbology, text in (named or {code.symbology: code.text}).items():
            yield Part(text=text, source=page.name, kind="image", page=page.page, box=code.box, symbology=symbology)
