"""Recognisers are found by name; the scripted one keeps the protocol."""

from __future__ import annotations

import subprocess
import sys

import pytest

from speech import (
    Audio,
    ModelUnavailable,
    SpeechError,
    Stretch,
    Transcriber,
    Word,
    build_transcriber,
    transcriber_names,
)
from tests.speech.signals import silence

SCRIPT = (Word(1.0, 1.5, "空调", 0.9), Word(1.5, 2.0, "不制冷", 0.7), Word(5.0, 5.5, "谢谢", 0.8))


def test_names_are_the_files_of_the_folder() -> None:
    assert transcriber_names() == ("scripted", "sherpa", "sphinx", "whisper")


@pytest.mark.parametrize("name", ["whispr", "", "../whisper", "语音"])
def test_unknown_recogniser_is_told(name: str) -> None:
    with pytest.raises(ModelUnavailable, match="scripted, sherpa, sphinx, whisper"):
        build_transcriber(name)


def test_whisper_without_weights_names_the_mending_command() -> None:
    with pytest.raises(ModelUnavailable, match="beforehand models pull whisper-small"):
        build_transcriber("whisper", models_dir=None)


def test_whisper_without_a_card_is_refused() -> None:
    with pytest.raises(ModelUnavailable, match="without a card cannot be loaded"):
        build_transcriber("whisper", model="my-whisper", models_dir=None)


def test_scripted_keeps_the_protocol() -> None:
    assert isinstance(build_transcriber("scripted"), Transcriber)


def test_scripted_says_only_what_lies_in_the_stretches() -> None:
    transcriber = build_transcriber("scripted", script=SCRIPT, language="zh")
    said = transcriber.transcribe(Audio(silence(6.0)), language="auto", hotwords=(), stretches=[Stretch(0.5, 3.0)])
    assert [segment.text for segment in said.segments] == ["空调不制冷"]
    assert said.segments[0].confidence == pytest.approx(0.8)
    assert said.language == "zh"


@pytest.mark.parametrize("language", ["de", "", "ZH", "中文" * 1000])
def test_unknown_language_is_refused(language: str) -> None:
    with pytest.raises(SpeechError, match="zh, en, auto"):
        build_transcriber("scripted").transcribe(Audio(silence(1.0)), language=language, hotwords=())


def test_import_of_speech_loads_no_model_library() -> None:
    heavy = {"onnxruntime", "faster_whisper", "ctranslate2", "pocketsphinx", "torch", "av", "soxr", "httpx"}
    code = "import sys, speech, model_cards; print(*sorted(sys.modules), sep=chr(10))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert heavy.isdisjoint(loaded.split())
    assert "speech.sound.audio" in loaded.split()
