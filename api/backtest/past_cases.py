"""Past tickets in, past cases for the knowledge base out: only those that say what solved them.

    an export        a file of past tickets, with attachments that lie beside it
    a ticket system  its tickets since a moment that count as solved, with their attachments

Attachments are read by the engines and loaders that read them elsewhere: PDFs, pictures and documents. What cannot be
read is told and the case goes on without it. A system's cases are kept by the month of their tickets, so that a run
that reads the last month again leaves those before as they are.
"""

from __future__ import annotations

import json
import mimetypes
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from api.backtest.columns import Columns
from api.backtest.records import PastTicket
from api.backtest.rolled_back import said_by_then
from api.backtest.source import export_source, past_ticket
from api.connectors.options import ConnectorOptions
from api.connectors.records import Attached, ExternalTicket
from api.connectors.system import TicketSystem
from api.engines import Engines
from api.errors import EXPECTED_ERRORS, Problem, say
from nlp import Source, SourceFile, is_loadable, load_template
from nlp.records import Article, ArticleRejected
from nlp.sources.past_case import SolvedTicket, past_case, solving_text
from nlp.sources.sources import load_file
from nlp.sources.website_copy import suffix_of

EXPORTS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json")
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".avif", ".gif", ".bmp", ".tif", ".tiff", ".heic", ".heif")
MOST_ATTACHMENTS = 10
"""Of one ticket: a picture takes seconds to read."""
TEMPLATE = "appliance_repair"
"""Names of columns are looked up beside a template's fields; which template it is makes no difference here."""
SOLVED = frozenset(
    {*("resolved", "solved", "closed", "done", "completed", "finished", "fixed"),
     *("已解决", "已关闭", "已完成", "已结束", "完成", "关闭", "解决")}
)  # fmt: skip
"""States that count as solved, as Request Tracker, Zendesk, Zammad, Chatwoot and django-helpdesk call them."""
FIRST_YEAR = 1970

OnProblem = Callable[[Exception], None]


@dataclass(frozen=True, slots=True)
class CasesReport:
    cases: int
    untold: int  # solved tickets that do not say what solved them
    unsolved: int = 0


@dataclass(frozen=True, slots=True)
class SystemCases:
    """A ticket system's past cases as a source of the knowledge base."""

    source: Source
    report: CasesReport


def write_cases(
    export: Path,
    target: Path,
    *,
    engines: Engines,
    zone: tzinfo,
    allowed: Sequence[str] = (),
    on_problem: OnProblem,
) -> CasesReport:
    """Write the past cases of an export as JSONL of articles.

    Raises:
        Problem: the export cannot be read, or its columns are not known.
    """
    cases = untold = 0
    columns = Columns(load_template(TEMPLATE), own={})
    with target.open("w", encoding="utf-8") as file:
        for ticket in export_source(export, columns, zone=zone).tickets():
            if isinstance(ticket, Problem):
                on_problem(ticket)
                continue
            files = _beside(ticket, export.parent, on_problem)
            texts = tuple(_texts(files, engines, on_problem))
            is_case = _write(file, _solved(ticket, texts, _secrets(ticket)), allowed=allowed)
            cases, untold = cases + is_case, untold + (not is_case)
    return CasesReport(cases, untold)


@contextmanager
def system_cases(
    system: TicketSystem,
    options: ConnectorOptions,
    *,
    engines: Engines,
    since: datetime,
    allowed: Sequence[str] = (),
    solved: Iterable[str] = SOLVED,
    on_problem: OnProblem,
    on_ticket: Callable[[int, str], None] = lambda count, ticket_id: None,
) -> Iterator[SystemCases]:
    """Yield the past cases of a system's tickets since the first day of a month, the one that `since` lies in; the
    files last as long as the context. `on_ticket` is told how many were read, and of which.

    Raises:
        ConnectorError: the system does not answer; then nothing is yielded, and nothing that is known is touched.
    """
    start = since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    states = frozenset(state.strip().casefold() for state in solved)
    cases = untold = unsolved = 0
    with TemporaryDirectory(prefix="beforehand-cases-") as scratch:
        for count, ticket in enumerate(system.since(start), start=1):
            on_ticket(count, ticket.id)
            if ticket.status.strip().casefold() not in states:
                unsolved += 1
                continue
            past = past_ticket(ticket, zone=start.tzinfo)
            if isinstance(past, Problem):
                on_problem(past)
                continue
            texts = tuple(_texts(_fetched(ticket), engines, on_problem))
            with (Path(scratch) / f"{past.created_at:%Y-%m}.jsonl").open("a", encoding="utf-8") as file:
                secrets = (*_secrets(past), ticket.customer.name, ticket.customer.email)
                is_case = _write(file, _solved(past, texts, secrets), allowed=allowed)
            cases, untold = cases + is_case, untold + (not is_case)
        months = sorted(path for path in Path(scratch).iterdir() if path.stat().st_size)
        files = tuple(SourceFile(path.name, path, f"{options.name} {path.stem}") for path in months)
        # A system that shows no ticket at all has hardly lost them all: nothing is taken for gone then.
        unlisted = months_before(start) if cases + untold + unsolved else ("",)
        source = Source(source_name(options.name), files, unlisted=unlisted)
        yield SystemCases(source, CasesReport(cases, untold, unsolved))


