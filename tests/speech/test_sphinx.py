"""The floor hears English, says that it is the floor, and hears nothing where nobody speaks or in Chinese."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import jiwer
import pytest

from speech import (
    Audio,
    Stretch,
    Transcriber,
    Transcript,
    build_activity,
    build_transcriber,
    read_audio,
    transcribe_recording,
)
from speech.records import Samples
from tests.speech.signals import noise, silence, tone

pytestmark = pytest.mark.model
Hear = Callable[[str], Transcript]


@pytest.fixture(scope="module")
def sphinx() -> Transcriber:
    return build_transcriber("sphinx")


def _call(examples: Path, name: str, sphinx: Transcriber, language: str) -> Transcript:
    recording = read_audio(examples / name, name=name)
    return transcribe_recording(recording, transcriber=sphinx, activity=build_activity(), language=language)


@pytest.fixture(scope="module")
def call_en(examples: Path, sphinx: Transcriber) -> Transcript:
    return _call(examples, "call_en.wav", sphinx, "en")


def test_sphinx_keeps_the_protocol(sphinx: Transcriber) -> None:
    assert isinstance(sphinx, Transcriber)
    assert sphinx.engine == "sphinx:pocketsphinx-en-us"


def test_english_call_is_heard_with_its_order_number(call_en: Transcript) -> None:
    assert call_en.language == "en"
    assert "202603" in call_en.text
    assert "two zero two six zero three" in " ".join(segment.heard for segment in call_en.segments)


def test_english_call_names_its_speakers(call_en: Transcript) -> None:
    assert {segment.speaker for segment in call_en.segments} == {"agent", "customer"}


def test_words_lie_in_order_within_their_segment_and_the_audio(call_en: Transcript) -> None:
    for segment in call_en.segments:
        assert segment.words
        assert 0 <= segment.start_s < segment.end_s <= call_en.duration_s
        assert [word.text for word in segment.words] == segment.text.split()
        starts = [word.start_s for word in segment.words]
        assert starts == sorted(starts)
        assert all(0 <= word.confidence <= 1 and word.start_s <= word.end_s for word in segment.words)


def test_floor_says_what_it_is_and_what_mends_it(call_en: Transcript) -> None:
    assert "beforehand models pull whisper-small" in call_en.warnings[0]


def test_chinese_call_gives_no_words_and_says_why(examples: Path, sphinx: Transcriber) -> None:
    said = _call(examples, "call_zh.wav", sphinx, "zh")
    assert said.segments == ()
    assert "does not hear Chinese" in said.warnings[0]
    assert "beforehand models pull" in said.warnings[0]


def test_language_auto_says_that_it_was_taken_for_english(sphinx: Transcriber) -> None:
    said = sphinx.transcribe(Audio(silence(1.0)), language="auto", hotwords=())
    assert any("took the speech for English" in warning for warning in said.warnings)


def test_chinese_taken_for_english_is_not_kept(examples: Path, sphinx: Transcriber) -> None:
    audio = read_audio(examples / "call_zh.wav", name="call_zh.wav").channels[1]
    said = sphinx.transcribe(audio, language="auto", hotwords=(), stretches=build_activity().detect(audio))
    assert (said.segments, said.language) == ((), "und")
    assert "not English, or too hard" in said.warnings[1]


@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(silence(10.0), id="silence"),
        pytest.param(noise(10.0), id="noise"),
        pytest.param(tone(10.0), id="tone"),
        pytest.param(silence(0.0), id="nothing"),
    ],
)
def test_no_words_where_nobody_speaks(samples: Samples, sphinx: Transcriber) -> None:
    audio = Audio(samples)
    said = sphinx.transcribe(audio, language="en", hotwords=(), stretches=build_activity().detect(audio))
    assert said.segments == ()


def test_one_call_does_not_colour_the_next(examples: Path, sphinx: Transcriber) -> None:
    audio = read_audio(examples / "call_en.wav", name="call_en.wav").channels[1]
    stretches = (Stretch(2.9, 8.5),)
    first = sphinx.transcribe(audio, language="en", hotwords=(), stretches=stretches)
    sphinx.transcribe(Audio(noise(3.0)), language="en", hotwords=())
    assert sphinx.transcribe(audio, language="en", hotwords=(), stretches=stretches) == first


def test_threads_share_one_decoder(examples: Path, sphinx: Transcriber) -> None:
    audio = read_audio(examples / "call_en.wav", name="call_en.wav").channels[1]
    parts = ((Stretch(2.9, 8.5),), (Stretch(11.7, 16.8),))
    alone = [sphinx.transcribe(audio, language="en", hotwords=(), stretches=part) for part in parts]
    with ThreadPoolExecutor(2) as pool:
        asked = [pool.submit(sphinx.transcribe, audio, language="en", hotwords=(), stretches=part) for part in parts]
        assert [one.result() for one in asked] == alone


def test_real_telephone_digits_are_mostly_right(shared_data: Path, sphinx: Transcriber) -> None:
    path = shared_data / "speech" / "clips" / "en" / "vosk_test.flac"
    said = transcribe_recording(
        read_audio(path, name=path.name), transcriber=sphinx, activity=build_activity(), language="en"
    )
    reference = "one zero zero zero one nine oh two one oh zero one eight zero three"
    heard = " ".join(segment.heard or segment.text for segment in said.segments)
    assert jiwer.wer(reference, heard) < 0.4
