"""A kept ticket: one a key, changed in place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.schemas.telemetry import Ticket
from api.store import Store, open_store

AT = datetime(2026, 6, 19, 16, 20, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}", server_secret="x" * 32)
    yield opened
    opened.database.close()


def ticket(*, ticket_id: str) -> Ticket:
    return Ticket(
        id=ticket_id,
        key="AC-003/1",
        device_id="AC-003",
        state="open",
        severity="warning",
        title="设备 AC-003",
        opened_at=AT,
        updated_at=AT,
        reasons=[],
    )


def test_a_ticket_of_the_same_key_keeps_its_id(store: Store) -> None:
    first = store.tickets.put(ticket(ticket_id="t1"), plot="")
    assert store.tickets.put(ticket(ticket_id="t2"), plot="").id == first.id == "t1"


def test_a_ticket_that_was_not_drawn_this_time_keeps_its_plot(store: Store) -> None:
    store.tickets.put(ticket(ticket_id="t1"), plot="<svg>1</svg>")
    kept = store.tickets.put(ticket(ticket_id="t1"), plot="")
    assert store.tickets.plot("t1") == "<svg>1</svg>"
    assert kept.plot_url == "/v1/tickets/t1/plot.svg"
