"""Marks cut a text without losing a character; a waveform keeps its loudest moments."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.marks import Span, Stretch, marked, marked_quote
from api.console.waveform import path_of, peaks_of

SPANS = st.builds(Span, st.integers(0, 40), st.integers(0, 40), st.integers(1, 9))


@pytest.mark.parametrize(
    ("text", "spans", "expected"),
    [
        ("面板显示E4。", [Span(4, 6, 1)], ("面板显示", "E4", "。")),
        ("code E2", [Span(5, 7, 1), Span(5, 7, 2)], ("code ", "E2")),
        ("abcdef", [Span(1, 4, 1), Span(3, 5, 2)], ("a", "bc", "d", "e", "f")),
        ("abc", [Span(1, 99, 1)], ("a", "bc")),
        ("", [Span(0, 5, 1)], ()),
    ],
)
def test_marked_cuts_at_the_borders(text: str, spans: list[Span], expected: tuple[str, ...]) -> None:
    assert tuple(piece.text for piece in marked(text, spans)) == expected


def test_overlapping_marks_name_both_pieces_of_evidence() -> None:
    assert marked("abcdef", [Span(1, 4, 1), Span(3, 5, 2)])[2] == Stretch("d", (1, 2))


@given(text=st.text(max_size=40), spans=st.lists(SPANS, max_size=8))
def test_marked_keeps_every_character(text: str, spans: list[Span]) -> None:
    pieces = marked(text, spans)
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


def test_a_quote_that_is_not_there_marks_nothing() -> None:
    assert marked_quote("清洗滤网。", ["换压缩机"]) == (Stretch("清洗滤网。"),)


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=300), st.integers(1, 50))
def test_peaks_hold_the_loudest_sample(samples: list[float], columns: int) -> None:
    peaks = peaks_of(np.array(samples, dtype=np.float32), columns=columns)
    assert len(peaks) == columns
    assert max(peaks) == pytest.approx(max(abs(sample) for sample in samples), abs=0.001)


def test_silence_is_still_a_line() -> None:
    assert peaks_of(np.zeros(0, dtype=np.float32), columns=3) == (0.0, 0.0, 0.0)
    assert path_of([0.0], height=40.0) == "M0.5 19.5V20.5"
