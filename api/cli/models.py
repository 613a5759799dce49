"""`models list`, `models pull`, `models verify`: the only command that ever asks a model hub."""

from __future__ import annotations

import sys
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn
from rich.table import Table

import model_cards
from api.cli.desk import AsJson, DataDir, settings_for
from api.cli.output import (
    SOME_FAILED,
    complain,
    console,
    error_body,
    error_console,
    log_to_stderr,
    speaks_json,
    write_line,
)
from model_cards import ModelCardError, PullProgress
from model_cards.hub import DEFAULT_ENDPOINT

group = typer.Typer(help="Models: which there are, where they lie, and fetching them.", no_args_is_help=True)
Names = Annotated[list[str] | None, typer.Argument(help="Names of model cards.")]


@group.command("list")
def list_models(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the models that have a card, and on which rung each lies."""
    log_to_stderr()
    folder = settings_for(data_dir).models_folder
    table = Table("model", "here", "where or what to type")
    for name in model_cards.card_names():
        try:
            located = model_cards.locate(name, models_dir=folder)
            rung, where = str(located.rung), str(located.path)
        except ModelCardError as error:
            rung, where = "", str(error)
        table.add_row(name, rung or "no", where)
        if speaks_json(as_json):
            write_line({"name": name, "rung": rung or None, "where": where})
    if not speaks_json(as_json):
        console().print(table)


@group.command()
def pull(
    names: Names = None,
    recommended: Annotated[bool, typer.Option(help="The set that the settings name.")] = False,
    endpoint: Annotated[str, typer.Option(help="The hub.", envvar="BEFOREHAND_HUB")] = DEFAULT_ENDPOINT,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Fetch models from their hub into the models folder; goes on where it broke off."""
    log_to_stderr()
    settings = settings_for(data_dir)
    spoken = settings.sherpa_model if settings.transcriber == "sherpa" else settings.whisper_model
    wanted = [*(names or []), *([spoken] if recommended else [])]
    if not wanted:
        raise typer.BadParameter("name models, or give --recommended")
    has_failed = False
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=error_console(), disable=not sys.stderr.isatty()) as progress:
        for name in wanted:
            try:
                located = model_cards.pull(
                    name, models_dir=settings.models_folder, endpoint=endpoint, on_progress=_Bars(progress).note
                )
            except ModelCardError as error:
                has_failed = True
                complain(error)
                if speaks_json(as_json):
                    write_line({"name": name, "error": error_body(error)})
                continue
            if speaks_json(as_json):
                write_line({"name": name, "rung": located.rung, "path": str(located.path)})
            else:
                console().print(f"{name}: {located.path}")
    if has_failed:
        raise typer.Exit(SOME_FAILED)


class _Bars:
    """One bar a file."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def note(self, pulled: PullProgress) -> None:
        key = f"{pulled.name}/{pulled.path}"
        if key not in self._tasks:
            self._tasks[key] = self._progress.add_task(key, total=pulled.total_bytes)
        self._progress.update(self._tasks[key], completed=pulled.received_bytes, total=pulled.total_bytes)


@group.command()
def verify(names: Names = None, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Compare the files of models with their recorded sha256; without names, of every model that is here."""
    log_to_stderr()
    folder = settings_for(data_dir).models_folder
    has_failed = False
    for name in names or model_cards.card_names():
        try:
            checks = model_cards.verify(name, models_dir=folder)
        except ModelCardError as error:
            has_failed = has_failed or bool(names)
            if names:
                complain(error)
            continue
        for check in checks:
            has_failed = has_failed or check.state in ("missing", "changed")
            if speaks_json(as_json):
                write_line({"name": name, "path": check.path, "state": check.state, "sha256": check.found_sha256})
            else:
                console().print(f"{name}  {check.path}  {check.state}")
    if has_failed:
        raise typer.Exit(SOME_FAILED)
