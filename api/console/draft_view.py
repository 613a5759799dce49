"""Lay a draft out for people: the response and what is kept of its sources in, rows for the templates out.

Every piece of evidence gets a number; the same number marks the text, the stretch of sound or the box that it is about.
It decides nothing about values, and writes no HTML.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from api.console.call_view import CallView, call_view
from api.console.marks import Span, Stretch, marked
from api.prefill.kept_media import Kept, KeptRecording
from api.prefill.waveform import COLUMNS, LANE_HEIGHT, path_of
from api.schemas.prefill import (
    Box,
    Check,
    DraftField,
    Evidence,
    Feedback,
    Message,
    PageBody,
    PrefillResponse,
    PromiseSeen,
    SpokenSegment,
    TranscriptBody,
)

FLOOR_ENGINE = "sphinx:"
ISO_MOMENT = re.compile(r"(?P<day>\d{4}-\d\d-\d\d)(?P<time>T\d\d:\d\d:\d\d)?")
STATUS_ORDER = ("conflict", "suggest", "auto", "missing")
EVIDENCE_SPEAKERS = ("customer", "agent")  # voices that are only numbered stand in no evidence
"""What needs a person's eye stands first."""


@dataclass(frozen=True, slots=True)
class EvidenceView:
    number: int
    field: str
    label: str
    body: Evidence

    @property
    def time(self) -> str:
        return clock(self.body.start_s or 0.0)


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a conflict, or one of several that are offered; `detail` is how a person knows it."""

    value: str
    percent: int
    detail: str
    evidence: tuple[EvidenceView, ...]


@dataclass(frozen=True, slots=True)
class FieldView:
    name: str
    label: str
    value: str | None
    shown: str
    status: str
    percent: int
    evidence: tuple[EvidenceView, ...]
    checks: tuple[Check, ...]
    sides: tuple[Side, ...]
    offered: tuple[Side, ...] = ()  # what the records know of this customer, where nobody said which
    detail: str = ""
    verdict: Feedback | None = None
    promise: PromiseSeen | None = None

    @property
    def final(self) -> str:
        """Return what stands in the box that a person edits."""
        return (self.verdict.final if self.verdict else None) or self.value or ""


@dataclass(frozen=True, slots=True)
class MessageView:
    id: str
    role: str
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Region:
    """Evidence on the waveform, in columns."""

    evidence: EvidenceView
    x: float
    width: float
    lane: int


@dataclass(frozen=True, slots=True)
class SegmentView:
    start_s: float
    time: str
    speaker: str
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class RecordingView:
    name: str
    engine: str
    duration_s: float
    stored: str  # "" where the sound is not kept
    lanes: tuple[str, ...]  # SVG paths
    lane_names: tuple[str, ...]
    regions: tuple[Region, ...]
    segments: tuple[SegmentView, ...]
    call: CallView | None = None
    columns: int = COLUMNS
    lane_height: float = LANE_HEIGHT


@dataclass(frozen=True, slots=True)
class BoxView:
    evidence: EvidenceView
    points: str
    pin_x: float
    pin_y: float


@dataclass(frozen=True, slots=True)
class PageView:
    name: str
    page: int
    width: int
    height: int
    stored: str
    quality: tuple[str, ...]
    boxes: tuple[BoxView, ...]


@dataclass(frozen=True, slots=True)
class DraftView:
    response: PrefillResponse
    fields: tuple[FieldView, ...]
    evidence: tuple[EvidenceView, ...]
    messages: tuple[MessageView, ...]
    recordings: tuple[RecordingView, ...]
    pages: tuple[PageView, ...]
    is_kept: bool
    is_speech_on_floor: bool


def clock(seconds: float) -> str:
    """Write a position in a recording.

    >>> clock(75.4)
    '1:15'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def view_of(
    response: PrefillResponse,
    kept: Kept | None,
    *,
    labels: Mapping[str, str],
    verdicts: Mapping[str, Feedback] = MappingProxyType({}),
) -> DraftView:
    """Lay a draft out; `labels` name its fields for people, `verdicts` are what people decided about them."""
    fields = sorted(response.fields.items(), key=lambda item: STATUS_ORDER.index(item[1].status))
    evidence = _numbered(fields, labels=labels)
    known = kept or Kept()
    recordings = {recording.file: recording for recording in known.recordings}
    return DraftView(
        response=response,
        fields=tuple(
            replace(
                _field_view(name, field, evidence, labels=labels), verdict=verdicts.get(name), promise=field.promise
            )
            for name, field in fields
        ),
        evidence=evidence,
        messages=tuple(
            _message_view(message, number, evidence) for number, message in enumerate(known.messages, start=1)
        ),
        recordings=tuple(_recording_view(body, recordings.get(body.file), evidence) for body in response.transcripts),
        pages=tuple(_page_view(body, known, evidence) for body in response.pages),
        is_kept=kept is not None,
        is_speech_on_floor=any(body.engine.startswith(FLOOR_ENGINE) for body in response.transcripts),
    )


