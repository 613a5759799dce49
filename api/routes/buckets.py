"""Token buckets in memory, a bounded number of them. A name and the time in; whether it may, and when again, out.

Knows no HTTP and no clock: `at_s` is given. The one unused longest is let go first; a bucket that was let go is full
again, which only a caller with thousands of names could use, and it would need as many addresses.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass

BUCKETS = 10_000
"""Of about 200 bytes: 2 MB at most."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, so many a minute from then on."""

    burst: int
    per_minute: float


@dataclass(frozen=True, slots=True)
class Allowance:
    """`left` of the burst; `wait_s` until one more is allowed, 0 where it was allowed now."""

    left: int
    wait_s: float

    @property
    def is_allowed(self) -> bool:
        return self.wait_s == 0


class Buckets:
    """One rate for many names."""

    def __init__(self, rate: Rate, *, size: int = BUCKETS) -> None:
        self.rate = rate
        self._size = size
        self._lock = threading.Lock()
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, and when they were counted

    def take(self, name: str, *, at_s: float) -> Allowance:
        """Take one token where there is one.

        >>> buckets = Buckets(Rate(burst=2, per_minute=60))
        >>> [buckets.take("a", at_s=0.0).is_allowed for _ in range(3)], buckets.take("a", at_s=1.0).is_allowed
        ([True, True, False], True)
        """
        with self._lock:
            tokens = self._tokens(name, at_s)
            is_allowed = tokens >= 1
            self._keep(name, tokens - 1 if is_allowed else tokens, at_s)
        return self._allowance(tokens - 1 if is_allowed else tokens, is_allowed)

    def knows(self, name: str) -> bool:
        """Return whether a name took a token not long ago."""
        with self._lock:
            return name in self._levels

    def look(self, name: str, *, at_s: float) -> Allowance:
        """Say whether one could be taken, without taking it."""
        with self._lock:
            tokens = self._tokens(name, at_s)
        return self._allowance(tokens, tokens >= 1)

    def _tokens(self, name: str, at_s: float) -> float:
        if name not in self._levels:
            return float(self.rate.burst)
        tokens, counted_s = self._levels[name]
        return min(self.rate.burst, tokens + max(0.0, at_s - counted_s) * self.rate.per_minute / 60)

    def _keep(self, name: str, tokens: float, at_s: float) -> None:
        self._levels[name] = (tokens, at_s)
        self._levels.move_to_end(name)
        while len(self._levels) > self._size:
            self._levels.popitem(last=False)

    def _allowance(self, tokens: float, is_allowed: bool) -> Allowance:
        wait_s = 0.0 if is_allowed else (1 - tokens) * 60 / self.rate.per_minute
        return Allowance(math.floor(max(0.0, tokens)), wait_s)
