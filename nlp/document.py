"""Compose messages, transcript words and page lines into one Document, and point back from a span to its evidence.

In: Parts. Out: a Document whose origins say which characters came from which part; Evidence that quotes the source.
It does not know fields, and it never changes a character.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from nlp.records import Box, Document, DocumentTooLarge, Evidence, Origin, Part

MAX_DOCUMENT_CHARS = 1_000_000
"""A working day of speech is about 150,000 characters (8 h at 300 a minute); a million bounds memory
to tens of megabytes."""


def compose(
    parts: Iterable[Part],
    *,
    locale: str = "",
    reference_time: datetime | None = None,
    region: str = "CN",
) -> Document:
    """Join parts into one text that still knows where each character came from.

    Raises DocumentTooLarge beyond MAX_DOCUMENT_CHARS; ValueError for a reference time without a zone.
    """
    if reference_time is not None and reference_time.tzinfo is None:
        raise ValueError("reference_time has no time zone: give an offset, e.g. 2026-11-22T10:00:00+08:00")
    pieces: list[str] = []
    origins: list[Origin] = []
    length = 0
    for part in parts:
        if not part.text:
            continue
        joiner = part.joiner if origins else ""
        start = length + len(joiner)
        length = start + len(part.text)
        if length > MAX_DOCUMENT_CHARS:
            raise DocumentTooLarge(
                f"{part.source}: the texts together exceed {MAX_DOCUMENT_CHARS:,} characters; send fewer"
            )
        pieces += (joiner, part.text)
        origins.append(Origin(start, length, part))
    return Document("".join(pieces), tuple(origins), locale, reference_time, region)


@dataclass(frozen=True, slots=True)
class _Cut:
    """The piece [start, end) of one origin's own text."""

    origin: Origin
    start: int
    end: int


def origins_of(document: Document, start: int, end: int) -> tuple[Origin, ...]:
    """Return the origins that [start, end) touches, in order."""
    found: list[Origin] = []
    for at in range(_first_at(document, start), len(document.origins)):
        origin = document.origins[at]
        if origin.start >= end:
            break
        if origin.end > start:
            found.append(origin)
    return tuple(found)


def _first_at(document: Document, start: int) -> int:
    return max(bisect_right(document.origins, start, key=attrgetter("start")) - 1, 0)


def _cuts(document: Document, start: int, end: int) -> Sequence[_Cut]:
    return [
        _Cut(origin, max(start, origin.start) - origin.start, min(end, origin.end) - origin.start)
        for origin in origins_of(document, start, end)
    ]


def evidence_of(document: Document, start: int, end: int) -> tuple[Evidence, ...]:
    """Point from [start, end) of the document to its sources, one Evidence for each source (and page) it touches."""
    cuts = _cuts(document, start, end)
    grouped = groupby(cuts, key=lambda cut: (cut.origin.part.source, cut.origin.part.kind, cut.origin.part.page))
    evidence: list[Evidence] = []
    for _, group in grouped:
        evidence.extend(_evidence_of_source(document, list(group)))
    return tuple(evidence)


def _evidence_of_source(document: Document, cuts: list[_Cut]) -> Iterable[Evidence]:
    part = cuts[0].origin.part
    if part.kind == "text":  # each message counts its own characters
        for cut in cuts:
            quote = cut.origin.part.text[cut.start : cut.end]
            yield Evidence(part.source, "text", quote, start=cut.start, end=cut.end)
        return
    quote = document.text[cuts[0].origin.start + cuts[0].start : cuts[-1].origin.start + cuts[-1].end]
    if part.kind == "audio":
        starts = [cut.origin.part.start_s for cut in cuts if cut.origin.part.start_s is not None]
        ends = [cut.origin.part.end_s for cut in cuts if cut.origin.part.end_s is not None]
        speaker = part.role if part.role != "unknown" else ""
        yield Evidence(
            part.source,
            "audio",
            quote,
            start_s=min(starts, default=None),
            end_s=max(ends, default=None),
            speaker=speaker,
        )
        return
    boxes = [cut.origin.part.box for cut in cuts if cut.origin.part.box is not None]
    yield Evidence(part.source, "image", quote, page=part.page, box=_union(boxes))


def _union(boxes: Sequence[Box]) -> Box | None:
    """Return the one box, or the upright rectangle around several."""
    if len(boxes) <= 1:
        return boxes[0] if boxes else None
    xs = [x for box in boxes for x, _ in box]
    ys = [y for box in boxes for _, y in box]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    return ((left, top), (right, top), (right, bottom), (left, bottom))
