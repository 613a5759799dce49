"""Waiting for what another thread does, without a fixed pause."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

LIMIT_S = 20.0
LOOK_EVERY_S = 0.02

Found = TypeVar("Found")


def wait_for(look: Callable[[], Found], is_so: Callable[[Found], bool] = bool) -> Found:
    """Return what was seen as soon as it is so."""
    until = time.monotonic() + LIMIT_S
    never = threading.Event()
    while not is_so(found := look()):
        assert time.monotonic() < until, f"not in {LIMIT_S:g} s; last seen: {found}"
        never.wait(LOOK_EVERY_S)
    return found
