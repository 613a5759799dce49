"""A draft laid out: what needs a person stands first, numbers agree, both sides of a conflict are shown."""

from __future__ import annotations

from datetime import UTC, datetime

from api.console.draft_view import DraftView, view_of
from api.prefill.kept_media import Kept, KeptPage, KeptRecording
from api.schemas.prefill import (
    Candidate,
    Check,
    Classification,
    DraftField,
    Evidence,
    Message,
    PageBody,
    PrefillResponse,
    SpokenSegment,
    SpokenWord,
    TranscriptBody,
)

LABELS = {"order_number": "订单编号", "error_code": "故障代码"}


def draft(fields: dict[str, DraftField], *, engine: str = "whisper:whisper-small") -> PrefillResponse:
    words = [
        SpokenWord(start_s=at, end_s=at + 0.5, text=text, confidence=0.9) for at, text in ((1.501, "code"), (2, "E2"))
    ]
    segment = SpokenSegment(
        start_s=1, end_s=2.5, channel=1, speaker="customer", text="code E2", confidence=0.9, words=words
    )
    transcript = TranscriptBody(
        file="call.wav", language="en", duration_s=10, engine=engine, text="code E2", segments=[segment]
    )
    page = PageBody(file="label.jpg", page=0, width=800, height=600, rotation=90, lines=[], codes=[], engine="scripted")
    return PrefillResponse(
        id="p1",
        template="appliance_repair",
        fields=fields,
        missing=[],
        next_question=None,
        classification=Classification(),
        summary=None,
        transcripts=[transcript],
        pages=[page],
        models={},
        timing_ms={},
        warnings=[],
        created_at=datetime(2026, 11, 22, tzinfo=UTC),
    )


def text_evidence(start: int, end: int, quote: str) -> Evidence:
    return Evidence(source="m1", kind="text", quote=quote, start=start, end=end)


CONFLICT = DraftField(
    value=None,
    status="conflict",
    confidence=0.5,
    candidates=[Candidate(value="20250618936", confidence=0.5), Candidate(value="20250618935", confidence=0.4)],
    evidence=[
        text_evidence(3, 16, "2025-0618-936"),
        Evidence(
            source="label.jpg", kind="image", quote="20250618935", page=0, box=[(10, 20), (50, 20), (50, 40), (10, 40)]
        ),
    ],
)
SPOKEN = DraftField(
    value="E2",
    status="auto",
    confidence=0.999,
    evidence=[
        Evidence(source="call.wav", kind="audio", quote="E2", start_s=2, end_s=2.5, speaker="customer"),
    ],
    checks=[
        Check(name="in_catalogue", passed=True, detail="one"),
        Check(name="in_catalogue", passed=True, detail="two"),
    ],
)
KEPT = Kept(
    messages=[Message(text="订单号2025-0618-936,谢谢")],
    recordings=[KeptRecording(file="call.wav", stored="recording-0.wav", lanes=[[0.1], [0.2]])],
    pages=[KeptPage(file="label.jpg", page=0, stored="page-0.jpg")],
)


def laid_out(**changed: DraftField) -> DraftView:
    return view_of(draft({"error_code": SPOKEN, "order_number": CONFLICT, **changed}), KEPT, labels=LABELS)


def test_a_conflict_stands_before_a_ready_value_and_is_numbered_first() -> None:
    view = laid_out()
    assert [(field.label, field.status) for field in view.fields] == [("订单编号", "conflict"), ("故障代码", "auto")]
    assert [item.number for item in view.fields[0].evidence] == [1, 2]


def test_each_side_of_a_conflict_has_its_own_evidence() -> None:
    one, other = laid_out().fields[0].sides
    assert [item.body.source for item in one.evidence] == ["m1"]
    assert [item.body.source for item in other.evidence] == ["label.jpg"]


def test_a_message_without_id_is_found_by_its_place() -> None:
    (message,) = laid_out().messages
    assert [piece.text for piece in message.stretches if piece.evidence] == ["2025-0618-936"]


def test_spoken_evidence_marks_its_words_and_its_place_on_the_wave() -> None:
    (recording,) = laid_out().recordings
    assert [(piece.text, piece.evidence) for piece in recording.segments[0].stretches] == [("code ", ()), ("E2", (3,))]
    (region,) = recording.regions
    assert (region.x, region.width, region.lane) == (96.0, 24.0, 1)


def test_a_box_is_in_pixels_of_the_upright_page() -> None:
    (page,) = laid_out().pages
    assert page.boxes[0].points == "10.0,20.0 50.0,20.0 50.0,40.0 10.0,40.0"
    assert (page.stored, page.boxes[0].evidence.number) == ("page-0.jpg", 2)


def test_a_check_made_twice_is_said_once() -> None:
    (check,) = laid_out().fields[1].checks
    assert check.detail == "one; two"


def test_almost_certain_is_not_shown_as_certain() -> None:
    assert laid_out().fields[1].percent == 99


def test_a_draft_whose_sources_are_gone_still_shows_its_evidence() -> None:
    view = view_of(draft({"error_code": SPOKEN}), None, labels=LABELS)
    assert not view.is_kept
    assert [item.body.quote for item in view.evidence] == ["E2"]
    assert (view.recordings[0].stored, view.pages[0].stored) == ("", "")


def test_the_speech_floor_is_told_from_a_real_recogniser() -> None:
    assert view_of(draft({}, engine="sphinx:pocketsphinx-en-us"), None, labels={}).is_speech_on_floor
    assert not view_of(draft({}), None, labels={}).is_speech_on_floor
