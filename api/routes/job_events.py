"""A job in, server-sent events out until it is over. Holds no thread: looks at a number, reads only when it changed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable

from starlette.concurrency import run_in_threadpool

from api.jobs import Job, Jobs

EVENT_STREAM = "text/event-stream"
LOOK_EVERY_S = 0.2
"""At the number that changes with the job: a dictionary look-up."""
READ_EVERY_S = 5.0
"""From the database without such a change: another process may have cancelled or retried the job."""
HEARTBEAT_S = 15.0
"""A comment, so that proxies (60 s is usual) keep the connection."""
LONGEST_S = 600.0
"""Then the stream ends and the browser asks again with Last-Event-ID: no stream outlives a drained server for long."""


async def job_events(
    job_id: str, *, tenant: str, jobs: Jobs, show: Callable[[Job], str], seen: str
) -> AsyncIterator[str]:
    """Yield an event whenever the job changed, after the one that was seen, and end with the job."""
    loop = asyncio.get_running_loop()
    started = heard = read = loop.time()
    revision = -1
    yield "retry: 2000\n\n"
    while loop.time() - started < LONGEST_S:
        now, current = loop.time(), jobs.revision(job_id)
        if current != revision or now - read >= READ_EVERY_S:
            revision, read = current, now
            job = await run_in_threadpool(jobs.get, job_id, tenant=tenant)
            if job is None:
                return
            mark = mark_of(job)
            if mark != seen:
                seen, heard = mark, now
                yield event(job, mark=mark, shown=show(job))
            if job.is_over:
                return
        if now - heard >= HEARTBEAT_S:
            heard = now
            yield ": still there\n\n"
        await asyncio.sleep(LOOK_EVERY_S)


def mark_of(job: Job) -> str:
    """Return what tells one state of a job from the next."""
    done = job.progress.done if job.progress else 0
    return f"{job.attempts}.{done}.{job.state}"


def event(job: Job, *, mark: str, shown: str) -> str:
    """Return one event as it is sent; JSON holds no line break."""
    return f"id: {mark}\nevent: {'end' if job.is_over else 'progress'}\ndata: {shown}\n\n"
