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
    digest: str
    scopes: tuple[str, ...]


class Keys:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, body: KeyBody, *, digest: str) -> None:
        """Keep a key by its digest."""
        row = ApiKey(
            id=body.id,
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
        """Return the keys in force that begin so; the caller compares digests in constant time."""
        query = select(ApiKey).where(ApiKey.prefix == prefix, ApiKey.revoked_at.is_(None))
        with self._database.transaction() as session:
            rows = session.scalars(query).all()
        return tuple(StoredKey(row.id, row.digest, tuple(row.scopes.split())) for row in rows)

    def list(self) -> tuple[KeyBody, ...]:
        """Return every key, oldest first, without its secret."""
        with self._database.transaction() as session:
            rows = session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.id)).all()
        return tuple(_body_of(row) for row in rows)

    def revoke(self, key_id: str, *, at: datetime) -> bool:
        """Put a key, named by id or prefix, out of force; return whether one was."""
        query = select(ApiKey).where((ApiKey.id == key_id) | (ApiKey.prefix == key_id), ApiKey.revoked_at.is_(None))
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
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes.split(),
        created_at=row.created_at,
        revoked_at=row.revoked_at,
    )
