"""The parts of a service that are always there, as checks and as numbers: the database, the disk.

In: the settings and the open database. Out: what Health and Metrics ask. Parts that others build (jobs, deliveries,
connectors) bring checks of their own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.engine import make_url

from api.connectors.options import read_options
from api.connectors.record_systems import RecordState
from api.connectors.system import OptionsInvalid
from api.enrich.live import Connectors, Live
from api.errors import Words
from api.routes.health import Health
from api.routes.metrics import Metrics
from api.routes.work import DurableWork
from api.schemas.ops import PartState
from api.settings import Settings
from api.store import DEFAULT_TENANT
from api.store.database import Database
from api.taggers import TaggerState
from api.tenants import Tenants

GIB = 1024**3
BACKLOG = 1_000
"""Jobs or deliveries that wait: at one a second a quarter of an hour behind."""
DISK_GIB = 1.0
"""Less free space than this, and a day of telemetry or one model may not fit."""


def add_parts(settings: Settings, database: Database, *, health: Health, metrics: Metrics) -> None:
    """Watch the database and the disk."""

    def check_database(said: Words) -> Iterator[PartState]:
        detail = said("health.database", url=database.shown_url, revision=revision_of(database))
        yield PartState(name="database", state="ok", detail=detail)

    def check_disk(said: Words) -> Iterator[PartState]:
        yield disk_state(settings.data_dir, said)

    health.add("database", check_database)
    health.add("disk", check_disk)
    metrics.add_source(
        "database_bytes", "Size of the database", (), lambda: {(): float(size_of(database, settings.database))}
    )
    metrics.add_source(
        "disk_bytes", "The file system of the data folder", ("kind",), lambda: _disk_bytes(settings.data_dir)
    )
    metrics.add_source(
        "writers_waiting", "Transactions in line to write", (), lambda: {(): float(database.waiting_writers)}
    )
    metrics.add_source("draining", "1 while the service finishes up", (), lambda: {(): float(health.is_draining)})


def add_work_parts(work: DurableWork, connectors: Connectors, *, health: Health, metrics: Metrics) -> None:
    """Watch jobs, deliveries and the connectors' settings."""

    def deliveries() -> dict[tuple[str, ...], float]:
        totals = dict.fromkeys(("pending", "delivered", "dead"), 0.0)
        for tenant in {DEFAULT_TENANT, *work.store.keys.tenants()}:
            for state, count in work.store.of(tenant).outbox.counts().items():
                totals[state] = totals.get(state, 0.0) + count
        return {(state,): count for state, count in totals.items()}

    def check_jobs(said: Words) -> Iterator[PartState]:
        yield _backlog("jobs", work.jobs.unfinished(), said)

    def check_outbox(said: Words) -> Iterator[PartState]:
        counted = deliveries()
        yield _backlog("outbox", int(counted["pending",]), said)
        if dead := int(counted["dead",]):
            detail, fix = said("health.dead", count=dead), said("fix.dead")
            yield PartState(name="dead_letters", state="degraded", detail=detail, fix=fix)

    def check_connectors(said: Words) -> Iterator[PartState]:
        try:
            read_options(work.settings.data_dir / "connectors.toml")
        except OptionsInvalid as error:
            yield PartState(name="connectors", state="degraded", detail=str(error)[:500], fix=said("fix.connectors"))
            return
        every = connectors.all()
        names = ", ".join(live.options.name for live in every)
        yield PartState(name="connectors", state="ok" if names else "off", detail=names)
        for live in every:
            yield connector_state(live, said)

    health.add("jobs", check_jobs)
    health.add("outbox", check_outbox)
    health.add("connectors", check_connectors)
    metrics.add_source("jobs_unfinished", "Jobs not over", (), lambda: {(): float(work.jobs.unfinished())})
    metrics.add_source("outbox_deliveries", "Deliveries by state", ("state",), deliveries)


def add_record_parts(tenants: Tenants, *, health: Health) -> None:
    """Watch the record systems of every tenant that was asked for; none is asked here, only how they answered."""

    def check_records(said: Words) -> Iterator[PartState]:
        for tenant in tenants.open():
            of_whom = "" if tenant.name == DEFAULT_TENANT else f" ({tenant.name})"
            if mistake := tenant.records.mistake:
                name, fix = f"records{of_whom}", said("fix.records_settings")
                yield PartState(name=name, state="degraded", detail=mistake[:500], fix=fix)
            for state in tenant.records.states():
                yield record_state(state, said, name=f"records {state.name}{of_whom}")

    health.add("records", check_records)


