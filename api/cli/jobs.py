"""`jobs list`, `show`, `retry`, `cancel`: what is worked on without anybody waiting. Works beside a running service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.table import Table

from api.cli.desk import AsJson, DataDir, settings_for
from api.cli.output import SOME_FAILED, complain, console, log_to_stderr, spoken_language, write_line
from api.errors import Problem, say
from api.jobs import Job, Jobs, JobState, jobs_url
from api.routes.jobs import job_body
from api.store import DEFAULT_TENANT

OfTenant = Annotated[str, typer.Option("--tenant", help="Whose jobs.")]
JobId = Annotated[str, typer.Argument(help="As `jobs list` shows it.")]
State = Annotated[JobState | None, typer.Option(help="Only jobs in this state; `failed` are the dead letters.")]
group = typer.Typer(help="Jobs: what is under way, what failed, and putting it back.", no_args_is_help=True)


@contextmanager
def open_jobs(data_dir: DataDir) -> Iterator[Jobs]:
    """Open the jobs of a data folder, to look and to order; nothing runs here."""
    log_to_stderr()
    jobs = Jobs(jobs_url(settings_for(data_dir)))
    try:
        yield jobs
    finally:
        jobs.stop()


@group.command("list")
def list_jobs(
    state: State = None,
    kind: Annotated[str | None, typer.Option(help="Only jobs of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    tenant: OfTenant = DEFAULT_TENANT,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first."""
    with open_jobs(data_dir) as jobs:
        found = jobs.list(tenant=tenant, states=(state,) if state else (), kind=kind, limit=limit)
    if as_json:
        for job in found:
            write_line(job_body(job, language=spoken_language(), with_result=False))
        return
    table = Table("id", "state", "attempts", "created", "why")
    for job in found:
        why = job.error.detail_in(spoken_language()) if job.error else ""
        table.add_row(job.id, job.state, str(job.attempts), f"{job.created_at:%Y-%m-%d %H:%M:%S}", why)
    console().print(table)


@group.command()
def show(job_id: JobId, tenant: OfTenant = DEFAULT_TENANT, data_dir: DataDir = None) -> None:
    """Show a job with what it gave, as JSON."""
    with open_jobs(data_dir) as jobs:
        _write(jobs.get(job_id, tenant=tenant), job_id)


@group.command()
def retry(job_id: JobId, tenant: OfTenant = DEFAULT_TENANT, data_dir: DataDir = None) -> None:
    """Put a failed or cancelled job back into its queue; a running service takes it up."""
    with open_jobs(data_dir) as jobs:
        _write(jobs.retry(job_id, tenant=tenant), job_id)


@group.command()
def cancel(job_id: JobId, tenant: OfTenant = DEFAULT_TENANT, data_dir: DataDir = None) -> None:
    """Cancel a job: at once where it waits, at its next step where it runs."""
    with open_jobs(data_dir) as jobs:
        _write(jobs.cancel(job_id, tenant=tenant), job_id)


def _write(job: Job | None, job_id: str) -> None:
    if job is None:
        complain(Problem("not_found", say("detail.unknown", what=say("what.job"), name=repr(job_id[:60]))))
        raise typer.Exit(SOME_FAILED)
    write_line(job_body(job, language=spoken_language()))
