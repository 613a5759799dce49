"""Kinds of work in, jobs out: submitted, worked by bounded threads, tried again, cancelled, retried, forgotten.

A job is on disk when `submit` returns. The engine is launched at the start where unfinished work may be, else when the
first job comes. Knows no kind of its own.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from sqlalchemy.engine import make_url

from api.errors import EXPECTED_ERRORS, Problem, problem_of, say
from api.jobs.dbos_book import SUPERSEDED, Attempt, Book, failure_json, prepare
from api.jobs.dbos_runner import Runner
from api.jobs.marks import Marks
from api.jobs.records import KIND, Job, JobFailure, JobState, JsonValue, Progress, job_id_of, kind_of
from api.jobs.task import Cancelled, Interrupted, Task, TryLater
from api.logs import current_context, in_context, new_context, note_caller

if TYPE_CHECKING:
    from api.settings import Settings

log = structlog.get_logger(__name__)

THREADS: Mapping[str, int] = {"work": 2, "deliver": 4}
"""Jobs at once, by queue. work: an engine call and one other thing on two cores. deliver: waits for others' servers."""
OTHER_QUEUE_THREADS = 2
POLL_S = 0.2
"""How often a queue is looked at: what an asynchronous answer may wait for nothing, against idle work (measured: 1.6 ms
of processor time a look on SQLite)."""


@dataclass(frozen=True, slots=True)
class Work:
    """How a kind of job is worked."""

    run: Callable[[Task], JsonValue]
    queue: str = "work"
    attempts: int = 1
    backoff_s: float = 5

    def wait_s(self, attempt: int) -> float:
        """Return how long to wait after an attempt: twice as long each time."""
        return self.backoff_s * 2.0 ** (attempt - 1)


class JobFailed(Exception):
    """How an attempt that failed for good ends; the message is its JobFailure as JSON."""


def jobs_url(settings: Settings) -> str:
    """Return where jobs are kept: beside the store on PostgreSQL, in a file of their own on SQLite."""
    url = make_url(settings.database)
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{(settings.data_dir / 'jobs.sqlite3').as_posix()}"
    return url.render_as_string(hide_password=False)


