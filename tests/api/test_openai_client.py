"""The official OpenAI client speaks to our /v1/audio/transcriptions, over a real socket."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from fastapi import FastAPI

from speech.records import Samples
from tests.browser.console_server import ConsoleServer
from tests.speech.signals import wav

openai = pytest.importorskip("openai", reason="the extra `dev` brings OpenAI's client")
pytestmark = pytest.mark.systems
TEXT = "订单20250618936"


@pytest.fixture(scope="module")
def sound() -> bytes:
    samples: Samples = np.random.default_rng(0).uniform(-0.27, 0.27, 64_000).astype(np.float32)
    return wav(samples)


@pytest.fixture
def client(api_app: FastAPI, api_key: str) -> Iterator[openai.OpenAI]:
    server = ConsoleServer(api_app)
    server.start()
    with openai.OpenAI(base_url=f"{server.address}/v1", api_key=api_key, max_retries=0) as asked:
        yield asked
    server.stop()


@pytest.mark.parametrize(
    ("response_format", "begins"),
    [
        ("text", TEXT),
        ("srt", f"1\n00:00:00,500 --> 00:00:02,300\n{TEXT}"),
        ("vtt", f"WEBVTT\n\n00:00:00.500 --> 00:00:02.300\n{TEXT}"),
    ],
)
def test_client_gets_texts(client: openai.OpenAI, sound: bytes, response_format: str, begins: str) -> None:
    said = client.audio.transcriptions.create(
        file=("call.wav", sound), model="whisper-1", response_format=response_format, language="zh"
    )
    assert said.startswith(begins)


def test_client_gets_json(client: openai.OpenAI, sound: bytes) -> None:
    said = client.audio.transcriptions.create(file=("call.wav", sound), model="whisper-1", prompt="海尔，格力")
    assert said.text == TEXT


def test_client_gets_words_and_segments(client: openai.OpenAI, sound: bytes) -> None:
    said = client.audio.transcriptions.create(
        file=("call.wav", sound),
        model="whisper-1",
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
        temperature=0.2,
    )
    assert (said.language, said.duration, said.segments[0].start) == ("zh", 4.0, 0.5)
    assert "".join(word.word for word in said.words) == TEXT


def test_client_gets_words_alone(client: openai.OpenAI, sound: bytes) -> None:
    said = client.audio.transcriptions.create(
        file=("call.wav", sound), model="whisper-1", response_format="verbose_json", timestamp_granularities=["word"]
    )
    assert said.words[0].start == 0.5
    assert said.segments is None


def test_client_is_told_that_nothing_is_streamed(client: openai.OpenAI, sound: bytes) -> None:
    with pytest.raises(openai.UnprocessableEntityError) as refused:
        client.audio.transcriptions.create(file=("call.wav", sound), model="whisper-1", stream=True)
    assert refused.value.response.json()["where"] == "stream"
