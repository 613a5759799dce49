"""What a client sent and nobody heard yet: frames in the order they came, bounded in seconds of sound.

In: frames and how the call ended. Out: the next frame, and how much sound waits behind it. It refuses sound that comes
much faster than it is spoken, and sound that waits for longer than it may. It does not know WebSockets; it belongs to
one event loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Literal

from api.errors import Problem, say
from api.schemas.live import LiveStart

Ending = Literal["end", "cancel", "dropped", "idle", "problem"]
TAKEN_S = 0.2
"""Heard in one go: small frames cost a change of threads each."""
OPUS_PACKET_S = 0.02
"""The usual packet of every encoder; RFC 6716 allows 2.5 to 60 ms, or 120 in one packet of several frames."""


class Inbox:
    """`now_s` of each call only goes forward."""

    def __init__(self, start: LiveStart, *, began_s: float, ahead_s: float, behind_s: float) -> None:
        self._start = start
        self._began_s = began_s
        self._ahead_s = ahead_s
        self._behind_s = behind_s
        self._frames: deque[bytes] = deque()
        self._news = asyncio.Event()
        self.received_s = 0.0
        self.waiting_s = 0.0
        self.ending: Ending | None = None
        self.problem: Problem | None = None

    def put(self, frame: bytes, *, now_s: float) -> None:
        """Take a frame.

        Raises:
            Problem: sound comes too fast, or too much of it waits.
        """
        length_s = self._length_s(frame)
        self.received_s += length_s
        self.waiting_s += length_s
        self._frames.append(frame)
        self._news.set()
        if self.received_s > now_s - self._began_s + self._ahead_s:
            raise Problem("live_too_fast", say("detail.live_too_fast", seconds=f"{self._ahead_s:g}"))
        if self.waiting_s > self._behind_s:
            raise Problem("live_behind", say("detail.live_behind", seconds=f"{self._behind_s:g}"))

    def end(self, ending: Ending, problem: Problem | None = None) -> None:
        """Say that nothing more comes; the first ending counts."""
        if self.ending is None:
            self.ending, self.problem = ending, problem
        self._news.set()

    async def next(self) -> list[bytes]:
        """Wait for the next frames; none once all were taken and the call has ended, or where it is cancelled."""
        while not self._frames and self.ending is None:
            self._news.clear()
            await self._news.wait()
        if not self._frames or self.ending == "cancel":
            return []
        frames, length_s = [self._frames.popleft()], 0.0
        length_s += self._length_s(frames[0])
        while self._frames and length_s < TAKEN_S:
            frames.append(self._frames.popleft())
            length_s += self._length_s(frames[-1])
        self.waiting_s = max(0.0, self.waiting_s - length_s) if self._frames else 0.0
        return frames

    def _length_s(self, frame: bytes) -> float:
        if self._start.format == "opus":
            return OPUS_PACKET_S
        return len(frame) / (2 * self._start.channels * self._start.rate_hz)
