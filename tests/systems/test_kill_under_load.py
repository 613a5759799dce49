"""kill -9 at random moments under mixed load, on SQLite and on PostgreSQL: what was answered for is there afterwards,
and a receiver that checks `webhook-id` acts on nothing twice.

Eight kills a database; BEFOREHAND_TEST_LENGTH=full makes it 200.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from api.settings import Settings
from api.store import Store, open_store_for
from tests.systems.beforehand_process import BeforehandProcess
from tests.systems.mixed_load import Acknowledged, MixedLoad, readings_of
from tests.systems.postgres import Postgres, missing_postgres
from tests.systems.receiver import Receiver
from tests.systems.rt import free_port, wait_until

KILLS = 200 if os.environ.get("BEFOREHAND_TEST_LENGTH") == "full" else 8
SEED = 20261122
CLIENTS = 4
DRAINED_S = 240.0
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Listen for webhooks."""
    made = Receiver()
    yield made
    made.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the database to work on."""
    if request.param == "sqlite":
        yield ""
        return
    if reason := missing_postgres():
        pytest.skip(reason)
    server = Postgres(tmp_path / "postgresql")
    server.start()
    yield server.url
    server.stop()


def lost(acknowledged: Acknowledged, client: httpx.Client, store: Store) -> list[str]:
    """Return what was answered for and is not there."""
    missing: list[str] = []
    for ticket_id, job_id in acknowledged.prefills.items():
        job = client.get(f"/v1/jobs/{job_id}").json()
        if job.get("state") != "done" or job["result"]["ticket_id"] != ticket_id:
            missing.append(f"prefill {ticket_id}: {job.get('state')} {job.get('problem')}")
        elif client.get(f"/v1/prefills/{job['result']['id']}").status_code != 200:
            missing.append(f"draft of {ticket_id}")
    for article_id, job_id in acknowledged.imports.items():
        if client.get(f"/v1/articles/{article_id}").status_code != 200:
            missing.append(f"article {article_id}: {client.get(f'/v1/jobs/{job_id}').json()}")
    for ticket_id, prefill_id in acknowledged.drafts.items():
        if client.get(f"/v1/prefills/{prefill_id}").status_code != 200:
            missing.append(f"draft of {ticket_id}")
    for prefill_id, value in acknowledged.feedback.items():
        verdict = store.drafts.verdicts(prefill_id).get("error_code")
        if verdict is None or verdict.final != value:
            missing.append(f"feedback on {prefill_id}")
    for device_id in acknowledged.devices:
        if client.post("/v1/telemetry", json=readings_of(device_id, until=NOW)).json()["accepted"]:
            missing.append(f"readings of {device_id}")
    return missing


def is_drained(client: httpx.Client) -> bool:
    """Say whether nothing is under way."""
    states = [("state", name) for name in ("queued", "running", "waiting")]
    if client.get("/v1/jobs", params=states).json():
        return False
    return not client.get("/v1/deliveries", params={"state": "pending"}).json()


@pytest.mark.systems
def test_what_was_answered_for_survives_random_kills(
    tmp_path: Path, database_url: str, receiver: Receiver, request: pytest.FixtureRequest
) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    environment = {"BEFOREHAND_OUTGOING_HOSTS": json.dumps(["127.0.0.0/8"]), "BEFOREHAND_SNAPSHOT_EVERY_S": "2"}
    if database_url:
        environment["BEFOREHAND_DATABASE_URL"] = database_url
    service = BeforehandProcess(data_dir, port=free_port(), environment=environment)
    request.addfinalizer(service.stop)
    service.make_key()
    service.start()
    with service.client() as client:
        asked = {"url": receiver.start()}
        receiver.secret = client.put("/v1/webhooks/receiver", json=asked).json()["secret"]
    load = MixedLoad(service.client, now=NOW, threads=CLIENTS, devices=max(KILLS, 8))
    load.start()
    chooser = random.Random(SEED)
    for _ in range(KILLS):
        time.sleep(chooser.uniform(0.3, 4.0))  # from a start that has not ended to seconds of work
        service.kill()
        service.start(is_awaited=chooser.random() < 0.7)
    load.stop()
    with service.client() as client:
        wait_until(service.answers, "the service answers", limit_s=60)
        wait_until(lambda: is_drained(client), "all jobs end", limit_s=DRAINED_S, pause_s=0.5)
        store = open_store_for(Settings(data_dir=data_dir, database_url=database_url))
        told = _check(load, client, store, receiver)
        _check_that_losses_would_be_seen(load.acknowledged, client, store)
        store.database.close()
    print(told)  # noqa: T201


def _check(load: MixedLoad, client: httpx.Client, store: Store, receiver: Receiver) -> str:
    assert load.failures == []
    acknowledged = load.acknowledged
    assert acknowledged.prefills
    assert acknowledged.imports
    assert lost(acknowledged, client, store) == []
    tickets = store.tickets.list(kind="maintenance", limit=10_000)
    assert {ticket.device_id for ticket in tickets} >= set(acknowledged.devices)
    for ticket in tickets:
        opened = [heard for heard in receiver.accepted if heard.data.get("id") == ticket.id]
        assert [heard.type for heard in opened][:1] == ["ticket.opened"], ticket.id
    announced = [heard.data["id"] for heard in receiver.accepted if heard.type == "prefill.created"]
    assert len(announced) == len(set(announced)), "a draft was announced twice under two ids"
    assert len(announced) >= len(acknowledged.prefills)
    assert store.outbox.counts().keys() == {"delivered"}
    ids = [heard.message_id for heard in receiver.accepted]
    assert len(ids) == len(set(ids))
    assert receiver.refused == 0
    assert receiver.repeated() > 0, "no message came twice: a careless receiver would have passed too"
    slowest = sorted(load.ack_ms)
    return (
        f"kills {KILLS}, answered for {acknowledged.count()}, requests repeated {load.repeats}, "
        f"messages {len(ids)}, came again {receiver.repeated()}, tickets {len(tickets)}, "
        f"202 after p50 {slowest[len(slowest) // 2]:.0f} ms, p99 {slowest[int(len(slowest) * 0.99)]:.0f} ms"
    )


def _check_that_losses_would_be_seen(acknowledged: Acknowledged, client: httpx.Client, store: Store) -> None:
    """Take away what was answered for: the same check must name it."""
    article_id = next(iter(acknowledged.imports))
    assert client.delete(f"/v1/articles/{article_id}").status_code == 204
    never = Acknowledged(prefills={"never": "prefill-" + "0" * 32}, imports={article_id: "import-" + "0" * 32})
    assert [entry.partition(":")[0] for entry in lost(never, client, store)] == [
        "prefill never",
        f"article {article_id}",
    ]
