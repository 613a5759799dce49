"""Jobs over HTTP: what was accepted with `Prefer: respond-async`, how far it is, what came of it.

A key sees the jobs of its tenant whose kind it could have asked for itself.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.errors import Language, Problem, say, words
from api.jobs import Job, Jobs
from api.routes.documentation import Documented, problems
from api.routes.job_events import EVENT_STREAM, job_events
from api.routes.problems import language_of
from api.routes.wiring import Caller, CallerOf, JobsOf
from api.schemas.jobs import JobBody, JobProblemBody, ProgressBody

router = APIRouter(tags=["jobs"])

SCOPES = {"prefill": "prefill"}
"""Who may ask for a kind; the others are an administrator's."""
State = Literal["queued", "running", "waiting", "done", "failed", "cancelled"]
EVENTS_BODY: Documented = {200: {"content": {EVENT_STREAM: {"schema": {"type": "string"}}}}}


@router.get("/v1/jobs", responses=problems(401, 403, 422))
def list_jobs(
    caller: CallerOf,
    jobs: JobsOf,
    request: Request,
    state: Annotated[list[State] | None, Query(description="Only jobs in one of these states")] = None,
    kind: Annotated[str | None, Query(pattern="^[a-z][a-z_]{0,30}$")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> list[JobBody]:
    """List jobs, newest first, without their results."""
    found = jobs.list(tenant=caller.tenant, states=tuple(state or ()), kind=kind, limit=limit)
    language = language_of(request)
    return [job_body(job, language=language, with_result=False) for job in found if may_see(caller, job.kind)]


@router.get("/v1/jobs/{job_id}", responses=problems(401, 403, 404, 422))
def get_job(job_id: str, caller: CallerOf, jobs: JobsOf, request: Request) -> JobBody:
    """Return a job; when it is done, with what it gave."""
    return job_body(seen_job(job_id, caller=caller, jobs=jobs), language=language_of(request))


@router.get(
    "/v1/jobs/{job_id}/events", response_class=Response, responses={**EVENTS_BODY, **problems(401, 403, 404, 422)}
)
def get_events(
    job_id: str,
    caller: CallerOf,
    jobs: JobsOf,
    request: Request,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=100)] = None,
) -> StreamingResponse:
    """Follow a job: server-sent events `progress`, then `end`; goes on after the last event that was seen."""
    seen_job(job_id, caller=caller, jobs=jobs)
    language = language_of(request)

    def show(job: Job) -> str:
        return job_body(job, language=language).model_dump_json()

    events = job_events(job_id, tenant=caller.tenant, jobs=jobs, show=show, seen=last_event_id or "")
    return StreamingResponse(events, media_type=EVENT_STREAM, headers={"Cache-Control": "no-cache"})


@router.post("/v1/jobs/{job_id}/cancel", responses=problems(401, 403, 404, 422))
def cancel_job(job_id: str, caller: CallerOf, jobs: JobsOf, request: Request) -> JobBody:
    """Cancel a job: at once where it waits, at its next step where it runs; one that is over stays as it is."""
    seen_job(job_id, caller=caller, jobs=jobs)
    return job_body(_there(jobs.cancel(job_id, tenant=caller.tenant), job_id), language=language_of(request))


@router.post("/v1/jobs/{job_id}/retry", responses=problems(401, 403, 404, 422))
def retry_job(job_id: str, caller: CallerOf, jobs: JobsOf, request: Request) -> JobBody:
    """Put a failed or cancelled job back into its queue; any other stays as it is."""
    seen_job(job_id, caller=caller, jobs=jobs)
    return job_body(_there(jobs.retry(job_id, tenant=caller.tenant), job_id), language=language_of(request))


def may_see(caller: Caller, kind: str) -> bool:
    """Say whether a key could have asked for a kind."""
    return "admin" in caller.scopes or SCOPES.get(kind, "admin") in caller.scopes


def seen_job(job_id: str, *, caller: Caller, jobs: Jobs) -> Job:
    """Return a job that the caller may see."""
    job = jobs.get(job_id, tenant=caller.tenant)
    return _there(job if job is not None and may_see(caller, job.kind) else None, job_id)


def _there(job: Job | None, job_id: str) -> Job:
    if job is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.job"), name=repr(job_id[:50])), where="job_id")
    return job


def job_body(job: Job, *, language: Language, with_result: bool = True) -> JobBody:
    """Return a job as it is shown."""
    said = words(language)
    progress = job.progress
    return JobBody(
        id=job.id,
        kind=job.kind,
        state=job.state,
        attempts=job.attempts,
        created_at=job.created_at,
        updated_at=job.updated_at,
        progress=None
        if progress is None
        else ProgressBody(done=progress.done, total=progress.total, note=progress.note),
        result=job.result if with_result else None,
        problem=None
        if job.error is None
        else JobProblemBody(
            type=f"/problems/{job.error.name}",
            title=said.known("title", job.error.name),
            detail=job.error.detail_in(language),
            fix=said.table.get(f"fix.{job.error.name}", ""),
        ),
    )


def accepted(job: Job, *, language: Language) -> Response:
    """Return 202: the work is kept and will be done."""
    headers = {"Location": f"/v1/jobs/{job.id}", "Preference-Applied": "respond-async"}
    body = job_body(job, language=language).model_dump_json()
    return Response(body, status_code=202, media_type="application/json", headers=headers)


ACCEPTED: Documented = {
    202: {
        "model": JobBody,
        "description": "Kept, and worked on without anybody waiting: `Prefer: respond-async`",
        "headers": {"Location": {"schema": {"type": "string"}}, "Preference-Applied": {"schema": {"type": "string"}}},
    }
}
Preference = Annotated[
    str | None,
    Header(alias="Prefer", max_length=500, description="`respond-async`: answer 202 at once, work later (RFC 7240)"),
]


def wants_async(prefer: str | None) -> bool:
    """Say whether a Prefer header asks not to wait.

    >>> wants_async("wait=5, Respond-Async"), wants_async("respond-async; x=1"), wants_async("wait=5")
    (True, True, False)
    """
    return any(part.partition(";")[0].strip().lower() == "respond-async" for part in (prefer or "").split(","))
