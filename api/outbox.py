"""Messages out of the outbox, to whoever wants to be told, signed as Standard Webhooks describe.

    store.outbox.add --commit--> Relay --one job an endpoint--> deliver --POST--> endpoint
                                                       2xx delivered, 410 endpoint disabled, else again, later

The relay hands a message on at least once and the job is the same for the same message and endpoint; the receiver
tells what comes twice by `webhook-id`. Knows jobs and the store, no HTTP of ours.
"""

from __future__ import annotations

import secrets
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

import httpx
import structlog
from standardwebhooks import Webhook as Signer

from api.jobs import Job, Jobs, JsonValue, Task, TryLater
from api.outgoing import OutgoingRefused, outgoing_client
from api.schemas.prefill import PrefillResponse
from api.schemas.webhooks import EventType
from api.store import Store
from api.store.outbox import DeliveryState, Message, message_of
from api.store.webhooks import Endpoint

log = structlog.get_logger(__name__)

KIND = "deliver"
EVENT_TYPES: tuple[EventType, ...] = get_args(EventType)
ATTEMPTS = 15
BACKOFF_S = 5.0
"""5 s, doubled 14 times over: 22.8 hours in all, then it is a dead letter until somebody retries it."""
TIMEOUT_S = 15.0
"""Standard Webhooks advises senders to wait 15 to 30 s."""
SECRET_BYTES = 32
"""Standard Webhooks: between 24 and 64."""
RELAYED_AT_ONCE = 100
LOOK_EVERY_S = 1.0
"""For messages that another process added; this one's wake the relay at once."""
GONE = 410


@dataclass(frozen=True, slots=True)
class Order:
    """A job that a message asks for."""

    kind: str
    payload: Mapping[str, JsonValue]
    key: str


DeliveryOutcome = Literal["delivered", "again", "dead"]
OrdersOf = Callable[[Message], Iterable[Order]]


def make_secret() -> str:
    """Return a fresh secret in the form that Standard Webhooks libraries take."""
    return "whsec_" + b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(message: Message, *, secret: str, at: datetime) -> dict[str, str]:
    """Return the three headers, the timestamp fresh: receivers refuse old ones."""
    return {
        "webhook-id": message.message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signer(secret).sign(message.message_id, at, message.body),
        "content-type": "application/json; charset=utf-8",
    }


