"""`index` and `suggest`: articles in, ranked and cited suggestions out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer
from pydantic import JsonValue

from api.backtest.past_cases import write_cases
from api.cli.desk import AsJson, DataDir, KnowledgeBase, open_engines, settings_for
from api.cli.output import (
    SOME_FAILED,
    Row,
    complain,
    console,
    error_body,
    error_console,
    log_to_stderr,
    progress_bar,
    read_lines,
    reported,
    speaks_json,
    write_line,
)
from api.engines import Engines
from api.errors import EXPECTED_ERRORS, Problem, say
from api.schemas.knowledge import suggestion_body
from api.sources import forgotten_source, known_sources
from api.suggest import find_suggestions

if TYPE_CHECKING:
    from nlp import KnowledgeBase as Base
    from nlp import SourceReport


def index(
    path: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR_OR_FILE", help="Markdown, HTML, PDF, docx, CSV, JSONL; a zip, checkout or website copy."
        ),
    ] = None,
    kb: KnowledgeBase = None,
    source: Annotated[str, typer.Option(help="What the source is called; its path where absent.")] = "",
    forget: Annotated[str, typer.Option(metavar="SOURCE", help="Delete what only this source gives.")] = "",
    past_cases: Annotated[
        bool, typer.Option("--past-cases", help="FILE is an export of past tickets: its solved ones become articles.")
    ] = False,
    allowed: Annotated[str, typer.Option(help="With --past-cases: groups that may see them, with commas.")] = "",
    sources: Annotated[bool, typer.Option("--sources", help="List what the knowledge base is made from.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Bring a knowledge base up to date with a folder, file or zip: what is gone there is deleted here."""
    log_to_stderr()
    if [path is not None, bool(forget), sources].count(True) != 1:
        raise typer.BadParameter("give one of DIR_OR_FILE, --forget SOURCE, --sources")
    with reported():
        engines = open_engines(settings_for(data_dir))
        base = engines.knowledge_base(kb)
        if sources:
            _show([known.model_dump() for known in known_sources(base)], as_json=as_json)
            return
        if path is None:
            _show([forgotten_source(base, forget).model_dump()], as_json=as_json)
            return
        groups = [group.strip() for group in allowed.split(",") if group.strip()]
        report = (
            _cases_indexed(engines, base, path, name=source, allowed=groups)
            if past_cases
            else _indexed(base, path, name=source)
        )
    counted = report.index
    line: Row = {
        "indexed": counted.added,
        "updated": counted.updated,
        "deleted": counted.deleted,
        "passages": counted.passages,
        "unchanged": counted.unchanged,
        "rejected": report.rejected,
        "files_read": report.read,
        "files_unchanged": report.skipped,
    }
    _show([line], as_json=as_json)
    if report.rejected:
        raise typer.Exit(SOME_FAILED)


def _indexed(base: Base, path: Path, *, name: str) -> SourceReport:
    from nlp import bring_up_to_date, is_loadable, open_source

    with open_source(path, name=name, wanted=is_loadable) as opened, progress_bar("index") as show:
        report = bring_up_to_date(base, opened, on_rejected=complain, on_file=show)
    with progress_bar("embed") as show:  # what an older release or another encoder left
        base.embed_missing(on_progress=lambda embedded, passages: show(embedded, passages, ""))
    return report


def _cases_indexed(engines: Engines, base: Base, path: Path, *, name: str, allowed: Sequence[str]) -> SourceReport:
    """Index the solved tickets of an export; as with any source, those that are gone from it are deleted."""
    from nlp import Source, SourceFile, bring_up_to_date

    failed: list[Exception] = []

    def note(error: Exception) -> None:
        failed.append(error)
        complain(error)

    with TemporaryDirectory(prefix="beforehand-cases-") as scratch:
        written = Path(scratch) / "cases.jsonl"
        cases = write_cases(
            path, written, engines=engines, zone=engines.settings.time_zone, allowed=allowed, on_problem=note
        )
        file = SourceFile("cases.jsonl", written, str(path))
        source = Source(name or f"past-cases:{path.resolve()}", (file,) if cases.cases else ())
        with progress_bar("index") as show:
            report = bring_up_to_date(base, source, on_rejected=complain, on_file=show)
    error_console().print(f"past cases {cases.cases}  without a solution {cases.untold}")
    return replace(report, rejected=report.rejected + len(failed))


def _show(lines: Sequence[Row], *, as_json: bool) -> None:
    for line in lines:
        if speaks_json(as_json):
            write_line(line)
        else:
            console().print("  ".join(f"{name} {value}" for name, value in line.items()))


def suggest(
    kb: KnowledgeBase = None,
    top_k: Annotated[int, typer.Option(min=1, max=100)] = 5,
    data_dir: DataDir = None,
    as_json: Annotated[bool, typer.Option("--json", help="Taken and not needed: lines out are always JSON.")] = False,
) -> None:
    """Find suggestions: stdin JSONL {id, question, allowed?}."""
    log_to_stderr()
    engines = open_engines(settings_for(data_dir))
    has_failed = False
    for row in read_lines(needs=("question",)):
        try:
            write_line(_suggested(row, engines, kb=kb, top_k=top_k))
        except EXPECTED_ERRORS as error:
            has_failed = True
            write_line({"id": row.get("id") if isinstance(row, dict) else None, "error": error_body(error)})
    if has_failed:
        raise typer.Exit(SOME_FAILED)


def _suggested(
    row: dict[str, JsonValue] | Problem, engines: Engines, *, kb: str | None, top_k: int
) -> dict[str, JsonValue]:
    if isinstance(row, Problem):
        raise row
    limit = engines.settings.limits.question_chars
    question = str(row["question"])
    if len(question) > limit:
        raise Problem(
            "text_too_long",
            say("detail.text_too_long", what=say("what.the_question"), count=len(question), limit=limit),
        )
    allowed = row.get("allowed")
    groups = [str(group) for group in allowed] if isinstance(allowed, list) else []
    found = find_suggestions(question, engines=engines, kb=kb, top_k=top_k, groups=groups)
    return {
        "id": row.get("id"),
        "abstained": found.is_abstained,
        "suggestions": [suggestion_body(suggestion).model_dump() for suggestion in found.suggestions],
    }
