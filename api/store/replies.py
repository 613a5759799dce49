"""Idempotency-Key: the first request with a key is answered, later ones get its answer again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from api.store.database import Database
from api.store.tables import IdempotentReply

RUNNING = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """`status` is RUNNING while the first request has no answer yet."""

    digest: str
    status: int
    content_type: str
    body: bytes


class Replies:
    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, owner: str, key: str, *, digest: str, at: datetime) -> Reply | None:
        """Claim a key for a request; return the reply (or claim) that is already there instead."""
        row = IdempotentReply(
            owner=owner, key=key, digest=digest, status=RUNNING, content_type="", body=b"", created_at=at
        )
        try:
            with self._database.transaction() as session:
                session.add(row)
        except IntegrityError:
            return self._reply(owner, key)
        return None

    def keep(self, owner: str, key: str, reply: Reply) -> None:
        """Keep the answer to a claimed key."""
        with self._database.transaction() as session:
            row = session.get(IdempotentReply, (owner, key))
            if row is not None:
                row.status, row.content_type, row.body = reply.status, reply.content_type, reply.body

    def release(self, owner: str, key: str) -> None:
        """Forget a claim whose request failed, so that it may be repeated."""
        self._delete(IdempotentReply.owner == owner, IdempotentReply.key == key)

    def release_running(self) -> None:
        """Forget claims that a stopped process left behind."""
        self._delete(IdempotentReply.status == RUNNING)

    def forget_before(self, at: datetime) -> None:
        """Forget answers from before a moment."""
        self._delete(IdempotentReply.created_at < at)

    def _delete(self, *where: object) -> None:
        with self._database.transaction() as session:
            session.execute(delete(IdempotentReply).where(*where))  # type: ignore[arg-type]

    def _reply(self, owner: str, key: str) -> Reply | None:
        with self._database.transaction() as session:
            row = session.get(IdempotentReply, (owner, key))
        return None if row is None else Reply(row.digest, row.status, row.content_type, row.body)
