"""The Whisper path, from a folder to a transcript, proved with random weights: structure, times, gates; never
accuracy.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from model_cards import locate_folder
from speech import (
    Audio,
    ModelUnavailable,
    Recording,
    Stretch,
    Transcriber,
    Transcript,
    build_activity,
    build_transcriber,
    read_audio,
    transcribe_recording,
)
from speech.recognisers.transcriber import LanguageDetector
from speech.recognisers.whisper_transcriber import WhisperOptions, _first, _windows
from speech.records import Samples
from tests.speech.signals import noise, silence, tone

OPEN = WhisperOptions(compression_ratio_limit=1e9, no_speech_limit=1.1, log_probability_floor=-1e9)
"""Random words may loop; these limits let them through, so that their structure can be seen."""
model = pytest.mark.model


@pytest.fixture(scope="module")
def whisper(random_whisper: Path) -> Transcriber:
    return build_transcriber("whisper", folder=random_whisper, options=OPEN)


@pytest.fixture(scope="module")
def call(examples: Path) -> Recording:
    return read_audio(examples / "call_zh.wav", name="call_zh.wav")


@pytest.fixture(scope="module")
def said(whisper: Transcriber, call: Recording) -> Transcript:
    return transcribe_recording(call, transcriber=whisper, activity=build_activity(), language="zh")


@model
def test_folder_becomes_a_transcriber(whisper: Transcriber) -> None:
    assert isinstance(whisper, Transcriber)
    assert whisper.engine == "whisper:whisper-random"


@model
def test_tokens_have_the_numbers_of_openai_whisper(random_whisper: Path) -> None:
    from tokenizers import Tokenizer
    from whisper.tokenizer import get_tokenizer

    from training.random_whisper import special_tokens

    reference = get_tokenizer(multilingual=True)
    ours = Tokenizer.from_file(str(random_whisper / "tokenizer.json"))
    for text in (
        "订单号 20240518936，空调不制冷",
        "Order 4711: it won't drain!",
        "  two\n\nlines\t",
        "é à 한국어 🛠️",
        "",
    ):
        assert ours.encode(text).ids == reference.encode(text)
    for token in special_tokens():
        assert ours.token_to_id(token) == reference.encoding._special_tokens[token]
    assert ours.get_vocab_size() == reference.encoding.n_vocab == 51_865


@model
def test_transcript_has_both_channels_in_order(said: Transcript) -> None:
    assert (said.language, said.engine) == ("zh", "whisper:whisper-random")
    assert {segment.channel for segment in said.segments} == {0, 1}
    starts = [segment.start_s for segment in said.segments]
    assert starts == sorted(starts)


@model
def test_words_lie_within_the_stretches_of_speech(said: Transcript, call: Recording) -> None:
    for number, audio in enumerate(call.channels):
        stretches = build_activity().detect(audio)
        words = [word for segment in said.segments if segment.channel == number for word in segment.words]
        assert words
        for word in words:
            assert any(one.start_s <= word.start_s <= word.end_s <= one.end_s for one in stretches)
            assert 0 <= word.confidence <= 1


@model
def test_numbers_are_plain_floats(said: Transcript) -> None:
    word = said.segments[0].words[0]
    assert {type(value) for value in (word.start_s, word.end_s, word.confidence)} == {float}
    assert type(said.segments[0].end_s) is float


@model
@pytest.mark.parametrize(
    "samples",
    [
        pytest.param(silence(8.0), id="silence"),
        pytest.param(noise(8.0), id="noise"),
        pytest.param(tone(8.0), id="tone"),
        pytest.param(silence(0.0), id="nothing"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en", "auto"])
def test_silence_cannot_become_words(samples: Samples, language: str, whisper: Transcriber) -> None:
    recording = Recording("call.wav", (Audio(samples),), "mono", "pcm_s16le", 16_000)
    said = transcribe_recording(recording, transcriber=whisper, activity=build_activity(), language=language)
    assert (said.segments, said.language) == ((), "und")


@model
def test_batch_size_does_not_change_the_transcript(random_whisper: Path, call: Recording, said: Transcript) -> None:
    one_by_one = build_transcriber("whisper", folder=random_whisper, options=replace(OPEN, batch_size=1))
    again = transcribe_recording(call, transcriber=one_by_one, activity=build_activity(), language="zh")
    assert [segment.text for segment in again.segments] == [segment.text for segment in said.segments]


@model
def test_hotwords_reach_the_decoder(whisper: Transcriber, call: Recording, said: Transcript) -> None:
    hotwords = ["KFR-35GW", "海尔", "订单号"] * 200
    other = transcribe_recording(call, transcriber=whisper, activity=build_activity(), language="zh", hotwords=hotwords)
    assert other.segments
    assert other.text != said.text


@model
@pytest.mark.parametrize("language", ["zh", "en", "auto"])
def test_language_is_chinese_or_english(language: str, whisper: Transcriber, call: Recording) -> None:
    heard = whisper.transcribe(call.channels[0], language=language, hotwords=(), stretches=(Stretch(0.1, 5.0),))
    assert heard.language == language if language != "auto" else heard.language in ("zh", "en")


@model
def test_text_that_loops_is_left_out_and_told(random_whisper: Path, call: Recording) -> None:
    strict = build_transcriber("whisper", folder=random_whisper, options=WhisperOptions(compression_ratio_limit=0.1))
    heard = strict.transcribe(call.channels[0], language="zh", hotwords=(), stretches=(Stretch(0.1, 5.0),))
    assert heard.segments == ()
    assert "looped" in heard.warnings[0]


@model
def test_text_the_model_doubts_is_heard_warmer_and_twice_the_same(random_whisper: Path, call: Recording) -> None:
    doubting = replace(OPEN, log_probability_floor=-0.01, temperatures=(1.0,), best_of=1)
    stretches = (Stretch(9.0, 12.5),)
    cold, warm, again = (
        build_transcriber("whisper", folder=random_whisper, options=options).transcribe(
            call.channels[0], language="zh", hotwords=(), stretches=stretches
        )
        for options in (OPEN, doubting, doubting)
    )
    assert warm.text != cold.text
    assert warm == again
    assert all(9.0 <= word.start_s <= word.end_s <= 12.5 for word in warm.segments[0].words)


@model
def test_without_temperatures_doubted_text_is_heard_once(random_whisper: Path, call: Recording) -> None:
    once = replace(OPEN, log_probability_floor=-0.01, temperatures=())
    texts = {
        build_transcriber("whisper", folder=random_whisper, options=options)
        .transcribe(call.channels[0], language="zh", hotwords=(), stretches=(Stretch(9.0, 12.5),))
        .text
        for options in (OPEN, once)
    }
    assert len(texts) == 1


@model
def test_whisper_tells_languages_apart_by_the_first_speech(whisper: Transcriber, call: Recording) -> None:
    assert isinstance(whisper, LanguageDetector)
    assert whisper.detect_language(call.channels[0], (Stretch(0.1, 5.0),)) in ("zh", "en")
    assert whisper.detect_language(call.channels[0], ()) == "und"


@model
def test_random_whisper_brings_a_card(random_whisper: Path) -> None:
    card = locate_folder(random_whisper).card
    assert (card.name, card.metrics) == ("whisper-random", ())
    assert {file.path for file in card.files} >= {"model.bin", "tokenizer.json", "config.json"}


@model
def test_folder_without_weights_that_load_is_refused(random_whisper: Path, tmp_path: Path) -> None:
    folder = tmp_path / "whisper-tiny"
    folder.mkdir()
    for name in ("config.json", "tokenizer.json", "vocabulary.txt"):
        (folder / name).write_bytes(b"{}")
    (folder / "model.bin").write_bytes(b"not a model")
    with pytest.raises(ModelUnavailable, match="cannot be loaded as a CTranslate2 Whisper"):
        build_transcriber("whisper", folder=folder)


@pytest.mark.parametrize(
    ("stretches", "count"),
    [
        pytest.param([(0, 5), (6, 9)], 2, id="all where there is little"),
        pytest.param([(0, 20), (21, 40), (41, 60)], 2, id="half a minute of speech"),
        pytest.param([(0, 100), (101, 102)], 1, id="one that is longer"),
    ],
)
def test_language_is_told_by_the_first_half_minute(stretches: list[tuple[float, float]], count: int) -> None:
    assert len(_first([Stretch(*bounds) for bounds in stretches])) == count


@pytest.mark.parametrize(
    ("stretches", "windows"),
    [
        pytest.param([], [], id="nothing"),
        pytest.param([(0, 5), (5.5, 9)], [(0, 9)], id="near ones are joined"),
        pytest.param([(0, 5), (6.5, 9)], [(0, 5), (6.5, 9)], id="far ones are not"),
        pytest.param([(0, 20), (20.5, 40)], [(0, 20), (20.5, 40)], id="no window over 28 s"),
        pytest.param([(0, 56)], [(0, 28), (28, 56)], id="a long one is cut"),
    ],
)
def test_windows_hold_what_whisper_hears_at_once(
    stretches: list[tuple[float, float]], windows: list[tuple[float, float]]
) -> None:
    found = _windows([Stretch(*bounds) for bounds in stretches])
    assert [(window.start_s, window.end_s) for window in found] == windows
