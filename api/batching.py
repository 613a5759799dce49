"""Items from many threads in, their results out, worked together: a few lanes, batches of like size.

    submit -> queue -> the oldest item and its nearest in size, within a budget -> work(list) -> futures

A lone item is worked at once: nobody waits for company. While batches are worked the next one gathers by itself. An
item that cannot be worked fails alone: its batch is worked again one by one. Knows no model: `work` is any function
from a list to a list as long, `size_of` what an item costs.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from api.errors import Problem, say

Item = TypeVar("Item")
Result = TypeVar("Result")
RETRY_AFTER_S = "1"


@dataclass(frozen=True, slots=True)
class BatchOptions:
    """How much is worked at once and how much may wait."""

    budget: int = 2_048
    """Sum of sizes after padding, of one batch: 4 texts of 512 tokens or 128 questions of 16. Beyond this a larger
    batch of a MiniLM is no faster (tests.bench), and its attention takes 12 x 512 x 512 x 4 bytes a text."""
    padding: float = 0.15
    """Share of a batch that may be padding. 0.1 to 0.3 cost the same within the noise for questions of 6 to 14
    tokens, 16 asking at once (2026-11-22); much less makes small batches, much more computes on nothing."""
    waiting: int = 1_024
    """Items that may wait; about two seconds of work on two cores. The next are told 429."""
    gather: float = 0.05
    """Right after a batch of several, the next may gather for this share of the time the last one took: those whose
    answers just went out are about to ask again. A lone item is never held."""
    lanes: int = 2
    """Batches worked at once; `work` must bear it. A second lane fills the moments in which the threads of one run
    wait for each other: 16 clients of a MiniLM on two cores got 2.9 times what turns give, 2.5 times with one lane,
    medians of six rounds (2026-11-22)."""


@dataclass(frozen=True, slots=True)
class Batched:
    """What one batch was: for metrics."""

    items: int
    size: int
    padded: int
    waited_s: float  # of its oldest item
    worked_s: float


@dataclass(slots=True)
class _Waiting(Generic[Item, Result]):
    item: Item
    size: int
    since_s: float
    future: Future[Result] = field(default_factory=Future)


class Batcher(Generic[Item, Result]):
    """The lanes of one engine; shared by all threads."""

    def __init__(
        self,
        work: Callable[[Sequence[Item]], Sequence[Result]],
        *,
        size_of: Callable[[Item], int],
        options: BatchOptions | None = None,
        on_batch: Callable[[Batched], None] = lambda batched: None,
        name: str = "batcher",
    ) -> None:
        self._work = work
        self._size_of = size_of
        self._options = options or BatchOptions()
        self._on_batch = on_batch
        self._queue: deque[_Waiting[Item, Result]] = deque()
        self._changed = threading.Condition()
        self._is_stopping = False
        self._lanes = [
            threading.Thread(target=self._serve, name=f"{name}-{number}", daemon=True)
            for number in range(self._options.lanes)
        ]

    def start(self) -> None:
        """Start the lanes."""
        for lane in self._lanes:
            lane.start()

    def stop(self) -> None:
        """Take nothing more, finish what waits, and end the lanes."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        for lane in self._lanes:
            if lane.is_alive():
                lane.join()

    @property
    def waiting(self) -> int:
        """Return how many items wait."""
        return len(self._queue)

    def submit(self, items: Sequence[Item]) -> list[Future[Result]]:
        """Queue items, all of them or none; a future that is cancelled before its turn is not worked.

        Raises:
            Problem: too many wait, an item is larger than a batch may be, or the lanes are stopped.
        """
        now_s = time.perf_counter()
        waiting = [_Waiting[Item, Result](item, self._size_of(item), now_s) for item in items]
        largest = max((one.size for one in waiting), default=0)
        if largest > self._options.budget:
            raise Problem("text_too_long", say("detail.item_too_large", size=largest, limit=self._options.budget))
        with self._changed:
            if self._is_stopping or len(self._queue) + len(waiting) > self._options.waiting:
                raise Problem("busy", say("detail.too_many_wait"), headers={"Retry-After": RETRY_AFTER_S})
            self._queue.extend(waiting)
            self._changed.notify_all()
        return [one.future for one in waiting]

    def run(self, items: Sequence[Item], *, timeout_s: float | None = None) -> list[Result]:
        """Queue items and wait for all of their results, in order; the first that failed raises here.

        Raises:
            TimeoutError: not done in time; what still waits is dropped.
        """
        futures = self.submit(items)
        deadline_s = None if timeout_s is None else time.perf_counter() + timeout_s
        try:
            return [
                future.result(None if deadline_s is None else max(0.0, deadline_s - time.perf_counter()))
                for future in futures
            ]
        finally:
            for future in futures:
                future.cancel()

    def _serve(self) -> None:
        last = 0
        gather_until_s = 0.0
        while True:
            with self._changed:
                if last > 1:
                    self._gather(last, gather_until_s)
                self._changed.wait_for(lambda: self._queue or self._is_stopping)
                if not self._queue:
                    return
                batch = self._take()
            started_s = time.perf_counter()
            self._answer(batch)
            ended_s = time.perf_counter()
            last, gather_until_s = len(batch), ended_s + (ended_s - started_s) * self._options.gather

    def _gather(self, wanted: int, until_s: float) -> None:
        """Let the next batch grow as large as the last one was, until a moment."""
        left_s = until_s - time.perf_counter()
        if left_s > 0:
            self._changed.wait_for(lambda: len(self._queue) >= wanted or self._is_stopping, timeout=left_s)

    def _take(self) -> list[_Waiting[Item, Result]]:
        """Take the oldest and those nearest to it in size, while padding and budget allow."""
        oldest = self._queue[0]
        nearest = sorted(self._queue, key=lambda one: (abs(one.size - oldest.size), one.since_s))
        batch: list[_Waiting[Item, Result]] = []
        longest = total = 0
        for one in nearest:
            length, filled = max(longest, one.size), total + one.size
            padded = length * (len(batch) + 1)
            if padded > self._options.budget:
                break
            if filled < (1 - self._options.padding) * padded:
                continue
            batch.append(one)
            longest, total = length, filled
        taken = set(map(id, batch))
        self._queue = deque(one for one in self._queue if id(one) not in taken)
        return batch

    def _answer(self, batch: list[_Waiting[Item, Result]]) -> None:
        wanted = [one for one in batch if one.future.set_running_or_notify_cancel()]
        if not wanted:
            return
        started_s = time.perf_counter()
        try:
            results = self._worked(wanted)
        except Exception as error:
            if len(wanted) == 1:
                wanted[0].future.set_exception(error)
            else:
                self._answer_singly(wanted)
            return
        sizes = [one.size for one in wanted]
        waited_s = started_s - min(one.since_s for one in wanted)
        worked_s = time.perf_counter() - started_s
        for one, result in zip(wanted, results, strict=True):
            one.future.set_result(result)
        self._on_batch(Batched(len(wanted), sum(sizes), max(sizes) * len(sizes), waited_s, worked_s))

    def _worked(self, wanted: Sequence[_Waiting[Item, Result]]) -> Sequence[Result]:
        results = self._work([one.item for one in wanted])
        if len(results) != len(wanted):
            raise RuntimeError(f"the work returned {len(results)} results for {len(wanted)} items")
        return results

    def _answer_singly(self, wanted: Sequence[_Waiting[Item, Result]]) -> None:
        for one in wanted:
            try:
                (result,) = self._worked([one])
            except Exception as error:
                one.future.set_exception(error)
            else:
                one.future.set_result(result)
