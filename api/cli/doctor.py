"""`doctor`: what is here, what is degraded, and what to type. Asks connectors, changes nothing."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import typer
from alembic.config import Config
from alembic.script import ScriptDirectory
from rich.table import Table
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from api.cli.configuration import Mistake, find_mistakes, read_settings
from api.cli.desk import AsJson, DataDir, open_engines, open_records
from api.cli.output import SOME_FAILED, console, log_to_stderr, spoken_language, write_line
from api.connectors.options import ConnectorOptions, read_options
from api.connectors.registry import build_connector
from api.connectors.system import ConnectorError, OptionsInvalid
from api.errors import Words, words
from api.outgoing import outgoing_client
from api.routes.parts import disk_state, revision_of, tagger_state
from api.schemas.ops import PartState
from api.settings import VERSION, Settings
from api.store.database import MIGRATIONS, Database

LIBRARIES = (
    "fastapi",
    "uvicorn",
    "SQLAlchemy",
    "dbos",
    "onnxruntime",
    "tokenizers",
    "faster-whisper",
    "rapidocr",
    "av",
)
"""Those whose absence or age stops one of the jobs."""
PartHow = Literal["ok", "degraded", "broken", "off"]
CLOCK_S = 5.0
"""Standard Webhooks lets signatures be 300 s off; above a few seconds something is wrong already."""


def doctor(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Look at this installation; exit 1 where something does not work at all."""
    log_to_stderr()
    said = words(spoken_language())
    mistakes: list[Mistake] = []
    settings = read_settings(data_dir, database_url=None, mistakes=mistakes)
    parts = list(examine(settings, said, mistakes=mistakes))
    table = Table(title=f"Beforehand {VERSION}", title_justify="left")
    for column in ("part", "state", "found", "fix"):
        table.add_column(said(f"column.{column}"), overflow="fold")
    for part in parts:
        if as_json:
            write_line({"part": part.name, **part.model_dump(exclude={"name"})})
        table.add_row(part.name, said(f"state.{part.state}"), part.detail, part.fix)
    if not as_json:
        console().print(table, markup=False)
    if any(part.state == "broken" for part in parts):
        raise typer.Exit(SOME_FAILED)


def examine(settings: Settings, said: Words, *, mistakes: Sequence[Mistake] = ()) -> Iterator[PartState]:
    """Yield each part's state, the ground first."""
    yield PartState(name="python", state="ok", detail=said("doctor.python", version=sys.version.split()[0]))
    yield from _libraries(said)
    for mistake in (*mistakes, *find_mistakes(settings)):
        fix, detail = said.said(mistake.fix), said.said(mistake.detail)
        yield PartState(name=f"configuration: {mistake.where}", state="broken", detail=detail, fix=fix)
    if settings.data_dir.is_dir():
        yield disk_state(settings.data_dir, said)
    yield from _database(settings, said)
    yield from _engines(settings, said)
    yield from _connectors(settings, said)
    yield from _brokers(settings, said)


def _libraries(said: Words) -> Iterator[PartState]:
    for name in LIBRARIES:
        try:
            yield PartState(name=name, state="ok", detail=said("doctor.library", version=version(name)))
        except PackageNotFoundError:
            yield PartState(name=name, state="broken", detail=said("doctor.library_missing"), fix=said("fix.library"))


def _database(settings: Settings, said: Words) -> Iterator[PartState]:
    """Look at the schema, the keys and the clock without bringing anything up to date."""
    if not is_made(settings):
        detail = said("doctor.not_made", url=settings.database)
        yield PartState(name="database", state="degraded", detail=detail, fix=said("fix.revision"))
        return
    database = Database(settings.database)
    try:
        found, head = revision_of(database), head_revision()
        if found != head:
            detail = said("doctor.revision_old", url=database.shown_url, found=found, head=head)
            yield PartState(name="database", state="degraded", detail=detail, fix=said("fix.revision"))
            return
        detail = said("health.database", url=database.shown_url, revision=found)
        yield PartState(name="database", state="ok", detail=detail)
        yield from _rows(database, said)
    except (SQLAlchemyError, OSError) as error:
        yield PartState(
            name="database", state="broken", detail=str(error).splitlines()[0][:300], fix=said("fix.database")
        )
    finally:
        database.close()


