"""The shipped digit networks hear digits of people, and no number where somebody talks of something else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from speech import ModelUnavailable, build_activity, build_transcriber, read_audio, transcribe_recording
from speech.spoken_digits.digits import DigitTeller
from speech.spoken_digits.listening import listen
from speech.spoken_digits.onnx_digits import MODELS, build, from_folder
from speech.spoken_digits.second_pass import numbers_alone
from tests.speech.signals import noise, tone

SENTENCES = ("librivox_0870.flac", "librivox_0880.wav", "librivox_0920.flac", "jfk.flac", "google_brooklyn.flac")
MANDARIN_SENTENCES = ("wenet_mid.flac", "watson_zh-CN_sample1_for_16k.flac", "funasr_asr_example.flac")


@pytest.fixture(scope="module", params=sorted(MODELS))
def teller(request: pytest.FixtureRequest) -> DigitTeller:
    return build(language=request.param)


def test_networks_keep_the_protocol(teller: DigitTeller) -> None:
    assert isinstance(teller, DigitTeller)
    told = teller.tell([tone(0.3), noise(0.4)])
    assert told.shape == (2, 11)
    np.testing.assert_allclose(np.exp(told).sum(axis=1), 1.0, atol=1e-3)


def test_no_words_are_told_nothing(teller: DigitTeller) -> None:
    assert teller.tell([]).shape == (0, 11)


def test_same_words_are_told_the_same(teller: DigitTeller) -> None:
    words = [tone(0.3), noise(0.4)]
    np.testing.assert_array_equal(teller.tell(words), teller.tell(words))


def test_unknown_language_is_refused_with_the_choice() -> None:
    with pytest.raises(ModelUnavailable, match="en, zh"):
        build(language="fr")


def test_empty_folder_says_how_to_fill_it(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"training\.fit_digits"):
        from_folder(tmp_path, name="empty")


def _clip(shared_data: Path, name: str) -> Path:
    path = shared_data / "speech" / "clips" / name
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    return path


@pytest.mark.model
def test_digits_of_a_stranger_are_heard(shared_data: Path) -> None:
    recording = read_audio(_clip(shared_data, "en/vosk_test.flac"), name="vosk_test.flac")
    said = transcribe_recording(
        recording,
        transcriber=build_transcriber("sphinx"),
        activity=build_activity(),
        language="en",
        digits={"en": build(language="en")},
    )
    assert any(number.digits for segment in said.segments for number in segment.numbers)


@pytest.mark.model
@pytest.mark.parametrize("name", SENTENCES)
def test_english_sentences_hold_no_number(shared_data: Path, name: str) -> None:
    recording = read_audio(_clip(shared_data, f"en/{name}"), name=name)
    said = transcribe_recording(
        recording,
        transcriber=build_transcriber("sphinx"),
        activity=build_activity(),
        language="en",
        digits={"en": build(language="en")},
    )
    assert [number for segment in said.segments for number in segment.numbers] == []


@pytest.mark.model
@pytest.mark.parametrize("name", MANDARIN_SENTENCES)
def test_mandarin_sentences_hold_no_number(shared_data: Path, name: str) -> None:
    audio = read_audio(_clip(shared_data, f"zh/{name}"), name=name).channels[0]
    assert numbers_alone(audio, build_activity().detect(audio), build(language="zh")) == []


@pytest.mark.model
@pytest.mark.parametrize("language", sorted(MODELS))
def test_noise_holds_no_number(language: str) -> None:
    heard = listen(noise(4.0), build(language=language))
    assert all(len(reading.digits) < 4 for reading in heard.readings[:1])
