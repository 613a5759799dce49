"""The engines' nouns in, the response's shapes out; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from api.schemas import prefill as shapes
from api.schemas.media import PageFieldBody, PagesRead
from nlp.records import Candidate, Classification, Evidence, FieldValue, Question
from speech.records import Transcript
from vision.records import Page


@dataclass(frozen=True, slots=True)
class Findings:
    """What the engines made of one ticket."""

    fields: Mapping[str, FieldValue]
    missing: Sequence[str]
    question: Question | None
    classification: Classification
    summary: str | None
    transcripts: Mapping[str, Transcript]  # by file name
    pages: Sequence[Page]


def draft_body(findings: Findings, *, draft_id: str, template: str, at: datetime) -> shapes.PrefillResponse:
    """Return the draft's shape; models, times and warnings are for the caller to add."""
    asked, about = findings.question, findings.classification
    return shapes.PrefillResponse(
        id=draft_id,
        template=template,
        fields={name: field_body(value) for name, value in findings.fields.items()},
        missing=list(findings.missing),
        next_question=None if asked is None else _question_body(asked),
        classification=shapes.Classification(intent=about.intent, priority=about.priority, language=about.language),
        summary=findings.summary,
        transcripts=[transcript_body(transcript, file=name) for name, transcript in findings.transcripts.items()],
        pages=[page_body(page) for page in findings.pages],
        models={},
        timing_ms={},
        warnings=[],
        created_at=at,
    )


def _question_body(question: Question) -> shapes.NextQuestion:
    return shapes.NextQuestion(field=question.field, text=question.text, choices=list(question.choices))


def field_body(value: FieldValue) -> shapes.DraftField:
    """Return a field with its evidence."""
    return shapes.DraftField(
        value=value.value,
        status=value.status,
        confidence=unit_interval(value.confidence),
        candidates=[_candidate_body(candidate) for candidate in value.candidates],
        evidence=[evidence_body(evidence) for evidence in value.evidence],
        checks=[shapes.Check(name=check.name, passed=check.passed, detail=check.detail) for check in value.checks],
        belief=unit_interval(value.belief),
    )


def _candidate_body(candidate: Candidate) -> shapes.Candidate:
    return shapes.Candidate(
        value=candidate.value, confidence=unit_interval(candidate.confidence), detail=candidate.detail or None
    )


def evidence_body(evidence: Evidence) -> shapes.Evidence:
    """Return where a value can be checked."""
    return shapes.Evidence(
        source=evidence.source,
        kind=evidence.kind,
        quote=evidence.quote,
        start=evidence.start,
        end=evidence.end,
        start_s=evidence.start_s,
        end_s=evidence.end_s,
        speaker=evidence.speaker or None,
        page=evidence.page,
        box=None if evidence.box is None else list(evidence.box),
    )


def transcript_body(transcript: Transcript, *, file: str) -> shapes.TranscriptBody:
    """Return a transcript with its words' times."""
    return shapes.TranscriptBody(
        file=file,
        language=transcript.language,
        duration_s=round(transcript.duration_s, 3),
        engine=transcript.engine,
        text=transcript.text,
        segments=[
            shapes.SpokenSegment(
                start_s=round(segment.start_s, 3),
                end_s=round(segment.end_s, 3),
                channel=segment.channel,
                speaker=segment.speaker,
                text=segment.text,
                confidence=unit_interval(segment.confidence),
                words=[
                    shapes.SpokenWord(
                        start_s=round(word.start_s, 3),
                        end_s=round(word.end_s, 3),
                        text=word.text,
                        confidence=unit_interval(word.confidence),
                    )
                    for word in segment.words
                ],
            )
            for segment in transcript.segments
        ],
        warnings=list(transcript.warnings),
    )


def page_body(page: Page) -> shapes.PageBody:
    """Return a page with its lines and codes."""
    return shapes.PageBody(
        file=page.name,
        page=page.page,
        width=page.width_px,
        height=page.height_px,
        rotation=page.rotation,
        lines=[
            shapes.PageLine(text=line.text, box=list(line.box), confidence=unit_interval(line.confidence))
            for line in page.lines
        ],
        codes=[
            shapes.PageCode(symbology=code.symbology, text=code.text, box=list(code.box), gs1=dict(code.gs1))
            for code in page.codes
        ],
        quality=list(page.quality),
        engine=page.engine,
    )


def unit_interval(confidence: float) -> float:
    """Return a confidence with four decimals, inside [0, 1] where rounding in an engine left it."""
    return round(min(max(float(confidence), 0.0), 1.0), 4)


def pages_read(file: str, pages: Sequence[Page]) -> PagesRead:
    """Return the pages of one file, and the fields that the page which names most of them holds."""
    from vision import page_fields

    reports = [page_fields(page) for page in pages]
    report = max(reports, key=lambda report: len(report.fields), default=None)
    return PagesRead(
        file=file,
        pages=[page_body(page) for page in pages],
        kind=report.kind if report else "other",
        fields={
            name: PageFieldBody(value=field.value, confidence=unit_interval(field.confidence), box=list(field.box))
            for name, field in (report.fields.items() if report else ())
        },
        quality=sorted({word for page in pages for word in page.quality}),
    )
