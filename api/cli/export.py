"""`export`: a tenant's rows as CSV or Parquet, for other tools."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from api.app import utc_now
from api.cli.desk import DataDir, open_data, settings_for
from api.cli.output import log_to_stderr, reported
from api.errors import Problem, say
from api.report.export import Format, export_bytes
from api.store.exports import COLUMNS, TableName

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)


def export(
    table: Annotated[TableName, typer.Argument(help="What to write.")],
    out: Annotated[
        Path | None, typer.Option(help="File to write; its ending tells the format. stdout without.")
    ] = None,
    since: Annotated[datetime | None, typer.Option(help="UTC; from the beginning where absent.")] = None,
    until: Annotated[datetime | None, typer.Option(help="UTC, not included; now where absent.")] = None,
    to: Annotated[Format | None, typer.Option("--format", help="csv | parquet")] = None,
    tenant: Annotated[str, typer.Option(help="Whose rows.")] = "default",
    data_dir: DataDir = None,
) -> None:
    """Write drafts, fields, feedback, suggestions, maintenance tickets, devices, events or verdicts as a table."""
    log_to_stderr()
    ending = out.suffix.lower().lstrip(".") if out else ""
    chosen: Format = to or ("parquet" if ending == "parquet" else "csv")
    settings = settings_for(data_dir)
    store = open_data(settings).of(tenant)
    rows = store.exports.rows(table, _utc(since) or EARLIEST, _utc(until) or utc_now())
    with reported():
        _write(out, export_bytes(rows, COLUMNS[table], to=chosen, keeps_personal=settings.export_personal))


def _utc(at: datetime | None) -> datetime | None:
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def _write(path: Path | None, pieces: Iterator[bytes]) -> None:
    if path is None:
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        return
    try:
        with path.open("wb") as file:
            file.writelines(pieces)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Problem("not_found", say("detail.file_unwritable", path=path, reason=reason)) from error
