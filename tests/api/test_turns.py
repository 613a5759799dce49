"""Who waits for whom: writers in their order, texts without a thread, readers and recordings for nobody."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import delete, insert, select

from api.routes.wiring import TEXTS_AT_ONCE
from api.store.database import Database
from api.store.fair_lock import FairLock
from api.store.tables import TemplateRow
from api.store.templates import Templates
from tests.api.waiting import wait_for

WAIT_S = 10.0
AT = datetime(2026, 11, 22, tzinfo=UTC)
PATIENCE_S = 0.3


def started(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_fair_lock_is_had_in_the_order_it_was_asked_for() -> None:
    lock, had = FairLock(), list[int]()
    assert lock.acquire(timeout_s=WAIT_S)

    def take(number: int) -> None:
        assert lock.acquire(timeout_s=WAIT_S)
        had.append(number)
        lock.release()

    threads = []
    for number in range(8):
        threads.append(started(lambda number=number: take(number)))  # type: ignore[misc]
        wait_for(lambda number=number: lock.waiting == number + 1)  # type: ignore[misc]
    lock.release()
    for thread in threads:
        thread.join(WAIT_S)
    assert had == list(range(8))


def test_who_waited_too_long_leaves_the_line() -> None:
    lock = FairLock()
    assert lock.acquire(timeout_s=WAIT_S)
    assert not lock.acquire(timeout_s=0.01)
    assert lock.waiting == 0
    lock.release()
    assert lock.acquire(timeout_s=0.01)


def test_a_lock_that_is_not_held_cannot_be_given_back() -> None:
    with pytest.raises(RuntimeError, match="not held"):
        FairLock().release()


@pytest.fixture
def database(tmp_path: Path) -> Database:
    found = Database(f"sqlite:///{tmp_path / 'turns.sqlite3'}")
    found.migrate()
    return found


def test_a_writer_waits_for_the_writer_before_it_and_a_reader_for_nobody(database: Database) -> None:
    done = list[str]()

    def write() -> None:
        with database.transaction() as session:
            session.execute(delete(TemplateRow))
        done.append("second")

    with database.transaction() as session:
        session.execute(insert(TemplateRow).values(tenant="t", name="n", updated_at=AT, body="{}"))
        second = started(write)
        wait_for(lambda: database.waiting_writers == 1)
        with database.transaction() as reader:
            assert reader.scalars(select(TemplateRow)).all() == []
        done.append("first")
    second.join(WAIT_S)
    assert done == ["first", "second"]


def test_a_write_that_fails_gives_its_turn_back(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as session:
            session.execute(delete(TemplateRow))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    started(lambda: Templates(database, "t").put("n", "{}", at=AT)).join(WAIT_S)
    assert Templates(database, "t").names() == ("n",)


def test_a_text_waits_for_its_turn_and_a_recording_for_nobody(api_app: FastAPI, api_key: str) -> None:
    async def ask() -> tuple[int, int]:
        transport = httpx.ASGITransport(api_app)
        headers = {"Authorization": f"Bearer {api_key}"}
        async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
            for _ in range(TEXTS_AT_ONCE):
                await api_app.state.text_turns.acquire()
            text = asyncio.create_task(client.post("/v1/suggestions", json={"question": "空调不制冷 no cooling"}))
            form = await client.post("/v1/prefill", files={"files": ("label.png", b"no picture", "image/png")})
            await asyncio.wait([text], timeout=PATIENCE_S)
            assert not text.done()
            api_app.state.text_turns.release()
            return (await text).status_code, form.status_code

    text, form = asyncio.run(ask())
    assert text == 200
    assert form in (200, 400, 415, 422)
