"""What an endpoint is given: the time, who asks, and their tenant's part of the house. No logic but the key check."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

from anyio import Semaphore, from_thread
from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.engines import Engines
from api.errors import Problem, say
from api.jobs import Jobs
from api.jobs.spool import Spool
from api.logs import note_caller
from api.maintain import Foresight
from api.outbox import Deliverer
from api.routes.health import Health
from api.routes.metrics import Metrics
from api.security import prefix_of
from api.settings import Settings
from api.store import Store
from api.tenants import Tenant, Tenants

KEYS_AT_ONCE = 4
"""Keys looked up at once, of the 40 threads that answer: one look-up is a third of a millisecond on SQLite, and threads
that want the interpreter keep the event loop from it."""
TEXTS_AT_ONCE = 2
"""Texts worked on at once: rules are Python, which runs on one core, so that a third thread only makes the others, and
/livez, wait. One more than one, because a commit waits for the disk. Measured with tests.bench.load, 2026-11-22."""

bearer = HTTPBearer(auto_error=False, description="An API key: `beforehand keys create`")


async def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


async def _house_store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


async def _house_engines(request: Request) -> Engines:
    engines: Engines = request.app.state.engines
    return engines


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


async def _health(request: Request) -> Health:
    health: Health = request.app.state.health
    return health


async def _now(request: Request) -> datetime:
    clock: Callable[[], datetime] = request.app.state.clock
    return clock().astimezone(UTC)


async def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


async def _spool(request: Request) -> Spool:
    spool: Spool = request.app.state.spool
    return spool


async def _deliverer(request: Request) -> Deliverer:
    deliverer: Deliverer = request.app.state.deliverer
    return deliverer


SettingsOf = Annotated[Settings, Depends(_settings)]
HouseStoreOf = Annotated[Store, Depends(_house_store)]
"""The default tenant's, for addresses that need no key; they show nothing of any tenant."""
HouseEnginesOf = Annotated[Engines, Depends(_house_engines)]
MetricsOf = Annotated[Metrics, Depends(_metrics)]
HealthOf = Annotated[Health, Depends(_health)]
JobsOf = Annotated[Jobs, Depends(_jobs)]
SpoolOf = Annotated[Spool, Depends(_spool)]
DelivererOf = Annotated[Deliverer, Depends(_deliverer)]
Now = Annotated[datetime, Depends(_now)]
IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", max_length=255, description="Same key, same answer")
]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks: a key in force, and whose it is."""

    key_id: str
    tenant: str
    scopes: tuple[str, ...]


def _caller(
    request: Request,
    store: HouseStoreOf,
    at: Now,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
) -> Caller:
    challenge = {"WWW-Authenticate": "Bearer"}
    if credentials is None or not credentials.credentials:
        raise Problem("key_missing", say("detail.key_missing"), headers=challenge)
    key = store.keys.authenticate(credentials.credentials, at=at)
    if key is None:
        raise Problem("key_invalid", say("detail.key_invalid"), headers=challenge)
    note_caller(tenant=key.tenant, key_prefix=prefix_of(credentials.credentials))
    request.state.key_id, request.state.tenant = key.id, key.tenant
    tenants: Tenants = request.app.state.tenants
    request.state.part = tenants.get(key.tenant)  # here, on a thread: to open one takes time
    return Caller(key.id, key.tenant, key.scopes)


CallerOf = Annotated[Caller, Depends(_caller, max_concurrency=KEYS_AT_ONCE)]


class Scope:
    """A dependency: the caller, whose key must hold the scope."""

    def __init__(self, scope: str) -> None:
        self._scope = scope

    async def __call__(self, caller: CallerOf) -> Caller:
        if self._scope not in caller.scopes and "admin" not in caller.scopes:
            raise Problem("forbidden", say("detail.scope_missing", scope=repr(self._scope)))
        return caller


MayPrefill = Annotated[Caller, Depends(Scope("prefill"))]
MaySuggest = Annotated[Caller, Depends(Scope("suggest"))]
MaySendTelemetry = Annotated[Caller, Depends(Scope("telemetry"))]
MayAdminister = Annotated[Caller, Depends(Scope("admin"))]


async def _tenant(request: Request, _: CallerOf) -> Tenant:
    tenant: Tenant = request.state.part
    return tenant


TenantOf = Annotated[Tenant, Depends(_tenant)]


async def _store(request: Request, _: CallerOf) -> Store:
    tenant: Tenant = request.state.part
    return tenant.store


async def _engines(request: Request, _: CallerOf) -> Engines:
    tenant: Tenant = request.state.part
    return tenant.engines


async def _foresight(request: Request, _: CallerOf) -> Foresight:
    tenant: Tenant = request.state.part
    return tenant.foresight


StoreOf = Annotated[Store, Depends(_store)]
EnginesOf = Annotated[Engines, Depends(_engines)]
ForesightOf = Annotated[Foresight, Depends(_foresight)]


async def _text_turn(request: Request) -> AsyncIterator[None]:
    """Hold one of the turns while the endpoint works; those that wait hold no thread. A form brings recordings and
    pictures, which wait for their own engines."""
    if request.headers.get("content-type", "").lower().startswith("multipart/"):
        yield
        return
    turns: Semaphore = request.app.state.text_turns
    async with turns:
        yield


class HeldTurn:
    """A turn that an endpoint may end before its answer: while it waits for somebody else, others work."""

    def __init__(self, turns: Semaphore) -> None:
        self._turns = turns
        self._is_held = True

    def end(self) -> None:
        """Let the next one work; called on the endpoint's own thread."""
        if self._is_held:
            self._is_held = False
            from_thread.run_sync(self._turns.release)

    def close(self) -> None:
        """Let the next one work, if that was not done; called on the event loop."""
        if self._is_held:
            self._is_held = False
            self._turns.release()


async def _held_turn(request: Request) -> AsyncIterator[HeldTurn]:
    turns: Semaphore = request.app.state.text_turns
    await turns.acquire()
    held = HeldTurn(turns)
    try:
        yield held
    finally:
        held.close()


EndableTurn = Annotated[HeldTurn, Depends(_held_turn, scope="function")]
"""A TextTurn that the endpoint may end itself."""
TextTurn = Annotated[None, Depends(_text_turn, scope="function")]
"""Name it last: what is read before it, body and key, waits for others."""
