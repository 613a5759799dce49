"""Forgetting what is kept of devices: a customer's when they ask, everybody's when it is old. Rows out, counts back.

A device is a customer's where the records said so when it was last asked about, or when a ticket of it was opened. What
is erased: the device's row, its tickets with what stands for them elsewhere, what was said of them, what others quote
of that, and the notes of its events. That a repair or a failure happened stays, as does what the device measured.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, CursorResult, delete, select, update
from sqlalchemy.orm import Session

from api.schemas.telemetry import Ticket
from api.store.tables import Base, LinkedTicket
from api.store.upkeep_tables import DeviceEventRow, DeviceRow, EpisodeRow, ForeseenFailure, TicketRow, TicketVerdictRow

IDS_AT_ONCE = 500
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class ErasedDevices:
    """How many rows of each kind are gone, and the tickets whose name may stand elsewhere."""

    counts: Mapping[str, int]
    ticket_ids: tuple[str, ...]


def erase_devices_of(session: Session, tenant: str, customer_id: str) -> ErasedDevices:
    """Delete what is kept of a customer's devices."""
    of_customer = select(DeviceRow.device_id).where(DeviceRow.tenant == tenant, DeviceRow.customer_id == customer_id)
    device_ids = set(session.scalars(of_customer))
    tickets = _tickets_of(session, tenant, customer_id, device_ids)
    ticket_ids = sorted(tickets)
    device_ids |= set(tickets.values())
    counts = dict.fromkeys(("maintenance", "devices", "verdicts", "device_notes"), 0)
    for some in _slices(ticket_ids):
        keys = list(session.scalars(select(TicketRow.key).where(TicketRow.tenant == tenant, TicketRow.id.in_(some))))
        _delete(session, LinkedTicket, LinkedTicket.tenant == tenant, LinkedTicket.key.in_(keys))
        told = (TicketVerdictRow.tenant == tenant, TicketVerdictRow.ticket_id.in_(some))
        counts["verdicts"] += _delete(session, TicketVerdictRow, *told)
        counts["maintenance"] += _delete(session, TicketRow, TicketRow.tenant == tenant, TicketRow.id.in_(some))
    for some in _slices(sorted(device_ids)):
        _delete(session, EpisodeRow, EpisodeRow.tenant == tenant, EpisodeRow.device_id.in_(some))
        _delete(session, ForeseenFailure, ForeseenFailure.tenant == tenant, ForeseenFailure.device_id.in_(some))
        counts["devices"] += _delete(session, DeviceRow, DeviceRow.tenant == tenant, DeviceRow.device_id.in_(some))
        noted = (DeviceEventRow.tenant == tenant, DeviceEventRow.device_id.in_(some), DeviceEventRow.note != "")
        counts["device_notes"] += _rows(session.execute(update(DeviceEventRow).where(*noted).values(note="")))
    _forget_quotes(session, tenant, ticket_ids)
    return ErasedDevices(counts, tuple(ticket_ids))


def forget_device_rows(session: Session, tenant: str, at: datetime) -> Mapping[str, int]:
    """Delete what was said of tickets, what happened to devices, and alerts, all of before a moment."""
    return {
        "verdicts": _delete(session, TicketVerdictRow, TicketVerdictRow.tenant == tenant, TicketVerdictRow.at < at),
        "device_events": _delete(session, DeviceEventRow, DeviceEventRow.tenant == tenant, DeviceEventRow.at < at),
        "alerts": _delete(session, EpisodeRow, EpisodeRow.tenant == tenant, EpisodeRow.at < at),
    }


def _tickets_of(session: Session, tenant: str, customer_id: str, device_ids: Collection[str]) -> dict[str, str]:
    """Return the tickets of a customer's devices, and whose each is; a site's where it lists nobody else's."""
    found: dict[str, str] = {}
    for some in _slices(sorted(device_ids)):
        query = select(TicketRow.id, TicketRow.device_id)
        rows = session.execute(query.where(TicketRow.tenant == tenant, TicketRow.device_id.in_(some))).all()
        found |= {row.id: row.device_id for row in rows}
    named = TicketRow.body.contains(json.dumps(customer_id, ensure_ascii=False), autoescape=True)
    for row in session.scalars(select(TicketRow).where(TicketRow.tenant == tenant, named)):
        if Ticket.model_validate_json(row.body).device.customer_id == customer_id:
            found[row.id] = row.device_id
    groups = select(TicketRow.group_id).where(TicketRow.tenant == tenant, TicketRow.group_id.is_not(None))
    for group_id in {one for some in _slices(sorted(found)) for one in session.scalars(groups.where(_is_one(some)))}:
        members = select(TicketRow.id).where(TicketRow.tenant == tenant, TicketRow.group_id == group_id)
        group = session.get(TicketRow, group_id)
        if group is not None and set(session.scalars(members)) <= set(found):
            found[group.id] = group.device_id
    return found


def _forget_quotes(session: Session, tenant: str, ticket_ids: Collection[str]) -> None:
    """Take out of other tickets what they say of these as their nearest past episode."""
    for ticket_id in ticket_ids:
        quoting = (TicketRow.tenant == tenant, TicketRow.body.contains(ticket_id, autoescape=True))
        for row in session.scalars(select(TicketRow).where(*quoting)):
            ticket = Ticket.model_validate_json(row.body)
            if ticket.past_episode is not None and ticket.past_episode.ticket_id == ticket_id:
                row.body = ticket.model_copy(update={"past_episode": None}).model_dump_json()


def _is_one(ids: Collection[str]) -> ColumnElement[bool]:
    return TicketRow.id.in_(ids)


def _delete(session: Session, table: type[Base], *where: ColumnElement[bool]) -> int:
    return _rows(session.execute(delete(table).where(*where)))


def _rows(result: object) -> int:
    assert isinstance(result, CursorResult)
    return result.rowcount


def _slices(ids: list[Item]) -> list[list[Item]]:
    return [ids[start : start + IDS_AT_ONCE] for start in range(0, len(ids), IDS_AT_ONCE)]
