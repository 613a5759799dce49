"""One ticket a device and episode on PostgreSQL: threads and processes that keep the same alert at once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.store import open_store
from tests.api.test_ticket_concurrency import EPISODES, WORKERS, keep_all, keep_in_processes, told
from tests.systems.postgres import Postgres, missing_postgres

pytestmark = [pytest.mark.systems, pytest.mark.skipif(bool(missing_postgres()), reason=missing_postgres())]


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    postgres = Postgres(tmp_path / "postgres")
    postgres.start()
    open_store(postgres.url, server_secret="x" * 32).database.close()
    yield postgres.url
    postgres.stop()


def test_threads_make_one_ticket_an_episode(url: str) -> None:
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda worker: keep_all(url, worker), range(WORKERS)))
    assert told(url) == (EPISODES, EPISODES)


def test_processes_make_one_ticket_an_episode(url: str, root: Path) -> None:
    keep_in_processes(url, root)
    assert told(url) == (EPISODES, EPISODES)
