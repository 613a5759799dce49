"""What foreseeing failures keeps: a row a device and day, the failures foreseen, and how far scoring went."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from api.store.database import Database
from api.store.upkeep_tables import (
    DeviceDay,
    DeviceEventRow,
    FailureWatch,
    ForeseenFailure,
    TicketRow,
    TicketVerdictRow,
)

ROWS_AT_ONCE = 500
"""Written in one transaction: other writers wait for some tenths of a second at most."""


@dataclass(frozen=True, slots=True)
class DayRow:
    """What a device last reported on a day; no score: not scored by the model in use."""

    device_id: str
    at: datetime
    readings: Mapping[str, float]
    score: float | None = None

    @property
    def day(self) -> str:
        """Return the day, UTC."""
        return self.at.date().isoformat()


@dataclass(frozen=True, slots=True)
class Watch:
    """How far scoring went, by which model, and the threshold in force."""

    model: str
    begun_at: datetime
    scored_at: datetime
    threshold: float
    solved_at: datetime
    judged: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """A failure that was foreseen; `verdict` is what people said of its ticket, "" where nobody did."""

    key: str
    device_id: str
    row_at: datetime
    opened_at: datetime
    state: str
    closed_by: str = ""
    verdict: str = ""


class ForeseenFailures:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def put_days(self, rows: Sequence[DayRow]) -> None:
        """Keep what devices reported, in place of what they reported earlier the same day."""
        for start in range(0, len(rows), ROWS_AT_ONCE):
            with self._database.transaction() as session:
                for row in rows[start : start + ROWS_AT_ONCE]:
                    readings = json.dumps(dict(row.readings), ensure_ascii=False)
                    kept = {"at": row.at, "readings": readings, "score": None, "model": ""}
                    session.merge(DeviceDay(tenant=self._tenant, device_id=row.device_id, day=row.day, **kept))

    def days(self, *, model: str) -> Iterator[DayRow]:
        """Yield all rows by device and day, with the scores that a model gave; a fleet's are many."""
        row = DeviceDay
        query = select(row.device_id, row.at, row.readings, row.score, row.model).where(row.tenant == self._tenant)
        query = query.order_by(row.device_id, row.day).execution_options(yield_per=ROWS_AT_ONCE)
        with self._database.transaction() as session:
            for one in session.execute(query):
                score = one.score if one.model == model else None
                yield DayRow(one.device_id, one.at, json.loads(one.readings), score)

    def forget_days(self, before: datetime) -> None:
        """Forget rows of before a day."""
        day = before.date().isoformat()
        with self._database.transaction() as session:
            session.execute(delete(DeviceDay).where(DeviceDay.tenant == self._tenant, DeviceDay.day < day))

    def watch(self) -> Watch | None:
        """Return how far scoring went; None before the first time."""
        with self._database.transaction() as session:
            row = session.get(FailureWatch, self._tenant)
        return None if row is None else Watch(*(getattr(row, name) for name in Watch.__slots__))

    def keep(self, watch: Watch, *, scored: Sequence[DayRow], foreseen: Sequence[Foreseen]) -> None:
        """Keep what one look found, all or nothing."""
        values = {name: getattr(watch, name) for name in Watch.__slots__}
        with self._database.transaction() as session:
            session.merge(FailureWatch(tenant=self._tenant, **values))
            for row in scored:
                own = (DeviceDay.tenant == self._tenant, DeviceDay.device_id == row.device_id, DeviceDay.day == row.day)
                session.execute(update(DeviceDay).where(*own).values(score=row.score, model=watch.model))
            self._put(session, foreseen)

    def put(self, foreseen: Sequence[Foreseen]) -> None:
        """Keep failures that were foreseen, by key; those that are over first, so that their place is free."""
        with self._database.transaction() as session:
            self._put(session, foreseen)

    def _put(self, session: Session, foreseen: Sequence[Foreseen]) -> None:
        for one in sorted(foreseen, key=lambda one: one.state == "open"):
            values = {name: getattr(one, name) for name in Foreseen.__slots__ if name != "verdict"}
            place = one.device_id if one.state == "open" else None
            session.merge(ForeseenFailure(tenant=self._tenant, place=place, **values))
            session.flush()

    def since(self, at: datetime) -> tuple[Foreseen, ...]:
        """Return what was foreseen since a moment, and what is open, oldest first, with what people said of it."""
        row = ForeseenFailure
        query = select(row).where(row.tenant == self._tenant, (row.opened_at >= at) | (row.state == "open"))
        said = (
            select(TicketRow.key, TicketVerdictRow.verdict)
            .join(
                TicketVerdictRow,
                (TicketVerdictRow.ticket_id == TicketRow.id) & (TicketVerdictRow.tenant == TicketRow.tenant),
            )
            .where(TicketRow.tenant == self._tenant)
        )
        with self._database.transaction() as session:
            rows = session.scalars(query.order_by(row.row_at)).all()
            verdicts: dict[str, str] = {
                key: verdict
                for key, verdict in session.execute(said.where(TicketRow.key.in_([one.key for one in rows])))
            }
        names = [name for name in Foreseen.__slots__ if name != "verdict"]
        found = (Foreseen(**{name: getattr(one, name) for name in names}) for one in rows)
        return tuple(replace(one, verdict=verdicts.get(one.key, "")) for one in found)

    def endings(self, kinds: Collection[str], *, device_ids: Collection[str] | None = None) -> tuple[Ending, ...]:
        """Return when something of these kinds happened to devices, in order of time."""
        row = DeviceEventRow
        query = select(row.device_id, row.kind, row.at).where(row.tenant == self._tenant, row.kind.in_(kinds))
        if device_ids is not None:
            query = query.where(row.device_id.in_(device_ids))
        with self._database.transaction() as session:
            return tuple(Ending(*found) for found in session.execute(query.order_by(row.at)))


@dataclass(frozen=True, slots=True)
class Ending:
    """Something that happened to a device."""

    device_id: str
    kind: str
    at: datetime
