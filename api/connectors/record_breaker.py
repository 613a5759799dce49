"""A circuit breaker: how a system answered in, whether to ask it at all out.

closed -> so many failures in a row -> open -> after a rest one try (half open) -> closed again, or open.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

BreakerState = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True)
class BreakerReport:
    """How a system is by its last answers; `error` is the last failure's, "" where the last answer was good."""

    state: BreakerState
    error: str = ""
    rest_s: float = 0.0


class Breaker:
    """Counts one system's failures; safe to share between threads."""

    def __init__(self, *, failures: int, rest_s: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._failures = failures
        self._rest_s = rest_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failed = 0
        self._error = ""
        self._open_until: float | None = None

    def admit(self) -> bool:
        """Say whether to ask; in the half-open state, only the first who wants to."""
        with self._lock:
            if self._open_until is None:
                return True
            if self._clock() < self._open_until:
                return False
            self._open_until = self._clock() + self._rest_s  # the others wait for how this one goes
            return True

    def note_answer(self) -> None:
        """Take an answer, whatever it held."""
        with self._lock:
            self._failed, self._error, self._open_until = 0, "", None

    def note_failure(self, error: str) -> None:
        """Take a failure."""
        with self._lock:
            self._failed += 1
            self._error = error
            if self._failed >= self._failures:
                self._open_until = self._clock() + self._rest_s

    def report(self) -> BreakerReport:
        """Return how it stands."""
        with self._lock:
            if self._open_until is None:
                return BreakerReport("closed", self._error)
            left_s = self._open_until - self._clock()
            return BreakerReport("open" if left_s > 0 else "half_open", self._error, max(left_s, 0.0))
