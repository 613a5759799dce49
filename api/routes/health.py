"""What the service knows about its own parts, without asking anybody outside: who is well, who is not, what mends it.

Each part is a check that was added by the app; all of them together get a second, on threads of their own, so that an
answer comes while every other thread is busy. Draining: told to stop, finishing what is under way.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate

import structlog

from api.errors import Words
from api.schemas.ops import PartState

log = structlog.get_logger(__name__)

Check = Callable[[Words], Iterable[PartState]]
LIMIT_S = 1.0
"""Load balancers wait one to five seconds."""
THREADS = 4


class Health:
    """The parts of one app and whether it is on its way out."""

    def __init__(self, *, limit_s: float = LIMIT_S) -> None:
        self._limit_s = limit_s
        self._checks: dict[str, Check] = {}
        self._asked: dict[str, Future[list[PartState]]] = {}
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="health")
        self._draining = threading.Event()

    @property
    def is_draining(self) -> bool:
        return self._draining.is_set()

    def begin_drain(self) -> None:
        """From now on the service says that it takes no more."""
        self._draining.set()

    def add(self, name: str, check: Check) -> None:
        """Ask `check` whenever the state of the parts is asked for; it may block, nobody else will wait for it."""
        self._checks[name] = check

    def parts(self, said: Words) -> list[PartState]:
        """Return what each part says; one that does not answer in time is degraded and not asked again meanwhile."""
        with self._lock:
            for name, check in self._checks.items():
                under_way = self._asked.get(name)
                if under_way is None or under_way.done():
                    self._asked[name] = self._threads.submit(_asked, name, check, said)
            asked = dict(self._asked)
        return [part for name, future in asked.items() for part in self._told(name, future, said)]

    def close(self) -> None:
        """Ask nobody any more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _told(self, name: str, future: Future[list[PartState]], said: Words) -> list[PartState]:
        try:
            return future.result(self._limit_s)
        except TooLate:
            detail = said("health.no_answer", seconds=f"{self._limit_s:g}")
            return [PartState(name=name, state="degraded", detail=detail, fix=said("fix.see_log"))]


def _asked(name: str, check: Check, said: Words) -> list[PartState]:
    try:
        return list(check(said))
    except Exception as error:
        log.exception("health_check_failed", part=name)
        detail = said("health.failed", error=type(error).__name__)
        return [PartState(name=name, state="broken", detail=detail, fix=said("fix.see_log"))]
