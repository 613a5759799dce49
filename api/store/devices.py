"""Devices, what happened to them, and what people said of their tickets."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from api.store.database import Database
from api.store.tables import Base
from api.store.upkeep_tables import DeviceEventRow, DeviceRow, FleetDay, TicketVerdictRow

IDS_AT_ONCE = 500
EVENTS_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Device:
    """What a device is; empty where nobody said."""

    device_id: str
    site: str = ""
    gateway: str = ""
    model: str = ""
    told_by: str = ""  # person | records | telemetry
    customer_id: str = ""  # as the records say


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a device. `after_batch` orders it among the readings."""

    id: str
    device_id: str
    kind: str
    at: datetime
    note: str = ""
    actor: str = ""
    after_batch: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a person said of a ticket, and the ticket as it was."""

    ticket_id: str
    verdict: str  # right | false_alarm | fixed
    device_id: str
    model: str
    metric: str
    detector: str
    severity: str
    opened_at: datetime
    at: datetime
    fixed_by: str = ""
    failed_at: datetime | None = None
    actor: str = ""

    @property
    def lead_h(self) -> float | None:
        """Return the hours from alert to failure; None where none is known."""
        return None if self.failed_at is None else (self.failed_at - self.opened_at).total_seconds() / 3600


class Devices:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def put(self, device: Device, *, at: datetime) -> Device:
        """Keep what a device is; what a person told stays where others say otherwise. Return what is kept."""
        with self._database.transaction() as session:
            return self._put(session, device, at)

    def put_all(self, devices: Sequence[Device], *, at: datetime) -> None:
        """Keep what many devices are, in one transaction."""
        with self._database.transaction() as session:
            for device in sorted(devices, key=lambda device: device.device_id):  # in one order: no two wait for another
                self._put(session, device, at)

    def _put(self, session: Session, device: Device, at: datetime) -> Device:
        columns = {"site": "", "gateway": "", "model": "", "customer_id": "", "told_by": "", "updated_at": at}
        insert_unless_there(session, DeviceRow, {"tenant": self._tenant, "device_id": device.device_id, **columns})
        row = session.get_one(DeviceRow, (self._tenant, device.device_id), with_for_update=True)
        is_told_by_person = device.told_by == "person"
        for name in ("site", "gateway", "model"):
            told, kept = getattr(device, name), getattr(row, name)
            if is_told_by_person or (told and (row.told_by != "person" or not kept)):
                setattr(row, name, told)
        if is_told_by_person or row.told_by != "person":
            row.told_by = device.told_by
        row.customer_id = device.customer_id or row.customer_id
        row.updated_at = at
        return _device(row)

    def get(self, device_id: str) -> Device | None:
        """Return what a device is; None where nobody ever said."""
        with self._database.transaction() as session:
            row = session.get(DeviceRow, (self._tenant, device_id))
        return None if row is None else _device(row)

    def all(self) -> Mapping[str, Device]:
        """Return every device somebody said something of, by id."""
        row = DeviceRow
        query = select(row.device_id, row.site, row.gateway, row.model, row.told_by).where(row.tenant == self._tenant)
        with self._database.transaction() as session:
            found = session.execute(query).all()  # columns, not rows: a fleet is read for each page of it
        return {told[0]: Device(*told) for told in found}

    def models(self) -> Mapping[str, str]:
        """Return the model of every device whose model is known, by id."""
        query = select(DeviceRow.device_id, DeviceRow.model).where(
            DeviceRow.tenant == self._tenant, DeviceRow.model != ""
        )
        with self._database.transaction() as session:
            return {device_id: model for device_id, model in session.execute(query)}

    # --- What happened

    def note_event(self, event: Event) -> Event:
        """Keep an event; the same one told again is the first. Return what is kept."""
        values = {
            "id": event.id,
            "tenant": self._tenant,
            "device_id": event.device_id,
            "kind": event.kind,
            "at": event.at,
            "note": event.note,
            "actor": event.actor,
            "after_batch": event.after_batch,
        }
        same = select(DeviceEventRow).where(
            DeviceEventRow.tenant == self._tenant,
            DeviceEventRow.device_id == event.device_id,
            DeviceEventRow.kind == event.kind,
            DeviceEventRow.at == event.at,
        )
        with self._database.transaction() as session:
            insert_unless_there(session, DeviceEventRow, values)
            return _event(session.scalars(same).one())

    def events(self, device_id: str, *, limit: int = EVENTS_SHOWN) -> tuple[Event, ...]:
        """Return what happened to a device, newest first."""
        query = select(DeviceEventRow).where(
            DeviceEventRow.tenant == self._tenant, DeviceEventRow.device_id == device_id
        )
        with self._database.transaction() as session:
            rows = session.scalars(query.order_by(DeviceEventRow.at.desc(), DeviceEventRow.id).limit(limit)).all()
        return tuple(_event(row) for row in rows)

    def events_since_batch(self, batch_id: int) -> tuple[Event, ...]:
        """Return what was told after a batch of readings, in that order."""
        query = select(DeviceEventRow).where(
            DeviceEventRow.tenant == self._tenant, DeviceEventRow.after_batch >= batch_id
        )
        with self._database.transaction() as session:
            rows = session.scalars(query.order_by(DeviceEventRow.after_batch, DeviceEventRow.at)).all()
        return tuple(_event(row) for row in rows)

    def failures(self, since: datetime, until: datetime) -> tuple[Event, ...]:
        """Return which devices failed in a period."""
        query = select(DeviceEventRow).where(
            DeviceEventRow.tenant == self._tenant,
            DeviceEventRow.kind == "failure",
            DeviceEventRow.at >= since,
            DeviceEventRow.at < until,
        )
        with self._database.transaction() as session:
            return tuple(_event(row) for row in session.scalars(query.order_by(DeviceEventRow.at)))

    # --- What people said

    def judge(self, verdict: Verdict) -> None:
        """Keep what a person said of a ticket, in place of what was said before."""
        values = {name: getattr(verdict, name) for name in Verdict.__slots__}
        with self._database.transaction() as session:
            insert_unless_there(session, TicketVerdictRow, {"tenant": self._tenant, **values})
            row = session.get_one(TicketVerdictRow, (self._tenant, verdict.ticket_id), with_for_update=True)
            for name, value in values.items():
                setattr(row, name, value)

    def verdict(self, ticket_id: str) -> Verdict | None:
        """Return what was said of a ticket."""
        with self._database.transaction() as session:
            row = session.get(TicketVerdictRow, (self._tenant, ticket_id))
        return None if row is None else _verdict(row)

    def verdicts(self, ticket_ids: Collection[str]) -> Mapping[str, Verdict]:
        """Return what was said of some tickets, by ticket."""
        query = select(TicketVerdictRow).where(TicketVerdictRow.tenant == self._tenant)
        with self._database.transaction() as session:
            rows = session.scalars(query.where(TicketVerdictRow.ticket_id.in_(ticket_ids))).all()
        return {row.ticket_id: _verdict(row) for row in rows}

    def judged(self, *, limit: int) -> tuple[Verdict, ...]:
        """Return the newest verdicts: what such alerts came to."""
        query = select(TicketVerdictRow).where(TicketVerdictRow.tenant == self._tenant)
        with self._database.transaction() as session:
            rows = session.scalars(query.order_by(TicketVerdictRow.opened_at.desc()).limit(limit)).all()
        return tuple(_verdict(row) for row in rows)

    def note_day(self, day: date, *, devices: int) -> None:
        """Note how many devices were watched on a day; the most counts."""
        with self._database.transaction() as session:
            insert_unless_there(session, FleetDay, {"tenant": self._tenant, "day": day.isoformat(), "devices": devices})
            row = session.get_one(FleetDay, (self._tenant, day.isoformat()), with_for_update=True)
            row.devices = max(row.devices, devices)


def insert_unless_there(session: Session, table: type[Base], values: Mapping[str, object]) -> None:
    """Write a row unless there is one; on SQLite the write comes first, so that no other can come between."""
    is_postgresql = session.get_bind().dialect.name == "postgresql"
    statement = (postgresql.insert if is_postgresql else sqlite.insert)(table)
    session.execute(statement.values(dict(values)).on_conflict_do_nothing())


def _device(row: DeviceRow) -> Device:
    return Device(row.device_id, row.site, row.gateway, row.model, row.told_by, row.customer_id)


def _event(row: DeviceEventRow) -> Event:
    return Event(row.id, row.device_id, row.kind, row.at, row.note, row.actor, row.after_batch)


def _verdict(row: TicketVerdictRow) -> Verdict:
    return Verdict(**{name: getattr(row, name) for name in Verdict.__slots__})
