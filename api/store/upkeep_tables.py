"""What is kept about devices and what became of their tickets, as SQLAlchemy sees it; times are UTC."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.store.tables import Base, UtcDateTime


class DeviceRow(Base):
    """What a device is, as somebody told or as the records said when it was last asked about."""

    __tablename__ = "devices"

    tenant: Mapped[str] = mapped_column(String(50), primary_key=True)
    device_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    site: Mapped[str] = mapped_column(String(200))
    gateway: Mapped[str] = mapped_column(String(200))
    model: Mapped[str] = mapped_column(String(200))
    told_by: Mapped[str] = mapped_column(String(20))  # person | records | telemetry; a person's word stays
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (Index("ix_devices_tenant_site", "tenant", "site"),)


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
