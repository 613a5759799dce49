"""Captions hold one cue a segment and no markup from outside."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from speech import Segment, Transcript, to_srt, to_vtt

CUE = re.compile(r"^(\d{2,}:\d\d:\d\d[.,]\d{3}) --> (\d{2,}:\d\d:\d\d[.,]\d{3})$", re.MULTILINE)


def _said(*texts: str) -> Transcript:
    segments = tuple(Segment(at * 2.0, at * 2.0 + 1, text, 0.9, speaker="customer") for at, text in enumerate(texts))
    return Transcript("zh", "scripted:script", 60.0, segments)


@given(st.lists(st.text(min_size=1, max_size=40), max_size=6))
def test_every_segment_is_one_cue(texts: list[str]) -> None:
    said = _said(*texts)
    assert len(CUE.findall(to_srt(said))) == len(texts)
    assert len(CUE.findall(to_vtt(said))) == len(texts)


@given(st.text(max_size=40))
def test_vtt_carries_no_markup_of_the_speaker(text: str) -> None:
    cue = to_vtt(_said(text)).split("\n", 3)[3]
    assert cue.count("<") == 1


def test_empty_transcript_is_an_empty_file() -> None:
    assert (to_srt(_said()), to_vtt(_said())) == ("", "WEBVTT\n")


def test_round_up_of_a_second_carries_over() -> None:
    said = Transcript("en", "scripted:script", 60.0, (Segment(59.9996, 3599.9996, "a", 0.9),))
    assert "00:01:00,000 --> 01:00:00,000" in to_srt(said)
