"""Accepted telemetry, durable before it is answered for, and the monitor's last snapshot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from api.store.database import Database
from api.store.upkeep_tables import MonitorSnapshot, TelemetryBatch


@dataclass(frozen=True, slots=True)
class StoredBatch:
    id: int
    received_at: datetime
    content: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The monitor's state once the batch `batch_id` was observed."""

    batch_id: int
    content: bytes


class Telemetry:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def add_batch(self, content: bytes, *, readings: int, received_at: datetime) -> int:
        """Keep a batch; when this returns it is on disk."""
        row = TelemetryBatch(tenant=self._tenant, received_at=received_at, readings=readings, content=content)
        with self._database.transaction() as session:
            self._in_order(session)
            session.add(row)
            session.flush()
            return row.id

    def batches_after(self, batch_id: int, *, before: int | None = None) -> Iterator[StoredBatch]:
        """Yield the batches after one, and before another where it is named, in order, one at a time."""
        while (batch := self._next_batch(batch_id, before)) is not None:
            yield batch
            batch_id = batch.id

    def _in_order(self, session: Session) -> None:
        """Let numbers become visible in their order: who follows the log must not miss one that is committed late.

        SQLite has one writer at a time anyway; PostgreSQL's writers of one tenant take turns.
        """
        if self._database.engine.dialect.name == "postgresql":
            session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"readings {self._tenant}"})

    def _next_batch(self, batch_id: int, before: int | None) -> StoredBatch | None:
        query = select(TelemetryBatch).where(TelemetryBatch.tenant == self._tenant, TelemetryBatch.id > batch_id)
        if before is not None:
            query = query.where(TelemetryBatch.id < before)
        query = query.order_by(TelemetryBatch.id).limit(1)
        with self._database.transaction() as session:
            row = session.scalars(query).first()
        return None if row is None else StoredBatch(row.id, row.received_at, row.content)

    def forget_before(self, at: datetime, *, up_to: int) -> None:
        """Forget batches received before a moment that a snapshot already covers."""
        with self._database.transaction() as session:
            session.execute(
                delete(TelemetryBatch).where(
                    TelemetryBatch.tenant == self._tenant, TelemetryBatch.received_at < at, TelemetryBatch.id <= up_to
                )
            )

    def count(self) -> int:
        """Return how many readings are kept."""
        with self._database.transaction() as session:
            return (
                session.scalar(
                    select(func.coalesce(func.sum(TelemetryBatch.readings), 0)).where(
                        TelemetryBatch.tenant == self._tenant
                    )
                )
                or 0
            )

    def snapshot(self) -> Snapshot | None:
        """Return the last snapshot."""
        with self._database.transaction() as session:
            row = session.get(MonitorSnapshot, self._tenant)
        return None if row is None else Snapshot(row.batch_id, row.content)

    def keep_snapshot(self, snapshot: Snapshot, *, at: datetime) -> None:
        """Keep a snapshot in place of the last one, unless that covers more: its writer was slower than another."""
        row = MonitorSnapshot(tenant=self._tenant, batch_id=snapshot.batch_id, created_at=at, content=snapshot.content)
        known = select(MonitorSnapshot.batch_id).where(MonitorSnapshot.tenant == self._tenant)
        with self._database.transaction() as session:
            if (session.scalar(known) or 0) <= snapshot.batch_id:
                session.merge(row)
