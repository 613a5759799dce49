"""Which articles people called outdated, as they were when somebody did. A mark falls away when the article changes."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from api.store.database import Database
from api.store.tables import OutdatedArticle


@dataclass(frozen=True, slots=True)
class OutdatedMark:
    article_id: str
    digest: str
    reports: int
    first_at: datetime
    last_at: datetime


def digest_of_article(title: str, body: str) -> str:
    """Return what tells whether an article was rewritten."""
    return hashlib.sha256(f"{title}\0{body}".encode()).hexdigest()


class OutdatedArticles:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def mark(self, kb: str, article_id: str, *, digest: str, at: datetime) -> None:
        """Note that somebody called an article outdated; reports of an earlier wording no longer count."""
        with self._database.transaction() as session:
            row = session.get(OutdatedArticle, (self._tenant, kb, article_id))
            if row is not None and row.digest == digest:
                row.reports += 1
                row.last_at = at
                return
            fresh = OutdatedArticle(
                tenant=self._tenant, kb=kb, article_id=article_id, digest=digest, reports=1, first_at=at, last_at=at
            )
            session.merge(fresh)

    def marks(self, kb: str, article_ids: Collection[str] | None = None) -> tuple[OutdatedMark, ...]:
        """Return the marks of a knowledge base, or those of some of its articles."""
        query = select(OutdatedArticle).where(OutdatedArticle.tenant == self._tenant, OutdatedArticle.kb == kb)
        if article_ids is not None:
            query = query.where(OutdatedArticle.article_id.in_(list(article_ids)))
        with self._database.transaction() as session:
            rows = session.scalars(query.order_by(OutdatedArticle.last_at.desc())).all()
        return tuple(OutdatedMark(row.article_id, row.digest, row.reports, row.first_at, row.last_at) for row in rows)

    def clear(self, kb: str, article_id: str) -> bool:
        """Take the mark off: somebody looked, and the article is right. Return whether there was one."""
        mine = (
            OutdatedArticle.tenant == self._tenant,
            OutdatedArticle.kb == kb,
            OutdatedArticle.article_id == article_id,
        )
        with self._database.transaction() as session:
            gone = session.execute(delete(OutdatedArticle).where(*mine).returning(OutdatedArticle.article_id))
            return gone.first() is not None
