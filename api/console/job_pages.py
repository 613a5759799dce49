"""The jobs page: what is under way, what failed and may be tried again, and messages that no endpoint took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response

from api.console.desk import ConsoleRoute, Desk, Entry
from api.errors import Problem, say
from api.jobs import Job, Jobs, JobState
from api.outbox import deliver_order

SHOWN = 100
States = Literal["active", "failed", "done"]
STATES: Mapping[States, Sequence[JobState]] = {
    "active": ("running", "waiting", "queued"),
    "failed": ("failed", "cancelled"),
    "done": ("done",),
}

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
AdminDesk = Annotated[Desk, Depends(Entry("admin"))]


def jobs_in(request: Request) -> Jobs:
    """Return the app's jobs."""
    jobs: Jobs = request.app.state.jobs
    return jobs


@router.get("/jobs")
def list_jobs(desk: AdminDesk, show: States = "active") -> Response:
    """List the tenant's jobs in some states, and its dead deliveries."""
    return _page(desk, show)


@router.post("/jobs/{job_id}/retry")
def retry_job(desk: AdminDesk, job_id: str, show: States = "failed") -> Response:
    """Put a failed job back into its queue."""
    _require(jobs_in(desk.request).retry(job_id, tenant=desk.store.tenant), job_id)
    return _page(desk, show)


@router.post("/jobs/{job_id}/cancel")
def cancel_job(desk: AdminDesk, job_id: str, show: States = "active") -> Response:
    """Cancel a job."""
    _require(jobs_in(desk.request).cancel(job_id, tenant=desk.store.tenant), job_id)
    return _page(desk, show)


@router.post("/deliveries/{message_id}/{endpoint}/retry")
def retry_delivery(desk: AdminDesk, message_id: str, endpoint: str) -> Response:
    """Send a message again to an endpoint that did not take it."""
    dead = [
        status for status in desk.store.outbox.dead() if (status.message_id, status.endpoint) == (message_id, endpoint)
    ]
    if not dead:
        raise Problem("not_found", say("detail.unknown", what=say("what.delivery"), name=repr(message_id[:60])))
    jobs, tenant, order = jobs_in(desk.request), desk.store.tenant, deliver_order(message_id, endpoint)
    attempts, error = dead[0].attempts, dead[0].last_error
    desk.store.outbox.settle(message_id, endpoint, state="pending", attempts=attempts, error=error, at=desk.now)
    job = jobs.find(order.kind, tenant=tenant, key=order.key)
    if job is not None and job.state in ("failed", "cancelled"):
        jobs.retry(job.id, tenant=tenant)
    else:
        jobs.submit(order.kind, order.payload, tenant=tenant, key=f"{order.key}/{desk.now.isoformat()}")
    return _page(desk, "failed")


def about(job: Job) -> str:
    """Return which ticket, message or file a job is about, by the names in its payload; "" where it names none."""
    event = job.payload.get("event")
    named = {**job.payload, **(event if isinstance(event, dict) else {})}
    parts = [named.get(name) for name in ("connector", "endpoint", "ticket_id", "name")]
    return " / ".join(str(part) for part in parts if isinstance(part, str) and part)


def _page(desk: Desk, show: States) -> Response:
    jobs = jobs_in(desk.request).list(tenant=desk.store.tenant, states=STATES[show], limit=SHOWN)
    return desk.page(
        "job_list.html" if desk.is_partial else "jobs.html",
        here="jobs",
        jobs=jobs,
        about=about,
        show=show,
        states=tuple(STATES),
        dead=desk.store.outbox.dead(limit=SHOWN),
    )


def _require(job: Job | None, job_id: str) -> None:
    if job is None:
        raise Problem("not_found", say("detail.unknown", what=say("what.job"), name=repr(job_id[:60])))
