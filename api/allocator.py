"""Keep the C library's allocator from growing under mixed load; glibc only, elsewhere it does nothing.

By default every busy thread gets an arena of its own, and once a large block was freed, blocks of its size come from
these arenas too: pictures, text and telemetry side by side leave holes in all of them. Half an hour of mixed load went
from 520 to 690 MB (medians of 150 s, level after 20 minutes); with these bounds it stood at 412 MB after five minutes
and at 414 at the end (`make soak`, 2026-11-23).
"""

from __future__ import annotations

import ctypes

_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1
"""Numbers of mallopt(3)."""
ARENAS = 2
"""Threads that allocate at once are as many as cores, seldom more."""
LARGE_BYTES = 1 << 20
"""A picture's rows and a network's layers are above it and go straight back to the system; a request is far below."""


def bound_allocator() -> None:
    """Set the bounds for this process; the earlier, the fewer arenas there are already."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, value in ((_ARENA_MAX, ARENAS), (_MMAP_THRESHOLD, LARGE_BYTES), (_TRIM_THRESHOLD, LARGE_BYTES)):
            mallopt(option, value)
