"""Accepted telemetry, durable before it is answered for, and the monitor's last snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from api.store.database import Database
from api.store.upkeep_tables import MonitorSnapshot, MonitorSnapshotPart, TelemetryBatch

PART_BYTES = 8 * 1024 * 1024
"""Of a snapshot, written at once: other writers wait for as long as that takes, some 10 ms."""
FORGOTTEN_AT_ONCE = 50
"""Batches deleted in one transaction: at 40 kB each some 2 MB are overwritten while other writers wait."""


@dataclass(frozen=True, slots=True)
class StoredBatch:
    id: int
    received_at: datetime
    content: bytes


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The monitor's state once the batch `batch_id` was observed, in pieces of any length."""

    batch_id: int
    frames: tuple[bytes, ...]

    @property
    def content(self) -> bytes:
        return self.frames[0] if len(self.frames) == 1 else b"".join(self.frames)


class Telemetry:
    def __init__(self, database: Database, tenant: str, *, part_bytes: int = PART_BYTES) -> None:
        self._database = database
        self._tenant = tenant
        self._part_bytes = part_bytes

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

    def covered(self) -> int:
        """Return up to which batch the last snapshot goes; 0 where there is none."""
        query = select(MonitorSnapshot.batch_id).where(MonitorSnapshot.tenant == self._tenant)
        with self._database.transaction() as session:
            return session.scalar(query) or 0

    def is_forgotten(self, batch_id: int) -> bool:
        """Say whether a batch that was there is no more; those before it are gone then, and some after it may be."""
        query = select(TelemetryBatch.id).where(TelemetryBatch.tenant == self._tenant, TelemetryBatch.id == batch_id)
        with self._database.transaction() as session:
            return session.scalar(query) is None

    def forget_before(self, at: datetime, *, up_to: int) -> int:
        """Forget batches received before a moment that a snapshot already covers; return how many readings."""
        return self._forget(up_to=up_to, before=at)

    def forget_oldest(self, readings: int, *, up_to: int) -> int:
        """Forget the oldest batches that a snapshot covers, until so many readings are gone; return how many are."""
        return self._forget(up_to=up_to, most=readings) if readings > 0 else 0

    def _forget(self, *, up_to: int, before: datetime | None = None, most: int | None = None) -> int:
        """Forget batches from the oldest on, some at a time, so that others can write in between."""
        gone, batch = 0, TelemetryBatch
        query = select(batch.id, batch.readings).where(batch.tenant == self._tenant, batch.id <= up_to)
        if before is not None:
            query = query.where(batch.received_at < before)
        while most is None or gone < most:
            with self._database.transaction() as session:
                oldest: list[int] = []
                for batch_id, readings in session.execute(query.order_by(batch.id).limit(FORGOTTEN_AT_ONCE)).all():
                    if most is None or gone < most:
                        oldest.append(batch_id)
                        gone += readings
                if oldest:
                    session.execute(delete(batch).where(batch.tenant == self._tenant, batch.id.in_(oldest)))
            if len(oldest) < FORGOTTEN_AT_ONCE:
                break
        return gone

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
        kept, part = MonitorSnapshot, MonitorSnapshotPart
        is_its_part = (part.tenant == kept.tenant) & (part.generation == kept.generation)
        query = select(kept.batch_id, kept.content, part.content).outerjoin(part, is_its_part)
        with self._database.transaction() as session:  # one statement: nothing is swept away between row and parts
            rows = session.execute(query.where(kept.tenant == self._tenant).order_by(part.number)).all()
        if not rows:
            return None
        return Snapshot(rows[0][0], tuple(row[2] for row in rows) if rows[0][2] is not None else (rows[0][1],))

    def keep_snapshot(self, snapshot: Snapshot, *, at: datetime) -> None:
        """Keep a snapshot in place of the last one, unless that covers more: its writer was slower than another.

        The last one stays until all parts of the new one are written. What was left of one that was broken off goes.
        """
        known = self._kept_generation()
        self._sweep_parts(but=known)
        count = 0
        for number, content in enumerate(parts_of(snapshot.frames, self._part_bytes)):
            with self._database.transaction() as session:
                session.add(
                    MonitorSnapshotPart(tenant=self._tenant, generation=known + 1, number=number, content=content)
                )
            count = number + 1
        row = MonitorSnapshot(
            tenant=self._tenant, batch_id=snapshot.batch_id, created_at=at, content=b"", generation=known + 1
        )
        query = select(MonitorSnapshot.batch_id).where(MonitorSnapshot.tenant == self._tenant)
        with self._database.transaction() as session:
            if (session.scalar(query) or 0) <= snapshot.batch_id and self._parts(session, known + 1) == count:
                session.merge(row)
        self._sweep_parts(but=self._kept_generation())

    def _kept_generation(self) -> int:
        query = select(MonitorSnapshot.generation).where(MonitorSnapshot.tenant == self._tenant)
        with self._database.transaction() as session:
            return session.scalar(query) or 0

    def _parts(self, session: Session, generation: int) -> int:
        part = MonitorSnapshotPart
        query = select(func.count()).where(part.tenant == self._tenant, part.generation == generation)
        return session.scalar(query) or 0

    def _sweep_parts(self, *, but: int) -> None:
        part = MonitorSnapshotPart
        of_others = select(part.generation, part.number).where(part.tenant == self._tenant, part.generation != but)
        with self._database.transaction() as session:
            found = session.execute(of_others).all()
        for generation, number in found:
            with self._database.transaction() as session:
                session.execute(
                    delete(part).where(
                        part.tenant == self._tenant, part.generation == generation, part.number == number
                    )
                )


def parts_of(frames: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the same bytes in pieces of one size, the last one shorter.

    >>> list(parts_of([b"ab", b"cde", b"", b"f"], 4))
    [b'abcd', b'ef']
    """
    held = bytearray()
    for frame in frames:
        held += frame
        while len(held) >= size:
            yield bytes(held[:size])
            del held[:size]
    if held:
        yield bytes(held)
