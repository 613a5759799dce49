"""A data folder's catalogues: a name in, the products it lists out; a file that changed is read again."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from api.errors import Problem, say
from api.stored_names import STORED_NAME, require_stored_name

if TYPE_CHECKING:
    from nlp import Catalogue

SUFFIXES = (".csv", ".jsonl")
MAIN_CATALOGUE = "devices"


class Catalogues:
    """The catalogues of one folder; `chosen` is the one that device models are resolved against, by the settings."""

    def __init__(self, folder: Path, *, chosen: str = "") -> None:
        self._folder = folder
        self._chosen = chosen
        self._lock = threading.Lock()
        self._read: dict[Path, tuple[float, Catalogue]] = {}

    def names(self) -> tuple[str, ...]:
        """Return the names of the catalogues at hand."""
        return tuple(sorted(path.stem for path in self._folder.glob("*") if path.suffix in SUFFIXES))

    def get(self, name: str) -> Catalogue:
        """Return a catalogue.

        Raises:
            Problem: there is none of that name.
        """
        from nlp import read_catalogue

        path = self._path(name)
        if path is None:
            raise Problem(
                "catalogue_invalid",
                say("detail.catalogue_unknown", name=repr(name), names=", ".join(self.names()) or "-"),
                fix=say("fix.catalogue_unknown", name=name),
            )
        changed_at = path.stat().st_mtime
        with self._lock:
            known = self._read.get(path)
            if known is None or known[0] != changed_at:
                known = (changed_at, read_catalogue(path))
                self._read[path] = known
            return known[1]

    def of_devices(self) -> Catalogue | None:
        """Return the catalogue that prefill resolves device models against; None where none is loaded."""
        names = self.names()
        name = self._chosen or (names[0] if len(names) == 1 else MAIN_CATALOGUE)
        return self.get(name) if self._chosen or name in names else None

    def put(self, name: str, content: bytes, *, suffix: str) -> int:
        """Check a catalogue and keep it in place of the one of that name; return how many products it has."""
        from nlp import read_catalogue

        require_stored_name(name, "catalogue")
        catalogue = read_catalogue(content, suffix)
        self._folder.mkdir(parents=True, exist_ok=True)
        kept = self._folder / f"{name}{'.csv' if suffix.lower() == '.csv' else '.jsonl'}"
        fresh = self._folder / f"{name}.new"
        fresh.write_bytes(content)
        fresh.replace(kept)
        for other in SUFFIXES:
            if other != kept.suffix:
                (self._folder / f"{name}{other}").unlink(missing_ok=True)
        return len(catalogue)

    def _path(self, name: str) -> Path | None:
        if not STORED_NAME.match(name):
            return None
        paths = (self._folder / f"{name}{suffix}" for suffix in SUFFIXES)
        return next((path for path in paths if path.is_file()), None)
