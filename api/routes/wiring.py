"""What an endpoint is given: the time, who asks, and their tenant's part of the house. No logic but the key check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

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

bearer = HTTPBearer(auto_error=False, description="An API key: `beforehand keys create`")


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _house_store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _house_engines(request: Request) -> Engines:
    engines: Engines = request.app.state.engines
    return engines


def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


def _health(request: Request) -> Health:
    health: Health = request.app.state.health
    return health


def _now(request: Request) -> datetime:
    clock: Callable[[], datetime] = request.app.state.clock
    return clock().astimezone(UTC)


def _jobs(request: Request) -> Jobs:
    jobs: Jobs = request.app.state.jobs
    return jobs


def _spool(request: Request) -> Spool:
    spool: Spool = request.app.state.spool
    return spool


def _deliverer(request: Request) -> Deliverer:
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
    return Caller(key.id, key.tenant, key.scopes)


CallerOf = Annotated[Caller, Depends(_caller)]


class Scope:
    """A dependency: the caller, whose key must hold the scope."""

    def __init__(self, scope: str) -> None:
        self._scope = scope

    def __call__(self, caller: CallerOf) -> Caller:
        if self._scope not in caller.scopes and "admin" not in caller.scopes:
            raise Problem("forbidden", say("detail.scope_missing", scope=repr(self._scope)))
        return caller


MayPrefill = Annotated[Caller, Depends(Scope("prefill"))]
MaySuggest = Annotated[Caller, Depends(Scope("suggest"))]
MaySendTelemetry = Annotated[Caller, Depends(Scope("telemetry"))]
MayAdminister = Annotated[Caller, Depends(Scope("admin"))]


def _tenant(request: Request, caller: CallerOf) -> Tenant:
    tenants: Tenants = request.app.state.tenants
    return tenants.get(caller.tenant)


TenantOf = Annotated[Tenant, Depends(_tenant)]


def _store(tenant: TenantOf) -> Store:
    return tenant.store


def _engines(tenant: TenantOf) -> Engines:
    return tenant.engines


def _foresight(tenant: TenantOf) -> Foresight:
    return tenant.foresight


StoreOf = Annotated[Store, Depends(_store)]
EnginesOf = Annotated[Engines, Depends(_engines)]
ForesightOf = Annotated[Foresight, Depends(_foresight)]
