"""Several decoders of one kind, each used by one at a time: uploads, and calls that are heard while they are spoken.

In: a function that loads one. Out: a decoder, lent. One is loaded when first needed and a further one only where all
are lent, up to a bound; then the longest waiting is served first. It does not know what a decoder does.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition
from typing import Generic, TypeVar

Lent = TypeVar("Lent")
MOST = 4
"""Two cores' worth of calls heard while they are spoken (a decoder takes a quarter of a second for a second of speech),
and one left for uploads. 95 MB each, measured 2026-11-23."""


class DecoderPool(Generic[Lent]):
    """Shared by threads."""

    def __init__(self, load: Callable[[], Lent], *, most: int = MOST) -> None:
        self._load = load
        self._most = most
        self._made = 0
        self._free: list[Lent] = []
        self._line: deque[object] = deque()
        self._changed = Condition()

    @contextmanager
    def lent(self) -> Iterator[Lent]:
        """Wait in line for a decoder; it is free again afterwards, or forgotten where an error came of using it."""
        decoder = self._wait()
        try:
            yield decoder
        except BaseException:
            self.forget()
            raise
        self.give_back(decoder)

    def take(self) -> Lent | None:
        """Return a decoder to be given back later; None where that would leave none for those who wait."""
        with self._changed:
            if self._line or self._made - len(self._free) >= self._most - 1:
                return None
            if self._free:
                return self._free.pop()
            self._made += 1
        return self._loaded()

    def give_back(self, decoder: Lent) -> None:
        """Let others have it."""
        with self._changed:
            self._free.append(decoder)
            self._changed.notify_all()

    def forget(self) -> None:
        """Count a decoder that was lent as gone: another is loaded in its place when one is needed."""
        with self._changed:
            self._made -= 1
            self._changed.notify_all()

    def _wait(self) -> Lent:
        ticket = object()
        with self._changed:
            self._line.append(ticket)
            self._changed.wait_for(lambda: self._line[0] is ticket and (self._free or self._made < self._most))
            self._line.popleft()
            self._changed.notify_all()
            if self._free:
                return self._free.pop()
            self._made += 1
        return self._loaded()

    def _loaded(self) -> Lent:
        try:
            return self._load()
        except BaseException:
            self.forget()
            raise
