"""What a form may say of a recording: headerless sound, the customer's side; and the copy without private numbers."""

from __future__ import annotations

import io
import os
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.keys import create_key
from api.engines import StandIns
from api.jobs.spool import SpooledFile
from api.settings import Settings
from speech import Word, build_activity, build_transcriber

CARD = ["four", "one", "one", "one", "one", "one", "one", "one", "one", "one", "one", "one", "one", "one", "one", "one"]
NOISE = np.random.default_rng(0).integers(-9000, 9000, 80_000, dtype=np.int16)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """Put a service together that hears a card number between 1.0 and 4.2 s."""
    words = (Word(0.2, 0.8, "card", 0.9), *(Word(1 + 0.2 * n, 1.2 + 0.2 * n, one, 0.9) for n, one in enumerate(CARD)))
    stand_ins = StandIns(transcriber=build_transcriber("scripted", script=words), activity=build_activity("energy"))
    made = create_app(Settings(data_dir=tmp_path_factory.mktemp("data")), stand_ins=stand_ins)
    yield made
    made.state.engines.close()
    made.state.store.database.close()


@pytest.fixture(scope="module")
def client(app: FastAPI) -> TestClient:
    _, secret = create_key(app.state.store, name="test", scopes=["admin"])
    return TestClient(app, headers={"Authorization": f"Bearer {secret}"})


def _wav(*sides: np.ndarray) -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as output:
        output.setnchannels(len(sides))
        output.setsampwidth(2)
        output.setframerate(16_000)
        output.writeframes(np.stack(sides, axis=1).tobytes())
    return target.getvalue()


def _sound(content: bytes) -> np.ndarray:
    with wave.open(io.BytesIO(content)) as file:
        pcm = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
        return pcm.reshape(-1, file.getnchannels()) / 32_767


def test_redacted_copy_beeps_over_the_card_on_both_channels(client: TestClient) -> None:
    sides = (NOISE, np.roll(NOISE, 40_000))
    answer = client.post("/v1/audio/redactions", files={"file": ("call.wav", _wav(*sides))})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
    assert answer.headers["covered-seconds"] == "0.7-4.5"
    copy, source = _sound(answer.content), np.stack(sides, axis=1) / 32_767
    covered = copy[round(0.7 * 16_000) : round(4.5 * 16_000)]
    for side in (0, 1):
        assert float(np.abs(covered[:, side]).max()) == pytest.approx(0.1, abs=0.001)
        assert np.argmax(np.abs(np.fft.rfft(covered[:16_000, side]))) == 1_000
    assert np.allclose(copy[: round(0.7 * 16_000)], source[: round(0.7 * 16_000)], atol=1e-4)
    assert np.allclose(copy[round(4.51 * 16_000) :], source[round(4.51 * 16_000) :], atol=1e-4)


def test_headerless_sound_is_read_as_named(client: TestClient) -> None:
    form = {"raw_rate": "8000", "raw_encoding": "mulaw", "raw_channels": "2", "response_format": "verbose_json"}
    content = np.random.default_rng(1).bytes(8_000 * 2 * 5)
    body = client.post("/v1/audio/transcriptions", data=form, files={"file": ("call.raw", content)}).json()
    assert (body["duration"], len(body["analytics"]["sides"])) == (5.0, 2)


@pytest.mark.parametrize("path", ["/v1/audio/transcriptions", "/v1/audio/redactions"])
@pytest.mark.parametrize(
    ("field", "given"),
    [("raw_rate", "fast"), ("raw_rate", "3999"), ("raw_rate", "1" * 9), ("raw_encoding", "mp3"), ("raw_channels", "3")],
)
def test_wrong_word_about_headerless_sound_is_refused_by_name(
    client: TestClient, path: str, field: str, given: str
) -> None:
    answer = client.post(path, data={field: given}, files={"file": ("call.raw", b"\x00" * 16_000)})
    assert (answer.status_code, answer.json()["where"]) == (422, field)


@pytest.mark.parametrize(("side", "speaker"), [("left", "customer"), ("right", "agent"), ("auto", "")])
def test_customers_side_is_as_the_caller_says(client: TestClient, side: str, speaker: str) -> None:
    form = {"customer_channel": side, "response_format": "verbose_json"}
    silent = np.zeros_like(NOISE)
    files = {"file": ("call.wav", _wav(NOISE, silent))}
    body = client.post("/v1/audio/transcriptions", data=form, files=files).json()
    assert [segment["speaker"] for segment in body["segments"]] == [speaker]
    first = body["analytics"]["sides"][0]
    assert (first["speaker"], first["talk_s"], first["words"]) == (speaker, pytest.approx(5.0, abs=0.05), 17)


def test_unknown_side_is_refused(client: TestClient) -> None:
    files = {"file": ("call.wav", _wav(NOISE))}
    answer = client.post("/v1/audio/transcriptions", data={"customer_channel": "top"}, files=files)
    assert (answer.status_code, answer.json()["where"]) == (422, "customer_channel")


def test_prefill_takes_the_side_and_gives_the_analytics(client: TestClient) -> None:
    files = [("files", ("call.wav", _wav(NOISE, np.zeros_like(NOISE)), "audio/wav"))]
    form = {"request": '{"customer_channel": "left", "messages": []}'}
    (transcript,) = client.post("/v1/prefill", data=form, files=files).json()["transcripts"]
    assert [segment["speaker"] for segment in transcript["segments"]] == ["customer"]
    assert transcript["analytics"]["sides"][0]["talk_s"] == pytest.approx(5.0, abs=0.05)


def test_one_channel_is_said_to_be_one_speaker_in_the_readers_language(client: TestClient) -> None:
    files = [("files", ("call.wav", _wav(NOISE), "audio/wav"))]
    body = client.post("/v1/prefill", files=files, headers={"Accept-Language": "zh-CN"}).json()
    assert any("只有一个声道" in warning or "one channel" in warning for warning in body["warnings"])


def test_too_long_a_recording_is_refused(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    limits = settings.limits.model_copy(update={"audio_hours": 4 / 3600})
    stand_ins = StandIns(transcriber=build_transcriber("scripted"), activity=build_activity("energy"))
    made = create_app(settings.model_copy(update={"limits": limits}), stand_ins=stand_ins)
    _, secret = create_key(made.state.store, name="test", scopes=["admin"])
    client = TestClient(made, headers={"Authorization": f"Bearer {secret}"})
    answer = client.post("/v1/audio/transcriptions", files={"file": ("call.wav", _wav(NOISE))})
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "audio_too_long")
    made.state.engines.close()
    made.state.store.database.close()


def test_files_of_a_prefill_that_failed_go_when_media_do(app: FastAPI, client: TestClient) -> None:
    work = app.state.work
    spool_id = work.spool.put([SpooledFile("call.wav", b"RIFF")])
    folder = work.settings.data_dir / "spool" / spool_id
    assert work.forget_files() == 0
    old_s = folder.stat().st_mtime - (work.settings.media_keep_days + 1) * 86_400
    os.utime(folder, (old_s, old_s))
    assert (work.forget_files(), folder.exists()) == (1, False)
