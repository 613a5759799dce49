"""A model is found on the highest rung that holds it whole, or the message says how to mend."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from model_cards import CardInvalid, CardMissing, ModelMissing, load_card, locate, locate_folder, verify

TINY = "whisper-tiny"


def _fill(folder: Path, *, without: str = "") -> Path:
    folder.mkdir(parents=True)
    for file in load_card(TINY).files:
        if file.path != without:
            (folder / file.path).write_bytes(file.path.encode())
    return folder


def test_package_rung_is_found_without_a_models_folder() -> None:
    located = locate("silero-vad", models_dir=None)
    assert located.rung == "package"
    assert (located.path / "silero_vad_v6.onnx").is_file()


def test_folder_rung_is_found(tmp_path: Path) -> None:
    folder = _fill(tmp_path / TINY)
    located = locate(TINY, models_dir=tmp_path)
    assert (located.rung, located.path, located.card.name) == ("folder", folder, TINY)


@pytest.mark.parametrize("models_dir", [None, Path("nowhere")], ids=["unset", "absent"])
def test_missing_model_names_the_mending_command(models_dir: Path | None) -> None:
    with pytest.raises(ModelMissing, match="beforehand models pull whisper-tiny"):
        locate(TINY, models_dir=models_dir)


def test_half_a_model_is_not_found(tmp_path: Path) -> None:
    _fill(tmp_path / TINY, without="model.bin")
    with pytest.raises(ModelMissing, match=r"model\.bin is missing.*beforehand models pull whisper-tiny"):
        locate(TINY, models_dir=tmp_path)


def test_file_of_another_size_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "silero-vad").mkdir()
    (tmp_path / "silero-vad" / "silero_vad_v6.onnx").write_bytes(b"short")
    with pytest.raises(ModelMissing, match="has 5 bytes, not 1245151"):
        locate("silero-vad", models_dir=tmp_path)


@pytest.mark.parametrize("name", ["nothing", "../whisper-tiny", "/etc"])
def test_model_without_a_card_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "nothing").mkdir()
    with pytest.raises(CardMissing):
        locate(name, models_dir=tmp_path)


def test_model_from_elsewhere_brings_its_own_card(tmp_path: Path) -> None:
    folder = tmp_path / "our-own"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"weights")
    (folder / "CARD.md").write_text(
        "---\nname: our-own\ntitle: t\ntask: speech-recognition\nlanguages: [zh]\nlicence: ours\nsource: {}\n"
        f"files: [{{path: model.bin, sha256: {hashlib.sha256(b'weights').hexdigest()}, bytes: 7}}]\n"
        "data: our calls\nrecommended: false\nmetrics: []\n---\n# Ours\n",
        encoding="utf-8",
    )
    assert locate("our-own", models_dir=tmp_path).card.data == "our calls"
    assert locate_folder(folder).rung == "folder"
    assert [check.state for check in verify("our-own", models_dir=tmp_path)] == ["ok"]


def test_verify_tells_ok_from_changed_and_unrecorded(tmp_path: Path) -> None:
    folder = _fill(tmp_path / TINY)
    right = {"path": "config.json", "sha256": hashlib.sha256(b"config.json").hexdigest()}
    (folder / "MANIFEST.json").write_text(json.dumps({"files": [right, {"path": "model.bin", "sha256": "0" * 64}]}))
    states = {check.path: check.state for check in verify(TINY, models_dir=tmp_path)}
    assert states == {
        "config.json": "ok",
        "model.bin": "changed",
        "tokenizer.json": "unrecorded",
        "vocabulary.txt": "unrecorded",
    }


def test_broken_manifest_is_refused(tmp_path: Path) -> None:
    folder = _fill(tmp_path / TINY)
    (folder / "MANIFEST.json").write_text("[]")
    with pytest.raises(CardInvalid, match="not a manifest"):
        verify(TINY, models_dir=tmp_path)
