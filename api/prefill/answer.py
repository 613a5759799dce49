"""The engines' nouns in, the response's shapes out; nothing is decided here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, cast

from api.errors import Language, words
from api.prefill.page_layout import page_pairs, page_tables
from api.prefill.retakes import retake_of, told_of
from api.schemas import prefill as shapes
from api.schemas.media import PageFieldBody, PageRead, PagesRead
from nlp.records import Candidate, Classification, Evidence, FieldValue, Question
from speech.records import CallAnalytics, Segment, SpokenNumber, Stretch, Transcript
from vision.records import Box, Code, CodeKind, Flaw, Line, Page

if TYPE_CHECKING:
    from vision.receipts.receipt_tagger import ReceiptTagger


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


def draft_body(
    findings: Findings, *, draft_id: str, template: str, language: Language, at: datetime
) -> shapes.PrefillResponse:
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
        pages=[page_body(page, language=language) for page in findings.pages],
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
        segments=[_segment_body(segment) for segment in transcript.segments],
        warnings=list(transcript.warnings),
        analytics=None if transcript.analytics is None else analytics_body(transcript.analytics),
        voices_engine=transcript.voices_engine,
    )


def _segment_body(segment: Segment) -> shapes.SpokenSegment:
    return shapes.SpokenSegment(
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
        heard=segment.heard,
        replaced=[
            shapes.SpokenReplacement(
                heard=one.heard,
                written=one.written,
                score=unit_interval(one.score),
                start_s=round(one.start_s, 3),
                end_s=round(one.end_s, 3),
            )
            for one in segment.replaced
        ],
        numbers=[_number_body(number) for number in segment.numbers],
    )


def _number_body(number: SpokenNumber) -> shapes.SpokenNumberBody:
    return shapes.SpokenNumberBody(
        start_s=round(number.start_s, 3),
        end_s=round(number.end_s, 3),
        digits=number.digits,
        confidence=unit_interval(number.confidence),
        alternatives=[
            shapes.NumberReading(digits=digits, confidence=unit_interval(confidence))
            for digits, confidence in number.alternatives
        ],
    )


def analytics_body(analytics: CallAnalytics) -> shapes.CallAnalyticsBody:
    """Return how a call went."""
    return shapes.CallAnalyticsBody(
        silence_s=analytics.silence_s,
        overlap_s=analytics.overlap_s,
        longest_hold=None if analytics.longest_hold is None else _span_body(analytics.longest_hold),
        loudness_step_s=analytics.loudness_step_s,
        sides=[
            shapes.SideBody(
                channel=side.channel,
                speaker=side.speaker,
                talk_s=side.talk_s,
                interruptions=side.interruptions,
                words=side.words,
                words_per_min=side.words_per_min,
                characters=side.characters,
                characters_per_min=side.characters_per_min,
                turns=[_span_body(turn) for turn in side.turns],
                loudness_dbfs=list(side.loudness_dbfs),
            )
            for side in analytics.sides
        ],
    )


def _span_body(span: Stretch) -> shapes.SpokenSpan:
    return shapes.SpokenSpan(start_s=round(span.start_s, 3), end_s=round(span.end_s, 3))


def page_body(page: Page, *, language: Language) -> shapes.PageBody:
    """Return a page with its lines, codes and flaws, said in the reader's language."""
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
            shapes.PageCode(
                symbology=code.symbology,
                text=code.text,
                box=list(code.box),
                gs1=dict(code.gs1),
                kind=code.kind,
                values=dict(code.values),
            )
            for code in page.codes
        ],
        quality=list(page.quality),
        flaws=[
            shapes.PageFlaw(
                word=flaw.word,
                field=flaw.field or None,
                box=list(flaw.box) if flaw.box else None,
                says=words(language).said(retake_of(flaw.word, flaw.field)),
            )
            for flaw in told_of(page)
        ],
        engine=page.engine,
    )


def unit_interval(confidence: float) -> float:
    """Return a confidence with four decimals, inside [0, 1] where rounding in an engine left it."""
    return round(min(max(float(confidence), 0.0), 1.0), 4)


def pages_read(
    file: str, pages: Sequence[Page], *, language: Language, receipt_tagger: ReceiptTagger | None = None
) -> PagesRead:
    """Return the pages of one file, and the fields of the page that names most of them."""
    bodies = [page_read(page, body=page_body(page, language=language), receipt_tagger=receipt_tagger) for page in pages]
    best = max(bodies, key=lambda body: len(body.fields), default=None)
    return PagesRead(
        file=file,
        pages=bodies,
        kind=best.kind if best else "other",
        fields=best.fields if best else {},
        quality=sorted({word for page in pages for word in page.quality}),
    )


def page_read(page: Page, *, body: shapes.PageBody, receipt_tagger: ReceiptTagger | None = None) -> PageRead:
    """Return what a page is and what it names, beside its body."""
    from vision import page_fields

    report = page_fields(page, receipt_tagger=receipt_tagger)
    return PageRead(
        **dict(body),
        kind=report.kind,
        tables=page_tables(page),
        pairs=page_pairs(page),
        fields={
            name: PageFieldBody(
                value=field.value,
                confidence=unit_interval(field.confidence),
                box=list(field.box),
                code_box=list(field.code_box) if field.code_box else None,
                page=page.page,
            )
            for name, field in report.fields.items()
        },
    )


def page_of(body: shapes.PageBody) -> Page:
    """Return the page that a body was made from."""
    return Page(
        name=body.file,
        page=body.page,
        width_px=body.width,
        height_px=body.height,
        rotation=body.rotation,
        lines=tuple(Line(line.text, _corners(line.box), line.confidence) for line in body.lines),
        codes=tuple(
            Code(
                code.symbology,
                code.text,
                _corners(code.box),
                gs1=dict(code.gs1),
                kind=cast(CodeKind, code.kind),
                values=dict(code.values),
            )
            for code in body.codes
        ),
        engine=body.engine,
        quality=tuple(body.quality),
        flaws=tuple(Flaw(flaw.word, _corners(flaw.box) if flaw.box else None, flaw.field or "") for flaw in body.flaws),
    )


def _corners(box: shapes.Box) -> Box:
    first, second, third, fourth = box
    return (first, second, third, fourth)
