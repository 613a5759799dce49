"""What drafted answers cost a tenant by day: tokens are set aside before a model is asked, and settled after.

Several processes share the limit: setting aside is one statement that changes nothing where the limit would be passed.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update

from api.store.database import Database
from api.store.tables import DraftUsage


def day_of(at: datetime) -> str:
    """Return the day that a moment is counted to, UTC."""
    return f"{at:%Y-%m-%d}"


class DraftUsages:
    def __init__(self, database: Database, tenant: str) -> None:
        self._database = database
        self._tenant = tenant

    def set_aside(self, tokens: int, *, limit: int, at: datetime) -> bool:
        """Count tokens as spent if the day's limit allows them; return whether it does."""
        mine = (DraftUsage.tenant == self._tenant, DraftUsage.day == day_of(at))
        with self._database.transaction() as session:
            if session.get(DraftUsage, (self._tenant, day_of(at))) is None:
                session.add(DraftUsage(tenant=self._tenant, day=day_of(at), tokens=0, answers=0))
                session.flush()
            spent = update(DraftUsage).where(*mine, DraftUsage.tokens + tokens <= limit)
            changed = session.execute(
                spent.values(tokens=DraftUsage.tokens + tokens, answers=DraftUsage.answers + 1).returning(
                    DraftUsage.tokens
                )
            )
            return changed.first() is not None

    def settle(self, *, set_aside: int, used: int, at: datetime) -> None:
        """Put what was really used in place of what was set aside."""
        mine = (DraftUsage.tenant == self._tenant, DraftUsage.day == day_of(at))
        with self._database.transaction() as session:
            session.execute(update(DraftUsage).where(*mine).values(tokens=DraftUsage.tokens - set_aside + used))

    def tokens(self, at: datetime) -> int:
        """Return what a day's answers cost so far."""
        query = select(DraftUsage.tokens).where(DraftUsage.tenant == self._tenant, DraftUsage.day == day_of(at))
        with self._database.transaction() as session:
            return session.scalar(query) or 0
