"""Endpoints that are told what happened: put, listed, tested, deleted; and what became of each message."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query

from api.errors import Problem, say
from api.outbox import EVENT_TYPES, KIND, deliver_order, make_secret
from api.routes.documentation import problems
from api.routes.wiring import DelivererOf, JobsOf, MayAdminister, Now, StoreOf
from api.schemas.webhooks import DeliveryBody, WebhookBody, WebhookIn, WebhookTested, WebhookWritten
from api.security import make_id
from api.store import Store
from api.store.outbox import DeliveryStatus, message_of
from api.store.webhooks import Endpoint

router = APIRouter(tags=["webhooks"])

MAX_WEBHOOKS = 20
"""A tenant's; each message is one delivery to each of them."""
WebhookName = Annotated[str, Path(pattern="^[A-Za-z0-9][A-Za-z0-9._-]{0,49}$", description="A name of your choice")]


@router.get("/v1/webhooks", responses=problems(401, 403))
def list_webhooks(_: MayAdminister, store: StoreOf) -> list[WebhookBody]:
    """List the endpoints, without their secrets."""
    return [shown(endpoint) for endpoint in store.webhooks.list()]


@router.get("/v1/webhooks/{name}", responses=problems(401, 403, 404, 422))
def get_webhook(name: WebhookName, _: MayAdminister, store: StoreOf) -> WebhookBody:
    """Return an endpoint, without its secret."""
    return shown(known(name, store=store))


@router.put("/v1/webhooks/{name}", responses=problems(400, 401, 403, 413, 422))
def put_webhook(name: WebhookName, body: WebhookIn, _: MayAdminister, store: StoreOf, at: Now) -> WebhookWritten:
    """Add or change an endpoint; a new one's secret is returned, this once."""
    before = store.webhooks.get(name)
    if before is None and store.webhooks.count() >= MAX_WEBHOOKS:
        raise Problem("too_many_items", say("detail.webhooks_too_many", limit=MAX_WEBHOOKS))
    secret = make_secret() if before is None or body.rotate else None
    endpoint = _written(name, body, before=before, secret=secret, at=at)
    store.webhooks.put(endpoint)
    return WebhookWritten(**shown(endpoint).model_dump(), secret=secret)


@router.delete("/v1/webhooks/{name}", status_code=204, responses=problems(401, 403, 404, 422))
def delete_webhook(name: WebhookName, _: MayAdminister, store: StoreOf) -> None:
    """Forget an endpoint; what was on its way to it is given up."""
    known(name, store=store)
    store.webhooks.delete(name)


@router.post("/v1/webhooks/{name}/test", responses=problems(401, 403, 404, 422))
def try_webhook(name: WebhookName, _: MayAdminister, store: StoreOf, deliverer: DelivererOf, at: Now) -> WebhookTested:
    """Send a signed message of the type `webhook.test` now, and say what the endpoint answered."""
    endpoint = known(name, store=store)
    message = message_of("webhook.test", {"name": name}, tenant=store.tenant, subject=make_id(), at=at)
    answer = deliverer.send(message, endpoint)
    return WebhookTested(is_delivered=answer.is_taken, status=answer.status, detail=answer.detail)


@router.get("/v1/deliveries", responses=problems(401, 403, 422))
def list_deliveries(
    _: MayAdminister,
    store: StoreOf,
    state: Annotated[Literal["pending", "delivered", "dead"] | None, Query()] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[DeliveryBody]:
    """List what became of messages, the last change first; `state=dead` are the dead letters."""
    found = store.outbox.deliveries(states=(state,) if state else (), limit=limit)
    return [delivery_body(status) for status in found]


@router.post("/v1/deliveries/{message_id}/retry", responses=problems(401, 403, 404, 422))
def retry_delivery(
    message_id: Annotated[str, Path(max_length=50)], caller: MayAdminister, store: StoreOf, jobs: JobsOf, at: Now
) -> list[DeliveryBody]:
    """Send a message again to every endpoint where it was given up, and return where it stands."""
    for status in store.outbox.deliveries(states=("dead",), message_id=message_id):
        order = deliver_order(message_id, status.endpoint)
        store.outbox.settle(
            message_id, status.endpoint, state="pending", attempts=status.attempts, error=status.last_error, at=at
        )
        job = jobs.find(KIND, tenant=caller.tenant, key=order.key)
        if job is not None and job.state in ("failed", "cancelled"):
            jobs.retry(job.id, tenant=caller.tenant)
        elif job is None or job.is_over:
            jobs.submit(KIND, order.payload, tenant=caller.tenant, key=f"{order.key}/{at.isoformat()}")
    found = store.outbox.deliveries(message_id=message_id)
    if not found:
        raise _unknown("what.delivery", message_id, where="message_id")
    return [delivery_body(status) for status in found]


def known(name: str, *, store: Store) -> Endpoint:
    """Return an endpoint that there is."""
    endpoint = store.webhooks.get(name)
    if endpoint is None:
        raise _unknown("what.webhook", name, where="name")
    return endpoint


def shown(endpoint: Endpoint) -> WebhookBody:
    """Return what anybody who administers may see of an endpoint."""
    return WebhookBody(
        name=endpoint.name,
        url=endpoint.url,
        types=[type_ for type_ in EVENT_TYPES if type_ in endpoint.types],
        created_at=endpoint.created_at,
        disabled_at=endpoint.disabled_at,
    )


def delivery_body(status: DeliveryStatus) -> DeliveryBody:
    """Return a delivery as it is shown."""
    return DeliveryBody(
        message_id=status.message_id,
        endpoint=status.endpoint,
        type=status.type,
        state=status.state,
        attempts=status.attempts,
        last_error=status.last_error,
        created_at=status.created_at,
        updated_at=status.updated_at,
    )


def _written(name: str, body: WebhookIn, *, before: Endpoint | None, secret: str | None, at: datetime) -> Endpoint:
    kept = secret or (before.secret if before else "")
    return Endpoint(name, body.url, kept, tuple(body.types), before.created_at if before else at)


def _unknown(what: str, name: str, *, where: str) -> Problem:
    return Problem("not_found", say("detail.unknown", what=say(what), name=repr(name[:50])), where=where)
