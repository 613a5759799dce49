"""POST /v1/audio/transcriptions and /v1/ocr: one file in, as OpenAI's clients send and read it."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.engines import Engines
from api.errors import Problem
from api.routes.forms import Form
from api.routes.media import checked_options
from api.schemas.media import PagesRead
from api.settings import Settings

DIGITS = "20250618936"


@pytest.fixture(scope="module")
def noise_wav() -> bytes:
    """Return speech-loud noise, four seconds of 16 kHz mono."""
    samples = np.random.default_rng(0).integers(-9000, 9000, 64_000, dtype=np.int16)
    target = io.BytesIO()
    with wave.open(target, "wb") as output:
        output.setnchannels(1)
        output.setsampwidth(2)
        output.setframerate(16_000)
        output.writeframes(samples.tobytes())
    return target.getvalue()


@pytest.fixture(scope="module")
def label_png() -> bytes:
    target = io.BytesIO()
    PIL.Image.new("RGB", (320, 240), "white").save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    ("response_format", "media_type", "begins"),
    [
        ("json", "application/json", '{"text":"订单20250618936"}'),
        ("text", "text/plain; charset=utf-8", "订单20250618936\n"),
        ("srt", "text/plain; charset=utf-8", "1\n00:00:00,500 --> 00:00:02,300\n订单20250618936"),
        ("vtt", "text/vtt; charset=utf-8", "WEBVTT\n\n00:00:00.500 --> 00:00:02.300\n订单20250618936"),
    ],
)
def test_transcription_comes_in_the_format_asked_for(
    api_client: TestClient, noise_wav: bytes, response_format: str, media_type: str, begins: str
) -> None:
    response = api_client.post(
        "/v1/audio/transcriptions",
        data={"model": "whisper-1", "language": "zh", "response_format": response_format},
        files={"file": ("call.wav", noise_wav)},
    )
    assert response.headers["content-type"] == media_type
    assert response.text.startswith(begins)


def test_verbose_transcription_has_segments_and_words(api_client: TestClient, noise_wav: bytes) -> None:
    response = api_client.post(
        "/v1/audio/transcriptions",
        data={"response_format": "verbose_json"},
        files={"file": ("call.wav", noise_wav)},
    )
    body = response.json()
    assert (body["task"], body["language"], body["duration"]) == ("transcribe", "zh", 4.0)
    assert "".join(word["word"] for word in body["words"]).endswith(DIGITS)
    assert body["segments"][0]["start"] == 0.5


def test_times_are_given_as_asked_for(api_client: TestClient, noise_wav: bytes) -> None:
    for wanted, given in (
        (["word"], {"words"}),
        (["segment"], {"segments"}),
        (["word", "segment"], {"words", "segments"}),
    ):
        data = {"response_format": "verbose_json", "timestamp_granularities[]": wanted, "temperature": "0.2"}
        body = api_client.post("/v1/audio/transcriptions", data=data, files={"file": ("call.wav", noise_wav)}).json()
        assert {"words", "segments"} & set(body) == given


@pytest.mark.parametrize(
    ("texts", "where"),
    [
        pytest.param({"timestamp_granularities[]": "word"}, "timestamp_granularities[]", id="times without verbose"),
        pytest.param({"timestamp_granularities[]": "x"}, "timestamp_granularities[]", id="unknown granularity"),
        pytest.param({"temperature": "warm"}, "temperature", id="temperature that is no number"),
        pytest.param({"temperature": "nan"}, "temperature", id="temperature that is none"),
        pytest.param({"temperature": "2"}, "temperature", id="temperature too high"),
        pytest.param({"stream": "True"}, "stream", id="stream"),
    ],
)
def test_what_would_be_ignored_in_silence_is_refused(texts: dict[str, str], where: str) -> None:
    form = Form(texts, (), {name: (text,) for name, text in texts.items()})
    with pytest.raises(Problem) as refused:
        checked_options(form, "json")
    assert refused.value.where == where


@pytest.mark.parametrize("changed", [{"language": "fr"}, {"response_format": "docx"}], ids=["language", "format"])
def test_an_unknown_choice_is_refused(api_client: TestClient, noise_wav: bytes, changed: dict[str, str]) -> None:
    response = api_client.post("/v1/audio/transcriptions", data=changed, files={"file": ("call.wav", noise_wav)})
    assert (response.status_code, response.json()["where"]) == (422, next(iter(changed)))


def test_ocr_reads_lines_with_boxes(api_client: TestClient, label_png: bytes) -> None:
    body = api_client.post("/v1/ocr", files={"file": ("label.png", label_png)}).json()
    assert [line["text"] for line in body["pages"][0]["lines"]] == ["型号 KFR-35GW/CL3A", "S/N CL3A2506180427"]
    assert len(body["pages"][0]["lines"][0]["box"]) == 4
    assert body["pages"][0]["width"] == 320


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-CN", "请重拍：字太小，看不清"), ("en-US", "please retake: the print is too small to be read")],
)
def test_ocr_says_what_to_retake_in_the_readers_language(api_client: TestClient, language: str, said: str) -> None:
    target = io.BytesIO()
    PIL.Image.new("RGB", (60, 60), "white").save(target, "PNG")
    files = {"file": ("small.png", target.getvalue())}
    body = api_client.post("/v1/ocr", files=files, headers={"Accept-Language": language}).json()
    (flaw,) = body["pages"][0]["flaws"]
    assert (flaw["word"], flaw["says"], body["quality"]) == ("too_small", said, ["too_small"])


def test_ocr_documents_an_answer_that_is_one(api_app: FastAPI) -> None:
    schema = api_app.openapi()["components"]["schemas"]["PagesRead"]
    assert PagesRead.model_validate(schema["example"]).fields["serial_number"].code_box is not None


@pytest.mark.model
def test_whisper_speaks_where_its_weights_are(random_whisper: Path, noise_wav: bytes, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, models_dir=random_whisper.parent, whisper_model=random_whisper.name)
    engines = Engines(settings)
    state = engines.speech_state()
    assert (state.rung, state.degraded) == ("folder", False)
    transcript = engines.transcribe(noise_wav, name="noise.wav", language="zh")
    assert transcript.engine == state.engine
