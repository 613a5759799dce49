"""The world as it was when a ticket was created: what had been said, which records stood, which articles may be used.

What carries no time cannot be rolled back; it is used and counted, so that a report can say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from api.backtest.records import PastMessage, PastTicket
from api.backtest.rows import read_time
from nlp.records import Article, Record, RecordSystem

SKEW = timedelta(seconds=60)
"""Systems note a ticket and its first message one after the other; a minute is ample for that, too short to answer."""
FROM_COLUMNS = (
    "valid_from",
    "created_at",
    "ordered_at",
    "order_date",
    "purchase_date",
    "sold_at",
    "since",
    "date",
    "下单时间",
    "购买日期",
)
UNTIL_COLUMNS = ("valid_until", "deleted_at", "cancelled_at")
"""A warranty's end is no end of the record."""


def said_by_then(ticket: PastTicket) -> tuple[PastMessage, ...]:
    """Return the messages that were there at creation: up to the first answer of an agent, and none from later.

    The first message of a customer is always there: a ticket is made of it.
    """
    known: list[PastMessage] = []
    has_spoken = False
    for message in ticket.messages:
        if has_spoken and (message.author == "agent" or _is_later(message, ticket)):
            break
        known.append(message)
        has_spoken = has_spoken or message.author != "agent"
    return tuple(known)


def _is_later(message: PastMessage, ticket: PastTicket) -> bool:
    return message.at is not None and message.at > ticket.created_at + SKEW


class RecordsThen:
    """A RecordSystem that shows what stood at a moment; made for a ticket. `undated` counts records without a time."""

    def __init__(self, records: RecordSystem, *, at: datetime) -> None:
        self._records = records
        self._at = at
        self.undated = 0

    def find(self, field: str, value: str) -> Sequence[Record]:
        """Return the records of then."""
        return self._of_then(self._records.find(field, value))

    def of_customer(self, customer_id: str) -> Sequence[Record]:
        """Return a customer's records of then."""
        return self._of_then(self._records.of_customer(customer_id))

    def _of_then(self, records: Sequence[Record]) -> Sequence[Record]:
        stood: list[Record] = []
        for record in records:
            began = _moment(record, FROM_COLUMNS)
            ended = _moment(record, UNTIL_COLUMNS)
            self.undated += began is None
            if (began is None or began <= self._at) and (ended is None or ended > self._at):
                stood.append(record)
        return stood


def _moment(record: Record, columns: Sequence[str]) -> datetime | None:
    for column in columns:
        if text := record.values.get(column):
            return read_time(text, zone=UTC)
    return None


def is_of_ticket(article: Article, ticket_id: str) -> bool:
    """Say whether an article was made out of this very ticket: its id, a tag or its address names it."""
    marks = {ticket_id, f"ticket:{ticket_id}"}
    return article.id in marks or bool(marks & set(article.tags)) or article.url.rstrip("/").endswith(f"/{ticket_id}")
