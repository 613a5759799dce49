"""A data folder's own taggers in, the fields that they read out: one folder a field, read once, anew when it changes.

    taggers/<field>/    tagger.npz, tagger.json and CARD.md as training.fit_tagger writes them, and tagger.toml: the
                        labels that mean the field

What cannot be read is told by states() and in the log; the rules read that field alone, as without a tagger.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from model_cards import ModelCardError
from nlp.records import NlpError

if TYPE_CHECKING:
    from nlp.entities.tagged_field import TaggedField

log = structlog.get_logger(__name__)

FOLDER = "taggers"


@dataclass(frozen=True, slots=True)
class TaggerState:
    """Whether the tagger of a field is in force: `engine` names it, `error` says why it is not."""

    field: str
    engine: str = ""
    labels: tuple[str, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    files: tuple[tuple[str, int, int], ...]  # name, time in ns, bytes
    state: TaggerState
    tagged: TaggedField | None = None


class Taggers:
    """The taggers of one data folder. Safe to share between threads."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / FOLDER
        self._lock = threading.Lock()
        self._read: dict[str, _Read] = {}

    def current(self) -> Mapping[str, TaggedField]:
        """Return the taggers in force, by field."""
        return {name: read.tagged for name, read in self._looked_at().items() if read.tagged is not None}

    def states(self) -> tuple[TaggerState, ...]:
        """Say of each folder whether it is in force."""
        return tuple(read.state for read in self._looked_at().values())

    def _looked_at(self) -> dict[str, _Read]:
        if not self._folder.is_dir():
            return {}
        with self._lock:
            self._read = {path.name: self._fresh(path) for path in sorted(self._folder.iterdir()) if path.is_dir()}
            return self._read

    def _fresh(self, folder: Path) -> _Read:
        files = files_of(folder)
        known = self._read.get(folder.name)
        return known if known is not None and known.files == files else _read(folder, files)


def _read(folder: Path, files: tuple[tuple[str, int, int], ...]) -> _Read:
    from nlp.entities.tagged_field import read_tagged_field

    try:
        tagged = read_tagged_field(folder)
    except (NlpError, ModelCardError) as error:
        log.warning("tagger_unusable", field=folder.name, error=str(error))
        return _Read(files, TaggerState(folder.name, error=str(error)))
    return _Read(files, TaggerState(folder.name, tagged.tagger.name, tuple(sorted(tagged.labels))), tagged)


def files_of(folder: Path) -> tuple[tuple[str, int, int], ...]:
    """Return what tells a changed folder from the one that was read."""
    found = ((path.name, path.stat()) for path in sorted(folder.iterdir()) if path.is_file())
    return tuple((name, status.st_mtime_ns, status.st_size) for name, status in found)