def source_name(connector: str) -> str:
    """Return what the source of a connector's past cases is called."""
    return f"past-cases:{connector}"


def months_before(start: datetime) -> tuple[str, ...]:
    """Return how names of earlier months begin.

    >>> months_before(datetime(1971, 3, 1))
    ('1970-', '1971-01', '1971-02')
    """
    years = (f"{year}-" for year in range(FIRST_YEAR, start.year))
    return (*years, *(f"{start.year}-{month:02}" for month in range(1, start.month)))


def _write(file: TextIO, ticket: SolvedTicket, *, allowed: Sequence[str]) -> bool:
    """Write a ticket's case, if it is one."""
    case = past_case(ticket, allowed=allowed)
    if case is not None:
        file.write(json.dumps(asdict(case), ensure_ascii=False) + "\n")
    return case is not None


def _solved(ticket: PastTicket, attachments: tuple[str, ...], secrets: Iterable[str]) -> SolvedTicket:
    problem = "\n".join(message.text for message in said_by_then(ticket) if message.author != "agent")
    answers = [message.text for message in ticket.messages if message.author == "agent"]
    return SolvedTicket(
        id=ticket.id,
        problem=problem,
        solution=ticket.resolution or solving_text(answers),
        locale=ticket.locale,
        attachments=attachments,
        secrets=tuple(filter(None, secrets)),
    )


def _secrets(ticket: PastTicket) -> tuple[str, ...]:
    return (ticket.customer_id, ticket.customer_phone)


def _beside(ticket: PastTicket, folder: Path, on_problem: OnProblem) -> Iterator[Attached]:
    """Yield the files of a ticket that lie beside the export, and none from elsewhere."""
    for name in ticket.attachments[:MOST_ATTACHMENTS]:
        path = (folder / name).resolve()
        if folder.resolve() in path.parents and path.is_file():
            yield Attached(path.name, path.read_bytes())
        else:
            on_problem(Problem("not_found", say("detail.attachment_missing", name=repr(name[:200]))))


def _fetched(ticket: ExternalTicket) -> Iterator[Attached]:
    """Yield the files that a system gave with its ticket."""
    return (file for file in ticket.attachments[:MOST_ATTACHMENTS] if file.content)


def _texts(files: Iterable[Attached], engines: Engines, on_problem: OnProblem) -> Iterator[str]:
    """Yield what attachments say."""
    for file in files:
        try:
            yield _text(file, engines)
        except EXPECTED_ERRORS as error:
            on_problem(error)


def _text(file: Attached, engines: Engines) -> str:
    """Return what an attachment says.

    Raises:
        Problem: no engine reads it.
        ArticleRejected: its loader cannot.
    """
    suffix = suffix_of(file.name) or mimetypes.guess_extension(file.media_type.partition(";")[0].strip()) or ""
    if suffix in PICTURES:
        pages = engines.read(file.content, name=file.name)
        return "\n".join(line.text for page in pages for line in page.lines)
    if not is_loadable(suffix):
        raise Problem("not_found", say("detail.attachment_unread", name=repr(file.name[:200])))
    with TemporaryDirectory(prefix="beforehand-attached-") as scratch:
        path = Path(scratch) / f"attachment{suffix}"
        path.write_bytes(file.content)
        found = tuple(load_file(SourceFile(path.name, path, file.name)))
    refused = [one for one in found if isinstance(one, ArticleRejected)]
    if refused and len(refused) == len(found):
        raise refused[0]
    return "\n\n".join(one.body for one in found if isinstance(one, Article))
