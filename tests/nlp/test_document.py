"""Documents know where each character came from; evidence quotes the source."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.document import MAX_DOCUMENT_CHARS, compose, evidence_of
from nlp.records import DocumentTooLarge, Evidence, Part

BOX_A = ((0.0, 0.0), (10.0, 0.0), (10.0, 5.0), (0.0, 5.0))
BOX_B = ((0.0, 6.0), (12.0, 6.0), (12.0, 11.0), (0.0, 11.0))


def word(text: str, start_s: float, joiner: str = " ") -> Part:
    return Part(text, "call.wav", "audio", "customer", joiner, start_s=start_s, end_s=start_s + 0.5)


def test_evidence_of_a_message_counts_the_messages_own_characters() -> None:
    document = compose([Part("你好", "m1", "text"), Part("订单号:2024", "m2", "text")])
    start = document.text.index("2024")
    assert evidence_of(document, start, start + 4) == (Evidence("m2", "text", "2024", start=4, end=8),)


def test_evidence_of_speech_merges_the_words_it_covers() -> None:
    document = compose([word("nine", 1.0, "\n"), word("four", 2.0), word("eight", 3.0)])
    assert evidence_of(document, 0, len("nine four")) == (
        Evidence("call.wav", "audio", "nine four", start_s=1.0, end_s=2.5, speaker="customer"),
    )


def test_evidence_of_an_image_is_the_box_around_its_lines() -> None:
    lines = [Part("Model", "a.jpg", "image", page=0, box=BOX_A), Part("KFR-35GW", "a.jpg", "image", page=0, box=BOX_B)]
    document = compose(lines)
    (one,) = evidence_of(document, 6, 14)
    (both,) = evidence_of(document, 0, 14)
    assert (one.quote, one.page, one.box) == ("KFR-35GW", 0, BOX_B)
    assert both.box == ((0.0, 0.0), (12.0, 0.0), (12.0, 11.0), (0.0, 11.0))
    assert both.quote == "Model\nKFR-35GW"


def test_evidence_over_two_messages_is_one_each() -> None:
    document = compose([Part("94859", "m1", "text"), Part("303935", "m2", "text")])
    assert [evidence.quote for evidence in evidence_of(document, 0, len(document.text))] == ["94859", "303935"]


def test_empty_parts_leave_no_origin() -> None:
    document = compose([Part("", "m1", "text"), Part("a", "m2", "text")])
    assert (document.text, len(document.origins)) == ("a", 1)


def test_a_document_has_a_limit() -> None:
    with pytest.raises(DocumentTooLarge, match=r"m9.*1,000,000"):
        compose([Part("x" * (MAX_DOCUMENT_CHARS + 1), "m9", "text")])


def test_reference_time_needs_a_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        compose([], reference_time=datetime(2026, 1, 1))


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=8), st.data())
def test_text_evidence_always_quotes_its_message(texts: list[str], data: st.DataObject) -> None:
    sources = {f"m{at}": text for at, text in enumerate(texts)}
    document = compose([Part(text, source, "text") for source, text in sources.items()])
    start = data.draw(st.integers(0, len(document.text) - 1))
    end = data.draw(st.integers(start + 1, len(document.text)))
    for evidence in evidence_of(document, start, end):
        assert evidence.start is not None
        assert evidence.quote == sources[evidence.source][evidence.start : evidence.end]
