"""Files that a job works on, kept on disk until it is over: in before the job is promised, out when it is done.

A folder a job. What lies in a folder that no job names is swept after a while: a process ended between spooling and
submitting. Knows no media type.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

SPOOL_ID = re.compile(r"[0-9a-f]{32}\Z")
NAMES = "names.json"


@dataclass(frozen=True, slots=True)
class SpooledFile:
    """A file as it came."""

    name: str
    content: bytes


class Spool:
    """A folder of folders."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, files: Sequence[SpooledFile]) -> str:
        """Keep files, on disk when this returns, and return the name they are kept by; "" for no files."""
        if not files:
            return ""
        spool_id = uuid.uuid4().hex
        folder = self._folder / spool_id
        folder.mkdir(parents=True)
        for number, file in enumerate(files):
            _write(folder / str(number), file.content)
        _write(folder / NAMES, json.dumps([file.name for file in files]).encode())
        for entry in (folder, self._folder):
            _flush_folder(entry)
        return spool_id

    def files(self, spool_id: str) -> tuple[SpooledFile, ...]:
        """Return files that were kept, in order.

        Raises:
            FileNotFoundError: they are gone.
        """
        if not spool_id:
            return ()
        folder = self._named(spool_id)
        names: list[str] = json.loads((folder / NAMES).read_bytes())
        return tuple(SpooledFile(name, (folder / str(number)).read_bytes()) for number, name in enumerate(names))

    def remove(self, spool_id: str) -> None:
        """Let files go; those that are gone already do not matter."""
        if spool_id:
            shutil.rmtree(self._named(spool_id), ignore_errors=True)

    def sweep(self, named: Callable[[], frozenset[str]], *, older_than_s: float) -> int:
        """Remove folders that no job names and that are old enough not to be on their way; return how many. Where
        nothing is old, `named` is not asked."""
        oldest = time.time() - older_than_s
        old = [path for path in self._folder.glob("*") if path.stat().st_mtime < oldest]
        wanted = named() if old else frozenset()
        stray = [path for path in old if path.name not in wanted]
        for path in stray:
            shutil.rmtree(path, ignore_errors=True)
        return len(stray)

    def _named(self, spool_id: str) -> Path:
        if not SPOOL_ID.match(spool_id):
            raise ValueError(f"{spool_id[:50]!r} names no spooled files")
        return self._folder / spool_id


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as target:
        target.write(content)
        target.flush()
        os.fsync(target.fileno())


def _flush_folder(folder: Path) -> None:
    """Make the folder's entries survive a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
