"""Folding keeps every span; languages are named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text import fold, language_of, stretches_of


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＯＲＤＥＲ：１２３", "ORDER:123"),
        ("訂單號２０２４", "订单号2024"),
        ("A\u200bB\ufeffC", "ABC"),
        ("cafe\u0301", "café"),
        ("a\u2013b\u2014c", "a-b-c"),
        ("二〇二四", "二零二四"),
        ("plain ascii", "plain ascii"),
        ("", ""),
    ],
)
def test_fold_writes_one_spelling(text: str, folded: str) -> None:
    assert fold(text).text == folded


@given(st.text(max_size=200))
def test_fold_maps_every_character_into_its_source(text: str) -> None:
    view = fold(text)
    assert len(view.text) == len(view.starts) == len(view.ends)
    for start, end in zip(view.starts, view.ends, strict=True):
        assert 0 <= start < end <= len(text)
    assert list(view.starts) == sorted(view.starts)


@given(st.text(alphabet="訂單號１２３\u200b ab,。", min_size=1, max_size=50), st.data())
def test_fold_of_the_quoted_span_is_the_folded_span(text: str, data: st.DataObject) -> None:
    view = fold(text)
    if not view.text:
        return
    start = data.draw(st.integers(0, len(view.text) - 1))
    end = data.draw(st.integers(start + 1, len(view.text)))
    source_start, source_end = view.span(start, end)
    assert view.text[start:end] in fold(text[source_start:source_end]).text


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("空调不制冷", "zh"),
        ("The machine leaks", "en"),
        ("我的 iPhone 15 坏了", "zh"),
        ("please call Mr 张 back today", "en"),
        ("20240518 #!", "und"),
        ("", "und"),
    ],
)
def test_language_of_names_the_larger_share(text: str, language: str) -> None:
    assert language_of(text) == language


def test_stretches_split_where_the_script_changes() -> None:
    found = [
        (stretch.language, "型号 model 坏了"[stretch.start : stretch.end])
        for stretch in stretches_of("型号 model 坏了")
    ]
    assert found == [("zh", "型号"), ("en", "model"), ("zh", "坏了")]


def test_folding_traditional_characters_never_changes_the_length() -> None:
    text = "後天收到發票,頭髮乾燥,裡面麵條"
    assert len(fold(text).text) == len(text)
