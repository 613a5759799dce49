"""`connectors list`, `check`, `files`: what is connected, whether it answers, and what goes into the other system."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import as_file, files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from api.cli.desk import AsJson, DataDir, settings_for
from api.cli.output import SOME_FAILED, complain, console, log_to_stderr, speaks_json, write_line
from api.connectors.options import ConnectorOptions, read_options
from api.connectors.registry import build_connector, connector_kinds
from api.connectors.system import ConnectorError, OptionsInvalid
from api.enrich.live import client_for, connectors_file
from api.errors import Problem, say

group = typer.Typer(help="Ticket systems and messengers: connectors.toml.", no_args_is_help=True)
Name = Annotated[str | None, typer.Argument(help="Only this connector.")]


@group.command("list")
def list_connectors(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the connectors that are set, without their secrets; nothing is asked."""
    log_to_stderr()
    configured = _configured(data_dir)
    table = Table("name", "kind", "tenant", "mode", "queues", "percentage", "url")
    for one in configured:
        if speaks_json(as_json):
            write_line(
                {
                    "name": one.name,
                    "kind": one.kind,
                    "tenant": one.tenant,
                    "mode": one.mode,
                    "queues": list(one.queues),
                    "percentage": one.percentage,
                    "url": one.url,
                }
            )
        table.add_row(one.name, one.kind, one.tenant, one.mode, ", ".join(one.queues), f"{one.percentage:g}", one.url)
    if not speaks_json(as_json):
        console().print(table, markup=False)


@group.command()
def check(name: Name = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Ask each system who it is and whether the mapped fields are there; exit 1 where one does not answer."""
    log_to_stderr()
    wanted = [one for one in _configured(data_dir) if name in (None, one.name)]
    if name is not None and not wanted:
        complain(Problem("not_found", say("detail.connector_unknown", name=repr(name[:50]))))
        raise typer.Exit(SOME_FAILED)
    results = [(one, *_asked(one)) for one in wanted]
    for one, is_well, found in results:
        if speaks_json(as_json):
            write_line({"name": one.name, "ok": is_well, "found": found})
        else:
            console().print(f"{one.name}: {found}", highlight=False, markup=False, soft_wrap=True)
    if not all(is_well for _, is_well, _ in results):
        raise typer.Exit(SOME_FAILED)


@group.command("files")
def write_files(
    kind: Annotated[str, typer.Argument(help="Kind of connector, e.g. request_tracker.")],
    out: Annotated[Path, typer.Option(help="Folder to write to; made where there is none.")],
    as_json: AsJson = False,
) -> None:
    """Write what goes into the other system, with its instructions in Chinese and English."""
    log_to_stderr()
    shipped = files("api.connectors").joinpath("files", kind)
    if kind not in connector_kinds() or not shipped.is_dir():
        complain(Problem("not_found", say("detail.no_connector_files", kind=repr(kind[:50]))))
        raise typer.Exit(SOME_FAILED)
    for relative, source in _walk(shipped):
        target = out / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        with as_file(source) as path:
            target.write_bytes(path.read_bytes())
        if speaks_json(as_json):
            write_line({"file": str(target)})
        else:
            console().print(str(target), highlight=False, markup=False, soft_wrap=True)


def _configured(data_dir: Path | None) -> tuple[ConnectorOptions, ...]:
    try:
        return read_options(connectors_file(settings_for(data_dir).data_dir))
    except OptionsInvalid as error:
        complain(Problem("connector_refused", say("detail.engine", original=str(error))))
        raise typer.Exit(SOME_FAILED) from error


def _asked(options: ConnectorOptions) -> tuple[bool, str]:
    with client_for(options) as client:
        try:
            system = build_connector(options, client=client).system
            return True, "-" if system is None else system.check()
        except ConnectorError as error:
            return False, str(error)


def _walk(folder: Traversable, *, above: str = "") -> Iterator[tuple[str, Traversable]]:
    """Yield every file of a folder with its path below it."""
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = f"{above}{entry.name}"
        if entry.is_dir():
            yield from _walk(entry, above=f"{path}/")
        else:
            yield path, entry
