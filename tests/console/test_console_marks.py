"""Marks cut a text without losing a character; a waveform keeps its loudest moments."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.console.marks import Span, Stretch, marked
from api.console.prose import prose
from api.prefill.waveform import path_of, peaks_of

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


@pytest.mark.parametrize(
    ("text", "quote", "expected"),
    [
        ("清洗滤网。晾干。", "晾干。", "<p>清洗滤网。<mark>晾干。</mark></p>"),
        ("- Wait.\n- Drain first.", "- Drain first.", "<li><mark>Drain first.</mark></li>"),
        (
            "1. Dry *it* now.",
            "1. Dry *it* now.",
            "<li><mark>Dry </mark><em><mark>it</mark></em><mark> now.</mark></li>",
        ),
        ("| a | b |\n|---|---|\n| E4 | 漏 |", "| E4 | 漏 |", "<td><mark>E4</mark></td>\n<td><mark>漏</mark></td>"),
        ("清洗滤网。", "换压缩机", "<p>清洗滤网。</p>"),
    ],
)
def test_a_cited_sentence_is_marked_inside_the_markup(text: str, quote: str, expected: str) -> None:
    assert expected in prose(text, [quote])


@pytest.mark.parametrize(
    "text",
    ["<script>alert(1)</script>", "[go](javascript:alert(1))", "![x](http://elsewhere.example/x.png)", "`<b>`",
     "<mark>", "<img src=x onerror=alert(1)>", '[a](http://x/"onmouseover="alert(1))'],
)  # fmt: skip
def test_an_article_cannot_bring_its_own_markup(text: str) -> None:
    html = prose(text, [text])
    assert re.findall(r"<(script|img|b)\b|href=\"javascript|\"\s*onmouseover", html) == []


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_becomes_prose_without_the_marks_of_the_work(text: str, quote: str) -> None:
    html = prose(text + quote, [quote])
    assert "\ue000" not in html
    assert html.count("<mark>") == html.count("</mark>")


@given(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=300), st.integers(1, 50))
def test_peaks_hold_the_loudest_sample(samples: list[float], columns: int) -> None:
    peaks = peaks_of(np.array(samples, dtype=np.float32), columns=columns)
    assert len(peaks) == columns
    assert max(peaks) == pytest.approx(max(abs(sample) for sample in samples), abs=0.001)


def test_silence_is_still_a_line() -> None:
    assert peaks_of(np.zeros(0, dtype=np.float32), columns=3) == (0.0, 0.0, 0.0)
    assert path_of([0.0], height=40.0) == "M0.5 19.5V20.5"


@pytest.mark.parametrize(
    ("text", "quotes"),
    [("1. Unplug it.\n2. Wait.", ["1.", "Unplug it."]), ("1. 拔掉电源。\n2. 等待。", ["1.", "拔掉电源。"])],
)
def test_a_lists_number_is_never_marked_and_stays_a_list(text: str, quotes: list[str]) -> None:
    html = prose(text, quotes)
    assert html.count("<li>") == 2
    assert html.count("<mark>") == 1
