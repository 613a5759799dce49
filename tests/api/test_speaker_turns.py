"""A models folder that holds speaker turns tells the voices of mono calls apart, uploaded and live; without one it is
said that everything counts as one speaker's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.cli.keys import create_key
from api.engines import Engines, StandIns
from api.settings import Settings
from api.speaker_turns import MODEL, open_turns, turns_state
from speech import Word, build_activity, build_transcriber
from speech.sides.turns import ONE_SPEAKER
from tests.api.test_audio_stream import held
from tests.speech.signals import noise, silence, tone, wav

pytest.importorskip("sherpa_onnx", reason="the extra `sherpa` brings sherpa-onnx")
pytest.importorskip("onnx", reason="made networks come with the extra `train`")
LOW, HIGH = (tone(2.0, hz=hz, level=0.1) for hz in (400.0, 1_600.0))
PAUSE = silence(1.0)
CALL = np.concatenate([PAUSE, LOW, PAUSE, HIGH, PAUSE, LOW, PAUSE]) + noise(10.0, level=1e-4)
SCRIPT = ((1.5, "您好，这里是客服"), (4.5, "订单20250618936坏了"), (7.5, "好的"))
SPEAKERS = ["agent", "customer", "agent"]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from training.random_speakers import make_random_speakers

    return make_random_speakers(tmp_path_factory.mktemp("models") / MODEL, seed=0).parent


def stand_ins() -> StandIns:
    words = tuple(Word(at, at + 1.0, text, 0.9) for at, text in SCRIPT)
    return StandIns(
        transcriber=build_transcriber("scripted", script=words, language="zh"), activity=build_activity("energy")
    )


@pytest.fixture(scope="module")
def client(models: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(data_dir=tmp_path_factory.mktemp("data"), models_dir=models)
    app = create_app(settings, stand_ins=stand_ins())
    _, secret = create_key(app.state.store, name="test", scopes=["admin"])
    yield TestClient(app, headers={"Authorization": f"Bearer {secret}"})
    app.state.engines.close()
    app.state.store.database.close()


def test_uploaded_call_names_its_speakers(client: TestClient) -> None:
    answer = client.post(
        "/v1/audio/transcriptions",
        data={"response_format": "verbose_json", "language": "zh"},
        files={"file": ("call.wav", wav(CALL))},
    )
    body = answer.json()
    assert [segment["speaker"] for segment in body["segments"]] == SPEAKERS
    assert len(body["analytics"]["sides"]) == 2


def test_draft_of_a_mono_call_names_its_speakers_and_the_model_that_told_them(client: TestClient) -> None:
    request = json.dumps({"template": "appliance_repair", "locale": "zh-CN"})
    draft = client.post(
        "/v1/prefill", data={"request": request}, files={"files": ("call.wav", wav(CALL), "audio/wav")}
    ).json()
    (transcript,) = draft["transcripts"]
    assert [segment["speaker"] for segment in transcript["segments"]] == SPEAKERS
    assert draft["models"]["speakers"] == transcript["voices_engine"] == f"sherpa:{MODEL}"
    assert draft["fields"]["order_number"]["evidence"][0]["speaker"] == "customer"
    assert not any("声道" in warning for warning in draft["warnings"])


def test_live_call_names_its_speakers_in_the_end(client: TestClient) -> None:
    said, _ = held(client, CALL)
    segments = [one["segment"]["speaker"] for one in said if one["type"] == "segment"]
    assert segments == ["", "", ""]
    assert [segment["speaker"] for segment in said[-1]["transcript"]["segments"]] == SPEAKERS
    assert [one["speaker"] for one in said[-1]["prefill"]["transcripts"][0]["segments"]] == SPEAKERS


def test_ready_names_what_tells_voices_apart(client: TestClient) -> None:
    engines = {one["name"]: one for one in client.get("/readyz").json()["engines"]}
    assert engines["speakers"]["engine"] == f"sherpa:{MODEL}"
    assert not engines["speakers"]["degraded"]


def test_without_a_folder_one_channel_is_one_speaker_and_nothing_is_degraded(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert (turns_state(settings), open_turns(settings)) == (None, None)
    heard = Engines(settings, stand_ins=stand_ins()).transcribe(wav(CALL), name="call.wav", language="zh")
    assert heard.warnings == (ONE_SPEAKER,)
    assert {segment.speaker for segment in heard.segments} == {""}


def test_folder_that_is_not_whole_is_told_and_one_speaker_stays(models: Path, tmp_path: Path) -> None:
    broken = tmp_path / "models" / MODEL
    broken.mkdir(parents=True)
    (broken / "segmentation.onnx").write_bytes((models / MODEL / "segmentation.onnx").read_bytes())
    settings = Settings(data_dir=tmp_path, models_dir=broken.parent)
    state = turns_state(settings)
    assert state is not None
    assert (state.degraded, state.rung, state.fix) == (True, "none", f"beforehand models pull {MODEL}")
    assert "embedding.onnx is missing" in state.reason
    heard = Engines(settings, stand_ins=stand_ins()).transcribe(wav(CALL), name="call.wav", language="zh")
    assert ONE_SPEAKER in heard.warnings