class Jobs:
    """The jobs of one service."""

    def __init__(
        self,
        url: str,
        *,
        poll_s: float = POLL_S,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        on_failed: Callable[[Job], None] = lambda job: None,
        on_ended: Callable[[str, JobState], None] = lambda kind, state: None,
    ) -> None:
        """`on_failed` is told of a job that failed for good, `on_ended` of every end by kind and state."""
        self._url = url
        self._poll_s = poll_s
        self._clock = clock
        self._on_failed = on_failed
        self._on_ended = on_ended
        self._works: dict[str, Work] = {}
        self._lock = threading.RLock()
        self._book_open: Book | None = None
        self._runner: Runner | None = None
        self._is_closed = False  # takes no more
        self._is_stopping = False  # interrupts what runs
        self._is_eager = False
        self._marks = Marks()
        self.left = 0  # what outlived the last stop

    def define(
        self,
        kind: str,
        work: Callable[[Task], JsonValue],
        *,
        queue: str = "work",
        attempts: int = 1,
        backoff_s: float = 5,
    ) -> None:
        """Say how a kind is worked; all kinds are defined before the start.

        `attempts` counts every try that ends in TryLater or in an error that is a fault of ours; a problem of the input
        fails at once.
        """
        if not KIND.match(kind):
            raise ValueError(f"a kind is lower-case letters and underscores, up to 31, not {kind!r}")
        self._works[kind] = Work(work, queue=queue, attempts=attempts, backoff_s=backoff_s)

    # --- life

    def keep_ready(self) -> None:
        """Launch at the start in any case, so that the first job waits for nothing: for a service that stays."""
        self._is_eager = True

    def start(self) -> None:
        """Take up what the last process left, if it may have left anything."""
        self._is_stopping = self._is_closed = False
        if self._is_eager or self.may_have_work:
            self._launched()

    def launch(self) -> None:
        """Be ready before the first job comes: whoever waits for its acknowledgement does not wait for the engine."""
        self._launched()

    @property
    def may_have_work(self) -> bool:
        url = make_url(self._url)
        return url.get_backend_name() != "sqlite" or Path(url.database or "").exists()

    def stop(self, timeout_s: float = 0) -> int:
        """Let running jobs end in the time given, then leave them to the next start; return how many were left."""
        self._is_closed = True
        runner, left = self._runner, 0
        if runner is not None:
            self._is_stopping = not timeout_s
            left = runner.stop(timeout_s)
        self._is_stopping = True
        with self._lock:
            book, self._book_open, self._runner = self._book_open, None, None
        if book is not None:
            book.close()
        self.left = left
        if left:
            log.warning("jobs_interrupted", running=left, fix="nothing: they are taken up at the next start")
        return left

    def _launched(self) -> Book:
        """Return the book, with the runner running."""
        with self._lock:
            if self._is_closed:
                raise RuntimeError("the service is stopping and takes no more jobs")
            if self._runner is None:
                prepare(self._url)
                book = Book(self._url)
                queues = {*THREADS, *(work.queue for work in self._works.values())}
                for queue in sorted(queues):
                    book.register_queue(queue, threads=THREADS.get(queue, OTHER_QUEUE_THREADS), poll_s=self._poll_s)
                threads = sum(THREADS.get(queue, OTHER_QUEUE_THREADS) for queue in queues)
                runner = Runner(self._url, self._run, threads=threads)
                self._book_open = book
                runner.start()
                self._runner = runner
            return self._book()

    def _book(self) -> Book:
        """Return the book alone, for a process that only looks and orders."""
        with self._lock:
            if self._book_open is None:
                prepare(self._url)
                self._book_open = Book(self._url)
            return self._book_open

    # --- orders

    def submit(
        self,
        kind: str,
        payload: Mapping[str, JsonValue],
        *,
        tenant: str,
        key: str | None = None,
        after_s: float = 0,
    ) -> Job:
        """Keep a job, on disk when this returns; the same tenant, kind and key is the same job."""
        work = self._works.get(kind)
        if work is None:
            raise ValueError(f"no work is defined for {kind!r}; there is {', '.join(sorted(self._works)) or 'none'}")
        job_id = job_id_of(kind, tenant=tenant, key=key if key is not None else uuid.uuid4().hex)
        first_at_ms = int(self._clock().timestamp() * 1000)
        context = current_context()
        traceparent = "" if context is None else context.trace.traceparent
        attempt = Attempt(job_id, tenant, 1, payload, first_at_ms, {}, traceparent=traceparent)
        book = self._launched()
        book.add(attempt, queue=work.queue, after_s=after_s)
        job = self.get(job_id, tenant=tenant)
        assert job is not None
        return job

    def find(self, kind: str, *, tenant: str, key: str) -> Job | None:
        """Return the job of that key, if there is one."""
        return self.get(job_id_of(kind, tenant=tenant, key=key), tenant=tenant)

    def get(self, job_id: str, *, tenant: str) -> Job | None:
        """Return a job; None where the tenant has none of that id."""
        if not self.may_have_work:
            return None
        job = self._book().get(job_id, tenant=tenant)
        return None if job is None else self._marks.with_progress(job)

    def list(
        self, *, tenant: str, states: Sequence[JobState] = (), kind: str | None = None, limit: int = 100
    ) -> tuple[Job, ...]:
        """Return a tenant's jobs, newest first."""
        if not self.may_have_work:
            return ()
        found = self._book().list(tenant=tenant, states=states, kind=kind, limit=limit)
        return tuple(self._marks.with_progress(job) for job in found)

    def cancel(self, job_id: str, *, tenant: str) -> Job | None:
        """Cancel a job: at once where it waits, at its next step where it runs. One that is over stays as it is."""
        job = self.get(job_id, tenant=tenant)
        if job is None or job.is_over:
            return job
        self._book().cancel(job_id, tenant=tenant)
        self._marks.cancelled(job_id)
        self._on_ended(job.kind, "cancelled")
        return self.get(job_id, tenant=tenant)

    def retry(self, job_id: str, *, tenant: str) -> Job | None:
        """Put a failed or cancelled job back into its queue; any other stays as it is."""
        job = self.get(job_id, tenant=tenant)
        if job is None or job.state not in ("failed", "cancelled"):
            return job
        self._marks.retried(job_id)
        work = self._works.get(job.kind)
        self._book().retry(job_id, tenant=tenant, queue=work.queue if work else "work")
        return self.get(job_id, tenant=tenant)

    def revision(self, job_id: str) -> int:
        """Return a number that changes whenever this process changes the job: cheap to look at again and again."""
        return self._marks.revision(job_id)

    def unfinished(self) -> int:
        """Return how many jobs of all tenants are not over."""
        return self._book().unfinished() if self.may_have_work else 0

    def forget_before(self, at: datetime) -> tuple[Job, ...]:
        """Forget jobs that were over before a moment."""
        return self._book().forget_before(at) if self.may_have_work else ()

    def all(self) -> Iterator[Job]:
        """Yield the jobs of all tenants."""
        yield from self._book().all() if self.may_have_work else ()

    def erase(self, *, tenant: str, is_theirs: Callable[[Job], bool]) -> tuple[Job, ...]:
        """Delete a tenant's jobs that a condition names, whatever their state; one that runs ends at its next step."""
        if not self.may_have_work:
            return ()
        book = self._book()
        found = tuple(job for job in book.list(tenant=tenant, states=(), kind=None, limit=-1) if is_theirs(job))
        for job in found:
            if not job.is_over:
                book.cancel(job.id, tenant=tenant)
        book.erase(found)
        return found

    # --- work

    def _run(self, attempt: Attempt) -> JsonValue:
        """Work one attempt; every line that is logged meanwhile bears its job, its tenant and the trace it came in."""
        with in_context(new_context(request_id=attempt.job_id, traceparent=attempt.traceparent)) as context:
            context.job_id = attempt.job_id
            note_caller(tenant=attempt.tenant)
            return self._worked(attempt)

    def _worked(self, attempt: Attempt) -> JsonValue:
        """Return the result, or the number of the attempt that follows."""
        book = self._book_open
        if self._is_stopping or book is None:
            raise Interrupted
        kind = kind_of(attempt.job_id) or ""
        following = _following(attempt, reason=None)
        if book.has(following):  # the process ended between putting off and writing that down
            return {SUPERSEDED: following.number}
        task = Task(
            tenant=attempt.tenant,
            job_id=attempt.job_id,
            payload=attempt.payload,
            attempt=attempt.number,
            surroundings=self,
            taken=dict(attempt.taken),
        )
        self._marks.touch(attempt.job_id)
        work = self._works.get(kind)
        try:
            if work is None:
                raise Problem("job_kind_unknown", say("detail.job_kind_unknown", kind=repr(kind)))
            result: dict[str, JsonValue] = {"result": work.run(task)}
            self._on_ended(kind, "done")
            return result
        except TryLater as error:
            assert work is not None
            failure = JobFailure("try_later", {"en": error.reason, "zh": error.reason})
            return self._put_off(attempt, task, work=work, failure=failure, after_s=error.after_s)
        except Cancelled:
            raise
        except EXPECTED_ERRORS as error:
            raise self._failed(attempt, failure_from(error)) from error
        except Exception as error:
            if self._is_stopping:
                raise Interrupted from error
            log.exception("job_raised", job=attempt.job_id, attempt=attempt.number)
            return self._put_off(attempt, task, work=work or Work(_nothing), failure=failure_from(error), after_s=None)
        finally:
            self._marks.touch(attempt.job_id)

    def _put_off(
        self, attempt: Attempt, task: Task, *, work: Work, failure: JobFailure, after_s: float | None
    ) -> JsonValue:
        """Keep the next attempt, or end with the failure where there is none left."""
        if attempt.number >= work.attempts:
            raise self._failed(attempt, failure)
        following = _following(attempt, reason=failure_json(failure), taken=task.taken)
        wait_s = work.wait_s(attempt.number) if after_s is None else after_s
        self._book().add(following, queue=work.queue, after_s=wait_s)
        log.info("job_put_off", job=attempt.job_id, attempt=attempt.number, wait_s=wait_s, reason=str(failure))
        return {SUPERSEDED: following.number}

    def _failed(self, attempt: Attempt, failure: JobFailure) -> JobFailed:
        log.warning("job_failed", job=attempt.job_id, attempts=attempt.number, error=str(failure))
        at, kind = self._clock(), kind_of(attempt.job_id) or ""
        self._on_ended(kind if kind in self._works else "other", "failed")
        self._on_failed(
            Job(
                id=attempt.job_id,
                kind=kind,
                tenant=attempt.tenant,
                state="failed",
                attempts=attempt.number,
                created_at=datetime.fromtimestamp(attempt.first_at_ms / 1000, UTC),
                updated_at=at,
                error=failure,
                payload=attempt.payload,
            )
        )
        return JobFailed(json.dumps(failure_json(failure), ensure_ascii=False))

    # --- what a task asks

    def record(self, name: str, work: Callable[[], JsonValue]) -> JsonValue:
        runner = self._runner
        if runner is None:
            raise Interrupted
        return runner.record(name, work)

    def check(self, job_id: str) -> None:
        if self._is_stopping:
            raise Interrupted
        if self._marks.is_cancelled(job_id):
            raise Cancelled(job_id)

    def note(self, job_id: str, progress: Progress) -> None:
        self._marks.note(job_id, progress)


def failure_from(error: Exception) -> JobFailure:
    """Return an error as a job's failure, in both languages."""
    problem = problem_of(error)
    return JobFailure(problem.kind.name, {"en": problem.detail_in("en"), "zh": problem.detail_in("zh")})


def _following(attempt: Attempt, *, reason: JsonValue, taken: Mapping[str, JsonValue] | None = None) -> Attempt:
    return Attempt(
        attempt.job_id,
        attempt.tenant,
        attempt.number + 1,
        attempt.payload,
        attempt.first_at_ms,
        attempt.taken if taken is None else taken,
        reason,
        attempt.traceparent,
    )


def _nothing(task: Task) -> JsonValue:
    return None
