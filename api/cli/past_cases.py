"""`past-cases`: solved tickets of a configured ticket system in, articles of a knowledge base out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from api.backtest.past_cases import SOLVED, system_cases
from api.cli.desk import AsJson, DataDir, KnowledgeBase, open_engines, settings_for
from api.cli.output import (
    SOME_FAILED,
    Row,
    complain,
    console,
    error_console,
    log_to_stderr,
    progress_bar,
    reported,
    speaks_json,
    write_line,
)
from api.cli.past_system import connector_options, ticket_system
from api.connectors.options import ConnectorOptions
from api.engines import Engines
from api.enrich.troubles import told_at_once

if TYPE_CHECKING:
    from nlp import KnowledgeBase as Base
    from nlp.records import IndexReport


def past_cases(
    connector: Annotated[str, typer.Option(help="The ticket system, as connectors.toml calls it.")],
    since: Annotated[datetime, typer.Option(help="Tickets created from the first of that month on.")],
    solved: Annotated[
        str, typer.Option(help="States that count as solved, with commas; the usual ones if absent.")
    ] = "",
    allowed: Annotated[str, typer.Option(help="Groups that may see the cases, with commas.")] = "",
    kb: KnowledgeBase = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make masked articles of a ticket system's solved tickets; run it again and those of these months are renewed."""
    log_to_stderr()
    failed: list[Exception] = []

    def note(error: Exception) -> None:
        failed.append(error)
        complain(error)

    with reported():
        engines = open_engines(settings_for(data_dir))
        settings = engines.settings
        options = connector_options(connector, settings=settings)
        from_then = since if since.tzinfo else since.replace(tzinfo=settings.time_zone)
        asked = _Asked(options, from_then, _listed(allowed), _listed(solved) or list(SOLVED))
        report = _indexed(asked, engines.knowledge_base(kb), engines, note)
    line: Row = {
        "indexed": report.added,
        "updated": report.updated,
        "deleted": report.deleted,
        "passages": report.passages,
        "unchanged": report.unchanged,
        "rejected": len(failed),
    }
    if speaks_json(as_json):
        write_line(line)
    else:
        console().print("  ".join(f"{name} {value}" for name, value in line.items()))
    if failed:
        raise typer.Exit(SOME_FAILED)


@dataclass(frozen=True, slots=True)
class _Asked:
    options: ConnectorOptions
    since: datetime
    allowed: list[str]
    solved: list[str]


def _indexed(asked: _Asked, base: Base, engines: Engines, note: Callable[[Exception], None]) -> IndexReport:
    from nlp import bring_up_to_date

    with (
        told_at_once(),
        progress_bar("tickets") as show,
        system_cases(
            ticket_system(asked.options),
            asked.options,
            engines=engines,
            since=asked.since,
            allowed=asked.allowed,
            solved=asked.solved,
            on_problem=note,
            on_ticket=lambda count, ticket_id: show(count, count, ticket_id),
        ) as cases,
    ):
        index = bring_up_to_date(base, cases.source, on_rejected=note, on_file=show).index
    told = cases.report
    error_console().print(f"past cases {told.cases}  without a solution {told.untold}  not solved {told.unsolved}")
    return index


def _listed(text: str) -> list[str]:
    return [entry.strip() for entry in text.replace("，", ",").split(",") if entry.strip()]
