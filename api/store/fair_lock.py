"""A lock that is had in the order it was asked for. `threading.Lock` promises no order, and SQLite's own waiting is a
sleep and another try: under load an early writer may come last."""

from __future__ import annotations

import threading
from collections import deque


class FairLock:
    """First come, first served; whoever has it may give it back from another thread."""

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._line: deque[threading.Lock] = deque()
        self._is_held = False

    @property
    def waiting(self) -> int:
        """Return how many stand in line."""
        return len(self._line)

    def acquire(self, *, timeout_s: float) -> bool:
        """Wait in line; return whether it was had in time."""
        with self._guard:
            if not self._is_held:
                self._is_held = True
                return True
            place = threading.Lock()
            place.acquire()
            self._line.append(place)
        if place.acquire(timeout=timeout_s):
            return True
        with self._guard:
            if place in self._line:
                self._line.remove(place)
                return False
        return True  # handed over in the very moment the time was up

    def release(self) -> None:
        """Hand it to whoever waits longest."""
        with self._guard:
            if not self._is_held:
                raise RuntimeError("the lock is not held; release it once for each acquire")
            if self._line:
                self._line.popleft().release()
            else:
                self._is_held = False