def _numbered(fields: Sequence[tuple[str, DraftField]], *, labels: Mapping[str, str]) -> tuple[EvidenceView, ...]:
    pairs = [(name, body) for name, field in fields for body in field.evidence]
    return tuple(
        EvidenceView(number, name, labels.get(name, name), body) for number, (name, body) in enumerate(pairs, start=1)
    )


def _field_view(
    name: str, field: DraftField, evidence: Sequence[EvidenceView], *, labels: Mapping[str, str]
) -> FieldView:
    own = tuple(view for view in evidence if view.field == name)
    return FieldView(
        name=name,
        label=labels.get(name, name),
        value=field.value,
        shown=readable(field.value or ""),
        status=field.status,
        percent=percent(field.confidence),
        evidence=own,
        checks=_distinct(field.checks),
        sides=_sides(field, own) if field.status == "conflict" else (),
        offered=_sides(field, own) if field.status == "missing" and _is_known(field) else (),
        detail=next((one.detail or "" for one in field.candidates if one.value == field.value), ""),
    )


def _distinct(checks: Sequence[Check]) -> tuple[Check, ...]:
    """Say a check once that was made on several mentions, with all that it found."""
    details: dict[tuple[str, bool], list[str]] = {}
    for check in checks:
        found = details.setdefault((check.name, check.passed), [])
        if check.detail and check.detail not in found:
            found.append(check.detail)
    return tuple(Check(name=name, passed=passed, detail="; ".join(found)) for (name, passed), found in details.items())


def _sides(field: DraftField, evidence: Sequence[EvidenceView]) -> tuple[Side, ...]:
    return tuple(
        Side(
            candidate.value,
            percent(candidate.confidence),
            candidate.detail or "",
            tuple(view for view in evidence if _says(view.body.quote, candidate.value)),
        )
        for candidate in field.candidates
    )


def _is_known(field: DraftField) -> bool:
    """Return whether the records tell a person what the candidates stand for."""
    return any(candidate.detail for candidate in field.candidates)


def _says(quote: str, value: str) -> bool:
    """Return whether a quote holds a value, spaces and dashes aside."""
    said, wanted = (_plain(text) for text in (quote, value))
    return bool(said) and (wanted in said or said in wanted)


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def percent(confidence: float) -> int:
    """Write a confidence for people; only certainty is 100.

    >>> percent(0.996), percent(1.0)
    (99, 100)
    """
    return int(confidence * 100)


def _message_view(message: Message, number: int, evidence: Sequence[EvidenceView]) -> MessageView:
    name = message.id or f"m{number}"
    return MessageView(name, message.role, marked(message.text, _text_spans(name, evidence)))


def readable(value: str) -> str:
    """Write an ISO time or interval as people do; anything else stays as it is.

    >>> readable("2026-11-22T08:00:00/2026-11-22T12:00:00"), readable("KFR-35GW/CL3A")
    ('2026-11-22 08:00 – 12:00', 'KFR-35GW/CL3A')
    """
    moments = [ISO_MOMENT.fullmatch(part) for part in value.split("/", 1)]
    found = [(moment["day"], (moment["time"] or "")[1:6]) for moment in moments if moment]
    if len(found) < len(moments):
        return value
    written = [" ".join(part for part in moment if part) for moment in found]
    if len(found) == 2 and found[0][0] == found[1][0] and found[1][1]:
        written[1] = found[1][1]
    return " – ".join(written)