class Relay:
    """A thread that hands new messages to jobs: one a webhook that wants them, and what else was asked for."""

    def __init__(self, *, store: Store, jobs: Jobs, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._jobs = jobs
        self._clock = clock
        self._others: list[OrdersOf] = []
        self._is_stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def also(self, orders_of: OrdersOf) -> None:
        """Ask for more jobs a message; its key is what makes each of them one. Before the start."""
        self._others.append(orders_of)

    def start(self) -> None:
        self._is_stopped.clear()
        self._thread = threading.Thread(target=self._run, name="outbox-relay", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop, and wait until the message under way is handed on."""
        self._is_stopped.set()
        self._store.outbox.news.set()
        if self._thread is not None:
            self._thread.join()

    def relay(self) -> int:
        """Hand on what waits; return how many messages that were."""
        relayed = 0
        for message in self._store.outbox.waiting(limit=RELAYED_AT_ONCE):
            if self._is_stopped.is_set():
                break
            self._hand_on(message)
            relayed += 1
        return relayed

    def _run(self) -> None:
        news = self._store.outbox.news
        while not self._is_stopped.is_set():
            news.clear()
            try:
                is_more = self.relay() == RELAYED_AT_ONCE
            except Exception:
                log.exception("relay_failed", fix="nothing: it is tried again")
                is_more = False
            if not is_more:
                news.wait(LOOK_EVERY_S)

    def _hand_on(self, message: Message) -> None:
        store = self._store.of(message.tenant)
        names = [endpoint.name for endpoint in store.webhooks.list() if endpoint.wants(message.type)]
        orders = [deliver_order(message.message_id, name) for name in names]
        orders += [order for orders_of in self._others for order in orders_of(message)]
        for order in orders:
            self._jobs.submit(order.kind, order.payload, tenant=message.tenant, key=order.key)
        store.outbox.relay(message.message_id, names, at=self._clock())


def deliver_order(message_id: str, endpoint: str) -> Order:
    """Return the one job that brings a message to an endpoint."""
    return Order(KIND, {"message_id": message_id, "endpoint": endpoint}, f"{message_id}/{endpoint}")


class Deliverer:
    """The work of the kind `deliver`."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Callable[[], datetime],
        client: Callable[[], httpx.Client],
        note: Callable[[DeliveryOutcome], None] = lambda outcome: None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._client = client
        self._note = note

    def run(self, task: Task) -> JsonValue:
        store = self._store.of(task.tenant)
        message_id, name = task.text("message_id"), task.text("endpoint")
        message, endpoint = store.outbox.get(message_id), store.webhooks.get(name)
        if message is None or endpoint is None or endpoint.disabled_at is not None:
            return self._give_up(store, message_id, name, attempt=task.attempt, why="the endpoint takes no messages")
        answer = self.send(message, endpoint)
        at = self._clock()
        if answer.is_taken:
            store.outbox.settle(message_id, name, state="delivered", attempts=task.attempt, error="", at=at)
            self._note("delivered")
            return {"status": answer.status}
        if answer.status == GONE:
            store.webhooks.disable(name, at=at)
            log.warning("webhook_disabled", endpoint=name, tenant=task.tenant, reason="it answered 410 Gone")
            return self._give_up(store, message_id, name, attempt=task.attempt, why=answer.detail)
        state: DeliveryState = "dead" if task.attempt >= ATTEMPTS else "pending"
        store.outbox.settle(message_id, name, state=state, attempts=task.attempt, error=answer.detail, at=at)
        self._note("dead" if state == "dead" else "again")
        raise TryLater(answer.detail, answer.retry_after_s)

    def send(self, message: Message, endpoint: Endpoint) -> Answer:
        """Send a message once; whatever happens is an answer."""
        headers = signed_headers(message, secret=endpoint.secret, at=self._clock())
        try:
            with self._client() as client:
                response = client.post(endpoint.url, content=message.body.encode(), headers=headers)
        except OutgoingRefused as error:
            return Answer(0, f"not sent: {error}")
        except httpx.HTTPError as error:
            return Answer(0, f"{type(error).__name__}: {error}")
        wait = response.headers.get("retry-after", "")
        return Answer(
            response.status_code,
            f"answered {response.status_code}",
            float(wait) if wait.isascii() and wait.isdigit() and int(wait) <= BACKOFF_S * 2**ATTEMPTS else None,
        )

    def _give_up(self, store: Store, message_id: str, name: str, *, attempt: int, why: str) -> JsonValue:
        store.outbox.settle(message_id, name, state="dead", attempts=attempt, error=why, at=self._clock())
        self._note("dead")
        return {"status": 0, "given_up": why}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint said; status 0 where nothing was heard."""

    status: int
    detail: str
    retry_after_s: float | None = None

    @property
    def is_taken(self) -> bool:
        return 200 <= self.status < 300


def announce_prefill(response: PrefillResponse, *, store: Store, at: datetime) -> None:
    """Tell that a draft was made without anybody waiting for it."""
    content = response.model_dump(mode="json", by_alias=True, exclude={"transcripts", "pages"})
    store.outbox.add(message_of("prefill.created", content, tenant=store.tenant, subject=response.id, at=at))


def announce_failure(job: Job, *, store: Store) -> None:
    """Tell that a job failed for good; a delivery that failed is seen among the dead letters instead."""
    if job.kind == KIND:
        return
    content: dict[str, JsonValue] = {
        "job_id": job.id,
        "kind": job.kind,
        "attempts": job.attempts,
        "error": {"name": job.error.name, **{language: text for language, text in job.error.details.items()}}
        if job.error
        else None,
    }
    subject = f"{job.id}/{job.updated_at.isoformat()}"
    store.outbox.add(message_of("job.failed", content, tenant=job.tenant, subject=subject, at=job.updated_at))


def define_deliveries(jobs: Jobs, deliverer: Deliverer) -> None:
    """Make jobs know how to deliver."""
    jobs.define(KIND, deliverer.run, queue=KIND, attempts=ATTEMPTS, backoff_s=BACKOFF_S)


def webhook_client(*, allow_hosts: Iterable[str]) -> Callable[[], httpx.Client]:
    """Return what opens a client to endpoints: public addresses, and the hosts that the administrator allows."""
    hosts = tuple(allow_hosts)
    return lambda: outgoing_client(allow_hosts=hosts, timeout_s=TIMEOUT_S)
