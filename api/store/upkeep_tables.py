"""Telemetry, devices, maintenance tickets and what became of them, as SQLAlchemy sees it; the other tables are in
tables.py. Times are UTC, bodies are JSON text."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.store.tables import Base, UtcDateTime


class TelemetryBatch(Base):
    """Accepted readings, as an Arrow stream; the id orders them."""

    __tablename__ = "telemetry_batches"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    tenant: Mapped[str] = mapped_column(String(50))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    readings: Mapped[int] = mapped_column()
    content: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (Index("ix_telemetry_batches_tenant_id", "tenant", "id"), {"sqlite_autoincrement": True})


class MonitorSnapshot(Base):
    """The monitor's state after the batch `batch_id`; one row a tenant."""

    __tablename__ = "monitor_snapshots"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    batch_id: Mapped[int] = mapped_column()
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    content: Mapped[bytes] = mapped_column(LargeBinary)  # empty where it lies in parts
    generation: Mapped[int] = mapped_column(default=0)  # of its parts


class MonitorSnapshotPart(Base):
    """A piece of a monitor's state; those that no snapshot names are of one that was not finished."""

    __tablename__ = "monitor_snapshot_parts"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    generation: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class TicketRow(Base):
    __tablename__ = "tickets"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(50))
    kind: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(500))
    device_id: Mapped[str] = mapped_column(String(200), index=True)
    state: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    body: Mapped[str] = mapped_column(Text)  # Ticket
    plot: Mapped[str] = mapped_column(Text)  # the points to draw, of when the ticket last changed, or SVG of before
    site: Mapped[str] = mapped_column(String(200), default="")  # or gateway: what shares a cause
    model: Mapped[str] = mapped_column(String(200), default="")
    group_id: Mapped[str | None] = mapped_column(String(32))  # the ticket of the site that lists this one
    place: Mapped[str | None] = mapped_column(String(300))  # held while open: one a device and kind of episode

    __table_args__ = (
        UniqueConstraint("tenant", "kind", "key"),
        Index("ix_tickets_tenant_kind_opened_at", "tenant", "kind", "opened_at"),
        Index("ix_tickets_tenant_place", "tenant", "place", unique=True),
        Index("ix_tickets_tenant_model", "tenant", "model", "opened_at"),
        Index("ix_tickets_tenant_site", "tenant", "site", "opened_at"),
    )


class DeviceRow(Base):
    """What a device is, as somebody told or as the records said when it was last asked about."""

    __tablename__ = "devices"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    device_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    site: Mapped[str] = mapped_column(String(200))
    gateway: Mapped[str] = mapped_column(String(200))
    model: Mapped[str] = mapped_column(String(200))
    customer_id: Mapped[str] = mapped_column(String(200))  # as the records said; who is to be forgotten asks by it
    told_by: Mapped[str] = mapped_column(String(20))  # person | records | telemetry; a person's word stays
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_devices_tenant_site", "tenant", "site"),
        Index("ix_devices_tenant_customer_id", "tenant", "customer_id"),
    )


class DeviceEventRow(Base):
    """Something that happened to a device; `after_batch` orders it among the readings when they are replayed."""

    __tablename__ = "device_events"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    tenant: Mapped[str] = mapped_column(String(50))
    device_id: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    note: Mapped[str] = mapped_column(Text)
    actor: Mapped[str] = mapped_column(String(200))
    after_batch: Mapped[int] = mapped_column()

    __table_args__ = (
        UniqueConstraint("tenant", "device_id", "kind", "at"),
        Index("ix_device_events_tenant_kind_at", "tenant", "kind", "at"),
        Index("ix_device_events_tenant_after_batch", "tenant", "after_batch"),
    )


class TicketVerdictRow(Base):
    """What a person said of a maintenance ticket; one a ticket, the last word counts. The rest is the ticket as it was,
    so that a forgotten ticket still counts."""

    __tablename__ = "ticket_verdicts"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    verdict: Mapped[str] = mapped_column(String(20))  # right | false_alarm | fixed
    fixed_by: Mapped[str] = mapped_column(Text)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    device_id: Mapped[str] = mapped_column(String(200))
    model: Mapped[str] = mapped_column(String(200))
    metric: Mapped[str] = mapped_column(String(200))
    detector: Mapped[str] = mapped_column(String(100))
    severity: Mapped[str] = mapped_column(String(20))
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_ticket_verdicts_tenant_opened_at", "tenant", "opened_at"),)


class FleetDay(Base):
    """How many devices were watched on a day: what tickets are counted per."""

    __tablename__ = "fleet_days"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # UTC, ISO 8601
    devices: Mapped[int] = mapped_column()


class TicketBudget(Base):
    """How many false tickets a tenant is ready to bear, and how long before a failure one is useful."""

    __tablename__ = "ticket_budgets"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    false_per_1000: Mapped[float] = mapped_column()  # device-months
    useful_lead_h: Mapped[float] = mapped_column()
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor: Mapped[str] = mapped_column(String(200))


class TicketBar(Base):
    """How much evidence an alert must bring to become a ticket, and what that was worked out from."""

    __tablename__ = "ticket_bars"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    evidence: Mapped[float] = mapped_column()
    is_held: Mapped[bool] = mapped_column()
    false: Mapped[float] = mapped_column()
    allowed: Mapped[float] = mapped_column()
    solved_at: Mapped[datetime] = mapped_column(UtcDateTime)


class EpisodeRow(Base):
    """An alert that was inferred from readings, whether or not it became a ticket."""

    __tablename__ = "episodes"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    device_id: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)  # when it opened
    evidence: Mapped[float] = mapped_column()  # the strongest it had
    ticket_id: Mapped[str] = mapped_column(String(32))  # "" while it is held back
    is_open: Mapped[bool] = mapped_column()

    __table_args__ = (Index("ix_episodes_tenant_at", "tenant", "at"),)


class DeviceDay(Base):
    """What a device last reported on a day, as the model of failures reads it, and how that scored it."""

    __tablename__ = "device_days"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    device_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # UTC, ISO 8601
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    readings: Mapped[str] = mapped_column(Text)  # metric: value
    score: Mapped[float | None] = mapped_column()
    model: Mapped[str] = mapped_column(String(32))  # which one scored it

    __table_args__ = (Index("ix_device_days_tenant_day", "tenant", "day"),)


class ForeseenFailure(Base):
    """A failure that was foreseen, by its ticket's key; `place` is held while it is open: one a device."""

    __tablename__ = "foreseen_failures"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    device_id: Mapped[str] = mapped_column(String(200))
    row_at: Mapped[datetime] = mapped_column(UtcDateTime)  # of the reading that it was foreseen at
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(20))
    closed_by: Mapped[str] = mapped_column(String(20))
    place: Mapped[str | None] = mapped_column(String(200))

    __table_args__ = (
        UniqueConstraint("tenant", "place"),
        Index("ix_foreseen_failures_tenant_opened_at", "tenant", "opened_at"),
    )


class FailureWatch(Base):
    """How far a tenant's devices were scored by the model of failures, and the threshold in force."""

    __tablename__ = "failure_watches"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    model: Mapped[str] = mapped_column(String(32))
    begun_at: Mapped[datetime] = mapped_column(UtcDateTime)
    scored_at: Mapped[datetime] = mapped_column(UtcDateTime)
    threshold: Mapped[float] = mapped_column()
    solved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    judged: Mapped[int] = mapped_column()
