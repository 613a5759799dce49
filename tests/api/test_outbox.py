"""From a change to a signed delivery: one transaction, one id, as often as needed, never more than wanted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import httpx
import pytest
from standardwebhooks import Webhook as Signer

from api.jobs import Jobs, JsonValue, Progress, Task, TryLater
from api.outbox import ATTEMPTS, BACKOFF_S, KIND, Deliverer, Order, Relay, deliver_order, make_secret
from api.schemas.telemetry import Ticket, TicketReason
from api.store import Store, open_store
from api.store.outbox import Message, message_of
from api.store.webhooks import Endpoint
from tests.systems.receiver import Receiver

AT = datetime(2026, 6, 19, 16, 20, tzinfo=UTC)
SECRET = make_secret()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'store.db'}", server_secret="x" * 32)
    yield opened
    opened.database.close()


def ticket(
    state: Literal["open", "resolved"] = "open",
    severity: Literal["info", "warning", "critical"] = "warning",
    metrics: tuple[str, ...] = ("power",),
    hours: int = 0,
    observed: float = 1.0,
) -> Ticket:
    reasons = [TicketReason(metric=metric, since=AT, expected=2.0, observed=observed, score=0.9) for metric in metrics]
    return Ticket(
        id="t1",
        key="AC-003/1",
        device_id="AC-003",
        state=state,
        severity=severity,
        title="设备 AC-003",
        opened_at=AT,
        updated_at=AT + timedelta(hours=hours),
        reasons=reasons,
    )


CHANGES = [
    pytest.param([ticket()], ["ticket.opened"], id="opened"),
    pytest.param([ticket(), ticket(hours=1, observed=3)], ["ticket.opened"], id="only figures moved"),
    pytest.param([ticket(), ticket()], ["ticket.opened"], id="replayed"),
    pytest.param([ticket(), ticket(severity="critical", hours=1)], ["ticket.opened", "ticket.updated"], id="worse"),
    pytest.param(
        [ticket(), ticket(metrics=("power", "电流"), hours=1)], ["ticket.opened", "ticket.updated"], id="another metric"
    ),
    pytest.param([ticket(), ticket(state="resolved", hours=2)], ["ticket.opened", "ticket.resolved"], id="resolved"),
    pytest.param(
        [ticket(), ticket(state="resolved", hours=2), ticket(hours=3)],
        ["ticket.opened", "ticket.resolved", "ticket.updated"],
        id="open again",
    ),
]


@pytest.mark.parametrize(("puts", "told"), CHANGES)
def test_what_a_person_would_want_to_know_of_a_ticket_is_told(
    store: Store, puts: list[Ticket], told: list[str]
) -> None:
    for put in puts:
        store.tickets.put(put, plot="")
    messages = store.outbox.waiting(limit=10)
    assert [message.type for message in messages] == told
    body = json.loads(messages[-1].body)
    assert (body["type"], body["data"]["title"]) == (told[-1], "设备 AC-003")


def test_a_message_stands_or_falls_with_its_transaction(store: Store) -> None:
    message = message_of("ticket.opened", {}, tenant=store.tenant, subject="t9", at=AT)

    def fail() -> None:
        with store.database.transaction() as session:
            store.outbox.add(message, session=session)
            raise OSError("the disk is full 磁盘已满")

    with pytest.raises(OSError, match="disk"):
        fail()
    assert store.outbox.waiting(limit=10) == ()
    assert not store.outbox.news.is_set()
    store.outbox.add(message)
    store.outbox.add(message)
    assert [waiting.message_id for waiting in store.outbox.waiting(limit=10)] == [message.message_id]
    assert store.outbox.news.is_set()


class Alone:
    """Surroundings of a task that is run here and now."""

    def record(self, name: str, work: Callable[[], JsonValue]) -> JsonValue:
        return work()

    def check(self, job_id: str) -> None:
        """Go on."""

    def note(self, job_id: str, progress: Progress) -> None:
        """Nobody looks."""


def task_of(order: Order, *, attempt: int = 1) -> Task:
    return Task("default", "deliver-" + "0" * 32, order.payload, attempt, Alone())


class FarSide:
    """A receiver behind a transport; what it got, and when."""

    def __init__(self, *statuses: int) -> None:
        self.receiver = Receiver(secret=SECRET, loses_every=0)
        self.requests: list[httpx.Request] = []
        self._statuses = list(statuses)

    def client(self) -> httpx.Client:
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        taken = self.receiver.take(request.content, dict(request.headers.items()))
        return httpx.Response(self._statuses.pop(0) if self._statuses else taken)


def endpoint(name: str = "crm", types: tuple[str, ...] = ()) -> Endpoint:
    return Endpoint(name, "https://example.com/hook", SECRET, types, AT)


def kept_message(store: Store) -> Message:
    store.webhooks.put(endpoint())
    content: dict[str, JsonValue] = {"name": "空调"}
    message = message_of("ticket.opened", content, tenant=store.tenant, subject="1", at=datetime.now(UTC))
    store.outbox.add(message)
    store.outbox.relay(message.message_id, ["crm"], at=AT)
    return message


def deliverer(store: Store, far: FarSide) -> Deliverer:
    return Deliverer(store=store, clock=lambda: datetime.now(UTC), client=far.client)


def test_a_delivery_is_signed_and_settled(store: Store) -> None:
    far, message = FarSide(), kept_message(store)
    assert deliverer(store, far).run(task_of(deliver_order(message.message_id, "crm"))) == {"status": 200}
    (heard,) = far.receiver.accepted
    assert (heard.message_id, heard.type, heard.data) == (message.message_id, "ticket.opened", {"name": "空调"})
    (status,) = store.outbox.deliveries()
    assert (status.state, status.attempts, status.last_error) == ("delivered", 1, "")


def test_a_repeated_delivery_has_the_same_id_and_body_and_a_fresh_signature(store: Store) -> None:
    far, message = FarSide(503, 200), kept_message(store)
    order, now = deliver_order(message.message_id, "crm"), datetime.now(UTC)
    for attempt in (1, 2):
        at = now + timedelta(seconds=attempt)
        worker = Deliverer(store=store, clock=lambda at=at: at, client=far.client)  # type: ignore[misc]
        if attempt == 1:
            with pytest.raises(TryLater, match="answered 503"):
                worker.run(task_of(order))
            assert [status.state for status in store.outbox.deliveries()] == ["pending"]
        else:
            worker.run(task_of(order, attempt=2))
    first, second = far.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == message.message_id
    assert first.content == second.content
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]
    Signer(SECRET).verify(second.content.decode(), dict(second.headers.items()))
    assert len(far.receiver.accepted) == 1
    assert far.receiver.repeated() == 1


def test_the_last_attempt_leaves_a_dead_letter(store: Store) -> None:
    far, message = FarSide(500), kept_message(store)
    with pytest.raises(TryLater):
        deliverer(store, far).run(task_of(deliver_order(message.message_id, "crm"), attempt=ATTEMPTS))
    (dead,) = store.outbox.dead()
    assert (dead.message_id, dead.attempts, dead.last_error) == (message.message_id, ATTEMPTS, "answered 500")
    waits_s = [BACKOFF_S * 2**attempt for attempt in range(ATTEMPTS - 1)]
    assert 20 * 3600 < sum(waits_s) < 24 * 3600


def test_an_endpoint_that_is_gone_is_told_nothing_more(store: Store) -> None:
    far, message = FarSide(410), kept_message(store)
    deliverer(store, far).run(task_of(deliver_order(message.message_id, "crm")))
    disabled = store.webhooks.get("crm")
    assert disabled is not None
    assert not disabled.wants("ticket.opened")
    assert [status.state for status in store.outbox.deliveries()] == ["dead"]


def test_the_relay_orders_one_job_an_endpoint_that_wants_it(store: Store, tmp_path: Path) -> None:
    far = FarSide()
    jobs = Jobs(f"sqlite:///{tmp_path / 'jobs.sqlite3'}", poll_s=60)
    jobs.define(KIND, deliverer(store, far).run, queue=KIND)
    jobs.define("note", lambda task: None)
    relay = Relay(store=store, jobs=jobs, clock=lambda: AT)
    relay.also(lambda message: [Order("note", {"id": message.message_id}, message.message_id)])
    store.webhooks.put(endpoint("all"))
    store.webhooks.put(endpoint("tickets", types=("ticket.opened",)))
    store.webhooks.put(endpoint("jobs", types=("job.failed",)))
    store.of("acme").webhooks.put(endpoint("other"))
    store.tickets.put(ticket(), plot="")
    assert (relay.relay(), relay.relay()) == (1, 0)
    assert sorted(str(job.payload.get("endpoint")) for job in jobs.list(tenant="default", kind=KIND)) == [
        "all",
        "tickets",
    ]
    assert len(jobs.list(tenant="default", kind="note")) == 1
    assert jobs.list(tenant="acme") == ()
    assert store.outbox.counts() == {"pending": 2}
    jobs.stop()


def test_a_message_nobody_wants_starts_no_job(store: Store, tmp_path: Path) -> None:
    jobs = Jobs(f"sqlite:///{tmp_path / 'jobs.sqlite3'}")
    store.tickets.put(ticket(), plot="")
    assert Relay(store=store, jobs=jobs, clock=lambda: AT).relay() == 1
    assert not (tmp_path / "jobs.sqlite3").exists()
    assert store.outbox.waiting(limit=1) == ()


def test_messages_are_forgotten_once_they_are_on_their_way_no_more(store: Store) -> None:
    message = kept_message(store)
    later = datetime.now(UTC) + timedelta(days=1)
    assert store.outbox.forget_before(later) == 0
    store.outbox.settle(message.message_id, "crm", state="delivered", attempts=1, error="", at=AT)
    assert store.outbox.forget_before(later) == 1
    assert store.outbox.get(message.message_id) is None
