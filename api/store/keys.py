"""API keys, and secrets derived from the server's own. Holds digests only: a key that is lost cannot be read back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from api.schemas.ops import KeyBody
from api.security import KEY_MARK, KeyDigests, derive, is_same_digest, prefix_of
from api.store.database import Database
from api.store.tables import ApiKey

USE_IS_NOTED_EVERY = timedelta(minutes=15)
"""Enough to see which key is idle, and no write to the database for each request."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    id: str
    tenant: str
    name: str
    prefix: str
    scopes: tuple[str, ...]


class Keys:
    """The keys of one tenant. Only `authenticate` and `get` look across tenants: nobody knows yet who asks."""

    def __init__(self, database: Database, tenant: str, *, server_secret: str) -> None:
        self._database = database
        self._tenant = tenant
        self._server_secret = server_secret
        self._digests = KeyDigests(server_secret)

    def add(self, body: KeyBody, *, secret: str) -> None:
        """Keep a key by its digest."""
        row = ApiKey(
            id=body.id,
            tenant=self._tenant,
            name=body.name,
            prefix=body.prefix,
            digest=self._digests.of(secret),
            scopes=" ".join(body.scopes),
            created_at=body.created_at,
            revoked_at=None,
            expires_at=body.expires_at,
            last_used_at=None,
        )
        with self._database.transaction() as session:
            session.add(row)

    def authenticate(self, secret: str, *, at: datetime) -> StoredKey | None:
        """Return the key in force that somebody showed, of any tenant; None where it is none.

        Digests are compared in constant time. A digest of release 0.1 is replaced by today's, and now and then the time
        of use is noted.
        """
        if not (secret.startswith(KEY_MARK) and secret.isascii() and secret.isprintable()):
            return None
        today, before = self._digests.of(secret), self._digests.before(secret)
        query = select(ApiKey).where(ApiKey.prefix == prefix_of(secret), ApiKey.revoked_at.is_(None))
        with self._database.transaction() as session:
            for row in session.scalars(query).all():
                is_today, is_before = is_same_digest(row.digest, today), is_same_digest(row.digest, before)
                if not (is_today or is_before) or not _is_in_force(row, at):
                    continue
                if is_before:
                    row.digest = today
                if row.last_used_at is None or at - row.last_used_at >= USE_IS_NOTED_EVERY:
                    row.last_used_at = at
                return _stored(row)
        return None

    def get(self, key_id: str, *, at: datetime) -> StoredKey | None:
        """Return a key in force by its id, of any tenant: whose id is known was signed in before."""
        with self._database.transaction() as session:
            row = session.get(ApiKey, key_id)
        return None if row is None or not _is_in_force(row, at) else _stored(row)

    def list(self) -> tuple[KeyBody, ...]:
        """Return every key, oldest first, without its secret."""
        query = select(ApiKey).where(ApiKey.tenant == self._tenant).order_by(ApiKey.created_at, ApiKey.id)
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
        return tuple(_body_of(row) for row in rows)

    def find(self, named: str) -> KeyBody | None:
        """Return the tenant's key in force of that id or prefix."""
        found = [body for body in self.list() if named in (body.id, body.prefix) and body.revoked_at is None]
        return found[0] if found else None

    def tenants(self) -> tuple[str, ...]:
        """Return the tenants that have a key in force, in order."""
        query = select(ApiKey.tenant).where(ApiKey.revoked_at.is_(None)).distinct().order_by(ApiKey.tenant)
        with self._database.transaction() as session:
            return tuple(session.scalars(query))

    def revoke(self, key_id: str, *, at: datetime) -> bool:
        """Put a key, named by id or prefix, out of force; return whether one was."""
        return self._end(key_id, revoked_at=at)

    def expire(self, key_id: str, *, at: datetime) -> bool:
        """Let a key, named by id or prefix, run out at a moment; return whether one was in force."""
        return self._end(key_id, expires_at=at)

    def secret(self, name: str, *, fresh: str = "") -> str:
        """Return the server's secret for one purpose; `fresh` is not looked at."""
        return derive(self._server_secret, name)

    def _end(self, key_id: str, **changes: datetime) -> bool:
        query = select(ApiKey).where(
            ApiKey.tenant == self._tenant,
            (ApiKey.id == key_id) | (ApiKey.prefix == key_id),
            ApiKey.revoked_at.is_(None),
        )
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
            for row in rows:
                for column, at in changes.items():
                    setattr(row, column, at)
        return bool(rows)


def _is_in_force(row: ApiKey, at: datetime) -> bool:
    return row.revoked_at is None and (row.expires_at is None or at < row.expires_at)


def _stored(row: ApiKey) -> StoredKey:
    return StoredKey(row.id, row.tenant, row.name, row.prefix, tuple(row.scopes.split()))


def _body_of(row: ApiKey) -> KeyBody:
    return KeyBody(
        id=row.id,
        tenant=row.tenant,
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes.split(),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
        expires_at=row.expires_at,
        last_used_at=row.last_used_at,
    )