def add_tagger_parts(tenants: Tenants, *, health: Health) -> None:
    """Watch the taggers of every tenant that was asked for, and the one of receipts that all share: what cannot be
    read leaves its field to the rules."""

    def check_taggers(said: Words) -> Iterator[PartState]:
        shared = tenants.get(DEFAULT_TENANT).engines.receipt_taggers
        yield from (tagger_state(state, said, fix="fix.receipt_tagger") for state in shared.states())
        for tenant in tenants.open():
            of_whom = "" if tenant.name == DEFAULT_TENANT else f" ({tenant.name})"
            for state in tenant.engines.taggers.states():
                yield tagger_state(state, said, of_whom=of_whom)

    health.add("taggers", check_taggers)


def tagger_state(state: TaggerState, said: Words, *, of_whom: str = "", fix: str = "fix.tagger") -> PartState:
    """Return whether a field's tagger is in force."""
    name = f"tagger {state.field}{of_whom}"
    if state.error:
        detail = said("health.tagger_unread", original=state.error[:400])
        return PartState(name=name, state="degraded", detail=detail, fix=said(fix))
    labels = ", ".join(state.labels)
    return PartState(name=name, state="ok", detail=said("health.tagger", engine=state.engine, labels=labels))


def record_state(state: RecordState, said: Words, *, name: str) -> PartState:
    """Return how a record system is by its last answers."""
    if not state.report.error:
        return PartState(name=name, state="ok", detail=said("health.records", kind=state.kind))
    rest_s, error = f"{state.report.rest_s:.0f}", state.report.error
    key = "health.records_resting" if state.report.state == "open" else "health.records_failed"
    return PartState(
        name=name, state="degraded", detail=said(key, error=error, seconds=rest_s), fix=said("fix.records")
    )


def connector_state(live: Live, said: Words) -> PartState:
    """Return how a connector is by its last answer; it is not asked."""
    name, mode, last = f"connector {live.options.name}", live.options.mode, live.answers.last
    if last is None or mode == "off":
        return PartState(
            name=name, state="off" if mode == "off" else "ok", detail=said("health.connector_unasked", mode=mode)
        )
    at = last.at.isoformat(timespec="seconds")
    if last.error:
        detail = said("health.connector_error", mode=mode, at=at, error=last.error)
        return PartState(name=name, state="degraded", detail=detail, fix=said("fix.connector"))
    return PartState(name=name, state="ok", detail=said("health.connector_ok", mode=mode, at=at))


def _backlog(name: str, count: int, said: Words) -> PartState:
    if count < BACKLOG:
        return PartState(name=name, state="ok", detail=said("health.backlog", count=count))
    return PartState(
        name=name, state="degraded", detail=said("health.backlog", count=count), fix=said("fix.backlog", limit=BACKLOG)
    )


def revision_of(database: Database) -> str:
    """Return the schema's revision."""
    with database.engine.connect() as connection:
        return str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())


def size_of(database: Database, url: str) -> int:
    """Return how many bytes the database takes: SQLite's files, or what PostgreSQL says."""
    made = make_url(url)
    if made.get_backend_name() == "sqlite":
        path = Path(made.database or "")
        return sum(one.stat().st_size for one in path.parent.glob(f"{path.name}*") if one.is_file())
    with database.engine.connect() as connection:
        return int(connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one())


def disk_state(folder: Path, said: Words) -> PartState:
    """Return whether there is room."""
    free_gib = shutil.disk_usage(folder).free / GIB
    if free_gib >= DISK_GIB:
        return PartState(name="disk", state="ok", detail=said("health.disk", free_gib=f"{free_gib:.1f}"))
    detail = said("health.disk_low", free_gib=f"{free_gib:.1f}", limit_gib=DISK_GIB)
    return PartState(name="disk", state="degraded", detail=detail, fix=said("fix.disk_low"))


def _disk_bytes(folder: Path) -> dict[tuple[str, ...], float]:
    usage = shutil.disk_usage(folder)
    return {("free",): float(usage.free), ("total",): float(usage.total)}
