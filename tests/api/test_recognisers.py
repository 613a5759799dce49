"""Who hears Chinese and who English, by what lies in the models folder; what is lacking names what brings it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from api.engines import Engines, StandIns
from api.recognisers import choose_recognisers
from api.settings import Settings
from model_cards import load_card
from speech import build_activity
from tests.speech.signals import noise, wav

pytest.importorskip("sherpa_onnx", reason="the extra `sherpa` brings sherpa-onnx")
WHISPER, SENSE_VOICE, PARAFORMER = "whisper-small", "sherpa-sense-voice", "sherpa-paraformer-zh"
FLOOR = "sphinx:pocketsphinx-en-us"
PULL = "beforehand models pull"
Asked = Literal["auto", "whisper", "sherpa", "sphinx"]


def settings_with(models_dir: Path, *present: str, asked: Asked, sherpa_model: str = SENSE_VOICE) -> Settings:
    """Lay files of no content where models would lie: who speaks is chosen before anything is loaded."""
    for name in present:
        folder = models_dir / name
        folder.mkdir(parents=True)
        for file in load_card(name).files:
            (folder / file.path).touch()
    return Settings(data_dir=models_dir, models_dir=models_dir, transcriber=asked, sherpa_model=sherpa_model)


@pytest.mark.parametrize(
    ("asked", "present", "engine", "fix"),
    [
        pytest.param("auto", (), FLOOR, f"{PULL} {WHISPER}", id="nothing is here"),
        pytest.param("auto", (WHISPER,), f"whisper:{WHISPER}", "", id="Whisper hears both"),
        pytest.param("auto", (SENSE_VOICE,), f"sherpa:{SENSE_VOICE}", "", id="SenseVoice hears both"),
        pytest.param(
            "auto",
            (WHISPER, SENSE_VOICE),
            f"sherpa:{SENSE_VOICE} (zh), whisper:{WHISPER} (en)",
            "",
            id="each hears its own",
        ),
        pytest.param("whisper", (SENSE_VOICE,), f"whisper:{WHISPER}", f"{PULL} {WHISPER}", id="Whisper alone, absent"),
        pytest.param("whisper", (WHISPER, SENSE_VOICE), f"whisper:{WHISPER}", "", id="Whisper alone"),
        pytest.param("sherpa", (WHISPER,), f"sherpa:{SENSE_VOICE}", f"{PULL} {SENSE_VOICE}", id="sherpa alone, absent"),
        pytest.param("sherpa", (WHISPER, SENSE_VOICE), f"sherpa:{SENSE_VOICE}", "", id="sherpa alone"),
        pytest.param("sphinx", (WHISPER, SENSE_VOICE), FLOOR, "", id="the floor alone"),
    ],
)
def test_recogniser_is_chosen_by_what_is_here(
    tmp_path: Path, asked: Asked, present: tuple[str, ...], engine: str, fix: str
) -> None:
    state = choose_recognisers(settings_with(tmp_path, *present, asked=asked)).state()
    assert (state.engine, state.fix, state.degraded, bool(state.reason)) == (engine, fix, bool(fix), bool(fix))


def test_chinese_alone_leaves_english_on_the_floor_and_says_so(tmp_path: Path) -> None:
    settings = settings_with(tmp_path, PARAFORMER, asked="auto", sherpa_model=PARAFORMER)
    state = choose_recognisers(settings).state()
    assert state.engine == f"sherpa:{PARAFORMER} (zh), {FLOOR} (en)"
    assert (state.degraded, state.fix) == (True, f"{PULL} {WHISPER}")


def test_absent_recogniser_asked_for_by_name_is_on_no_rung(tmp_path: Path) -> None:
    assert choose_recognisers(settings_with(tmp_path, asked="sherpa")).state().rung == "none"


def test_service_hears_each_language_with_its_own(tmp_path: Path) -> None:
    from training.random_sherpa import make_random_paraformer

    folder = make_random_paraformer(tmp_path / "models" / "random-paraformer", seed=0)
    settings = Settings(data_dir=tmp_path, models_dir=folder.parent, sherpa_model=folder.name)
    engines = Engines(settings, stand_ins=StandIns(activity=build_activity("energy")))
    said = engines.transcribe(wav(noise(1.0)), name="call.wav", language="zh")
    assert (said.language, said.engine) == ("zh", "sherpa:random-paraformer")
    assert engines.speech_state().engine == "sherpa:random-paraformer (zh), sphinx:pocketsphinx-en-us (en)"
