"""`records check`, `find`: which record systems there are, whether they answer as configured, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from pydantic import JsonValue
from rich.table import Table

from api.cli.desk import AsJson, DataDir, open_records, settings_for
from api.cli.output import SOME_FAILED, Row, complain, console, log_to_stderr, speaks_json, spoken_language, write_line
from api.connectors.record_source import RecordCheck
from api.connectors.record_systems import RecordSystems
from api.connectors.system import OptionsInvalid
from api.errors import EXPECTED_ERRORS, Problem, say, words
from nlp.records import Record
from nlp.text import fold

group = typer.Typer(help="The business's own records: records.toml, records/*.csv.", no_args_is_help=True)


@group.command()
def check(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Open each record system; say its rows and columns or what is wrong; exit 1 where one does not answer."""
    log_to_stderr()
    with _opened(data_dir) as systems:
        checks = systems.check()
    if not checks:
        complain(Problem("not_found", say("detail.no_records"), fix=say("fix.no_record_systems")))
        raise typer.Exit(SOME_FAILED)
    for one in checks:
        if speaks_json(as_json):
            write_line(_line(one))
        else:
            console().print(_shown(one))
    if not all(one.is_well for one in checks):
        raise typer.Exit(SOME_FAILED)


@group.command()
def find(
    field: Annotated[str, typer.Argument(help="One of our fields, e.g. order_number; customer_id: all of theirs.")],
    value: Annotated[str, typer.Argument(help="As a customer would write it.")],
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Look a value up as a draft would; exit 1 where a system does not answer."""
    log_to_stderr()
    with _opened(data_dir) as systems:
        view = systems.current()
        if view is None:
            raise Problem("not_found", say("detail.no_records"), fix=say("fix.no_record_systems"))
        for record in view.find(field, fold(value).text):
            if speaks_json(as_json):
                write_line({"kind": record.kind, "id": record.id, "values": dict(record.values)})
            else:
                console().print(_rows(record))


@contextmanager
def _opened(data_dir: Path | None) -> Iterator[RecordSystems]:
    systems = open_records(settings_for(data_dir))
    try:
        yield systems
    except OptionsInvalid as error:
        problem = Problem("records_down", say("detail.engine", original=str(error)), fix=say("fix.records_settings"))
        complain(problem)
        raise typer.Exit(SOME_FAILED) from error
    except EXPECTED_ERRORS as error:
        complain(error)
        raise typer.Exit(SOME_FAILED) from error
    finally:
        systems.close()


def _line(one: RecordCheck) -> Row:
    tables: list[JsonValue] = [
        {"kind": t.kind, "place": t.place, "rows": t.rows, "columns": list(t.columns), "advice": t.problem}
        for t in one.tables
    ]
    return {"name": one.name, "kind": one.kind, "ok": one.is_well, "problem": one.problem, "tables": tables}


def _shown(one: RecordCheck) -> Table:
    said, is_zh = words(spoken_language()), spoken_language() == "zh"
    title = f"{one.name} ({one.kind})"
    if not one.is_well:
        title += f": {one.problem_zh or one.problem}" if is_zh else f": {one.problem}"
    table = Table(title=title, title_justify="left")
    for column in ("kind", "place", "rows", "columns", "advice"):
        table.add_column(said(f"column.record_{column}"), overflow="fold")
    for row in one.tables:
        rows = "-" if row.rows is None else f"{row.rows:,}"
        advice = (row.problem_zh or row.problem) if is_zh else row.problem
        table.add_row(row.kind, row.place, rows, ", ".join(row.columns), advice)
    return table


def _rows(record: Record) -> Table:
    table = Table(title=f"{record.kind}/{record.id}", title_justify="left", show_header=False)
    for name, value in record.values.items():
        table.add_row(name, value)
    return table
