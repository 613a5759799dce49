"""Two networks of the true shapes tell two hums in a channel apart through sherpa-onnx; broken folders are refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from model_cards import load_card, pull, verify
from speech import Audio, ModelUnavailable, SpeakerTurns, build_turns
from speech.records import Samples
from speech.sides.sherpa_turns import TurnsOptions
from tests.model_cards.hub_server import Hub
from tests.speech.signals import noise, silence, tone

pytest.importorskip("sherpa_onnx", reason="the extra `sherpa` brings sherpa-onnx")
pytest.importorskip("onnx", reason="random networks are made with the extra `train`")
MODEL = "sherpa-speaker-turns"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from training.random_speakers import make_random_speakers

    return make_random_speakers(tmp_path_factory.mktemp("models") / "random-speakers", seed=0)


@pytest.fixture(scope="module")
def telling(folder: Path) -> SpeakerTurns:
    return build_turns("sherpa", folder=folder)


@pytest.fixture
def altered(folder: Path, tmp_path: Path) -> Callable[..., Path]:
    """Return a copy of the folder in which one network's metadata differ."""
    import onnx

    def copy(name: str, **changes: str | None) -> Path:
        copied = tmp_path / "altered"
        shutil.copytree(folder, copied)
        card = (copied / "CARD.md").read_text(encoding="utf-8")
        size = (copied / name).stat().st_size
        model = onnx.load(copied / name)
        metadata = {entry.key: entry.value for entry in model.metadata_props} | changes
        onnx.helper.set_model_props(model, {key: value for key, value in metadata.items() if value is not None})
        onnx.save(model, copied / name)
        card = card.replace(f"bytes: {size}}}", f"bytes: {(copied / name).stat().st_size}}}")
        (copied / "CARD.md").write_text(card, encoding="utf-8")
        return copied

    return copy


def hums(*parts: tuple[float, float]) -> Samples:
    """Return hums of a pitch and a length each, half a second of quiet around them."""
    pieces = [silence(0.5)]
    for hz, length_s in parts:
        pieces += [tone(length_s, hz=hz, level=0.1), silence(0.5)]
    sound = np.concatenate(pieces)
    return sound + noise(len(sound) / 16_000, level=1e-4)


LOW, HIGH = 400.0, 1_600.0


def told(telling: SpeakerTurns, sound: Samples) -> list[tuple[float, float, int]]:
    return [(round(turn.start_s, 1), round(turn.end_s, 1), turn.voice) for turn in telling.turns(Audio(sound))]


def test_two_hums_are_two_voices_where_they_sound(telling: SpeakerTurns) -> None:
    found = told(telling, hums((HIGH, 3), (LOW, 2), (HIGH, 1)))
    assert found == [(0.5, 3.5, 0), (4.0, 6.0, 1), (6.5, 7.5, 0)]
    assert telling.engine == "sherpa:random-speakers"


@pytest.mark.parametrize(
    "sound", [hums((LOW, 3)), silence(2.0), silence(0.0)], ids=["one voice", "silence", "no sound"]
)
def test_one_voice_or_none_is_no_more(telling: SpeakerTurns, sound: Samples) -> None:
    assert {voice for *_, voice in told(telling, sound)} <= {0}


def test_voices_are_the_same_in_every_block_of_a_long_call(folder: Path) -> None:
    """Blocks of 20 s: the third begins with the call's second voice, which is its own first."""
    telling = build_turns("sherpa", folder=folder, options=TurnsOptions(block_s=20.0))
    sound = hums((LOW, 15), (HIGH, 10), (LOW, 10), (HIGH, 10))
    found = told(telling, sound)
    assert {turn.voice for turn in telling.turns(Audio(sound[40 * 16_000 :]))} == {0}
    assert sorted({voice for start_s, _, voice in found if start_s < 15 or 26.2 < start_s < 36}) == [0]
    assert sorted({voice for start_s, _, voice in found if 15.8 < start_s < 26 or start_s > 36.8}) == [1]
    assert {start_s for start_s, *_ in found} >= {20.0, 40.0}


@pytest.mark.parametrize(
    ("name", "changes", "what"),
    [
        pytest.param("segmentation.onnx", {"window_size": None}, "window_size", id="no window size"),
        pytest.param("segmentation.onnx", {"num_speakers": "many"}, "num_speakers", id="no number"),
        pytest.param("segmentation.onnx", {"sample_rate": "8000"}, "8000 Hz", id="of telephones"),
        pytest.param("segmentation.onnx", {"powerset_max_classes": "3"}, "no segmentation", id="three at once"),
        pytest.param("embedding.onnx", {"framework": "nemo"}, "no embedding of 3d-speaker", id="another framework"),
        pytest.param("embedding.onnx", {"output_dim": None}, "output_dim", id="no width"),
    ],
)
def test_network_that_would_end_the_process_is_refused(
    altered: Callable[..., Path], name: str, changes: dict[str, str | None], what: str
) -> None:
    with pytest.raises(ModelUnavailable, match=what):
        build_turns("sherpa", folder=altered(name, **changes))


def test_missing_weights_name_the_mending_command(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=f"beforehand models pull {MODEL}"):
        build_turns("sherpa", models_dir=tmp_path)


def test_files_of_two_repositories_are_pulled_into_one_folder(hub: Hub, folder: Path, tmp_path: Path) -> None:
    for file in load_card(MODEL).files:
        repository = file.hub or load_card(MODEL).source.hub
        hub.put(repository, file.hub_path, (folder / file.path).read_bytes(), is_large=True)
    located = pull(MODEL, models_dir=tmp_path, endpoint=hub.endpoint)
    assert {check.state for check in verify(MODEL, models_dir=tmp_path)} == {"ok"}
    assert located.path.name == MODEL
    assert told(build_turns("sherpa", models_dir=tmp_path), hums((LOW, 2), (HIGH, 2))) == [(0.5, 2.5, 0), (3.0, 5.0, 1)]
