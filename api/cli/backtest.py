"""`backtest`: past tickets in, what the service would have done for each out, then the summary; perhaps a report."""

from __future__ import annotations

import tomllib
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from pydantic import ValidationError

from api.app import utc_now
from api.backtest import Replay, Run, Source, export_source, html_report, summary_line, ticket_line
from api.backtest.columns import TICKET_COLUMNS, Columns
from api.cli.desk import AsJson, DataDir, KnowledgeBase, open_data, open_engines, settings_for
from api.cli.output import (
    SOME_FAILED,
    complain,
    console,
    log_to_stderr,
    read_file,
    reported,
    speaks_json,
    spoken_language,
    with_progress,
    write_line,
)
from api.cli.past_system import past_tickets_of
from api.cli.show_backtest import show_summary
from api.errors import Problem, invalid_problem, language_of_locale, say
from api.prefill.templates import find_template
from api.report.sameness import Sameness
from api.settings import Costs, Settings
from nlp import Template

Minutes = Annotated[float | None, typer.Option(min=0, rich_help_panel="Costs")]
COST_BYTES = 100_000


def backtest(
    export: Annotated[Path | None, typer.Argument(metavar="EXPORT", help="CSV or JSONL of past tickets.")] = None,
    report: Annotated[Path | None, typer.Option(help="Write one HTML page here.")] = None,
    template: Annotated[str | None, typer.Option(help="Which fields the tickets need.")] = None,
    fields: Annotated[str, typer.Option(help="OURS=THEIRS,... where the columns' names tell too little.")] = "",
    costs: Annotated[Path | None, typer.Option(help="TOML with your costs.", rich_help_panel="Costs")] = None,
    cost_per_minute: Minutes = None,
    minutes_per_field: Minutes = None,
    minutes_per_glance: Minutes = None,
    minutes_per_correction: Minutes = None,
    minutes_per_question: Minutes = None,
    exchanges_per_question: Minutes = None,
    minutes_per_search: Minutes = None,
    cost_per_month: Annotated[float | None, typer.Option(min=0, rich_help_panel="Costs")] = None,
    tickets_per_month: Annotated[int | None, typer.Option(min=0, rich_help_panel="Costs")] = None,
    kb: KnowledgeBase = None,
    connector: Annotated[str | None, typer.Option(help="Read a ticket system in place of a file.")] = None,
    since: Annotated[datetime | None, typer.Option(help="With --connector: tickets created from then on.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Stop after so many rows.")] = None,
    locale: Annotated[str, typer.Option(help="Language of the report: zh-CN, en-US.")] = "",
    zone: Annotated[str, typer.Option("--time-zone", help="Of times without one, e.g. Asia/Shanghai.")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Replay past tickets as they stood when they were created, and say what it would have been worth."""
    given = {name: value for name, value in locals().items() if name in Costs.model_fields and value is not None}
    log_to_stderr()
    if (export is None) == (connector is None) or (connector is not None and since is None):
        raise typer.BadParameter("give an EXPORT file, or --connector NAME --since DATE")
    own = own_columns(fields)
    with reported():
        settings = settings_for(data_dir)
        form = find_template(template or settings.default_template, store=open_data(settings))
        columns, clock_zone = Columns(form, own=own), zone_of(zone, settings)
        source = (
            export_source(export, columns, zone=clock_zone)
            if export is not None
            else past_tickets_of(str(connector), _aware(since, clock_zone), template=form, settings=settings)
        )
        run = _run(source, form, columns, costs=costs_of(settings, costs, given), kb=kb, settings=settings)
        _take(run, limit=limit, as_json=speaks_json(as_json))
    summary, caveats = run.summary(), run.caveats()
    if speaks_json(as_json):
        write_line(summary_line(summary, caveats, costs=run.replay.costs))
    else:
        show_summary(summary, caveats, console())
    if report is not None:
        language = language_of_locale(locale) if locale else spoken_language()
        _write(report, html_report(run, language=language, at=utc_now()))
    if caveats.rejected or not summary.tickets:
        raise typer.Exit(SOME_FAILED)


def own_columns(fields: str) -> dict[str, str]:
    """Read OURS=THEIRS,...; a name that is neither a ticket's nor a field's is told by the template later."""
    pairs = [pair.partition("=") for pair in fields.split(",") if pair.strip()]
    for ours, _, theirs in pairs:
        if not ours.strip() or not theirs.strip():
            raise typer.BadParameter("--fields takes OURS=THEIRS,...; ours may be " + ", ".join(TICKET_COLUMNS))
    return {ours.strip(): theirs.strip() for ours, _, theirs in pairs}


def zone_of(name: str, settings: Settings) -> tzinfo:
    """Return the time zone of a name; where none is given, the settings'."""
    if not name:
        return settings.time_zone
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise typer.BadParameter(
            f"no time zone is called {name!r}; write e.g. Asia/Shanghai or Europe/London"
        ) from error


def costs_of(settings: Settings, path: Path | None, given: dict[str, float]) -> Costs:
    """Return the settings' costs, with the file's and then the command line's in place of them.

    Raises:
        Problem: the file is no TOML, or names a cost that there is not.
    """
    own: dict[str, object] = {}
    if path is not None:
        try:
            own = tomllib.loads(read_file(path)[:COST_BYTES].decode("utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise Problem("validation_failed", say("detail.costs_unreadable", path=path, reason=str(error))) from error
    try:
        return Costs.model_validate({**settings.costs.model_dump(), **own, **given})
    except ValidationError as error:
        raise invalid_problem(error.errors(include_input=False)) from error


def _run(source: Source, form: Template, columns: Columns, *, costs: Costs, kb: str | None, settings: Settings) -> Run:
    engines = open_engines(settings)
    replay = Replay(
        engines=engines,
        template=form,
        columns=columns,
        sameness=Sameness(settings.default_region, engines.catalogues.of_devices()),
        costs=costs,
        fields=source.fields,
        kb=kb,
    )
    return Run(replay, source)


def _take(run: Run, *, limit: int | None, as_json: bool) -> None:
    for outcome in with_progress(run.outcomes(limit=limit), what="backtest", total=limit):
        if isinstance(outcome, Problem):
            complain(outcome)
        elif as_json:
            write_line(ticket_line(outcome))


def _aware(since: datetime | None, zone: tzinfo) -> datetime:
    assert since is not None
    return since if since.tzinfo else since.replace(tzinfo=zone)


def _write(path: Path, page: str) -> None:
    with reported():
        try:
            path.write_text(page, encoding="utf-8")
        except OSError as error:
            reason = error.strerror or str(error)
            raise Problem("not_found", say("detail.file_unwritable", path=path, reason=reason)) from error
