"""How many calls are heard at once in one process: a bounded number of places, taken and left."""

from __future__ import annotations

import threading


class LivePlaces:
    """Shared by all connections."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._taken = 0
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """Return how many calls are heard now."""
        return self._taken

    def take(self) -> bool:
        """Take a place; return whether there was one."""
        with self._lock:
            if self._taken >= self.most:
                return False
            self._taken += 1
            return True

    def leave(self) -> None:
        """Give a place back."""
        with self._lock:
            self._taken -= 1
