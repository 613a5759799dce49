"""Everything that an administrator wrote in, all that is wrong with it out: before the service starts, not one by one
while it runs.

Looks at the environment, the data folder, connectors.toml, catalogues, records and models. Opens no connection.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import typer
from pydantic import SecretStr, ValidationError
from rich.table import Table
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from api.cli.output import error_console, spoken_language
from api.connectors.options import ConnectorOptions, read_options
from api.connectors.registry import connector_kinds
from api.connectors.system import OptionsInvalid
from api.errors import EXPECTED_ERRORS, Said, say, words
from api.security import SecretUnusable, read_server_secret
from api.security.server_secret import FILE_NAME as SECRET_FILE
from api.settings import Settings

USAGE = 2
FILE_ERRORS: tuple[type[Exception], ...] = (*EXPECTED_ERRORS, OSError)
MISTAKES = 100


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing that is wrong, and what to do."""

    where: str
    detail: str | Said
    fix: str | Said


def checked_settings(
    data_dir: Path | None, *, database_url: str | None = None, mqtt_url: str | None = None
) -> Settings:
    """Return settings that the service can start with; otherwise say all that is wrong and exit with status 2."""
    mistakes: list[Mistake] = []
    settings = read_settings(data_dir, database_url=database_url, mistakes=mistakes)
    if mqtt_url:
        settings = settings.model_copy(update={"mqtt_url": SecretStr(mqtt_url)})
    mistakes += find_mistakes(settings)
    if mistakes:
        tell(mistakes)
        raise typer.Exit(USAGE)
    return settings


def read_settings(data_dir: Path | None, *, database_url: str | None, mistakes: list[Mistake]) -> Settings:
    """Return the settings; what does not fit is added to the mistakes and its default taken, to look at the rest."""
    given: dict[str, object] = {}
    if data_dir is not None:
        given["data_dir"] = data_dir
    if database_url:
        given["database_url"] = database_url
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        for entry in error.errors(include_url=False, include_context=False, include_input=False):
            name = "BEFOREHAND_" + "__".join(str(part).upper() for part in entry["loc"])
            mistakes.append(Mistake(name, entry["msg"], say("fix.environment")))
            field = str(entry["loc"][0]) if entry["loc"] else ""
            if field in Settings.model_fields:
                given[field] = Settings.model_fields[field].get_default(call_default_factory=True)
    return Settings(**given)  # type: ignore[arg-type]


def find_mistakes(settings: Settings) -> list[Mistake]:
    """Return all that is wrong with what settings point to."""
    looks = (
        _look_at_folder,
        _look_at_secret,
        _look_at_database,
        _look_at_connectors,
        _look_at_catalogues,
        _look_at_records,
        _look_at_models,
        _look_at_mqtt,
        _look_at_failures,
    )
    return [mistake for look in looks for mistake in look(settings)][:MISTAKES]


def tell(mistakes: list[Mistake]) -> None:
    """Write the mistakes on stderr, in the terminal's language."""
    said = words(spoken_language())
    table = Table(title=said("config.title", count=len(mistakes)), title_justify="left", show_lines=True)
    for column in ("where", "detail", "fix"):
        table.add_column(said(f"column.{column}"), overflow="fold")
    for mistake in mistakes:
        table.add_row(mistake.where, said.said(mistake.detail), said.said(mistake.fix))
    error_console().print(table, markup=False)


def _look_at_folder(settings: Settings) -> Iterator[Mistake]:
    """The data folder is made by the start; its parent must let us."""
    folder = settings.data_dir
    existing = next(parent for parent in (folder.absolute(), *folder.absolute().parents) if parent.exists())
    if not existing.is_dir():
        yield Mistake(str(folder), say("config.not_folder", path=existing), say("fix.data_dir"))
    elif not os.access(existing, os.W_OK | os.X_OK):
        yield Mistake(str(folder), say("config.not_writable", path=existing), say("fix.data_dir"))


def _look_at_secret(settings: Settings) -> Iterator[Mistake]:
    """The secret of the data folder is made by the start; one that was given, or is there, must be usable."""
    given, file = settings.secret.get_secret_value(), settings.secret_file
    own = settings.data_dir / SECRET_FILE
    if not given and file is None and not own.exists():
        return
    try:
        read_server_secret(settings.data_dir, given=given, file=file)
    except SecretUnusable as error:
        where = "BEFOREHAND_SECRET" if given else "BEFOREHAND_SECRET_FILE" if file is not None else str(own)
        yield Mistake(where, say("config.secret", original=str(error)), say("fix.secret"))


