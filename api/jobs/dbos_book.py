"""Where jobs are kept: DBOS's system database, read and written from any process. Runs nothing.

A job is a chain of attempts, one workflow each: tenant/kind/digest, then the same with #2, #3, ... An attempt that was
put off ends with the number of the next; the last of the chain is the job as it stands.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import connect as connect_sqlite
from typing import TYPE_CHECKING, cast

from sqlalchemy.engine import make_url

from api.errors import LANGUAGES, words
from api.jobs.records import Job, JobFailure, JobState, JsonValue, kind_of

if TYPE_CHECKING:
    from dbos import DBOSClient, EnqueueOptions, WorkflowStatus

APPLICATION = "beforehand"
VERSION = "1"
"""Of the attempts' arguments, not of the service: an upgraded service takes up its predecessor's jobs."""
SCHEMA = "dbos"
WORKFLOW = "beforehand.job"
SUPERSEDED = "superseded_by"
LOOKED_AT_ONCE = 200

_STATES: Mapping[str, JobState] = {
    "DELAYED": "waiting",
    "ENQUEUED": "queued",
    "PENDING": "running",
    "SUCCESS": "done",
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "cancelled",
}


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one workflow is called with."""

    job_id: str
    tenant: str
    number: int
    payload: Mapping[str, JsonValue]
    first_at_ms: int
    taken: Mapping[str, JsonValue]
    reason: JsonValue = None  # the failure before this attempt, as `failure_json` writes it
    traceparent: str = ""  # of the request that asked for the job

    @property
    def workflow_id(self) -> str:
        return workflow_id_of(self.job_id, tenant=self.tenant, number=self.number)


def workflow_id_of(job_id: str, *, tenant: str, number: int = 1) -> str:
    """Return the id of an attempt's workflow.

    >>> workflow_id_of("prefill-" + "0" * 32, tenant="default", number=2)
    'default/prefill/00000000000000000000000000000000#2'
    """
    kind, _, digest = job_id.rpartition("-")
    return f"{tenant}/{kind}/{digest}" + (f"#{number}" if number > 1 else "")


def failure_json(failure: JobFailure) -> dict[str, JsonValue]:
    """Return a failure as it is written down."""
    return {"name": failure.name, "details": {str(language): text for language, text in failure.details.items()}}


def failure_of(written: JsonValue) -> JobFailure | None:
    """Return the failure that was written down."""
    if not isinstance(written, dict):
        return None
    details = written.get("details")
    return JobFailure(str(written.get("name", "")), cast("dict", details) if isinstance(details, dict) else {})  # type: ignore[type-arg]


def prepare(url: str) -> None:
    """Make the system database and bring it up to date. A SQLite file is set to write-ahead logging, for good."""
    from dbos import DBOS

    quiet_library_log()
    location = make_url(url)
    if location.get_backend_name() == "sqlite" and location.database:
        Path(location.database).parent.mkdir(parents=True, exist_ok=True)
        connection = connect_sqlite(location.database)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.close()
    DBOS.migrate(url, schema=SCHEMA)


