"""A tenant's budget of false tickets, the bar that holds it, and every alert that asked for a ticket."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from api.store.database import Database
from api.store.devices import insert_unless_there
from api.store.upkeep_tables import EpisodeRow, FleetDay, TicketBar, TicketBudget, TicketRow, TicketVerdictRow

FALSE = "false_alarm"
DAYS_A_MONTH = 30.0
JOINED = timedelta(hours=1)
"""A site's ticket may be as much older than the device's that it lists; see upkeep.groups.WINDOW."""


@dataclass(frozen=True, slots=True)
class OwnBudget:
    """What an administrator set, at a time; None: nobody did, it is the house's."""

    false_per_1000: float  # device-months
    useful_lead_h: float
    updated_at: datetime | None = None
    actor: str = ""


@dataclass(frozen=True, slots=True)
class KeptBar:
    """How much evidence an alert must bring, and what that was worked out from; see predictive.ticket_bar."""

    evidence: float
    is_held: bool
    false: float
    allowed: float
    solved_at: datetime


@dataclass(frozen=True, slots=True)
class Episode:
    """An alert that was inferred from readings. No ticket: it is held back."""

    key: str
    device_id: str
    at: datetime
    evidence: float
    ticket_id: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class JudgedEpisode:
    """What a ticket, or an alert that was held back, came to; `is_false` None: nobody said."""

    evidence: float
    is_ticket: bool
    is_false: bool | None


class Budgets:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def get(self) -> OwnBudget | None:
        """Return what was set; None where nobody did."""
        with self._database.transaction() as session:
            row = session.get(TicketBudget, self._tenant)
        return None if row is None else OwnBudget(row.false_per_1000, row.useful_lead_h, row.updated_at, row.actor)

    def put(self, budget: OwnBudget) -> None:
        """Keep a budget in place of the last."""
        values = {name: getattr(budget, name) for name in OwnBudget.__slots__}
        with self._database.transaction() as session:
            session.merge(TicketBudget(tenant=self._tenant, **values))

    def bar(self) -> KeptBar | None:
        """Return the bar in force; None where none was worked out yet."""
        with self._database.transaction() as session:
            row = session.get(TicketBar, self._tenant)
        return None if row is None else KeptBar(*(getattr(row, name) for name in KeptBar.__slots__))

    def keep_bar(self, bar: KeptBar) -> None:
        """Keep a bar in place of the last."""
        values = {name: getattr(bar, name) for name in KeptBar.__slots__}
        with self._database.transaction() as session:
            session.merge(TicketBar(tenant=self._tenant, **values))

    def note(self, episodes: Sequence[Episode]) -> None:
        """Keep alerts: of each the strongest evidence, and the ticket once it has one."""
        if not episodes:
            return
        with self._database.transaction() as session:
            for one in episodes:
                self._note(session, one)

    def _note(self, session: Session, one: Episode) -> None:
        values = {name: getattr(one, name) for name in Episode.__slots__}
        insert_unless_there(session, EpisodeRow, {"tenant": self._tenant, **values})
        row = session.get_one(EpisodeRow, (self._tenant, one.key), with_for_update=True)
        row.evidence, row.is_open = max(row.evidence, one.evidence), one.is_open
        row.ticket_id = row.ticket_id or one.ticket_id

    def held_back(self, *, limit: int, device_id: str = "") -> tuple[Episode, ...]:
        """Return the open alerts that are no tickets, the newest first."""
        query = select(EpisodeRow).where(
            EpisodeRow.tenant == self._tenant, EpisodeRow.ticket_id == "", EpisodeRow.is_open
        )
        if device_id:
            query = query.where(EpisodeRow.device_id == device_id)
        with self._database.transaction() as session:
            rows = session.scalars(query.order_by(EpisodeRow.at.desc(), EpisodeRow.key).limit(limit)).all()
        return tuple(Episode(*(getattr(row, name) for name in Episode.__slots__)) for row in rows)

    def count_held_back(self, since: datetime) -> int:
        """Count the alerts since then that never became a ticket."""
        query = select(func.count()).select_from(EpisodeRow)
        mine = (EpisodeRow.tenant == self._tenant, EpisodeRow.ticket_id == "", EpisodeRow.at >= since)
        with self._database.transaction() as session:
            return session.scalar(query.where(*mine)) or 0

    def episodes(self, since: datetime, until: datetime) -> tuple[JudgedEpisode, ...]:
        """Return what asked for a ticket in a period, and what people said of it; devices that a site's ticket lists
        are one."""
        row, verdict = EpisodeRow, TicketVerdictRow
        is_its_ticket = (TicketRow.tenant == row.tenant) & (TicketRow.id == row.ticket_id)
        asked = select(row.evidence, row.ticket_id, TicketRow.group_id).join(TicketRow, is_its_ticket, isouter=True)
        asked = asked.where(row.tenant == self._tenant, row.at >= since, row.at < until).order_by(row.at, row.key)
        said = select(verdict.ticket_id, verdict.verdict)
        said = said.where(
            verdict.tenant == self._tenant, verdict.opened_at >= since - JOINED, verdict.opened_at < until
        )
        with self._database.transaction() as session:
            found = session.execute(asked).all()
            verdicts = {ticket_id: word for ticket_id, word in session.execute(said).all()}
        single = [JudgedEpisode(one.evidence, False, None) for one in found if not one.ticket_id]
        tickets: dict[str, JudgedEpisode] = {}
        for one in found:
            if one.ticket_id:
                unit = one.group_id or one.ticket_id
                word = verdicts.get(unit) or verdicts.get(one.ticket_id)
                tickets[unit] = _joined(tickets.get(unit), one.evidence, None if word is None else word == FALSE)
        return (*single, *tickets.values())

    def watched_months(self, since: datetime, until: datetime) -> float:
        """Return the device-months that were watched."""
        days = select(func.coalesce(func.sum(FleetDay.devices), 0)).where(
            FleetDay.tenant == self._tenant,
            FleetDay.day > since.date().isoformat(),
            FleetDay.day <= until.date().isoformat(),
        )
        with self._database.transaction() as session:
            return (session.scalar(days) or 0) / DAYS_A_MONTH


def _joined(known: JudgedEpisode | None, evidence: float, is_false: bool | None) -> JudgedEpisode:
    """Return a ticket with one more alert: as strong as its strongest, false only where none of it was right."""
    if known is None:
        return JudgedEpisode(evidence, True, is_false)
    said = {known.is_false, is_false} - {None}
    return JudgedEpisode(max(known.evidence, evidence), True, all(said) if said else None)
