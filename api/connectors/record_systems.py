"""A data folder in, all its record systems as one out: databases, APIs, CSV files; asked at once, never long.

    RecordSystems      one folder's systems with their breakers, built anew when records.toml changes
    DraftRecords       one draft's view: one time for all its look-ups; who was silent once is not asked again

A system that hangs holds a thread of ours until its own time-out, not the draft: the draft waits `timeout_s` in all and
goes on without. What others answered meanwhile is in the error's `found`. Knows no ticket.
"""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooLate
from dataclasses import dataclass
from pathlib import Path

import structlog

from api.connectors.csv_records import CsvRecords
from api.connectors.record_breaker import Breaker, BreakerReport
from api.connectors.record_options import (
    FILE_NAME,
    CsvOptions,
    RecordOptions,
    RestOptions,
    SqlOptions,
    SystemOptions,
    read_record_options,
)
from api.connectors.record_source import CUSTOMER_FIELD, RecordCheck, RecordSource, down, late
from api.connectors.system import OptionsInvalid
from nlp.records import Record, RecordSystemDown

log = structlog.get_logger(__name__)

CSV_FOLDER = "records"
THREADS = 8
"""Look-ups under way at once in one tenant: two drafts that each ask four systems."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One system and how it has been answering."""

    source: RecordSource
    breaker: Breaker
    timeout_s: float


@dataclass(frozen=True, slots=True)
class RecordState:
    """How a system is by its last answers, without asking it."""

    name: str
    kind: str
    report: BreakerReport


@dataclass(frozen=True, slots=True)
class _Built:
    changed_at: float
    timeout_s: float
    systems: tuple[Watched, ...]
    mistake: str = ""


