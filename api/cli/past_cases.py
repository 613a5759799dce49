"""`past-cases`: solved tickets of a configured ticket system in, articles of a knowledge base out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Annotated

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
from api.enrich.troubles import told_at_once


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
    from nlp import bring_up_to_date

    log_to_stderr()
    failed: list[Exception] = []

    def note(error: Exception) -> None:
        failed.append(error)
        complain(error)

    with reported():
        settings = settings_for(data_dir)
        options = connector_options(connector, settings=settings)
        system = ticket_system(options)
        engines = open_engines(settings)
        with (
            told_at_once(),
            progress_bar("tickets") as show,
            system_cases(
                system,
                options,
                engines=engines,
                since=since if since.tzinfo else since.replace(tzinfo=settings.time_zone),
                allowed=_listed(allowed),
                solved=_listed(solved) or SOLVED,
                on_problem=note,
                on_ticket=lambda count, ticket_id: show(count, count, ticket_id),
            ) as cases,
        ):
            report = bring_up_to_date(engines.knowledge_base(kb), cases.source, on_rejected=note, on_file=show)
    counted = cases.report
    error_console().print(
        f"past cases {counted.cases}  without a solution {counted.untold}  not solved {counted.unsolved}"
    )
    report = replace(report, rejected=len(failed))
    line: Row = {
        "indexed": report.index.added,
        "updated": report.index.updated,
        "deleted": report.index.deleted,
        "passages": report.index.passages,
        "unchanged": report.index.unchanged,
        "rejected": report.rejected,
    }
    if speaks_json(as_json):
        write_line(line)
    else:
        console().print("  ".join(f"{name} {value}" for name, value in line.items()))
    if report.rejected:
        raise typer.Exit(SOME_FAILED)


def _listed(text: str) -> list[str]:
    return [entry.strip() for entry in text.replace("，", ",").split(",") if entry.strip()]
