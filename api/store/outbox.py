"""What happened and must be told outside, and what became of each telling.

A message is added in the transaction that makes it true: either both are on disk or neither. Its id is the webhook-id
of every delivery, so a receiver can tell a repetition. Knows no network.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from pydantic import JsonValue
from sqlalchemy import delete, event, exists, func, select, update
from sqlalchemy.orm import Session

from api.store.database import Database
from api.store.tables import Delivery, OutboxRow

DeliveryState = Literal["pending", "delivered", "dead"]
ERROR_CHARS = 500


@dataclass(frozen=True, slots=True)
class Message:
    """Something that happened; `body` is what is sent, byte for byte, however often."""

    message_id: str
    tenant: str
    type: str
    body: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """What became of a message at an endpoint."""

    message_id: str
    endpoint: str
    type: str
    state: DeliveryState
    attempts: int
    last_error: str
    created_at: datetime
    updated_at: datetime


def message_of(type_: str, content: Mapping[str, JsonValue], *, tenant: str, subject: str, at: datetime) -> Message:
    """Return a message; the same type, tenant and subject give the same id, so that it is told once.

    >>> message_of("ticket.opened", {}, tenant="default", subject="t1", at=datetime(2026, 1, 1, tzinfo=UTC)).body
    '{"type":"ticket.opened","timestamp":"2026-01-01T00:00:00Z","data":{}}'
    """
    digest = hashlib.sha256("\0".join((tenant, type_, subject)).encode("utf-8", "surrogatepass")).hexdigest()
    moment = at.astimezone(UTC).isoformat().replace("+00:00", "Z")
    body = {"type": type_, "timestamp": moment, "data": dict(content)}
    return Message(f"msg_{digest[:32]}", tenant, type_, json.dumps(body, ensure_ascii=False, separators=(",", ":")), at)


class Outbox:
    """A tenant's messages; `waiting` alone is every tenant's, for the one relay of the house."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    @property
    def news(self) -> threading.Event:
        """Set when a transaction of this process that added a message is committed."""
        return self._database.outbox_news

    def add(self, message: Message, *, session: Session | None = None) -> None:
        """Keep a message, in the given transaction or in one of its own; one with that id stays as it is."""
        if session is None:
            with self._database.transaction() as own:
                self.add(message, session=own)
            return
        if session.scalar(select(exists().where(OutboxRow.message_id == message.message_id))):
            return
        session.add(
            OutboxRow(
                tenant=self._tenant,
                message_id=message.message_id,
                type=message.type,
                body=message.body,
                created_at=message.created_at,
                relayed_at=None,
            )
        )
        event.listen(session, "after_commit", lambda _: self.news.set(), once=True)

    def get(self, message_id: str) -> Message | None:
        """Return a message by its id."""
        query = select(OutboxRow).where(OutboxRow.tenant == self._tenant, OutboxRow.message_id == message_id)
        with self._database.transaction() as session:
            row = session.scalars(query).first()
        return None if row is None else _message_of_row(row)

    def waiting(self, *, limit: int) -> tuple[Message, ...]:
        """Return the oldest messages of all tenants that nobody was told to deliver yet."""
        query = select(OutboxRow).where(OutboxRow.relayed_at.is_(None)).order_by(OutboxRow.id).limit(limit)
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
        return tuple(_message_of_row(row) for row in rows)

    def relay(self, message_id: str, endpoints: Iterable[str], *, at: datetime) -> None:
        """Note that a message is on its way to endpoints."""
        with self._database.transaction() as session:
            for endpoint in endpoints:
                if session.get(Delivery, (message_id, endpoint)) is None:
                    session.add(_delivery_row(message_id, endpoint, tenant=self._tenant, at=at))
            session.execute(
                update(OutboxRow)
                .where(OutboxRow.tenant == self._tenant, OutboxRow.message_id == message_id)
                .values(relayed_at=at)
            )

    def settle(
        self, message_id: str, endpoint: str, *, state: DeliveryState, attempts: int, error: str, at: datetime
    ) -> None:
        """Note what became of a delivery; delivered stays delivered."""
        with self._database.transaction() as session:
            row = session.get(Delivery, (message_id, endpoint))
            if row is None:
                row = _delivery_row(message_id, endpoint, tenant=self._tenant, at=at)
                session.add(row)
            if row.tenant != self._tenant or row.state == "delivered":
                return
            row.state, row.attempts, row.updated_at = state, attempts, at
            row.last_error = error[:ERROR_CHARS]

    def deliveries(
        self, *, states: Iterable[DeliveryState] = (), message_id: str | None = None, limit: int = 100
    ) -> tuple[DeliveryStatus, ...]:
        """Return deliveries, the one that changed last first."""
        query = (
            select(Delivery, OutboxRow)
            .join(OutboxRow, OutboxRow.message_id == Delivery.message_id)
            .where(Delivery.tenant == self._tenant)
            .order_by(Delivery.updated_at.desc(), Delivery.message_id, Delivery.endpoint)
            .limit(limit)
        )
        wanted = tuple(states)
        if wanted:
            query = query.where(Delivery.state.in_(wanted))
        if message_id is not None:
            query = query.where(Delivery.message_id == message_id)
        with self._database.transaction() as session:
            rows = session.execute(query).all()
        return tuple(_status_of(delivery, message) for delivery, message in rows)

    def dead(self, *, limit: int = 100) -> tuple[DeliveryStatus, ...]:
        """Return the deliveries that were given up, the newest first."""
        return self.deliveries(states=("dead",), limit=limit)

    def counts(self) -> dict[str, int]:
        """Return how many deliveries are in each state."""
        query = select(Delivery.state, func.count()).where(Delivery.tenant == self._tenant).group_by(Delivery.state)
        with self._database.transaction() as session:
            return {state: count for state, count in session.execute(query)}

    def forget_before(self, at: datetime) -> int:
        """Forget every tenant's messages from before a moment that are on their way no more; return how many."""
        with self._database.transaction() as session:
            open_ones = select(Delivery.message_id).where(Delivery.state == "pending")
            old = select(OutboxRow.message_id).where(
                OutboxRow.created_at < at, OutboxRow.relayed_at.is_not(None), OutboxRow.message_id.not_in(open_ones)
            )
            ids = list(session.scalars(old))
            for start in range(0, len(ids), 500):  # SQLite takes 32,766 variables, older ones 999
                some = ids[start : start + 500]
                session.execute(delete(Delivery).where(Delivery.message_id.in_(some)))
                session.execute(delete(OutboxRow).where(OutboxRow.message_id.in_(some)))
        return len(ids)


def _message_of_row(row: OutboxRow) -> Message:
    return Message(row.message_id, row.tenant, row.type, row.body, row.created_at)


def _delivery_row(message_id: str, endpoint: str, *, tenant: str, at: datetime) -> Delivery:
    return Delivery(
        message_id=message_id,
        endpoint=endpoint,
        tenant=tenant,
        state="pending",
        attempts=0,
        last_error="",
        updated_at=at,
    )


def _status_of(delivery: Delivery, message: OutboxRow) -> DeliveryStatus:
    state: DeliveryState = "pending"
    if delivery.state in ("delivered", "dead"):
        state = "delivered" if delivery.state == "delivered" else "dead"
    return DeliveryStatus(
        message_id=delivery.message_id,
        endpoint=delivery.endpoint,
        type=message.type,
        state=state,
        attempts=delivery.attempts,
        last_error=delivery.last_error,
        created_at=message.created_at,
        updated_at=delivery.updated_at,
    )
