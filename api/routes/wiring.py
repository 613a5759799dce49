"""What an endpoint is given: the app's engines and store, the time, and who asks. No logic beyond the key check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Depends, Header, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.engines import Engines
from api.errors import Problem, say
from api.maintain import Foresight
from api.routes.metrics import Metrics
from api.security import digest_of, is_same_digest, prefix_of
from api.settings import Settings
from api.store import Store

bearer = HTTPBearer(auto_error=False, description="An API key: `beforehand keys create`")


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings


def _engines(request: Request) -> Engines:
    engines: Engines = request.app.state.engines
    return engines


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


def _foresight(request: Request) -> Foresight:
    foresight: Foresight = request.app.state.foresight
    return foresight


def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


def _now(request: Request) -> datetime:
    clock: Callable[[], datetime] = request.app.state.clock
    return clock().astimezone(UTC)


SettingsOf = Annotated[Settings, Depends(_settings)]
EnginesOf = Annotated[Engines, Depends(_engines)]
StoreOf = Annotated[Store, Depends(_store)]
ForesightOf = Annotated[Foresight, Depends(_foresight)]
MetricsOf = Annotated[Metrics, Depends(_metrics)]
Now = Annotated[datetime, Depends(_now)]
IdempotencyKey = Annotated[
    str | None, Header(alias="Idempotency-Key", max_length=255, description="Same key, same answer")
]


class Scope:
    """A dependency: the id of the key that asks, which must hold the scope."""

    def __init__(self, scope: str) -> None:
        self._scope = scope

    def __call__(
        self, store: StoreOf, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
    ) -> str:
        challenge = {"WWW-Authenticate": "Bearer"}
        if credentials is None or not credentials.credentials:
            raise Problem("key_missing", say("detail.key_missing"), headers=challenge)
        digest = digest_of(credentials.credentials)
        for key in store.keys.find(prefix_of(credentials.credentials)):
            if is_same_digest(key.digest, digest):
                if self._scope not in key.scopes and "admin" not in key.scopes:
                    raise Problem("forbidden", say("detail.scope_missing", scope=repr(self._scope)))
                return key.id
        raise Problem("key_invalid", say("detail.key_invalid"), headers=challenge)


MayPrefill = Annotated[str, Depends(Scope("prefill"))]
MaySuggest = Annotated[str, Depends(Scope("suggest"))]
MaySendTelemetry = Annotated[str, Depends(Scope("telemetry"))]
MayAdminister = Annotated[str, Depends(Scope("admin"))]