def _look_at_database(settings: Settings) -> Iterator[Mistake]:
    try:
        backend = make_url(settings.database).get_backend_name()
    except ArgumentError:
        yield Mistake("BEFOREHAND_DATABASE_URL", say("config.database_url"), say("fix.database_url"))
        return
    if backend not in ("sqlite", "postgresql"):
        yield Mistake("BEFOREHAND_DATABASE_URL", say("config.database_kind", kind=backend), say("fix.database_url"))


def _look_at_connectors(settings: Settings) -> Iterator[Mistake]:
    path = settings.data_dir / "connectors.toml"
    try:
        options = read_options(path)
    except OptionsInvalid as error:
        for mistake in _split(str(error), path):
            yield Mistake(str(path), mistake, say("fix.connectors"))
        return
    kinds = connector_kinds()
    for one in options:
        if one.kind not in kinds:
            detail = say("config.connector_kind", name=one.name, kind=repr(one.kind), kinds=", ".join(kinds))
            yield Mistake(str(path), detail, say("fix.connectors"))
        elif mistake := _build_mistake(one):
            yield Mistake(str(path), mistake, say("fix.connectors"))


def _build_mistake(options: ConnectorOptions) -> str:
    """Return what a connector's own file says of its options; building opens no connection."""
    from api.connectors.registry import build_connector
    from api.outgoing import outgoing_client

    with outgoing_client(allow_private=options.allow_private, timeout_s=options.timeout_s) as client:
        try:
            build_connector(options, client=client)
        except OptionsInvalid as error:
            return str(error)
    return ""


def _split(message: str, path: Path) -> list[str]:
    """Return the mistakes that OptionsInvalid joins."""
    return message.removeprefix(f"{path}: ").split("; connector ")


def _look_at_catalogues(settings: Settings) -> Iterator[Mistake]:
    from nlp import read_catalogue

    for path in sorted((settings.data_dir / "catalogues").glob("*.[cj]s*")):
        yield from _tried(path, lambda path=path: read_catalogue(path), say("fix.catalogue_file"))  # type: ignore[misc]


def _look_at_records(settings: Settings) -> Iterator[Mistake]:
    from api.connectors.csv_records import CsvRecords
    from api.connectors.record_options import FILE_NAME, read_record_options

    path = settings.data_dir / FILE_NAME
    try:
        read_record_options(settings.data_dir)
    except OptionsInvalid as error:
        for mistake in str(error).removeprefix(f"{path}: ").split("; "):
            yield Mistake(str(path), mistake, say("fix.records_settings"))

    folder = settings.data_dir / "records"
    if folder.is_dir():
        yield from _tried(folder, lambda: CsvRecords(folder).find("order_number", "0"), say("fix.records_file"))


def _look_at_models(settings: Settings) -> Iterator[Mistake]:
    """A models folder that was named must be there; one that was not is made by `models pull`."""
    if settings.models_dir is not None and settings.models_dir.exists() and not settings.models_dir.is_dir():
        yield Mistake(
            "BEFOREHAND_MODELS_DIR", say("config.not_folder", path=settings.models_dir), say("fix.models_dir")
        )
    if settings.transcriber == "whisper":
        from model_cards import ModelCardError, locate

        try:
            locate(settings.whisper_model, models_dir=settings.models_folder)
        except ModelCardError as error:
            yield Mistake("BEFOREHAND_TRANSCRIBER", str(error), f"beforehand models pull {settings.whisper_model}")


def _look_at_failures(settings: Settings) -> Iterator[Mistake]:
    if settings.failures_model is None:
        return
    from predictive.prognosis_history import HistoryError
    from predictive.prognosis_model import FailureModel

    try:
        FailureModel.load(settings.failures_model)
    except HistoryError as error:
        detail = say("config.failures_model", path=settings.failures_model, reason=str(error))
        yield Mistake("BEFOREHAND_FAILURES_MODEL", detail, say("fix.failures_model"))


def _look_at_mqtt(settings: Settings) -> Iterator[Mistake]:
    from api.ingest.mqtt_options import FILE_NAME, MqttOptionsInvalid, read_brokers

    try:
        read_brokers(settings.data_dir, url=settings.mqtt_url.get_secret_value())
    except MqttOptionsInvalid as error:
        for mistake in str(error).split("; "):
            yield Mistake(str(settings.data_dir / FILE_NAME), mistake, say("fix.mqtt"))


def _tried(path: Path, read: Callable[[], object], fix: Said) -> Iterator[Mistake]:
    try:
        read()
    except FILE_ERRORS as error:
        yield Mistake(str(path), re.sub(r"\s+", " ", str(error))[:500], fix)
