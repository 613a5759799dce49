"""API keys and server secrets. Holds digests only: a key that is lost cannot be read back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from api.schemas.ops import KeyBody
from api.store.database import Database
from api.store.tables import ApiKey, Secret


@dataclass(frozen=True, slots=True)
class StoredKey:
    id: str
    tenant: str
    digest: str
    scopes: tuple[str, ...]


class Keys:
    """The keys of one tenant. Only `find` looks across tenants: it is asked before anybody knows who asks."""

    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def add(self, body: KeyBody, *, digest: str) -> None:
        """Keep a key by its digest."""
        row = ApiKey(
            id=body.id,
            tenant=self._tenant,
            name=body.name,
            prefix=body.prefix,
            digest=digest,
            scopes=" ".join(body.scopes),
            created_at=body.created_at,
            revoked_at=None,
        )
        with self._database.transaction() as session:
            session.add(row)

    def find(self, prefix: str) -> tuple[StoredKey, ...]:
        """Return the keys in force that begin so, of any tenant; the caller compares digests in constant time."""
        query = select(ApiKey).where(ApiKey.prefix == prefix, ApiKey.revoked_at.is_(None))
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
        return tuple(StoredKey(row.id, row.tenant, row.digest, tuple(row.scopes.split())) for row in rows)

    def list(self) -> tuple[KeyBody, ...]:
        """Return every key, oldest first, without its secret."""
        query = select(ApiKey).where(ApiKey.tenant == self._tenant).order_by(ApiKey.created_at, ApiKey.id)
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
        return tuple(_body_of(row) for row in rows)

    def get(self, key_id: str) -> StoredKey | None:
        """Return a key in force by its id, of any tenant: whose id is known was signed in before."""
        with self._database.transaction() as session:
            row = session.get(ApiKey, key_id)
        if row is None or row.revoked_at is not None:
            return None
        return StoredKey(row.id, row.tenant, row.digest, tuple(row.scopes.split()))

    def tenants(self) -> tuple[str, ...]:
        """Return the tenants that have a key in force, in order."""
        query = select(ApiKey.tenant).where(ApiKey.revoked_at.is_(None)).distinct().order_by(ApiKey.tenant)
        with self._database.transaction() as session:
            return tuple(session.scalars(query))

    def revoke(self, key_id: str, *, at: datetime) -> bool:
        """Put a key, named by id or prefix, out of force; return whether one was."""
        query = select(ApiKey).where(
            ApiKey.tenant == self._tenant,
            (ApiKey.id == key_id) | (ApiKey.prefix == key_id),
            ApiKey.revoked_at.is_(None),
        )
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
            for row in rows:
                row.revoked_at = at
        return bool(rows)

    def secret(self, name: str, *, fresh: str) -> str:
        """Return the server's secret of that name; keep `fresh` where there is none yet."""
        with self._database.transaction() as session:
            row = session.get(Secret, name)
            if row is None:
                row = Secret(name=name, value=fresh)
                session.add(row)
            return row.value


def _body_of(row: ApiKey) -> KeyBody:
    return KeyBody(
        id=row.id,
        tenant=row.tenant,
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes.split(),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
