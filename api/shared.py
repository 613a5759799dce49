"""One heavy engine for all threads: built when first used, used by one at a time, forgotten when idle for long.

In: a function that builds it. Out: turns, and how long each waited and worked. Knows no engine.
"""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

import structlog

from api.errors import Problem, say

log = structlog.get_logger(__name__)

Built = TypeVar("Built")
WAITING = 16
"""In line for one engine; each holds its decoded input and a thread. The next are told 429."""
RETRY_AFTER_S = "5"

NoteTurn = Callable[[str, float, float], None]
"""Which engine, how long it was waited for, how long it worked; in seconds."""


def note_nothing(name: str, wait_s: float, work_s: float) -> None:
    """Drop what nobody asked for."""


class Shared(Generic[Built]):
    """One object for all threads; a failed build is tried again at the next use."""

    def __init__(self, name: str, build: Callable[[], Built], *, note_turn: NoteTurn = note_nothing) -> None:
        self.name = name
        self._build = build
        self._note_turn = note_turn
        self._built: Built | None = None
        self._used_s = 0.0
        self._lock = threading.Lock()
        self._turn = threading.Semaphore(1)
        self._places = threading.Semaphore(1 + WAITING)

    @property
    def is_loaded(self) -> bool:
        return self._built is not None

    def get(self) -> Built:
        """Return the engine, for uses that many threads may make at once."""
        with self._lock:
            self._used_s = time.monotonic()
            if self._built is None:
                self._built = self._build()
                settle()
            return self._built

    @contextmanager
    def turn(self) -> Iterator[Built]:
        """Wait in line, then have the engine to oneself.

        Raises:
            Problem: too many wait already.
        """
        if not self._places.acquire(blocking=False):
            raise Problem("busy", say("detail.too_many_wait"), headers={"Retry-After": RETRY_AFTER_S})
        try:
            asked_s = time.perf_counter()
            with self._turn:
                began_s = time.perf_counter()
                try:
                    yield self.get()
                finally:
                    self._used_s = time.monotonic()
                    self._note_turn(self.name, began_s - asked_s, time.perf_counter() - began_s)
        finally:
            self._places.release()

    def unload_idle(self, idle_s: float) -> bool:
        """Forget the engine if it was not used for so long; return whether it was. The next use builds it again."""
        if self._built is None or not self._turn.acquire(blocking=False):
            return False
        try:
            with self._lock:
                if self._built is None or time.monotonic() - self._used_s < idle_s:
                    return False
                self._built = None
        finally:
            self._turn.release()
        give_back()
        log.info("engine_unloaded", engine=self.name, idle_s=idle_s)
        return True


def settle() -> None:
    """Leave what is here to stay out of later collections: walking it held every thread for 50 to 215 ms, seven times
    in a minute and a half of load (2026-11-22)."""
    gc.collect()
    gc.freeze()


def give_back() -> None:
    """Collect what refers in circles to itself, then let the allocator return its free pages to the system."""
    from vision.readers.free_memory import give_back_memory

    gc.unfreeze()
    settle()
    give_back_memory()
