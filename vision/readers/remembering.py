"""Pictures that were read before are not read again: a reader and a bound go in, a reader that remembers comes out.

A picture is known by the hash of its pixels and its size, so the same photo under another name, or a draft made anew,
costs nothing but the hash. The pictures not asked for longest are forgotten first; lines are kept, pixels never.
What this does not know: which reader reads, and files; two files of one picture are one here.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from vision.readers.reader import Reader
from vision.records import Image, Line

DIGEST_BYTES = 16
LINE_BYTES = 700
"""A Line with its box of four points: 613 by tracemalloc over 1,000 lines (2026-11-23); its letters come on top."""
DOUBT_BYTES = 450

NoteReading = Callable[[bool], None]
"""Told of each picture whether it was remembered."""


def note_nothing(was_remembered: bool) -> None:
    """Drop what nobody asked for."""


@dataclass(frozen=True, slots=True)
class _Kept:
    lines: tuple[Line, ...]
    weight: int  # bytes


class RememberingReader:
    """Reads through another reader, each picture once; threads may share it."""

    def __init__(self, reader: Reader, *, room_bytes: int, note: NoteReading = note_nothing) -> None:
        self._reader = reader
        self._room_bytes = room_bytes
        self._note = note
        self._kept: OrderedDict[bytes, _Kept] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def engine(self) -> str:
        return self._reader.engine

    @property
    def kept_pictures(self) -> int:
        return len(self._kept)

    @property
    def kept_bytes(self) -> int:
        return self._bytes

    def read(self, image: Image) -> tuple[Line, ...]:
        key = key_of(image)
        with self._lock:
            kept = self._kept.get(key)
            if kept is not None:
                self._kept.move_to_end(key)
        self._note(kept is not None)
        if kept is not None:
            return kept.lines
        lines = self._reader.read(image)
        self._keep(key, _Kept(lines, weight_of(lines)))
        return lines

    def _keep(self, key: bytes, kept: _Kept) -> None:
        if kept.weight > self._room_bytes:
            return
        with self._lock:
            before = self._kept.pop(key, None)
            self._kept[key] = kept
            self._bytes += kept.weight - (before.weight if before else 0)
            while self._bytes > self._room_bytes:
                self._bytes -= self._kept.popitem(last=False)[1].weight


def key_of(image: Image) -> bytes:
    """Hash a picture's pixels and size."""
    digest = blake2b(f"{image.width_px}x{image.height_px}:".encode(), digest_size=DIGEST_BYTES)
    digest.update(np.ascontiguousarray(image.pixels).data)
    return digest.digest()


def weight_of(lines: tuple[Line, ...]) -> int:
    """Estimate the bytes that lines take, those of an empty picture included."""
    return LINE_BYTES + sum(LINE_BYTES + 4 * len(line.text) + DOUBT_BYTES * len(line.doubts) for line in lines)
