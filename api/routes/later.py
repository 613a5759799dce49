"""A request that need not be answered now in, 202 with its job out: files spooled, then the job kept, then the answer.

The same Idempotency-Key is the same job; with another request under it, a problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request, Response

from api.errors import Language, Problem, say
from api.jobs import Job, Jobs, JsonValue
from api.jobs.spool import Spool, SpooledFile
from api.prefill import Attachment
from api.routes.jobs import accepted
from api.routes.problems import language_of
from api.routes.wiring import Caller, CallerOf, JobsOf, SpoolOf


@dataclass(frozen=True, slots=True)
class Call:
    """What a job is to do; `digest` tells one request from another."""

    kind: str
    payload: Mapping[str, JsonValue]
    files: tuple[Attachment, ...]
    digest: str


@dataclass(frozen=True, slots=True)
class Later:
    """Where a caller's calls are kept for later."""

    caller: Caller
    jobs: Jobs
    spool: Spool
    language: Language

    def accept(self, call: Call, *, key: str | None) -> Response:
        """Keep a call and return 202.

        Raises:
            Problem: the key was used for another request.
        """
        return accepted(self._job(call, key=key), language=self.language)

    def _job(self, call: Call, *, key: str | None) -> Job:
        tenant = self.caller.tenant
        own_key = None if key is None else f"{self.caller.key_id}:{key}"
        known = None if own_key is None else self.jobs.find(call.kind, tenant=tenant, key=own_key)
        if known is not None:
            return _same(known, call, key=key)
        spool_id = self.spool.put([SpooledFile(file.name, file.content) for file in call.files])
        payload = {**call.payload, "spool": spool_id, "digest": call.digest}
        job = self.jobs.submit(call.kind, payload, tenant=tenant, key=own_key)
        if job.payload.get("spool") != spool_id:  # another request with the key was faster
            self.spool.remove(spool_id)
            return _same(job, call, key=key)
        return job


def _same(job: Job, call: Call, *, key: str | None) -> Job:
    if job.payload.get("digest") != call.digest:
        raise Problem("idempotency_conflict", say("detail.key_reused", key=repr((key or "")[:50])))
    return job


def _later(caller: CallerOf, jobs: JobsOf, spool: SpoolOf, request: Request) -> Later:
    return Later(caller, jobs, spool, language_of(request))


LaterOf = Annotated[Later, Depends(_later)]
