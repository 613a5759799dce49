"""One ticket a device and episode, however many workers keep the same alert at once: threads, and processes."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.schemas.telemetry import Ticket, TicketReason
from api.store import DEFAULT_TENANT, open_store
from api.store.database import Database
from api.store.tickets import Tickets

AT = datetime(2026, 6, 19, 16, 20, tzinfo=UTC)
WORKERS, EPISODES = 6, 8
PROCESS = """
import sys
from tests.api.test_ticket_concurrency import keep_all
keep_all(sys.argv[1], int(sys.argv[2]))
"""


def ticket(episode: int, worker: int, *, minute: int = 0, key: str = "") -> Ticket:
    at = AT + timedelta(days=10 * episode, minutes=minute)
    return Ticket(
        id=f"e{episode}w{worker}",
        key=key or f"key-{episode}",
        device_id=f"泵-{episode}",
        state="open",
        severity="warning",
        title="",
        opened_at=AT + timedelta(days=10 * episode),
        updated_at=at,
        reasons=[TicketReason(metric="power", since=AT, expected=1.0, observed=2.0, score=0.9)],
    )


def keep_all(url: str, worker: int) -> None:
    """Keep every episode's ticket three times, as one of several workers does."""
    database = Database(url)
    tickets = Tickets(database, DEFAULT_TENANT)
    for minute in range(3):
        for episode in range(EPISODES):
            tickets.put(ticket(episode, worker, minute=minute), place=f"episode/泵-{episode}")
    database.close()


def told(url: str) -> tuple[int, int]:
    """Return how many tickets there are, and how many were announced as opened."""
    store = open_store(url, server_secret="x" * 32)
    tickets = store.tickets.list(kind="maintenance", limit=1000)
    opened = sum(message.type == "ticket.opened" for message in store.outbox.waiting(limit=1000))
    store.database.close()
    return len(tickets), opened


def test_threads_that_keep_the_same_alert_make_one_ticket_and_announce_it_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    open_store(url, server_secret="x" * 32).database.close()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda worker: keep_all(url, worker), range(WORKERS)))
    assert told(url) == (EPISODES, EPISODES)


def keep_in_processes(url: str, root: Path) -> None:
    command = [sys.executable, "-c", PROCESS, url]
    processes = [subprocess.Popen([*command, str(worker)], cwd=root) for worker in range(3)]
    assert [process.wait(timeout=120) for process in processes] == [0, 0, 0]


def test_workers_that_name_an_episode_differently_share_the_devices_open_ticket(tmp_path: Path) -> None:
    """Each worker saw other readings, so that the episode begins at another moment, under another key."""
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", server_secret="x" * 32)
    first = store.tickets.put(ticket(0, 1, key="as worker 1 saw it"), place="episode/泵-0")
    second = store.tickets.put(ticket(0, 2, key="as worker 2 saw it", minute=1), place="episode/泵-0")
    assert (second.id, second.key) == (first.id, first.key)
    gone = second.model_copy(update={"state": "resolved", "updated_at": AT + timedelta(hours=1)})
    store.tickets.put(gone, place="episode/泵-0")
    fresh = store.tickets.put(ticket(0, 3, key="another episode", minute=120), place="episode/泵-0")
    assert fresh.id == "e0w3"
    store.database.close()


def test_what_is_known_to_be_newer_stays(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", server_secret="x" * 32)
    newer = ticket(0, 1, minute=30).model_copy(update={"severity": "critical"})
    store.tickets.put(newer)
    assert store.tickets.put(ticket(0, 1, minute=10)).severity == "critical"
    store.database.close()


@pytest.mark.systems
def test_processes_on_sqlite_make_one_ticket_an_episode(tmp_path: Path, root: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    open_store(url, server_secret="x" * 32).database.close()
    keep_in_processes(url, root)
    assert told(url) == (EPISODES, EPISODES)