def is_made(settings: Settings) -> bool:
    """Return whether there is a database to look at: opening an SQLite file that is not there would make it."""
    url = make_url(settings.database)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def head_revision() -> str:
    """Return the revision that this version needs."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    return str(ScriptDirectory.from_config(config).get_current_head())


def _rows(database: Database, said: Words) -> Iterator[PartState]:
    now = datetime.now(UTC)
    with database.engine.connect() as connection:
        keys = int(connection.execute(text("SELECT count(*) FROM api_keys WHERE revoked_at IS NULL")).scalar_one())
        newest = connection.execute(text("SELECT max(created_at) FROM api_keys")).scalar_one()
        is_server = database.engine.dialect.name == "postgresql"
        its_now = connection.execute(text("SELECT now()")).scalar_one() if is_server else now
    fix = "" if keys else said("fix.no_keys")
    yield PartState(name="keys", state="ok" if keys else "degraded", detail=said("doctor.keys", count=keys), fix=fix)
    off_s = abs((its_now - now).total_seconds())
    if off_s >= CLOCK_S:
        detail = said("doctor.clock_off", seconds=f"{off_s:.0f}")
    elif newest is not None and str(newest)[:19] > now.replace(tzinfo=None).isoformat(" ")[:19]:
        detail = said("doctor.clock_back", newest=newest)
    else:
        yield PartState(name="clock", state="ok", detail=said("doctor.clock_ok", seconds=f"{off_s:.1f}"))
        return
    yield PartState(name="clock", state="degraded", detail=detail, fix=said("fix.clock"))


def _engines(settings: Settings, said: Words) -> Iterator[PartState]:
    """Look at the engines' rungs and at what was loaded."""
    engines = open_engines(settings)
    for state in engines.states_in(said.language):
        detail = f"{state.engine} ({state.rung})" + (f": {state.reason}" if state.reason else "")
        how: PartHow = "ok"
        if state.degraded:
            how = "broken" if state.rung == "none" else "degraded"
        elif state.rung == "none":
            how = "off"
        yield PartState(name=state.name, state=how, detail=detail, fix=state.fix)
    names = ", ".join(engines.catalogues.names())
    fix = "" if names else said("fix.no_catalogue")
    how = "ok" if names else "degraded"
    yield PartState(name="catalogues", state=how, detail=names or said("doctor.none"), fix=fix)
    yield from (tagger_state(state, said) for state in engines.taggers.states())
    of_receipts = engines.receipt_taggers.states()
    yield from (tagger_state(state, said, fix="fix.receipt_tagger") for state in of_receipts)
    yield from _records(settings, said)


def _records(settings: Settings, said: Words) -> Iterator[PartState]:
    """Open each record system."""
    systems = open_records(settings)
    try:
        checks = systems.check()
    except OptionsInvalid:
        return  # find_mistakes has told each of them
    finally:
        systems.close()
    if not checks:
        fix = said("fix.no_records", folder=settings.data_dir / "records")
        yield PartState(name="records", state="degraded", detail=said("doctor.none"), fix=fix)
    for one in checks:
        problem = one.problem_zh if said.language == "zh" else one.problem
        advice = [(t.problem_zh if said.language == "zh" else t.problem) for t in one.tables if t.problem]
        rows = [t.place if t.rows is None else f"{t.place}: {t.rows:,}" for t in one.tables]
        how: PartHow = "broken" if problem else "degraded" if advice else "ok"
        fix = said("fix.records") if problem or advice else ""
        detail = (problem or ", ".join([*rows, *advice]))[:500]
        yield PartState(name=f"records {one.name}", state=how, detail=detail, fix=fix)


def _connectors(settings: Settings, said: Words) -> Iterator[PartState]:
    try:
        options = read_options(settings.data_dir / "connectors.toml")
    except OptionsInvalid:
        return  # find_mistakes has told each of them
    for one in options:
        yield _connector(one, said)


def _brokers(settings: Settings, said: Words) -> Iterator[PartState]:
    """Ask each MQTT broker for a connection."""
    from api.ingest.mqtt_options import MqttOptionsInvalid, read_brokers
    from api.ingest.mqtt_probe import probe

    try:
        brokers = read_brokers(settings.data_dir, url=settings.mqtt_url.get_secret_value(), worker=settings.worker)
    except MqttOptionsInvalid:
        return  # find_mistakes has told each of them
    for broker in brokers:
        name, link = f"mqtt {broker.shown}", probe(broker)
        if link.state == "connected":
            detail = said("doctor.mqtt", version=broker.version, client=broker.client_id)
            yield PartState(name=name, state="ok", detail=detail)
        else:
            yield PartState(name=name, state="broken", detail=link.detail[:300], fix=said("fix.mqtt_link"))


def _connector(options: ConnectorOptions, said: Words) -> PartState:
    """Ask the far side who it is."""
    name = f"connector {options.name}"
    if options.mode == "off":
        return PartState(name=name, state="off", detail=said("doctor.connector_off"))
    with outgoing_client(allow_private=options.allow_private, timeout_s=options.timeout_s) as client:
        try:
            system = build_connector(options, client=client).system
            detail = system.check() if system is not None else said("doctor.connector_bare")
        except ConnectorError as error:
            return PartState(name=name, state="broken", detail=str(error)[:300], fix=said("fix.connector"))
    return PartState(name=name, state="ok", detail=detail)