class Book:
    """The jobs of every tenant. Open with a prepared database."""

    def __init__(self, url: str) -> None:
        from dbos import DBOSClient
        from dbos._serialization import DBOSPortableJSON

        quiet_library_log()
        self._url = url
        self._client: DBOSClient = DBOSClient(
            system_database_url=url,
            dbos_system_schema=SCHEMA,
            serializer=DBOSPortableJSON,
            application_name=APPLICATION,
        )

    def close(self) -> None:
        self._client.destroy()

    def register_queue(self, name: str, *, threads: int, poll_s: float) -> None:
        """Say how many jobs of a queue run at once and how often it is looked at."""
        self._client.register_queue(
            name, worker_concurrency=threads, polling_interval_sec=poll_s, application_name=APPLICATION
        )

    def add(self, attempt: Attempt, *, queue: str, after_s: float = 0) -> None:
        """Keep an attempt, on disk when this returns; one that is already there stays as it is."""
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": queue,
            "workflow_id": attempt.workflow_id,
            "app_version": VERSION,
        }
        if after_s > 0:
            options["delay_seconds"] = after_s
        self._client.enqueue(
            options,
            job_id=attempt.job_id,
            tenant=attempt.tenant,
            number=attempt.number,
            payload=dict(attempt.payload),
            first_at_ms=attempt.first_at_ms,
            taken=dict(attempt.taken),
            reason=attempt.reason,
            traceparent=attempt.traceparent,
        )

    def has(self, attempt: Attempt) -> bool:
        """Say whether an attempt is kept."""
        return bool(
            self._client.list_workflows(workflow_ids=[attempt.workflow_id], load_input=False, load_output=False)
        )

    def get(self, job_id: str, *, tenant: str) -> Job | None:
        """Return a job as it stands."""
        status = self._last(job_id, tenant=tenant)
        return None if status is None else _job_of(status)

    def list(self, *, tenant: str, states: Sequence[JobState], kind: str | None, limit: int) -> tuple[Job, ...]:
        """Return a tenant's jobs, newest first.

        For a moment a job has two attempts, the next one kept before the last says that it is superseded: the newer
        stands for it.
        """
        found: dict[str, Job] = {}
        prefix = f"{tenant}/{kind}/" if kind else f"{tenant}/"
        for status in self._newest(prefix=prefix, states=states):
            job = _job_of(status)
            if job is not None and job.tenant == tenant:
                found.setdefault(job.id, job)
            if len(found) == limit:
                break
        return tuple(found.values())

    def all(self) -> Iterator[Job]:
        """Yield every tenant's jobs, newest first."""
        yield from (job for status in self._newest(prefix=None, states=()) if (job := _job_of(status)) is not None)

    def cancel(self, job_id: str, *, tenant: str) -> None:
        """Cancel a job that is not over."""
        status = self._last(job_id, tenant=tenant)
        if status is not None:
            self._client.cancel_workflow(status.workflow_id)

    def retry(self, job_id: str, *, tenant: str, queue: str) -> None:
        """Put a failed or cancelled job back; the steps it has taken stay taken."""
        status = self._last(job_id, tenant=tenant)
        if status is None or _STATES[status.status] not in ("failed", "cancelled"):
            return
        steps = self._client.list_workflow_steps(status.workflow_id)
        broken = [step["function_id"] for step in steps if step["error"] is not None]
        after_all = max((step["function_id"] for step in steps), default=0) + 1
        start_step = max(min(broken, default=after_all), 1)
        self._client.rewind_workflow(status.workflow_id, start_step=start_step, queue_name=status.queue_name or queue)

    def unfinished(self) -> int:
        """Return how many jobs are not over."""
        statuses = ["DELAYED", "ENQUEUED", "PENDING"]
        return len(self._client.list_workflows(status=statuses, load_input=False, load_output=False))

    def forget_before(self, at: datetime) -> tuple[Job, ...]:
        """Forget jobs that were over before a moment; return them, in no order."""
        old = self._client.list_workflows(
            completed_before=at.astimezone(UTC).isoformat(),
            status=[name for name in _STATES if name not in _UNFINISHED],
        )
        jobs = tuple(job for status in old if (job := _job_of(status)) is not None)
        if old:
            self._client.delete_workflows([status.workflow_id for status in old])
        return jobs

    def erase(self, jobs: Sequence[Job]) -> None:
        """Delete jobs with every attempt and step, whatever their state, and free their bytes in SQLite's file."""
        ids: list[str] = []
        for job in jobs:
            first_id = workflow_id_of(job.id, tenant=job.tenant)
            later = self._client.list_workflows(workflow_id_prefix=first_id + "#", load_input=False, load_output=False)
            ids += [first_id, *(status.workflow_id for status in later)]
        if ids:
            self._client.delete_workflows(ids)
        self.compact()

    def compact(self) -> None:
        """Overwrite what was deleted: SQLite keeps the bytes of deleted rows until its file is written anew."""
        made = make_url(self._url)
        if made.get_backend_name() != "sqlite" or not made.database:
            return
        connection = connect_sqlite(made.database, timeout=30, isolation_level=None)
        try:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def _last(self, job_id: str, *, tenant: str) -> WorkflowStatus | None:
        """Return the last attempt of a job."""
        if kind_of(job_id) is None:
            return None
        first_id = workflow_id_of(job_id, tenant=tenant)
        statuses = self._client.list_workflows(workflow_ids=[first_id])
        if statuses and _next_number(statuses[0]) is not None:
            statuses += self._client.list_workflows(workflow_id_prefix=first_id + "#")
        return max(statuses, key=lambda status: _number_of(status), default=None)

    def _newest(self, *, prefix: str | None, states: Sequence[JobState]) -> Iterator[WorkflowStatus]:
        names = [name for name, state in _STATES.items() if not states or state in states]
        for offset in range(0, 1_000_000, LOOKED_AT_ONCE):
            page = self._client.list_workflows(
                workflow_id_prefix=prefix, status=names, sort_desc=True, limit=LOOKED_AT_ONCE, offset=offset
            )
            yield from page
            if len(page) < LOOKED_AT_ONCE:
                return


