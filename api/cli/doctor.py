"""`doctor`: what is here, what is degraded, and what to type."""

from __future__ import annotations

import shutil
import sys

import typer
from pydantic import JsonValue
from rich.table import Table
from sqlalchemy.exc import SQLAlchemyError

from api.cli.desk import AsJson, DataDir, open_data, open_engines, settings_for
from api.cli.output import SOME_FAILED, console, log_to_stderr, write_line
from api.settings import VERSION, Settings

GIB = 1024**3
DISK_GIB = 1.0
"""Less free space than this, and a day of telemetry or one model may not fit."""


def doctor(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Look at this installation; exit 1 where something does not work at all."""
    log_to_stderr()
    settings = settings_for(data_dir)
    lines = [*_ground(settings), *_engines(settings)]
    table = Table(title=f"Beforehand {VERSION}", title_justify="left")
    for column in ("part", "state", "detail", "to mend it"):
        table.add_column(column)
    for line in lines:
        if as_json:
            write_line(line)
        table.add_row(*(str(line[name]) for name in ("part", "state", "detail", "fix")))
    if not as_json:
        console().print(table)
    if any(line["state"] == "broken" for line in lines):
        raise typer.Exit(SOME_FAILED)


def _line(part: str, state: str, detail: str, fix: str = "") -> dict[str, JsonValue]:
    return {"part": part, "state": state, "detail": detail, "fix": fix}


def _ground(settings: Settings) -> list[dict[str, JsonValue]]:
    """Look at Python, disk and database."""
    lines = [_line("python", "ok", sys.version.split()[0])]
    try:
        store = open_data(settings)
        store.database.check()
        keys = sum(key.revoked_at is None for key in store.keys.list())
        store.database.close()
        lines.append(_line("database", "ok", store.database.shown_url))
        hint = "" if keys else "beforehand keys create"
        lines.append(_line("keys", "ok" if keys else "degraded", f"{keys} in force", hint))
    except (SQLAlchemyError, OSError) as error:
        lines.append(_line("database", "broken", str(error).splitlines()[0], "check --data-dir or --database-url"))
        return lines
    free_gib = shutil.disk_usage(settings.data_dir).free / GIB
    state = "ok" if free_gib >= DISK_GIB else "degraded"
    lines.append(
        _line(
            "disk", state, f"{free_gib:.1f} GiB free at {settings.data_dir}", "" if state == "ok" else "free some space"
        )
    )
    return lines


def _engines(settings: Settings) -> list[dict[str, JsonValue]]:
    """Look at the engines' rungs and at what was loaded."""
    engines = open_engines(settings)
    lines = [
        _line(
            state.name,
            "broken" if state.rung == "none" else "degraded" if state.degraded else "ok",
            f"{state.engine} ({state.rung})" + (f": {state.reason}" if state.reason else ""),
            state.fix,
        )
        for state in engines.states()
    ]
    names = engines.catalogue_names()
    lines.append(
        _line(
            "catalogues",
            "ok" if names else "degraded",
            ", ".join(names) or "none",
            "" if names else "beforehand catalogue load devices FILE",
        )
    )
    records = sorted(path.name for path in (settings.data_dir / "records").glob("*.csv"))
    hint = f"put orders.csv into {settings.data_dir / 'records'}"
    lines.append(
        _line("records", "ok" if records else "degraded", ", ".join(records) or "none", "" if records else hint)
    )
    return lines