class RecordSystems:
    """The record systems of one data folder. Safe to share between threads."""

    def __init__(self, folder: Path, *, region: str = "CN", clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._region = region
        self._clock = clock
        self._csv = CsvRecords(folder / CSV_FOLDER, name=CSV_FOLDER, region=region)
        self._csv_breaker = Breaker(failures=3, rest_s=30.0, clock=clock)
        self._lock = threading.Lock()
        self._built: _Built | None = None
        self._threads: ThreadPoolExecutor | None = None

    def current(self) -> DraftRecords | None:
        """Return a view for one draft, or None while there is no system: no records is not a failed check."""
        built = self._current()
        systems = self._with_csv(built)
        if not systems and not built.mistake:
            return None
        return DraftRecords(systems, timeout_s=built.timeout_s, mistake=built.mistake, submit=self._submit)

    def states(self) -> tuple[RecordState, ...]:
        """Say how each system has been answering; none is asked."""
        return tuple(
            RecordState(one.source.name, one.source.kind, one.breaker.report())
            for one in self._with_csv(self._current())
        )

    @property
    def mistake(self) -> str:
        """Return what is wrong with records.toml, "" where nothing is."""
        return self._current().mistake

    def check(self) -> tuple[RecordCheck, ...]:
        """Open every system and say what is there, however long that takes.

        Raises:
            OptionsInvalid: records.toml does not fit.
        """
        if mistake := self.mistake:
            raise OptionsInvalid(mistake)
        checks = []
        for one in self._with_csv(self._current()):
            checks.append(one.source.check())
            note = one.breaker.note_answer if checks[-1].is_well else None
            note() if note else one.breaker.note_failure(checks[-1].problem)
        return tuple(checks)

    def close(self) -> None:
        """Let go of every connection; a look-up under way ends by its own time-out."""
        with self._lock:
            built, self._built = self._built, None
            threads, self._threads = self._threads, None
        if threads is not None:
            threads.shutdown(wait=False, cancel_futures=True)
        for one in built.systems if built else ():
            one.source.close()

    def _with_csv(self, built: _Built) -> tuple[Watched, ...]:
        has_csv = self._csv.current() is not None
        own = (Watched(self._csv, self._csv_breaker, built.timeout_s),) if has_csv else ()
        return (*own, *built.systems)

    def _submit(self, work: Callable[[], Sequence[Record]]) -> Future[Sequence[Record]]:
        with self._lock:
            self._threads = self._threads or ThreadPoolExecutor(THREADS, thread_name_prefix="records")
            return self._threads.submit(contextvars.copy_context().run, work)

    def _current(self) -> _Built:
        path = self._folder / FILE_NAME
        changed_at = path.stat().st_mtime if path.is_file() else 0.0
        with self._lock:
            if self._built is None or self._built.changed_at != changed_at:
                old, self._built = self._built, self._build(changed_at)
                for one in old.systems if old else ():
                    one.source.close()
            return self._built

    def _build(self, changed_at: float) -> _Built:
        try:
            options = read_record_options(self._folder)
        except OptionsInvalid as error:
            log.warning("records_misconfigured", error=str(error))
            return _Built(changed_at, RecordOptions().timeout_s, (), str(error))
        systems = tuple(
            Watched(
                build_source(one, folder=self._folder, region=self._region),
                Breaker(failures=one.failures, rest_s=one.rest_s, clock=self._clock),
                one.timeout_s,
            )
            for one in options.system
        )
        return _Built(changed_at, options.timeout_s, systems)


def build_source(options: SystemOptions, *, folder: Path, region: str) -> RecordSource:
    """Return a system by its options; nothing is opened yet."""
    if isinstance(options, SqlOptions):
        from api.connectors.sql_records import SqlRecords

        return SqlRecords(options, region=region)
    if isinstance(options, RestOptions):
        from api.connectors.rest_records import RestRecords
        from api.outgoing import outgoing_client

        client = outgoing_client(allow_private=options.allow_private, timeout_s=options.timeout_s)
        return RestRecords(options, client=client, region=region)
    assert isinstance(options, CsvOptions)
    return CsvRecords(folder / options.folder, name=options.name, region=region)


Submit = Callable[[Callable[[], Sequence[Record]]], "Future[Sequence[Record]]"]


class DraftRecords:
    """A RecordSystem for one draft; its time begins with its first look-up."""

    def __init__(self, systems: Sequence[Watched], *, timeout_s: float, submit: Submit, mistake: str = "") -> None:
        self._systems = tuple(systems)
        self._timeout_s = timeout_s
        self._submit = submit
        self._mistake = mistake
        self._spent_s = 0.0
        self._local_s = 0.0
        self._silent: dict[str, RecordSystemDown] = {}

    def find(self, field: str, value: str) -> Sequence[Record]:
        """Return what all systems that know the field have for the value.

        Raises:
            RecordSystemDown: not all of them answered; `found` is what the others have.
        """
        if self._mistake:
            raise RecordSystemDown(f"{FILE_NAME}: {self._mistake}", zh=f"{FILE_NAME} 有误：{self._mistake}")
        started = time.monotonic()
        asked = [one for one in self._systems if one.source.knows(field)]
        pending = [(one, self._asked(one, field, value)) for one in asked]
        found = [record for one, answer in pending for record in self._answer(one, answer, started)]
        self._spent_s += time.monotonic() - started
        failed = [self._silent[one.source.name] for one in asked if one.source.name in self._silent]
        if failed:
            words = "; ".join(map(str, failed)), "；".join(one.zh or str(one) for one in failed)
            raise RecordSystemDown(words[0], zh=words[1], found=tuple(found))
        return tuple(found)

    def of_customer(self, customer_id: str) -> Sequence[Record]:
        """Return the records of a customer."""
        return self.find(CUSTOMER_FIELD, customer_id)

    def _asked(self, one: Watched, field: str, value: str) -> Future[Sequence[Record]] | None:
        """Set a look-up going; None where the system is not asked now."""
        name = one.source.name
        if name in self._silent:
            return None
        if not one.breaker.admit():
            report = one.breaker.report()
            self._silent[name] = down(
                name,
                f"not asked for {report.rest_s:.0f} s more, after failing again and again ({report.error})",
                f"连续失败，{report.rest_s:.0f} 秒内不再访问（{report.error}）",
            )
            return None
        if one.source.is_local and self._local_s < self._timeout_s:
            return self._done(lambda: one.source.find(field, value))
        if self._spent_s >= self._timeout_s:
            self._note(one, late(name, self._timeout_s))
            return None
        return self._submit(lambda: one.source.find(field, value))

    def _done(self, work: Callable[[], Sequence[Record]]) -> Future[Sequence[Record]]:
        """Return an answer that is there already."""
        started = time.monotonic()
        answer: Future[Sequence[Record]] = Future()
        try:
            answer.set_result(work())
        except RecordSystemDown as error:
            answer.set_exception(error)
        self._local_s += time.monotonic() - started
        return answer

    def _answer(self, one: Watched, answer: Future[Sequence[Record]] | None, started: float) -> Sequence[Record]:
        if answer is None:
            return ()
        left_s = self._timeout_s - self._spent_s - (time.monotonic() - started)
        wait_s = max(min(one.timeout_s, left_s), 0.0)
        try:
            found = answer.result(wait_s)
        except TooLate:
            answer.cancel()
            self._note(one, late(one.source.name, wait_s if wait_s else self._timeout_s))
        except RecordSystemDown as error:
            self._note(one, error)
        else:
            one.breaker.note_answer()
            return found
        return ()

    def _note(self, one: Watched, error: RecordSystemDown) -> None:
        self._silent[one.source.name] = error
        one.breaker.note_failure(str(error))
        log.warning("records_silent", system=one.source.name, error=str(error))
