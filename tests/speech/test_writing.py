"""Written words keep their seconds, and what was heard stays beside what is written."""

from __future__ import annotations

import pytest

from speech import Audio, Recording, Segment, Word, build_activity, build_transcriber, transcribe_recording
from speech.writing import MAX_TERMS, compiled, write_segment, write_segments
from tests.speech.signals import tone


def _segment(*words: str, joiner: str = " ", confidence: float = 0.8) -> Segment:
    spoken = tuple(Word(float(at), at + 0.9, word, confidence - at / 100) for at, word in enumerate(words))
    return Segment(0.0, len(words) - 0.1, joiner.join(words), confidence, spoken)


def test_written_word_spans_the_heard_words() -> None:
    segment = _segment("order", "four", "oh", "four", "please")
    written = write_segment(segment, hotwords=compiled(()))
    assert (written.text, written.heard) == ("order 404 please", "order four oh four please")
    assert [(word.text, word.start_s, word.end_s, round(word.confidence, 2)) for word in written.words] == [
        ("order", 0.0, 0.9, 0.8),
        ("404", 1.0, 3.9, 0.77),
        ("please", 4.0, 4.9, 0.76),
    ]


@pytest.mark.parametrize(
    ("words", "text", "starts"),
    [
        (("订单号", "幺二三", "四五六", "。"), "订单号123456。", [0, 1, 3]),
        (("五月", "十八", "号下", "午三", "点半", "到"), "5月18号下午3:30到", [0, 3, 5]),
        (("我", "等了", "二十", "分钟"), "我等了20分钟", [0, 1, 2, 3]),
        (("K", "F", "R", "三五", "G", "W"), "KFR35GW", [0, 1, 2, 3, 4, 5]),
    ],
)
def test_chinese_words_that_share_an_edit_become_one(words: tuple[str, ...], text: str, starts: list[float]) -> None:
    written = write_segment(_segment(*words, joiner=""), hotwords=compiled(()))
    assert written.text == text
    assert [word.start_s for word in written.words] == starts
    assert "".join(word.text for word in written.words) == text


def test_replacement_says_what_was_heard_and_when() -> None:
    segment = _segment("my", "w", "f", "one", "eighty", "broke", confidence=0.95)
    written = write_segments([segment], terms=["WF180"])[0]
    assert written.text == "my WF180 broke"
    (replaced,) = written.replaced
    assert (replaced.heard, replaced.written, replaced.score) == ("w f one eighty", "WF180", 1.0)
    assert (replaced.start_s, replaced.end_s) == (1.0, 4.9)


def test_nothing_to_write_leaves_the_segment() -> None:
    segment = _segment("one", "of", "them")
    assert write_segment(segment, hotwords=compiled(())) is segment


def test_segment_without_words_is_written() -> None:
    written = write_segment(Segment(0, 1, "五月十八号", 0.5), hotwords=compiled(()))
    assert (written.text, written.heard, written.words) == ("5月18号", "五月十八号", ())


def test_words_that_are_not_the_text_are_set_out_anew() -> None:
    segment = Segment(0, 2, "something else", 0.5, (Word(0, 1, "page", 0.5), Word(1, 2, "twenty", 0.5)))
    assert write_segment(segment, hotwords=compiled(())).text == "page 20"


def test_terms_beyond_the_limit_are_not_looked_for() -> None:
    terms = [f"KQ{number}" for number in range(1_000, 1_000 + MAX_TERMS)] + ["Roborock"]
    assert write_segments([_segment("robo", "rock")], terms=terms)[0].text == "robo rock"


def test_recording_is_written() -> None:
    said = ["the", "w", "f", "one", "eighty", "cost", "five", "dollars"]
    script = [Word(0.2 * at, 0.2 * at + 0.2, word, 0.6) for at, word in enumerate(said)]
    transcript = transcribe_recording(
        Recording("call.wav", (Audio(tone(2.0)),), "mono", "pcm", 16_000),
        transcriber=build_transcriber("scripted", script=script),
        activity=build_activity("energy"),
        terms=["WF-180"],
    )
    assert transcript.text == "the WF-180 cost $5"
    assert transcript.segments[0].heard == " ".join(said)
