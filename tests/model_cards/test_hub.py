"""A pull ends with a whole, checked folder or with none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from model_cards import (
    CardMissing,
    ChecksumMismatch,
    ModelMissing,
    PullFailed,
    PullProgress,
    card_names,
    load_card,
    locate,
    pull,
    verify,
)
from tests.model_cards.hub_server import Hub

NAME = "whisper-tiny"
REPOSITORY = load_card(NAME).source.hub
WEIGHTS = bytes(range(256)) * 4096  # one MiB
MODEL = f"/{REPOSITORY}/resolve/main/model.bin"


@pytest.fixture
def filled(hub: Hub) -> Hub:
    for file in load_card(NAME).files:
        is_large = file.path == "model.bin"
        hub.put(REPOSITORY, file.path, WEIGHTS if is_large else file.path.encode(), is_large=is_large)
    return hub


def test_pull_fills_the_folder(filled: Hub, tmp_path: Path) -> None:
    seen: list[PullProgress] = []
    located = pull(NAME, models_dir=tmp_path, endpoint=filled.endpoint, on_progress=seen.append)
    assert located.path == tmp_path / NAME
    assert (located.path / "model.bin").read_bytes() == WEIGHTS
    assert {check.state for check in verify(NAME, models_dir=tmp_path)} == {"ok"}
    weights = [progress for progress in seen if progress.path == "model.bin"]
    assert weights[-1] == PullProgress(NAME, "model.bin", len(WEIGHTS), len(WEIGHTS))
    manifest = json.loads((located.path / "MANIFEST.json").read_text())
    assert {row["commit"] for row in manifest["files"]} == {"c0ffee"}


@pytest.mark.parametrize("name", [name for name in card_names() if load_card(name).task == "speech-recognition"])
def test_every_recogniser_is_pulled_whole(hub: Hub, tmp_path: Path, name: str) -> None:
    card = load_card(name)
    for file in card.files:
        hub.put(card.source.hub, file.path, file.path.encode(), is_large=file.path.endswith((".bin", ".onnx")))
    located = pull(name, models_dir=tmp_path, endpoint=hub.endpoint)
    if card.source.hub:
        assert {path.name for path in located.path.iterdir()} == {*(file.path for file in card.files), "MANIFEST.json"}
    assert {check.state for check in verify(name, models_dir=tmp_path)} == {"ok"}


def test_pull_of_a_whole_model_asks_nobody(filled: Hub, tmp_path: Path) -> None:
    pull(NAME, models_dir=tmp_path, endpoint=filled.endpoint)
    asked = len(filled.requests)
    pull(NAME, models_dir=tmp_path, endpoint=filled.endpoint)
    assert len(filled.requests) == asked


def test_pull_of_a_shipped_model_asks_nobody(filled: Hub, tmp_path: Path) -> None:
    assert pull("silero-vad", models_dir=tmp_path, endpoint=filled.endpoint).rung == "package"
    assert filled.requests == []


def test_broken_off_download_goes_on_where_it_stopped(filled: Hub, tmp_path: Path) -> None:
    filled.break_after[MODEL] = [300_000, 300_000]
    pull(NAME, models_dir=tmp_path, endpoint=filled.endpoint)
    assert (tmp_path / NAME / "model.bin").read_bytes() == WEIGHTS
    asked = [wanted for method, path, wanted in filled.requests if method == "GET" and path == MODEL]
    assert asked == ["", "bytes=300000-", "bytes=600000-"]


def test_next_pull_goes_on_where_the_last_gave_up(filled: Hub, tmp_path: Path) -> None:
    filled.break_after[MODEL] = [500_000, 0, 0, 0]
    with pytest.raises(PullFailed, match=r"run again: beforehand models pull whisper-tiny"):
        pull(NAME, models_dir=tmp_path, endpoint=filled.endpoint)
    with pytest.raises(ModelMissing):
        locate(NAME, models_dir=tmp_path)
    pull(NAME, models_dir=tmp_path, endpoint=filled.endpoint)
    assert (tmp_path / NAME / "model.bin").read_bytes() == WEIGHTS
    assert "bytes=500000-" in {wanted for _, _, wanted in filled.requests}


def test_server_without_ranges_is_read_anew(filled: Hub, tmp_path: Path) -> None:
    filled.ranges = False
    filled.break_after[MODEL] = [300_000]
    pull(NAME, models_dir=tmp_path, endpoint=filled.endpoint)
    assert (tmp_path / NAME / "model.bin").read_bytes() == WEIGHTS


@pytest.mark.parametrize(
    ("path", "named"),
    [
        pytest.param(MODEL, "0" * 64, id="sha256 of a large file"),
        pytest.param(f"/{REPOSITORY}/resolve/main/config.json", "0" * 40, id="git hash of a small one"),
    ],
)
def test_wrong_checksum_is_refused_and_nothing_is_loadable(filled: Hub, tmp_path: Path, path: str, named: str) -> None:
    filled.lies[path] = named
    with pytest.raises(ChecksumMismatch, match="It was deleted"):
        pull(NAME, models_dir=tmp_path, endpoint=filled.endpoint)
    assert not (tmp_path / ".partial" / NAME / path.rpartition("/")[2]).exists()
    with pytest.raises(ModelMissing):
        locate(NAME, models_dir=tmp_path)


def test_file_that_changed_on_disk_is_pulled_again(filled: Hub, tmp_path: Path) -> None:
    pull(NAME, models_dir=tmp_path, endpoint=filled.endpoint)
    (tmp_path / NAME / "model.bin").write_bytes(b"spoiled")
    pull(NAME, models_dir=tmp_path, endpoint=filled.endpoint)
    assert (tmp_path / NAME / "model.bin").read_bytes() == WEIGHTS


def test_missing_file_on_the_hub_is_told(filled: Hub, tmp_path: Path) -> None:
    del filled.files[MODEL]
    with pytest.raises(PullFailed, match="answered 404"):
        pull(NAME, models_dir=tmp_path, endpoint=filled.endpoint)


def test_hub_that_is_away_is_told(tmp_path: Path) -> None:
    with pytest.raises(PullFailed, match="Cannot reach"):
        pull(NAME, models_dir=tmp_path, endpoint="http://127.0.0.1:1")


def test_unknown_model_is_not_asked_for(filled: Hub, tmp_path: Path) -> None:
    with pytest.raises(CardMissing):
        pull("nothing", models_dir=tmp_path, endpoint=filled.endpoint)
    assert filled.requests == []


def test_folder_that_cannot_be_written_is_told(filled: Hub, tmp_path: Path) -> None:
    (tmp_path / "models").write_bytes(b"a file where the folder should be")
    with pytest.raises(PullFailed, match="Cannot write to"):
        pull(NAME, models_dir=tmp_path / "models", endpoint=filled.endpoint)
