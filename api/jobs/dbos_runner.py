"""What runs the jobs: DBOS's engine, which a process has once. Takes attempts off the queues, hands them to `run`.

Knows no kind of work. An attempt that was running when the process ended is run again at the next start.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from math import ceil
from typing import TYPE_CHECKING

from sqlalchemy.engine import make_url

from api.jobs.dbos_book import APPLICATION, SCHEMA, VERSION, WORKFLOW, Attempt, quiet_library_log
from api.jobs.records import JsonValue

if TYPE_CHECKING:
    from dbos import DBOSConfig

CRASHES = 100
"""Starts of one attempt before it counts as what kills the process; DBOS's own default. Kills from outside hit innocent
jobs: of a loaded service that was killed a hundred times within seconds of each start, two jobs of a thousand had been
started twenty times (2026-11-22)."""
IDLE_POLL_S = 0.2

_turn = threading.Lock()
_owner: Runner | None = None


class Runner:
    """DBOS, launched. One a process: a second one is refused until the first has stopped."""

    def __init__(self, url: str, run: Callable[[Attempt], JsonValue], *, threads: int) -> None:
        self._url = url
        self._run = run
        self._threads = threads
        self._running = 0
        self._count = threading.Lock()

    def start(self) -> None:
        """Launch; unfinished attempts of the last process go back into their queues.

        Raises:
            RuntimeError: another service in this process runs its jobs.
        """
        global _owner
        from dbos import DBOS

        with _turn:
            if _owner is not None:
                raise RuntimeError(
                    f"another service in this process already runs jobs, on {_owner.shown_url}; "
                    "stop it first, or run the services as processes of their own"
                )
            quiet_library_log()
            DBOS(config=self._configuration())
            DBOS.workflow(name=WORKFLOW, max_recovery_attempts=CRASHES)(self._workflow())
            try:
                DBOS.launch()
            except BaseException:
                DBOS.destroy(destroy_registry=True)
                raise
            _owner = self

    def stop(self, timeout_s: float) -> int:
        """Take no more; let what runs end in the time given; return how much still runs."""
        global _owner
        from dbos import DBOS

        with _turn:
            if _owner is not self:
                return 0
            DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=ceil(timeout_s) if self.running else 0)
            _owner = None
        return self.running

    @property
    def running(self) -> int:
        return self._running

    @property
    def shown_url(self) -> str:
        return make_url(self._url).render_as_string(hide_password=True)

    def record(self, name: str, work: Callable[[], JsonValue]) -> JsonValue:
        """Run a step of the attempt that this thread runs, or return what it gave before."""
        from dbos import DBOS

        return DBOS.run_step({"name": name}, work)

    def _configuration(self) -> DBOSConfig:
        from dbos._serialization import DBOSPortableJSON

        return {
            "name": APPLICATION,
            "system_database_url": self._url,
            "dbos_system_schema": SCHEMA,
            "application_version": VERSION,
            "executor_id": "local",
            "serializer": DBOSPortableJSON,
            "enable_otlp": False,
            "log_level": "WARNING",
            "max_executor_threads": self._threads,
            "notification_listener_polling_interval_sec": IDLE_POLL_S,
        }

    def _workflow(self) -> Callable[..., JsonValue]:
        """Return the one function that DBOS knows."""

        def work(
            *, job_id: str, tenant: str, number: int, payload: dict[str, JsonValue], **rest: JsonValue
        ) -> JsonValue:
            first_at_ms, taken = rest["first_at_ms"], rest["taken"]
            assert isinstance(first_at_ms, int)
            assert isinstance(taken, dict)
            with self._count:
                self._running += 1
            try:
                reason, traceparent = rest.get("reason"), str(rest.get("traceparent") or "")
                return self._run(Attempt(job_id, tenant, number, payload, first_at_ms, taken, reason, traceparent))
            finally:
                with self._count:
                    self._running -= 1

        return work
