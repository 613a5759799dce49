"""Where a tenant wants to be told: an endpoint a name, with the secret that signs what is sent there."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select

from api.store.database import Database
from api.store.tables import Webhook


@dataclass(frozen=True, slots=True)
class Endpoint:
    name: str
    url: str
    secret: str = field(repr=False)
    types: tuple[str, ...]  # empty: all
    created_at: datetime
    disabled_at: datetime | None = None  # when it said that it is gone for good

    def wants(self, type_: str) -> bool:
        """Say whether the endpoint is told of a type of message."""
        return self.disabled_at is None and (not self.types or type_ in self.types)


class Webhooks:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def put(self, endpoint: Endpoint) -> bool:
        """Keep an endpoint in place of the one of that name; return whether it is new."""
        with self._database.transaction() as session:
            row = session.get(Webhook, (self._tenant, endpoint.name))
            is_new = row is None
            if row is None:
                row = Webhook(tenant=self._tenant, name=endpoint.name, created_at=endpoint.created_at)
                session.add(row)
            row.url, row.secret = endpoint.url, endpoint.secret
            row.types, row.disabled_at = json.dumps(list(endpoint.types)), endpoint.disabled_at
        return is_new

    def get(self, name: str) -> Endpoint | None:
        """Return an endpoint by its name."""
        with self._database.transaction() as session:
            row = session.get(Webhook, (self._tenant, name))
        return None if row is None else _endpoint_of(row)

    def list(self) -> tuple[Endpoint, ...]:
        """Return the endpoints in the order of their names."""
        query = select(Webhook).where(Webhook.tenant == self._tenant).order_by(Webhook.name)
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
        return tuple(_endpoint_of(row) for row in rows)

    def count(self) -> int:
        """Return how many endpoints there are."""
        query = select(func.count()).select_from(Webhook).where(Webhook.tenant == self._tenant)
        with self._database.transaction() as session:
            return session.scalar(query) or 0

    def disable(self, name: str, *, at: datetime) -> None:
        """Send an endpoint nothing more, until it is put again."""
        with self._database.transaction() as session:
            row = session.get(Webhook, (self._tenant, name))
            if row is not None:
                row.disabled_at = at

    def delete(self, name: str) -> bool:
        """Forget an endpoint; return whether there was one."""
        with self._database.transaction() as session:
            row = session.get(Webhook, (self._tenant, name))
            if row is None:
                return False
            session.execute(delete(Webhook).where(Webhook.tenant == self._tenant, Webhook.name == name))
        return True


def _endpoint_of(row: Webhook) -> Endpoint:
    return Endpoint(row.name, row.url, row.secret, tuple(json.loads(row.types)), row.created_at, row.disabled_at)
