"""`audit verify` and `audit list`: who did what, and whether the log is whole."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from api.cli.desk import AsJson, DataDir, open_data, settings_for
from api.cli.keys import OfTenant
from api.cli.output import SOME_FAILED, Row, complain, console, log_to_stderr, write_line
from api.errors import Problem, say
from api.store import DEFAULT_TENANT

group = typer.Typer(help="The audit log.", no_args_is_help=True)


@group.command()
def verify(tenant: OfTenant = DEFAULT_TENANT, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Look whether every entry still fits its seal and the one before; print the last seal, to be noted elsewhere."""
    log_to_stderr()
    state = open_data(settings_for(data_dir)).of(tenant).audit.verify()
    if as_json:
        write_line({"whole": state.is_whole, "rows": state.rows, "seal": state.seal, "broken_id": state.broken_id})
    elif state.is_whole:
        console().print(f"{state.rows} entries, all whole; last seal {state.seal}", highlight=False, soft_wrap=True)
    if not state.is_whole:
        complain(Problem("audit_broken", say("detail.audit_broken", entry=state.broken_id, rows=state.rows)))
        raise typer.Exit(SOME_FAILED)


@group.command("list")
def list_entries(
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 50,
    tenant: OfTenant = DEFAULT_TENANT,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the newest entries, newest first."""
    log_to_stderr()
    table = Table("id", "at", "actor", "action", "subject", "detail")
    for entry in open_data(settings_for(data_dir)).of(tenant).audit.list(limit=limit):
        shown: Row = {
            "id": entry.id,
            "at": f"{entry.at:%Y-%m-%dT%H:%M:%SZ}",
            "actor": entry.actor,
            "action": entry.action,
        }
        if as_json:
            write_line({**shown, "subject": entry.subject, "detail": {**entry.detail}})
        else:
            detail = " ".join(f"{name}={text}" for name, text in entry.detail.items())
            table.add_row(*(str(value) for value in shown.values()), entry.subject, detail)
    if not as_json:
        console().print(table)