def _text_spans(message_id: str, evidence: Sequence[EvidenceView]) -> list[Span]:
    return [
        Span(view.body.start, view.body.end, view.number)
        for view in evidence
        if view.body.kind == "text" and view.body.source == message_id
        if view.body.start is not None and view.body.end is not None
    ]


def _recording_view(
    body: TranscriptBody, kept: KeptRecording | None, evidence: Sequence[EvidenceView]
) -> RecordingView:
    own = [view for view in evidence if view.body.kind == "audio" and view.body.source == body.file]
    lanes = kept.lanes if kept else []
    speakers = {segment.speaker: segment.channel for segment in body.segments}
    names = {segment.channel: segment.speaker for segment in body.segments}
    if len(lanes) < len(names):  # voices that were told apart within one channel
        speakers, names = {}, {}
    return RecordingView(
        name=body.file,
        engine=body.engine,
        duration_s=body.duration_s,
        stored=kept.stored if kept else "",
        lanes=tuple(path_of(lane) for lane in lanes),
        lane_names=tuple(names.get(channel, "") for channel in range(len(lanes))),
        regions=tuple(_region(view, body.duration_s, speakers) for view in own if body.duration_s > 0),
        segments=tuple(_segment_view(segment, own) for segment in body.segments),
        call=call_view(body),
    )


def _region(view: EvidenceView, duration_s: float, speakers: dict[str, int]) -> Region:
    start_s = view.body.start_s or 0.0
    end_s = view.body.end_s or start_s
    x = COLUMNS * start_s / duration_s
    width = max(3.0, COLUMNS * (end_s - start_s) / duration_s)
    return Region(view, round(x, 1), round(width, 1), speakers.get(view.body.speaker or "", 0))


def _segment_view(segment: SpokenSegment, evidence: Sequence[EvidenceView]) -> SegmentView:
    spans = []
    at = 0
    speaker = segment.speaker if segment.speaker in EVIDENCE_SPEAKERS else ""
    for word in segment.words:
        start = segment.text.find(word.text.strip(), at)
        if start < 0:
            continue
        at = start + len(word.text.strip())
        spans += [
            Span(start, at, view.number)
            for view in evidence
            if (view.body.speaker or "") == speaker
            # By its middle: the ends of neighbouring words touch, and are rounded.
            and (view.body.start_s or 0.0) <= (word.start_s + word.end_s) / 2 < (view.body.end_s or 0.0)
        ]
    return SegmentView(segment.start_s, clock(segment.start_s), segment.speaker, marked(segment.text, _joined(spans)))


def _joined(spans: Sequence[Span]) -> list[Span]:
    """Join the words of one piece of evidence into one span."""
    joined: dict[int, Span] = {}
    for span in spans:
        before = joined.get(span.evidence, span)
        joined[span.evidence] = Span(min(before.start, span.start), max(before.end, span.end), span.evidence)
    return list(joined.values())


def _page_view(body: PageBody, kept: Kept, evidence: Sequence[EvidenceView]) -> PageView:
    own = [view for view in evidence if view.body.kind == "image" and view.body.source == body.file]
    stored = next((page.stored for page in kept.pages if (page.file, page.page) == (body.file, body.page)), "")
    boxes = [
        _box_view(view, view.body.box)
        for view in own
        if view.body.box is not None and (view.body.page or 0) == body.page
    ]
    return PageView(body.file, body.page, body.width, body.height, stored, tuple(body.quality), tuple(boxes))


def _box_view(view: EvidenceView, box: Box) -> BoxView:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in box)
    (left, top), _, _, (_, bottom) = box
    return BoxView(view, points, left, (top + bottom) / 2)
