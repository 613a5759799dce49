"""An export of past tickets in, past cases for the knowledge base out: only those that say what solved them.

Attachments are read where the export names files that lie beside it: PDFs, pictures and documents, by the engines and
loaders that read them elsewhere. What cannot be read is told and the case goes on without it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import tzinfo
from pathlib import Path

from api.backtest.columns import Columns
from api.backtest.records import PastTicket
from api.backtest.rolled_back import said_by_then
from api.backtest.source import export_source
from api.engines import Engines
from api.errors import EXPECTED_ERRORS, Problem, say
from nlp import is_loadable, load_articles, load_template
from nlp.records import Article
from nlp.sources.past_case import SolvedTicket, past_case
from nlp.sources.website_copy import suffix_of

EXPORTS = (".csv", ".tsv", ".jsonl", ".ndjson", ".json")
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".heic")
MOST_ATTACHMENTS = 10
"""Of one ticket: a picture takes seconds to read."""
TEMPLATE = "appliance_repair"
"""Names of columns are looked up beside a template's fields; which template it is makes no difference here."""


@dataclass(frozen=True, slots=True)
class CasesReport:
    cases: int
    untold: int  # tickets that do not say what solved them


def write_cases(
    export: Path,
    target: Path,
    *,
    engines: Engines,
    zone: tzinfo,
    allowed: Sequence[str] = (),
    on_problem: Callable[[Exception], None],
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
            case = past_case(_solved(ticket, export.parent, engines, on_problem), allowed=allowed)
            if case is None:
                untold += 1
                continue
            cases += 1
            file.write(json.dumps(asdict(case), ensure_ascii=False) + "\n")
    return CasesReport(cases, untold)


def _solved(
    ticket: PastTicket, folder: Path, engines: Engines, on_problem: Callable[[Exception], None]
) -> SolvedTicket:
    problem = "\n".join(message.text for message in said_by_then(ticket))
    answers = [message.text for message in ticket.messages if message.author == "agent"]
    texts = list(_texts(ticket, folder, engines, on_problem))
    return SolvedTicket(
        id=ticket.id,
        problem=problem,
        solution=ticket.resolution or (answers[-1] if answers else ""),
        locale=ticket.locale,
        attachments=tuple(texts),
        secrets=tuple(filter(None, (ticket.customer_id, ticket.customer_phone))),
    )


def _texts(
    ticket: PastTicket, folder: Path, engines: Engines, on_problem: Callable[[Exception], None]
) -> Iterator[str]:
    for name in ticket.attachments[:MOST_ATTACHMENTS]:
        path = (folder / name).resolve()
        try:
            yield _text(path, name, inside=folder.resolve(), engines=engines)
        except EXPECTED_ERRORS as error:
            on_problem(error)


def _text(path: Path, name: str, *, inside: Path, engines: Engines) -> str:
    """Return what an attachment says.

    Raises:
        Problem: it does not lie beside the export, or no engine reads it.
    """
    if inside not in path.parents or not path.is_file():
        raise Problem("not_found", say("detail.attachment_missing", name=repr(name[:200])))
    suffix = suffix_of(path.name)
    if suffix in PICTURES:
        pages = engines.read(path.read_bytes(), name=path.name)
        return "\n".join(line.text for page in pages for line in page.lines)
    if not is_loadable(suffix):
        raise Problem("not_found", say("detail.attachment_unread", name=repr(name[:200])))
    found: list[Article] = list(load_articles(path))
    return "\n\n".join(article.body for article in found)
