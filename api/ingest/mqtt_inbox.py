"""Messages that came and are not on disk yet: bounded in number and bytes, given out many at once.

Put on the network's thread, taken on the worker's. Who puts into a full one waits, and with it the broker: what it
sends next stays in the socket. Does not know what a message holds.
"""

from __future__ import annotations

import threading
from collections import deque

from api.ingest.mqtt_messages import Arrived


class Inbox:
    """First in, first out."""

    def __init__(self, *, messages: int, size_bytes: int) -> None:
        self._limit = messages
        self._limit_bytes = size_bytes
        self._held: deque[Arrived] = deque()
        self._bytes = 0
        self._changed = threading.Condition()
        self._is_closed = False

    def __len__(self) -> int:
        return len(self._held)

    @property
    def size_bytes(self) -> int:
        return self._bytes

    def put(self, arrived: Arrived, *, wait_s: float) -> bool:
        """Add a message; return whether there was room in time. An empty inbox takes any one message."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._has_room(arrived) or self._is_closed, timeout=wait_s):
                return False
            if self._is_closed:
                return False
            self._held.append(arrived)
            self._bytes += len(arrived.payload)
            self._changed.notify_all()
            return True

    def take(self, *, most: int, wait_s: float) -> list[Arrived]:
        """Return the oldest messages, none where none came in time."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._held) or self._is_closed, timeout=wait_s)
            taken = [self._held.popleft() for _ in range(min(most, len(self._held)))]
            self._bytes -= sum(len(arrived.payload) for arrived in taken)
            if taken:
                self._changed.notify_all()
            return taken

    def close(self) -> None:
        """Let nobody wait any more."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _has_room(self, arrived: Arrived) -> bool:
        if not self._held:
            return True
        return len(self._held) < self._limit and self._bytes + len(arrived.payload) <= self._limit_bytes