_UNFINISHED = ("DELAYED", "ENQUEUED", "PENDING")


def quiet_library_log() -> None:
    """Hand DBOS's warnings to the service's log; a job's own failure is told by the runner."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
        logger.addFilter(_is_news)
    logger.setLevel(logging.WARNING)


def _is_news(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith("Exception encountered in background workflow")


def _arguments(status: WorkflowStatus) -> Mapping[str, JsonValue]:
    given = status.input
    return given["kwargs"] if isinstance(given, dict) else {}


def _number_of(status: WorkflowStatus) -> int:
    number = _arguments(status).get("number", 1)
    return number if isinstance(number, int) else 1


def _next_number(status: WorkflowStatus) -> JsonValue:
    output = status.output
    return output.get(SUPERSEDED) if isinstance(output, dict) else None


def _job_of(status: WorkflowStatus) -> Job | None:
    """Return the job that an attempt stands for; None where a later attempt does."""
    if _next_number(status) is not None:
        return None
    given = _arguments(status)
    job_id, payload = str(given.get("job_id", "")), given.get("payload")
    output = status.output if isinstance(status.output, dict) else {}
    updated_ms = status.completed_at or status.updated_at or status.created_at or 0
    first_at_ms = given.get("first_at_ms")
    return Job(
        id=job_id,
        kind=kind_of(job_id) or "",
        tenant=str(given.get("tenant", "")),
        state=_STATES[status.status],
        attempts=_number_of(status) - (1 if status.status in ("DELAYED", "ENQUEUED") else 0),
        created_at=_moment(first_at_ms if isinstance(first_at_ms, int) else status.created_at or 0),
        updated_at=_moment(updated_ms),
        result=output.get("result"),
        error=_failure_of(status, given),
        payload=payload if isinstance(payload, dict) else {},
    )


def _failure_of(status: WorkflowStatus, given: Mapping[str, JsonValue]) -> JobFailure | None:
    if status.status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED":
        return JobFailure("job_crashes", {language: words(language)("detail.job_crashes") for language in LANGUAGES})
    if status.error is not None:
        return _told_by(status.error)
    return failure_of(given.get("reason")) if status.status in _UNFINISHED else None


def _told_by(error: Exception) -> JobFailure:
    """Return the failure that an exception's message holds; the message itself where it is not one of ours."""
    message = str(error)
    try:
        written = json.loads(message)
    except ValueError:
        written = None
    return failure_of(written) or JobFailure("internal_error", {"en": message, "zh": message})


def _moment(at_ms: int) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC)
