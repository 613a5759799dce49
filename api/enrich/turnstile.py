"""How often webhooks may come: a bucket a connector, one for all names that are none. Pure but for its counts.

A ticket system that is restarted after an outage sends what it has; a stranger who guesses sends without end.
"""

from __future__ import annotations

import math
import threading
from datetime import datetime

PER_SECOND = 50.0
"""Sustained: 4 million tickets a day, more than any desk that one process serves."""
BURST = 1_000.0
"""At once: an import of a thousand tickets."""


class Turnstile:
    """Token buckets by name; the names are those configured, so their number is bounded."""

    def __init__(self, *, per_second: float = PER_SECOND, burst: float = BURST) -> None:
        self._per_second = per_second
        self._burst = burst
        self._lock = threading.Lock()
        self._left: dict[str, float] = {}
        self._at: dict[str, datetime] = {}

    def pass_through(self, name: str, *, at: datetime) -> int:
        """Return 0 where a call may pass, else how many seconds to wait.

        >>> from datetime import UTC
        >>> turnstile, at = Turnstile(per_second=1, burst=1), datetime(2026, 11, 22, tzinfo=UTC)
        >>> turnstile.pass_through("rt", at=at), turnstile.pass_through("rt", at=at)
        (0, 1)
        """
        with self._lock:
            passed_s = (at - self._at.get(name, at)).total_seconds()
            left = min(self._left.get(name, self._burst) + max(passed_s, 0.0) * self._per_second, self._burst)
            self._at[name] = at
            self._left[name] = left - 1 if left >= 1 else left
        return 0 if left >= 1 else math.ceil((1 - left) / self._per_second)
