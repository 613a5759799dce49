"""The sources page: files and zips in, an import under way out; what the knowledge base is made from, to forget too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, Response
from starlette.datastructures import UploadFile

from api.console.desk import ConsoleRoute, Desk, Entry
from api.console.job_pages import jobs_in
from api.console.uploads import unique_names
from api.errors import Problem, say
from api.jobs import Job
from api.jobs.spool import Spool, SpooledFile
from api.past_case_work import CASES_PREFIX, PastCaseWork
from api.past_case_work import KIND as PAST_CASES
from api.sources import IMPORT, SOURCE_PREFIX, forgotten_source, known_sources

MAX_FILES = 200
"""As many as a browser's file picker is used for; more come as a zip."""
NAME_CHARS = 80
PAST = timedelta(days=365)
"""How far back is offered: older devices and firmware are seldom asked about."""
SHOWN_JOBS = 5
SHOWN_REJECTIONS = 20

router = APIRouter(prefix="/console", route_class=ConsoleRoute)
AdminDesk = Annotated[Desk, Depends(Entry("admin"))]


@dataclass(frozen=True, slots=True)
class Upload:
    files: tuple[SpooledFile, ...]
    source: str | None


async def read_upload(request: Request) -> Upload:
    """Read the form; the files' names are made safe and unique, the source's printable and short."""
    async with request.form(max_files=MAX_FILES) as form:
        files = [item for item in form.getlist("files") if isinstance(item, UploadFile) and item.filename]
        names = unique_names([file.filename or "" for file in files])
        kept = tuple([SpooledFile(name, await file.read()) for name, file in zip(names, files, strict=True)])
        source = form.get("source")
    plain = "".join(filter(str.isprintable, source.strip())) if isinstance(source, str) else ""
    return Upload(kept, plain[:NAME_CHARS] or None)


@router.get("/sources")
def list_sources(desk: AdminDesk) -> Response:
    """Show what the knowledge base is made from, and the last imports."""
    return _page(desk)


@router.post("/sources")
def create_import(desk: AdminDesk, upload: Annotated[Upload, Depends(read_upload)]) -> Response:
    """Import files as a job."""
    if not upload.files:
        raise Problem("validation_failed", say("detail.no_file"), where="files")
    spool: Spool = desk.request.app.state.spool
    name = upload.source or upload.files[0].name
    payload = {"kb": None, "source": upload.source, "name": name, "spool": spool.put(upload.files)}
    jobs_in(desk.request).submit(IMPORT, payload, tenant=desk.store.tenant)
    desk.store.audit.add(at=desk.now, actor=desk.actor, action="articles.imported", subject=name, detail={})
    return desk.go("/console/sources")


@router.post("/sources/past-cases")
def create_past_cases(
    desk: AdminDesk,
    connector: Annotated[str, Form(max_length=50)],
    since: Annotated[date, Form()],
    allowed: Annotated[str, Form(max_length=1_000)] = "",
) -> Response:
    """Make articles of a ticket system's solved tickets, as a job."""
    groups = [group for one in allowed.replace("，", ",").split(",") if (group := one.strip())]
    start = datetime(since.year, since.month, since.day, tzinfo=desk.settings.time_zone)
    _past_cases(desk).order(connector, tenant=desk.store.tenant, since=start, allowed=groups)
    return desk.go("/console/sources")


@router.post("/sources/forget")
def forget_source(desk: AdminDesk, name: Annotated[str, Form(min_length=1, max_length=4_000)]) -> Response:
    """Forget a source and the articles that only it gives."""
    forgotten_source(desk.engines.knowledge_base(), name)
    desk.store.audit.add(at=desk.now, actor=desk.actor, action="source.forgotten", subject=name, detail={})
    return desk.go("/console/sources")


def _page(desk: Desk) -> Response:
    tenant, listed = desk.store.tenant, jobs_in(desk.request)
    found = [job for kind in (IMPORT, PAST_CASES) for job in listed.list(tenant=tenant, kind=kind, limit=SHOWN_JOBS)]
    jobs = sorted(found, key=lambda job: job.created_at, reverse=True)[:SHOWN_JOBS]
    imports = [(job, _rejected(job, is_chinese=desk.words.language == "zh")) for job in jobs]
    return desk.page(
        "source_list.html" if desk.is_partial else "sources.html",
        here="sources",
        sources=known_sources(desk.engines.knowledge_base()),
        imports=imports,
        is_under_way=any(not job.is_over for job in jobs),
        prefix=SOURCE_PREFIX,
        cases_prefix=CASES_PREFIX,
        name_chars=NAME_CHARS,
        systems=_past_cases(desk).readable(tenant),
        since=(desk.now - PAST).date().replace(day=1),
    )


def _past_cases(desk: Desk) -> PastCaseWork:
    work: PastCaseWork = desk.request.app.state.past_cases
    return work


def _rejected(job: Job, *, is_chinese: bool) -> list[str]:
    """Return why files of an import were not taken, in the person's language."""
    result = job.result if isinstance(job.result, dict) else {}
    found = result.get("rejected")
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    return [str((is_chinese and row.get("reason_zh")) or row.get("reason")) for row in rows[:SHOWN_REJECTIONS]]
